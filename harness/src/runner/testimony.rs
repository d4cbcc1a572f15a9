//! Invariants over all answers of a run: one fault is one finding, not one in every case.

use std::collections::BTreeMap;

use crate::case::Level;
use crate::oracle::{Evidence, Held, fingerprint_of_ways};
use crate::provision::Reason;
use crate::runner::{Record, Verdict};

/// How many breaches of an invariant a record lists: the rest are counted, and say the same.
const BREACHES_LISTED_MAX: usize = 5;

/// What the answers of a run say of the invariants.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Testimony {
    /// Whether the operation succeeded at least once.
    pub works: bool,
    /// Whether the endpoint says of an operation that it does not implement it.
    pub unsupported: bool,
    /// What the answers say, by the invariant's id.
    pub invariants: BTreeMap<String, Evidence>,
}

impl Testimony {
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
            let violations = breaches.iter().flat_map(|breach| &breach.violations);
            record.fingerprint = Some(fingerprint_of_ways(violations));
            let first = first.case.clone();
            record.breaches = breaches;
            record.breaches.truncate(BREACHES_LISTED_MAX);
            return (record, Some(first));
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
