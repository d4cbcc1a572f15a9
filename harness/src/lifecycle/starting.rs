//! Starts of jobs on a target that may allow only so many to be active at once.

use crate::lifecycle::stage::Stage;
use crate::oracle::Deed;
use crate::provision::ActivePlace;
use crate::wire::Response;

/// The place of a sequence among those whose jobs may be active.
#[derive(Debug, Default)]
pub(crate) struct Starting {
    place: Option<ActivePlace>,
}

impl Starting {
    /// Starts a job once there is a place for it. Where a start that must be granted is refused while jobs of others are active,
    /// it is made again once none is, which tells the limit.
    pub(crate) async fn start(
        &mut self,
        stage: &mut Stage,
        deed: &Deed,
        must_be_granted: bool,
    ) -> Option<Response> {
        let Some(jobs) = stage.active_jobs().cloned() else {
            return stage.act(deed, 0, None).await;
        };
        let mut place = match self.place.take() {
            Some(place) => place,
            None => jobs.place().await?,
        };
        let mut answer = stage.act(deed, 0, None).await;
        if must_be_granted
            && is_refused(answer.as_ref())
            && let Some(limit) = place.suspects(0)
        {
            place = place.alone(0).await?;
            answer = stage.act(deed, 0, None).await;
            match is_refused(answer.as_ref()) {
                true => place.rule_out(),
                false => place.learn(limit),
            }
        }
        if !is_refused(answer.as_ref()) {
            place.start();
        }
        self.place = Some(place);
        answer
    }
}

fn is_refused(answer: Option<&Response>) -> bool {
    answer.is_some_and(|answer| (400..500).contains(&answer.status) && answer.status != 429)
}
