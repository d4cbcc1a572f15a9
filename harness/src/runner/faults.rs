//! From the records of a run to the faults behind what failed.

use std::collections::BTreeMap;

use crate::case::Case;
use crate::fault::{Failure, Fault, Kind, Symptom, faults};
use crate::provision::Reason;
use crate::runner::{KnownState, Record, Verdict};
use crate::suite::Suite;

/// The faults that records show, the worst first. What a ledger knows of is left out.
pub fn faults_of(records: &[Record], suite: &Suite) -> Vec<Fault> {
    let cases: BTreeMap<_, &Case> = suite
        .cases()
        .map(|case| (case.id.as_str(), &**case))
        .collect();
    let gists: BTreeMap<_, _> = records
        .iter()
        .map(|record| (record.id.as_str(), record.gist.as_ref()))
        .collect();
    let mut failures = Vec::new();
    for record in records {
        let is_known =
            (record.known.as_ref()).is_some_and(|known| known.state == KnownState::Known);
        if is_known || !matches!(record.verdict, Verdict::Divergent | Verdict::Vacuous) {
            continue;
        }
        let failure = |kind, case, rule, gist, violations| Failure {
            id: &record.id,
            level: record.level,
            symptom: Symptom {
                kind,
                case,
                rule,
                gist,
                violations,
            },
        };
        if let Some(case) = cases.get(record.id.as_str()) {
            let (rule, gist) = (requirement(&record.id), record.gist.as_ref());
            failures.push(failure(Kind::Case, *case, rule, gist, &record.violations));
            continue;
        }
        let stated = suite.requirement(&record.id);
        let Some(invariant) = stated.and_then(|requirement| requirement.invariant) else {
            continue;
        };
        for breach in &record.breaches {
            let Some(case) = cases.get(breach.case.as_str()) else {
                continue;
            };
            let gist = gists.get(breach.case.as_str()).copied().flatten();
            let kind = Kind::Invariant(invariant);
            failures.push(failure(kind, *case, &record.id, gist, &breach.violations));
        }
    }
    let held: Vec<_> = records
        .iter()
        .filter(|record| matches!(record.verdict, Verdict::Pass | Verdict::Tolerated))
        .filter_map(|record| cases.get(record.id.as_str()).copied())
        .collect();
    let shadowed = records
        .iter()
        .filter(|record| record.verdict == Verdict::Shadowed);
    let mut found = faults(&failures, &held, shadowed.count());
    shadow(&mut found, records);
    found
}

/// Notes the shadowed cases with the first fault that one of the invariants behind them fails for.
fn shadow(found: &mut [Fault], records: &[Record]) {
    for record in records {
        let Some(Reason::Shadowed(rules)) = &record.reason else {
            continue;
        };
        let is_behind = |fault: &&mut Fault| rules.iter().any(|rule| fault.cases.contains(rule));
        if let Some(fault) = found.iter_mut().find(is_behind) {
            fault.shadowed.push(record.id.clone());
        }
    }
}

/// The requirement of a case's id.
fn requirement(id: &str) -> &str {
    let end = id.match_indices('/').nth(1);
    end.map_or(id, |(end, _)| &id[..end])
}
