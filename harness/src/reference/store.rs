//! What the endpoint remembers between requests, and how much of it.

use std::collections::BTreeMap;

use crate::contract::{Operation, QuotaClass};
use crate::reference::failure::Failure;
use crate::reference::id::Maker;
use crate::reference::options::Options;
use crate::reference::seed::{Effect, Fault};
use crate::reference::{Job, Moment, Received};

/// A pool is small, but a client may make them for ever.
pub(crate) const POOLS_MAX: usize = 10_000;

/// The service's own quota (quotas page, L-681BB884).
pub(crate) const JOBS_OF_POOL_MAX: usize = 1_000;

/// Over all pools. A job takes some two kilobytes at most, so this is some 40 MB.
pub(crate) const JOBS_MAX: usize = 20_000;

/// More than any run has cases under way.
pub(crate) const FAULTS_MAX: usize = 1_024;

/// The state behind the lock.
#[derive(Clone, Debug)]
pub(crate) struct Store {
    pub(crate) pools: BTreeMap<String, Pool>,
    pub(crate) ids: Maker,
    /// Stopped jobs of pools that were deleted; only mutants remember any.
    pub(crate) buried: Vec<Job>,
    /// The jobs ever made in the pools that are left.
    job_count: usize,
    /// By how much the endpoint's time is ahead of the one passed in.
    pub(crate) ahead_ms: u64,
    faults: Vec<Fault>,
    /// For an account's class of requests, and for that class on one pool.
    buckets: BTreeMap<(QuotaClass, Option<String>), Bucket>,
    pub(crate) received: Received,
}

/// A user pool, as far as import jobs need one.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Pool {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) created: Moment,
    /// Whether it has auto-verified attributes, without which no import starts.
    pub(crate) is_verifying: bool,
    /// Oldest first.
    pub(crate) jobs: Vec<Job>,
    /// How many were made in it.
    job_count: usize,
}

impl Store {
    pub(crate) fn new(seed: u64) -> Self {
        Self {
            pools: BTreeMap::new(),
            ids: Maker::new(seed),
            buried: Vec::new(),
            job_count: 0,
            ahead_ms: 0,
            faults: Vec::new(),
            buckets: BTreeMap::new(),
            received: Received::default(),
        }
    }

    /// Goes back to what was remembered before. Pools are copied only where they differ: most requests change none, and to
    /// look costs less than to copy.
    pub(crate) fn go_back(&mut self, before: &Self) {
        let Self {
            pools,
            ids,
            buried,
            job_count,
            ahead_ms,
            faults,
            buckets,
            received,
        } = before;
        if self.pools != *pools {
            self.pools.clone_from(pools);
        }
        self.ids.clone_from(ids);
        self.buried.clone_from(buried);
        self.job_count = *job_count;
        self.ahead_ms = *ahead_ms;
        self.faults.clone_from(faults);
        self.buckets.clone_from(buckets);
        self.received.clone_from(received);
    }

    /// Makes a pool, unless there are too many.
    pub(crate) fn make_pool(
        &mut self,
        name: String,
        now: Moment,
        options: &Options,
    ) -> Option<&mut Pool> {
        if self.pools.len() >= POOLS_MAX {
            return None;
        }
        let id = self.ids.pool(&options.region);
        let pool = Pool {
            id: id.clone(),
            name,
            created: now,
            is_verifying: true,
            jobs: Vec::new(),
            job_count: 0,
        };
        Some(self.pools.entry(id).or_insert(pool))
    }

    /// Makes a job in a pool, unless there are too many.
    pub(crate) fn make_job(
        &mut self,
        pool: &str,
        name: String,
        now: Moment,
    ) -> Result<&mut Job, Failure> {
        let is_full = self.is_full();
        let Some(owner) = self.pools.get_mut(pool) else {
            return Err(Failure::missing_pool(pool));
        };
        if is_full || owner.jobs.len() >= JOBS_OF_POOL_MAX {
            return Err(Failure::limit_exceeded(
                "import jobs in a user pool",
                JOBS_OF_POOL_MAX,
            ));
        }
        let job = Job::created(self.ids.job(), name, pool, now);
        owner.jobs.push(job);
        owner.job_count += 1;
        self.job_count += 1;
        Ok(owner.jobs.last_mut().expect("one was just pushed"))
    }

    /// Whether there is no room for another job in any pool.
    pub(crate) fn is_full(&self) -> bool {
        self.job_count >= JOBS_MAX
    }

