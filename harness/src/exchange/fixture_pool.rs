//! A pool of fixtures that are used again for as long as they are true.
//!
//! A request that must be refused leaves its job as it is, so that many share one. A request that may act has a job of its
//! own. It is read where it was granted; where it was refused, only now and then. Whoever doubts a job takes it out.

use std::collections::BTreeMap;
use std::ops::Deref;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::{Duration, Instant};

use tokio::runtime::Handle;
use tokio::sync::Semaphore;
use tokio::task::{AbortHandle, JoinHandle};
use tokio::time::timeout;

use crate::case::{Case, Given, JobState};
use crate::contract::Status;
use crate::provision::{Lease, Provisioner, Reason, Unavailable};

/// How many unused fixtures of one kind are kept: as many as may be wanted at once by the usual concurrency.
const SPARE_MAX: usize = 64;

/// How many refused requests one job may have met since it was read: as many are sent again, one by one, where it was stopped.
const UNVERIFIED_MAX: usize = 16;

/// How much may speak against a fixture before nobody tries to make it any more: twice that it cannot be made, or four times
/// that it could not be made this time, in a row.
const FAILURES_MAX: u32 = 4;
const UNREACHABLE: u32 = 2;
const INDETERMINATE: u32 = 1;

/// How long a fixture may take where others wait for it: a job of the `fixed` driver is held by someone else for good otherwise.
const PATIENCE: Duration = Duration::from_secs(30);

/// How many fixtures are made at once: making one is six calls, most of which wait for the one before.
const MAKING_MAX: usize = 32;

/// How many are undone at once while executions go on. A pool whose import has to end first takes a while.
const UNDOING_MAX: u32 = 64;

/// How long the end of that is waited for, before a request that is to be the only one.
const SETTLE_MAX: Duration = Duration::from_millis(25);

/// Nobody waits for a fixture that takes longer: it is made apart, and then for so many times as long as it took none is.
const SLOW: Duration = Duration::from_millis(300);
const REST: u32 = 2;

/// How long a campaign waits for its first fixtures before it begins.
const WARM_MAX: Duration = Duration::from_secs(1);

/// How long the end waits until all that was in use is undone.
const CLEAR_MAX: Duration = Duration::from_secs(5);

/// Fixtures of one target.
#[derive(Debug)]
pub(crate) struct FixturePool {
    this: Weak<Self>,
    provisioner: Arc<Provisioner>,
    entries: Mutex<BTreeMap<Given, PoolEntry>>,
    making: Arc<Semaphore>,
    undoing: Arc<Semaphore>,
    /// Those that are made while nobody waits for them.
    apart: Mutex<Vec<AbortHandle>>,
}

/// What there is of one kind.
#[derive(Debug, Default)]
struct PoolEntry {
    shared: Option<SharedLease>,
    spare: Vec<ExclusiveLease>,
    /// Why there is none, and how much speaks against it.
    missing: Option<(Reason, u32)>,
    made: u64,
    /// Until when no more of them are made for executions, since making one takes long.
    rests_until: Option<Instant>,
    /// Whether one is made apart just now.
    is_made_apart: bool,
    /// Held by whoever makes the one that is shared, so that others wait for it instead of making their own.
    sharing: Arc<tokio::sync::Mutex<()>>,
}

/// A fixture in use.
#[derive(Debug)]
pub(crate) enum FixtureLease {
    /// With others.
    Shared(SharedLease),
    /// Alone.
    Exclusive(Box<ExclusiveLease>),
}

/// A fixture that requests use at the same time. It is undone when the last of them has let go of it.
#[derive(Clone, Debug)]
pub(crate) struct SharedLease(Arc<Guarded>);

#[derive(Debug)]
struct Guarded {
    lease: Option<Lease>,
    pool: Weak<FixturePool>,
}

/// A fixture that one request has to itself, again and again for as long as it stays as it is.
#[derive(Debug)]
pub(crate) struct ExclusiveLease {
    pub(crate) lease: Lease,
    /// The requests that were refused on it since its job was last read. One of them may have stopped it all the same.
    pub(crate) unverified: Vec<Arc<Case>>,
}

impl ExclusiveLease {
    pub(crate) fn new(lease: Lease) -> Self {
        let unverified = Vec::new();
        Self { lease, unverified }
    }
}

impl FixtureLease {
    pub(crate) fn lease(&self) -> &Lease {
        match self {
            Self::Shared(lease) => lease,
            Self::Exclusive(own) => &own.lease,
        }
    }
}

impl Deref for SharedLease {
    type Target = Lease;

    fn deref(&self) -> &Lease {
        self.0
            .lease
            .as_ref()
            .expect("it is taken out only when it is dropped")
    }
}

