//! Keeps requests within quotas: each waits for its turn on its pool, then for its turn in the account.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde_json::Value;
use tokio::sync::Mutex as Lane;
use tokio::time::{Instant, sleep_until};

use crate::contract::{Operation, QuotaClass, QuotaUse, TARGET_PREFIX};
use crate::target::quota::Quotas;
use crate::wire::Request;

/// How long a second is taken to be. How the service counts is not documented; a window of a second and a quarter fits a
/// bucket, a sliding second and a second of the clock, and bears a network that holds requests back for a quarter of a second.
const WINDOW: Duration = Duration::from_millis(1_250);

const SECOND: Duration = Duration::from_secs(1);

/// How many pools are remembered before those that are at rest are forgotten.
const POOLS_MAX: usize = 64;

/// Lets requests through as quotas allow. Those who wait on one pool, or in one class, come in order.
#[derive(Debug)]
pub struct Limiter {
    quotas: Quotas,
    accounts: BTreeMap<QuotaClass, Lane<Window>>,
    pools: Mutex<BTreeMap<Pool, Arc<Lane<Window>>>>,
    started: Instant,
    meters: Mutex<BTreeMap<QuotaClass, Meter>>,
}

/// A class of requests on one pool.
type Pool = (QuotaClass, String);

/// The latest requests of one lane.
#[derive(Debug)]
struct Window {
    /// How many there may be in a span.
    room: usize,
    span: Duration,
    latest: VecDeque<Instant>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Meter {
    requests: u64,
    peak: u32,
    pool_peak: u32,
    last: Duration,
}

impl Limiter {
    /// For these quotas; nothing was sent yet.
    pub fn new(quotas: Quotas) -> Self {
        let accounts = quotas.0.iter();
        let accounts = accounts
            .map(|(class, limit)| (*class, Lane::new(Window::of(f64::from(limit.account)))))
            .collect();
        Self {
            quotas,
            accounts,
            pools: Mutex::default(),
            started: Instant::now(),
            meters: Mutex::default(),
        }
    }

    /// Waits until a request may be sent.
    pub async fn turn(&self, request: &Request) {
        let class = class(request);
        let Some(account) = self.accounts.get(&class) else {
            return;
        };
        let lane = self.lane(class, request);
        let mut pool = match &lane {
            Some(lane) => Some(lane.lock().await),
            None => None,
        };
        if let Some(pool) = &pool {
            pool.wait().await;
        }
        let mut account = account.lock().await;
        account.wait().await;
        let now = Instant::now();
        account.take(now);
        if let Some(pool) = &mut pool {
            pool.take(now);
        }
        let mut meters = lock(&self.meters);
        let meter = meters.entry(class).or_default();
        meter.requests += 1;
        meter.last = now - self.started;
        meter.peak = meter.peak.max(account.in_a_second(now));
        let of_pool = pool.map_or(0, |pool| pool.in_a_second(now));
        meter.pool_peak = meter.pool_peak.max(of_pool);
    }

    /// What was used so far of each quota.
    pub fn usage(&self) -> Vec<QuotaUse> {
        let meters = lock(&self.meters).clone();
        // One time for all: else a class that is used for an instant seems to be used much.
        let lasted = meters.values().map(|meter| meter.last).max();
        // The second of the last request counts as a whole.
        let seconds = (lasted.unwrap_or_default() + SECOND).as_secs_f64();
        let classes = self.quotas.0.iter();
        classes
            .map(|(class, limit)| {
                let meter = meters.get(class).copied().unwrap_or_default();
                QuotaUse {
                    class: *class,
                    requests: meter.requests,
                    account_limit: limit.account,
                    account_peak: meter.peak,
                    account_mean: meter.requests as f64 / seconds,
                    pool_limit: limit.pool,
                    pool_peak: meter.pool_peak,
                }
            })
            .collect()
    }

    /// How many pools are remembered.
    pub fn pools(&self) -> usize {
        lock(&self.pools).len()
    }

    /// The lane of the pool that a request names, where its class has a limit for one pool.
    fn lane(&self, class: QuotaClass, request: &Request) -> Option<Arc<Lane<Window>>> {
        let limit = self.quotas.0.get(&class)?.pool?;
        let mut pools = lock(&self.pools);
        let pool = named(&request.body).or_else(|| {
            // What is no JSON to us may be some to the endpoint.
            let known = pools.keys().map(|(_, pool)| pool);
            known
                .into_iter()
                .find(|pool| contains(&request.body, pool.as_bytes()))
                .cloned()
        })?;
        if pools.len() >= POOLS_MAX {
            pools.retain(|_, lane| Arc::strong_count(lane) > 1 || !is_at_rest(lane));
        }
        let new = || Arc::new(Lane::new(Window::of(f64::from(limit))));
        Some(Arc::clone(pools.entry((class, pool)).or_insert_with(new)))
    }
}

impl Window {
    /// For so many requests a second. Less than one is one in a longer span.
    fn of(per_second: f64) -> Self {
        let span = WINDOW.div_f64(per_second.min(1.0));
        Self {
            room: (per_second as usize).max(1),
            span,
            latest: VecDeque::new(),
        }
    }

    async fn wait(&self) {
        if self.latest.len() == self.room
            && let Some(first) = self.latest.front()
        {
            sleep_until(*first + self.span).await;
        }
    }

    fn take(&mut self, now: Instant) {
        if self.latest.len() == self.room {
            self.latest.pop_front();
        }
        self.latest.push_back(now);
    }

    fn in_a_second(&self, now: Instant) -> u32 {
        let is_recent = |then: &&Instant| now.duration_since(**then) < SECOND;
        // No window has room for more than the largest limit.
        u32::try_from(self.latest.iter().filter(is_recent).count()).unwrap_or(u32::MAX)
    }
}

/// The class that a request is counted in. One that cannot be read may be a stop.
fn class(request: &Request) -> QuotaClass {
    request
        .header("x-amz-target")
        .and_then(|target| target.strip_prefix(TARGET_PREFIX)?.strip_prefix('.'))
        .and_then(|name| name.parse::<Operation>().ok())
        .unwrap_or(Operation::StopUserImportJob)
        .quota_class()
}

/// The pool that a body names.
fn named(body: &[u8]) -> Option<String> {
    let json: Value = serde_json::from_slice(body).ok()?;
    Some(json.get("UserPoolId")?.as_str()?.to_owned())
}

fn contains(body: &[u8], part: &[u8]) -> bool {
    !part.is_empty() && body.windows(part.len()).any(|window| window == part)
}

fn is_at_rest(lane: &Lane<Window>) -> bool {
    lane.try_lock().is_ok_and(|window| {
        let last = window.latest.back();
        last.is_none_or(|last| last.elapsed() > window.span)
    })
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
