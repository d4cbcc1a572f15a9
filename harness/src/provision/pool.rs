//! Pools of the `api` driver: made under a name that tells the run, deleted whatever is in them, and swept up where nobody
//! heard whether one was made.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use serde_json::json;

use crate::contract::Operation;
use crate::provision::call::{accepted, member};
use crate::provision::delete::{delete, delete_patience, pools};
use crate::provision::held::{Held, Owned, lock};
use crate::provision::reason::Reason;
use crate::provision::{Captured, Step, Unavailable};
use crate::target::Client;

/// How many deletions in a row may fail before no more pools are created: what is left behind counts against a quota.
const FAILED_DELETES_MAX: u32 = 4;

/// How many pools may refuse to be deleted for as long as anyone waits.
const STUBBORN_MAX: u32 = 2;

/// How long those after them may refuse.
const PATIENCE_LOST: Duration = Duration::from_millis(500);

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
    /// How many deletions in a row failed, and what the last one came to.
    failed_deletes: AtomicU32,
    last_delete: Mutex<String>,
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
            failed_deletes: AtomicU32::new(0),
            last_delete: Mutex::default(),
            held,
        }
    }

    /// Makes a pool, which is held from now on.
    pub(crate) async fn make(&self) -> Result<(Owned, Step), Unavailable> {
        if self.failed_deletes.load(Ordering::Relaxed) >= FAILED_DELETES_MAX {
            let why = lock(&self.last_delete).clone();
            return Err(Unavailable::Unreachable(Reason::DeletesFail { why }));
        }
        let number = self.made.fetch_add(1, Ordering::Relaxed);
        let name = format!("{}-{}-{number}", self.prefix, self.run_id);
        let body = json!({
            "PoolName": name,
            // Developer guide: without an auto-verified attribute an import job will not start.
            "AutoVerifiedAttributes": ["email"],
        });
        let operation = Operation::CreateUserPool;
        let answer = accepted(&self.client, operation, &body, &self.held).await;
        if let Err(Unavailable::Indeterminate(why)) = &answer
            && !matches!(why, Reason::Throttled { .. })
        {
            self.miss(&name);
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

    /// Remembers that a pool of this name may have been made although nobody was told its id.
    pub(crate) fn miss(&self, name: &str) {
        lock(&self.lost).insert(name.to_owned());
    }

    /// Deletes a pool. A job that still imports is stopped first.
    pub(crate) async fn delete(&self, pool: &str) -> Result<(), String> {
        let patience = if self.stubborn.load(Ordering::Relaxed) < STUBBORN_MAX {
            delete_patience(&self.client)
        } else {
            PATIENCE_LOST
        };
        let start = Instant::now();
        let deleted = delete(&self.client, pool, patience).await;
        match &deleted {
            Ok(()) => self.failed_deletes.store(0, Ordering::Relaxed),
            Err(why) => {
                self.failed_deletes.fetch_add(1, Ordering::Relaxed);
                lock(&self.last_delete).clone_from(why);
            }
        }
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
