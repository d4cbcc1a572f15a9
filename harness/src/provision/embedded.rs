//! Preconditions on the endpoint in this process: seeded, not called for.

use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use crate::case::{Ids, JobState};
use crate::contract::Status;
use crate::provision::held::{Held, Made, Owned, Unmade};
use crate::provision::reason::Reason;
use crate::provision::{NO_SUCH_JOB, Unavailable};
use crate::reference::{Effect, Endpoint, Fault, Moment, Options, Seed};

#[derive(Debug)]
pub(crate) struct Embedded {
    endpoint: Arc<Endpoint>,
}

impl Embedded {
    pub(crate) fn new(endpoint: Arc<Endpoint>) -> Self {
        Self { endpoint }
    }

    /// How the endpoint was made.
    pub(crate) fn options(&self) -> &Options {
        self.endpoint.options()
    }

    pub(crate) fn make(&self, job: JobState, held: &Held) -> Result<Made, Unmade> {
        let status = match job {
            JobState::Is(status) => status,
            JobState::Started | JobState::Elsewhere => Status::InProgress,
            JobState::Absent => Status::Created,
        };
        let mut ids = self.seed(status, held)?;
        let mut owned = vec![Owned {
            pool: ids.pool.clone(),
            job: ids.job.clone(),
        }];
        match job {
            JobState::Absent => ids.job = NO_SUCH_JOB.to_owned(),
            JobState::Elsewhere => {
                let other = self.seed(Status::Created, held)?;
                owned.push(Owned {
                    pool: other.pool.clone(),
                    job: other.job,
                });
                ids.pool = other.pool;
            }
            JobState::Started | JobState::Is(_) => {}
        }
        Ok(Made {
            owned,
            assumed: Some(status),
            ..Made::of(ids)
        })
    }

    /// A started job in a pool that there is, which goes with the pool.
    pub(crate) fn beside(&self, pool: &str) -> Result<Made, Unmade> {
        let seed = Seed {
            pool: Some(pool.to_owned()),
            ..Seed::new(Status::InProgress)
        };
        let ids = self
            .endpoint
            .seed_job(seed, now())
            .map_err(|error| Unavailable::Unreachable(Reason::Said(error.to_string())))?;
        Ok(Made::of(Ids {
            pool: ids.user_pool_id,
            job: ids.job_id,
        }))
    }

    pub(crate) fn fault(&self, pool: &str, error: &str) -> Result<(), Unavailable> {
        let fault = Fault {
            effect: Effect::Error(error.to_owned()),
            times: 1,
            pool: Some(pool.to_owned()),
        };
        self.endpoint
            .fault(fault)
            .map_err(|error| Unavailable::Unreachable(Reason::Said(error.to_string())))
    }

    pub(crate) fn let_go(&self, ids: &Ids) {
        self.endpoint.let_go(&ids.pool, &ids.job);
    }

    pub(crate) fn advance(&self, ms: u64) {
        self.endpoint.advance(ms);
    }

    pub(crate) fn release(&self, pool: &str) {
        self.endpoint.release(pool);
    }

    fn seed(&self, status: Status, held: &Held) -> Result<Ids, Unavailable> {
        let ids = self
            .endpoint
            .seed_job(Seed::new(status), now())
            .map_err(|error| Unavailable::Unreachable(Reason::Said(error.to_string())))?;
        let ids = Ids {
            pool: ids.user_pool_id,
            job: ids.job_id,
        };
        held.hold(&Owned {
            pool: ids.pool.clone(),
            job: ids.job.clone(),
        });
        Ok(ids)
    }
}

fn now() -> Moment {
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    Moment::from_ms(u64::try_from(since.as_millis()).unwrap_or(u64::MAX))
}
