//! From records to an exit code.

use std::collections::BTreeMap;
use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::case::Level;
use crate::runner::{KnownEntry, KnownState, Reason, Record, Summary, Verdict};
use crate::snapshot::State;

/// The share of the cases at level must that has to be judged, of those that the driver can reach in principle: with three in
/// four judged no area is dark as a whole, and one flaky state turns no gate red.
pub const MIN_COVERAGE: f64 = 0.75;

/// How a gate reads the records.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Gate {
    /// Whether tolerated departures and divergences at level should fail too.
    pub strict: bool,
    /// Whether a changed snapshot fails.
    pub check_snapshots: bool,
    /// The share of the cases at level must that has to be judged, of those that the driver can reach in principle.
    #[serde(default = "min_coverage")]
    pub min_coverage: f64,
}

impl Default for Gate {
    fn default() -> Self {
        Self {
            strict: false,
            check_snapshots: false,
            min_coverage: MIN_COVERAGE,
        }
    }
}

fn min_coverage() -> f64 {
    MIN_COVERAGE
}

/// An exit code, with its meaning.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Exit {
    /// 0: nothing to complain of.
    Green,
    /// 1: a divergence, a vacuous case, a changed snapshot, or something blocked that the profile demands.
    Divergent,
    /// 2: a fault in the command line, a profile or a case file.
    Usage,
    /// 3: unreachable, or too little was judged.
    Unjudged,
    /// 4: a fault of the harness itself.
    Harness,
    /// 5: an entry of the ledger of which no case fails any more, or whose last day has passed.
    Ledger,
    /// 130: the user ended it.
    Interrupted,
}

impl Exit {
    /// The number.
    pub const fn code(self) -> u8 {
        match self {
            Self::Green => 0,
            Self::Divergent => 1,
            Self::Usage => 2,
            Self::Unjudged => 3,
            Self::Harness => 4,
            Self::Ledger => 5,
            Self::Interrupted => 130,
        }
    }
}

impl Gate {
    /// The exit code, the first that applies, and why it is not 0. The entries are those of the ledger, if there is one.
    pub fn exit(self, records: &[Record], entries: &[KnownEntry]) -> (Exit, Option<String>) {
        let count =
            |test: &dyn Fn(&Record) -> bool| records.iter().filter(|record| test(record)).count();
        let errors = count(&|record| record.verdict == Verdict::Error);
        if errors > 0 {
            return (
                Exit::Harness,
                Some(counted(errors, "fault of the harness itself")),
            );
        }
        if let Some(reason) = self.short_of(records, Record::is_told) {
            return (Exit::Unjudged, Some(reason));
        }
        let failing = count(&|record| self.fails(record));
        if failing > 0 {
            return (
                Exit::Divergent,
                Some(counted(failing, "case fails the gate")),
            );
        }
        let outdated = |state| {
            let counts = |one: &&KnownEntry| one.state == state && self.counts(one.level);
            entries.iter().filter(counts).count()
        };
        let (stale, expired) = (outdated(KnownState::Stale), outdated(KnownState::Expired));
        let hint = match (stale, expired) {
            (0, 0) => return (Exit::Green, None),
            (0, _) => "give the expired entries a later day, or mend the faults",
            _ => "`fullstop ledger prune` removes what is stale",
        };
        let reason = format!("the ledger is out of date: {stale} stale, {expired} expired; {hint}");
        (Exit::Ledger, Some(reason))
    }

    /// Why too little was recorded, if so: what is only observed counts where nothing else was asked for.
    #[cfg(feature = "cli")]
    pub(crate) fn short_of_recorded(self, records: &[Record]) -> Option<String> {
        self.short_of(records, |record| {
            record.is_told() || record.verdict == Verdict::Observed
        })
    }

    /// Why too little was judged, if so: the reason that most of the cases share, and what helps. Without a case at level must,
    /// one that counts is enough.
    fn short_of(self, records: &[Record], counts: impl Fn(&Record) -> bool) -> Option<String> {
        // A suite without cases has nothing to judge.
        if records.is_empty() {
            return None;
        }
        let summary = Summary::of(records);
        let has_must = records.iter().any(|record| record.level == Level::Must);
        let is_short = match summary.must_coverage {
            Some(coverage) => coverage < self.min_coverage,
            None => has_must || !records.iter().any(counts),
        };
        if !is_short {
            return None;
        }
        let untold = |record: &&Record| !(record.is_told() || record.verdict == Verdict::Observed);
        let untold: Vec<_> = records.iter().filter(untold).collect();
        let mut reasons: BTreeMap<String, (usize, &Reason)> = BTreeMap::new();
        // What the driver rules out matters only where nothing else is left.
        let is_telling = |record: &&&Record| record.is_in_reach() || summary.must_in_reach == 0;
        for reason in untold
            .iter()
            .filter(is_telling)
            .filter_map(|one| one.reason.as_ref())
        {
            reasons.entry(reason.key()).or_insert((0, reason)).0 += 1;
        }
        let largest = reasons.into_values().max_by_key(|(count, _)| *count);
        let (count, all) = (untold.len(), records.len());
        let mut text = match largest {
            Some((_, reason)) => format!("no verdict for {count} of {all} cases: {reason}"),
            None => "nothing was judged".to_owned(),
        };
        if let Some(hint) = largest.and_then(|(_, reason)| reason.hint()) {
            text.push_str("; ");
            text.push_str(hint);
        }
        Some(text)
    }

    /// How a record's entry in the ledger is out of date, if that turns the gate red.
    pub fn outdated(self, record: &Record) -> Option<KnownState> {
        let state = record.known.as_ref()?.state;
        (state.is_outdated() && self.counts(record.level)).then_some(state)
    }

    /// Whether a failure of a level would turn the gate red.
    fn counts(self, level: Level) -> bool {
        level == Level::Must || self.strict
    }

    /// Whether a record turns the gate red.
    pub fn fails(self, record: &Record) -> bool {
        let changed = self.check_snapshots && record.snapshot == Some(State::Changed);
        let known = record
            .known
            .as_ref()
            .is_some_and(|known| matches!(known.state, KnownState::Known | KnownState::Expired));
        changed
            || match record.verdict {
                Verdict::Divergent => self.counts(record.level) && !known,
                Verdict::Tolerated => self.strict && !known,
                Verdict::Vacuous => !known,
                Verdict::Error => true,
                Verdict::Blocked => record.demanded,
                Verdict::Pass
                | Verdict::Shadowed
                | Verdict::Observed
                | Verdict::Unsupported
                | Verdict::Indeterminate => false,
            }
    }
}

impl fmt::Display for Gate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = [
            (self.strict, "--strict"),
            (self.check_snapshots, "--check-snapshots"),
        ];
        let set: Vec<_> = names
            .iter()
            .filter_map(|(set, name)| set.then_some(*name))
            .collect();
        f.write_str(if set.is_empty() { "the usual one" } else { "" })?;
        f.write_str(&set.join(" and "))
    }
}

fn counted(count: usize, what: &str) -> String {
    let (subject, rest) = what.split_once(' ').unwrap_or((what, ""));
    if count == 1 {
        format!("1 {subject} {rest}")
    } else {
        plural(count, subject, rest)
    }
}

fn plural(count: usize, subject: &str, rest: &str) -> String {
    let rest = rest
        .strip_prefix("fails")
        .map_or_else(|| rest.to_owned(), |rest| format!("fail{rest}"));
    format!("{count} {subject}s {rest}")
}

impl fmt::Display for Exit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.code())
    }
}
