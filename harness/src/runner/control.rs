//! Controls: the unchanged request, sent once for all refusals that it is the measure of.

use std::collections::BTreeMap;
use std::sync::Arc;

use tokio::sync::{Mutex, OnceCell};

use crate::case::{Case, Given, Ids, JobState, Message, PoolState};
use crate::contract::{Operation, Status};
use crate::oracle::Likeness;
use crate::provision::Reason;
use crate::recording::digest;
use crate::runner::attempt::Judge;
use crate::runner::stage::on_track;
use crate::runner::tries::Halt;
use crate::target::Failure;
use crate::wire::Response;

/// The controls of a run, each sent when a first refusal asks for it: one for each unchanged request and precondition.
#[derive(Debug, Default)]
pub(crate) struct Controls {
    sent: Mutex<BTreeMap<String, Arc<OnceCell<Likeness>>>>,
}

impl Controls {
    /// The answer to the unchanged request of a case.
    pub(crate) async fn of(&self, judge: &Judge, case: &Case) -> Result<Likeness, Halt> {
        let control = control(case);
        let track = track(&control);
        let cell = Arc::clone(self.sent.lock().await.entry(track.clone()).or_default());
        cell.get_or_try_init(|| on_track(&track, send(judge, &control)))
            .await
            .cloned()
    }
}

/// The name of a control: equal for equal requests and preconditions.
fn track(control: &Case) -> String {
    let ids = Ids {
        pool: "${UserPoolId}".to_owned(),
        job: "${JobId}".to_owned(),
    };
    let digest = digest(&control.compose(&ids));
    let digest = &digest[..digest.len().min(DIGEST_LENGTH)];
    format!("control {} {} {digest}", control.operation, control.given)
}

/// How much of a digest tells two requests apart.
const DIGEST_LENGTH: usize = 8;

/// The case without its fault. Where the fault is the precondition itself: with the precondition that the operation is for.
fn control(case: &Case) -> Case {
    let mut control = case.unchanged();
    if case.changes.is_empty() && case.fault.is_none() {
        control.given = match case.operation {
            Operation::StartUserImportJob => Given {
                job: JobState::Is(Status::Created),
                pool: PoolState::Present,
            },
            _ => Given::STARTED,
        };
    }
    control
}

async fn send(judge: &Judge, control: &Case) -> Result<Likeness, Halt> {
    let _turn = judge.turn(control.fault.is_some()).await;
    let mut place = match control.operation {
        Operation::StartUserImportJob => judge.place_for_start(true).await?,
        _ => None,
    };
    let acquired = judge.stage.acquire(control.given, false).await;
    let mut lease = acquired.map_err(Halt::short_of(control.given.job))?;
    if let Some(place) = &mut place {
        place.start();
    }
    lease.place = lease.place.or(place);
    let sent = control.compose(&lease.ids);
    let mut response = deliver(judge, &sent).await;
    if response
        .as_ref()
        .is_ok_and(|response| response.status >= 500)
    {
        // A server that failed once may do better.
        response = deliver(judge, &sent).await;
    }
    let likeness = response.map(|response| Likeness::of(&response, &lease.ids));
    judge.stage.release(lease).await;
    likeness.map_err(|failure| Halt::Again(Reason::NoResponse(failure), None))
}

/// Sends it, once more where a kept connection may have been closed before.
async fn deliver(judge: &Judge, sent: &Message) -> Result<Response, Failure> {
    match judge.stage.deliver(sent, false).await {
        Err(Failure::Closed { was_kept: true, .. }) => judge.stage.deliver(sent, true).await,
        response => response,
    }
}
