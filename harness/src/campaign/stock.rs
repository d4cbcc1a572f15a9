//! Preconditions that are used again for as long as they are true.
//!
//! A request that must be refused leaves its job as it is, so that many share one. A request that may act has a job of its
//! own. It is read where it was granted; where it was refused, only now and then. Whoever doubts a job takes it out.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::Semaphore;
use tokio::task::{AbortHandle, JoinHandle};
use tokio::time::timeout;

use crate::case::{Case, Given, JobState};
use crate::contract::Status;
use crate::provision::{Lease, Provisioner, Unavailable};

/// How many unused jobs of one kind are kept: as many as may be wanted at once by the usual concurrency.
const SPARE_MAX: usize = 64;

/// How many refused requests one job may have met since it was read: as many are sent again, one by one, where it was stopped.
const TRAIL_MAX: usize = 16;

/// How often a precondition that could not be made for a passing reason is tried.
const TRIES_MAX: u32 = 3;

/// How long a precondition may take: a job of the `fixed` driver is held by someone else for good otherwise.
const PATIENCE: Duration = Duration::from_secs(30);

/// How many preconditions are made at once where the target has no limit on active jobs: making one is six calls, most of
/// which wait for the one before.
const MAKING_MAX: usize = 32;

/// How many are undone at once while executions go on. A pool whose import has to end first takes a while.
const UNDOING_MAX: u32 = 64;

/// How long the end of that is waited for, before a request that is to be the only one.
const SETTLE_MAX: Duration = Duration::from_millis(25);

/// Nobody waits for a precondition that takes longer: it is made apart, and then for so many times as long as it took none is.
const SLOW: Duration = Duration::from_millis(300);
const REST: u32 = 2;

/// How long a campaign waits for its first preconditions before it begins.
const WARM_MAX: Duration = Duration::from_secs(1);

#[derive(Debug)]
pub(crate) struct Stock {
    provisioner: Arc<Provisioner>,
    shelves: Mutex<BTreeMap<Given, Shelf>>,
    making: Arc<Semaphore>,
    undoing: Arc<Semaphore>,
    /// Those that are made while nobody waits for them.
    apart: Mutex<Vec<AbortHandle>>,
    /// Whether active jobs may be kept: not where the target allows only so many.
    keeps_active: bool,
}

/// What there is of one kind.
#[derive(Debug, Default)]
struct Shelf {
    shared: Option<Arc<Lease>>,
    spare: Vec<Own>,
    /// Why there is none, and how often it was tried.
    missing: Option<(String, u32)>,
    made: u64,
    /// Until when no more of them are made for executions, since making one takes long.
    rests_until: Option<Instant>,
    /// Whether one is made apart just now.
    is_made_apart: bool,
    /// Held by whoever makes the one that is shared, so that others wait for it instead of making their own.
    sharing: Arc<tokio::sync::Mutex<()>>,
}

/// A precondition in use.
#[derive(Debug)]
pub(crate) enum Hold {
    /// With others.
    Shared(Arc<Lease>),
    /// Alone.
    Own(Own),
}

/// A precondition that one request has to itself, again and again for as long as it stays as it is.
#[derive(Debug)]
pub(crate) struct Own {
    pub(crate) lease: Lease,
    /// The requests that were refused on it since its job was last read. One of them may have stopped it all the same.
    pub(crate) trail: Vec<Arc<Case>>,
}

impl Own {
    pub(crate) fn new(lease: Lease) -> Self {
        let trail = Vec::new();
        Self { lease, trail }
    }
}

impl Hold {
    pub(crate) fn lease(&self) -> &Lease {
        match self {
            Self::Shared(lease) => lease,
            Self::Own(own) => &own.lease,
        }
    }
}

impl Stock {
    pub(crate) fn new(provisioner: Arc<Provisioner>, active_jobs: Option<usize>) -> Self {
        Self {
            provisioner,
            shelves: Mutex::default(),
            making: Arc::new(Semaphore::new(active_jobs.unwrap_or(MAKING_MAX).max(1))),
            undoing: Arc::new(Semaphore::new(UNDOING_MAX as usize)),
            apart: Mutex::default(),
            keeps_active: active_jobs.is_none(),
        }
    }

    /// One that others use too, for a request that must be refused.
    pub(crate) async fn share(self: &Arc<Self>, given: Given) -> Result<Hold, String> {
        if let Some(lease) = self.with(given, |shelf| shelf.shared.clone()) {
            return Ok(Hold::Shared(lease));
        }
        let sharing = self.with(given, |shelf| Arc::clone(&shelf.sharing));
        let _alone = sharing.lock().await;
        if let Some(lease) = self.with(given, |shelf| shelf.shared.clone()) {
            return Ok(Hold::Shared(lease));
        }
        let spare = self.with(given, |shelf| {
            shelf.spare.pop_if(|own| own.trail.is_empty())
        });
        let lease = match spare {
            Some(own) => own.lease,
            None => self.make_soon(given).await?,
        };
        if !self.keeps(given) {
            return Ok(Hold::Own(Own::new(lease)));
        }
        let lease = Arc::new(lease);
        self.with(given, |shelf| shelf.shared = Some(Arc::clone(&lease)));
        Ok(Hold::Shared(lease))
    }

