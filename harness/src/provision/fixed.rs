//! Preconditions that exist already: jobs whose ids stand in the profile.
//!
//! They are not fresh. A job has one holder at a time, and once a case has changed it the state no longer holds: asking for
//! it again says so.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::sync::Semaphore;
use tokio::time::timeout;

use crate::case::{Ids, JobState};
use crate::contract::Status;
use crate::provision::held::{Made, Unmade, lock};
use crate::provision::reason::Reason;
use crate::provision::{NO_SUCH_JOB, Unavailable};
use crate::target::FixedJob;

/// How long a job that another case has is waited for: a case takes seconds, and several may be in front.
const PATIENCE: Duration = Duration::from_secs(30);

#[derive(Debug)]
pub(crate) struct Fixed {
    jobs: BTreeMap<String, Ids>,
    /// One permit for each job, by its pool and id.
    alone: BTreeMap<(String, String), Arc<Semaphore>>,
    /// The jobs that a case has had.
    used: Mutex<BTreeSet<(String, String)>>,
    /// The states that their job has left for good, or cannot show, and why.
    spent: Mutex<BTreeMap<JobState, Reason>>,
}

impl Fixed {
    pub(crate) fn new(jobs: &BTreeMap<String, FixedJob>) -> Self {
        let ids = |job: &FixedJob| Ids {
            pool: job.UserPoolId.clone(),
            job: job.JobId.clone(),
        };
        let jobs: BTreeMap<_, _> = jobs
            .iter()
            .map(|(state, job)| (state.clone(), ids(job)))
            .collect();
        let alone = jobs
            .values()
            .map(|ids| (key(ids), Arc::new(Semaphore::new(1))))
            .collect();
        Self {
            jobs,
            alone,
            used: Mutex::default(),
            spent: Mutex::default(),
        }
    }

    /// Remembers that the job of a state is in it no more, so that nobody looks again.
    pub(crate) fn spend(&self, job: JobState, why: &Reason) {
        lock(&self.spent).insert(job, why.clone());
    }

    pub(crate) async fn make(&self, job: JobState) -> Result<Made, Unmade> {
        if let Some(why) = lock(&self.spent).get(&job) {
            return Err(Unavailable::Unreachable(why.clone()).into());
        }
        let (ids, assumed) = self
            .find(job)
            .ok_or(Unavailable::Unreachable(Reason::NoFixedJob(job)))?;
        let Some(semaphore) = self.alone.get(&key(&ids)) else {
            // A made-up id: nobody can change what is not there.
            return Ok(Made::of(ids));
        };
        let permit = timeout(PATIENCE, Arc::clone(semaphore).acquire_owned());
        let Ok(Ok(alone)) = permit.await else {
            return Err(Unavailable::Indeterminate(Reason::Busy {
                waited_s: PATIENCE.as_secs(),
            })
            .into());
        };
        let is_fresh = lock(&self.used).insert(key(&ids));
        Ok(Made {
            assumed,
            is_fresh,
            alone: Some(alone),
            ..Made::of(ids)
        })
    }

    fn find(&self, job: JobState) -> Option<(Ids, Option<Status>)> {
        match job {
            JobState::Started => ["started", "InProgress", "Pending"]
                .iter()
                .find_map(|name| self.named(name)),
            JobState::Absent => self.named(&String::from(job)).or_else(|| {
                let any = self.jobs.values().next()?;
                let ids = Ids {
                    job: NO_SUCH_JOB.to_owned(),
                    ..any.clone()
                };
                Some((ids, None))
            }),
            JobState::Is(_) | JobState::Elsewhere => self.named(&String::from(job)),
        }
    }

    fn named(&self, name: &str) -> Option<(Ids, Option<Status>)> {
        Some((self.jobs.get(name)?.clone(), name.parse().ok()))
    }
}

fn key(ids: &Ids) -> (String, String) {
    (ids.pool.clone(), ids.job.clone())
}
