//! Pools of the `api` driver: made under a name that tells the run, deleted whatever is in them, and swept up where nobody
//! heard whether one was made.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use serde_json::json;

use crate::contract::Operation;
use crate::provision::call::{accepted, member};
use crate::provision::delete::{DELETE_PATIENCE, delete, pools};
use crate::provision::held::{Held, Owned, lock};
use crate::provision::{Captured, Step, Unavailable};
use crate::target::Client;

/// How many pools may refuse to be deleted for as long as anyone waits. One or two are no rule, and what is left behind on AWS
/// counts against a quota.
const STUBBORN_MAX: u32 = 8;

/// How long those after them may refuse: a campaign makes hundreds of pools.
const PATIENCE_LOST: Duration = Duration::from_secs(1);

#[derive(Debug)]
pub(crate) struct Pools {
    client: Client,
    prefix: String,
    run_id: String,
    made: AtomicU64,
    /// The names of pools that may have been made although nobody was told their ids.
    lost: Mutex<BTreeSet<String>>,
    /// How many pools refused to be deleted for as long as anyone waits.
    stubborn: AtomicU32,
    held: Arc<Held>,
}

impl Pools {
    pub(crate) fn new(client: Client, prefix: &str, run_id: &str, held: Arc<Held>) -> Self {
        Self {
            client,
            prefix: prefix.to_owned(),
            run_id: run_id.to_owned(),
            made: AtomicU64::new(0),
            lost: Mutex::default(),
            stubborn: AtomicU32::new(0),
            held,
        }
    }

    /// Makes a pool, which is held from now on.
    pub(crate) async fn make(&self) -> Result<(Owned, Step), Unavailable> {
        let number = self.made.fetch_add(1, Ordering::Relaxed);
        let name = format!("{}-{}-{number}", self.prefix, self.run_id);
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
        let patience = if self.stubborn.load(Ordering::Relaxed) < STUBBORN_MAX {
            DELETE_PATIENCE
        } else {
            PATIENCE_LOST
        };
        let start = Instant::now();
        let deleted = delete(&self.client, pool, patience).await;
        if deleted.is_err() && start.elapsed() >= patience {
            self.stubborn.fetch_add(1, Ordering::Relaxed);
        }
        deleted
    }

    /// Deletes the pools whose making nobody heard of, or leaves word of them.
    pub(crate) async fn sweep(&self) {
        let lost = std::mem::take(&mut *lock(&self.lost));
        if lost.is_empty() {
            return;
        }
        let found = match pools(&self.client).await {
            Ok(found) => found,
            Err(why) => {
                for name in lost {
                    self.held
                        .leave(format!("the pool named {name}, if there is one: {why}"));
                }
                return;
            }
        };
        for (pool, _) in found.into_iter().filter(|(_, name)| lost.contains(name)) {
            if let Err(why) = self.delete(&pool).await {
                self.held.leave(format!("the pool {pool}: {why}"));
            }
        }
    }
}
