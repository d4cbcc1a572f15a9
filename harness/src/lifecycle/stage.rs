//! Where a sequence is played: in this process, with the time at hand, or on a target.

use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::{Duration, Instant};

use tokio::sync::{Barrier, Semaphore};
use tokio::time::sleep;

use crate::contract::Status;
use crate::lifecycle::automaton::State;
use crate::lifecycle::cast::Cast;
use crate::lifecycle::play::Lag;
use crate::oracle::{Deed, Event};
use crate::provision::{self, ActiveJobs, Provisioner};
use crate::reference::{Delivery, Endpoint, Moment, Options};
use crate::target::{Client, Failure, Profile, Provision};
use crate::wire::{Header, Request, Response};

/// The moment at which everything in this process begins: there, nothing depends on the clock.
const NOW: Moment = Moment::from_ms(1_736_443_471_781);

/// How far apart two steps are in this process.
const STEP_MS: u64 = 10;

/// How long a race in this process is given to be over.
const AFTER_MS: u64 = 400;

/// What ends a job that was not started, the beginning of an import, and an import.
const DAY_MS: u64 = 25 * 3_600_000;
const PENDING_MS: u64 = 600;
const IMPORT_MS: u64 = 3_000;

/// How many jobs of a walk are under way on this machine: most of them only wait for an import.
const VISITS_AT_ONCE: usize = 8;

/// The number of the first pool of a target's sequences. Those of its provisioning begin with 0.
const POOLS_FROM: u64 = 1_000_000;

/// The longest wait on a target whose time cannot be moved.
const WAIT_MAX: Duration = Duration::from_millis(200);

/// A role of the right form: emulators do not look whether it exists.
const ROLE: &str = "arn:aws:iam::123456789012:role/fullstop-import";

/// What the names of pools begin with, where no profile says so.
const PREFIX: &str = "fullstop";

/// Where steps are done.
#[derive(Clone, Debug)]
pub enum Stage {
    /// The reference, without a socket or a clock: what happens depends on the steps alone.
    InProcess(Arc<Endpoint>, Moment),
    /// A target.
    Target(Arc<Target>),
}

/// A target as sequences and races need it.
#[derive(Debug)]
pub struct Target {
    client: Client,
    provisioner: Arc<Provisioner>,
    upload_hosts: Vec<String>,
    role: String,
    region: String,
    /// What the names of its pools begin with, and the number of the next one.
    label: String,
    next: Arc<AtomicU64>,
    /// How many requests are under way at once.
    turns: Semaphore,
    lag: Lag,
}

impl Target {
    /// A profile's target. The names of its pools hold the id of the run, so that what is left of them can be found.
    pub fn new(
        profile: &Profile,
        client: Client,
        provisioner: Arc<Provisioner>,
        run_id: &str,
    ) -> Self {
        let (upload_hosts, role, prefix) = match &profile.provision {
            Provision::Api(api) => (api.upload_hosts.clone(), api.role_arn(), api.prefix()),
            _ => (Vec::new(), ROLE, PREFIX),
        };
        Self {
            client,
            provisioner,
            upload_hosts,
            role: role.to_owned(),
            region: profile.region.clone(),
            turns: Semaphore::new(Semaphore::MAX_PERMITS),
            lag: Lag::default(),
            label: format!("{prefix}-{run_id}"),
            next: Arc::new(AtomicU64::new(POOLS_FROM)),
        }
    }
}

impl Target {
    /// With at most so many requests of sequences under way at once, however many sequences wait for time to pass.
    pub(crate) fn with_requests_at_once(self, most: usize) -> Self {
        Self {
            turns: Semaphore::new(most.max(1)),
            ..self
        }
    }

    /// Whether its readings catch up.
    pub(crate) fn lag(&self) -> &Lag {
        &self.lag
    }

    /// The provisioning.
    pub(crate) fn provisioner(&self) -> &Arc<Provisioner> {
        &self.provisioner
    }

    /// How many jobs a walk may have under way. Where time is moved it moves for all; elsewhere an account may have one.
    pub(crate) fn visits_at_once(&self) -> usize {
        let moves_time = self.provisioner.advance(0);
        if self.client.is_loopback() && !moves_time {
            VISITS_AT_ONCE
        } else {
            1
        }
    }

