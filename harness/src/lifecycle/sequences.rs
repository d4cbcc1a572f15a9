//! Generated sequences by the thousand: played, held to the model, and shrunk where one breaks a rule.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tokio::task::JoinSet;

use crate::case::{Level, Sequence, SequenceKind, Step};
use crate::generator::Steps;
use crate::lifecycle::play::play;
use crate::lifecycle::stage::Stage;
use crate::oracle::LifeBreach;

/// How often a shorter sequence is tried for one finding: most are down to five steps after fifty.
const TRIES_MAX: usize = 200;

/// The most rules for which a sequence is shrunk.
const FINDINGS_MAX: usize = 20;

/// What came of generated sequences.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SequenceReport {
    /// How many were played.
    pub sequences: u64,
    /// How many steps they had in all.
    pub steps: u64,
    /// The seed that they were generated from.
    pub seed: u64,
    /// How often each operation got which answer.
    pub answers: BTreeMap<String, u64>,
    /// How many broke something.
    pub broken: u64,
    /// The first for each rule, shrunk.
    pub findings: Vec<SequenceFinding>,
}

/// A sequence that breaks a rule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SequenceFinding {
    /// The rule.
    pub rule: String,
    /// How firmly it is broken.
    pub level: Level,
    /// What holds, in a sentence.
    pub text: String,
    /// What that stands on.
    pub source: String,
    /// Which sequence it was.
    pub number: u64,
    /// Where, what was wanted and what came.
    pub mismatch: String,
    /// The shortest sequence found that breaks the rule, with what each step was answered.
    pub trace: Vec<String>,
    /// The same as a sequence file has it.
    pub sequence: Sequence,
}

/// Plays generated sequences, so many at once. What is found does not depend on how many.
pub async fn sequences(
    stage: &Stage,
    count: u64,
    seed: u64,
    concurrency: usize,
    progress: impl Fn(),
) -> SequenceReport {
    let mut report = SequenceReport {
        seed,
        ..SequenceReport::default()
    };
    let mut first: BTreeMap<&'static str, (u64, Vec<Step>, LifeBreach)> = BTreeMap::new();
    let mut tasks = JoinSet::new();
    let mut next = 0;
    loop {
        while next < count && tasks.len() < concurrency.max(1) {
            let (mut stage, number) = (stage.fresh(), next);
            tasks.spawn(async move {
                let Steps(steps) = Steps::of(seed, number);
                let played = play(&steps, &mut stage).await;
                (number, steps, played)
            });
            next += 1;
        }
        let Some(done) = tasks.join_next().await else {
            break;
        };
        let Ok((number, steps, played)) = done else {
            continue;
        };
        report.sequences += 1;
        report.steps += steps.len() as u64;
        for (step, said) in steps.iter().zip(&played.said) {
            let line = format!("{} {said}", step.act);
            *report.answers.entry(line).or_default() += 1;
        }
        report.broken += u64::from(!played.breaches.is_empty());
        for (_, breach) in played.breaches {
            let rule = breach.rule.id;
            let is_earlier = first.get(rule).is_none_or(|(other, ..)| number < *other);
            if is_earlier {
                first.insert(rule, (number, steps.clone(), breach));
            }
        }
        progress();
    }
    for (rule, (number, steps, breach)) in first.into_iter().take(FINDINGS_MAX) {
        let steps = shrink(stage, steps, rule).await;
        report
            .findings
            .push(finding(stage, number, seed, steps, breach).await);
    }
    report
        .findings
        .sort_by(|one, other| (one.level, &one.rule).cmp(&(other.level, &other.rule)));
    report
}

/// The shortest sequence that still breaks a rule, as far as leaving out steps finds it: halves first, then single ones.
pub async fn shrink(stage: &Stage, steps: Vec<Step>, rule: &str) -> Vec<Step> {
    // What can go without its waits is played in no time from then on.
    let brisk: Vec<_> = steps
        .iter()
        .filter(|step| step.ms.is_none())
        .cloned()
        .collect();
    let mut steps = if breaks(stage, &brisk, rule).await {
        brisk
    } else {
        steps
    };
    let mut tries = 0;
    let mut size = steps.len().div_ceil(2);
    while size > 0 {
        let mut at = 0;
        let mut has_shrunk = false;
        while at < steps.len() && tries < TRIES_MAX {
            let mut shorter = steps.clone();
            shorter.drain(at..(at + size).min(steps.len()));
            tries += 1;
            if breaks(stage, &shorter, rule).await {
                steps = shorter;
                has_shrunk = true;
            } else {
                at += size;
            }
        }
        if !has_shrunk || size > 1 {
            size /= 2;
        }
    }
    steps
}

async fn breaks(stage: &Stage, steps: &[Step], rule: &str) -> bool {
    let played = play(steps, &mut stage.fresh()).await;
    played
        .breaches
        .iter()
        .any(|(_, breach)| breach.rule.id == rule)
}

async fn finding(
    stage: &Stage,
    number: u64,
    seed: u64,
    steps: Vec<Step>,
    breach: LifeBreach,
) -> SequenceFinding {
    let played = play(&steps, &mut stage.fresh()).await;
    let mut breaches = played.breaches.into_iter().map(|(_, breach)| breach);
    // One that does not show again is told as it was first seen.
    let breach = breaches
        .find(|one| one.rule == breach.rule)
        .unwrap_or(breach);
    let basis = breach.rule.basis;
    let trace = steps
        .iter()
        .zip(&played.said)
        .map(|(step, said)| format!("{step}: {said}"))
        .collect();
    SequenceFinding {
        rule: breach.rule.id.to_owned(),
        level: breach.level,
        text: basis.text.to_owned(),
        source: breach.rule.source(),
        number,
        mismatch: breach.mismatch.to_string(),
        trace,
        sequence: Sequence {
            kind: SequenceKind::Sequence,
            requirement: basis.text.to_owned(),
            why: format!(
                "Sequence {number} of seed {seed} broke the rule `{}`, and was shrunk to this.",
                breach.rule.id
            ),
            sources: Vec::new(),
            steps,
        },
    }
}
