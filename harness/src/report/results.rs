//! The results of a run as JSON.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::case::{Level, Requirement, Source};
use crate::clock::Cut;
use crate::contract::QuotaUse;
use crate::fault::Fault;
use crate::oracle::{Brief, Facet, Violation};
use crate::runner::{
    Constancy, Exchange, Gate, Known, KnownEntry, Plan, Reason, Record, Repeats, Run, Summary,
    Verdict, faults_of, send_line,
};
use crate::snapshot;
use crate::suite::Suite;
use crate::visible::on_a_line;

/// The format of the results. It grows by one when a reader of the old one could misread the new one.
pub const FORMAT: u32 = 2;

/// The results of a run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Results {
    /// The version of this format: 2.
    pub format: u32,
    /// `fullstop`.
    pub tool: String,
    /// The version that made them.
    pub version: String,
    /// A digest of the case files.
    pub suite: String,
    /// What was judged.
    pub target: TargetResult,
    /// The seed of the order in which cases started.
    pub seed: u64,
    /// How the gate read the verdicts.
    pub gate: Gate,
    /// The sums.
    pub summary: Summary,
    /// The exit code.
    pub exit: u8,
    /// Why the exit code is not 0.
    pub reason: Option<String>,
    /// How many cases and invariants of the suite were not selected.
    pub excluded: usize,
    /// What the profile waives, and how many cases and invariants that is.
    #[serde(default)]
    pub waived: BTreeMap<String, usize>,
    /// How many jobs the endpoint allows to be active at once, where that was found out on the way.
    #[serde(default)]
    pub active_jobs: Option<usize>,
    /// Why the run ended early, if it did: `out-of-time` or `interrupted`.
    #[serde(default)]
    pub cut: Option<Cut>,
    /// The most cases that were to be run, where that was said: those that catch the most mutants.
    #[serde(default)]
    pub budget: Option<usize>,
    /// The faults of the endpoint that no ledger lists, the worst first.
    #[serde(default)]
    pub faults: Vec<Fault>,
    /// How the entries of the ledger stand, where there is one.
    #[serde(default)]
    pub ledger: Vec<KnownEntry>,
    /// The requirements that the cases belong to, in the order of their ids.
    pub requirements: Vec<RequirementResult>,
    /// The id that the names of the run's pools hold, for `fullstop sweep --run`. Empty where no pool was named.
    #[serde(default)]
    pub run: String,
    /// How much of each quota was used, where the target has any.
    #[serde(default)]
    pub quotas: Vec<QuotaUse>,
    /// What came of each, in the order of their ids.
    pub cases: Vec<CaseResult>,
}

/// What was judged.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TargetResult {
    /// The profile's name.
    pub name: String,
    /// Its URL.
    pub endpoint: String,
}

/// One difference between what was expected and what came, as text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Mismatch {
    /// The case whose answer it is in, where it breaks an invariant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub case: Option<String>,
    /// Where: `status`, `error type`, `body/UserImportJob/Status`, `header content-type`, `post/Status`.
    pub at: Facet,
    /// What was wanted there.
    pub wanted: String,
    /// The value that came.
    pub got: String,
}

/// What a requirement says, as it was when it was judged.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RequirementResult {
    /// Its id.
    pub id: String,
    /// The sentence.
    pub text: String,
    /// Its level.
    pub level: Level,
    /// Where it comes from.
    pub sources: Vec<Source>,
    /// The version of the suite in which it first appeared.
    pub since: String,
}

/// What came of one case or invariant.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CaseResult {
    /// Its id.
    pub id: String,
    /// What it shows that no other case does. Nothing for an invariant.
    pub why: Option<String>,
    /// What existed before the request, in words. Nothing for an invariant.
    pub given: Option<String>,
    /// The level of its requirement.
    pub level: Level,
    /// The verdict.
    pub verdict: Verdict,
    /// Why, where the verdict does not say it all.
    pub reason: Option<String>,
    /// What the reason shares with those of other cases that mean the same.
    #[serde(default)]
    pub reason_key: Option<String>,
    /// Whether the driver rules the case out, whatever the endpoint does.
    #[serde(default)]
    pub by_design: bool,
    /// The name of a tolerated departure.
    pub flag: Option<String>,
    /// Whether the profile's `reach` demands what blocked it.
    pub demanded: bool,
    /// How the answer stands to the snapshot.
    pub snapshot: Option<snapshot::State>,
    /// The answer in a few words: its status, and its error type or the job's status.
    #[serde(default)]
    pub answer: Option<Brief>,
    /// What differed.
    pub mismatches: Vec<Mismatch>,
    /// What tells this wrong answer from another one, of a divergence or a case that proved nothing.
    #[serde(default)]
    pub fingerprint: Option<String>,
    /// How it stands to the ledger, where that lists it.
    #[serde(default)]
    pub known: Option<Known>,
    /// Whether the divergence comes every time, where it was repeated.
    #[serde(default)]
    pub repeats: Option<Repeats>,
    /// A shell line that shows it again.
    pub replay: Option<String>,
    /// What was sent and what came, without the signature.
    pub exchange: Option<Exchange>,
}

