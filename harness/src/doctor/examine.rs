//! The order of an examination: the way, the language, signatures, operations, then states.

use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use tokio::task::JoinSet;

use crate::case::{Given, JobState, PoolState};
use crate::clock::{Cut, Deadline};
use crate::contract::{CONTENT_TYPE, Operation};
use crate::doctor::diagnosis::{Clock, Diagnosis, Found, Presence, Protocol, Way};
use crate::doctor::{sample, signing, states};
use crate::provision::{Provisioner, Unavailable};
use crate::runner::{Plan, Probe, RunError, Session};
use crate::target::{Client, Obstacle, Profile};
use crate::visible::on_a_line;
use crate::wire::{Envelope, Response, is_throttled};

/// The operations that a run needs, in the order of a job's life.
const NEEDED: [Operation; 9] = [
    Operation::CreateUserPool,
    Operation::ListUserPools,
    Operation::GetCSVHeader,
    Operation::CreateUserImportJob,
    Operation::StartUserImportJob,
    Operation::StopUserImportJob,
    Operation::DescribeUserImportJob,
    Operation::ListUserImportJobs,
    Operation::DeleteUserPool,
];

/// The most characters of an answer that are shown.
const QUOTE_LENGTH_MAX: usize = 160;

/// How many requests are sent at once to see whether all are answered: as many as a run sends by default.
const AT_ONCE: usize = Plan::CONCURRENCY;

/// Clocks this close are in step: the date of an answer has whole seconds, and so has ours by then.
const IN_STEP_S: i64 = 2;

/// What an examination needs.
#[derive(Debug)]
pub struct Examined<'a> {
    /// What is known of the endpoint.
    pub profile: &'a Profile,
    /// Its client.
    pub client: &'a Client,
    /// What makes states true, or why none may be made.
    pub provisioner: Result<Arc<Provisioner>, String>,
    /// The session that a part of the suite is run in, where something may be made.
    pub session: Option<&'a Session>,
    /// The share of the cases at level must that a run has to judge.
    pub min_coverage: f64,
}

/// Looks at an endpoint until a deadline. What is created is released, but `leftovers` is left to whoever ends the provisioning.
pub async fn examine(examined: &Examined<'_>, deadline: &Deadline) -> Diagnosis {
    let start = Instant::now();
    let mut diagnosis = empty(examined);
    let found = deadline.cap(look(examined, &mut diagnosis, deadline)).await;
    match found {
        Ok(Ok(())) => {}
        Ok(Err(error)) => {
            diagnosis.way.obstacle = Some(match &error {
                RunError::Unreachable(failure) => Obstacle::of(failure),
                _ => Obstacle::Other,
            });
            diagnosis.way.why = Some(error.to_string());
        }
        Err(cut) => diagnosis.cut = Some(cut),
    }
    if !examined.client.keeps_connections() {
        let notice =
            "it closes kept connections without notice: each request gets a connection of its own";
        diagnosis.notices.push(notice.to_owned());
    }
    diagnosis.requests = examined.client.sent();
    diagnosis.elapsed_ms = millis(start.elapsed());
    diagnosis.obstacle = obstacle(&diagnosis);
    diagnosis
}

/// Fails where there is no answer to a first question.
async fn look(
    examined: &Examined<'_>,
    diagnosis: &mut Diagnosis,
    deadline: &Deadline,
) -> Result<(), RunError> {
    let client = examined.client;
    let approach = client.approach().await;
    diagnosis.way.addresses = approach.addresses.iter().map(ToString::to_string).collect();
    if let Some((obstacle, why)) = approach.obstacle {
        diagnosis.way.obstacle = Some(obstacle);
        diagnosis.way.why = Some(why);
        return Ok(());
    }
    let start = Instant::now();
    let probe = Probe::ask(client, deadline).await?;
    let asked = u32::try_from(client.sent()).unwrap_or(u32::MAX).max(1);
    diagnosis.way.answered_ms = Some(millis(start.elapsed() / asked));
    diagnosis.clock = clock(&probe.first, SystemTime::now());
    diagnosis.throttled |= is_throttled(&probe.first);
    diagnosis.signing = signing::examine(client, examined.profile).await;
    for operation in NEEDED {
        let found = match operation {
            Operation::CreateUserPool => creates(examined, &probe).await,
            _ => exists(client, &probe, operation).await,
        };
        let (found, answer) = found;
        diagnosis.throttled |= answer.as_ref().is_some_and(is_throttled);
        if let (None, Some(answer)) = (&diagnosis.protocol, &answer)
            && found.presence == Presence::There
        {
            diagnosis.protocol = Some(protocol(answer, &probe.first));
        }
        diagnosis.operations.push(found);
    }
    if diagnosis.protocol.is_none() {
        diagnosis.protocol = Some(protocol(&probe.first, &probe.first));
    }
    diagnosis.notices.extend(parallel(client).await);
    match &examined.provisioner {
        Ok(provisioner) => states::examine(examined, provisioner, diagnosis).await,
        Err(why) => diagnosis.states_untried = Some(why.clone()),
    }
    let is_there = !diagnosis.lacks(Operation::StopUserImportJob);
    if let Some(session) = examined.session.filter(|_| is_there) {
        sample::judge(session, examined.min_coverage, deadline, diagnosis).await?;
    }
    Ok(())
}

