//! Generated sequences by the thousand: played, held to the model, and shrunk where one breaks a rule.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tokio::task::JoinSet;

use crate::case::{Level, Sequence, SequenceKind, Step};
use crate::clock::Deadline;
use crate::generator::Steps;
use crate::lifecycle::play::play;
use crate::lifecycle::stage::Stage;
use crate::oracle::{Brief, LifeBreach};

/// How often a shorter sequence is tried for one finding: most are down to five steps after fifty.
const TRIES_MAX: usize = 200;

/// The most rules for which a sequence is shrunk.
const FINDINGS_MAX: usize = 20;

/// What came of generated sequences.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SequenceReport {
    /// How many were played.
    pub sequences: u64,
    /// How many were asked for.
    #[serde(default)]
    pub planned: u64,
    /// How many of them brought no response to some step.
    #[serde(default)]
    pub unanswered: u64,
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
    deadline: &Deadline,
    progress: impl Fn(),
) -> SequenceReport {
    let mut report = SequenceReport {
        seed,
        planned: count,
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
        let Ok(Some(done)) = deadline.cap(tasks.join_next()).await else {
            break;
        };
        let Ok((number, steps, played)) = done else {
            continue;
        };
        report.sequences += 1;
        report.steps += steps.len() as u64;
        report.unanswered += u64::from(played.is_unanswered(&steps));
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
        // Without time to make it shorter it is told as it was.
        let shorter = shrink(stage, steps.clone(), rule, stage.visits_at_once());
        let steps = deadline.cap(shorter).await.unwrap_or(steps);
        let told = finding(stage, number, seed, steps.clone(), breach.clone());
        let told = match deadline.cap(told).await {
            Ok(told) => told,
            Err(_) => written(number, seed, steps, breach, Vec::new()),
        };
        report.findings.push(told);
    }
    report
        .findings
        .sort_by(|one, other| (one.level, &one.rule).cmp(&(other.level, &other.rule)));
    report
}

/// The shortest sequence that still breaks a rule, as far as leaving out steps finds it: halves first, then single ones.
///
/// Up to `at_once` shorter ones are tried at the same time, which changes nothing but how long it takes, unless the endpoint
/// takes one job for another.
pub async fn shrink(stage: &Stage, steps: Vec<Step>, rule: &str, at_once: usize) -> Vec<Step> {
    let mut shrinking = Shrinking {
        stage,
        rule,
        at_once: at_once.max(1),
        left: TRIES_MAX,
    };
    // What can go without its waits is played in no time from then on.
    let is_wait = |step: &Step| step.ms.is_some();
    let brisk: Vec<_> = steps
        .iter()
        .filter(|step| !is_wait(step))
        .cloned()
        .collect();
    let steps = match shrinking.first_that_breaks(vec![brisk]).await {
        Some((_, brisk)) => brisk,
        None => shrinking.without(steps, is_wait).await,
    };
    shrinking.without(steps, |_| true).await
}

struct Shrinking<'a> {
    stage: &'a Stage,
    rule: &'a str,
    at_once: usize,
    /// How many more are tried.
    left: usize,
}

impl Shrinking<'_> {
    /// The steps without those of a kind that the rule does not need.
    async fn without(&mut self, mut steps: Vec<Step>, is_left_out: fn(&Step) -> bool) -> Vec<Step> {
        let places = |steps: &[Step]| -> Vec<usize> {
            (0..steps.len())
                .filter(|at| is_left_out(&steps[*at]))
                .collect()
        };
        let mut size = places(&steps).len().div_ceil(2);
        while size > 0 {
            let (mut at, mut has_shrunk) = (0, false);
            loop {
                let places = places(&steps);
                let parts = places.get(at..).unwrap_or_default().chunks(size);
                let shorter = parts.take(self.at_once.min(self.left));
                let shorter: Vec<_> = shorter.map(|part| leave_out(&steps, part)).collect();
                let tried = shorter.len();
                if tried == 0 {
                    break;
                }
                match self.first_that_breaks(shorter).await {
                    Some((place, shorter)) => {
                        self.left -= place + 1;
                        at += place * size;
                        steps = shorter;
                        has_shrunk = true;
                    }
                    None => {
                        self.left -= tried;
                        at += tried * size;
                    }
                }
            }
            if !has_shrunk || size > 1 {
                size /= 2;
            }
        }
        steps
    }

    /// The first of several sequences that breaks the rule, and its place. All are played at once.
    async fn first_that_breaks(&self, several: Vec<Vec<Step>>) -> Option<(usize, Vec<Step>)> {
        let mut tasks = JoinSet::new();
        for (place, steps) in several.into_iter().enumerate() {
            let mut stage = self.stage.fresh();
            tasks.spawn(async move {
                let played = play(&steps, &mut stage).await;
                (place, steps, played)
            });
        }
        let mut played = tasks.join_all().await;
        played.sort_unstable_by_key(|(place, ..)| *place);
        played.into_iter().find_map(|(place, steps, played)| {
            let mut broken = played.breaches.iter().map(|(_, breach)| breach.rule.id);
            broken
                .any(|rule| rule == self.rule)
                .then_some((place, steps))
        })
    }
}

/// Steps without those at some places.
fn leave_out(steps: &[Step], places: &[usize]) -> Vec<Step> {
    let kept = steps.iter().enumerate();
    let kept = kept.filter(|(at, _)| !places.contains(at));
    kept.map(|(_, step)| step.clone()).collect()
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
    written(number, seed, steps, breach, played.said)
}

/// A finding, with what was answered to its steps as far as that is known.
fn written(
    number: u64,
    seed: u64,
    steps: Vec<Step>,
    breach: LifeBreach,
    said: Vec<Brief>,
) -> SequenceFinding {
    let rule = breach.rule;
    let mut said = said.into_iter();
    let line = |step: &Step| match said.next() {
        Some(said) => format!("{step}: {said}"),
        None => step.to_string(),
    };
    let trace = steps.iter().map(line).collect();
    SequenceFinding {
        rule: breach.rule.id.to_owned(),
        level: breach.level,
        text: rule.text.to_owned(),
        source: breach.rule.source(),
        number,
        mismatch: breach.violation.to_string(),
        trace,
        sequence: Sequence {
            kind: SequenceKind::Sequence,
            requirement: rule.text.to_owned(),
            why: format!(
                "Sequence {number} of seed {seed} broke the rule `{}`, and was shrunk to this.",
                breach.rule.id
            ),
            sources: Vec::new(),
            steps,
        },
    }
}
