//! The results of a run as JSON.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::case::Level;
use crate::contract::QuotaUse;
use crate::oracle::Mismatch;
use crate::runner::{Exchange, Gate, Record, Run, Summary, Verdict};
use crate::snapshot;

/// The results of a run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Results {
    /// `fullstop`.
    pub tool: String,
    /// The version that made them.
    pub version: String,
    /// What was judged.
    pub target: TargetResult,
    /// The seed of the order in which cases started.
    pub seed: u64,
    /// The sums.
    pub summary: Summary,
    /// The exit code.
    pub exit: u8,
    /// Why the exit code is not 0.
    pub reason: Option<String>,
    /// How many cases and invariants of the suite were not selected.
    pub excluded: usize,
    /// The id that the names of the run's pools hold, for `fullstop sweep --run`.
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

/// What came of one case or invariant.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CaseResult {
    /// Its id.
    pub id: String,
    /// The level of its requirement.
    pub level: Level,
    /// The verdict.
    pub verdict: Verdict,
    /// Why, where the verdict does not say it all.
    pub reason: Option<String>,
    /// The name of a tolerated departure.
    pub flag: Option<String>,
    /// How the answer stands to the snapshot.
    pub snapshot: Option<snapshot::State>,
    /// What differed.
    pub mismatches: Vec<Mismatch>,
    /// A shell line that shows it again.
    pub replay: Option<String>,
    /// What was sent and what came, without the signature.
    pub exchange: Option<Exchange>,
}

impl Results {
    /// The results of a run, read by a gate.
    pub fn of(run: &Run, target: TargetResult, seed: u64, gate: Gate) -> Self {
        let (exit, reason) = gate.exit(&run.records);
        Self {
            tool: env!("CARGO_PKG_NAME").to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            target,
            seed,
            summary: Summary::of(&run.records),
            exit: exit.code(),
            reason,
            excluded: run.excluded,
            run: String::new(),
            quotas: Vec::new(),
            cases: run.records.iter().map(CaseResult::from).collect(),
        }
    }
}

impl From<&Record> for CaseResult {
    fn from(record: &Record) -> Self {
        Self {
            id: record.id.clone(),
            level: record.level,
            verdict: record.verdict,
            reason: record.reason.clone(),
            flag: record.flag.clone(),
            snapshot: record.snapshot,
            mismatches: record.mismatches.clone(),
            replay: record.replay.clone(),
            exchange: record.exchange.clone(),
        }
    }
}
