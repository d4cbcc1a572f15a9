//! Preconditions made by code in this process: an emulator's own tests seed its states themselves.

use std::fmt;
use std::sync::Arc;

use tokio::task::spawn_blocking;

use crate::case::{Ids, JobState};
use crate::contract::Status;
use crate::provision::held::{Held, Made, Owned, Unmade};
use crate::provision::reason::Reason;
use crate::provision::{NO_SUCH_JOB, Unavailable};

/// Makes import jobs in any status, for an endpoint whose insides are at hand.
///
/// Its methods may block, and are called from several threads at once. A closure from a [`Status`] to the ids of a job is
/// one, if nothing needs to be released:
///
/// ```
/// use fullstop::conformance::{Job, Preconditions, Status};
///
/// fn seeds(_: impl Preconditions) {}
///
/// seeds(|status: Status| match status {
///     Status::Expired => Err("jobs never expire here".to_owned()),
///     _ => Ok(Job::new("us-east-1_Example01", "import-Example001")),
/// });
/// ```
pub trait Preconditions: Send + Sync + 'static {
    /// Makes a fresh job in this status, in a pool that no other job of a test is in. `Err` says why it cannot be had: the
    /// cases that need it are then `blocked`, with these words.
    fn acquire(&self, status: Status) -> Result<Job, String>;

    /// Undoes what `acquire` made. `Err` says what is left behind.
    fn release(&self, job: &Job) -> Result<(), String> {
        let _ = job;
        Ok(())
    }

    /// Makes the next StopUserImportJob on this job answer an error that the operation declares, such as
    /// `TooManyRequestsException`.
    fn fault(&self, job: &Job, error: &str) -> Result<(), String> {
        let _ = job;
        Err(format!("no hook makes {error} come"))
    }
}

impl<F> Preconditions for F
where
    F: Fn(Status) -> Result<Job, String> + Send + Sync + 'static,
{
    fn acquire(&self, status: Status) -> Result<Job, String> {
        self(status)
    }
}

/// An import job, by its ids.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Job {
    /// The pool that owns it.
    pub user_pool_id: String,
    /// Its own id.
    pub job_id: String,
}

impl Job {
    /// The job of these ids.
    pub fn new(user_pool_id: impl Into<String>, job_id: impl Into<String>) -> Self {
        Self {
            user_pool_id: user_pool_id.into(),
            job_id: job_id.into(),
        }
    }
}

impl fmt::Debug for dyn Preconditions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Preconditions")
    }
}

#[derive(Debug)]
pub(crate) struct Own {
    preconditions: Arc<dyn Preconditions>,
}

impl Own {
    pub(crate) fn new(preconditions: Arc<dyn Preconditions>) -> Self {
        Self { preconditions }
    }

    pub(crate) async fn make(&self, job: JobState, held: &Held) -> Result<Made, Unmade> {
        let (wanted, assumed): (&[Status], _) = match &job {
            JobState::Is(status) => (std::slice::from_ref(status), Some(*status)),
            JobState::Started | JobState::Elsewhere => {
                (&[Status::InProgress, Status::Pending], None)
            }
            JobState::Absent => (&[Status::Created, Status::InProgress], None),
        };
        let first = self.first(wanted, held).await?;
        let mut ids = Ids {
            pool: first.pool.clone(),
            job: first.job.clone(),
        };
        let mut owned = vec![first];
        match job {
            JobState::Absent => ids.job = NO_SUCH_JOB.to_owned(),
            JobState::Elsewhere => {
                match self
                    .first(&[Status::Created, Status::InProgress], held)
                    .await
                {
                    Ok(other) => {
                        ids.pool.clone_from(&other.pool);
                        owned.push(other);
                    }
                    Err(why) => return Err(Unmade { why, owned }),
                }
            }
            JobState::Started | JobState::Is(_) => {}
        }
        Ok(Made {
            owned,
            assumed,
            ..Made::of(ids)
        })
    }

    pub(crate) async fn fault(&self, ids: &Ids, error: &str) -> Result<(), Unavailable> {
        let (job, error) = (Job::new(&ids.pool, &ids.job), error.to_owned());
        self.blocking(move |own| own.fault(&job, &error))
            .await
            .map_err(|why| Unavailable::Unreachable(Reason::Said(why)))
    }

    pub(crate) async fn release(&self, owned: &Owned) -> Result<(), String> {
        let job = Job::new(&owned.pool, &owned.job);
        self.blocking(move |own| own.release(&job)).await
    }

    /// A job in the first of these statuses that can be had, held as soon as it is there.
    async fn first(&self, wanted: &[Status], held: &Held) -> Result<Owned, Unavailable> {
        let mut last = "no status is wanted".to_owned();
        for status in wanted.iter().copied() {
            match self.blocking(move |own| own.acquire(status)).await {
                Ok(job) => {
                    let owned = Owned {
                        pool: job.user_pool_id,
                        job: job.job_id,
                    };
                    held.hold(&owned);
                    return Ok(owned);
                }
                Err(why) => last = why,
            }
        }
        Err(Unavailable::Unreachable(Reason::Said(last)))
    }

    /// Calls the caller's code where it may block. A panic in it is a reason like any other.
    async fn blocking<T: Send + 'static>(
        &self,
        call: impl FnOnce(&dyn Preconditions) -> Result<T, String> + Send + 'static,
    ) -> Result<T, String> {
        let own = Arc::clone(&self.preconditions);
        spawn_blocking(move || call(&*own))
            .await
            .unwrap_or_else(|error| Err(format!("the test's own preconditions failed: {error}")))
    }
}