    /// Makes one of each, so that what is out of reach is known before anything waits for it. What takes long is made while
    /// executions go on.
    pub(crate) async fn warm(self: &Arc<Self>, givens: impl IntoIterator<Item = Given>) {
        let making: Vec<_> = givens
            .into_iter()
            .filter_map(|given| self.begin_apart(given))
            .collect();
        let all = async {
            for one in making {
                // What came of it is on its shelf.
                let _ = one.await;
            }
        };
        // On the embedded reference no request may depend on the clock.
        if self.provisioner.binds_faults() {
            all.await;
        } else {
            let _ = timeout(WARM_MAX, all).await;
        }
    }

    /// One for a request that may act.
    pub(crate) async fn take(self: &Arc<Self>, given: Given) -> Result<Hold, String> {
        match self.with(given, |shelf| shelf.spare.pop()) {
            Some(own) => Ok(Hold::Own(own)),
            None => Ok(Hold::Own(Own::new(self.make_soon(given).await?))),
        }
    }

    /// A new one, unless making it takes so long that all else would wait: a job that must end by itself first. Such a one
    /// is made apart, for whoever asks next.
    async fn make_soon(self: &Arc<Self>, given: Given) -> Result<Lease, String> {
        let (is_made_apart, rests_until) =
            self.with(given, |shelf| (shelf.is_made_apart, shelf.rests_until));
        match rests_until {
            _ if is_made_apart => {}
            None => return self.make_timed(given).await,
            Some(until) if Instant::now() < until => {}
            Some(_) if self.keeps(given) => drop(self.begin_apart(given)),
            Some(_) => return self.make_timed(given).await,
        }
        Err(format!("{given} takes long to make"))
    }

    /// Begins to make one that nobody waits for, unless that is done already.
    fn begin_apart(self: &Arc<Self>, given: Given) -> Option<JoinHandle<()>> {
        let begins = |shelf: &mut Shelf| !std::mem::replace(&mut shelf.is_made_apart, true);
        if !self.with(given, begins) {
            return None;
        }
        let stock = Arc::clone(self);
        let making = tokio::spawn(async move { stock.make_apart(given).await });
        let mut apart = self.apart.lock().unwrap_or_else(PoisonError::into_inner);
        apart.retain(|one| !one.is_finished());
        apart.push(making.abort_handle());
        Some(making)
    }

    /// Makes one that nobody waits for.
    async fn make_apart(&self, given: Given) {
        let made = self.make_timed(given).await;
        self.with(given, |shelf| shelf.is_made_apart = false);
        // Why it cannot be made is kept on its shelf.
        let unwanted = made
            .ok()
            .and_then(|lease| self.put_back(given, Own::new(lease)));
        if let Some(own) = unwanted {
            self.discard(own.lease).await;
        }
    }

    /// A new one. Where it takes long, the next is not made at once.
    async fn make_timed(&self, given: Given) -> Result<Lease, String> {
        // Waiting for a turn says nothing about how long making one takes.
        let _permit = self.making.acquire().await;
        let start = Instant::now();
        let made = self.make_now(given).await;
        let took = start.elapsed();
        // On the embedded reference nothing waits, and no request may depend on the clock.
        if took > SLOW && !self.provisioner.binds_faults() {
            self.with(given, |shelf| {
                shelf.rests_until = Some(Instant::now() + took * REST);
            });
        }
        made
    }

    /// A new one, that nobody has had.
    pub(crate) async fn make(&self, given: Given) -> Result<Lease, String> {
        let _permit = self.making.acquire().await;
        self.make_now(given).await
    }

    /// The same for a holder of a permit.
    async fn make_now(&self, given: Given) -> Result<Lease, String> {
        if let Some(why) = self.with(given, |shelf| {
            let missing = shelf.missing.as_ref();
            missing.and_then(|(why, tries)| (*tries >= TRIES_MAX).then(|| why.clone()))
        }) {
            return Err(why);
        }
        let made = timeout(PATIENCE, self.provisioner.acquire(given)).await;
        let made = made.unwrap_or_else(|_| {
            Err(Unavailable::Indeterminate(format!(
                "{given} was not made within {} s",
                PATIENCE.as_secs()
            )))
        });
        self.with(given, |shelf| match made {
            Ok(lease) => {
                shelf.missing = None;
                shelf.made += 1;
                Ok(lease)
            }
            Err(why) => {
                let tries = shelf.missing.as_ref().map_or(0, |(_, tries)| *tries);
                let more = match why {
                    Unavailable::Unreachable(_) => TRIES_MAX,
                    Unavailable::Indeterminate(_) => 1,
                };
                shelf.missing = Some((why.to_string(), tries + more));
                Err(why.to_string())
            }
        })
    }