impl Results {
    /// The results of a run, read by a gate.
    pub fn of(run: &Run, suite: &Suite, target: TargetResult, plan: &Plan, gate: Gate) -> Self {
        let (exit, reason) = gate.exit(&run.records, &run.ledger);
        let cases: Vec<_> = run
            .records
            .iter()
            .map(|record| CaseResult::of(record, suite))
            .collect();
        let requirements: BTreeSet<_> = cases.iter().map(CaseResult::requirement).collect();
        Self {
            format: FORMAT,
            tool: env!("CARGO_PKG_NAME").to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            suite: suite.digest().to_owned(),
            target,
            seed: plan.seed,
            gate,
            summary: Summary::of(&run.records),
            exit: exit.code(),
            reason,
            excluded: run.excluded,
            waived: BTreeMap::new(),
            active_jobs: run.active_jobs,
            cut: run.cut,
            budget: None,
            faults: faults_of(&run.records, suite),
            ledger: run.ledger.clone(),
            requirements: requirements
                .iter()
                .filter_map(|id| suite.requirement(id))
                .map(|requirement| RequirementResult::from(&**requirement))
                .collect(),
            run: String::new(),
            quotas: Vec::new(),
            cases,
        }
    }

    /// True of results of which not everything that was selected was run.
    #[cfg(feature = "cli")]
    pub(crate) fn is_sample(&self) -> bool {
        self.cut.is_some() || self.budget.is_some()
    }

    /// The ids of what failed at any level.
    pub fn failed(&self) -> impl Iterator<Item = &str> {
        let is_failure = |case: &&CaseResult| {
            matches!(
                case.verdict,
                Verdict::Divergent | Verdict::Vacuous | Verdict::Error
            )
        };
        self.cases
            .iter()
            .filter(is_failure)
            .map(|case| case.id.as_str())
    }

    /// The requirement of that id.
    pub fn requirement(&self, id: &str) -> Option<&RequirementResult> {
        self.requirements
            .iter()
            .find(|requirement| requirement.id == id)
    }
}

impl Results {
    /// The requirement that a case belongs to, or that an invariant is.
    pub(crate) fn requirement_of(&self, id: &str) -> Option<&RequirementResult> {
        let case = self.cases.iter().find(|case| case.id == id)?;
        self.requirement(case.requirement())
    }

    /// The command that sends a case again.
    pub(crate) fn command(&self, case: &str) -> String {
        send_line(case, &self.target.name, &self.target.endpoint)
    }

    /// The fault that a case fails for, or is shadowed by.
    #[cfg(feature = "cli")]
    pub(crate) fn fault_of(&self, id: &str) -> Option<&Fault> {
        let has = |ids: &[String]| ids.iter().any(|other| other == id);
        let mut faults = self.faults.iter();
        faults.find(|fault| has(&fault.cases) || has(&fault.shadowed))
    }

    /// The repeats of a fault that does not come every time.
    pub(crate) fn flaky(&self, fault: &Fault) -> Option<&Repeats> {
        let of_fault = (self.cases.iter()).filter(|case| fault.cases.contains(&case.id));
        let mut repeats = of_fault.filter_map(|case| case.repeats.as_ref());
        repeats.find(|repeats| repeats.state == Constancy::Flaky)
    }
}

impl fmt::Display for TargetResult {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.name, self.endpoint)
    }
}

impl CaseResult {
    fn of(record: &Record, suite: &Suite) -> Self {
        let case = suite.cases().find(|case| case.id == record.id);
        Self {
            id: record.id.clone(),
            why: case.map(|case| case.why.clone()),
            given: case.map(|case| case.given.to_string()),
            level: record.level,
            verdict: record.verdict,
            reason: record.reason.as_ref().map(ToString::to_string),
            reason_key: record.reason.as_ref().map(Reason::key),
            by_design: record.reason.as_ref().is_some_and(Reason::is_by_design),
            flag: record.flag.clone(),
            demanded: record.demanded,
            snapshot: record.snapshot,
            answer: record.answer.clone(),
            mismatches: record.wrong().map(Mismatch::of).collect(),
            fingerprint: record.fingerprint.clone(),
            known: record.known.clone(),
            repeats: record.repeats.clone(),
            replay: record.replay.clone(),
            exchange: record.exchange.clone(),
        }
    }

    /// The id of its requirement: its own, if it is an invariant.
    pub fn requirement(&self) -> &str {
        let parts = self.id.match_indices('/').nth(1);
        parts.map_or(&self.id, |(end, _)| &self.id[..end])
    }

    /// The first part of its id.
    pub fn area(&self) -> &str {
        self.id.split('/').next().unwrap_or_default()
    }

    /// As the record that it was made of, as far as a gate reads it.
    pub(crate) fn record(&self) -> Record {
        let mut record = Record::new(&self.id, self.level, self.verdict);
        record.reason = self.reason.clone().map(|why| Reason::Recorded {
            key: self.reason_key.clone().unwrap_or_else(|| why.clone()),
            why,
            by_design: self.by_design,
        });
        record.flag.clone_from(&self.flag);
        record.demanded = self.demanded;
        record.snapshot = self.snapshot;
        record.fingerprint.clone_from(&self.fingerprint);
        record.known.clone_from(&self.known);
        record
    }
}

impl Mismatch {
    fn of((case, violation): (Option<&str>, &Violation)) -> Self {
        Self {
            case: case.map(str::to_owned),
            at: violation.facet.clone(),
            wanted: violation.expected.to_string(),
            got: violation.actual.to_string(),
        }
    }

    /// Where it is, with the case whose answer it is in.
    pub fn place(&self) -> String {
        match &self.case {
            Some(case) => format!("{case}: {}", self.at),
            None => self.at.to_string(),
        }
    }
}

impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sides = [&self.place(), &self.wanted, &self.got];
        let [place, wanted, got] = sides.map(|text| on_a_line(text));
        write!(f, "{place}: wanted {wanted}, got {got}")
    }
}

impl From<&Requirement> for RequirementResult {
    fn from(requirement: &Requirement) -> Self {
        Self {
            id: requirement.id.clone(),
            text: requirement.text.clone(),
            level: requirement.level,
            sources: requirement.sources.clone(),
            since: requirement.since.to_string(),
        }
    }
}
