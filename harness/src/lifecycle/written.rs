//! Sequences that were written by hand or saved as a finding, and what comes of playing one.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::case::{Level, Sequence};
use crate::lifecycle::play::play;
use crate::lifecycle::stage::Stage;
use crate::oracle::Brief;

/// A sequence that was played.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Replayed {
    /// Its file.
    pub name: String,
    /// What it shows.
    pub requirement: String,
    /// Each step, with what it was answered.
    pub trace: Vec<String>,
    /// Whether its first step was granted.
    pub is_played: bool,
    /// What was broken.
    pub breaches: Vec<ReplayedBreach>,
}

/// A rule that an answer in a sequence broke.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ReplayedBreach {
    /// The step, from 1.
    pub step: usize,
    /// The rule.
    pub rule: String,
    /// How firmly it is broken.
    pub level: Level,
    /// What holds, in a sentence.
    pub text: String,
    /// What that stands on.
    pub source: String,
    /// Where, what was wanted and what came.
    pub mismatch: String,
}

/// Plays one.
pub async fn replay(name: &str, sequence: &Sequence, stage: &Stage) -> Replayed {
    let played = play(&sequence.steps, &mut stage.fresh()).await;
    let steps = sequence.steps.iter().zip(&played.said);
    Replayed {
        name: name.to_owned(),
        requirement: sequence.requirement.clone(),
        is_played: played
            .said
            .first()
            .and_then(Brief::status)
            .is_some_and(|status| (200..300).contains(&status)),
        trace: steps
            .map(|(step, said)| format!("{step}: {said}"))
            .collect(),
        breaches: played
            .breaches
            .into_iter()
            .map(|(index, breach)| ReplayedBreach {
                step: index + 1,
                rule: breach.rule.id.to_owned(),
                level: breach.level,
                text: breach.rule.text.to_owned(),
                source: breach.rule.source(),
                mismatch: breach.violation.to_string(),
            })
            .collect(),
    }
}

impl fmt::Display for Replayed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.name)?;
        writeln!(f, "  {}", self.requirement)?;
        for (index, line) in self.trace.iter().enumerate() {
            writeln!(f, "  {:>3}  {line}", index + 1)?;
            let is_first = |breach: &&ReplayedBreach| {
                let same = self.breaches.iter().find(|one| one.rule == breach.rule);
                same.is_some_and(|same| same.step == index + 1)
            };
            let breaches = self.breaches.iter().filter(|one| one.step == index + 1);
            for breach in breaches.filter(is_first) {
                writeln!(f, "       different  {}  {}", breach.rule, breach.level)?;
                writeln!(f, "         {}", breach.text)?;
                writeln!(f, "         source  {}", breach.source)?;
                writeln!(f, "         {}", breach.mismatch)?;
            }
        }
        Ok(())
    }
}
