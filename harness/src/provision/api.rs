//! Preconditions made by the service's own operations.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tokio::sync::OnceCell;
use tokio::time::sleep;

use crate::case::{Ids, JobState};
use crate::contract::{Operation, Status};
use crate::provision::active_jobs::{ActiveJobs, ActivePlace};
use crate::provision::call::{accepted, describe, member};
use crate::provision::delete::end;
use crate::provision::held::{Held, Made, Owned, Unmade, lock};
use crate::provision::pool::Pools;
use crate::provision::reason::{NoFile, Reason};
use crate::provision::shared::Shared;
use crate::provision::{
    Captured, Described, Lease, NO_SUCH_JOB, Step, Unavailable, csv, ended, is_final, upload,
};
use crate::target::{self, Client};

/// How many users the file of the first, second and third try has. A small import ends in half a second, which on AWS is
/// little more than the calls round it take; on a machine of one's own, one user is enough.
const USERS: [usize; 3] = [1, 500, 5_000];

/// How long a job may go on once it was told to stop: several times what AWS's own examples took. On this machine nothing
/// takes as long.
const REST_PATIENCE: Duration = Duration::from_secs(20);
const REST_PATIENCE_LOCAL: Duration = Duration::from_secs(2);

/// How long a job may take to show the wanted status: twenty times what AWS's own examples took.
const PATIENCE: Duration = Duration::from_secs(10);

/// The same on this machine, where simulated imports take a second or two.
const PATIENCE_LOCAL: Duration = Duration::from_secs(5);

/// How many uploads in a row may fail before no more is tried.
const FAILED_UPLOADS_MAX: usize = 3;

/// The most columns of a CSV file, and the most bytes of their names: five times what a pool with all its custom attributes has.
const COLUMNS_MAX: usize = 256;
const COLUMNS_SIZE_MAX: usize = 16 * 1_024;

/// The pauses between two looks at a job.
const LOOK_MIN: Duration = Duration::from_millis(5);
const LOOK_MAX: Duration = Duration::from_millis(250);

#[derive(Debug)]
pub(crate) struct Api {
    client: Client,
    settings: target::Api,
    pools: Pools,
    /// The pools of all cases, where each has none of its own.
    shared: Option<Shared>,
    /// How many users the first file of a run has.
    users: usize,
    /// How many were enough for a state, where that were more. What Pending takes says nothing of a job that only has to run.
    enough: Mutex<BTreeMap<JobState, usize>>,
    /// The places of active jobs.
    pub(super) active: Arc<ActiveJobs>,
    /// Whether a start that is refused may be so because a job of somebody else is active, which is worth waiting for.
    pub(super) waits: AtomicBool,
    /// Whether a job went on although it was stopped.
    is_restless: AtomicBool,
    columns: OnceCell<Vec<String>>,
    /// The states that a job was waited for to the end of patience, and what was seen instead. Nobody waits for one twice.
    out_of_reach: Mutex<BTreeMap<JobState, Reason>>,
    /// How many uploads in a row failed, and why the last one did.
    failed_uploads: AtomicUsize,
    last_upload: Mutex<Option<NoFile>>,
    pub(super) held: Arc<Held>,
}

/// A precondition in the making.
#[derive(Default)]
pub(super) struct Making {
    owned: Vec<Owned>,
    steps: Vec<Step>,
    /// Why the last job has no CSV file.
    pub(super) no_file: Option<Box<NoFile>>,
    /// The job that was started last, and its place, as long as it may be active.
    active: Option<(Ids, ActivePlace)>,
}

/// What a job came to.
enum Look {
    Shown(Described),
    Unreadable(Described),
    /// It is past the wanted status.
    Passed(Status),
    /// It stayed in a status for as long as it was watched.
    Stuck(Status),
}

impl Api {
    pub(crate) fn new(
        client: Client,
        settings: &target::Api,
        active: Arc<ActiveJobs>,
        run_id: &str,
        held: Arc<Held>,
    ) -> Self {
        let prefix = settings.prefix();
        Self {
            pools: Pools::new(client.clone(), prefix, run_id, Arc::clone(&held)),
            client,
            shared: settings.pools.map(Shared::new),
            users: settings.users.unwrap_or(USERS[0]),
            enough: Mutex::default(),
            waits: AtomicBool::new(active.limit().is_some()),
            active,
            is_restless: AtomicBool::new(false),
            settings: settings.clone(),
            columns: OnceCell::new(),
            out_of_reach: Mutex::default(),
            failed_uploads: AtomicUsize::new(0),
            last_upload: Mutex::default(),
            held,
        }
    }

