//! Makes a precondition true on a target, and undoes it.
//!
//! Failing here is never a failed case: a state that cannot be made is out of reach, and says why. Whatever was made is
//! remembered until it is released, so that an interrupted run leaves nothing behind: work on the target goes on to its
//! end even if whoever asked for it has gone, and [`Provisioner::finish`] waits for it.

mod api;
mod call;
mod command;
mod csv;
mod delete;
mod embedded;
mod fixed;
mod held;
mod lease;
mod leftover;
mod own;
mod pool;
mod shared;
mod upload;

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::json;
use tokio::sync::RwLock;
use tokio::task::JoinSet;
use tokio::time::timeout;

use crate::case::{Given, Ids, JobState, PoolState};
use crate::contract::{Operation, Status};
use crate::reference::{self, Endpoint};
use crate::target::{Client, ConfigError, Failure, Profile, Provision};
use crate::wire::Request;

use api::Api;
use command::Command;
use embedded::Embedded;
use fixed::Fixed;
use held::{Held, Made, Owned};
use own::Own;

pub(crate) use csv::{COLUMNS, file};
pub use lease::{Bystander, Captured, Described, Lease, Step, Unavailable};
pub use leftover::{Leftover, leftovers, remove, run_id};
pub use own::{Job, Preconditions};
pub(crate) use upload::check;

/// A valid job id that no endpoint hands out.
pub(crate) const NO_SUCH_JOB: &str = "import-NoSuchJob0";

/// How long the end of a run waits for work under way: as long as a program may take for one line.
const FINISH_PATIENCE: Duration = Duration::from_secs(60);

