//! What must hold once a request was answered, read by DescribeUserImportJob.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use serde_json::Value;
use tokio::time::sleep;

use crate::case::{Case, Ids, Post};
use crate::contract::{Operation, Status};
use crate::oracle::{Actual, Expected, Facet, Violation, same};
use crate::provision::{Bystander, Lease, Reason};
use crate::runner::attempt::Judge;
use crate::runner::tries::Halt;
use crate::target::{Client, in_ms};
use crate::wire::is_throttled;

/// The first pause between two reads, and the longest: a quick endpoint is not kept waiting, a slow one is not hammered.
const PAUSE_MIN: Duration = Duration::from_millis(5);
const PAUSE_MAX: Duration = Duration::from_millis(500);

/// The first pause where requests wait for a quota: reads that come to nothing only keep others waiting.
const PAUSE_LIMITED: Duration = Duration::from_millis(250);

/// How often Stopped is read again once it was seen.
const STOPPED_READ_AGAIN: usize = 2;

/// How often a job is read where the answer is a throttle or a server error.
const READS_MAX: usize = 3;

/// How many jobs in a row may stay short of Stopped for as long as they are waited for, before others are waited for a part of
/// that only.
const UNSETTLED_MAX: usize = 3;
const UNSETTLED_SHARE: u32 = 2;

/// The members of a job that nothing changes.
const IMMUTABLE: [&str; 4] = ["JobId", "UserPoolId", "JobName", "CreationDate"];

/// Counts the jobs in a row that never came to show Stopped.
#[derive(Debug, Default)]
pub(crate) struct Settling {
    unsettled: AtomicUsize,
}

impl Settling {
    fn patience(&self, usual: Duration) -> Duration {
        match self.unsettled.load(Ordering::Relaxed) < UNSETTLED_MAX {
            true => usual,
            false => usual / UNSETTLED_SHARE,
        }
    }

    fn settled(&self) {
        self.unsettled.store(0, Ordering::Relaxed);
    }

    fn unsettled(&self) {
        self.unsettled.fetch_add(1, Ordering::Relaxed);
    }
}

/// How the state afterwards was found.
pub(crate) enum After {
    /// As it must be.
    Held,
    /// As far as it can be read, as it must be; with what cannot be read.
    Unconfirmed(Reason),
    /// Ended by itself, or by the request, instead of stopped.
    Ended(Status),
    /// Not as it must be.
    Broken(Vec<Violation>),
}

/// Checks what a case says of the state afterwards, or what goes without saying after a refusal.
pub(crate) async fn check(
    judge: &Judge,
    case: &Case,
    lease: &mut Lease,
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

/// How the job of a lease is after requests that must leave it as it is, and whether others may go on with it.
pub(crate) async fn verify(judge: &Judge, lease: &Lease) -> Result<(After, bool), Halt> {
    let Some(before) = &lease.before else {
        return Ok((After::Unconfirmed(Reason::StateUnread), false));
    };
    let now = match read(judge, &lease.ids).await? {
        Ok(job) => job,
        Err(response) => {
            return Ok((After::Broken(vec![gone(response)]), false));
        }
    };
    let status = status_of(&now);
    let is_same = match (lease.status, status) {
        (Some(was), Some(is)) => was == is || was.is_started() && is.is_started(),
        _ => false,
    };
    let was_stopped = matches!(lease.status, Some(Status::Stopping | Status::Stopped));
    let mut violations = changed(before, &now);
    if let Some(status @ (Status::Stopping | Status::Stopped)) = status
        && !was_stopped
    {
        violations.push(Violation::of_job_status(Expected::NotStopped, Some(status)));
    }
    Ok((found(violations, status.is_some()), is_same))
}

/// Whether the job of a lease is as it was.
pub(crate) async fn is_untouched(judge: &Judge, lease: &Lease) -> bool {
    matches!(verify(judge, lease).await, Ok((After::Held, true)))
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
        return Ok(After::Unconfirmed(Reason::StateUnread));
    };
    let now = match read(judge, ids).await? {
        Ok(job) => job,
        Err(answer) => {
            return Ok(After::Broken(vec![gone(answer)]));
        }
    };
    let mut violations = changed(before, &now);
    let status = status_of(&now);
    if let Some(status @ (Status::Stopping | Status::Stopped)) = status {
        violations.push(Violation::of_job_status(Expected::NotStopped, Some(status)));
    }
    Ok(found(violations, status.is_some()))
}

