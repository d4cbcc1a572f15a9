//! What was made and must be undone, whoever made it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::OwnedSemaphorePermit;

use crate::case::Ids;
use crate::contract::Status;
use crate::provision::active_jobs::ActivePlace;
use crate::provision::{Described, Step, Unavailable};
use crate::visible::{masked, on_a_line};

/// Everything that is made and not yet undone.
#[derive(Debug, Default)]
pub(crate) struct Held {
    owned: Mutex<BTreeSet<Owned>>,
    /// The same, with what was undone.
    ever: Mutex<BTreeSet<Owned>>,
    /// The pools that could not be deleted, by why.
    leftovers: Mutex<BTreeMap<(Known, String), Left>>,
    closed: AtomicBool,
}

/// The most pools that are named for one reason.
const NAMED_MAX: usize = 20;

/// The most characters of a name or an id that are told.
const NAME_LENGTH_MAX: usize = 130;

/// Pools that could not be deleted for one reason.
#[derive(Debug, Default)]
struct Left {
    pools: BTreeSet<String>,
    /// In the words of the first, whatever ids and numbers are in them.
    why: String,
}

/// How a pool that may be left behind is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Known {
    /// By its id.
    ById,
    /// By its name alone: nobody heard whether it was made.
    ByName,
}

/// Something that must be undone.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Owned {
    pub(crate) pool: String,
    /// The job in it, for a driver that hands out both.
    pub(crate) job: String,
}

/// What a driver made.
#[derive(Debug)]
pub(crate) struct Made {
    pub(crate) ids: Ids,
    pub(crate) owned: Vec<Owned>,
    pub(crate) steps: Vec<Step>,
    /// The status that follows from the last accepted operation.
    pub(crate) assumed: Option<Status>,
    /// The job as it was seen in its state, if it was looked at.
    pub(crate) described: Option<Described>,
    /// Whether nobody had it before.
    pub(crate) is_fresh: bool,
    /// Its place among the active jobs, where it may be active.
    pub(crate) place: Option<ActivePlace>,
    /// The job that holds the place, where the ids are not its own.
    pub(crate) ends: Option<Ids>,
    /// What keeps others from it.
    pub(crate) alone: Option<OwnedSemaphorePermit>,
}

/// Why a driver could not make something, and what of it was made all the same.
#[derive(Debug)]
pub(crate) struct Unmade {
    pub(crate) why: Unavailable,
    pub(crate) owned: Vec<Owned>,
}

impl Held {
    /// Remembers something that was made. False where it was made before: an id that two have is the other one's.
    pub(crate) fn hold(&self, owned: &Owned) -> bool {
        lock(&self.owned).insert(owned.clone());
        lock(&self.ever).insert(owned.clone())
    }

    /// Whether it is still to be undone.
    pub(crate) fn is_held(&self, owned: &Owned) -> bool {
        lock(&self.owned).contains(owned)
    }

    /// Everything that is still to be undone.
    pub(crate) fn all(&self) -> Vec<Owned> {
        lock(&self.owned).iter().cloned().collect()
    }

    /// Forgets something that was undone, or remembers why it could not be.
    pub(crate) fn undone(&self, owned: &Owned, undone: Result<(), String>) {
        let mut all = lock(&self.owned);
        all.remove(owned);
        if owned.job.is_empty() {
            // The jobs of a pool go with it.
            all.retain(|other| other.pool != owned.pool);
        }
        drop(all);
        if let Err(why) = undone {
            self.leave(Known::ById, &owned.pool, why);
        }
    }

    /// Remembers a pool that is left behind.
    pub(crate) fn leave(&self, known: Known, pool: &str, why: String) {
        let mut leftovers = lock(&self.leftovers);
        let why = on_a_line(&why);
        let left = leftovers.entry((known, masked(&why))).or_default();
        let pool: String = on_a_line(pool).chars().take(NAME_LENGTH_MAX).collect();
        left.pools.insert(pool);
        if left.why.is_empty() {
            left.why = why;
        }
    }

    /// Remembers everything that is still held as left behind: there was no time to undo it.
    pub(crate) fn abandon(&self) {
        let left = std::mem::take(&mut *lock(&self.owned));
        let pools: BTreeSet<_> = left.into_iter().map(|owned| owned.pool).collect();
        for pool in pools {
            self.leave(Known::ById, &pool, "there was no time for it".to_owned());
        }
    }

    /// What is left behind, in a line for each reason. Told once.
    pub(crate) fn take_leftovers(&self) -> Vec<String> {
        let leftovers = std::mem::take(&mut *lock(&self.leftovers));
        let line = |((known, _), Left { pools, why }): ((Known, String), Left)| {
            let count = pools.len();
            let mut named: Vec<_> = pools.into_iter().take(NAMED_MAX).collect();
            if count > NAMED_MAX {
                named.push(format!("{} more", count - NAMED_MAX));
            }
            let named = named.join(", ");
            match (known, count) {
                (Known::ById, 1) => format!("the pool {named}: {why}"),
                (Known::ById, _) => format!("{count} pools, {named}: {why}"),
                (Known::ByName, 1) => format!("the pool named {named}, if there is one: {why}"),
                (Known::ByName, _) => format!("up to {count} pools, named {named}: {why}"),
            }
        };
        leftovers.into_iter().map(line).collect()
    }

    /// Says that the run is ending: nothing more is made, and nothing is waited for.
    pub(crate) fn close(&self) {
        self.closed.store(true, Ordering::Relaxed);
    }

    pub(crate) fn is_closed(&self) -> bool {
        self.closed.load(Ordering::Relaxed)
    }
}

impl Owned {
    /// A pool, with whatever is in it.
    pub(crate) fn pool(id: &str) -> Self {
        Self {
            pool: id.to_owned(),
            job: String::new(),
        }
    }
}

impl Made {
    /// A precondition for which nothing had to be done.
    pub(crate) fn of(ids: Ids) -> Self {
        Self {
            ids,
            owned: Vec::new(),
            steps: Vec::new(),
            assumed: None,
            described: None,
            is_fresh: true,
            place: None,
            ends: None,
            alone: None,
        }
    }
}

impl From<Unavailable> for Unmade {
    fn from(why: Unavailable) -> Self {
        Self {
            why,
            owned: Vec::new(),
        }
    }
}

/// A lock that a panic elsewhere does not close: what is held must still be released.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
