//! The places of jobs that are active at once, as far as an endpoint limits them.
//!
//! AWS allows one active import job an account. Nobody has to know the limit beforehand: where a start is refused while
//! another job of ours is active, and accepted once none is, the limit is learnt, and from then on jobs wait for their turn.

use std::fmt;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

use crate::provision::held::lock;

/// How many jobs wait with everything made but their start, for each that may be active: the next one is ready when a
/// place is free.
const READY_PER_PLACE: usize = 2;

/// How long nothing may change before whoever waits gives up: no job of ours is active for longer without a reason.
const STALL_MAX: Duration = Duration::from_secs(20);

/// The places of active jobs on one target.
pub struct ActiveJobs {
    state: Mutex<State>,
    changed: Notify,
    /// Called when a job waits for a place: whoever keeps jobs for later lets go of them.
    make_room: Mutex<Vec<Box<dyn Fn() + Send>>>,
}

#[derive(Debug, Default)]
struct State {
    limit: Option<usize>,
    /// Whether the limit was found out here.
    is_learnt: bool,
    /// Whether a start was refused although no other job was active: then refusals are not the limit's.
    is_ruled_out: bool,
    /// How many places are taken.
    taken: usize,
    /// The number of places taken so far, so that whoever looks twice knows of one in between.
    entries: u64,
    /// In how many of them the job was started.
    started: usize,
    /// The most that were started at once.
    started_max: usize,
    /// How many jobs wait for a place.
    waiting: usize,
    /// How many of these wait until no other job is active.
    waiting_alone: usize,
    /// Lets only so many jobs be made ready as will soon have a place. None without a limit.
    ready: Option<Arc<Semaphore>>,
}

/// The place of one active job, free again when it is dropped.
#[derive(Debug)]
pub struct ActivePlace {
    jobs: Arc<ActiveJobs>,
    is_started: bool,
}

/// The active jobs beside a place at one moment.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Company {
    limit: Option<usize>,
    entries: u64,
}

impl ActiveJobs {
    /// With a limit that is known already, or none.
    pub fn new(limit: Option<usize>) -> Arc<Self> {
        let this = Self {
            state: Mutex::default(),
            changed: Notify::new(),
            make_room: Mutex::default(),
        };
        if let Some(limit) = limit {
            lock(&this.state).set(limit);
        }
        Arc::new(this)
    }

    /// The limit, where one is known.
    pub fn limit(&self) -> Option<usize> {
        lock(&self.state).limit
    }

    /// The limit, where it was found out on the way.
    pub fn learnt(&self) -> Option<usize> {
        let state = lock(&self.state);
        state.limit.filter(|_| state.is_learnt)
    }

    /// Whether an active job that is kept keeps others waiting.
    pub(crate) fn is_scarce(&self) -> bool {
        let state = lock(&self.state);
        state.limit.is_some() || state.waiting > 0
    }

    /// Waits until it is worth making a job ready that will be started. The turn ends when it is dropped.
    pub(crate) async fn ready(&self) -> Option<OwnedSemaphorePermit> {
        let ready = lock(&self.state).ready.clone()?;
        ready.acquire_owned().await.ok()
    }

    /// Calls this whenever a job waits for a place, so that jobs which are kept for later are let go.
    pub(crate) fn on_shortage(&self, make_room: impl Fn() + Send + 'static) {
        lock(&self.make_room).push(Box::new(make_room));
    }

    /// Waits for a place. None where the jobs that have the places do not end.
    pub(crate) async fn place(self: &Arc<Self>) -> Option<ActivePlace> {
        self.wait(Wanted::First).await
    }

    /// Waits for a place for whoever has so many already, and keeps others waiting meanwhile.
    pub(crate) async fn place_beside(self: &Arc<Self>, own: usize) -> Option<ActivePlace> {
        match own {
            0 => self.place().await,
            _ => self.wait(Wanted::Further).await,
        }
    }

    /// Waits for a place beside no more jobs than a start was granted beside, so that the limit refuses none here. `alone`
    /// waits for one beside no other job.
    pub(crate) async fn granted(self: &Arc<Self>, alone: bool) -> Option<ActivePlace> {
        let others = match alone {
            true => 0,
            false => lock(&self.state).started_max.saturating_sub(1),
        };
        self.wait(Wanted::Beside(others)).await
    }

    async fn wait(self: &Arc<Self>, wanted: Wanted) -> Option<ActivePlace> {
        if let Some(place) = self.take(wanted) {
            return Some(place);
        }
        let _waiting = Waiting::begin(self, matches!(wanted, Wanted::Beside(_)));
        lock(&self.make_room)
            .iter()
            .for_each(|make_room| make_room());
        loop {
            let changed = self.changed.notified();
            tokio::pin!(changed);
            // What changes from here on wakes it.
            changed.as_mut().enable();
            if let Some(place) = self.take(wanted) {
                return Some(place);
            }
            timeout(STALL_MAX, changed).await.ok()?;
        }
    }