/// How many things are undone at once when a run ends.
const UNDOING_MAX: usize = 16;

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
        let driver = match &profile.provision {
            Provision::Api(api) => {
                if !(client.is_loopback() || options.yes || api.yes) {
                    return Err(ConfigError::Driver(format!(
                        "create user pools on {}, which is not this machine: say --yes, or `yes = true` in the profile",
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
                    profile.active_jobs,
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
        ))
    }

    /// Provisions an endpoint in this process, without asking it over HTTP.
    pub fn embedded(endpoint: Arc<Endpoint>, client: Client) -> Self {
        let region = endpoint.options().region.clone();
        let driver = Driver::Embedded(Embedded::new(endpoint));
        Self::with(driver, client, &region, false, Arc::default())
    }

    /// Provisions by code of the caller's.
    pub fn own(preconditions: Arc<dyn Preconditions>, client: Client, region: &str) -> Self {
        let driver = Driver::Own(Own::new(preconditions));
        Self::with(driver, client, region, false, Arc::default())
    }

    fn with(driver: Driver, client: Client, region: &str, keep: bool, held: Arc<Held>) -> Self {
        Self {
            shared: Arc::new(Shared {
                client,
                driver,
                region: region.to_owned(),
                keep,
                held,
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

    /// Makes a second started job beside that of a lease, in the same pool where the driver can, and reads it. It is
    /// released with the lease.
    pub async fn beside(&self, lease: &mut Lease) -> Result<Bystander, Unavailable> {
        let pool = lease.ids.pool.clone();
        let work = self.work(move |shared| async move { shared.beside(&pool).await });
        let made = work.await.unwrap_or_else(|| Err(ended()))?;
        lease.owned.extend(made.owned);
        lease.steps.extend(made.steps);
        let described = self.describe(&made.ids).await;
        let described = described.map_err(|why| Unavailable::Indeterminate(why.to_string()))?;
        Ok(Bystander {
            ids: made.ids,
            before: described.job,
        })
    }

    /// Makes the next StopUserImportJob on the lease's pool answer an error.
    pub async fn fault(&self, lease: &Lease, error: &str) -> Result<(), Unavailable> {
        let no_hook = |driver| {
            Err(Unavailable::Unreachable(format!(
                "the `{driver}` driver has no hook for faults"
            )))
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

    /// Takes over a pool that was made on the target by someone else, so that it is deleted at the latest when the run ends.
    /// False where the driver cannot delete a pool that it did not make.
    pub fn adopt(&self, pool: &str) -> bool {
        let can_delete = self.makes_pools();
        if can_delete {
            self.shared.held.hold(&Owned::pool(pool));
        }
        can_delete
    }

    /// Deletes a pool that was taken over, and everything in it.
    pub async fn disown(&self, pool: &str) {
        let owned = Owned::pool(pool);
        self.work(move |shared| async move { shared.undo(owned).await })
            .await;
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

    /// Undoes everything that is still held and ends the driver. Returns what could not be deleted. From now on nothing
    /// can be acquired.
    pub async fn finish(&self) -> Vec<String> {
        self.shared.held.close();
        // Who makes something must be let to finish it, or nobody would know what to undo.
        let alone = timeout(FINISH_PATIENCE, self.shared.work.write()).await;
        // An endpoint that answers nobody any more is waited for in each of them.
        let at_once = match &self.shared.driver {
            Driver::Api(_) => UNDOING_MAX,
            _ => 1,
        };
        let mut undoing = JoinSet::new();
        for owned in self.shared.held.all() {
            // A panic in one of them is a bug of ours, and is told as one.
            if undoing.len() == at_once
                && let Some(Err(error)) = undoing.join_next().await
            {
                std::panic::resume_unwind(error.into_panic());
            }
            let shared = Arc::clone(&self.shared);
            undoing.spawn(async move { shared.undo(owned).await });
        }
        undoing.join_all().await;
        match &self.shared.driver {
            Driver::Api(api) if !self.shared.keep => api.sweep().await,
            Driver::Command(command) => command.stop().await,
            _ => {}
        }
        drop(alone);
        self.shared.held.take_leftovers()
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
        Ok(lease)
    }

    async fn beside(&self, pool: &str) -> Result<Made, Unavailable> {
        let made = match &self.driver {
            Driver::Api(api) => api.beside(pool).await,
            Driver::Embedded(embedded) => embedded.beside(pool),
            // Its protocol knows no pools: the second job is in another one.
            Driver::Command(command) => command.make(JobState::Started, &self.held).await,
            Driver::Own(own) => own.make(JobState::Started, &self.held).await,
            Driver::Fixed(_) => Err(Unavailable::Unreachable(
                "the `fixed` driver has no second started job".to_owned(),
            )
            .into()),
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
        let made = match &self.driver {
            Driver::Api(api) => api.make(given.job).await,
            Driver::Command(command) => command.make(given.job, &self.held).await,
            Driver::Own(own) => own.make(given.job, &self.held).await,
            Driver::Fixed(fixed) => fixed.make(given.job).await,
            Driver::Embedded(embedded) => embedded.make(given.job, &self.held),
        };
        match made {
            Ok(made) => Ok(made),
            Err(unmade) => {
                for owned in unmade.owned {
                    self.undo(owned).await;
                }
                Err(unmade.why)
            }
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
            Some(status) => {
                format!("{given} was asked for, and DescribeUserImportJob shows {status}")
            }
            // Someone had it before, and nobody can say whether it is still as it was.
            None => format!(
                "the profile's job for {given} was used before, and DescribeUserImportJob shows no Status of it"
            ),
        };
        if let Driver::Fixed(fixed) = &self.driver
            && status.is_none_or(is_final)
        {
            fixed.spend(given.job, &why);
        }
        Err(Unavailable::Unreachable(why))
    }

    async fn release(&self, lease: Lease) {
        for owned in lease.owned {
            self.undo(owned).await;
        }
    }

    async fn undo(&self, owned: Owned) {
        if !self.held.is_held(&owned) {
            return;
        }
        let undone = match &self.driver {
            // In a shared pool a job that runs is stopped all the same: others may wait for it.
            Driver::Api(api) if !owned.job.is_empty() => {
                api.rest(owned.clone()).await;
                Ok(())
            }
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
    Unavailable::Indeterminate("the run is ending".to_owned())
}

/// Whether a job never leaves a status.
pub(crate) fn is_final(status: Status) -> bool {
    status.is_finished() || status == Status::Stopped
}
