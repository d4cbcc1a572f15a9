//! Makes a precondition true on a target, and undoes it.
//!
//! Failing here is never a failed case: a state that cannot be made is out of reach, and says why. Whatever was made is
//! remembered until it is released, so that an interrupted run leaves nothing behind: work on the target goes on to its
//! end even if whoever asked for it has gone, and [`Provisioner::finish`] waits for it.

mod active_jobs;
mod api;
mod call;
mod command;
mod csv;
mod delete;
mod embedded;
mod finish;
mod fixed;
mod held;
mod lease;
mod leftover;
mod own;
mod pool;
mod reason;
mod shared;
mod start;
mod upload;

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Instant;

use serde_json::json;
use tokio::sync::RwLock;

use crate::case::{Given, Ids, JobState, PoolState};
use crate::contract::{Operation, Status};
use crate::reference::{self, Endpoint};
use crate::target::{Client, ConfigError, Failure, Profile, Provision};
use crate::wire::Request;

use api::Api;
use command::Command;
use embedded::Embedded;
use fixed::Fixed;
use held::{Held, Made, Owned, Unmade};
use own::Own;

pub use active_jobs::{ActiveJobs, ActivePlace};
pub(crate) use csv::{COLUMNS, file};
pub use lease::{Bystander, Captured, Described, Lease, Step, Unavailable};
pub use leftover::{Leftover, leftovers, remove, run_id};
pub use own::{Job, Preconditions};
pub(crate) use reason::excerpt;
pub use reason::{NoFile, Reason};
pub(crate) use upload::check;

/// A valid job id that no endpoint hands out.
pub(crate) const NO_SUCH_JOB: &str = "import-NoSuchJob0";

/// How a run provisions.
#[derive(Clone, Debug)]
pub struct Options {
    /// Whether what is made stays.
    pub keep: bool,
    /// Whether something may be made on an endpoint that is not on this machine.
    pub yes: bool,
    /// Part of every pool's name, so that leftovers can be told from another run's.
    pub run_id: String,
}

/// Makes preconditions true on one target. Used from many tasks at once.
#[derive(Debug)]
pub struct Provisioner {
    shared: Arc<Shared>,
}

/// What tasks of the provisioner share.
#[derive(Debug)]
struct Shared {
    client: Client,
    driver: Driver,
    region: String,
    keep: bool,
    held: Arc<Held>,
    active: Arc<ActiveJobs>,
    /// Shared by all work on the target, and taken alone by the end of the run.
    work: Arc<RwLock<()>>,
}

#[derive(Debug)]
enum Driver {
    Api(Box<Api>),
    Command(Box<Command>),
    Fixed(Fixed),
    Embedded(Embedded),
    Own(Own),
}

impl Provisioner {
    /// Gets ready to provision a profile's target, and starts its program if it has one.
    pub async fn start(
        profile: &Profile,
        client: Client,
        options: Options,
    ) -> Result<Self, ConfigError> {
        let held = Arc::new(Held::default());
        let active = ActiveJobs::new(profile.active_jobs);
        let driver = match &profile.provision {
            Provision::Api(api) => {
                if !(client.is_local() || options.yes || api.yes) {
                    return Err(ConfigError::Driver(format!(
                        "create user pools on {}, which is neither this machine nor on a network of its own: say --yes, or `yes = true` in the profile",
                        client.url()
                    )));
                }
                if profile.is_aws() && api.role_arn.is_none() {
                    return Err(ConfigError::Driver(
                        "make import jobs without a role: give its ARN, `provision = { driver = \"api\", role_arn = \"arn:aws:iam::…\" }` in the profile"
                            .to_owned(),
                    ));
                }
                Driver::Api(Box::new(Api::new(
                    client.clone(),
                    api,
                    Arc::clone(&active),
                    &options.run_id,
                    Arc::clone(&held),
                )))
            }
            Provision::Command { command } => {
                Driver::Command(Box::new(Command::start(command, &client.url())?))
            }
            Provision::Fixed { jobs } => Driver::Fixed(Fixed::new(jobs)),
        };
        Ok(Self::with(
            driver,
            client,
            &profile.region,
            options.keep,
            held,
            active,
        ))
    }

    /// Provisions an endpoint in this process, without asking it over HTTP.
    pub fn embedded(endpoint: Arc<Endpoint>, client: Client) -> Self {
        let region = endpoint.options().region.clone();
        let driver = Driver::Embedded(Embedded::new(endpoint));
        let active = ActiveJobs::new(None);
        Self::with(driver, client, &region, false, Arc::default(), active)
    }

