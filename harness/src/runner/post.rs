//! What must hold once a request was answered, read by DescribeUserImportJob.

use std::time::{Duration, Instant};

use serde_json::Value;
use tokio::time::sleep;

use crate::case::{Case, Ids, Post};
use crate::contract::Status;
use crate::oracle::{Mismatch, same};
use crate::provision::{Bystander, Lease};
use crate::runner::attempt::{Halt, Judge};
use crate::target::Client;

/// The first pause between two reads, and the longest: a quick endpoint is not kept waiting, a slow one is not hammered.
const PAUSE_MIN: Duration = Duration::from_millis(5);
const PAUSE_MAX: Duration = Duration::from_millis(500);

/// The first pause where requests wait for a quota: reads that come to nothing only keep others waiting.
const PAUSE_LIMITED: Duration = Duration::from_millis(250);

/// How often Stopped is read again once it was seen.
const STOPPED_READ_AGAIN: usize = 2;

/// The members of a job that nothing changes.
const IMMUTABLE: [&str; 4] = ["JobId", "UserPoolId", "JobName", "CreationDate"];

/// How the state afterwards was found.
pub(crate) enum After {
    /// As it must be.
    Held,
    /// As far as it can be read, as it must be; with what cannot be read.
    Unconfirmed(String),
    /// Ended by itself, or by the request, instead of stopped.
    Ended(Status),
    /// Not as it must be.
    Broken(Vec<Mismatch>),
}

/// Checks what a case says of the state afterwards, or what goes without saying after a refusal.
pub(crate) async fn check(
    judge: &Judge,
    case: &Case,
    lease: &Lease,
    bystander: Option<&Bystander>,
    refusal: bool,
) -> Result<After, Halt> {
    let live = case.given.has_job()
        && !matches!(
            case.given.status(),
            Some(Status::Stopping | Status::Stopped)
        );
    match case.post {
        Some(Post::Stopped) => stopped(judge, lease).await,
        Some(Post::KeepsStatus) => keeps_status(judge, lease).await,
        Some(Post::Untouched) => untouched(judge, &lease.ids, lease.before.as_ref()).await,
        Some(Post::BystanderUntouched) => match bystander {
            Some(other) => untouched(judge, &other.ids, other.before.as_ref()).await,
            None => Ok(After::Held),
        },
        None if refusal && live => untouched(judge, &lease.ids, lease.before.as_ref()).await,
        Some(Post::Unread) | None => Ok(After::Held),
    }
}

/// The status of a job, where it can be read.
pub(crate) async fn status(judge: &Judge, ids: &Ids) -> Result<Option<Status>, Halt> {
    Ok(read(judge, ids).await?.ok().as_ref().and_then(status_of))
}

/// Whether a job that is left alone ends within a time.
pub(crate) async fn ends_within(
    judge: &Judge,
    ids: &Ids,
    patience: Duration,
) -> Result<bool, Halt> {
    let mut pauses = Pauses::until(judge, patience);
    loop {
        if status(judge, ids).await?.is_some_and(Status::is_finished) {
            return Ok(true);
        }
        if !pauses.wait(judge).await {
            return Ok(false);
        }
    }
}

async fn untouched(judge: &Judge, ids: &Ids, before: Option<&Value>) -> Result<After, Halt> {
    let Some(before) = before else {
        return Ok(After::Unconfirmed(
            "the state afterwards was not looked at, since DescribeUserImportJob did not show the job before"
                .to_owned(),
        ));
    };
    let now = match read(judge, ids).await? {
        Ok(job) => job,
        Err(answer) => {
            let wanted = "the job, as before the request";
            return Ok(After::Broken(vec![Mismatch::new("post", wanted, answer)]));
        }
    };
    let mut mismatches = changed(before, &now);
    let status = status_of(&now);
    if let Some(status @ (Status::Stopping | Status::Stopped)) = status {
        let wanted = "a job that this request does not stop";
        mismatches.push(Mismatch::new("post/Status", wanted, status.name()));
    }
    Ok(found(mismatches, status.is_some()))
}

