//! Preconditions made by the service's own operations.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tokio::sync::OnceCell;
use tokio::time::sleep;

use crate::case::{Ids, JobState};
use crate::contract::{Operation, Status};
use crate::provision::call::{accepted, describe, member};
use crate::provision::delete::rest;
use crate::provision::held::{Held, Made, Owned, Unmade, lock};
use crate::provision::pool::Pools;
use crate::provision::shared::Shared;
use crate::provision::{
    Captured, Described, NO_SUCH_JOB, Step, Unavailable, csv, ended, is_final, upload,
};
use crate::target::{self, Client};

/// How many users the file of the first, second and third try has. A small import ends in half a second, which on AWS is
/// little more than the calls round it take; on a machine of one's own, one user is enough.
const USERS: [usize; 3] = [1, 500, 5_000];

/// How long a start is tried again while another job may be active, and how often: an import of our own ends within seconds.
const ACTIVE_PATIENCE: Duration = Duration::from_secs(20);
const ACTIVE_PAUSE: Duration = Duration::from_secs(1);

/// How long a job may go on once it was told to stop: several times what AWS's own examples took.
const REST_PATIENCE: Duration = Duration::from_secs(20);

/// How long a job may take to show the wanted status: twenty times what AWS's own examples took.
const PATIENCE: Duration = Duration::from_secs(10);

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
    /// Whether a start that is refused may be so because another job is active, which is worth waiting for.
    waits: AtomicBool,
    /// Whether a job went on although it was stopped.
    is_restless: AtomicBool,
    columns: OnceCell<Vec<String>>,
    /// The states that a job was waited for to the end of patience, and what was seen instead. Nobody waits for one twice.
    out_of_reach: Mutex<BTreeMap<JobState, String>>,
    held: Arc<Held>,
}

