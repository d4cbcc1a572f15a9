//! Makes a precondition true on a target, and undoes it.
//!
//! Failing here is never a failed case: a state that cannot be made is out of reach, and says why. Whatever was made is
//! remembered until it is released, so that an interrupted run leaves nothing behind.

mod api;
mod command;
mod csv;
mod embedded;
mod fixed;
mod lease;

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::Mutex;
use std::time::Instant;

use serde_json::{Value, json};

use crate::case::{Given, Ids, JobState, PoolState};
use crate::contract::{Operation, Status};
use crate::reference::Endpoint;
use crate::target::{Client, ConfigError, Failure, Profile, Provision};
use crate::wire::Request;

use api::Api;
use command::Command;
use embedded::Embedded;
use fixed::Fixed;

pub use lease::{Captured, Described, Lease, Step, Unavailable};

/// A valid job id that no endpoint hands out.
const NO_SUCH_JOB: &str = "import-NoSuchJob0";

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
    client: Client,
    driver: Driver,
    region: String,
    keep: bool,
    /// What is made and not yet released.
    held: Mutex<BTreeSet<Owned>>,
    /// What could not be deleted.
    leftovers: Mutex<Vec<String>>,
}

#[derive(Debug)]
enum Driver {
    Api(Api),
    Command(Box<Command>),
    Fixed(Fixed),
    Embedded(Embedded),
}

/// Something that must be undone.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Owned {
    pub(crate) pool: String,
    /// The job in it, for a driver that hands out both.
    pub(crate) job: String,
}

/// What a driver made.
pub(crate) struct Made {
    pub(crate) ids: Ids,
    pub(crate) owned: Vec<Owned>,
    pub(crate) steps: Vec<Step>,
    /// The status that follows from the last accepted operation.
    pub(crate) assumed: Option<Status>,
}

impl Provisioner {
    /// Gets ready to provision a profile's target, and starts its program if it has one.
    pub async fn start(
        profile: &Profile,
        client: Client,
        options: Options,
    ) -> Result<Self, ConfigError> {
        let driver = match &profile.provision {
            Provision::Api {
                upload_hosts,
                role_arn,
                yes,
            } => {
                if !(client.is_loopback() || options.yes || *yes) {
                    return Err(ConfigError::Driver(format!(
                        "create user pools on {}, which is not this machine: say --yes, or `yes = true` in the profile",
                        client.url()
                    )));
                }
                Driver::Api(Api::new(
                    client.clone(),
                    upload_hosts,
                    role_arn,
                    &options.run_id,
                ))
            }
            Provision::Command { command } => {
                Driver::Command(Box::new(Command::start(command, &client.url())?))
            }
            Provision::Fixed { jobs } => Driver::Fixed(Fixed::new(jobs)),
        };
        Ok(Self::with(driver, client, &profile.region, options.keep))
    }

    /// Provisions an endpoint in this process, without asking it over HTTP.
    pub fn embedded(endpoint: Arc<Endpoint>, client: Client) -> Self {
        Self::with(
            Driver::Embedded(Embedded::new(endpoint)),
            client,
            "us-east-1",
            false,
        )
    }

    fn with(driver: Driver, client: Client, region: &str, keep: bool) -> Self {
        Self {
            client,
            driver,
            region: region.to_owned(),
            keep,
            held: Mutex::default(),
            leftovers: Mutex::default(),
        }
    }