impl Drop for Guarded {
    fn drop(&mut self) {
        if let (Some(lease), Some(pool)) = (self.lease.take(), self.pool.upgrade()) {
            pool.discard_soon(lease);
        }
    }
}

impl FixturePool {
    pub(crate) fn new(provisioner: Arc<Provisioner>) -> Arc<Self> {
        let pool = Arc::new_cyclic(|this| Self {
            this: Weak::clone(this),
            provisioner,
            entries: Mutex::default(),
            making: Arc::new(Semaphore::new(MAKING_MAX)),
            undoing: Arc::new(Semaphore::new(UNDOING_MAX as usize)),
            apart: Mutex::default(),
        });
        // A job that is kept for later must not keep another one from being started.
        let this = Arc::downgrade(&pool);
        pool.provisioner.active_jobs().on_shortage(move || {
            if let Some(pool) = this.upgrade() {
                pool.let_go_of_active();
            }
        });
        pool
    }

    /// One that others use too, for a request that must be refused.
    pub(crate) async fn share(&self, given: Given) -> Result<FixtureLease, Reason> {
        if let Some(lease) = self.with(given, |entry| entry.shared.clone()) {
            return Ok(FixtureLease::Shared(lease));
        }
        let sharing = self.with(given, |entry| Arc::clone(&entry.sharing));
        let _alone = sharing.lock().await;
        if let Some(lease) = self.with(given, |entry| entry.shared.clone()) {
            return Ok(FixtureLease::Shared(lease));
        }
        let lease = match self.verified(given) {
            Some(lease) => lease,
            None => self.make_soon(given).await?,
        };
        if !self.keeps(given) {
            return Ok(FixtureLease::Exclusive(Box::new(ExclusiveLease::new(
                lease,
            ))));
        }
        let lease = SharedLease(Arc::new(Guarded {
            lease: Some(lease),
            pool: Weak::clone(&self.this),
        }));
        self.with(given, |entry| entry.shared = Some(lease.clone()));
        Ok(FixtureLease::Shared(lease))
    }

    /// One for whoever gives it back only as it was: a spare one, or a new one, however long that takes.
    pub(crate) async fn lease(&self, given: Given) -> Result<Lease, Unavailable> {
        if let Some(lease) = self.verified(given) {
            return Ok(lease);
        }
        self.known_missing(given)?;
        let made = self.provisioner.acquire(given).await;
        self.note(given, made)
    }

    /// Takes one back that is as it was. It is undone where there is no room for it.
    pub(crate) async fn give_back(&self, given: Given, lease: Lease) {
        if let Some(own) = self.put_back(given, ExclusiveLease::new(lease)) {
            self.discard(own.lease).await;
        }
    }

    /// A spare one that nothing happened to.
    fn verified(&self, given: Given) -> Option<Lease> {
        let spare = self.with(given, |entry| {
            let place = entry
                .spare
                .iter()
                .rposition(|own| own.unverified.is_empty())?;
            Some(entry.spare.swap_remove(place))
        });
        spare.map(|own| Lease {
            // How long making it took is of no interest to whoever has it now.
            acquired: Instant::now(),
            ..own.lease
        })
    }

    /// Makes one of each, so that what is out of reach is known before anything waits for it. What takes long is made while
    /// executions go on.
    pub(crate) async fn warm(
        &self,
        givens: impl IntoIterator<Item = Given>,
        limit: Option<Duration>,
    ) {
        let making: Vec<_> = givens
            .into_iter()
            .filter_map(|given| self.begin_apart(given))
            .collect();
        let all = async {
            for one in making {
                // What came of it is in its entry.
                let _ = one.await;
            }
        };
        // On the embedded reference no request may depend on the clock.
        if self.provisioner.binds_faults() {
            all.await;
        } else {
            let limit = limit.unwrap_or(WARM_MAX).min(WARM_MAX);
            let _ = timeout(limit, all).await;
        }
    }

    /// One for a request that may act.
    pub(crate) async fn take(&self, given: Given) -> Result<FixtureLease, Reason> {
        let own = match self.with(given, |entry| entry.spare.pop()) {
            Some(own) => own,
            None => ExclusiveLease::new(self.make_soon(given).await?),
        };
        Ok(FixtureLease::Exclusive(Box::new(own)))
    }

    /// A new one, unless making it takes so long that all else would wait: a job that must end by itself first. Such a one
    /// is made apart, for whoever asks next.
    async fn make_soon(&self, given: Given) -> Result<Lease, Reason> {
        let (is_made_apart, rests_until) =
            self.with(given, |entry| (entry.is_made_apart, entry.rests_until));
        match rests_until {
            _ if is_made_apart => {}
            None => return self.make_timed(given).await,
            Some(until) if Instant::now() < until => {}
            Some(_) if self.keeps(given) => drop(self.begin_apart(given)),
            Some(_) => return self.make_timed(given).await,
        }
        Err(Reason::SlowToMake { given, waited_s: 0 })
    }