    fn take(self: &Arc<Self>, wanted: Wanted) -> Option<ActivePlace> {
        let mut state = lock(&self.state);
        let is_free = match (wanted, state.limit) {
            (Wanted::Beside(others), _) => state.taken <= others,
            // Whoever wants to be alone comes first.
            (Wanted::First, _) if state.waiting_alone > 0 => false,
            (_, Some(limit)) => state.taken < limit,
            (_, None) => true,
        };
        if !is_free {
            return None;
        }
        state.taken += 1;
        state.entries += 1;
        drop(state);
        Some(ActivePlace {
            jobs: Arc::clone(self),
            is_started: false,
        })
    }
}

/// What somebody waits for.
#[derive(Clone, Copy, Debug)]
enum Wanted {
    /// A place.
    First,
    /// One more, for whoever has one already.
    Further,
    /// A place once only so many others are taken.
    Beside(usize),
}

impl State {
    fn set(&mut self, limit: usize) {
        let limit = self.limit.map_or(limit, |known| known.min(limit)).max(1);
        self.limit = Some(limit);
        self.ready = Some(Arc::new(Semaphore::new(limit * READY_PER_PLACE)));
    }
}

impl ActivePlace {
    /// Says that the job was started.
    pub(crate) fn start(&mut self) {
        if !std::mem::replace(&mut self.is_started, true) {
            let mut state = lock(&self.jobs.state);
            state.started += 1;
            state.started_max = state.started_max.max(state.started);
        }
    }

    /// How many jobs were started and may be active, where a start that was refused may be due to them.
    pub(crate) fn suspects(&self, beside: usize) -> Option<usize> {
        let state = lock(&self.jobs.state);
        let has_others = state.taken > 1 + beside;
        (!state.is_ruled_out && has_others).then(|| state.started.max(1))
    }

    /// The active jobs beside this place now: a start that is refused from here on may be due to them, also where they end before.
    pub(crate) fn company(&self, beside: usize) -> Company {
        let limit = self.suspects(beside);
        let entries = lock(&self.jobs.state).entries;
        Company { limit, entries }
    }

    /// The number of jobs that a start refused since then may be due to. None where it is due to none.
    pub(crate) fn suspects_since(&self, then: Company, beside: usize) -> Option<usize> {
        if let Some(limit) = self.suspects(beside) {
            return Some(limit);
        }
        let state = lock(&self.jobs.state);
        let has_come = (state.entries > then.entries && !state.is_ruled_out).then_some(1);
        then.limit.or(has_come)
    }

    /// True once a start was granted in any place.
    pub(crate) fn was_any_started(&self) -> bool {
        lock(&self.jobs.state).started_max > 0
    }

    /// Gives this place up, and waits for one until only so many other jobs of ours are active.
    pub(crate) async fn alone(self, beside: usize) -> Option<Self> {
        let jobs = Arc::clone(&self.jobs);
        drop(self);
        jobs.wait(Wanted::Beside(beside)).await
    }

    /// Remembers that only so many jobs may be active.
    pub(crate) fn learn(&self, limit: usize) {
        let mut state = lock(&self.jobs.state);
        state.is_learnt |= state.limit.is_none_or(|known| known > limit);
        state.set(limit);
    }

    /// Remembers that a start was refused although no other job was active.
    pub(crate) fn rule_out(&self) {
        lock(&self.jobs.state).is_ruled_out = true;
    }
}

impl Drop for ActivePlace {
    fn drop(&mut self) {
        let mut state = lock(&self.jobs.state);
        state.taken = state.taken.saturating_sub(1);
        state.started = state.started.saturating_sub(usize::from(self.is_started));
        drop(state);
        self.jobs.changed.notify_waiters();
    }
}

/// One job that waits for a place.
struct Waiting<'a> {
    jobs: &'a ActiveJobs,
    is_alone: bool,
}

impl<'a> Waiting<'a> {
    fn begin(jobs: &'a ActiveJobs, is_alone: bool) -> Self {
        let mut state = lock(&jobs.state);
        state.waiting += 1;
        state.waiting_alone += usize::from(is_alone);
        Self { jobs, is_alone }
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        let mut state = lock(&self.jobs.state);
        state.waiting -= 1;
        state.waiting_alone -= usize::from(self.is_alone);
        drop(state);
        self.jobs.changed.notify_waiters();
    }
}

impl fmt::Debug for ActiveJobs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.state.fmt(f)
    }
}
