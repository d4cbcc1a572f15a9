//! Known failures: a listed case must still fail, in the same way.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::ledger::{Day, Entry, Ledger};
use crate::oracle::is_within;
use crate::runner::{Record, Verdict};

/// How a case stands to its entry in the ledger.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Known {
    /// How the entry stands today.
    pub state: KnownState,
    /// The fingerprint of the wrong answer that is known.
    pub fingerprint: String,
    /// Why it is put up with.
    pub reason: String,
    /// Who looks after it.
    pub owner: Option<String>,
    /// The last day on which it is put up with, as `2026-12-31`.
    pub expires: Option<String>,
}

/// How an entry of the ledger stands.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum KnownState {
    /// The case still fails, with the same wrong answer.
    Known,
    /// It fails with another wrong answer, which nobody knew of.
    Changed,
    /// It fails no longer: the entry is to be removed.
    Stale,
    /// The last day of the entry has passed.
    Expired,
    /// The case was not judged, so that nothing can be said.
    Unjudged,
}

impl KnownState {
    /// The name in results.
    pub fn name(self) -> &'static str {
        match self {
            Self::Known => "known",
            Self::Changed => "changed",
            Self::Stale => "stale",
            Self::Expired => "expired",
            Self::Unjudged => "unjudged",
        }
    }
}

/// Says of each record that the ledger lists how it stands to its entry.
pub fn recognise(records: &mut [Record], ledger: &Ledger, today: Day) {
    let entries: BTreeMap<_, _> = ledger
        .entries()
        .map(|entry| (entry.case(), entry))
        .collect();
    for record in records {
        if let Some(entry) = entries.get(record.id.as_str()) {
            record.known = Some(Known {
                state: state(record, entry, today),
                fingerprint: entry.fingerprint().to_owned(),
                reason: entry.reason.clone(),
                owner: entry.owner.clone(),
                expires: entry.expires().map(|day| day.to_string()),
            });
        }
    }
}

fn state(record: &Record, entry: &Entry, today: Day) -> KnownState {
    let same = record
        .fingerprint
        .as_ref()
        .is_some_and(|fingerprint| is_within(fingerprint, entry.fingerprint()));
    match record.verdict {
        Verdict::Divergent | Verdict::Vacuous if !same => KnownState::Changed,
        // A case that is known to fail now and then may pass; whether it still does is what its repeats say.
        Verdict::Pass | Verdict::Tolerated | Verdict::Shadowed | Verdict::Observed
            if !entry.flaky =>
        {
            KnownState::Stale
        }
        _ if entry.expires().is_some_and(|last| today > last) => KnownState::Expired,
        Verdict::Divergent | Verdict::Vacuous => KnownState::Known,
        Verdict::Pass | Verdict::Tolerated | Verdict::Shadowed | Verdict::Observed => {
            KnownState::Known
        }
        Verdict::Unsupported | Verdict::Indeterminate | Verdict::Blocked | Verdict::Error => {
            KnownState::Unjudged
        }
    }
}