    /// Provisions by code of the caller's.
    pub fn own(
        preconditions: Arc<dyn Preconditions>,
        client: Client,
        region: &str,
        active_jobs: Option<usize>,
    ) -> Self {
        let driver = Driver::Own(Own::new(preconditions));
        let active = ActiveJobs::new(active_jobs);
        Self::with(driver, client, region, false, Arc::default(), active)
    }

    fn with(
        driver: Driver,
        client: Client,
        region: &str,
        keep: bool,
        held: Arc<Held>,
        active: Arc<ActiveJobs>,
    ) -> Self {
        Self {
            shared: Arc::new(Shared {
                client,
                driver,
                region: region.to_owned(),
                keep,
                held,
                active,
                work: Arc::default(),
            }),
        }
    }

    /// Makes a precondition true.
    ///
    /// A job of the `fixed` driver has one holder at a time, so that this may wait for another lease to be released.
    pub async fn acquire(&self, given: Given) -> Result<Lease, Unavailable> {
        self.work(move |shared| async move { shared.acquire(given).await })
            .await
            .unwrap_or_else(|| Err(ended()))
    }

    /// The places of active jobs.
    pub fn active_jobs(&self) -> &Arc<ActiveJobs> {
        &self.shared.active
    }

    /// Makes a second started job beside that of a lease, in the same pool where the driver can, and reads it. It is
    /// released with the lease.
    pub async fn beside(&self, lease: &mut Lease) -> Result<Bystander, Unavailable> {
        let pool = lease.ids.pool.clone();
        let work = self.work(move |shared| async move { shared.beside(&pool).await });
        let made = work.await.unwrap_or_else(|| Err(ended()))?;
        lease.owned.extend(made.owned);
        lease.steps.extend(made.steps);
        let operation = Operation::DescribeUserImportJob;
        let described = self.describe(&made.ids).await;
        let described = described.map_err(|failure| {
            Unavailable::Indeterminate(Reason::Unanswered { operation, failure })
        })?;
        Ok(Bystander {
            ids: made.ids,
            before: described.job,
            _place: made.place,
        })
    }

    /// Makes the next StopUserImportJob on the lease's pool answer an error.
    pub async fn fault(&self, lease: &Lease, error: &str) -> Result<(), Unavailable> {
        let no_hook = |driver| {
            Err(Unavailable::Unreachable(Reason::NoInjectedErrors {
                driver,
            }))
        };
        match &self.shared.driver {
            Driver::Embedded(embedded) => embedded.fault(&lease.ids.pool, error),
            Driver::Command(_) => {
                let error = error.to_owned();
                let fault = self.work(move |shared| async move {
                    match &shared.driver {
                        Driver::Command(command) => command.fault(&error).await,
                        _ => Ok(()),
                    }
                });
                fault.await.unwrap_or_else(|| Err(ended()))
            }
            Driver::Own(_) => {
                let (ids, error) = (lease.ids.clone(), error.to_owned());
                let fault = self.work(move |shared| async move {
                    match &shared.driver {
                        Driver::Own(own) => own.fault(&ids, &error).await,
                        _ => Ok(()),
                    }
                });
                fault.await.unwrap_or_else(|| Err(ended()))
            }
            Driver::Api(_) => no_hook("api"),
            Driver::Fixed(_) => no_hook("fixed"),
        }
    }

    /// Whether a fault hits the lease's own requests only.
    pub fn binds_faults(&self) -> bool {
        matches!(self.shared.driver, Driver::Embedded(_))
    }

    /// Whether a fault hits the next request, whoever sends it: then nothing else may be under way while one is queued.
    pub fn shares_faults(&self) -> bool {
        matches!(self.shared.driver, Driver::Command(_) | Driver::Own(_))
    }

    /// Whether every precondition is made anew. If not, looking at one can spend it.
    pub fn makes_fresh(&self) -> bool {
        !matches!(self.shared.driver, Driver::Fixed(_))
    }

    /// Whether it has a hook for faults at all.
    pub fn has_faults(&self) -> bool {
        matches!(self.shared.driver, Driver::Embedded(_) | Driver::Command(_))
    }

    /// Takes over a pool that was made on the target by someone else under this name, so that it is deleted at the latest when the
    /// run ends.
    pub fn adopt(&self, pool: &str, name: &str) {
        match &self.shared.driver {
            Driver::Api(api) => api.adopt(pool, name),
            Driver::Embedded(_) => drop(self.shared.held.hold(&Owned::pool(pool))),
            _ => {}
        }
    }

    /// Remembers that a pool of this name may have been made on the target although nobody was told its id.
    pub fn miss(&self, name: &str) {
        if let Driver::Api(api) = &self.shared.driver {
            api.miss(name);
        }
    }

