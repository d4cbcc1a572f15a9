//! The results of all parts of a run made into those of the whole: nothing missing, nothing doubled.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use crate::report::{CaseResult, Results, ShardResult, Stored};
use crate::runner::{Reason, Shard, Summary, Testimony};

/// How many ids an error lists: the rest are counted.
const LISTED_MAX: usize = 3;

/// Why parts make no whole.
#[derive(Debug)]
pub struct MergeError(String);

/// What the parts of a run met.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Met {
    /// All of them the same running endpoint: request ids are compared across them, as in a run in one piece.
    TheSame,
    /// Perhaps one each, which may hand out the same ids without fault: request ids are compared within each part.
    OneEach,
}

/// Joins the parts of one run, in any order. What comes is what the run would have come to in one piece.
pub fn merge(parts: Vec<Stored>, met: Met) -> Result<Results, MergeError> {
    let shards = agreeing(&parts)?;
    complete(&parts, &shards)?;
    for (part, shard) in parts.iter().zip(&shards) {
        hold_to(part, shard)?;
    }
    let testimony = Testimony::join(shards.into_iter().map(|shard| match met {
        Met::TheSame => shard.testimony,
        Met::OneEach => shard.testimony.settled(),
    }));
    let invariants: BTreeSet<_> = testimony.invariants.keys().cloned().collect();

    let mut parts = parts.into_iter().map(|part| part.results);
    let Some(mut whole) = parts.next() else {
        return Err(MergeError("no results are named".to_owned()));
    };
    let (mut partial, mut cases, mut quotas) = (Vec::new(), Vec::new(), Vec::new());
    let mut runs = Vec::new();
    for mut part in std::iter::once(whole.clone()).chain(parts) {
        for case in std::mem::take(&mut part.cases) {
            if invariants.contains(&case.id) {
                partial.push(case);
            } else {
                cases.push(case);
            }
        }
        whole.requirements.append(&mut part.requirements);
        quotas.append(&mut part.quotas);
        runs.extend(Some(part.run).filter(|run| !run.is_empty()));
    }
    for id in &invariants {
        let held = invariant(id, &testimony, &partial, &cases);
        cases.extend(held);
    }
    cases.sort_by(|one, other| one.id.cmp(&other.id));
    whole
        .requirements
        .sort_by(|one, other| one.id.cmp(&other.id));
    whole.requirements.dedup_by(|one, other| one.id == other.id);
    whole.cases = cases;
    whole.quotas = quotas;
    whole.run = runs.join(" ");
    whole.shard = None;
    // Each part had a run and a share of the quotas of its own: of the whole neither can be told.
    whole.run.clear();
    whole.quotas.clear();
    let records = whole.records();
    whole.summary = Summary::of(&records);
    let (exit, reason) = whole.gate.exit(&records);
    (whole.exit, whole.reason) = (exit.code(), reason);
    Ok(whole)
}

/// What came of an invariant over the answers of all parts.
fn invariant(
    id: &str,
    testimony: &Testimony,
    partial: &[CaseResult],
    cases: &[CaseResult],
) -> Option<CaseResult> {
    let of_parts = || partial.iter().filter(|case| case.id == id);
    let (record, first) = testimony.record(id, of_parts().next()?.level);
    // Each part says how its own first breach is shown again, and the first of all is one of these; unless it took the
    // answers of two parts to see it.
    let shown = first.and_then(|first| {
        let tells = |case: &&CaseResult| case.names(&first);
        let of_part = of_parts().find(tells).and_then(|case| case.replay.clone());
        of_part.or_else(|| {
            let of_case = cases.iter().find(|case| case.id == first)?;
            of_case.replay.clone()
        })
    });
    let mut joined = of_parts().next()?.clone();
    joined.verdict = record.verdict;
    joined.reason = record.reason.as_ref().map(ToString::to_string);
    joined.reason_key = record.reason.as_ref().map(Reason::key);
    joined.by_design = record.reason.as_ref().is_some_and(Reason::is_by_design);
    joined.known = joined.known.map(|known| known.again(&record));
    joined.repeats = of_parts().find_map(|case| case.repeats.clone());
    joined.fingerprint = record.fingerprint;
    joined.mismatches = record.mismatches;
    joined.replay = shown;
    Some(joined)
}

