//! Invariants over all answers of a run: one fault is one finding, not one in every case.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::case::Level;
use crate::oracle::{Evidence, Held, fingerprint_of_ways};
use crate::provision::Reason;
use crate::runner::{Record, Verdict};

/// How many breaches of an invariant a record lists: the rest are counted, and say the same.
const BREACHES_LISTED_MAX: usize = 5;

/// What the answers of a run say of the invariants. That of several parts of a run can be joined.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Testimony {
    /// Whether the operation succeeded at least once.
    pub works: bool,
    /// Whether the endpoint says of an operation that it does not implement it.
    pub unsupported: bool,
    /// What the answers say, by the invariant's id.
    pub invariants: BTreeMap<String, Evidence>,
}

impl Testimony {
    /// What several parts of a run say together. Their order changes nothing.
    pub fn join(parts: impl IntoIterator<Item = Self>) -> Self {
        let mut joined = Self::default();
        let mut evidence: BTreeMap<String, Vec<Evidence>> = BTreeMap::new();
        for part in parts {
            joined.works |= part.works;
            joined.unsupported |= part.unsupported;
            for (id, one) in part.invariants {
                evidence.entry(id).or_default().push(one);
            }
        }
        joined.invariants = evidence
            .into_iter()
            .map(|(id, parts)| (id, Evidence::join(parts)))
            .collect();
        joined
    }

    /// The same without what could be compared with the answers of another endpoint.
    pub fn settled(mut self) -> Self {
        let settled = |(id, evidence): (String, Evidence)| (id, evidence.settled());
        self.invariants = self.invariants.into_iter().map(settled).collect();
        self
    }

    /// What came of an invariant, and the case whose answer broke it first.
    pub fn record(&self, id: &str, level: Level) -> (Record, Option<String>) {
        let Held { answers, breaches } = self
            .invariants
            .get(id)
            .map(Evidence::held)
            .unwrap_or_default();
        let record = |verdict| Record::new(id, level, verdict);
        if let Some(first) = breaches.first() {
            let mut record = record(Verdict::Divergent).because(Reason::Note(format!(
                "{} of {answers} answers break it, the first of them that to {}",
                breaches.len(),
                first.case
            )));
            for breach in breaches.iter().take(BREACHES_LISTED_MAX) {
                for mismatch in &breach.mismatches {
                    let mut mismatch = mismatch.clone();
                    mismatch.at = format!("{}: {}", breach.case, mismatch.at);
                    record.mismatches.push(mismatch);
                }
            }
            let mismatches = breaches.iter().flat_map(|breach| &breach.mismatches);
            record.fingerprint = Some(fingerprint_of_ways(mismatches));
            return (record, Some(first.case.clone()));
        }
        let record = if answers == 0 && self.unsupported {
            record(Verdict::Unsupported).because(Reason::NothingSent)
        } else if answers == 0 {
            record(Verdict::Blocked).because(Reason::NothingReceived)
        } else if !self.works {
            // An endpoint that gives one answer to everything keeps many invariants, and proves nothing by it.
            record(Verdict::Blocked).because(Reason::NeverSucceeded)
        } else {
            record(Verdict::Pass).because(Reason::Note(format!("held by {answers} answers")))
        };
        (record, None)
    }
}