    /// Forgets such a name: its pool was taken over, or was not made.
    pub fn found(&self, name: &str) {
        if let Driver::Api(api) = &self.shared.driver {
            api.found(name);
        }
    }

    /// Deletes a pool that was taken over, and everything in it.
    pub async fn disown(&self, pool: &str) {
        let owned = Owned::pool(pool);
        self.work(move |shared| async move { shared.undo(owned).await })
            .await;
    }

    /// Whether pools can be deleted, as far as is known: where they cannot, no more are made.
    pub fn can_delete(&self) -> bool {
        match &self.shared.driver {
            Driver::Api(api) => !api.deletes_fail(),
            _ => true,
        }
    }

    /// Whether pools that others made on the target can be taken over.
    pub fn makes_pools(&self) -> bool {
        matches!(self.shared.driver, Driver::Api(_) | Driver::Embedded(_))
    }

    /// Moves the target's time on, where it is in this process. False where time can only be waited for.
    pub fn advance(&self, ms: u64) -> bool {
        match &self.shared.driver {
            Driver::Embedded(embedded) => {
                embedded.advance(ms);
                true
            }
            _ => false,
        }
    }

    /// How the endpoint in this process was made. None on any other target.
    pub(crate) fn endpoint_options(&self) -> Option<&reference::Options> {
        match &self.shared.driver {
            Driver::Embedded(embedded) => Some(embedded.options()),
            _ => None,
        }
    }

    /// Lets a job that is held in Stopping go on, where it is held at all.
    pub fn let_go(&self, lease: &Lease) {
        if let Driver::Embedded(embedded) = &self.shared.driver {
            embedded.let_go(&lease.ids);
        }
    }

    /// Reads a job.
    pub async fn describe(&self, ids: &Ids) -> Result<Described, Failure> {
        let body = json!({ "UserPoolId": ids.pool, "JobId": ids.job });
        let request = Request::call(Operation::DescribeUserImportJob, body.to_string());
        Ok(Described::read(self.shared.client.ping(&request).await?))
    }

    /// Undoes a precondition. What cannot be deleted is remembered.
    pub async fn release(&self, lease: Lease) {
        self.work(move |shared| async move { shared.release(lease).await })
            .await;
    }

    /// The pools that are made and not yet deleted.
    pub fn held(&self) -> Vec<String> {
        let all = self.shared.held.all().into_iter().map(|owned| owned.pool);
        let pools: BTreeSet<_> = all.collect();
        pools.into_iter().collect()
    }

    /// Does work on the target in a task of its own, which goes on if the caller does not wait for it. None if it panicked
    /// or the run has ended.
    async fn work<T, F>(&self, work: impl FnOnce(Arc<Shared>) -> F + Send + 'static) -> Option<T>
    where
        T: Send + 'static,
        F: Future<Output = T> + Send,
    {
        let shared = Arc::clone(&self.shared);
        let task = tokio::spawn(async move {
            let _under_way = Arc::clone(&shared.work).read_owned().await;
            work(shared).await
        });
        task.await.ok()
    }
}

impl Shared {
    async fn acquire(&self, given: Given) -> Result<Lease, Unavailable> {
        if self.held.is_closed() {
            return Err(ended());
        }
        let acquired = Instant::now();
        let made = self.make(given).await?;
        let mut lease = Lease {
            ids: made.ids,
            before: None,
            status: made.assumed,
            confirmed: false,
            steps: made.steps,
            acquired,
            owned: made.owned,
            place: made.place,
            ends: made.ends,
            _alone: made.alone,
        };
        if given.has_job()
            && let Err(unavailable) = self
                .confirm(given, &mut lease, made.is_fresh, made.described)
                .await
        {
            self.release(lease).await;
            return Err(unavailable);
        }
        if lease.status.is_some_and(is_final) {
            lease.end();
        }
        Ok(lease)
    }

    async fn beside(&self, pool: &str) -> Result<Made, Unavailable> {
        let made = match &self.driver {
            Driver::Api(api) => api.beside(pool).await,
            Driver::Embedded(embedded) => embedded.beside(pool),
            // Its protocol knows no pools: the second job is in another one.
            Driver::Command(command) => command.make(JobState::Started, &self.held).await,
            Driver::Own(own) => own.make(JobState::Started, &self.held).await,
            Driver::Fixed(_) => {
                let driver = "fixed";
                Err(Unavailable::Unreachable(Reason::NoSecondJob { driver }).into())
            }
        };
        made.map_err(|unmade| unmade.why)
    }