async fn stopped(judge: &Judge, lease: &Lease) -> Result<After, Halt> {
    judge.stage.let_go(lease);
    let mut pauses = Pauses::until(judge, judge.settle);
    loop {
        let (status, mismatches) = look(judge, lease).await?;
        match status {
            _ if !mismatches.is_empty() => return Ok(After::Broken(mismatches)),
            None => return Ok(found(Vec::new(), false)),
            Some(Status::Stopped) => break,
            Some(status) if status.is_finished() => return Ok(After::Ended(status)),
            Some(status) => {
                if !pauses.wait(judge).await {
                    let wanted = format!("Stopped within {} ms", judge.settle.as_millis());
                    return Ok(After::Broken(vec![Mismatch::new(
                        "post/Status",
                        wanted,
                        status.name(),
                    )]));
                }
            }
        }
    }
    for _ in 0..STOPPED_READ_AGAIN {
        let (status, mismatches) = look(judge, lease).await?;
        if !mismatches.is_empty() {
            return Ok(After::Broken(mismatches));
        }
        if status != Some(Status::Stopped) {
            let got = status.map_or("no status", Status::name);
            let mismatch = Mismatch::new("post/Status", "Stopped on every further read", got);
            return Ok(After::Broken(vec![mismatch]));
        }
    }
    Ok(After::Held)
}

async fn keeps_status(judge: &Judge, lease: &Lease) -> Result<After, Halt> {
    let (Some(before), true) = (lease.status, lease.confirmed) else {
        return Err(unreadable());
    };
    let (status, mut mismatches) = look(judge, lease).await?;
    match status {
        None => return Err(unreadable()),
        Some(now) if now != before => {
            mismatches.push(Mismatch::new("post/Status", before.name(), now.name()));
        }
        Some(_) => {}
    }
    Ok(found(mismatches, true))
}

/// The job's status now, and what of it has changed that must not.
async fn look(judge: &Judge, lease: &Lease) -> Result<(Option<Status>, Vec<Mismatch>), Halt> {
    match read(judge, &lease.ids).await? {
        Ok(job) => {
            let mismatches = lease
                .before
                .as_ref()
                .map_or_else(Vec::new, |before| changed(before, &job));
            Ok((status_of(&job), mismatches))
        }
        Err(answer) if lease.before.is_some() => Ok((
            None,
            vec![Mismatch::new(
                "post",
                "the job, as before the request",
                answer,
            )],
        )),
        Err(_) => Ok((None, Vec::new())),
    }
}

/// The job now, or the answer that shows none.
async fn read(judge: &Judge, ids: &Ids) -> Result<Result<Value, String>, Halt> {
    let described = judge
        .stage
        .describe(ids)
        .await
        .map_err(|failure| Halt::Again(format!("DescribeUserImportJob: {failure}"), None))?;
    if super::attempt::is_throttled(&described.response) {
        return Err(Halt::Again(
            "DescribeUserImportJob is throttled".to_owned(),
            None,
        ));
    }
    Ok(described.job.ok_or_else(|| described.response.to_string()))
}

fn changed(before: &Value, now: &Value) -> Vec<Mismatch> {
    let differs = |member: &&str| {
        let before = before.get(*member)?;
        let now = now.get(*member);
        let kept = now.is_some_and(|now| same(before, now));
        let got = now.map_or_else(|| "nothing".to_owned(), Value::to_string);
        let wanted = format!("{before}, as before the request");
        (!kept).then(|| Mismatch::new(format!("post/{member}"), wanted, got))
    };
    IMMUTABLE.iter().filter_map(differs).collect()
}

fn found(mismatches: Vec<Mismatch>, readable: bool) -> After {
    match (mismatches.is_empty(), readable) {
        (false, _) => After::Broken(mismatches),
        (true, true) => After::Held,
        (true, false) => {
            After::Unconfirmed(
                "the state afterwards is not known, since DescribeUserImportJob shows no readable Status"
                    .to_owned(),
            )
        }
    }
}

fn status_of(job: &Value) -> Option<Status> {
    job.get("Status")?.as_str()?.parse().ok()
}

fn unreadable() -> Halt {
    Halt::Blocked(
        "DescribeUserImportJob shows no readable Status, so that the state afterwards is unknown"
            .to_owned(),
    )
}

/// Pauses that grow, up to a deadline.
struct Pauses {
    next: Duration,
    deadline: Instant,
}

impl Pauses {
    fn until(judge: &Judge, patience: Duration) -> Self {
        Self {
            next: if judge.stage.client().is_some_and(Client::is_limited) {
                PAUSE_LIMITED
            } else {
                PAUSE_MIN
            },
            deadline: Instant::now() + patience,
        }
    }

    /// Waits. False once the deadline has passed.
    async fn wait(&mut self, judge: &Judge) -> bool {
        if let Some(another) = judge.stage.shows_another_look() {
            return another;
        }
        if Instant::now() >= self.deadline {
            return false;
        }
        sleep(self.next).await;
        self.next = (self.next * 2).min(PAUSE_MAX);
        true
    }
}
