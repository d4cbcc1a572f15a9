//! Plays a sequence and holds every answer to the model.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use tokio::time::sleep;

use crate::case::{Act, Step};
use crate::lifecycle::stage::Stage;
use crate::lifecycle::starting::Starting;
use crate::oracle::{Brief, Deed, LifeBreach, Model};

/// How long a reading is given to catch up with what was written: so often, so long apart.
const LAG_TRIES: u32 = 20;
const LAG_STEP: Duration = Duration::from_millis(50);

/// After so many readings that never caught up, none is waited for, unless another one did.
const IN_VAIN_MAX: usize = 2;

/// What came of a sequence.
#[derive(Clone, Debug, Default)]
pub struct Played {
    /// What each step was answered, in a few words.
    pub said: Vec<Brief>,
    /// What was broken, and by the answer to which step.
    pub breaches: Vec<(usize, LifeBreach)>,
}

impl Played {
    /// Whether some step brought no response that has one.
    pub(crate) fn is_unanswered(&self, steps: &[Step]) -> bool {
        let mut pairs = steps.iter().zip(&self.said);
        pairs.any(|(step, said)| {
            !matches!(step.act, Act::Wait | Act::Upload) && *said == Brief::Silent
        })
    }
}

/// Plays a sequence from its beginning, and deletes afterwards what it made.
pub async fn play(steps: &[Step], stage: &mut Stage) -> Played {
    let mut cast = stage.cast();
    let mut model = Model::default();
    let mut played = Played::default();
    let mut starting = Starting::default();
    for (index, step) in steps.iter().enumerate() {
        let deed = cast.deed(step);
        let url = deed.ids().and_then(|ids| cast.url(ids)).map(str::to_owned);
        let ms = step.ms.unwrap_or_default();
        let answer = match &deed {
            Deed::Start(ids) => {
                let must_be_granted = model.must_start(ids);
                starting.start(stage, &deed, must_be_granted).await
            }
            _ => stage.act(&deed, ms, url.as_deref()).await,
        };
        if let Some(answer) = &answer {
            cast.learn(step, &deed, answer);
        }
        // In this process no reading is ever behind.
        let before = stage.target().map(|_| model.clone());
        let mut found = model.step(&deed, answer.as_ref());
        if found.iter().any(|breach| breach.is_past)
            && let Some(before) = before
            && let Some(later) = caught_up(stage, &deed, before).await
        {
            model = later;
            // Whatever else was odd about it came right with it.
            found.retain(|breach| breach.is_past);
            found = found.into_iter().map(LifeBreach::behind).collect();
        }
        played.said.push(Brief::of_step(answer.as_ref()));
        played
            .breaches
            .extend(found.into_iter().map(|breach| (index, breach)));
    }
    stage.clear(&cast).await;
    played
}

/// What is known of the jobs once a reading no longer shows what was, if that is soon.
async fn caught_up(stage: &mut Stage, deed: &Deed, before: Model) -> Option<Model> {
    let target = stage.target()?;
    let lag = target.lag();
    for _ in 0..lag.tries() {
        sleep(LAG_STEP).await;
        let answer = stage.act(deed, 0, None).await;
        let mut model = before.clone();
        if answer.is_some() && model.step(deed, answer.as_ref()).is_empty() {
            lag.note(true);
            return Some(model);
        }
    }
    lag.note(false);
    None
}

/// Whether the readings of a target catch up with what was written.
#[derive(Debug, Default)]
pub(crate) struct Lag {
    has_caught_up: AtomicBool,
    never: AtomicUsize,
}

impl Lag {
    /// How often a reading that is behind is repeated: not at all where it has not helped.
    fn tries(&self) -> u32 {
        let is_in_vain = self.never.load(Ordering::Relaxed) >= IN_VAIN_MAX;
        match is_in_vain && !self.has_caught_up.load(Ordering::Relaxed) {
            true => 0,
            false => LAG_TRIES,
        }
    }

    fn note(&self, has_caught_up: bool) {
        if has_caught_up {
            self.has_caught_up.store(true, Ordering::Relaxed);
        } else {
            self.never.fetch_add(1, Ordering::Relaxed);
        }
    }
}
