//! Known faults: every case of an entry must still fail, in the same way.

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::case::Level;
use crate::ledger::{Day, Entry, Ledger, Subject};
use crate::runner::{Record, Verdict, faults_of};
use crate::suite::Suite;

/// How a case stands to its entry in the ledger.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Known {
    /// How it stands today.
    pub state: KnownState,
    /// What the entry names: the key of a fault, or the id of a rule or a case.
    #[serde(default)]
    pub entry: String,
    /// Why it is put up with.
    pub reason: String,
    /// Who looks after it.
    pub owner: Option<String>,
    /// The last day on which it is put up with, as `2026-12-31`.
    pub expires: Option<String>,
}

/// How an entry of the ledger stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct KnownEntry {
    /// How it stands today.
    pub state: KnownState,
    /// What it names: the key of a fault, or the id of a rule or a case.
    pub entry: String,
    /// The firmest level of its cases.
    pub level: Level,
    /// The number of its cases that fail.
    pub failing: usize,
    /// The number of its cases that were judged.
    pub judged: usize,
    /// Why it is put up with.
    pub reason: String,
    /// Who looks after it.
    pub owner: Option<String>,
    /// The last day on which it is put up with, as `2026-12-31`.
    pub expires: Option<String>,
}

/// How an entry of the ledger, or one of its cases, stands.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum KnownState {
    /// It still fails, with the same wrong response.
    Known,
    /// It fails with another wrong response, which nobody knew of.
    Changed,
    /// The case passes, and others of its entry fail.
    Improved,
    /// No case of the entry fails: the entry is to be removed.
    Stale,
    /// The last day of the entry has passed.
    Expired,
    /// It was not judged, so that nothing can be said.
    Unjudged,
}

impl KnownState {
    /// The name in results.
    pub fn name(self) -> &'static str {
        match self {
            Self::Known => "known",
            Self::Changed => "changed",
            Self::Improved => "improved",
            Self::Stale => "stale",
            Self::Expired => "expired",
            Self::Unjudged => "unjudged",
        }
    }

    /// True of an entry that is to be removed or prolonged.
    pub fn is_outdated(self) -> bool {
        matches!(self, Self::Stale | Self::Expired)
    }
}

/// Says of each record that the ledger lists how it stands to its entry, and of each entry, in the order of
/// the file, how it stands to the run. An invariant is held to all responses: where a run is a sample of what was selected, its pass
/// says nothing.
pub fn recognise(
    records: &mut [Record],
    suite: &Suite,
    ledger: &Ledger,
    today: Day,
    is_sample: bool,
) -> Vec<KnownEntry> {
    let faults = keys(records, suite);
    let none = BTreeSet::new();
    let of_record = |record: &Record| faults.get(&record.id).unwrap_or(&none);
    let verdict = |record: &Record| {
        let is_invariant = suite.requirement(&record.id).is_some();
        match record.verdict.is_good() && is_sample && is_invariant {
            true => Verdict::Indeterminate,
            false => record.verdict,
        }
    };
    let entries: Vec<_> = ledger.entries().collect();
    let mut standing: Vec<_> = records
        .iter()
        .map(|record| standing(record, verdict(record), of_record(record), &entries, suite))
        .collect();
    let mut told = Vec::new();
    for (index, entry) in entries.iter().enumerate() {
        let mut count = Count::default();
        for (record, standing) in records.iter().zip(&standing) {
            let is_joined = standing.is_some_and(|(other, _)| other == index);
            count.changed |= *standing == Some((index, KnownState::Changed));
            if is_joined || entry.lists(&record.id) {
                let is_of_it = is_joined || ledger.is_of(entry, &record.id, of_record(record));
                count.add(record.level, verdict(record), entry, is_of_it);
            }
        }
        let is_run = |id: &str| records.iter().any(|record| record.id == id);
        let is_absent = suite.ids().any(|id| entry.lists(id) && !is_run(id));
        let state = count.state(entry, is_absent, today);
        for (other, of_case) in standing.iter_mut().flatten() {
            match (state, *of_case) {
                _ if *other != index => {}
                (KnownState::Stale, KnownState::Improved) => *of_case = state,
                (KnownState::Expired, KnownState::Known) => *of_case = state,
                _ => {}
            }
        }
        told.push(KnownEntry {
            state,
            entry: entry.name().to_owned(),
            level: count.level.unwrap_or(Level::Must),
            failing: count.failing,
            judged: count.failing + count.passing,
            reason: entry.reason.clone(),
            owner: entry.owner.clone(),
            expires: entry.expires().map(|day| day.to_string()),
        });
    }
    for (record, standing) in records.iter_mut().zip(standing) {
        record.known = standing.map(|(index, state)| Known {
            state,
            entry: entries[index].name().to_owned(),
            reason: entries[index].reason.clone(),
            owner: entries[index].owner.clone(),
            expires: entries[index].expires().map(|day| day.to_string()),
        });
    }
    told
}

