//! Preconditions made by the service's own operations.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tokio::sync::OnceCell;
use tokio::time::sleep;

use crate::case::{Ids, JobState};
use crate::contract::{Operation, Status};
use crate::provision::{
    Captured, Described, Made, NO_SUCH_JOB, Owned, Step, Unavailable, Unmade, call, csv,
};
use crate::target::{Client, Failure};
use crate::wire::{Envelope, Response};

/// How often a throttled or lost call is made again, and the first pause before that; each further one is twice as long.
const CALLS_MAX: u32 = 4;
const PAUSE: Duration = Duration::from_millis(200);

/// How often a job that passed by the wanted status is made anew: small imports end in half a second.
const JOBS_MAX: usize = 3;

/// How long a job may take to show the wanted status: twenty times what AWS's own examples took.
const PATIENCE: Duration = Duration::from_secs(10);

/// The pauses between two looks at a job.
const LOOK_MIN: Duration = Duration::from_millis(5);
const LOOK_MAX: Duration = Duration::from_millis(250);

#[derive(Debug)]
pub(crate) struct Api {
    client: Client,
    upload_hosts: Vec<String>,
    role_arn: String,
    run_id: String,
    made: AtomicU64,
    columns: OnceCell<Vec<String>>,
}

/// A precondition in the making.
#[derive(Default)]
struct Making {
    owned: Vec<Owned>,
    steps: Vec<Step>,
}

impl Api {
    pub(crate) fn new(
        client: Client,
        upload_hosts: &[String],
        role_arn: &str,
        run_id: &str,
    ) -> Self {
        Self {
            client,
            upload_hosts: upload_hosts.to_vec(),
            role_arn: role_arn.to_owned(),
            run_id: run_id.to_owned(),
            made: AtomicU64::new(0),
            columns: OnceCell::new(),
        }
    }

    pub(crate) async fn make(&self, job: JobState, hold: &impl Fn(&Owned)) -> Result<Made, Unmade> {
        let mut making = Making::default();
        match self.make_in(job, hold, &mut making).await {
            Ok((ids, assumed)) => Ok(Made {
                ids,
                owned: making.owned,
                steps: making.steps,
                assumed,
            }),
            Err(why) => Err(Unmade {
                why,
                owned: making.owned,
            }),
        }
    }

    async fn make_in(
        &self,
        job: JobState,
        hold: &impl Fn(&Owned),
        making: &mut Making,
    ) -> Result<(Ids, Option<Status>), Unavailable> {
        if job == JobState::Is(Status::Expired) {
            return Err(Unavailable::Unreachable(
                "a job expires 24 to 48 hours after it was made: give one that has, with the `fixed` or `command` driver"
                    .to_owned(),
            ));
        }
        let pool = self.pool(hold, making).await?;
        match job {
            JobState::Absent => Ok((
                Ids {
                    pool,
                    job: NO_SUCH_JOB.to_owned(),
                },
                None,
            )),
            JobState::Elsewhere => {
                let ids = self.job(&pool, true, making).await?;
                self.start(&ids, making).await?;
                let other = self.pool(hold, making).await?;
                Ok((
                    Ids {
                        pool: other,
                        job: ids.job,
                    },
                    None,
                ))
            }
            JobState::Started => {
                self.reach(&pool, Status::is_started, Status::Pending, making)
                    .await
            }
            JobState::Is(status) => {
                self.reach(&pool, move |shown| shown == status, status, making)
                    .await
            }
        }
    }

    /// Makes jobs in a pool until one shows a wanted status. `name` stands for the wanted status in calls and messages.
    async fn reach(
        &self,
        pool: &str,
        wanted: impl Fn(Status) -> bool,
        name: Status,
        making: &mut Making,
    ) -> Result<(Ids, Option<Status>), Unavailable> {
        let mut passed = Status::Created;
        for _ in 0..JOBS_MAX {
            let kept = making.steps.len();
            let ids = self.job(pool, name != Status::Failed, making).await?;
            if name == Status::Created {
                return Ok((ids, Some(Status::Created)));
            }
            self.start(&ids, making).await?;
            if matches!(name, Status::Stopping | Status::Stopped) {
                self.stop(&ids, making).await?;
            }
            match self.look(&ids, &wanted, name).await? {
                Look::Shown => return Ok((ids, Some(name))),
                Look::Unreadable if follows_at_once(name) => return Ok((ids, Some(name))),
                Look::Unreadable => {
                    return Err(Unavailable::Unreachable(format!(
                        "DescribeUserImportJob shows no readable Status, so that {name} cannot be told"
                    )));
                }
                Look::Passed(status) => passed = status,
            }
            making.steps.truncate(kept);
        }
        Err(Unavailable::Unreachable(format!(
            "no job was seen in {name}: the last was {passed}"
        )))
    }

