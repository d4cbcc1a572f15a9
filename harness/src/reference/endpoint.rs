//! The endpoint: one request in, one reply out, and the control in process.

use std::sync::{Mutex, MutexGuard, PoisonError};

use serde_json::{Map, Value};

use crate::contract::{self, Operation, Status};
use crate::reference::failure::Failure;
use crate::reference::json::Json;
use crate::reference::operation::{self, Call, Rules};
use crate::reference::store::{FAULTS_MAX, JOBS_MAX, JOBS_OF_POOL_MAX, POOLS_MAX, Store};
use crate::reference::upload::{self, Tally};
use crate::reference::{
    ControlError, Effect, Fault, Job, JobIds, Moment, Mutant, Options, Received, Reply, Seed,
    answer, delivery, distort, front, signature, sometimes,
};
use crate::wire::{Request, Response};

/// An endpoint that behaves like AWS, held in memory.
#[derive(Debug)]
pub struct Endpoint {
    usual: Side,
    /// How it is for one in so many stops, if its mutant is an intermittent one.
    rare: Option<(Side, u32)>,
    store: Mutex<Store>,
}

/// What an endpoint remembered at some moment.
#[derive(Clone, Debug)]
pub struct State(Store);

/// How an endpoint meets a request.
#[derive(Debug)]
struct Side {
    options: Options,
    rules: Rules,
}

/// What came of a request, before it is written down.
#[derive(Debug)]
struct Outcome {
    result: Result<Json, Failure>,
    latency_ms: u64,
}

impl Endpoint {
    /// An endpoint without pools.
    pub fn new(options: Options) -> Self {
        let store = Mutex::new(Store::new(options.seed));
        let rare = options.mutant().and_then(sometimes::constant);
        let rare = rare.map(|(mutant, odds)| {
            let mutant = Some(mutant);
            let options = options.clone();
            (Side::new(Options { mutant, ..options }), odds)
        });
        Self {
            usual: Side::new(options),
            rare,
            store,
        }
    }

    /// Forgets everything: the next ids are those that a new endpoint would make.
    pub fn clear(&self) {
        *self.store() = Store::new(self.usual.options.seed);
    }

    /// What it remembers.
    pub fn state(&self) -> State {
        State(self.store().clone())
    }

    /// Goes back to what it remembered.
    pub fn restore(&self, state: &State) {
        self.store().go_back(&state.0);
    }

    /// Answers one request at a moment.
    ///
    /// A signature covers the `Host` header: a signed request must have it among its headers.
    pub fn handle(&self, request: &Request, now: Moment) -> Reply {
        if upload::is_upload(&request.method, &request.path) {
            let mut tally = Tally::default();
            tally.feed(&request.body);
            return Reply::whole(self.receive(request, tally, now));
        }
        let is_stop = front::is_stop(request);
        let side = match &self.rare {
            Some((rare, odds)) if is_stop && sometimes::strikes(request, *odds) => rare,
            _ => &self.usual,
        };
        let outcome = self.outcome(side, request, is_stop, now);
        let cause = outcome.result.as_ref().err().map(|failure| failure.cause);
        let mut reply = Reply::whole(self.written(side, outcome.result, request, is_stop));
        reply.delay_ms = outcome.latency_ms;
        delivery::vary(&mut reply, &side.options);
        if is_stop {
            delivery::misdeliver(&mut reply, request, cause, &side.options);
        }
        reply
    }

    /// Makes a job in whatever status, and a pool for it if none is named.
    pub fn seed_job(&self, seed: Seed, now: Moment) -> Result<JobIds, ControlError> {
        let mut store = self.store();
        let now = now.after_ms(store.ahead_ms);
        let pool = match seed.pool {
            Some(pool) if store.pools.contains_key(&pool) => pool,
            Some(pool) => return Err(ControlError::UnknownPool(pool)),
            None => {
                if store.is_full() {
                    return Err(full("jobs", JOBS_MAX));
                }
                let pool = store.make_pool("fullstop".to_owned(), now, &self.usual.options);
                pool.ok_or_else(|| full("pools", POOLS_MAX))?.id.clone()
            }
        };
        let job = store.make_job(&pool, "Customer import".to_owned(), now);
        let job = job.map_err(|_| full("jobs in a pool", JOBS_OF_POOL_MAX))?;
        let account = &self.usual.options.account_id;
        job.role_arn = format!("arn:aws:iam::{account}:role/example-cloudwatch-logs-role");
        job.pose(seed.status, now, &self.usual.options);
        job.held = seed.held;
        front::HOST_DEFAULT.clone_into(&mut job.host);
        Ok(JobIds {
            user_pool_id: pool,
            job_id: job.id.clone(),
        })
    }

    /// Drops a pool and its jobs, whatever their status, and the faults bound to it. An unknown pool is as good as dropped.
    pub fn release(&self, pool: &str) {
        self.store().drop_pool(pool);
    }

    /// Lets a held job that is Stopping go on to Stopped, as time would have it.
    pub fn let_go(&self, pool: &str, job: &str) {
        if let Ok(pool) = self.store().pool(pool)
            && let Some(job) = pool.jobs.iter_mut().find(|one| one.id == job)
            && job.status == Status::Stopping
        {
            job.held = false;
        }
    }

