//! Whether a divergence comes every time.
//!
//! Each divergence is repeated on fresh preconditions under Wald's sequential probability ratio test of "it always
//! diverges" against "it diverges at most half the time". One repeat that does not diverge settles it: it is flaky. Five
//! that all do settle it as well: an endpoint that diverges at most half the time would show that in one of 32 tests
//! (`DETERMINISTIC_AT`). A flaky one is repeated further, for an estimate of its rate. The first divergence does
//! not count, since only what diverged once is looked at again. No repeat changes a verdict: what diverged has diverged.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tokio::task::JoinSet;

use crate::case::{Case, Invariant};
use crate::clock::Deadline;
use crate::oracle::{Evidence, Observed, is_within};
use crate::runner::attempt::Judge;
use crate::runner::tries::Tries;
use crate::runner::{Progress, Record, Testimony, Verdict};
use crate::suite::Suite;

/// How many repeats in a row settle that a divergence is deterministic: the least n with 0.5^n at most 0.05.
const DETERMINISTIC_AT: usize = 5;

/// How many times as often a flaky divergence is repeated: at twenty repeats an estimated rate is good to a fifth or so.
const FLAKY_FACTOR: usize = 4;

/// How many repeats a run has in all: five for each of 200 divergences. An endpoint with more is broken rather than flaky.
const REPEATS_MAX: usize = 1_000;

/// How long all repeats may take at least; at most they take as long as the run itself did.
const PATIENCE_MIN: Duration = Duration::from_secs(10);

/// What repeating a divergence showed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Repeats {
    /// What it is.
    pub state: Constancy,
    /// How many repeats were judged. The first divergence is not among them.
    pub tries: usize,
    /// How many of them diverged.
    pub divergent: usize,
    /// The share that diverged.
    pub rate: f64,
    /// The bounds of the rate, at 95 % (Wilson).
    pub low: f64,
    /// The upper one.
    pub high: f64,
}

/// Whether a divergence comes every time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Constancy {
    /// Every repeat diverged, and there were enough of them.
    Deterministic,
    /// Some repeat did not diverge.
    Flaky,
    /// Every repeat diverged, but there were too few of them to tell.
    Undecided,
}

impl Constancy {
    /// The name in results.
    pub fn name(self) -> &'static str {
        match self {
            Self::Deterministic => "deterministic",
            Self::Flaky => "flaky",
            Self::Undecided => "undecided",
        }
    }
}

impl Repeats {
    /// What up to so many repeats of each divergence add to a run, in words: how many there are shows only when divergences do.
    pub fn foretold(repeats: usize) -> Option<String> {
        let flaky = repeats * FLAKY_FACTOR;
        (repeats > 0).then(|| {
            format!(
                "each divergence comes on top: it is repeated {repeats} times, and {flaky} times if it does not come every time; {REPEATS_MAX} repeats in all at most, for as long as the run took, or {} s, at most",
                PATIENCE_MIN.as_secs()
            )
        })
    }

    /// What so many repeats show, of which so many diverged.
    pub fn of(tries: usize, divergent: usize) -> Self {
        let state = match (divergent < tries, tries >= DETERMINISTIC_AT) {
            (true, _) => Constancy::Flaky,
            (false, true) => Constancy::Deterministic,
            (false, false) => Constancy::Undecided,
        };
        let (low, high) = wilson(tries, divergent);
        Self {
            state,
            tries,
            divergent,
            rate: rounded(divergent as f64 / tries.max(1) as f64),
            low: rounded(low),
            high: rounded(high),
        }
    }
}

/// The score interval of Wilson (1927) for a share, at 95 %: it never leaves 0 to 1, and holds for few tries as well.
fn wilson(tries: usize, hits: usize) -> (f64, f64) {
    const Z: f64 = 1.96;
    if tries == 0 {
        return (0.0, 1.0);
    }
    let n = tries as f64;
    let share = hits as f64 / n;
    let middle = share + Z * Z / (2.0 * n);
    let spread = Z * (share * (1.0 - share) / n + Z * Z / (4.0 * n * n)).sqrt();
    let scale = 1.0 + Z * Z / n;
    (
        ((middle - spread) / scale).max(0.0),
        ((middle + spread) / scale).min(1.0),
    )
}

/// To three places, which is more than any of these figures is good for.
fn rounded(share: f64) -> f64 {
    (share * 1_000.0).round() / 1_000.0
}

/// One divergence under test.
struct Subject {
    record: usize,
    /// What is sent again, in turn: the case, or those whose answers broke the invariant.
    cases: Vec<Arc<Case>>,
    /// The invariant, and what the answers of the run say of it.
    invariant: Option<(Invariant, Evidence)>,
    sent: usize,
    tries: usize,
    divergent: usize,
}

/// A run's divergences, repeated.
pub(crate) struct Repeating<'a> {
    pub(crate) judge: &'a Arc<Judge>,
    pub(crate) suite: &'a Suite,
    /// How often each divergence is repeated. None are at 0.
    pub(crate) repeats: usize,
    /// The fingerprints of divergences that are known to come every time, by the ids of the cases.
    pub(crate) spared: &'a BTreeMap<String, String>,
    pub(crate) concurrency: usize,
    /// How long the run took.
    pub(crate) took: Duration,
    /// When the run ends at the latest.
    pub(crate) deadline: &'a Deadline,
    pub(crate) progress: &'a (dyn Fn(Progress<'_>) + Send + Sync),
}

