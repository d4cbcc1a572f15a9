//! What came of each case, and the sums.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::case::Level;
use crate::fault::Gist;
use crate::oracle::{Breach, Brief, Violation};
use crate::provision::Reason;
use crate::runner::{Known, Repeats};
use crate::snapshot::State;

/// What came of a case: exactly one per case and target.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// It matched a conformant expectation, and its control and its state afterwards held.
    Pass,
    /// It matched a tolerated expectation.
    Tolerated,
    /// What is wrong in its answer breaks rules about every answer, and is told there.
    Shadowed,
    /// A definite answer outside every expectation.
    Divergent,
    /// Not established: recorded, not judged.
    Observed,
    /// The endpoint says that it does not implement the operation.
    Unsupported,
    /// Throttled, timed out, a transport fault, or a job that ended by itself.
    Indeterminate,
    /// The precondition or the fault could not be made true.
    Blocked,
    /// The control got the same answer, or nothing was asserted.
    Vacuous,
    /// A fault of the harness itself.
    Error,
}

impl Verdict {
    /// All of them, in the order of the summary.
    pub const ALL: [Self; 10] = [
        Self::Pass,
        Self::Tolerated,
        Self::Shadowed,
        Self::Divergent,
        Self::Observed,
        Self::Unsupported,
        Self::Indeterminate,
        Self::Blocked,
        Self::Vacuous,
        Self::Error,
    ];

    /// True of a response that is right, or right enough.
    pub fn is_good(self) -> bool {
        matches!(
            self,
            Self::Pass | Self::Tolerated | Self::Shadowed | Self::Observed
        )
    }

    /// The name in results.
    pub fn name(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Tolerated => "tolerated",
            Self::Shadowed => "shadowed",
            Self::Divergent => "divergent",
            Self::Observed => "observed",
            Self::Unsupported => "unsupported",
            Self::Indeterminate => "indeterminate",
            Self::Blocked => "blocked",
            Self::Vacuous => "vacuous",
            Self::Error => "error",
        }
    }

    /// Whether the endpoint was judged by it.
    pub fn is_judged(self) -> bool {
        matches!(
            self,
            Self::Pass | Self::Tolerated | Self::Shadowed | Self::Divergent
        )
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// What came of one case.
#[derive(Clone, Debug)]
pub struct Record {
    /// The case's id; of an invariant, the requirement's.
    pub id: String,
    /// The level of its requirement.
    pub level: Level,
    /// The verdict.
    pub verdict: Verdict,
    /// Why, where the verdict does not say it all.
    pub reason: Option<Reason>,
    /// The name of a tolerated departure.
    pub flag: Option<String>,
    /// How the answer stands to the snapshot, where there are snapshots for the target.
    pub snapshot: Option<State>,
    /// The answer in a few words: its status, and its error type or the job's status.
    pub answer: Option<Brief>,
    /// The answer as far as what is behind a fault is looked for in it.
    pub(crate) gist: Option<Gist>,
    /// What is wrong with the answer, or with what became of the job.
    pub violations: Vec<Violation>,
    /// The answers that break an invariant: the first of them.
    pub breaches: Vec<Breach>,
    /// What tells this wrong answer from another one, of a divergence or a case that proved nothing.
    pub fingerprint: Option<String>,
    /// How it stands to the ledger, where that lists it.
    pub known: Option<Known>,
    /// Whether the divergence comes every time, where it was repeated.
    pub repeats: Option<Repeats>,
    /// A shell line that shows it again.
    pub replay: Option<String>,
    /// What was sent and what came.
    pub exchange: Option<Exchange>,
    /// Whether a profile's `reach` demands what blocked it.
    pub demanded: bool,
    /// Whether it is a success of the operation that met a conformant expectation: a sign that the operation works at all.
    pub works: bool,
}

impl Record {
    /// A record without details.
    pub(crate) fn new(id: &str, level: Level, verdict: Verdict) -> Self {
        Self {
            id: id.to_owned(),
            level,
            verdict,
            reason: None,
            flag: None,
            snapshot: None,
            answer: None,
            gist: None,
            violations: Vec::new(),
            breaches: Vec::new(),
            fingerprint: None,
            known: None,
            repeats: None,
            replay: None,
            exchange: None,
            demanded: false,
            works: false,
        }
    }

    /// With a reason.
    pub(crate) fn because(mut self, reason: Reason) -> Self {
        self.reason = Some(reason);
        self
    }

    /// All that is wrong, with the case whose answer it is in where the record is an invariant's.
    pub fn wrong(&self) -> impl Iterator<Item = (Option<&str>, &Violation)> {
        let own = self.violations.iter().map(|one| (None, one));
        let breaches = self.breaches.iter().flat_map(|breach| {
            let of_case = |one| (Some(breach.case.as_str()), one);
            breach.violations.iter().map(of_case)
        });
        own.chain(breaches)
    }

    /// Whether the endpoint was judged, or shown to prove nothing.
    pub(crate) fn is_told(&self) -> bool {
        self.verdict.is_judged() || self.verdict == Verdict::Vacuous
    }

    /// Whether the driver can reach what it takes in principle.
    pub(crate) fn is_in_reach(&self) -> bool {
        self.is_told() || !self.reason.as_ref().is_some_and(Reason::is_by_design)
    }
}

/// What was sent and what came, as text for people. The signature is left out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Exchange {
    /// The request.
    pub sent: String,
    /// The answer, or what came in place of one.
    pub came: String,
    /// Both, with everything that differs from run to run named instead: what a snapshot holds.
    #[serde(skip)]
    pub normalised: String,
}