    /// Begins to make one that nobody waits for, unless that is done already.
    fn begin_apart(&self, given: Given) -> Option<JoinHandle<()>> {
        let begins = |entry: &mut PoolEntry| !std::mem::replace(&mut entry.is_made_apart, true);
        if !self.with(given, begins) {
            return None;
        }
        let pool = self.this.upgrade()?;
        let making = tokio::spawn(async move { pool.make_apart(given).await });
        let mut apart = locked(&self.apart);
        apart.retain(|one| !one.is_finished());
        apart.push(making.abort_handle());
        Some(making)
    }

    /// Makes one that nobody waits for.
    async fn make_apart(&self, given: Given) {
        let made = self.make_timed(given).await;
        self.with(given, |entry| entry.is_made_apart = false);
        // Why it cannot be made is kept in its entry.
        if let Ok(lease) = made {
            self.give_back(given, lease).await;
        }
    }

    /// A new one. Where it takes long, the next is not made at once.
    async fn make_timed(&self, given: Given) -> Result<Lease, Reason> {
        // Waiting for a turn says nothing about how long making one takes.
        let _permit = self.making.acquire().await;
        let start = Instant::now();
        let made = self.make_now(given).await;
        let took = start.elapsed();
        // On the embedded reference nothing waits, and no request may depend on the clock.
        if took > SLOW && !self.provisioner.binds_faults() {
            self.with(given, |entry| {
                entry.rests_until = Some(Instant::now() + took * REST);
            });
        }
        made
    }

    /// A new one, that nobody has had.
    pub(crate) async fn make(&self, given: Given) -> Result<Lease, Reason> {
        let _permit = self.making.acquire().await;
        self.make_now(given).await
    }

    /// The same for a holder of a permit.
    async fn make_now(&self, given: Given) -> Result<Lease, Reason> {
        self.known_missing(given).map_err(reason)?;
        let made = timeout(PATIENCE, self.provisioner.acquire(given)).await;
        let made = made.unwrap_or_else(|_| {
            Err(Unavailable::Indeterminate(Reason::SlowToMake {
                given,
                waited_s: PATIENCE.as_secs(),
            }))
        });
        self.note(given, made).map_err(reason)
    }

    /// Fails where enough speaks against a fixture.
    fn known_missing(&self, given: Given) -> Result<(), Unavailable> {
        let missing = self.with(given, |entry| entry.missing.clone());
        match missing {
            Some((reason, failures)) if failures >= FAILURES_MAX => {
                Err(Unavailable::Unreachable(reason))
            }
            _ => Ok(()),
        }
    }

    /// Remembers what making a fixture came to.
    fn note(&self, given: Given, made: Result<Lease, Unavailable>) -> Result<Lease, Unavailable> {
        self.with(given, |entry| match &made {
            Ok(_) => {
                entry.missing = None;
                entry.made += 1;
            }
            Err(why) => {
                let failures = entry.missing.as_ref().map_or(0, |(_, failures)| *failures);
                let more = match why {
                    Unavailable::Unreachable(reason) if reason.is_by_design() => FAILURES_MAX,
                    Unavailable::Unreachable(_) => UNREACHABLE,
                    Unavailable::Indeterminate(_) => INDETERMINATE,
                };
                entry.missing = Some((why.reason().clone(), failures + more));
            }
        });
        made
    }

    /// Gives one back that is as it was. It comes back where there is no room, or where it is time to read its job.
    pub(crate) fn put_back(&self, given: Given, own: ExclusiveLease) -> Option<ExclusiveLease> {
        if !self.keeps(given) || own.unverified.len() >= UNVERIFIED_MAX {
            return Some(own);
        }
        self.with(given, |entry| {
            if entry.spare.len() >= SPARE_MAX {
                return Some(own);
            }
            entry.spare.push(own);
            None
        })
    }