    /// Looks at a job until it shows a wanted status, or one from which it cannot come there any more.
    async fn look(
        &self,
        ids: &Ids,
        wanted: impl Fn(Status) -> bool,
        name: Status,
    ) -> Result<Look, Unavailable> {
        let deadline = Instant::now() + PATIENCE;
        let mut pause = LOOK_MIN;
        let body = json!({ "UserPoolId": ids.pool, "JobId": ids.job });
        loop {
            let answer = self.call(Operation::DescribeUserImportJob, &body).await?;
            let Some(status) = Described::read(answer).status() else {
                return Ok(Look::Unreadable);
            };
            if wanted(status) {
                return Ok(Look::Shown);
            }
            let gone = status.is_finished()
                || status == Status::Stopped
                || (name == Status::Pending && status != Status::Created);
            if gone || Instant::now() >= deadline {
                return Ok(Look::Passed(status));
            }
            sleep(pause).await;
            pause = (pause * 2).min(LOOK_MAX);
        }
    }

    async fn pool(
        &self,
        hold: &impl Fn(&Owned),
        making: &mut Making,
    ) -> Result<String, Unavailable> {
        let number = self.made.fetch_add(1, Ordering::Relaxed);
        let body = json!({
            "PoolName": format!("fullstop-{}-{number}", self.run_id),
            // Developer guide: without an auto-verified attribute an import job will not start.
            "AutoVerifiedAttributes": ["email"],
        });
        let answer = self.accepted(Operation::CreateUserPool, &body).await?;
        let id = member(&answer, "/UserPool/Id", Operation::CreateUserPool)?;
        let owned = Owned {
            pool: id.clone(),
            job: String::new(),
        };
        hold(&owned);
        making.owned.push(owned);
        making.steps.push(Step::Call {
            operation: Operation::CreateUserPool,
            body,
            captured: vec![Captured {
                member: "Id",
                value: id.clone(),
            }],
        });
        Ok(id)
    }

    /// A job whose CSV file is uploaded, where that is possible.
    async fn job(
        &self,
        pool: &str,
        verified: bool,
        making: &mut Making,
    ) -> Result<Ids, Unavailable> {
        let body = json!({
            "UserPoolId": pool,
            "JobName": format!("fullstop-{}", self.run_id),
            "CloudWatchLogsRoleArn": self.role_arn,
        });
        let answer = self.accepted(Operation::CreateUserImportJob, &body).await?;
        let id = member(
            &answer,
            "/UserImportJob/JobId",
            Operation::CreateUserImportJob,
        )?;
        let url = member(
            &answer,
            "/UserImportJob/PreSignedUrl",
            Operation::CreateUserImportJob,
        )
        .ok()
        .filter(|url| self.may_upload_to(url));
        let mut captured = vec![Captured {
            member: "JobId",
            value: id.clone(),
        }];
        captured.extend(url.clone().map(|value| Captured {
            member: "PreSignedUrl",
            value,
        }));
        making.steps.push(Step::Call {
            operation: Operation::CreateUserImportJob,
            body,
            captured,
        });
        if let Some(url) = url {
            let csv = csv::file(self.columns(pool).await, verified);
            // A refused upload shows when the job is started, with the endpoint's own words.
            let _ = self.client.upload(&url, csv.clone().into_bytes()).await;
            making.steps.push(Step::Upload { url, csv });
        }
        Ok(Ids {
            pool: pool.to_owned(),
            job: id,
        })
    }

    async fn start(&self, ids: &Ids, making: &mut Making) -> Result<(), Unavailable> {
        self.step(Operation::StartUserImportJob, ids, making).await
    }

    async fn stop(&self, ids: &Ids, making: &mut Making) -> Result<(), Unavailable> {
        self.step(Operation::StopUserImportJob, ids, making).await
    }