impl CaseResult {
    /// Whether the first mismatch of an invariant is in the answer to that case.
    fn names(&self, case: &str) -> bool {
        let first = self.mismatches.first();
        first.is_some_and(|first| first.at.starts_with(&format!("{case}: ")))
    }
}

/// What each part says of the whole, if all say the same.
fn agreeing(parts: &[Stored]) -> Result<Vec<ShardResult>, MergeError> {
    let mut shards: Vec<ShardResult> = Vec::new();
    for part in parts {
        let Some(shard) = part.results.shard.clone() else {
            return Err(MergeError(format!(
                "{} is of a whole run, not of a shard of one",
                part.file
            )));
        };
        if let (Some(first), Some(other)) = (parts.first(), shards.first()) {
            let (one, two) = (&first.results, &part.results);
            let pairs = [
                ("versions", one.version.clone(), two.version.clone()),
                ("suites", one.suite.clone(), two.suite.clone()),
                ("targets", one.target.to_string(), two.target.to_string()),
                ("seeds", one.seed.to_string(), two.seed.to_string()),
                ("gates", one.gate.to_string(), two.gate.to_string()),
                (
                    "counts of shards",
                    other.part.count.to_string(),
                    shard.part.count.to_string(),
                ),
            ];
            let mut differing = pairs.into_iter().filter(|(_, one, two)| one != two);
            if let Some((what, one, two)) = differing.next() {
                return Err(MergeError(format!(
                    "their {what} differ: {one} in {}, {two} in {}",
                    first.file, part.file
                )));
            }
            if shard.selected != other.selected {
                let only = shard.selected.symmetric_difference(&other.selected);
                return Err(MergeError(format!(
                    "{} and {} are of different selections: only one of them selected {}",
                    first.file,
                    part.file,
                    listed(only)
                )));
            }
        }
        shards.push(shard);
    }
    Ok(shards)
}

/// Whether every part is there once.
fn complete(parts: &[Stored], shards: &[ShardResult]) -> Result<(), MergeError> {
    let mut found: BTreeMap<Shard, &str> = BTreeMap::new();
    for (part, shard) in parts.iter().zip(shards) {
        if let Some(other) = found.insert(shard.part, &part.file) {
            return Err(MergeError(format!(
                "{other} and {} are both shard {}",
                part.file, shard.part
            )));
        }
    }
    let count = shards.first().map_or(0, |shard| shard.part.count);
    let all = (1..=count).map(|index| Shard { index, count });
    let missing: Vec<_> = all
        .filter(|shard| !found.contains_key(shard))
        .map(|shard| shard.to_string())
        .collect();
    if missing.is_empty() {
        return Ok(());
    }
    Err(MergeError(format!("shard {} is missing", listed(&missing))))
}

/// Whether a part holds what belongs to it and nothing else. No id stands in a file twice: the reader sees to that.
fn hold_to(part: &Stored, shard: &ShardResult) -> Result<(), MergeError> {
    let invariants = &shard.testimony.invariants;
    let belongs = |id: &&String| invariants.contains_key(*id) || shard.part.holds(id);
    let wanted: BTreeSet<_> = shard.selected.iter().filter(belongs).collect();
    let found: BTreeSet<_> = part.results.cases.iter().map(|case| &case.id).collect();
    let wrong = |what: &str, ids: Vec<&&String>| {
        Err(MergeError(format!(
            "{} is not shard {}: {} {what} it",
            part.file,
            shard.part,
            listed(ids)
        )))
    };
    let missing: Vec<_> = wanted.difference(&found).collect();
    if !missing.is_empty() {
        return wrong("is missing from", missing);
    }
    let foreign: Vec<_> = found.difference(&wanted).collect();
    if !foreign.is_empty() {
        return wrong("does not belong to", foreign);
    }
    Ok(())
}

/// The first of some names, and how many more there are.
fn listed(names: impl IntoIterator<Item = impl AsRef<str>>) -> String {
    let names: Vec<_> = names.into_iter().collect();
    let first: Vec<_> = names.iter().take(LISTED_MAX).map(AsRef::as_ref).collect();
    let rest = names.len().saturating_sub(LISTED_MAX);
    let more = if rest > 0 {
        format!(" and {rest} more")
    } else {
        String::new()
    };
    format!("{}{more}", first.join(", "))
}

impl fmt::Display for MergeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "merge: {}", self.0)
    }
}

impl std::error::Error for MergeError {}