    async fn make(&self, given: Given) -> Result<Made, Unavailable> {
        if given.pool == PoolState::Absent {
            let ids = Ids {
                pool: format!("{}_NoSuchPool1", self.region),
                job: NO_SUCH_JOB.to_owned(),
            };
            return Ok(Made::of(ids));
        }
        match self.make_in_place(given.job).await {
            Ok(made) => Ok(made),
            Err(unmade) => {
                for owned in unmade.owned {
                    self.undo(owned).await;
                }
                Err(unmade.why)
            }
        }
    }

    /// Lets the driver make a job, once there is a place for it among the active ones.
    async fn make_in_place(&self, job: JobState) -> Result<Made, Unmade> {
        let is_active = match job {
            JobState::Started | JobState::Elsewhere => true,
            JobState::Is(status) => status.is_started() || status == Status::Stopping,
            JobState::Absent => false,
        };
        // The `api` driver takes a place when it starts the job, and the embedded endpoint has no limit.
        if !is_active || matches!(self.driver, Driver::Api(_) | Driver::Embedded(_)) {
            return self.make_by_driver(job).await;
        }
        let others_active = || Unavailable::Indeterminate(Reason::OthersActive);
        let place = self.active.place().await;
        let mut place = place.ok_or_else(others_active)?;
        let mut made = self.make_by_driver(job).await;
        if job == JobState::Started
            && made.is_err()
            && let Some(limit) = place.suspects(0)
        {
            place = place.alone(0).await.ok_or_else(others_active)?;
            made = self.make_by_driver(job).await;
            match &made {
                Ok(_) => place.learn(limit),
                Err(_) => place.rule_out(),
            }
        }
        place.start();
        made.map(|made| Made {
            place: Some(place),
            ..made
        })
    }

    async fn make_by_driver(&self, job: JobState) -> Result<Made, Unmade> {
        match &self.driver {
            Driver::Api(api) => api.make(job).await,
            Driver::Command(command) => command.make(job, &self.held).await,
            Driver::Own(own) => own.make(job, &self.held).await,
            Driver::Fixed(fixed) => fixed.make(job).await,
            Driver::Embedded(embedded) => embedded.make(job, &self.held),
        }
    }

    /// Reads the job once its precondition should hold, unless its driver did, and checks that it does.
    async fn confirm(
        &self,
        given: Given,
        lease: &mut Lease,
        is_fresh: bool,
        described: Option<Described>,
    ) -> Result<(), Unavailable> {
        let described = match described {
            // A second look could come too late: some states pass by.
            Some(described) => described,
            None => call::describe(&self.client, &lease.ids, &self.held).await?,
        };
        let status = described.status();
        lease.before = described.job;
        let holds = match (given.job, status) {
            (_, None) => is_fresh,
            (JobState::Started, Some(status)) => status.is_started(),
            (JobState::Is(wanted), Some(status)) => status == wanted,
            (JobState::Absent | JobState::Elsewhere, Some(_)) => true,
        };
        if holds {
            lease.confirmed = status.is_some();
            lease.status = status.or(lease.status);
            return Ok(());
        }
        let why = match status {
            Some(shown) => Reason::WrongStatus { given, shown },
            // Someone had it before, and nobody can say whether it is still as it was.
            None => Reason::UsedUp(given),
        };
        if let Driver::Fixed(fixed) = &self.driver
            && status.is_none_or(is_final)
        {
            fixed.spend(given.job, &why);
        }
        Err(Unavailable::Unreachable(why))
    }

    async fn release(&self, mut lease: Lease) {
        if let Driver::Api(api) = &self.driver {
            api.end(&mut lease).await;
        }
        for owned in lease.owned {
            self.undo(owned).await;
        }
    }

    async fn undo(&self, owned: Owned) {
        if !self.held.is_held(&owned) {
            return;
        }
        let undone = match &self.driver {
            // A job in a shared pool goes with the pool; if it ran, it was stopped with its lease.
            Driver::Api(_) if !owned.job.is_empty() => Ok(()),
            _ if self.keep => Ok(()),
            Driver::Api(api) => api.delete_pool(&owned.pool).await,
            Driver::Command(command) => command.release(&owned).await,
            Driver::Own(own) => own.release(&owned).await,
            Driver::Fixed(_) => Ok(()),
            Driver::Embedded(embedded) => {
                embedded.release(&owned.pool);
                Ok(())
            }
        };
        self.held.undone(&owned, undone);
    }
}

fn ended() -> Unavailable {
    Unavailable::Indeterminate(Reason::Ending)
}

/// Whether a job never leaves a status.
pub(crate) fn is_final(status: Status) -> bool {
    status.is_finished() || status == Status::Stopped
}