    /// How many jobs of all pools are active at a moment.
    pub(crate) fn active_count(&mut self, now: Moment, options: &Options) -> usize {
        let jobs = self.pools.values_mut().flat_map(|pool| &mut pool.jobs);
        jobs.filter_map(|job| {
            job.settle(now, options);
            job.is_active().then_some(())
        })
        .count()
    }

    /// The pool of that id.
    pub(crate) fn pool(&mut self, id: &str) -> Result<&mut Pool, Failure> {
        self.pools
            .get_mut(id)
            .ok_or_else(|| Failure::missing_pool(id))
    }

    /// Queues a fault, unless there are too many.
    pub(crate) fn queue(&mut self, fault: Fault) -> bool {
        let has_room = self.faults.len() < FAULTS_MAX;
        if has_room {
            self.faults.push(fault);
        }
        has_room
    }

    /// Uses up one of the first fault that is meant for a request naming that pool.
    pub(crate) fn take_fault(&mut self, pool: Option<&str>) -> Option<Effect> {
        let is_meant = |fault: &Fault| match &fault.pool {
            Some(bound) => Some(bound.as_str()) == pool,
            None => true,
        };
        let index = self.faults.iter().position(is_meant)?;
        let fault = &mut self.faults[index];
        fault.times = fault.times.saturating_sub(1);
        let effect = fault.effect.clone();
        if fault.times == 0 {
            self.faults.remove(index);
        }
        Some(effect)
    }

    /// Drops a pool, its jobs and the faults that are bound to it.
    pub(crate) fn drop_pool(&mut self, id: &str) {
        if let Some(pool) = self.pools.remove(id) {
            self.job_count -= pool.job_count;
        }
        self.faults
            .retain(|fault| fault.pool.as_deref() != Some(id));
        self.buckets
            .retain(|(_, pool), _| pool.as_deref() != Some(id));
    }

    /// Lets one more request through, as far as the limits of the account and of the pool allow. A refused one counts for
    /// neither.
    pub(crate) fn admit(
        &mut self,
        operation: Operation,
        pool: Option<&str>,
        now: Moment,
        options: &Options,
    ) -> Result<(), Failure> {
        let class = operation.quota_class();
        let account = match class {
            QuotaClass::UserPoolResourceUpdate => options.rate_limit,
            QuotaClass::UserPoolResourceRead => options.read_rate_limit,
            QuotaClass::UserPools => return Ok(()),
        };
        // A pool that is not there has no bucket, or a client could make buckets for ever.
        let pool = pool.filter(|id| self.pools.contains_key(*id));
        let of_pool = options.pool_rate_limit.zip(pool);
        let of_pool = of_pool.map(|(limit, id)| ((class, Some(id.to_owned())), limit));
        let of_account = account.map(|limit| ((class, None), limit));
        let limits: Vec<_> = of_account.into_iter().chain(of_pool).collect();
        for (key, limit) in &limits {
            let bucket = self.buckets.entry(key.clone()).or_default();
            if !bucket.has_room(now, *limit) {
                self.received.throttled += 1;
                return Err(Failure::throttled());
            }
        }
        for (key, _) in limits {
            self.buckets.entry(key).or_default().take();
        }
        Ok(())
    }
}

impl Pool {
    /// The job of that id, as it stands at a moment.
    pub(crate) fn job(
        &mut self,
        id: &str,
        now: Moment,
        options: &Options,
    ) -> Result<&mut Job, Failure> {
        let job = self.jobs.iter_mut().find(|job| job.id == id);
        let job = job.ok_or_else(|| Failure::missing_job(id))?;
        job.settle(now, options);
        Ok(job)
    }

    /// Whether an import is under way.
    pub(crate) fn is_importing(&mut self, now: Moment, options: &Options) -> bool {
        self.jobs.iter_mut().any(|job| {
            job.settle(now, options);
            job.is_active()
        })
    }
}

/// A token bucket that holds one second's worth of requests.
#[derive(Clone, Debug, Default)]
struct Bucket {
    /// In thousandths of a request, so that a millisecond earns a whole number of them. None before the first request.
    level: Option<u64>,
    filled: Moment,
}

impl Bucket {
    /// Fills it up to a moment, and looks whether a request is in it.
    fn has_room(&mut self, now: Moment, per_second: u32) -> bool {
        let rate = u64::from(per_second);
        let full = rate * 1_000;
        let earned = now.since_ms(self.filled).saturating_mul(rate);
        let level = self
            .level
            .map_or(full, |level| level.saturating_add(earned).min(full));
        self.filled = self.filled.max(now);
        self.level = Some(level);
        level >= 1_000
    }

    fn take(&mut self) {
        self.level = self.level.map(|level| level.saturating_sub(1_000));
    }
}
