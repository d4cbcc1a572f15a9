//! What of the suite does work, and what of an answer nothing constrains.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::Value;

use crate::case::{Case, Level};
use crate::power::Matrix;
use crate::power::matrix::{everything, records};
use crate::reference::Options;
use crate::runner::{Record, SessionError};
use crate::suite::Suite;

/// What of the suite does work.
#[derive(Clone, Debug, Default)]
pub struct Coverage {
    /// A row for each requirement, in the order of their ids.
    pub requirements: Vec<RequirementRow>,
    /// The places in the reference's answers (members, headers, status), and how many cases say something of each.
    pub places: BTreeMap<String, usize>,
    /// How many judged refusals are measured against a control.
    pub controlled: usize,
}

/// What one requirement does.
#[derive(Clone, Debug)]
pub struct RequirementRow {
    /// Its id.
    pub id: String,
    /// Its level.
    pub level: Level,
    /// How many cases it has; none for an invariant.
    pub cases: usize,
    /// How many mutants its cases catch.
    pub mutants: usize,
    /// Those of its cases that catch none.
    pub idle: Vec<String>,
}

/// Holds the suite against a kill matrix and against the answers of the reference.
pub async fn coverage(suite: &Arc<Suite>, matrix: &Matrix) -> Result<Coverage, SessionError> {
    let records = records(suite, Options::default(), &everything(suite), 0, 8).await?;
    let mut coverage = Coverage {
        places: places(suite, &records),
        ..Coverage::default()
    };
    for requirement in suite.requirements() {
        let ids: Vec<_> = match requirement.invariant {
            Some(_) => vec![requirement.id.clone()],
            None => requirement
                .cases
                .iter()
                .map(|case| case.id.clone())
                .collect(),
        };
        let caught = |killed_by: &[String]| killed_by.iter().any(|by| ids.contains(by));
        coverage.requirements.push(RequirementRow {
            id: requirement.id.clone(),
            level: requirement.level,
            cases: requirement.cases.len(),
            mutants: matrix
                .mutants
                .iter()
                .filter(|mutant| caught(&mutant.killed_by))
                .count(),
            idle: ids
                .iter()
                .filter(|id| matrix.kills(id) == 0)
                .cloned()
                .collect(),
        });
    }
    coverage.controlled = suite.cases().filter(|case| is_controlled(case)).count();
    Ok(coverage)
}

fn is_controlled(case: &Case) -> bool {
    case.level != Level::Observe && case.expect.iter().any(|one| one.is_refusal())
}

/// Every place that occurs in the answers, with how many cases speak of it.
fn places(suite: &Suite, records: &[Record]) -> BTreeMap<String, usize> {
    let mut places = BTreeMap::new();
    for exchange in records.iter().filter_map(|record| record.exchange.as_ref()) {
        let (head, body) = exchange
            .came
            .split_once("\n\n")
            .unwrap_or((exchange.came.as_str(), ""));
        places.insert("status".to_owned(), 0);
        for (name, _) in head.lines().filter_map(|line| line.split_once(": ")) {
            places.insert(format!("header {}", name.to_ascii_lowercase()), 0);
        }
        if let Ok(json) = serde_json::from_str(body) {
            members(&json, "", &mut places);
        }
    }
    for case in suite.cases().filter(|case| case.level != Level::Observe) {
        for place in spoken_of(case) {
            if let Some(count) = places.get_mut(&place) {
                *count += 1;
            }
        }
    }
    places
}

fn members(json: &Value, at: &str, places: &mut BTreeMap<String, usize>) {
    for (name, value) in json.as_object().into_iter().flatten() {
        let place = format!("{at}/{name}");
        members(value, &place, places);
        places.insert(place, 0);
    }
}

/// The places that the expectations of a case name.
fn spoken_of(case: &Case) -> BTreeSet<String> {
    let mut places = BTreeSet::new();
    for expectation in &case.expect {
        places.extend(expectation.status.map(|_| "status".to_owned()));
        if !expectation.error.is_empty() {
            places.insert("/__type".to_owned());
            places.insert("header x-amzn-errortype".to_owned());
        }
        places.extend(expectation.message.as_ref().map(|_| "/message".to_owned()));
        places.extend(
            expectation
                .body
                .iter()
                .map(|assertion| assertion.at.clone()),
        );
        let headers = expectation.headers.iter();
        places.extend(headers.map(|header| format!("header {}", header.name.to_ascii_lowercase())));
    }
    places
}
