//! Pools of the `api` driver: made under a name that tells the run, deleted whatever is in them, and swept up where nobody
//! heard whether one was made.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tokio::time::sleep;

use crate::contract::Operation;
use crate::provision::call::{accepted, call, member, quoted};
use crate::provision::held::{Held, Owned, lock};
use crate::provision::{Captured, Step, Unavailable};
use crate::target::Client;
use crate::wire::Envelope;

/// How long a pool may refuse to be deleted because of an import: ten times what AWS's own examples took to stop.
const DELETE_PATIENCE: Duration = Duration::from_secs(30);

/// Between two tries to delete: short for an emulator, and soon long enough for the quota of one pool.
const PAUSE_MIN: Duration = Duration::from_millis(50);
const PAUSE_MAX: Duration = Duration::from_secs(1);

/// How many pages of pools are looked through for lost ones. Sixty a page: more than an account may have by default.
const PAGES_MAX: usize = 40;

#[derive(Debug)]
pub(crate) struct Pools {
    client: Client,
    run_id: String,
    made: AtomicU64,
    /// The names of pools that may have been made although nobody was told their ids.
    lost: Mutex<BTreeSet<String>>,
    held: Arc<Held>,
}

impl Pools {
    pub(crate) fn new(client: Client, run_id: &str, held: Arc<Held>) -> Self {
        Self {
            client,
            run_id: run_id.to_owned(),
            made: AtomicU64::new(0),
            lost: Mutex::default(),
            held,
        }
    }

    /// Makes a pool, which is held from now on.
    pub(crate) async fn make(&self) -> Result<(Owned, Step), Unavailable> {
        let number = self.made.fetch_add(1, Ordering::Relaxed);
        let name = format!("fullstop-{}-{number}", self.run_id);
        let body = json!({
            "PoolName": name,
            // Developer guide: without an auto-verified attribute an import job will not start.
            "AutoVerifiedAttributes": ["email"],
        });
        let operation = Operation::CreateUserPool;
        let answer = accepted(&self.client, operation, &body, &self.held).await;
        if let Err(Unavailable::Indeterminate(_)) = &answer {
            lock(&self.lost).insert(name);
        }
        let id = member(&answer?, "/UserPool/Id", operation)?;
        let owned = Owned {
            pool: id.clone(),
            job: String::new(),
        };
        self.held.hold(&owned);
        let step = Step::Call {
            operation,
            body,
            captured: vec![Captured {
                member: "Id",
                value: id,
            }],
        };
        Ok((owned, step))
    }

    /// Deletes a pool. A job that still imports is stopped first.
    pub(crate) async fn delete(&self, pool: &str) -> Result<(), String> {
        let body = json!({ "UserPoolId": pool });
        let deadline = Instant::now() + DELETE_PATIENCE;
        let mut pause = PAUSE_MIN;
        loop {
            let answer = call(&self.client, Operation::DeleteUserPool, &body, &self.held)
                .await
                .map_err(|why| why.to_string())?;
            match Envelope::read(&answer).error_type() {
                _ if (200..300).contains(&answer.status) => return Ok(()),
                Some("ResourceNotFoundException") => return Ok(()),
                Some("UserImportInProgressException") if Instant::now() < deadline => {
                    self.stop_all(pool).await;
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

    /// Deletes the pools whose making nobody heard of, or leaves word of them.
    pub(crate) async fn sweep(&self) {
        let lost = std::mem::take(&mut *lock(&self.lost));
        if lost.is_empty() {
            return;
        }
        let found = match self.named(&lost).await {
            Ok(found) => found,
            Err(why) => {
                for name in lost {
                    self.held
                        .leave(format!("the pool named {name}, if there is one: {why}"));
                }
                return;
            }
        };
        for pool in found {
            if let Err(why) = self.delete(&pool).await {
                self.held.leave(format!("the pool {pool}: {why}"));
            }
        }
    }

    /// The ids of the pools that have one of these names.
    async fn named(&self, names: &BTreeSet<String>) -> Result<Vec<String>, String> {
        let mut found = Vec::new();
        let mut body = json!({ "MaxResults": 60 });
        for _ in 0..PAGES_MAX {
            let answer = accepted(&self.client, Operation::ListUserPools, &body, &self.held)
                .await
                .map_err(|why| why.to_string())?;
            let listed: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
            for pool in listed["UserPools"].as_array().into_iter().flatten() {
                let name = pool["Name"].as_str().unwrap_or_default();
                if let (true, Some(id)) = (names.contains(name), pool["Id"].as_str()) {
                    found.push(id.to_owned());
                }
            }
            match listed.get("NextToken").filter(|token| token.is_string()) {
                Some(token) => body["NextToken"] = token.clone(),
                None => return Ok(found),
            }
        }
        Ok(found)
    }

    async fn stop_all(&self, pool: &str) {
        let body = json!({ "UserPoolId": pool, "MaxResults": 60 });
        let list = call(
            &self.client,
            Operation::ListUserImportJobs,
            &body,
            &self.held,
        );
        let Ok(answer) = list.await else {
            return;
        };
        let listed: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
        for job in listed["UserImportJobs"].as_array().into_iter().flatten() {
            let body = json!({ "UserPoolId": pool, "JobId": job["JobId"] });
            // Whether it helped shows when the pool is deleted.
            let _ = call(
                &self.client,
                Operation::StopUserImportJob,
                &body,
                &self.held,
            )
            .await;
        }
    }
}