    /// Makes a pool, and a job in it that is in a state.
    pub(crate) async fn make(&self, job: JobState) -> Result<Made, Unmade> {
        if job == JobState::Is(Status::Expired) {
            return Err(Unavailable::Unreachable(Reason::ExpiresAfterADay).into());
        }
        if let Some(why) = lock(&self.out_of_reach).get(&job) {
            return Err(Unavailable::Unreachable(why.clone()).into());
        }
        let mut making = Making::default();
        match self.make_in(job, &mut making).await {
            Ok(made) => Ok(Made {
                owned: making.owned,
                steps: making.steps,
                ..made
            }),
            Err(why) => Err(self.unmade(why, making).await),
        }
    }

    /// What could not be made. A job of it that was started keeps no other one waiting.
    async fn unmade(&self, why: Unavailable, making: Making) -> Unmade {
        if let Some((ids, place)) = making.active {
            end(&self.client, &ids, self.rest_patience()).await;
            drop(place);
        }
        let owned = making.owned;
        Unmade { why, owned }
    }

    /// A started job in a pool that there is, which goes with the pool.
    pub(crate) async fn beside(&self, pool: &str) -> Result<Made, Unmade> {
        if let Some(limit) = self.active.limit().filter(|limit| *limit < 2) {
            return Err(Unavailable::Unreachable(Reason::ActiveJobs { needed: 2, limit }).into());
        }
        let mut making = Making::default();
        let made = self
            .reach(pool, JobState::Started, Status::Pending, 1, &mut making)
            .await;
        match made {
            Ok(made) => Ok(Made {
                owned: making.owned,
                steps: making.steps,
                ..made
            }),
            Err(why) => Err(self.unmade(why, making).await),
        }
    }

    /// Ends the job of a lease, so that it keeps no other one waiting.
    pub(crate) async fn end(&self, lease: &mut Lease) {
        if lease.place.is_none() {
            return;
        }
        let ids = lease.ends.as_ref().unwrap_or(&lease.ids);
        if !end(&self.client, ids, self.rest_patience()).await {
            self.is_restless.store(true, Ordering::Relaxed);
        }
        lease.end();
    }

    /// How long a job may go on once it was told to stop. An endpoint that stops no job is waited for once, not in every case.
    fn rest_patience(&self) -> Duration {
        match self.is_restless.load(Ordering::Relaxed) {
            true => Duration::ZERO,
            false if self.client.is_local() => REST_PATIENCE_LOCAL,
            false => REST_PATIENCE,
        }
    }

    pub(crate) async fn delete_pool(&self, pool: &str) -> Result<(), String> {
        self.pools.delete(pool).await
    }

    pub(crate) fn adopt(&self, pool: &str, name: &str) {
        self.pools.adopt(pool, name);
    }

    pub(crate) fn miss(&self, name: &str) {
        self.pools.miss(name);
    }

    pub(crate) fn found(&self, name: &str) {
        self.pools.found(name);
    }

    pub(crate) fn abandon(&self) {
        self.pools.abandon();
    }

    pub(crate) fn deletes_fail(&self) -> bool {
        self.pools.deletes_fail()
    }

    pub(crate) async fn sweep(&self) {
        self.pools.sweep().await;
    }

    async fn make_in(&self, job: JobState, making: &mut Making) -> Result<Made, Unavailable> {
        let is_started = !matches!(job, JobState::Absent | JobState::Is(Status::Created));
        let _ready = match is_started {
            true => self.active.ready().await,
            false => None,
        };
        let pool = self.pool(None, making).await?;
        let nobody = |pool, job| Made::of(Ids { pool, job });
        match job {
            JobState::Absent => Ok(nobody(pool, NO_SUCH_JOB.to_owned())),
            JobState::Elsewhere => {
                let started = self
                    .reach(&pool, JobState::Started, Status::Pending, 0, making)
                    .await?;
                let other = self.pool(Some(&pool), making).await?;
                Ok(Made {
                    place: started.place,
                    ends: Some(started.ids.clone()),
                    ..nobody(other, started.ids.job)
                })
            }
            JobState::Started => self.reach(&pool, job, Status::Pending, 0, making).await,
            JobState::Is(status) => self.reach(&pool, job, status, 0, making).await,
        }
    }