/// How many cases came to which verdict, and the two figures.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Summary {
    /// How many were run, invariants included.
    pub cases: usize,
    /// How many passed.
    pub pass: usize,
    /// How many departed in a tolerated way.
    pub tolerated: usize,
    /// How many answers were wrong in what other rules are about alone.
    #[serde(default)]
    pub shadowed: usize,
    /// How many diverged.
    pub divergent: usize,
    /// How many were recorded only.
    pub observed: usize,
    /// How many the endpoint does not implement.
    pub unsupported: usize,
    /// How many could not be told.
    pub indeterminate: usize,
    /// How many had no precondition.
    pub blocked: usize,
    /// How many proved nothing.
    pub vacuous: usize,
    /// How many the harness failed on.
    pub error: usize,
    /// Divergent at level must, of those judged at level must. None where none was judged.
    pub divergence: Option<f64>,
    /// Judged, of all that are not at level observe. None where there is none.
    pub coverage: Option<f64>,
    /// How many at level must diverged.
    pub must_divergent: usize,
    /// How many at level must were judged.
    pub must_judged: usize,
    /// How many were judged.
    pub judged: usize,
    /// How many are not at level observe.
    pub judgeable: usize,
    /// How many at level must the driver can reach in principle.
    #[serde(default)]
    pub must_in_reach: usize,
    /// Of these, the share that was judged: what `--min-coverage` is about. None where there is none.
    #[serde(default)]
    pub must_coverage: Option<f64>,
}

impl Summary {
    /// Counts records.
    pub fn of(records: &[Record]) -> Self {
        let mut summary = Self {
            cases: records.len(),
            ..Self::default()
        };
        let mut told = 0;
        for record in records {
            *summary.slot(record.verdict) += 1;
            let judged = record.verdict.is_judged();
            summary.judgeable += usize::from(record.level != Level::Observe);
            summary.judged += usize::from(judged);
            if record.level == Level::Must {
                summary.must_judged += usize::from(judged);
                summary.must_divergent += usize::from(record.verdict == Verdict::Divergent);
                summary.must_in_reach += usize::from(record.is_in_reach());
                told += usize::from(record.is_told());
            }
        }
        summary.divergence = ratio(summary.must_divergent, summary.must_judged);
        summary.coverage = ratio(summary.judged, summary.judgeable);
        summary.must_coverage = ratio(told, summary.must_in_reach);
        summary
    }

    /// The count of a verdict.
    pub fn count(&self, verdict: Verdict) -> usize {
        *self.clone().slot(verdict)
    }

    fn slot(&mut self, verdict: Verdict) -> &mut usize {
        match verdict {
            Verdict::Pass => &mut self.pass,
            Verdict::Tolerated => &mut self.tolerated,
            Verdict::Shadowed => &mut self.shadowed,
            Verdict::Divergent => &mut self.divergent,
            Verdict::Observed => &mut self.observed,
            Verdict::Unsupported => &mut self.unsupported,
            Verdict::Indeterminate => &mut self.indeterminate,
            Verdict::Blocked => &mut self.blocked,
            Verdict::Vacuous => &mut self.vacuous,
            Verdict::Error => &mut self.error,
        }
    }
}

fn ratio(part: usize, whole: usize) -> Option<f64> {
    (whole > 0).then(|| part as f64 / whole as f64)
}
