//! Preconditions that exist already: jobs whose ids stand in the profile.
//!
//! They are not fresh. Once a case has changed one, the state no longer holds, and asking for it again says so.

use std::collections::BTreeMap;

use crate::case::{Ids, JobState};
use crate::contract::Status;
use crate::provision::{Made, NO_SUCH_JOB, Unavailable, Unmade};
use crate::target::FixedJob;

#[derive(Debug)]
pub(crate) struct Fixed {
    jobs: BTreeMap<String, Ids>,
}

impl Fixed {
    pub(crate) fn new(jobs: &BTreeMap<String, FixedJob>) -> Self {
        let ids = |job: &FixedJob| Ids {
            pool: job.UserPoolId.clone(),
            job: job.JobId.clone(),
        };
        Self {
            jobs: jobs
                .iter()
                .map(|(state, job)| (state.clone(), ids(job)))
                .collect(),
        }
    }

    pub(crate) fn make(&self, job: JobState) -> Result<Made, Unmade> {
        let name = String::from(job);
        let (ids, assumed) = match job {
            JobState::Started => self.first(&["started", "InProgress", "Pending"]),
            JobState::Absent => self.named(&name).or_else(|| {
                let any = self.jobs.values().next()?;
                Some((
                    Ids {
                        job: NO_SUCH_JOB.to_owned(),
                        ..any.clone()
                    },
                    None,
                ))
            }),
            JobState::Is(_) | JobState::Elsewhere => self.named(&name),
        }
        .ok_or_else(|| {
            Unavailable::Unreachable(format!("the profile's fixed jobs have none for `{name}`"))
        })?;
        Ok(Made {
            ids,
            owned: Vec::new(),
            steps: Vec::new(),
            assumed,
        })
    }

    fn first(&self, names: &[&str]) -> Option<(Ids, Option<Status>)> {
        names.iter().find_map(|name| self.named(name))
    }

    fn named(&self, name: &str) -> Option<(Ids, Option<Status>)> {
        Some((self.jobs.get(name)?.clone(), name.parse().ok()))
    }
}
