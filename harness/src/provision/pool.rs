//! Pools of the `api` driver: made under a name that tells the run, deleted whatever is in them, and swept up where nobody
//! heard whether one was made.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use serde_json::json;

use crate::contract::Operation;
use crate::provision::call::{accepted, member};
use crate::provision::delete::{delete, delete_patience, pools};
use crate::provision::held::{Held, Known, Owned, lock};
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
    /// The names of pools by the ids that the endpoint told.
    names: Mutex<BTreeMap<String, String>>,
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
            names: Mutex::default(),
            stubborn: AtomicU32::new(0),
            failed_deletes: AtomicU32::new(0),
            last_delete: Mutex::default(),
            held,
        }
    }

    /// Makes a pool, which is held from now on.
    pub(crate) async fn make(&self) -> Result<(Owned, Step), Unavailable> {
        if self.deletes_fail() {
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
        // Who waits for the answer may be gone before it comes.
        self.miss(&name);
        let answer = match accepted(&self.client, operation, &body, &self.held).await {
            Ok(answer) => answer,
            Err(why) => {
                let may_be_made = match &why {
                    Unavailable::Indeterminate(why) => !matches!(
                        why,
                        Reason::Throttled { .. } | Reason::Refused { status: 501, .. }
                    ),
                    Unavailable::Unreachable(_) => false,
                };
                if !may_be_made {
                    self.found(&name);
                }
                return Err(why);
            }
        };
        // It was made, whatever it is.
        let id = member(&answer, "/UserPool/Id", operation)?;
        let owned = self.adopt(&id, &name);
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

    /// Holds a pool that was made under this name. Where an endpoint gives several pools one id, a deletion may hit any of them: all
    /// of their names are looked for at the end.
    pub(crate) fn adopt(&self, id: &str, name: &str) -> Owned {
        let owned = Owned::pool(id);
        let other = lock(&self.names).insert(id.to_owned(), name.to_owned());
        match self.held.hold(&owned) {
            true => self.found(name),
            false => other.into_iter().for_each(|other| self.miss(&other)),
        }
        owned
    }

    /// Forgets a name whose pool is known by its id, or was not made.
    pub(crate) fn found(&self, name: &str) {
        lock(&self.lost).remove(name);
    }

    /// Leaves word of the pools that were not looked for.
    pub(crate) fn abandon(&self) {
        for name in std::mem::take(&mut *lock(&self.lost)) {
            let why = "there was no time to look for it".to_owned();
            self.held.leave(Known::ByName, &name, why);
        }
    }

    /// Whether so many deletions failed in a row that no more pools are made.
    pub(crate) fn deletes_fail(&self) -> bool {
        self.failed_deletes.load(Ordering::Relaxed) >= FAILED_DELETES_MAX
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
        if lock(&self.lost).is_empty() {
            return;
        }
        let found = pools(&self.client).await;
        let lost = std::mem::take(&mut *lock(&self.lost));
        let found = match found {
            Ok(found) => found,
            Err(why) => {
                for name in lost {
                    self.held.leave(Known::ByName, &name, why.clone());
                }
                return;
            }
        };
        for (pool, _) in found.into_iter().filter(|(_, name)| lost.contains(name)) {
            if let Err(why) = self.delete(&pool).await {
                self.held.leave(Known::ById, &pool, why);
            }
        }
    }
}