    /// The places of active jobs, where sequences compete for them.
    pub(crate) fn active_jobs(&self) -> Option<&Arc<ActiveJobs>> {
        let is_limited = !self.provisioner.binds_faults();
        is_limited.then(|| self.provisioner.active_jobs())
    }

    /// Whether sequences can make pools there: what they make must be deleted.
    pub fn makes_pools(&self) -> bool {
        self.provisioner.makes_pools()
    }
}

impl Stage {
    /// A new reference endpoint in this process.
    pub fn in_process(options: Options) -> Self {
        Self::InProcess(Arc::new(Endpoint::new(options)), NOW)
    }

    /// The same stage for another sequence: in this process a new endpoint, so that one never meets what another left.
    pub(crate) fn fresh(&self) -> Self {
        match self {
            Self::InProcess(endpoint, _) => Self::in_process(endpoint.options().clone()),
            Self::Target(target) => Self::Target(Arc::clone(target)),
        }
    }

    /// How long a wait is that takes a job as far as time alone can, from some state; the day only where it can be moved.
    pub(crate) fn long_wait_ms(&self, from: State) -> u64 {
        let day = [State::CreatedWithoutFile, State::In(Status::Created)];
        match from {
            _ if day.contains(&from) => DAY_MS,
            State::In(Status::Pending) => PENDING_MS,
            _ => IMPORT_MS,
        }
    }

    /// How many sequences may be played side by side where nothing is to be gained from more; one where they share a time
    /// that is moved.
    pub(crate) fn visits_at_once(&self) -> usize {
        match self {
            Self::InProcess(..) => 1,
            Self::Target(target) => target.visits_at_once(),
        }
    }

    /// The places of active jobs, where sequences compete for them.
    pub(crate) fn active_jobs(&self) -> Option<&Arc<ActiveJobs>> {
        match self {
            Self::InProcess(..) => None,
            Self::Target(target) => target.active_jobs(),
        }
    }

    /// The target. In this process there is none.
    pub(crate) fn target(&self) -> Option<Arc<Target>> {
        match self {
            Self::InProcess(..) => None,
            Self::Target(target) => Some(Arc::clone(target)),
        }
    }

    /// Whether time can be moved there rather than waited for.
    pub(crate) fn moves_time(&self) -> bool {
        match self {
            Self::InProcess(..) => true,
            Self::Target(target) => target.provisioner.advance(0),
        }
    }

    /// Does many things at once, and hears the answers, in the order of the deeds. `ms` is how long a wait among them is.
    ///
    /// In this process they are taken one after the other at one moment, which is one of the orders in which they can be
    /// taken; a wait in their midst moves the moment.
    pub(crate) async fn burst(&mut self, deeds: &[Deed], ms: u64) -> Vec<Event> {
        match self {
            Self::InProcess(endpoint, now) => {
                *now = now.after_ms(STEP_MS);
                let mut events = Vec::new();
                for deed in deeds {
                    let Some(request) = deed.request() else {
                        *now = now.after_ms(ms);
                        continue;
                    };
                    let reply = endpoint.handle(&request, *now);
                    let is_heard = matches!(reply.delivery, Delivery::Whole | Delivery::Chunked);
                    let answer = is_heard.then_some(reply.response);
                    events.push(Event {
                        deed: deed.clone(),
                        began_us: 0,
                        ended_us: 1,
                        answer: answer.ok_or_else(|| "the connection was closed".to_owned()),
                    });
                }
                // Whoever was answered late was answered by now.
                *now = now.after_ms(AFTER_MS);
                events
            }
            Self::Target(target) => target.burst(deeds, ms).await,
        }
    }

    /// Nobody yet.
    pub(crate) fn cast(&self) -> Cast {
        match self {
            Self::InProcess(endpoint, _) => {
                let next = Arc::new(AtomicU64::new(0));
                Cast::new("fullstop-life", next, ROLE, &endpoint.options().region)
            }
            Self::Target(target) => {
                let next = Arc::clone(&target.next);
                Cast::new(&target.label, next, &target.role, &target.region)
            }
        }
    }

