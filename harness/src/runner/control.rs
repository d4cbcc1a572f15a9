//! Controls: the unchanged request, sent once for all refusals that it is the measure of.

use std::collections::BTreeMap;
use std::sync::Arc;

use tokio::sync::{Mutex, OnceCell};

use crate::case::{Case, Given, JobState, PoolState};
use crate::contract::{Operation, Status};
use crate::oracle::Likeness;
use crate::runner::attempt::{Halt, Judge};
use crate::runner::stage::on_track;

/// What one control is the measure of: a requirement's cases with one precondition.
type Key = (String, Given);

/// The controls of a run, each sent when a first refusal asks for it.
#[derive(Debug, Default)]
pub(crate) struct Controls {
    sent: Mutex<BTreeMap<Key, Arc<OnceCell<Likeness>>>>,
}

impl Controls {
    /// The answer to the unchanged request of a case.
    pub(crate) async fn of(&self, judge: &Judge, case: &Case) -> Result<Likeness, Halt> {
        let control = control(case);
        let key = (case.requirement().to_owned(), control.given);
        let cell = Arc::clone(self.sent.lock().await.entry(key).or_default());
        let track = format!("control {} {}", case.requirement(), control.given);
        cell.get_or_try_init(|| on_track(&track, send(judge, &control)))
            .await
            .cloned()
    }
}

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
    let _permit = judge.permit(control.given, 0).await?;
    let _turn = judge.turn(control.fault.is_some()).await;
    let acquired = judge.stage.acquire(control.given).await;
    let lease = acquired.map_err(Halt::short_of(control.given.job))?;
    let answer = judge.stage.deliver(&control.compose(&lease.ids)).await;
    let likeness = answer
        .as_ref()
        .map(|response| Likeness::of(response, &lease.ids));
    let failure = likeness.map_err(|failure| Halt::Again(failure.to_string(), None));
    judge.stage.release(lease).await;
    failure
}