/// A precondition in the making.
#[derive(Default)]
struct Making {
    owned: Vec<Owned>,
    steps: Vec<Step>,
    /// Why the last job has no CSV file.
    no_file: Option<String>,
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
        active_jobs: Option<usize>,
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
            waits: AtomicBool::new(active_jobs.is_some()),
            is_restless: AtomicBool::new(false),
            settings: settings.clone(),
            columns: OnceCell::new(),
            out_of_reach: Mutex::default(),
            held,
        }
    }

    /// Makes a pool, and a job in it that is in a state.
    pub(crate) async fn make(&self, job: JobState) -> Result<Made, Unmade> {
        if job == JobState::Is(Status::Expired) {
            return Err(Unavailable::Unreachable(
                "a job expires 24 to 48 hours after it was made: give one that has, with the `fixed` or `command` driver"
                    .to_owned(),
            )
            .into());
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
            Err(why) => Err(Unmade {
                why,
                owned: making.owned,
            }),
        }
    }

    /// A started job in a pool that there is, which goes with the pool.
    pub(crate) async fn beside(&self, pool: &str) -> Result<Made, Unmade> {
        let mut making = Making::default();
        let made = self
            .reach(pool, JobState::Started, Status::Pending, &mut making)
            .await?;
        Ok(Made {
            owned: making.owned,
            steps: making.steps,
            ..made
        })
    }

    /// Stops a job in a shared pool, if it runs. Whether it did shows when the pool is deleted.
    pub(crate) async fn rest(&self, owned: Owned) {
        let ids = Ids {
            pool: owned.pool,
            job: owned.job,
        };
        // An endpoint that stops no job is waited for once, not in every case.
        let patience = if self.is_restless.load(Ordering::Relaxed) {
            Duration::ZERO
        } else {
            REST_PATIENCE
        };
        if !rest(&self.client, &ids, patience).await {
            self.is_restless.store(true, Ordering::Relaxed);
        }
    }

    pub(crate) async fn delete_pool(&self, pool: &str) -> Result<(), String> {
        self.pools.delete(pool).await
    }

    pub(crate) async fn sweep(&self) {
        self.pools.sweep().await;
    }

    async fn make_in(&self, job: JobState, making: &mut Making) -> Result<Made, Unavailable> {
        let pool = self.pool(None, making).await?;
        let nobody = |pool, job| Made::of(Ids { pool, job });
        match job {
            JobState::Absent => Ok(nobody(pool, NO_SUCH_JOB.to_owned())),
            JobState::Elsewhere => {
                let started = self
                    .reach(&pool, JobState::Started, Status::Pending, making)
                    .await?;
                let other = self.pool(Some(&pool), making).await?;
                Ok(nobody(other, started.ids.job))
            }
            JobState::Started => self.reach(&pool, job, Status::Pending, making).await,
            JobState::Is(status) => self.reach(&pool, job, status, making).await,
        }
    }

    /// Makes jobs in a pool until one shows a wanted state. `name` is its status in calls and messages.
    async fn reach(
        &self,
        pool: &str,
        state: JobState,
        name: Status,
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
            self.start(&ids, making).await?;
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
                    return Ok(seen(ids, name, described));
                }
                Look::Unreadable(described) if follows_at_once(name) => {
                    return Ok(seen(ids, name, described));
                }
                Look::Unreadable(_) => {
                    return Err(Unavailable::Unreachable(format!(
                        "DescribeUserImportJob shows no readable Status, so that {name} cannot be told"
                    )));
                }
                Look::Passed(status) => passed = status,
                Look::Stuck(status) => {
                    let why = format!(
                        "a job stayed {status} for {} s and never was {name}{}",
                        PATIENCE.as_secs(),
                        making.excuse()
                    );
                    lock(&self.out_of_reach).insert(state, why.clone());
                    return Err(Unavailable::Unreachable(why));
                }
            }
        }
        Err(Unavailable::Unreachable(format!(
            "no job was seen in {name}: the last was {passed}{}",
            making.excuse()
        )))
    }

    /// Looks at a job until it shows a wanted state, or one from which it cannot come there any more.
    async fn look(&self, ids: &Ids, state: JobState, name: Status) -> Result<Look, Unavailable> {
        let deadline = Instant::now() + PATIENCE;
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
        if name != Status::Created {
            // A job without its file is the endpoint's to refuse, or to run all the same.
            let csv = csv::file(self.columns(pool).await, users, name != Status::Failed);
            making.no_file = self.upload(url, csv, making).await.err();
        }
        Ok(ids)
    }

    async fn upload(
        &self,
        url: Option<String>,
        csv: String,
        making: &mut Making,
    ) -> Result<(), String> {
        let url = url.ok_or("CreateUserImportJob showed no PreSignedUrl")?;
        upload::check(&url, &self.client, &self.settings.upload_hosts)?;
        let answer = self.client.upload(&url, csv.clone().into_bytes()).await;
        let answer = answer.map_err(|failure| failure.to_string())?;
        making.steps.push(Step::Upload { url, csv });
        if (200..300).contains(&answer.status) {
            Ok(())
        } else {
            Err(format!("the upload was answered with {}", answer.status))
        }
    }

    /// Starts a job. Where only so many may be active, it is tried again for a while: another process, or what one left
    /// behind, may be in the way.
    async fn start(&self, ids: &Ids, making: &mut Making) -> Result<(), Unavailable> {
        let deadline = Instant::now() + ACTIVE_PATIENCE;
        loop {
            let started = self.step(Operation::StartUserImportJob, ids, making).await;
            let Err(Unavailable::Unreachable(why)) = started else {
                return started;
            };
            let hopeless = making.no_file.is_some() || !self.waits.load(Ordering::Relaxed);
            if hopeless || self.held.is_closed() || Instant::now() >= deadline {
                // Nobody waits a second time for what never came.
                self.waits.store(false, Ordering::Relaxed);
                return Err(Unavailable::Unreachable(format!(
                    "{why}{}",
                    making.excuse()
                )));
            }
            sleep(ACTIVE_PAUSE).await;
        }
    }

    async fn step(
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
                .filter(|columns| !columns.is_empty())
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

impl Making {
    /// What may be to blame for a job that did not do as it should.
    fn excuse(&self) -> String {
        self.no_file
            .as_ref()
            .map_or_else(String::new, |why| format!(" (it has no CSV file: {why})"))
    }
}

/// Whether a status is that of a job whose last operation was just accepted.
fn follows_at_once(status: Status) -> bool {
    matches!(status, Status::Created | Status::Pending | Status::Stopped)
}
