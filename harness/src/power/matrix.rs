//! The kill matrix: case × mutant.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use crate::power::life::{LIFECYCLE, broken_rules};
use crate::reference::{Mutant, Options};
use crate::runner::{Plan, Record, Runner, Session, SessionError, Verdict, faults_of};
use crate::suite::Suite;
use crate::target::Profile;

/// The matrix of this version, as it was measured when it was made.
const PUBLISHED: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/mutants.json"));

/// How long an answer is waited for that a mutant may withhold: the endpoint is in this process.
const TIMEOUT: Duration = Duration::from_millis(1_000);

/// How long any other answer is: a machine may stand still for a while, and what only that delays must catch no mutant.
const PATIENCE: Duration = Duration::from_secs(60);

/// How long a stopped job may take to show Stopped. The reference needs no time for it.
const SETTLE: Duration = Duration::from_millis(300);

/// How many mutants are measured at once: many more than processors, since some only wait for deadlines.
const MUTANTS_AT_ONCE: usize = 12;

/// Which cases catch which mutants.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Matrix {
    /// One row a mutant, in their order.
    pub mutants: Vec<Killed>,
    /// The fewest cases, as far as a greedy search finds them, that catch every mutant, the most telling first.
    pub minimal: Vec<String>,
}

/// What catches one mutant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Killed {
    /// The mutant's name.
    pub name: String,
    /// What it does.
    pub summary: String,
    /// The requirement that it breaks: of those that catch it, the one that catches the fewest others.
    pub requirement: Option<String>,
    /// The ids of the cases and invariants that diverge on it; for a mutant about the life of a job, the rules that
    /// sequences and races show it to break, as `lifecycle:<rule>`.
    pub killed_by: Vec<String>,
    /// The titles of the faults that a run on it shows, by their keys. A mutant is one fault.
    #[serde(default)]
    pub faults: BTreeMap<String, String>,
}

/// A row that two matrices do not share.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// The mutant's name.
    pub name: String,
    /// The ids that catch it, and the faults that it shows, in the other matrix only.
    pub lost: Vec<String>,
    /// Those in this matrix only.
    pub gained: Vec<String>,
}

/// Runs the whole suite on every one of these mutants. `progress` hears of each that is done.
pub async fn measure(
    suite: &Arc<Suite>,
    mutants: &[Mutant],
    progress: impl Fn(Mutant),
) -> Result<Matrix, SessionError> {
    let permits = Arc::new(Semaphore::new(MUTANTS_AT_ONCE));
    let mut tasks = JoinSet::new();
    for (index, mutant) in mutants.iter().copied().enumerate() {
        let (suite, permits) = (Arc::clone(suite), Arc::clone(&permits));
        tasks.spawn(async move {
            let _permit = permits.acquire_owned().await;
            let options = Options {
                mutant: Some(mutant),
                ..Options::default()
            };
            // What shows over several requests is asked of sequences and races, what shows in one of the suite.
            if mutant.is_about_life() {
                let rules = broken_rules(&suite, mutant).await;
                return (index, mutant, Ok(Vec::new()), rules);
            }
            let records = records(&suite, options, &everything(&suite), 0, 1).await;
            (index, mutant, records, Vec::new())
        });
    }
    let mut rows = BTreeMap::new();
    while let Some(done) = tasks.join_next().await {
        let Ok((index, mutant, records, rules)) = done else {
            continue;
        };
        let records = records?;
        let catching = records.iter().filter(|record| is_catch(record));
        let faults = faults_of(&records, suite).into_iter();
        progress(mutant);
        rows.insert(
            index,
            Killed {
                name: mutant.name().to_owned(),
                summary: mutant.summary().to_owned(),
                requirement: None,
                killed_by: catching
                    .map(|record| record.id.clone())
                    .chain(rules)
                    .collect(),
                faults: faults.map(|fault| (fault.key, fault.title)).collect(),
            },
        );
    }
    Ok(Matrix::of(rows.into_values().collect()))
}

/// Whether a case, or an invariant over all cases, diverges on a mutant, or whether it breaks a rule of a job's life.
pub async fn catches(suite: &Arc<Suite>, mutant: Mutant, id: &str) -> Result<bool, SessionError> {
    if id.starts_with(LIFECYCLE) {
        let rules = broken_rules(suite, mutant).await;
        return Ok(rules.iter().any(|rule| rule == id));
    }
    let options = Options {
        mutant: Some(mutant),
        ..Options::default()
    };
    let selection = BTreeSet::from([id.to_owned()]);
    let records = records(suite, options, &selection, 0, 8).await?;
    Ok(records.iter().any(is_catch))
}

/// Whether a record shows that something is wrong.
fn is_catch(record: &Record) -> bool {
    matches!(record.verdict, Verdict::Divergent | Verdict::Vacuous)
}

/// The ids of a whole suite.
pub(crate) fn everything(suite: &Suite) -> BTreeSet<String> {
    suite.ids().map(str::to_owned).collect()
}

/// The records of one run against the embedded endpoint.
pub(crate) async fn records(
    suite: &Arc<Suite>,
    options: Options,
    selection: &BTreeSet<String>,
    seed: u64,
    concurrency: usize,
) -> Result<Vec<Record>, SessionError> {
    let mut profile = Profile::reference();
    let withholds = options.mutant.is_some_and(Mutant::withholds_answers);
    profile.timeout = if withholds { TIMEOUT } else { PATIENCE };
    let is_mutant = options.mutant.is_some();
    let mut session = Session::embedded(profile, options)?;
    if is_mutant {
        session.settle = SETTLE;
    }
    let plan = Plan {
        seed,
        concurrency,
        ..Plan::of(selection.clone())
    };
    let run = match Runner::new(Arc::clone(suite), &session, None).await {
        Ok(runner) => runner.run(&plan, |_| {}).await.map(|run| run.records),
        Err(error) => Err(error),
    };
    session.close().await;
    // The embedded endpoint is not probed, so that there is no way to miss it.
    Ok(run.unwrap_or_default())
}