    /// Makes a precondition true.
    pub async fn acquire(&self, given: Given) -> Result<Lease, Unavailable> {
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
        };
        if given.has_job()
            && let Err(unavailable) = self.confirm(given, &mut lease).await
        {
            self.release(lease).await;
            return Err(unavailable);
        }
        Ok(lease)
    }

    /// Makes the next StopUserImportJob on the lease's pool answer an error.
    pub async fn fault(&self, lease: &Lease, error: &str) -> Result<(), Unavailable> {
        let no_hook = |driver| {
            Err(Unavailable::Unreachable(format!(
                "the `{driver}` driver has no hook for faults"
            )))
        };
        match &self.driver {
            Driver::Embedded(embedded) => embedded.fault(&lease.ids.pool, error),
            Driver::Command(command) => command.fault(error).await,
            Driver::Api(_) => no_hook("api"),
            Driver::Fixed(_) => no_hook("fixed"),
        }
    }

    /// Whether a fault hits the lease's own requests only. If not, nothing else may be under way while one is queued.
    pub fn binds_faults(&self) -> bool {
        matches!(self.driver, Driver::Embedded(_))
    }

    /// Lets a job that is held in Stopping go on, where it is held at all.
    pub fn let_go(&self, lease: &Lease) {
        if let Driver::Embedded(embedded) = &self.driver {
            embedded.let_go(&lease.ids);
        }
    }

    /// Reads a job.
    pub async fn describe(&self, ids: &Ids) -> Result<Described, Failure> {
        let body = json!({ "UserPoolId": ids.pool, "JobId": ids.job });
        let response = call(&self.client, Operation::DescribeUserImportJob, &body).await?;
        Ok(Described::read(response))
    }

    /// Undoes a precondition. What cannot be deleted is remembered.
    pub async fn release(&self, lease: Lease) {
        for owned in lease.owned {
            self.undo(owned).await;
        }
    }

    /// Undoes everything that is still held and ends the driver. Returns what could not be deleted.
    pub async fn finish(&self) -> Vec<String> {
        let held: Vec<_> = lock(&self.held).iter().cloned().collect();
        for owned in held {
            self.undo(owned).await;
        }
        if let Driver::Command(command) = &self.driver {
            command.stop().await;
        }
        std::mem::take(&mut *lock(&self.leftovers))
    }

    async fn make(&self, given: Given) -> Result<Made, Unavailable> {
        if given.pool == PoolState::Absent {
            let pool = format!("{}_NoSuchPool1", self.region);
            let ids = Ids {
                pool,
                job: NO_SUCH_JOB.to_owned(),
            };
            return Ok(Made {
                ids,
                owned: Vec::new(),
                steps: Vec::new(),
                assumed: None,
            });
        }
        let hold = |owned: &Owned| {
            lock(&self.held).insert(owned.clone());
        };
        let result = match &self.driver {
            Driver::Api(api) => api.make(given.job, &hold).await,
            Driver::Command(command) => command.make(given.job, &hold).await,
            Driver::Fixed(fixed) => fixed.make(given.job),
            Driver::Embedded(embedded) => embedded.make(given.job, &hold),
        };
        result.map_err(|Unmade { why, owned }| {
            // Released with the run: the caller has no lease to release.
            lock(&self.held).extend(owned);
            why
        })
    }

    /// Reads the job once its precondition should hold, and checks that it does.
    async fn confirm(&self, given: Given, lease: &mut Lease) -> Result<(), Unavailable> {
        let described = self
            .describe(&lease.ids)
            .await
            .map_err(|failure| Unavailable::Indeterminate(failure.to_string()))?;
        let status = described.status();
        lease.before = described.job;
        let Some(status) = status else { return Ok(()) };
        let holds = match given.job {
            JobState::Started => status.is_started(),
            JobState::Is(wanted) => status == wanted,
            JobState::Absent | JobState::Elsewhere => true,
        };
        if !holds {
            return Err(Unavailable::Unreachable(format!(
                "{given} was asked for, and DescribeUserImportJob shows {status}"
            )));
        }
        lease.status = Some(status);
        lease.confirmed = true;
        Ok(())
    }

    async fn undo(&self, owned: Owned) {
        let undone = match &self.driver {
            _ if self.keep => Ok(()),
            Driver::Api(api) => api.delete_pool(&owned.pool, &owned.job).await,
            Driver::Command(command) => command.release(&owned).await,
            Driver::Fixed(_) => Ok(()),
            Driver::Embedded(embedded) => {
                embedded.release(&owned.pool);
                Ok(())
            }
        };
        lock(&self.held).remove(&owned);
        if let Err(why) = undone {
            lock(&self.leftovers).push(format!("the pool {}: {why}", owned.pool));
        }
    }
}

/// Why a driver could not make something, and what of it was made all the same.
pub(crate) struct Unmade {
    pub(crate) why: Unavailable,
    pub(crate) owned: Vec<Owned>,
}

impl From<Unavailable> for Unmade {
    fn from(why: Unavailable) -> Self {
        Self {
            why,
            owned: Vec::new(),
        }
    }
}

/// Calls an operation.
pub(crate) async fn call(
    client: &Client,
    operation: Operation,
    body: &Value,
) -> Result<crate::wire::Response, Failure> {
    client
        .ping(&Request::call(operation, body.to_string()))
        .await
}

/// A lock that a panic elsewhere does not close: what is held must still be released.
fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex
        .lock()
        .unwrap_or_else(std::sync::PoisonError::into_inner)
}