    async fn step(
        &self,
        operation: Operation,
        ids: &Ids,
        making: &mut Making,
    ) -> Result<(), Unavailable> {
        let body = json!({ "UserPoolId": ids.pool, "JobId": ids.job });
        self.accepted(operation, &body).await?;
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
            let answer = self.call(Operation::GetCSVHeader, &body).await.ok()?;
            let json: Value = serde_json::from_slice(&answer.body).ok()?;
            let columns = json.get("CSVHeader")?.as_array()?.iter();
            columns
                .map(|column| column.as_str().map(str::to_owned))
                .collect::<Option<Vec<_>>>()
        };
        let documented = || csv::COLUMNS.map(str::to_owned).to_vec();
        self.columns
            .get_or_init(|| async { ask().await.unwrap_or_else(documented) })
            .await
    }

    /// A pre-signed URL can name any host: only the endpoint's own, and those that the profile allows, are written to.
    fn may_upload_to(&self, url: &str) -> bool {
        let host = url
            .split_once("://")
            .map(|(_, rest)| rest.split(['/', '?', '#']).next().unwrap_or_default())
            .filter(|authority| !authority.contains('@'))
            .map(|authority| match authority.rsplit_once(':') {
                Some((host, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => host,
                _ => authority,
            })
            .map(|host| host.trim_start_matches('[').trim_end_matches(']'));
        host.is_some_and(|host| {
            host == self.client.host() || self.upload_hosts.iter().any(|allowed| allowed == host)
        })
    }

    /// Deletes a pool. A job that still imports is stopped first.
    pub(crate) async fn delete_pool(&self, pool: &str, _job: &str) -> Result<(), String> {
        let body = json!({ "UserPoolId": pool });
        for _ in 0..CALLS_MAX {
            let answer = self
                .call(Operation::DeleteUserPool, &body)
                .await
                .map_err(|why| why.to_string())?;
            let envelope = Envelope::read(&answer);
            match envelope.error_type() {
                _ if (200..300).contains(&answer.status) => return Ok(()),
                Some("ResourceNotFoundException") => return Ok(()),
                Some("UserImportInProgressException") => self.stop_all(pool).await,
                _ => return Err(answer.to_string()),
            }
            sleep(PAUSE).await;
        }
        Err("its import does not end".to_owned())
    }

    async fn stop_all(&self, pool: &str) {
        let body = json!({ "UserPoolId": pool, "MaxResults": 60 });
        let Ok(answer) = self.call(Operation::ListUserImportJobs, &body).await else {
            return;
        };
        let listed: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
        for job in listed["UserImportJobs"].as_array().into_iter().flatten() {
            let body = json!({ "UserPoolId": pool, "JobId": job["JobId"] });
            let _ = self.call(Operation::StopUserImportJob, &body).await;
        }
    }

    /// The answer to a call, which must be a success.
    async fn accepted(&self, operation: Operation, body: &Value) -> Result<Response, Unavailable> {
        let answer = self.call(operation, body).await?;
        if answer.status != 200 {
            return Err(refused(operation, &answer));
        }
        Ok(answer)
    }

    /// The answer to a call, which is made again while it is throttled or lost.
    async fn call(&self, operation: Operation, body: &Value) -> Result<Response, Unavailable> {
        let mut pause = PAUSE;
        let mut last = String::new();
        for attempt in 0..CALLS_MAX {
            if attempt > 0 {
                sleep(pause).await;
                pause *= 2;
            }
            last = match call(&self.client, operation, body).await {
                Ok(answer) if is_throttle(&answer) => answer.to_string(),
                Ok(answer) => return Ok(answer),
                Err(failure @ (Failure::Closed { .. } | Failure::Connect { .. })) => {
                    failure.to_string()
                }
                // Waiting as long again would only double the silence.
                Err(failure) => {
                    return Err(Unavailable::Indeterminate(format!(
                        "{operation}: {failure}"
                    )));
                }
            };
        }
        Err(Unavailable::Indeterminate(format!("{operation}: {last}")))
    }
}

enum Look {
    Shown,
    Unreadable,
    Passed(Status),
}

/// Whether a status is that of a job whose last operation was just accepted.
fn follows_at_once(status: Status) -> bool {
    matches!(status, Status::Created | Status::Pending | Status::Stopped)
}

fn is_throttle(answer: &Response) -> bool {
    const TYPES: [&str; 3] = [
        "TooManyRequestsException",
        "Throttling",
        "ThrottlingException",
    ];
    matches!(answer.status, 429 | 503)
        || Envelope::read(answer)
            .error_type()
            .is_some_and(|name| TYPES.contains(&name))
}

fn member(answer: &Response, place: &str, operation: Operation) -> Result<String, Unavailable> {
    serde_json::from_slice::<Value>(&answer.body)
        .ok()
        .and_then(|json| json.pointer(place)?.as_str().map(str::to_owned))
        .filter(|text| !text.is_empty())
        .ok_or_else(|| refused(operation, answer))
}

/// The most characters of an answer that a reason quotes.
const QUOTE_LENGTH_MAX: usize = 160;

fn refused(operation: Operation, answer: &Response) -> Unavailable {
    let shown: String = answer
        .to_string()
        .chars()
        .map(|letter| if letter.is_control() { ' ' } else { letter })
        .take(QUOTE_LENGTH_MAX)
        .collect();
    Unavailable::Unreachable(format!(
        "{operation} was answered with {}",
        shown.trim_end()
    ))
}