    /// Does something, and hears the answer if there is one.
    pub(crate) async fn act(
        &mut self,
        deed: &Deed,
        ms: u64,
        url: Option<&str>,
    ) -> Option<Response> {
        match self {
            Self::InProcess(endpoint, now) => {
                *now = now.after_ms(STEP_MS + ms);
                let request = match deed.request() {
                    Some(request) => request,
                    None => upload(url?),
                };
                let reply = endpoint.handle(&request, *now);
                // The next thing is done when this one is answered.
                *now = now.after_ms(reply.delay_ms);
                let is_heard = matches!(reply.delivery, Delivery::Whole | Delivery::Chunked);
                is_heard.then_some(reply.response)
            }
            Self::Target(target) => target.act(deed, ms, url).await,
        }
    }

    /// Deletes what a sequence made.
    pub(crate) async fn clear(&self, cast: &Cast) {
        for pool in cast.pools() {
            match self {
                Self::InProcess(endpoint, _) => endpoint.release(pool),
                Self::Target(target) => target.provisioner.disown(pool).await,
            }
        }
    }
}

impl Target {
    async fn act(&self, deed: &Deed, ms: u64, url: Option<&str>) -> Option<Response> {
        if *deed == Deed::Wait {
            self.wait(ms).await;
            return None;
        }
        let _turn = self.turns.acquire().await;
        if let Deed::CreatePool { .. } = deed
            && !self.provisioner.can_delete()
        {
            return None;
        }
        if let Some(request) = deed.request() {
            let Deed::CreatePool { name } = deed else {
                return self.send(deed, &request).await.ok();
            };
            // It may be made although nobody hears of it, also where nobody waits for the answer any more.
            self.provisioner.miss(name);
            let answer = self.send(deed, &request).await.ok()?;
            match made_pool(&answer) {
                Some(pool) => self.provisioner.adopt(&pool, name),
                None if (400..500).contains(&answer.status) => self.provisioner.found(name),
                _ => {}
            }
            return Some(answer);
        }
        let url = url?;
        provision::check(url, &self.client, &self.upload_hosts).ok()?;
        self.client.upload(url, csv().into_bytes()).await.ok()
    }

    /// Sends a request. What a deletion is answered says nothing that is waited for.
    async fn send(&self, deed: &Deed, request: &Request) -> Result<Response, Failure> {
        match deed {
            Deed::DeletePool { .. } => self.client.tell(request).await,
            _ => self.client.ping(request).await,
        }
    }

    /// Lets time pass. Others share the target and its time, so that a sequence must not end everybody's day.
    async fn wait(&self, ms: u64) {
        if !self.provisioner.advance(ms) {
            sleep(Duration::from_millis(ms).min(WAIT_MAX)).await;
        }
    }

    async fn burst(self: &Arc<Self>, deeds: &[Deed], ms: u64) -> Vec<Event> {
        let start = Instant::now();
        let barrier = Arc::new(Barrier::new(deeds.len()));
        let mut tasks = Vec::new();
        for deed in deeds.iter().cloned() {
            let (target, barrier) = (Arc::clone(self), Arc::clone(&barrier));
            tasks.push(tokio::spawn(async move {
                barrier.wait().await;
                let began_us = micros(start);
                let answer = match deed.request() {
                    Some(request) => {
                        let answer = target.send(&deed, &request).await;
                        answer.map_err(|failure| failure.to_string())
                    }
                    None => {
                        target.wait(ms).await;
                        Err("time".to_owned())
                    }
                };
                Event {
                    deed,
                    began_us,
                    ended_us: micros(start),
                    answer,
                }
            }));
        }
        let mut events = Vec::new();
        for task in tasks {
            events.extend(task.await.ok());
        }
        events
    }
}

fn micros(since: Instant) -> u64 {
    u64::try_from(since.elapsed().as_micros()).unwrap_or(u64::MAX)
}

fn made_pool(answer: &Response) -> Option<String> {
    let json: serde_json::Value = serde_json::from_slice(&answer.body).ok()?;
    json.pointer("/UserPool/Id")?.as_str().map(str::to_owned)
}

/// The file of a job: one user.
fn csv() -> String {
    let columns = provision::COLUMNS.map(str::to_owned);
    provision::file(&columns, 1, true)
}

fn upload(url: &str) -> Request {
    let path = url
        .split_once("://")
        .and_then(|(_, rest)| rest.find('/').map(|at| rest[at..].to_owned()));
    Request {
        method: "PUT".to_owned(),
        path: path.unwrap_or_else(|| "/".to_owned()),
        headers: vec![Header::new("x-amz-server-side-encryption", "aws:kms")],
        body: csv().into_bytes(),
    }
}
