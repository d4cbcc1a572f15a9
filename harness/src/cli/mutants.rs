//! `fullstop mutants`: which deviations the suite catches.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use clap::Args;

use crate::cli::measuring::{bar, chosen, embedded, exit, list};
use crate::cli::outputs::{check, put};
use crate::cli::target::load_suite;
use crate::cli::{Stop, print, runtime};
use crate::power::{self, Difference, Matrix};
use crate::reference::Mutant;
use crate::suite::Suite;

const EXAMPLES: &str = "\
Examples:
  # Every way in which the reference can be wrong on purpose.
  fullstop mutants

  # Which cases catch one of them; without --only all of them, in a few minutes.
  fullstop mutants --kill --only missing-pool-as-invalid-parameter";

/// Lists the mutants of the reference, or measures which cases catch them.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Arguments {
    /// Run the whole suite on every mutant, and print which cases catch it.
    #[arg(long)]
    kill: bool,
    /// Only this mutant; repeat it for more.
    #[arg(long, value_name = "NAME", requires = "kill")]
    only: Vec<Mutant>,
    /// Also write the matrix to this file as JSON.
    #[arg(long, value_name = "FILE", requires = "kill")]
    json: Option<PathBuf>,
    /// Fail if what was measured is not the published matrix of this version. A row that differs is measured once more.
    #[arg(long, requires = "kill")]
    check: bool,
}

pub(crate) fn mutants(arguments: &Arguments) -> Result<ExitCode, Stop> {
    if !arguments.kill {
        return list(Mutant::ALL, Mutant::name, Mutant::summary);
    }
    check(&arguments.json.iter().collect::<Vec<_>>(), &[])?;
    let suite = load_suite(None)?;
    let mutants = chosen(&arguments.only, Mutant::ALL);
    let matrix = measured(&suite, mutants)?;
    print(matrix_text(&matrix, &suite, arguments.only.is_empty()))?;
    if let Some(file) = &arguments.json {
        put(file, matrix.to_json().as_bytes())?;
    }
    let differences = if arguments.check {
        lasting_differences(&suite, &matrix)?
    } else {
        Vec::new()
    };
    print(differences.iter().map(difference_text).collect::<String>())?;
    Ok(exit(matrix.missed().count() > 0 || !differences.is_empty()))
}

fn measured(suite: &Arc<Suite>, mutants: &[Mutant]) -> Result<Matrix, Stop> {
    let bar = bar(mutants.len() as u64);
    let ticker = bar.clone();
    let measured = power::measure(suite, mutants, move |_| ticker.inc(1));
    let matrix = runtime()?
        .block_on(measured)
        .map_err(|error| embedded(&error))?;
    bar.finish_and_clear();
    Ok(matrix)
}

/// Where a matrix is not the published one. A busy machine can make one answer late, so that a row counts only if a second
/// measurement differs as well.
fn lasting_differences(suite: &Arc<Suite>, matrix: &Matrix) -> Result<Vec<Difference>, Stop> {
    let published = power::published();
    let differing = matrix.differences(&published);
    let mutants: Vec<_> = differing
        .iter()
        .filter_map(|row| row.name.parse::<Mutant>().ok())
        .collect();
    if mutants.is_empty() {
        return Ok(differing);
    }
    Ok(measured(suite, &mutants)?.differences(&published))
}

fn difference_text(row: &Difference) -> String {
    let listed = |label: &str, ids: &[String]| match ids {
        [] => String::new(),
        ids => format!("  {label}  {}\n", ids.join(", ")),
    };
    format!(
        "{} differs from the published matrix\n{}{}",
        row.name,
        listed("lost  ", &row.lost),
        listed("gained", &row.gained)
    )
}

/// The number of faults that a run shows on a mutant, which is one.
fn faults_text(matrix: &Matrix) -> String {
    let mut counts: Vec<_> = matrix.mutants.iter().map(|row| row.faults.len()).collect();
    counts.retain(|count| *count > 0);
    let keys: BTreeSet<_> = matrix
        .mutants
        .iter()
        .flat_map(|row| row.faults.keys())
        .collect();
    let share = |most: usize| {
        let within = counts.iter().filter(|count| **count <= most).count();
        100.0 * within as f64 / counts.len().max(1) as f64
    };
    let mean = counts.iter().sum::<usize>() as f64 / counts.len().max(1) as f64;
    format!(
        "\nfaults shown on {} mutants: one on {:.1} %, at most two on {:.1} %, {mean:.2} in the mean, {} keys\n",
        counts.len(),
        share(1),
        share(2),
        keys.len()
    )
}

fn matrix_text(matrix: &Matrix, suite: &Suite, whole: bool) -> String {
    let mut text = String::new();
    for mutant in &matrix.mutants {
        let by = match mutant.killed_by.as_slice() {
            [] => "MISSED".to_owned(),
            [one] => format!("by {one} alone"),
            [one, rest @ ..] => format!("by {one} and {} more", rest.len()),
        };
        let _ = writeln!(text, "{}  {by}", mutant.name);
    }
    if whole {
        let _ = writeln!(text, "\nrequirements without a mutant");
        for requirement in suite.requirements() {
            let prefix = format!("{}/", requirement.id);
            let ids = matrix.mutants.iter().flat_map(|mutant| &mutant.killed_by);
            let caught = ids
                .into_iter()
                .any(|id| *id == requirement.id || id.starts_with(&prefix));
            if !caught && requirement.level != crate::case::Level::Observe {
                let _ = writeln!(text, "  {}", requirement.id);
            }
        }
        let _ = writeln!(text, "\ncases that catch nothing");
        let judged = suite
            .cases()
            .filter(|case| case.level != crate::case::Level::Observe);
        for case in judged.filter(|case| matrix.kills(&case.id) == 0) {
            let _ = writeln!(text, "  {}", case.id);
        }
    }
    text.push_str(&faults_text(matrix));
    let alone = matrix
        .mutants
        .iter()
        .filter(|mutant| mutant.killed_by.len() == 1)
        .count();
    let _ = writeln!(text, "\nminimal set");
    for id in &matrix.minimal {
        let _ = writeln!(text, "  {id}");
    }
    let (cases, invariants): (Vec<_>, Vec<_>) = matrix
        .minimal
        .iter()
        .partition(|id| suite.requirement(id).is_none());
    let _ = writeln!(
        text,
        "\n{} mutants, {} caught, {alone} by one case or invariant only",
        matrix.mutants.len(),
        matrix.mutants.len() - matrix.missed().count(),
    );
    let _ = writeln!(
        text,
        "{} cases with one judged request each and {} invariants, held to the answers of every case, catch them all",
        cases.len(),
        invariants.len()
    );
    text
}
