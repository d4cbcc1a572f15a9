//! Which states can be made true: each is made for real, twice, and released.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

use crate::case::{Given, JobState, PoolState, Signature};
use crate::contract::{DECLARED, Operation, Status};
use crate::doctor::diagnosis::{Diagnosis, Reached};
use crate::doctor::examine::{Examined, millis};
use crate::provision::Provisioner;
use crate::wire::{Envelope, Request};

/// How often a state must be reached to count: once may be luck, and a profile that demands it fails a gate later.
const TIMES: usize = 2;

/// How many started jobs are held at once to find a limit: as many as a run has cases under way by default.
const HELD_MAX: usize = 8;

/// How long they are held for others, and between two looks at how many are.
const HELD_PATIENCE: Duration = Duration::from_secs(2);
const HELD_PAUSE: Duration = Duration::from_millis(5);

pub(crate) async fn examine(
    examined: &Examined<'_>,
    provisioner: &Arc<Provisioner>,
    diagnosis: &mut Diagnosis,
) {
    // What cannot be started cannot be held, and a profile's own limit is believed.
    diagnosis.active_jobs = match examined.profile.active_jobs {
        Some(limit) => Some(limit),
        None if provisioner.makes_fresh() => limit(provisioner).await,
        None => None,
    };
    diagnosis.states = if diagnosis.active_jobs.is_some() || !provisioner.makes_fresh() {
        one_by_one(provisioner).await
    } else {
        at_once(provisioner).await
    };
    diagnosis.faults = faults(examined, provisioner).await;
}

fn all() -> impl Iterator<Item = JobState> {
    [JobState::Started, JobState::Absent, JobState::Elsewhere]
        .into_iter()
        .chain(Status::ALL.map(JobState::Is))
}

async fn one_by_one(provisioner: &Provisioner) -> Vec<Reached> {
    let mut states = Vec::new();
    for state in all() {
        states.push(reached(provisioner, state).await);
    }
    states
}

async fn at_once(provisioner: &Arc<Provisioner>) -> Vec<Reached> {
    let mut tasks = JoinSet::new();
    for (place, state) in all().enumerate() {
        let provisioner = Arc::clone(provisioner);
        tasks.spawn(async move { (place, reached(&provisioner, state).await) });
    }
    let mut states = tasks.join_all().await;
    states.sort_by_key(|(place, _)| *place);
    states.into_iter().map(|(_, state)| state).collect()
}

/// Makes a state true, again and again.
async fn reached(provisioner: &Provisioner, state: JobState) -> Reached {
    let start = Instant::now();
    // A job that someone gave is not made anew, and a second look at it proves nothing.
    let times = if provisioner.makes_fresh() { TIMES } else { 1 };
    let given = Given {
        job: state,
        pool: PoolState::Present,
    };
    let mut line = Reached {
        name: String::from(state),
        reached: true,
        why: None,
        took_ms: 0,
    };
    for time in 0..times {
        match provisioner.acquire(given).await {
            Ok(lease) => {
                if given.has_job() && !lease.confirmed {
                    line.why = Some(
                        "DescribeUserImportJob shows no Status: it follows from what was accepted"
                            .to_owned(),
                    );
                }
                provisioner.release(lease).await;
            }
            Err(why) => {
                let often = if time > 0 { "not each time: " } else { "" };
                line.reached = false;
                line.why = Some(format!("{often}{why}"));
                break;
            }
        }
    }
    line.took_ms = millis(start.elapsed());
    line
}

/// How many started jobs there may be at once, if that limit is met: jobs are held until so many are, or one has to wait.
async fn limit(provisioner: &Arc<Provisioner>) -> Option<usize> {
    let held = Arc::new(AtomicUsize::new(0));
    let mut tasks = JoinSet::new();
    for _ in 0..HELD_MAX {
        let (provisioner, held) = (Arc::clone(provisioner), Arc::clone(&held));
        tasks.spawn(async move {
            let Ok(lease) = provisioner.acquire(Given::STARTED).await else {
                return;
            };
            held.fetch_add(1, Ordering::Relaxed);
            let all_are_held = async {
                while held.load(Ordering::Relaxed) < HELD_MAX
                    && !provisioner.active_jobs().is_scarce()
                {
                    sleep(HELD_PAUSE).await;
                }
            };
            let _ = timeout(HELD_PATIENCE, all_are_held).await;
            provisioner.release(lease).await;
        });
    }
    tasks.join_all().await;
    provisioner.active_jobs().learnt()
}

async fn faults(examined: &Examined<'_>, provisioner: &Provisioner) -> Vec<Reached> {
    let line = |name: &str, start: Instant, outcome: Result<(), String>| Reached {
        name: name.to_owned(),
        reached: outcome.is_ok(),
        why: outcome.err(),
        took_ms: millis(start.elapsed()),
    };
    let mut faults = Vec::new();
    for declared in &DECLARED {
        let start = Instant::now();
        let outcome = fault(examined, provisioner, declared.name).await;
        faults.push(line(declared.name, start, outcome));
    }
    faults
}

/// Queues a declared error and sends a Stop, which must meet it.
async fn fault(
    examined: &Examined<'_>,
    provisioner: &Provisioner,
    name: &str,
) -> Result<(), String> {
    if !provisioner.has_faults() {
        return Err("the driver has no hook for faults".to_owned());
    }
    let lease = provisioner.acquire(Given::STARTED).await;
    let lease = lease.map_err(|why| why.to_string())?;
    let queued = provisioner.fault(&lease, name).await;
    let outcome = match queued {
        Err(why) => Err(why.to_string()),
        Ok(()) => {
            let ids = &lease.ids;
            let body = serde_json::json!({ "UserPoolId": ids.pool, "JobId": ids.job });
            let request = Request::call(Operation::StopUserImportJob, body.to_string());
            let answer = examined.client.send(&request, Signature::Valid).await;
            match answer {
                Err(failure) => Err(failure.to_string()),
                Ok(answer) => match Envelope::read(&answer.response).error_type() {
                    Some(came) if came == name => Ok(()),
                    other => Err(format!(
                        "it was queued, and {} came",
                        other.unwrap_or("no error")
                    )),
                },
            }
        }
    };
    provisioner.release(lease).await;
    outcome
}
