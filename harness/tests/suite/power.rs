//! The published kill matrix is true, and nothing is accused that does nothing wrong.
//!
//! The whole of both is a command (`fullstop mutants --kill`, `fullstop variations --check`); a test runs a share.

use std::collections::BTreeSet;
use std::sync::Arc;

use fullstop::oracle::Rule;
use fullstop::power::{LIFECYCLE, Setting, Share, catches, measure, published, soundness};
use fullstop::reference::{Mutant, Variation};
use fullstop::suite::Suite;

/// Every how manieth mutant has its whole row measured anew.
const MEASURED_EVERY: usize = 64;

/// Every how manieth mutant is met with one case that catches it.
const CAUGHT_EVERY: usize = 4;

/// Every how manieth variation is run.
const VARIED_EVERY: usize = 16;

#[test]
fn every_mutant_is_in_the_published_matrix_and_caught() {
    let matrix = published();
    let names: Vec<_> = matrix
        .mutants
        .iter()
        .map(|mutant| mutant.name.as_str())
        .collect();
    let wanted: Vec<_> = Mutant::ALL.iter().map(|mutant| mutant.name()).collect();
    assert_eq!(
        names, wanted,
        "write it anew with `fullstop mutants --kill --json docs/mutants.json`"
    );
    let missed: Vec<_> = matrix.missed().map(|mutant| mutant.name.as_str()).collect();
    assert_eq!(missed, Vec::<&str>::new());
    assert!(names.len() >= 150);
}

#[test]
fn the_minimal_set_catches_every_mutant() {
    let matrix = published();
    let minimal: BTreeSet<_> = matrix.minimal.iter().collect();
    for mutant in &matrix.mutants {
        assert!(
            mutant.killed_by.iter().any(|id| minimal.contains(id)),
            "{} escapes it",
            mutant.name
        );
    }
}

#[test]
fn a_row_with_another_catch_is_a_difference() {
    let matrix = published();
    assert_eq!(matrix.differences(&matrix), []);
    let mut other = matrix.clone();
    let lost = other.mutants[3].killed_by.pop().expect("a catch");
    let differences = other.differences(&matrix);
    assert_eq!(differences.len(), 1);
    assert_eq!(differences[0].name, matrix.mutants[3].name);
    assert_eq!(differences[0].lost, [lost]);
    assert!(differences[0].gained.is_empty());
}

#[test]
fn the_published_matrix_names_cases_that_there_are() {
    let suite = Suite::embedded().expect("our own cases");
    let mut ids: BTreeSet<_> = suite.ids().map(str::to_owned).collect();
    let rules = Rule::of_life();
    ids.extend(rules.map(|rule| format!("{LIFECYCLE}{}", rule.id)));
    for mutant in published().mutants {
        for id in &mutant.killed_by {
            assert!(ids.contains(id), "{id} is said to catch {}", mutant.name);
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_published_catch_is_a_catch() {
    let suite = Arc::new(Suite::embedded().expect("our own cases"));
    for (mutant, row) in Mutant::ALL
        .iter()
        .zip(published().mutants)
        .step_by(CAUGHT_EVERY)
    {
        // An invariant takes a whole run; an intermittent mutant shows in no single case for certain.
        let is_case = |id: &&String| id.matches('/').count() == 2 || id.starts_with(LIFECYCLE);
        let case = row.killed_by.iter().find(is_case);
        let Some(case) = case.filter(|_| !mutant.is_intermittent()) else {
            continue;
        };
        let caught = catches(&suite, *mutant, case)
            .await
            .expect("the endpoint starts");
        assert!(caught, "{} is no longer caught by {case}", mutant.name());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rows_of_the_published_matrix_are_measured_anew() {
    let suite = Arc::new(Suite::embedded().expect("our own cases"));
    let sample: Vec<_> = Mutant::ALL
        .iter()
        .copied()
        .step_by(MEASURED_EVERY)
        .collect();
    let measured = measure(&suite, &sample, |_| {})
        .await
        .expect("the endpoint starts");
    assert_eq!(measured.mutants.len(), sample.len());
    assert_eq!(measured.differences(&published()), Vec::new());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_accused_that_does_nothing_wrong() {
    let suite = Arc::new(Suite::embedded().expect("our own cases"));
    let sample: Vec<_> = Variation::ALL
        .iter()
        .copied()
        .step_by(VARIED_EVERY)
        .collect();
    let share = Share {
        runs: 1,
        sequences: 12,
        races: 6,
    };
    let setting = Setting {
        reference: Share {
            sequences: 90,
            races: 15,
            ..share
        },
        variation: share,
    };
    let alarms = soundness(&suite, setting, &sample, || {})
        .await
        .expect("the endpoint starts");
    assert!(alarms.alarms.is_empty(), "{:?}", alarms.alarms);
    assert_eq!(alarms.runs, 1 + sample.len() as u64);
    assert_eq!(alarms.verdicts, alarms.runs * suite.ids().count() as u64);
    assert_eq!(alarms.sequences, 90 + 12 * sample.len() as u64);
    assert!(alarms.steps > 5 * alarms.sequences, "{}", alarms.steps);
    assert_eq!(alarms.races, 15 + 6 * sample.len() as u64);
}
