//! Plays a sequence and holds every answer to the model.

use crate::case::{Act, Step};
use crate::lifecycle::stage::Stage;
use crate::lifecycle::starting::Starting;
use crate::oracle::{Deed, LifeBreach, Model};
use crate::wire::{Envelope, Response};

/// What is said of a step that was not answered.
pub const NO_ANSWER: &str = "no answer";

/// What came of a sequence.
#[derive(Clone, Debug, Default)]
pub struct Played {
    /// What each step was answered, in a few words.
    pub said: Vec<String>,
    /// What was broken, and by the answer to which step.
    pub breaches: Vec<(usize, LifeBreach)>,
}

impl Played {
    /// Whether some step brought no response that has one.
    pub(crate) fn is_unanswered(&self, steps: &[Step]) -> bool {
        let mut pairs = steps.iter().zip(&self.said);
        pairs.any(|(step, said)| !matches!(step.act, Act::Wait | Act::Upload) && said == NO_ANSWER)
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
        let found = model.step(&deed, answer.as_ref());
        played.said.push(said(answer.as_ref()));
        played
            .breaches
            .extend(found.into_iter().map(|breach| (index, breach)));
    }
    stage.clear(&cast).await;
    played
}

/// An answer in a few words: its status code, and the job's status or the error.
pub(crate) fn said(answer: Option<&Response>) -> String {
    let Some(answer) = answer else {
        return NO_ANSWER.to_owned();
    };
    let envelope = Envelope::read(answer);
    let status = || {
        let json = envelope.json.as_ref().ok()?;
        json.pointer("/UserImportJob/Status")?.as_str()
    };
    let more = envelope.error_type().or_else(status).unwrap_or_default();
    let more: String = more.chars().take(60).collect();
    format!("{} {more}", answer.status).trim_end().to_owned()
}