/// That only so many requests are answered at once, if so.
async fn parallel(client: &Client) -> Option<String> {
    let mut tasks = JoinSet::new();
    for _ in 0..AT_ONCE {
        let client = client.clone();
        tasks.spawn(async move { Probe::is_answered(&client).await });
    }
    let answered = tasks.join_all().await;
    let count = answered
        .into_iter()
        .filter(|is_answered| *is_answered)
        .count();
    (count < AT_ONCE).then(|| {
        let fewer = count.max(1);
        format!("of {AT_ONCE} requests at once {count} were answered: try --concurrency {fewer}")
    })
}

async fn exists(client: &Client, probe: &Probe, operation: Operation) -> (Found, Option<Response>) {
    match probe.look(client, operation).await {
        Ok(look) => {
            let presence = if look.is_absent {
                Presence::Missing
            } else {
                Presence::There
            };
            let found = Found {
                operation,
                presence,
                answer: quoted(&look.answer),
            };
            (found, Some(look.answer))
        }
        Err(failure) => (unknown(operation, failure.to_string()), None),
    }
}

/// CreateUserPool is not asked for in vain: an endpoint that checks nothing would make a pool that nobody knows of.
async fn creates(examined: &Examined<'_>, probe: &Probe) -> (Found, Option<Response>) {
    let operation = Operation::CreateUserPool;
    let provisioner = match &examined.provisioner {
        Ok(provisioner) => provisioner,
        Err(why) => return (unknown(operation, why.clone()), None),
    };
    let given = Given {
        job: JobState::Absent,
        pool: PoolState::Present,
    };
    let found = |presence, answer| Found {
        operation,
        presence,
        answer,
    };
    match provisioner.acquire(given).await {
        Ok(lease) => {
            let pool = lease.ids.pool.clone();
            provisioner.release(lease).await;
            (found(Presence::There, format!("it made {pool}")), None)
        }
        Err(Unavailable::Indeterminate(why)) => (unknown(operation, why.to_string()), None),
        Err(Unavailable::Unreachable(why)) => {
            // Refused: with a body that cannot make a pool it can be compared.
            let look = probe.look(examined.client, operation).await;
            let presence = match look {
                Ok(look) if look.is_absent => Presence::Missing,
                Ok(_) => Presence::There,
                Err(_) => Presence::Unknown,
            };
            (found(presence, why.to_string()), None)
        }
    }
}

fn unknown(operation: Operation, answer: String) -> Found {
    Found {
        operation,
        presence: Presence::Unknown,
        answer,
    }
}

fn protocol(answer: &Response, to_unknown: &Response) -> Protocol {
    let content_type = answer.header("content-type").map(str::to_owned);
    let json_object = Envelope::read(answer)
        .json
        .is_ok_and(|json| json.is_object());
    let media_type = content_type.as_deref().unwrap_or_default();
    let media_type = media_type.split(';').next().unwrap_or_default().trim();
    Protocol {
        aws_json: json_object && media_type.eq_ignore_ascii_case(CONTENT_TYPE),
        content_type,
        json_object,
        unknown_operation: quoted(to_unknown),
    }
}

/// How far an endpoint's clock is from ours, by the date of its answer; none where it tells no date.
pub fn clock(answer: &Response, now: SystemTime) -> Option<Clock> {
    let date = answer.header("date")?.to_owned();
    let ahead_s = httpdate::parse_http_date(&date).ok().map(|there| {
        let seconds = |span: Duration| i64::try_from(span.as_secs()).unwrap_or(i64::MAX);
        let ahead = match there.duration_since(now) {
            Ok(ahead) => seconds(ahead),
            Err(behind) => -seconds(behind.duration()),
        };
        if ahead.abs() < IN_STEP_S { 0 } else { ahead }
    });
    Some(Clock { date, ahead_s })
}

/// Why the operation cannot be judged, the first reason that applies.
fn obstacle(diagnosis: &Diagnosis) -> Option<String> {
    if diagnosis.way.obstacle.is_some() {
        return Some("it cannot be reached".to_owned());
    }
    if signing::is_locked_out(&diagnosis.signing) {
        return Some("it refuses the signature of the profile's credentials".to_owned());
    }
    if diagnosis.lacks(Operation::StopUserImportJob) {
        return Some("it has no StopUserImportJob".to_owned());
    }
    if diagnosis.cut == Some(Cut::OutOfTime) {
        return Some("there was not enough time to look; give it more with --deadline".to_owned());
    }
    let nothing = diagnosis.states.iter().all(|state| !state.reached);
    if nothing && diagnosis.states_untried.is_none() {
        return Some("no precondition of any case can be made true".to_owned());
    }
    diagnosis
        .sample
        .as_ref()
        .and_then(|sample| sample.short_of.clone())
}

fn empty(examined: &Examined<'_>) -> Diagnosis {
    Diagnosis {
        tool: env!("CARGO_PKG_NAME").to_owned(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        target: examined.profile.name.clone(),
        endpoint: examined.client.url(),
        way: Way::default(),
        protocol: None,
        clock: None,
        signing: Vec::new(),
        operations: Vec::new(),
        states: Vec::new(),
        faults: Vec::new(),
        states_untried: None,
        active_jobs: None,
        throttled: false,
        leftovers: Vec::new(),
        sample: None,
        notices: Vec::new(),
        cut: None,
        requests: 0,
        elapsed_ms: 0,
        obstacle: None,
    }
}

/// An answer in short, on one line, without what opens a door.
pub(crate) fn quoted(answer: &Response) -> String {
    let text = crate::wire::redact(&answer.to_string());
    let shown: String = on_a_line(&text).chars().take(QUOTE_LENGTH_MAX).collect();
    shown.trim_end().to_owned()
}

pub(crate) fn millis(span: Duration) -> u64 {
    u64::try_from(span.as_millis()).unwrap_or(u64::MAX)
}
