//! A precondition that is made once, and gone back to before every execution.

use crate::campaign::in_process::NOW;
use crate::case::{Given, Ids, JobState, PoolState};
use crate::contract::Status;
use crate::provision::NO_SUCH_JOB;
use crate::reference::{Endpoint, Job, Seed, State};

/// A started job, in the status that the reference begins with.
pub(crate) const STARTED: Given = Given {
    job: JobState::Is(Status::InProgress),
    pool: PoolState::Present,
};

/// What an endpoint remembers where a precondition is true, and nothing else.
#[derive(Debug)]
pub(crate) struct Prepared {
    state: State,
    /// The ids that the base request names.
    pub(crate) named: Ids,
    /// Those of the job that exists.
    real: Ids,
    /// That job.
    pub(crate) job: Job,
}

impl Prepared {
    /// Makes a precondition true on an endpoint, which forgets what it remembered.
    pub(crate) fn new(endpoint: &Endpoint, given: Given) -> Self {
        endpoint.clear();
        let status = match given.job {
            JobState::Is(status) => status,
            JobState::Started | JobState::Elsewhere | JobState::Absent => Status::InProgress,
        };
        let real = seed(endpoint, status);
        let mut named = real.clone();
        if given.job == JobState::Absent {
            named.job = NO_SUCH_JOB.to_owned();
        }
        if given.job == JobState::Elsewhere {
            named.pool = seed(endpoint, Status::Created).pool;
        }
        if given.pool == PoolState::Absent {
            named.pool = "us-east-1_NoSuchPool".to_owned();
        }
        let job = endpoint.job(&real.pool, &real.job, NOW);
        Self {
            state: endpoint.state(),
            named,
            real,
            job: job.expect("it was just made"),
        }
    }

    /// Makes it true again. The ids are the same every time.
    pub(crate) fn begin(&self, endpoint: &Endpoint) {
        endpoint.restore(&self.state);
    }

    /// What someone makes of the job as it stands now; none where it is no longer there.
    pub(crate) fn look<T>(&self, endpoint: &Endpoint, read: impl FnOnce(&Job) -> T) -> Option<T> {
        endpoint.look(&self.real.pool, &self.real.job, NOW, read)
    }
}

fn seed(endpoint: &Endpoint, status: Status) -> Ids {
    let ids = endpoint
        .seed_job(Seed::new(status), NOW)
        .expect("an empty endpoint has room");
    Ids {
        pool: ids.user_pool_id,
        job: ids.job_id,
    }
}