impl Repeating<'_> {
    /// Repeats, and notes in the records what that showed. All repeats of a divergence go on at once, so that one which is
    /// waited for to the end of the timeout is waited for once.
    pub(crate) async fn note(&self, records: &mut [Record], testimony: &Testimony) {
        let mut subjects = self.subjects(records, testimony);
        let deadline = self.deadline.at_most(self.took.max(PATIENCE_MIN));
        let mut left = REPEATS_MAX;
        // A second time for those that turn out to be flaky.
        for factor in [1, FLAKY_FACTOR] {
            let wanted = self.repeats * factor;
            let mut open: Vec<_> = subjects
                .iter_mut()
                .enumerate()
                .filter(|(_, subject)| subject.is_open(wanted, factor))
                .collect();
            // One of each first, so that a budget that runs out has looked at each as often as at any other.
            let mut sent = Vec::new();
            while sent.len() < left && open.iter().any(|(_, subject)| subject.sent < wanted) {
                for (index, subject) in &mut open {
                    if subject.sent < wanted && sent.len() < left {
                        sent.push((*index, subject.next_case()));
                    }
                }
            }
            left -= sent.len();
            if !sent.is_empty() {
                (self.progress)(Progress::Repeating(sent.len()));
            }
            for (index, verdict, seen) in self.round(sent, &deadline).await {
                subjects[index].count(verdict, seen);
            }
        }
        for subject in subjects.iter().filter(|subject| subject.tries > 0) {
            let repeats = Repeats::of(subject.tries, subject.divergent);
            records[subject.record].repeats = Some(repeats);
        }
    }

    fn subjects(&self, records: &[Record], testimony: &Testimony) -> Vec<Subject> {
        if self.repeats == 0 {
            return Vec::new();
        }
        let cases: BTreeMap<_, _> = self
            .suite
            .cases()
            .map(|case| (case.id.as_str(), case))
            .collect();
        let subject = |(index, record): (usize, &Record)| {
            let (cases, invariant) = match cases.get(record.id.as_str()) {
                Some(case) => (vec![Arc::clone(case)], None),
                None => {
                    let invariant = self.suite.requirement(&record.id)?.invariant?;
                    let evidence = testimony.invariants.get(&record.id)?.clone();
                    let breaches = evidence.held().breaches;
                    let broken = breaches
                        .iter()
                        .filter_map(|breach| cases.get(breach.case.as_str()));
                    let broken = broken.map(|case| Arc::clone(case)).collect();
                    (broken, Some((invariant, evidence)))
                }
            };
            Some(Subject {
                record: index,
                cases,
                invariant,
                sent: 0,
                tries: 0,
                divergent: 0,
            })
        };
        records
            .iter()
            .enumerate()
            .filter(|(_, record)| record.verdict == Verdict::Divergent && !self.spares(record))
            .filter_map(subject)
            .collect()
    }

    /// Whether a divergence is a known one.
    fn spares(&self, record: &Record) -> bool {
        let known = self.spared.get(&record.id).zip(record.fingerprint.as_ref());
        known.is_some_and(|(known, fingerprint)| is_within(fingerprint, known))
    }

    async fn round(
        &self,
        round: Vec<(usize, Arc<Case>)>,
        deadline: &Deadline,
    ) -> Vec<(usize, Verdict, Option<Observed>)> {
        let mut tasks = JoinSet::new();
        let mut done = Vec::new();
        let mut round = round.into_iter();
        loop {
            let is_over = deadline.cut().is_some() || self.judge.breaker.is_open();
            if !is_over
                && tasks.len() < self.concurrency.max(1) * IN_FLIGHT_PER_REQUEST
                && let Some((index, case)) = round.next()
            {
                let judge = Arc::clone(self.judge);
                tasks.spawn(async move {
                    let (record, seen) = judge.case_after(&case, Tries::repeat()).await;
                    (index, record.verdict, seen)
                });
                continue;
            }
            match deadline.cap(tasks.join_next()).await {
                Ok(Some(Ok(one))) => {
                    (self.progress)(Progress::Repeated);
                    done.push(one);
                }
                // A panic is no answer; the record of the run stands.
                Ok(Some(Err(_))) => {}
                Ok(None) | Err(_) => return done,
            }
        }
    }
}

/// How many repeats are under way for each request that may be: those that wait for nothing take their turn.
const IN_FLIGHT_PER_REQUEST: usize = 4;

impl Subject {
    fn is_open(&self, wanted: usize, factor: usize) -> bool {
        let is_flaky = self.divergent < self.tries;
        !self.cases.is_empty() && self.sent < wanted && (factor == 1 || is_flaky)
    }

    fn next_case(&mut self) -> Arc<Case> {
        let case = Arc::clone(&self.cases[self.sent % self.cases.len()]);
        self.sent += 1;
        case
    }

    fn count(&mut self, verdict: Verdict, seen: Option<Observed>) {
        let diverged = match (&self.invariant, seen) {
            (Some((invariant, evidence)), Some(seen)) => {
                let baseline = evidence.held().breaches.len();
                let more = Evidence::of(*invariant, &[seen]);
                // One answer more breaks it, by itself or by what it has in common with another.
                let joined = Evidence::join([evidence.clone(), more]);
                joined.held().breaches.len() > baseline
            }
            (Some(_), None) => return,
            (None, _) => match verdict {
                Verdict::Divergent => true,
                Verdict::Pass | Verdict::Tolerated | Verdict::Shadowed | Verdict::Vacuous => false,
                // Nothing was told: no try.
                _ => return,
            },
        };
        self.tries += 1;
        self.divergent += usize::from(diverged);
    }
}
