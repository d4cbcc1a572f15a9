//! The names of a sequence, and the ids that an endpoint gave to what has them.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::case::{Act, Ids, Step};
use crate::oracle::Deed;
use crate::provision::NO_SUCH_JOB;
use crate::wire::{Envelope, Response};

/// Who is who in a sequence.
#[derive(Clone, Debug)]
pub(crate) struct Cast {
    /// What every pool's name begins with, so that leftovers can be told, and the number of the next one.
    label: String,
    next: Arc<AtomicU64>,
    role: String,
    region: String,
    pools: BTreeMap<String, String>,
    jobs: BTreeMap<String, Ids>,
    /// Where the file of a job goes, by the job's id.
    urls: BTreeMap<String, String>,
}

impl Cast {
    pub(crate) fn new(label: &str, next: Arc<AtomicU64>, role: &str, region: &str) -> Self {
        Self {
            label: label.to_owned(),
            next,
            role: role.to_owned(),
            region: region.to_owned(),
            pools: BTreeMap::new(),
            jobs: BTreeMap::new(),
            urls: BTreeMap::new(),
        }
    }

    /// What a step does, with ids.
    pub(crate) fn deed(&self, step: &Step) -> Deed {
        let pool = || self.pool(step.pool.as_deref().unwrap_or_default());
        let name = step.job.as_deref().unwrap_or_default();
        let ids = || {
            let made = self.jobs.get(name);
            let named = step.pool.as_deref().map(|pool| self.pool(pool));
            Ids {
                pool: named
                    .or_else(|| made.map(|ids| ids.pool.clone()))
                    .unwrap_or_else(|| self.pool("")),
                job: made.map_or_else(|| NO_SUCH_JOB.to_owned(), |ids| ids.job.clone()),
            }
        };
        match step.act {
            Act::CreateUserPool => Deed::CreatePool {
                name: format!(
                    "{}-{}",
                    self.label,
                    self.next.fetch_add(1, Ordering::Relaxed)
                ),
            },
            Act::DeleteUserPool => Deed::DeletePool { pool: pool() },
            Act::CreateUserImportJob => Deed::CreateJob {
                pool: pool(),
                name: name.to_owned(),
                role: self.role.clone(),
            },
            Act::Upload => Deed::Upload(ids()),
            Act::StartUserImportJob => Deed::Start(ids()),
            Act::StopUserImportJob => Deed::Stop(ids()),
            Act::DescribeUserImportJob => Deed::Describe(ids()),
            Act::ListUserImportJobs => Deed::List { pool: pool() },
            Act::Wait => Deed::Wait,
        }
    }

    /// Takes the ids of what was made from an answer.
    pub(crate) fn learn(&mut self, step: &Step, deed: &Deed, answer: &Response) {
        if !(200..300).contains(&answer.status) {
            return;
        }
        let Ok(json) = Envelope::read(answer).json else {
            return;
        };
        let text = |place: &str| json.pointer(place)?.as_str().map(str::to_owned);
        match deed {
            Deed::CreatePool { .. } => {
                if let (Some(name), Some(id)) = (&step.pool, text("/UserPool/Id")) {
                    self.pools.insert(name.clone(), id);
                }
            }
            Deed::CreateJob { pool, .. } => {
                if let (Some(name), Some(job)) = (&step.job, text("/UserImportJob/JobId")) {
                    if let Some(url) = text("/UserImportJob/PreSignedUrl") {
                        self.urls.insert(job.clone(), url);
                    }
                    let pool = pool.clone();
                    self.jobs.insert(name.clone(), Ids { pool, job });
                }
            }
            _ => {}
        }
    }

    /// Where the file of a job goes.
    pub(crate) fn url(&self, ids: &Ids) -> Option<&str> {
        self.urls.get(&ids.job).map(String::as_str)
    }

    /// The pools that were made.
    pub(crate) fn pools(&self) -> impl Iterator<Item = &str> {
        self.pools.values().map(String::as_str)
    }

    /// The id of a named pool, or one that names nothing.
    fn pool(&self, name: &str) -> String {
        let nobody = || format!("{}_NoSuchPool1", self.region);
        self.pools.get(name).cloned().unwrap_or_else(nobody)
    }
}