/// The keys of the faults that each record fails for.
fn keys(records: &[Record], suite: &Suite) -> BTreeMap<String, BTreeSet<String>> {
    let mut keys: BTreeMap<_, BTreeSet<_>> = BTreeMap::new();
    for fault in faults_of(records, suite) {
        for id in fault.cases {
            keys.entry(id).or_default().insert(fault.key.clone());
        }
    }
    keys
}

/// The entry that a record belongs to, by its place, and how it stands to it.
fn standing(
    record: &Record,
    verdict: Verdict,
    faults: &BTreeSet<String>,
    entries: &[&Entry],
    suite: &Suite,
) -> Option<(usize, KnownState)> {
    let find = |test: &dyn Fn(&Entry) -> bool| entries.iter().position(|entry| test(entry));
    let is_shown = |entry: &Entry| faults.contains(entry.name());
    let listed = find(&|entry| entry.lists(&record.id) && is_shown(entry))
        .or_else(|| find(&|entry| entry.lists(&record.id)));
    match verdict {
        Verdict::Divergent | Verdict::Vacuous => {
            let knows = |entry: &Entry| entry.knows(&record.id, record.fingerprint.as_deref());
            let known = find(&|entry| knows(entry) && is_shown(entry)).or_else(|| find(&knows));
            if let Some(known) = known {
                return Some((known, KnownState::Known));
            }
            let Some(listed) = listed else {
                return newer(record, faults, entries, suite).map(|at| (at, KnownState::Known));
            };
            // Of a case that failed for a fault before, another known fault may show now. An invariant has its responses from
            // many cases, so that mending one fault shows it more of another.
            let is_known = |key: &String| find(&|entry| is_of_fault(entry, key)).is_some();
            let is_invariant = suite.requirement(&record.id).is_some();
            let is_moved = !faults.is_empty()
                && faults.iter().all(is_known)
                && (is_invariant || !is_shown(entries[listed]));
            let state = match is_moved {
                true => KnownState::Known,
                false => KnownState::Changed,
            };
            let shown = find(&|entry| is_moved && is_shown(entry));
            Some((shown.unwrap_or(listed), state))
        }
        verdict => {
            let entry = entries[listed?];
            let state = match verdict {
                // A case that is known to fail now and then may pass; whether it still does is what its repeats say.
                _ if verdict.is_good() && entry.flaky => KnownState::Known,
                Verdict::Tolerated if is_rule(entry) => KnownState::Known,
                _ if verdict.is_good() => KnownState::Improved,
                _ => KnownState::Unjudged,
            };
            Some((listed?, state))
        }
    }
}

/// The entry for the fault of a case that is newer than the entry is: nobody could list it.
fn newer(
    record: &Record,
    faults: &BTreeSet<String>,
    entries: &[&Entry],
    suite: &Suite,
) -> Option<usize> {
    let since = suite.since(&record.id)?;
    let of = |key: &String| {
        let is_older = |entry: &Entry| entry.suite().is_some_and(|suite| suite < *since);
        let mut entries = entries.iter();
        entries.position(|entry| is_of_fault(entry, key) && is_older(entry))
    };
    let of_all: Option<Vec<_>> = faults.iter().map(of).collect();
    of_all?.first().copied()
}

fn is_of_fault(entry: &Entry, key: &str) -> bool {
    entry.subject() == Subject::Fault(key)
}

fn is_rule(entry: &Entry) -> bool {
    matches!(entry.subject(), Subject::Rule(_))
}

/// The cases of an entry, counted.
#[derive(Debug, Default)]
struct Count {
    failing: usize,
    passing: usize,
    unjudged: usize,
    changed: bool,
    level: Option<Level>,
}

impl Count {
    fn add(&mut self, level: Level, verdict: Verdict, entry: &Entry, is_of_it: bool) {
        self.level = Some(self.level.map_or(level, |firmest| firmest.min(level)));
        match verdict {
            Verdict::Divergent | Verdict::Vacuous if is_of_it => self.failing += 1,
            Verdict::Tolerated if is_rule(entry) => self.failing += 1,
            Verdict::Divergent | Verdict::Vacuous => self.passing += 1,
            verdict if verdict.is_good() => self.passing += 1,
            _ => self.unjudged += 1,
        }
    }

    /// How an entry stands with these cases.
    fn state(&self, entry: &Entry, is_absent: bool, today: Day) -> KnownState {
        let is_open = is_absent || self.unjudged > 0;
        let is_over = self.failing == 0 && !entry.flaky;
        let is_expired = entry.expires().is_some_and(|last| today > last);
        let has_passed = self.passing > 0;
        match () {
            () if self.changed => KnownState::Changed,
            () if is_over && has_passed && !is_open => KnownState::Stale,
            () if is_over && !has_passed => KnownState::Unjudged,
            () if self.failing + self.passing == 0 => KnownState::Unjudged,
            () if is_expired => KnownState::Expired,
            () if has_passed && !entry.flaky && !is_rule(entry) => KnownState::Improved,
            () => KnownState::Known,
        }
    }
}
