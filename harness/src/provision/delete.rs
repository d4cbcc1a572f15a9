//! Pools found and deleted, whatever is in them.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tokio::time::{sleep, timeout};

use crate::case::Ids;
use crate::contract::{Operation, Status};
use crate::provision::call::{accepted, call, describe};
use crate::provision::held::Held;
use crate::provision::reason::excerpt;
use crate::target::Client;
use crate::wire::{Envelope, Response};

/// How long a pool may refuse to be deleted because of an import: ten times what AWS's own examples took to stop.
const DELETE_PATIENCE: Duration = Duration::from_secs(30);

/// The same on this machine, where simulated imports stop at once or never.
const DELETE_PATIENCE_LOCAL: Duration = Duration::from_secs(5);

/// Between two tries: short for an emulator, and soon long enough for the quota of one pool.
const PAUSE_MIN: Duration = Duration::from_millis(50);
const PAUSE_MAX: Duration = Duration::from_secs(1);

/// How many pages of pools are read. Sixty a page: more than an account may have by default.
const POOL_PAGES_MAX: usize = 40;

/// How many pages of jobs are read: sixty a page, and a pool has 1,000 jobs at most (quotas page, L-681BB884).
const JOB_PAGES_MAX: usize = 50;

/// How many jobs of one pool are stopped: as many as a pool may have.
const STOPS_MAX: usize = 1_000;

/// How long a pool of a client's endpoint may refuse to be deleted.
pub(crate) fn delete_patience(client: &Client) -> Duration {
    match client.is_local() {
        true => DELETE_PATIENCE_LOCAL,
        false => DELETE_PATIENCE,
    }
}

/// Deletes a pool. Jobs that still import are stopped first, and that they end is waited for so long. A pool that is not there
/// is as good as deleted.
pub(crate) async fn delete(client: &Client, pool: &str, patience: Duration) -> Result<(), String> {
    let deleted = timeout(
        patience + client.timeout(),
        delete_within(client, pool, patience),
    );
    deleted.await.unwrap_or_else(|_| {
        Err(format!(
            "it was not deleted within {} s",
            patience.as_secs()
        ))
    })
}

async fn delete_within(client: &Client, pool: &str, patience: Duration) -> Result<(), String> {
    // Not that of the run: a run that ends must not give up what it has to delete.
    let held = Held::default();
    let body = json!({ "UserPoolId": pool });
    let deadline = Instant::now() + patience;
    let mut pause = PAUSE_MIN;
    let mut stops = STOPS_MAX;
    loop {
        let answer = call(client, Operation::DeleteUserPool, &body, &held)
            .await
            .map_err(|why| why.to_string())?;
        match Envelope::read(&answer).error_type() {
            _ if (200..300).contains(&answer.status) => return Ok(()),
            Some("ResourceNotFoundException") => return Ok(()),
            Some("UserImportInProgressException") if Instant::now() < deadline => {
                stop_all(client, pool, &held, &mut stops).await;
            }
            _ => {
                return Err(format!(
                    "DeleteUserPool was answered with {}",
                    excerpt(&answer)
                ));
            }
        }
        sleep(pause).await;
        pause = (pause * 2).min(PAUSE_MAX);
    }
}

/// Stops a job that may run, and waits a while until it does no more. False if it still does.
pub(crate) async fn end(client: &Client, ids: &Ids, patience: Duration) -> bool {
    let held = Held::default();
    let deadline = Instant::now() + patience;
    let mut pause = PAUSE_MIN;
    let mut status = stop(client, &ids.pool, &ids.job, &held).await;
    loop {
        let is_active = |status| {
            matches!(
                status,
                Status::Pending | Status::InProgress | Status::Stopping
            )
        };
        match status {
            Some(status) if !is_active(status) => return true,
            Some(_) if Instant::now() >= deadline => return false,
            Some(_) => {
                sleep(pause).await;
                pause = (pause * 2).min(PAUSE_MAX);
            }
            // A stop that is refused may be one of a job that has ended.
            None => {}
        }
        let described = describe(client, ids, &held).await;
        status = described.ok().and_then(|described| described.status());
        match status {
            Some(Status::Pending | Status::InProgress) if Instant::now() < deadline => {
                stop(client, &ids.pool, &ids.job, &held).await;
            }
            Some(status) if is_active(status) => {}
            // Finished, not started, or nothing that can be told or helped.
            _ => return true,
        }
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
        let (listed, pools) = page(&answer, "UserPools")
            .ok_or_else(|| format!("ListUserPools was answered with {}", excerpt(&answer)))?;
        for pool in pools {
            if let (Some(id), Some(name)) = (pool["Id"].as_str(), pool["Name"].as_str()) {
                found.push((id.to_owned(), name.to_owned()));
            }
        }
        match next_page(&listed, "NextToken") {
            Some(token) if body.get("NextToken") != Some(&token) => body["NextToken"] = token,
            _ => return Ok(found),
        }
    }
    Err(format!(
        "ListUserPools has more than {POOL_PAGES_MAX} pages, and was not read to its end"
    ))
}

/// Stops the jobs of a pool, at most so many.
async fn stop_all(client: &Client, pool: &str, held: &Held, stops: &mut usize) {
    let mut body = json!({ "UserPoolId": pool, "MaxResults": 20 });
    for _ in 0..JOB_PAGES_MAX {
        let listed = call(client, Operation::ListUserImportJobs, &body, held).await;
        let Some((listed, jobs)) = listed
            .ok()
            .and_then(|answer| page(&answer, "UserImportJobs"))
        else {
            return;
        };
        for job in jobs {
            let status = job["Status"]
                .as_str()
                .and_then(|name| name.parse::<Status>().ok());
            // A job whose status cannot be read may be the one.
            if let (None | Some(Status::Pending | Status::InProgress), Some(id)) =
                (status, job["JobId"].as_str())
            {
                if *stops == 0 {
                    return;
                }
                *stops -= 1;
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

/// Stops a job, and says what the response shows of it.
async fn stop(client: &Client, pool: &str, job: &str, held: &Held) -> Option<Status> {
    let body = json!({ "UserPoolId": pool, "JobId": job });
    let answer = call(client, Operation::StopUserImportJob, &body, held).await;
    let json = Envelope::read(&answer.ok()?).json.ok()?;
    json.pointer("/UserImportJob/Status")?
        .as_str()?
        .parse()
        .ok()
}

/// A page of a list, and its entries.
fn page(answer: &Response, member: &str) -> Option<(Value, Vec<Value>)> {
    let mut listed: Value = serde_json::from_slice(&answer.body).ok()?;
    match listed.get_mut(member)?.take() {
        Value::Array(entries) if answer.status == 200 => Some((listed, entries)),
        _ => None,
    }
}

fn next_page(listed: &Value, member: &str) -> Option<Value> {
    let token = listed.get(member)?;
    token.is_string().then(|| token.clone())
}