    /// Queues a fault.
    pub fn fault(&self, fault: Fault) -> Result<(), ControlError> {
        if let Effect::Error(name) = &fault.effect
            && !contract::is_known(name)
        {
            return Err(ControlError::UnknownError(name.clone()));
        }
        if fault.times == 0 || self.store().queue(fault) {
            Ok(())
        } else {
            Err(full("faults", FAULTS_MAX))
        }
    }

    /// Moves the endpoint's own time on. Signatures are still judged by the time passed in, or an hour's advance would
    /// make every client's clock wrong.
    pub fn advance(&self, ms: u64) {
        let mut store = self.store();
        store.ahead_ms = store.ahead_ms.saturating_add(ms);
    }

    /// A job as it stands at a moment.
    pub fn job(&self, pool: &str, job: &str, now: Moment) -> Option<Job> {
        self.look(pool, job, now, Job::clone)
    }

    /// What someone makes of a job as it stands at a moment.
    pub fn look<T>(
        &self,
        pool: &str,
        job: &str,
        now: Moment,
        read: impl FnOnce(&Job) -> T,
    ) -> Option<T> {
        let mut store = self.store();
        let now = now.after_ms(store.ahead_ms);
        let job = store
            .pool(pool)
            .ok()?
            .job(job, now, &self.usual.options)
            .ok()?;
        Some(read(job))
    }

    /// What it was asked so far.
    pub fn received(&self) -> Received {
        self.store().received.clone()
    }

    /// The options that it was made with.
    pub fn options(&self) -> &Options {
        &self.usual.options
    }

    /// Takes in a CSV file that was counted as it came.
    pub(crate) fn receive(&self, request: &Request, tally: Tally, now: Moment) -> Response {
        let mut store = self.store();
        store.received.uploads += 1;
        let now = now.after_ms(store.ahead_ms);
        upload::receive(request, tally, now, &self.usual.options, &mut store)
    }

    /// The request's way in: its form, its signature, then the operation.
    ///
    /// Not established: the order. Athena and Kinesis have this one.
    fn outcome(&self, side: &Side, request: &Request, is_stop: bool, now: Moment) -> Outcome {
        let Side { options, rules } = side;
        let (operation, members) = match front::read(request, is_stop, options) {
            Ok(read) => read,
            Err(failure) => {
                self.store().received.note(None);
                return Outcome::at_once(Err(failure));
            }
        };
        let signed = signature::verify(request, now, options);
        let mut store = self.store();
        store.received.note(Some(operation));
        let call = Call {
            members: &members,
            now: now.after_ms(store.ahead_ms),
            host: front::host(request),
            options,
        };
        if let Err(failure) = signed {
            if options.is(Mutant::UnsignedStopStops) && is_stop {
                // The answer is still the refusal.
                let _ = operation::answer(operation, &call, rules, &mut store);
            }
            return Outcome::at_once(Err(failure));
        }
        operate(operation, &call, rules, &mut store)
    }

    fn written(
        &self,
        side: &Side,
        result: Result<Json, Failure>,
        request: &Request,
        is_stop: bool,
    ) -> Response {
        let id = self.store().ids.request();
        let response = match result {
            Ok(body) => answer::success(&body, &id, &side.options),
            Err(failure) => {
                let failure = if is_stop {
                    distort::failure(failure, &side.options)
                } else {
                    failure
                };
                answer::refusal(&failure, &id, &side.options)
            }
        };
        if is_stop {
            distort::response(response, request, &side.options)
        } else {
            response
        }
    }

    /// The state. A panic elsewhere leaves it as usable as before, since every change is made in one go.
    fn store(&self) -> MutexGuard<'_, Store> {
        self.store.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Side {
    fn new(options: Options) -> Self {
        Self {
            rules: Rules::new(&options),
            options,
        }
    }
}

impl Outcome {
    fn at_once(result: Result<Json, Failure>) -> Self {
        Self {
            result,
            latency_ms: 0,
        }
    }
}

/// The operation, unless a limit or a fault comes first.
fn operate(operation: Operation, call: &Call<'_>, rules: &Rules, store: &mut Store) -> Outcome {
    let pool = named_pool(call.members);
    if let Err(failure) = store.admit(operation, pool, call.now, call.options) {
        return Outcome::at_once(Err(failure));
    }
    let fault = is_stop(operation).then(|| store.take_fault(pool));
    let result = match fault.flatten() {
        Some(Effect::Error(name)) => {
            if call.is(Mutant::ThrottledStopStops) {
                // The answer is still the refusal.
                let _ = operation::answer(operation, call, rules, store);
            }
            Err(Failure::fault(&name))
        }
        Some(Effect::LatencyMs(latency_ms)) => {
            let result = operation::answer(operation, call, rules, store);
            return Outcome { result, latency_ms };
        }
        None => operation::answer(operation, call, rules, store),
    };
    Outcome::at_once(result)
}

fn is_stop(operation: Operation) -> bool {
    operation == Operation::StopUserImportJob
}

fn full(what: &'static str, max: usize) -> ControlError {
    ControlError::Full { what, max }
}

fn named_pool(members: &Map<String, Value>) -> Option<&str> {
    members.get("UserPoolId")?.as_str()
}
