//! Pools found and deleted, whatever is in them.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tokio::time::sleep;

use crate::case::Ids;
use crate::contract::{Operation, Status};
use crate::provision::call::{accepted, call, describe, quoted};
use crate::provision::held::Held;
use crate::target::Client;
use crate::wire::Envelope;

/// How long a pool may refuse to be deleted because of an import: ten times what AWS's own examples took to stop.
pub(crate) const DELETE_PATIENCE: Duration = Duration::from_secs(30);

/// Between two tries: short for an emulator, and soon long enough for the quota of one pool.
const PAUSE_MIN: Duration = Duration::from_millis(50);
const PAUSE_MAX: Duration = Duration::from_secs(1);

/// How many pages of pools are looked through. Sixty a page: more than an account may have by default.
const POOL_PAGES_MAX: usize = 40;

/// How many pages of jobs are looked through: sixty a page, and a pool has 1,000 jobs at most (quotas page, L-681BB884).
const JOB_PAGES_MAX: usize = 17;

/// Deletes a pool. Jobs that still import are stopped first, and that they end is waited for so long. A pool that is not there
/// is as good as deleted.
pub(crate) async fn delete(client: &Client, pool: &str, patience: Duration) -> Result<(), String> {
    // Not that of the run: a run that ends must not give up what it has to delete.
    let held = Held::default();
    let body = json!({ "UserPoolId": pool });
    let deadline = Instant::now() + patience;
    let mut pause = PAUSE_MIN;
    loop {
        let answer = call(client, Operation::DeleteUserPool, &body, &held)
            .await
            .map_err(|why| why.to_string())?;
        match Envelope::read(&answer).error_type() {
            _ if (200..300).contains(&answer.status) => return Ok(()),
            Some("ResourceNotFoundException") => return Ok(()),
            Some("UserImportInProgressException") if Instant::now() < deadline => {
                stop_all(client, pool, &held).await;
            }
            _ => {
                return Err(format!(
                    "DeleteUserPool was answered with {}",
                    quoted(&answer)
                ));
            }
        }
        sleep(pause).await;
        pause = (pause * 2).min(PAUSE_MAX);
    }
}

/// Stops a job that runs, and waits a while until it does no more. False if it still does.
pub(crate) async fn rest(client: &Client, ids: &Ids, patience: Duration) -> bool {
    let held = Held::default();
    let deadline = Instant::now() + patience;
    let mut pause = PAUSE_MIN;
    loop {
        let described = describe(client, ids, &held).await;
        match described.ok().and_then(|described| described.status()) {
            Some(Status::Pending | Status::InProgress) => {
                stop(client, &ids.pool, &ids.job, &held).await;
            }
            Some(Status::Stopping) => {}
            // Finished, not started, or nothing that can be told or helped.
            _ => return true,
        }
        if Instant::now() >= deadline {
            return false;
        }
        sleep(pause).await;
        pause = (pause * 2).min(PAUSE_MAX);
    }
}

/// The ids and names of all pools.
pub(crate) async fn pools(client: &Client) -> Result<Vec<(String, String)>, String> {
    let held = Held::default();
    let mut found = Vec::new();
    let mut body = json!({ "MaxResults": 60 });
    for _ in 0..POOL_PAGES_MAX {
        let answer = accepted(client, Operation::ListUserPools, &body, &held)
            .await
            .map_err(|why| why.to_string())?;
        let listed: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
        for pool in listed["UserPools"].as_array().into_iter().flatten() {
            if let (Some(id), Some(name)) = (pool["Id"].as_str(), pool["Name"].as_str()) {
                found.push((id.to_owned(), name.to_owned()));
            }
        }
        match next_page(&listed, "NextToken") {
            Some(token) if body.get("NextToken") != Some(&token) => body["NextToken"] = token,
            _ => break,
        }
    }
    Ok(found)
}

async fn stop_all(client: &Client, pool: &str, held: &Held) {
    let mut body = json!({ "UserPoolId": pool, "MaxResults": 60 });
    for _ in 0..JOB_PAGES_MAX {
        let listed = call(client, Operation::ListUserImportJobs, &body, held).await;
        let Ok(answer) = listed else {
            return;
        };
        let listed: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
        for job in listed["UserImportJobs"].as_array().into_iter().flatten() {
            let status = job["Status"]
                .as_str()
                .and_then(|name| name.parse::<Status>().ok());
            // A job whose status cannot be read may be the one.
            if let (None | Some(Status::Pending | Status::InProgress), Some(id)) =
                (status, job["JobId"].as_str())
            {
                stop(client, pool, id, held).await;
            }
        }
        match next_page(&listed, "PaginationToken") {
            Some(token) if body.get("PaginationToken") != Some(&token) => {
                body["PaginationToken"] = token;
            }
            _ => return,
        }
    }
}

/// Whether it helped shows when the pool is deleted, or the job looked at.
async fn stop(client: &Client, pool: &str, job: &str, held: &Held) {
    let body = json!({ "UserPoolId": pool, "JobId": job });
    let _ = call(client, Operation::StopUserImportJob, &body, held).await;
}

fn next_page(listed: &Value, member: &str) -> Option<Value> {
    let token = listed.get(member)?;
    token.is_string().then(|| token.clone())
}