async fn stopped(judge: &Judge, lease: &mut Lease) -> Result<After, Halt> {
    judge.stage.let_go(lease);
    let mut pauses = Pauses::until(judge, judge.settling.patience(judge.settle));
    loop {
        let (status, violations) = look(judge, lease).await?;
        match status {
            _ if !violations.is_empty() => return Ok(After::Broken(violations)),
            None => return Ok(found(Vec::new(), false)),
            Some(Status::Stopped) => {
                judge.settling.settled();
                lease.end();
                break;
            }
            Some(status) if status.is_finished() => return Ok(After::Ended(status)),
            Some(status) => {
                if !pauses.wait(judge).await {
                    judge.settling.unsettled();
                    let within_ms = Some(in_ms(judge.settle));
                    let expected = Expected::Stopped { within_ms };
                    let violation = Violation::of_job_status(expected, Some(status));
                    return Ok(After::Broken(vec![violation]));
                }
            }
        }
    }
    for _ in 0..STOPPED_READ_AGAIN {
        let (status, violations) = look(judge, lease).await?;
        if !violations.is_empty() {
            return Ok(After::Broken(violations));
        }
        if status != Some(Status::Stopped) {
            let expected = Expected::Stopped { within_ms: None };
            return Ok(After::Broken(vec![Violation::of_job_status(
                expected, status,
            )]));
        }
    }
    Ok(After::Held)
}

async fn keeps_status(judge: &Judge, lease: &Lease) -> Result<After, Halt> {
    let (Some(before), true) = (lease.status, lease.confirmed) else {
        return Err(unreadable());
    };
    let (status, mut violations) = look(judge, lease).await?;
    match status {
        None => return Err(unreadable()),
        Some(now) if now != before => {
            violations.push(Violation::of_job_status(
                Expected::status(before),
                Some(now),
            ));
        }
        Some(_) => {}
    }
    Ok(found(violations, true))
}

/// The job's status now, and what of it has changed that must not.
async fn look(judge: &Judge, lease: &Lease) -> Result<(Option<Status>, Vec<Violation>), Halt> {
    match read(judge, &lease.ids).await? {
        Ok(job) => {
            let violations = lease
                .before
                .as_ref()
                .map_or_else(Vec::new, |before| changed(before, &job));
            Ok((status_of(&job), violations))
        }
        Err(answer) if lease.before.is_some() => Ok((None, vec![gone(answer)])),
        Err(_) => Ok((None, Vec::new())),
    }
}

/// The job now, or the answer that shows none.
async fn read(judge: &Judge, ids: &Ids) -> Result<Result<Value, String>, Halt> {
    let operation = Operation::DescribeUserImportJob;
    let mut pause = PAUSE_LIMITED;
    for attempt in 0..READS_MAX {
        let described = judge.stage.describe(ids).await.map_err(|failure| {
            let reason = Reason::Unanswered { operation, failure };
            Halt::Again(reason, None)
        })?;
        let is_passing = is_throttled(&described.response) || described.response.status >= 500;
        if !is_passing || attempt + 1 == READS_MAX && described.response.status >= 500 {
            return Ok(described.job.ok_or_else(|| described.response.to_string()));
        }
        // A recording holds each of them, and waits for none.
        if judge.stage.client().is_some() && is_throttled(&described.response) {
            sleep(pause).await;
            pause *= 2;
        }
    }
    let operation = Some(operation);
    Err(Halt::Again(Reason::Throttled { operation }, None))
}

fn changed(before: &Value, now: &Value) -> Vec<Violation> {
    let differs = |member: &&str| {
        let before = before.get(*member)?;
        let now = now.get(*member);
        let kept = now.is_some_and(|now| same(before, now));
        let violation = || {
            let (expected, actual) = (Expected::unchanged(before), Actual::value(now));
            Violation::new(Facet::state(member), expected, actual)
        };
        (!kept).then(violation)
    };
    IMMUTABLE.iter().filter_map(differs).collect()
}

/// That a job is not shown any more, with what came instead.
fn gone(answer: String) -> Violation {
    let expected = Expected::told("the job, as before the request");
    Violation::new(Facet::State(None), expected, Actual::told(answer))
}

fn found(violations: Vec<Violation>, readable: bool) -> After {
    match (violations.is_empty(), readable) {
        (false, _) => After::Broken(violations),
        (true, true) => After::Held,
        (true, false) => After::Unconfirmed(Reason::StateUnread),
    }
}

fn status_of(job: &Value) -> Option<Status> {
    job.get("Status")?.as_str()?.parse().ok()
}

fn unreadable() -> Halt {
    Halt::Blocked(Reason::StateUnread)
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