    /// Gives one back that is as it was. It comes back where there is no room, or where it is time to read its job.
    pub(crate) fn put_back(&self, given: Given, own: Own) -> Option<Own> {
        if !self.keeps(given) || own.trail.len() >= TRAIL_MAX {
            return Some(own);
        }
        self.with(given, |shelf| {
            if shelf.spare.len() >= SPARE_MAX {
                return Some(own);
            }
            shelf.spare.push(own);
            None
        })
    }

    /// Takes out those whose jobs have met requests since they were read.
    pub(crate) fn worn(&self) -> Vec<(Given, Own)> {
        let mut shelves = self.shelves.lock().unwrap_or_else(PoisonError::into_inner);
        let worn = shelves.iter_mut().flat_map(|(given, shelf)| {
            let worn = shelf.spare.extract_if(.., |own| !own.trail.is_empty());
            worn.map(|own| (*given, own))
        });
        worn.collect()
    }

    /// Undoes one that is not as it was. Nobody waits for it, unless too many are being undone.
    pub(crate) async fn discard(&self, lease: Lease) {
        let permit = Arc::clone(&self.undoing).acquire_owned().await;
        let provisioner = Arc::clone(&self.provisioner);
        tokio::spawn(async move {
            provisioner.release(lease).await;
            drop(permit);
        });
    }

    /// Waits until none is being undone, if that does not take long: undoing stops jobs, which may be what is looked into.
    pub(crate) async fn settle(&self) {
        let _ = timeout(SETTLE_MAX, self.undoing.acquire_many(UNDOING_MAX)).await;
    }

    /// Takes out the one that is shared, which nobody uses any more.
    pub(crate) fn unshare(&self, given: Given) -> Option<Lease> {
        self.with(given, |shelf| {
            shelf
                .shared
                .take()
                .and_then(|lease| Arc::try_unwrap(lease).ok())
        })
    }

    /// Those that are shared now.
    pub(crate) fn shared(&self) -> Vec<(Given, Arc<Lease>)> {
        let shelves = self.shelves.lock().unwrap_or_else(PoisonError::into_inner);
        let shared = shelves
            .iter()
            .filter_map(|(given, shelf)| Some((*given, shelf.shared.clone()?)));
        shared.collect()
    }

    /// Undoes all that is not in use.
    pub(crate) async fn clear(&self) {
        // What is under way is not waited for: the provisioner undoes what it has begun.
        (self.apart.lock().unwrap_or_else(PoisonError::into_inner))
            .drain(..)
            .for_each(|one| one.abort());
        let leases: Vec<_> = {
            let mut shelves = self.shelves.lock().unwrap_or_else(PoisonError::into_inner);
            let of = |shelf: &mut Shelf| {
                let shared = shelf.shared.take();
                let shared = shared.and_then(|lease| Arc::try_unwrap(lease).ok());
                let spare = std::mem::take(&mut shelf.spare);
                spare.into_iter().map(|own| own.lease).chain(shared)
            };
            shelves.values_mut().flat_map(of).collect()
        };
        for lease in leases {
            self.discard(lease).await;
        }
        // Once all can be had, none is being undone any more. The semaphore is never closed.
        let _ = self.undoing.acquire_many(UNDOING_MAX).await;
    }

    /// The situations that cannot be made, and why.
    pub(crate) fn missing(&self) -> Vec<(Given, String)> {
        let shelves = self.shelves.lock().unwrap_or_else(PoisonError::into_inner);
        let missing = shelves.iter().filter_map(|(given, shelf)| {
            let why = shelf.missing.as_ref().map(|(why, _)| why.clone());
            let is_late = shelf.is_made_apart && shelf.made == 0;
            let late =
                is_late.then(|| "it was still being made when the campaign ended".to_owned());
            Some((*given, why.or(late)?))
        });
        missing.collect()
    }

    /// The situations that were made.
    pub(crate) fn reached(&self) -> Vec<Given> {
        let shelves = self.shelves.lock().unwrap_or_else(PoisonError::into_inner);
        let made = shelves.iter().filter(|(_, shelf)| shelf.made > 0);
        made.map(|(given, _)| *given).collect()
    }

    /// How many preconditions were made.
    pub(crate) fn made(&self) -> u64 {
        let shelves = self.shelves.lock().unwrap_or_else(PoisonError::into_inner);
        shelves.values().map(|shelf| shelf.made).sum()
    }

    fn keeps(&self, given: Given) -> bool {
        let is_active = match given.job {
            JobState::Started | JobState::Elsewhere => true,
            JobState::Is(status) => status.is_started() || status == Status::Stopping,
            JobState::Absent => false,
        };
        self.keeps_active || !is_active
    }

    fn with<T>(&self, given: Given, work: impl FnOnce(&mut Shelf) -> T) -> T {
        let mut shelves = self.shelves.lock().unwrap_or_else(PoisonError::into_inner);
        work(shelves.entry(given).or_default())
    }
}
