//! From records to an exit code.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::case::Level;
use crate::runner::{KnownState, Record, Verdict};
use crate::snapshot::State;

/// The share of cases that may be indeterminate: one in twenty can be bad luck on a busy network, more is no measurement.
const INDETERMINATE_SHARE_MAX: f64 = 0.05;

/// How a gate reads the records.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Gate {
    /// Whether tolerated departures and divergences at level should fail too.
    pub strict: bool,
    /// Whether a changed snapshot fails.
    pub check_snapshots: bool,
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
    /// 3: unreachable, too much indeterminate, or nothing judged at level must.
    Unjudged,
    /// 4: a fault of the harness itself.
    Harness,
    /// 5: an entry of the ledger whose case fails no longer, or whose last day has passed.
    Ledger,
}

impl Exit {
    /// The number.
    pub fn code(self) -> u8 {
        match self {
            Self::Green => 0,
            Self::Divergent => 1,
            Self::Usage => 2,
            Self::Unjudged => 3,
            Self::Harness => 4,
            Self::Ledger => 5,
        }
    }
}

impl Gate {
    /// The exit code, the first that applies, and why it is not 0.
    pub fn exit(self, records: &[Record]) -> (Exit, Option<String>) {
        let count =
            |test: &dyn Fn(&Record) -> bool| records.iter().filter(|record| test(record)).count();
        let errors = count(&|record| record.verdict == Verdict::Error);
        if errors > 0 {
            return (
                Exit::Harness,
                Some(counted(errors, "fault of the harness itself")),
            );
        }
        let indeterminate = count(&|record| record.verdict == Verdict::Indeterminate);
        if indeterminate as f64 > records.len() as f64 * INDETERMINATE_SHARE_MAX {
            return (
                Exit::Unjudged,
                Some(counted(indeterminate, "case could not be told")),
            );
        }
        let judged =
            |record: &Record| record.verdict.is_judged() || record.verdict == Verdict::Vacuous;
        let must = |record: &Record| record.level == Level::Must;
        if count(&|record| must(record)) > 0 && count(&|record| must(record) && judged(record)) == 0
        {
            return (
                Exit::Unjudged,
                Some("nothing was judged at level must".to_owned()),
            );
        }
        if count(&judged) == 0 {
            return (Exit::Unjudged, Some("nothing was judged".to_owned()));
        }
        let failing = count(&|record| self.fails(record));
        if failing > 0 {
            return (
                Exit::Divergent,
                Some(counted(failing, "case fails the gate")),
            );
        }
        let outdated = |state| count(&|record| self.outdated(record) == Some(state));
        let (stale, expired) = (outdated(KnownState::Stale), outdated(KnownState::Expired));
        if stale + expired > 0 {
            let reason = format!(
                "the ledger is out of date: {stale} stale, {expired} expired; see `fullstop ledger prune`"
            );
            return (Exit::Ledger, Some(reason));
        }
        (Exit::Green, None)
    }

    /// How a record's entry in the ledger is out of date, if that turns the gate red.
    pub fn outdated(self, record: &Record) -> Option<KnownState> {
        let state = record.known.as_ref()?.state;
        let outdated = matches!(state, KnownState::Stale | KnownState::Expired);
        (outdated && self.counts(record)).then_some(state)
    }

    /// Whether a failure of a record's level would turn the gate red.
    fn counts(self, record: &Record) -> bool {
        record.level == Level::Must || self.strict
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
                Verdict::Divergent => self.counts(record) && !known,
                Verdict::Tolerated => self.strict,
                Verdict::Vacuous => !known,
                Verdict::Error => true,
                Verdict::Blocked => record.demanded,
                Verdict::Pass
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