    /// Takes out those whose jobs have met requests since they were read.
    pub(crate) fn take_unverified(&self) -> Vec<(Given, ExclusiveLease)> {
        let mut entries = locked(&self.entries);
        let unverified = entries.iter_mut().flat_map(|(given, entry)| {
            let unverified = entry.spare.extract_if(.., |own| !own.unverified.is_empty());
            unverified.map(|own| (*given, own))
        });
        unverified.collect()
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

    /// The same for whoever cannot wait.
    fn discard_soon(&self, lease: Lease) {
        // Without a runtime nothing can be sent: the end of the run undoes it.
        if let (Some(pool), Ok(runtime)) = (self.this.upgrade(), Handle::try_current()) {
            runtime.spawn(async move { pool.discard(lease).await });
        }
    }

    /// Undoes those that nobody uses and whose jobs may be active.
    fn let_go_of_active(&self) {
        let mut spare = Vec::new();
        let mut entries = locked(&self.entries);
        for (_, entry) in entries.iter_mut().filter(|(given, _)| is_active(**given)) {
            spare.append(&mut entry.spare);
            // Whoever uses it last undoes it.
            spare.extend(entry.shared.take().and_then(SharedLease::into_own));
        }
        drop(entries);
        for own in spare {
            self.discard_soon(own.lease);
        }
    }

    /// Waits until none is being undone, if that does not take long: undoing stops jobs, which may be what is looked into.
    pub(crate) async fn settle(&self) {
        let _ = timeout(SETTLE_MAX, self.undoing.acquire_many(UNDOING_MAX)).await;
    }

    /// Takes out the one that is shared. Whoever uses it last undoes it.
    pub(crate) fn unshare(&self, given: Given) {
        let shared = self.with(given, |entry| entry.shared.take());
        drop(shared);
    }

    /// Those that are shared now.
    pub(crate) fn shared(&self) -> Vec<(Given, SharedLease)> {
        let entries = locked(&self.entries);
        let shared = entries
            .iter()
            .filter_map(|(given, entry)| Some((*given, entry.shared.clone()?)));
        shared.collect()
    }

    /// Undoes all that is not in use.
    pub(crate) async fn clear(&self) {
        // What is under way is not waited for: the provisioner undoes what it has begun.
        locked(&self.apart).drain(..).for_each(|one| one.abort());
        let leases: Vec<_> = {
            let mut entries = locked(&self.entries);
            let of = |entry: &mut PoolEntry| {
                let shared = entry.shared.take().and_then(SharedLease::into_own);
                let spare = std::mem::take(&mut entry.spare);
                spare.into_iter().chain(shared)
            };
            entries.values_mut().flat_map(of).collect()
        };
        let undone = async {
            for own in leases {
                self.discard(own.lease).await;
            }
            // Once all can be had, none is being undone any more. The semaphore is never closed.
            let _ = self.undoing.acquire_many(UNDOING_MAX).await;
        };
        // The end of the run undoes the rest, or says what is left.
        let _ = timeout(CLEAR_MAX, undone).await;
    }

    /// The situations that cannot be made, and why.
    pub(crate) fn missing(&self) -> Vec<(Given, Reason)> {
        let entries = locked(&self.entries);
        let missing = entries.iter().filter_map(|(given, entry)| {
            let why = entry.missing.as_ref().map(|(why, _)| why.clone());
            let is_late = entry.is_made_apart && entry.made == 0;
            Some((*given, why.or(is_late.then_some(Reason::OutOfTime))?))
        });
        missing.collect()
    }

    /// The situations that were made.
    pub(crate) fn reached(&self) -> Vec<Given> {
        let entries = locked(&self.entries);
        let made = entries.iter().filter(|(_, entry)| entry.made > 0);
        made.map(|(given, _)| *given).collect()
    }

    /// How many jobs may be active at once, where that was found out.
    pub(crate) fn active_jobs_learnt(&self) -> Option<usize> {
        self.provisioner.active_jobs().learnt()
    }

    /// How many fixtures were made.
    pub(crate) fn made(&self) -> u64 {
        let entries = locked(&self.entries);
        entries.values().map(|entry| entry.made).sum()
    }

    /// Whether one may be kept for later: not where an active job keeps others waiting.
    fn keeps(&self, given: Given) -> bool {
        !is_active(given) || !self.provisioner.active_jobs().is_scarce()
    }

    fn with<T>(&self, given: Given, work: impl FnOnce(&mut PoolEntry) -> T) -> T {
        work(locked(&self.entries).entry(given).or_default())
    }
}

impl SharedLease {
    /// The lease itself, if nobody else uses it.
    fn into_own(self) -> Option<ExclusiveLease> {
        let mut guarded = Arc::try_unwrap(self.0).ok()?;
        guarded.lease.take().map(ExclusiveLease::new)
    }
}

/// Whether the job of a fixture may be active.
fn is_active(given: Given) -> bool {
    match given.job {
        JobState::Started | JobState::Elsewhere => true,
        JobState::Is(status) => status.is_started() || status == Status::Stopping,
        JobState::Absent => false,
    }
}

fn reason(why: Unavailable) -> Reason {
    match why {
        Unavailable::Unreachable(reason) | Unavailable::Indeterminate(reason) => reason,
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