    /// Makes jobs in a pool until one shows a wanted state. `name` is its status in calls and messages, `beside` how many jobs of
    /// the same lease are active already.
    async fn reach(
        &self,
        pool: &str,
        state: JobState,
        name: Status,
        beside: usize,
        making: &mut Making,
    ) -> Result<Made, Unavailable> {
        let mut passed = Status::Created;
        let kept = making.steps.len();
        let first = lock(&self.enough).get(&state).copied();
        let first = first.unwrap_or(self.users);
        let sizes = USERS.into_iter().filter(|users| *users > first);
        for users in std::iter::once(first).chain(sizes) {
            making.steps.truncate(kept);
            let ids = self.job(pool, users, name, making).await?;
            if name == Status::Created {
                return Ok(Made {
                    assumed: Some(name),
                    ..Made::of(ids)
                });
            }
            let place = self.start(&ids, beside, making).await?;
            making.active = Some((ids.clone(), place));
            let refused = if matches!(name, Status::Stopping | Status::Stopped) {
                let stopped = self.step(Operation::StopUserImportJob, &ids, making);
                stopped.await.err()
            } else {
                None
            };
            let look = match refused {
                None => self.look(&ids, state, name).await?,
                // A job that was too quick to be stopped is no reason to give up.
                Some(why) => Look::Passed(self.finished(&ids).await?.ok_or(why)?),
            };
            match look {
                Look::Shown(described) => {
                    lock(&self.enough).insert(state, users);
                    // Where it has ended, its place is free.
                    let place = making.active.take().map(|(_, place)| place);
                    return Ok(Made {
                        place: place.filter(|_| !is_final(name)),
                        ..seen(ids, name, described)
                    });
                }
                Look::Unreadable(described) if follows_at_once(name) => {
                    return Ok(Made {
                        place: making.active.take().map(|(_, place)| place),
                        ..seen(ids, name, described)
                    });
                }
                Look::Unreadable(_) => {
                    let reason = Reason::NoStatus { wanted: Some(name) };
                    return Err(Unavailable::Unreachable(reason));
                }
                Look::Passed(status) => {
                    making.active = None;
                    passed = status;
                }
                Look::Stuck(last) => {
                    let reason = Reason::Stuck {
                        wanted: name,
                        last,
                        waited_s: self.patience().as_secs(),
                        no_file: making.no_file.clone(),
                    };
                    lock(&self.out_of_reach).insert(state, reason.clone());
                    return Err(Unavailable::Unreachable(reason));
                }
            }
        }
        Err(Unavailable::Unreachable(Reason::Passed {
            wanted: name,
            last: passed,
            no_file: making.no_file.clone(),
        }))
    }

    fn patience(&self) -> Duration {
        match self.client.is_local() {
            true => PATIENCE_LOCAL,
            false => PATIENCE,
        }
    }

    /// Looks at a job until it shows a wanted state, or one from which it cannot come there any more.
    async fn look(&self, ids: &Ids, state: JobState, name: Status) -> Result<Look, Unavailable> {
        let deadline = Instant::now() + self.patience();
        let mut pause = if self.client.is_limited() {
            LOOK_MAX
        } else {
            LOOK_MIN
        };
        loop {
            let described = describe(&self.client, ids, &self.held).await?;
            let Some(status) = described.status() else {
                return Ok(Look::Unreadable(described));
            };
            let is_wanted = match state {
                JobState::Is(wanted) => status == wanted,
                _ => status.is_started(),
            };
            if is_wanted {
                return Ok(Look::Shown(described));
            }
            if is_final(status) || name == Status::Pending && status != Status::Created {
                return Ok(Look::Passed(status));
            }
            if Instant::now() >= deadline {
                return Ok(Look::Stuck(status));
            }
            if self.held.is_closed() {
                return Err(ended());
            }
            sleep(pause).await;
            pause = (pause * 2).min(LOOK_MAX);
        }
    }

    /// The status of a job that ended by itself.
    async fn finished(&self, ids: &Ids) -> Result<Option<Status>, Unavailable> {
        let described = describe(&self.client, ids, &self.held).await?;
        Ok(described.status().filter(|status| status.is_finished()))
    }

    async fn pool(&self, other: Option<&str>, making: &mut Making) -> Result<String, Unavailable> {
        if let Some(shared) = &self.shared {
            let (pool, step) = shared.pool(&self.pools, other).await?;
            making.steps.push(step);
            return Ok(pool);
        }
        let (owned, step) = self.pools.make().await?;
        let pool = owned.pool.clone();
        making.owned.push(owned);
        making.steps.push(step);
        Ok(pool)
    }