impl Killed {
    /// All that tells it from another row: what catches it, and the keys of the faults that it shows. What an intermittent mutant
    /// shows is a matter of chance: that it is caught is all there is to say.
    fn told(&self) -> Vec<String> {
        if self.is_intermittent() {
            let caught = (!self.killed_by.is_empty()).then(|| "caught".to_owned());
            return caught.into_iter().collect();
        }
        let keys = self.faults.keys().map(|key| format!("fault {key}"));
        self.killed_by.iter().cloned().chain(keys).collect()
    }

    fn is_intermittent(&self) -> bool {
        self.name.parse().is_ok_and(Mutant::is_intermittent)
    }
}

impl Matrix {
    fn of(mut mutants: Vec<Killed>) -> Self {
        let mut kills: BTreeMap<String, usize> = BTreeMap::new();
        // An intermittent mutant shows wherever it happens to: it says nothing of what is specific.
        for row in mutants.iter().filter(|row| !row.is_intermittent()) {
            let requirements: BTreeSet<_> =
                row.killed_by.iter().map(|id| requirement(id)).collect();
            for requirement in requirements {
                *kills.entry(requirement.to_owned()).or_default() += 1;
            }
        }
        let most_specific = |killed_by: &[String]| {
            let requirements = killed_by.iter().map(|id| requirement(id));
            let specific = requirements.min_by_key(|id| (kills.get(*id).copied(), *id));
            specific.map(str::to_owned)
        };
        for row in &mut mutants {
            row.requirement = most_specific(&row.killed_by);
        }
        let minimal = minimal(&mutants);
        Self { mutants, minimal }
    }

    /// As JSON, a mutant a line, so that a change of the suite is a readable difference.
    pub fn to_json(&self) -> String {
        let line = |value: serde_json::Result<String>| value.unwrap_or_default();
        let mutants: Vec<_> = self
            .mutants
            .iter()
            .map(|mutant| line(serde_json::to_string(mutant)))
            .collect();
        format!(
            "{{\"mutants\":[\n{}\n],\n\"minimal\":{}}}\n",
            mutants.join(",\n"),
            line(serde_json::to_string(&self.minimal))
        )
    }

    /// The mutants that nothing catches.
    pub fn missed(&self) -> impl Iterator<Item = &Killed> {
        self.mutants
            .iter()
            .filter(|mutant| mutant.killed_by.is_empty())
    }

    /// The rows of this matrix that differ from another's, or that the other does not have.
    pub fn differences(&self, other: &Self) -> Vec<Difference> {
        let of_other = |name: &str| other.mutants.iter().find(|row| row.name == name);
        let without = |ids: &[String], others: &[String]| {
            let rest = ids.iter().filter(|id| !others.contains(id));
            rest.cloned().collect()
        };
        let differences = self.mutants.iter().map(|row| {
            let old = of_other(&row.name).map_or_else(Vec::new, Killed::told);
            Difference {
                name: row.name.clone(),
                lost: without(&old, &row.told()),
                gained: without(&row.told(), &old),
            }
        });
        differences
            .filter(|row| !row.lost.is_empty() || !row.gained.is_empty())
            .collect()
    }

    /// How many mutants a case or invariant catches.
    pub fn kills(&self, id: &str) -> usize {
        self.mutants
            .iter()
            .filter(|mutant| mutant.killed_by.iter().any(|by| by == id))
            .count()
    }

    /// All these ids, the most telling first: those of the minimal set, then by how many mutants each catches.
    pub fn ranked(&self, ids: impl Iterator<Item = String>) -> Vec<String> {
        let mut ranked: Vec<_> = ids.collect();
        ranked.sort_by_key(|id| {
            let place = self.minimal.iter().position(|other| other == id);
            (
                place.unwrap_or(usize::MAX),
                usize::MAX - self.kills(id),
                id.clone(),
            )
        });
        ranked
    }
}

/// The matrix of this version.
pub fn published() -> Matrix {
    serde_json::from_str(PUBLISHED).unwrap_or_default()
}

/// Takes the case that catches the most mutants not yet caught, until none is left.
fn minimal(mutants: &[Killed]) -> Vec<String> {
    let mut left: Vec<&Killed> = mutants
        .iter()
        .filter(|mutant| !mutant.killed_by.is_empty())
        .collect();
    let mut chosen = Vec::new();
    while !left.is_empty() {
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        for id in left.iter().flat_map(|mutant| &mutant.killed_by) {
            *counts.entry(id).or_default() += 1;
        }
        // Of equals the first by id, so that the result is the same every time.
        let best = counts
            .iter()
            .max_by_key(|(id, count)| (**count, std::cmp::Reverse(**id)));
        let Some(best) = best.map(|(id, _)| (*id).to_owned()) else {
            break;
        };
        left.retain(|mutant| !mutant.killed_by.contains(&best));
        chosen.push(best);
    }
    chosen
}

/// The requirement of a case's id, or of an invariant's.
fn requirement(id: &str) -> &str {
    id.match_indices('/')
        .nth(1)
        .map_or(id, |(end, _)| &id[..end])
}