    /// A job whose CSV file is uploaded, where it needs one and that is possible.
    async fn job(
        &self,
        pool: &str,
        users: usize,
        name: Status,
        making: &mut Making,
    ) -> Result<Ids, Unavailable> {
        let body = json!({
            "UserPoolId": pool,
            "JobName": "fullstop",
            "CloudWatchLogsRoleArn": self.settings.role_arn(),
        });
        let operation = Operation::CreateUserImportJob;
        let answer = accepted(&self.client, operation, &body, &self.held).await?;
        let id = member(&answer, "/UserImportJob/JobId", operation)?;
        let url = member(&answer, "/UserImportJob/PreSignedUrl", operation).ok();
        let mut captured = vec![Captured {
            member: "JobId",
            value: id.clone(),
        }];
        captured.extend(url.clone().map(|value| Captured {
            member: "PreSignedUrl",
            value,
        }));
        making.steps.push(Step::Call {
            operation,
            body,
            captured,
        });
        let ids = Ids {
            pool: pool.to_owned(),
            job: id,
        };
        if self.shared.is_some() {
            // It does not go with the pool, and a job that still runs keeps others waiting.
            let owned = Owned {
                pool: ids.pool.clone(),
                job: ids.job.clone(),
            };
            self.held.hold(&owned);
            making.owned.push(owned);
        }
        // A job without its file is the endpoint's to refuse, or to run all the same.
        let csv = csv::file(self.columns(pool).await, users, name != Status::Failed);
        making.no_file = self.upload(url, csv, making).await.err().map(Box::new);
        Ok(ids)
    }

    /// Puts a file where a job reads it. After some uploads in a row that failed, no more is tried.
    async fn upload(
        &self,
        url: Option<String>,
        csv: String,
        making: &mut Making,
    ) -> Result<(), NoFile> {
        if self.failed_uploads.load(Ordering::Relaxed) >= FAILED_UPLOADS_MAX
            && let Some(last) = lock(&self.last_upload).clone()
        {
            return Err(NoFile::LikeTheOthers(Box::new(last)));
        }
        match self.try_upload(url, csv, making).await {
            Ok(()) => {
                self.failed_uploads.store(0, Ordering::Relaxed);
                Ok(())
            }
            Err(why) => {
                self.failed_uploads.fetch_add(1, Ordering::Relaxed);
                *lock(&self.last_upload) = Some(why.clone());
                Err(why)
            }
        }
    }

    async fn try_upload(
        &self,
        url: Option<String>,
        csv: String,
        making: &mut Making,
    ) -> Result<(), NoFile> {
        let url = url.ok_or(NoFile::NoUrl)?;
        let origin = upload::check(&url, &self.client, &self.settings.upload_hosts)
            .map_err(NoFile::Forbidden)?;
        let uploaded = self.client.upload(&url, csv.clone().into_bytes()).await;
        let status = uploaded.map_err(NoFile::Unanswered)?.status;
        making.steps.push(Step::Upload { url, csv });
        match status {
            200..300 => Ok(()),
            status => Err(NoFile::Refused { origin, status }),
        }
    }

    pub(super) async fn step(
        &self,
        operation: Operation,
        ids: &Ids,
        making: &mut Making,
    ) -> Result<(), Unavailable> {
        let body = json!({ "UserPoolId": ids.pool, "JobId": ids.job });
        accepted(&self.client, operation, &body, &self.held).await?;
        making.steps.push(Step::Call {
            operation,
            body,
            captured: Vec::new(),
        });
        Ok(())
    }

    /// The columns that the endpoint wants, asked for once a run.
    async fn columns(&self, pool: &str) -> &[String] {
        let ask = async || {
            let body = json!({ "UserPoolId": pool });
            let operation = Operation::GetCSVHeader;
            let answer = accepted(&self.client, operation, &body, &self.held)
                .await
                .ok()?;
            let json: Value = serde_json::from_slice(&answer.body).ok()?;
            let columns = json.get("CSVHeader")?.as_array()?.iter();
            columns
                .map(|column| column.as_str().map(str::to_owned))
                .collect::<Option<Vec<_>>>()
                .filter(|columns| {
                    let size: usize = columns.iter().map(String::len).sum();
                    (1..=COLUMNS_MAX).contains(&columns.len()) && size <= COLUMNS_SIZE_MAX
                })
        };
        let documented = || csv::COLUMNS.map(str::to_owned).to_vec();
        self.columns
            .get_or_init(|| async { ask().await.unwrap_or_else(documented) })
            .await
    }
}

/// A job that was looked at and is what was wanted, or may be taken for it.
fn seen(ids: Ids, name: Status, described: Described) -> Made {
    Made {
        assumed: Some(name),
        described: Some(described),
        ..Made::of(ids)
    }
}

/// Whether a status is that of a job whose last operation was just accepted.
fn follows_at_once(status: Status) -> bool {
    matches!(status, Status::Created | Status::Pending | Status::Stopped)
}
