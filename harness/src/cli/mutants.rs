//! `fullstop mutants`, `fullstop variations` and `fullstop coverage`: how strong the suite is.

use std::fmt::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use indicatif::{ProgressBar, ProgressDrawTarget};

use crate::cli::target::load_suite;
use crate::cli::{Stop, print, runtime};
use crate::power::{self, Matrix, Setting};
use crate::reference::{Mutant, Variation};
use crate::runner::{Exit, SessionError};
use crate::suite::Suite;

const MUTANT_EXAMPLES: &str = "\
Examples:
  # Every way in which the reference can be wrong on purpose.
  fullstop mutants

  # Which cases catch one of them; without --only all of them, in a few minutes.
  fullstop mutants --kill --only missing-pool-as-invalid-parameter";

const VARIATION_EXAMPLES: &str = "\
Examples:
  # Every way in which the reference can be different and still right.
  fullstop variations

  # Is this one accused? Without --only all of them are tried, in a few minutes.
  fullstop variations --check --only stopping-first --runs 1 --variation-runs 1";

pub(crate) const COVERAGE_EXAMPLES: &str = "\
Examples:
  fullstop coverage";

/// Lists the mutants of the reference, or measures which cases catch them.
#[derive(Debug, Args)]
#[command(after_help = MUTANT_EXAMPLES)]
pub(crate) struct MutantArguments {
    /// Run the whole suite on every mutant, and print which cases catch it.
    #[arg(long)]
    kill: bool,
    /// Only this mutant; repeat it for more.
    #[arg(long, value_name = "NAME", requires = "kill")]
    only: Vec<Mutant>,
    /// Also write the matrix to this file as JSON.
    #[arg(long, value_name = "FILE", requires = "kill")]
    json: Option<PathBuf>,
}

/// Lists the permitted variations of the reference, or checks that none of them is accused.
#[derive(Debug, Args)]
#[command(after_help = VARIATION_EXAMPLES)]
pub(crate) struct VariationArguments {
    /// Run the whole suite on the reference and on every variation, and print every alarm.
    #[arg(long)]
    check: bool,
    /// Only this variation; repeat it for more.
    #[arg(long, value_name = "NAME", requires = "check")]
    only: Vec<Variation>,
    /// How many runs on the reference.
    #[arg(long, default_value_t = 200, value_name = "N", requires = "check")]
    runs: u64,
    /// How many runs on each variation.
    #[arg(long, default_value_t = 5, value_name = "N", requires = "check")]
    variation_runs: u64,
}

pub(crate) fn mutants(arguments: &MutantArguments) -> Result<ExitCode, Stop> {
    if !arguments.kill {
        print(
            Mutant::ALL
                .iter()
                .map(|one| row(one.name(), one.summary()))
                .collect::<String>(),
        )?;
        return Ok(ExitCode::SUCCESS);
    }
    let suite = load_suite(None)?;
    let mutants = if arguments.only.is_empty() {
        Mutant::ALL
    } else {
        &arguments.only
    };
    let bar = bar(mutants.len() as u64);
    let ticker = bar.clone();
    let measured = power::measure(&suite, mutants, move |_| ticker.inc(1));
    let matrix = runtime()?
        .block_on(measured)
        .map_err(|error| embedded(&error))?;
    bar.finish_and_clear();
    print(matrix_text(&matrix, &suite, arguments.only.is_empty()))?;
    if let Some(file) = &arguments.json {
        std::fs::write(file, matrix.to_json())
            .map_err(|error| Stop::usage(format!("write {}: {error}", file.display())))?;
    }
    let missed = matrix.missed().count() > 0;
    Ok(ExitCode::from(if missed {
        Exit::Divergent.code()
    } else {
        0
    }))
}

pub(crate) fn variations(arguments: &VariationArguments) -> Result<ExitCode, Stop> {
    if !arguments.check {
        print(
            Variation::ALL
                .iter()
                .map(|one| row(one.name(), one.summary()))
                .collect::<String>(),
        )?;
        return Ok(ExitCode::SUCCESS);
    }
    let suite = load_suite(None)?;
    let setting = Setting {
        runs: arguments.runs,
        runs_of_variation: arguments.variation_runs,
    };
    let variations = if arguments.only.is_empty() {
        Variation::ALL
    } else {
        &arguments.only
    };
    let total = setting.runs + setting.runs_of_variation * variations.len() as u64;
    let bar = bar(total);
    let ticker = bar.clone();
    let checked = power::soundness(&suite, setting, variations, move |_| ticker.inc(1));
    let alarms = runtime()?
        .block_on(checked)
        .map_err(|error| embedded(&error))?;
    bar.finish_and_clear();
    let mut text = String::new();
    for ((target, id, verdict), count) in &alarms.alarms {
        let _ = writeln!(text, "{target}  {verdict}  {id}  {count}");
    }
    let _ = writeln!(
        text,
        "{} runs, {} verdicts, {} alarms",
        alarms.runs,
        alarms.verdicts,
        alarms.alarms.values().sum::<u64>()
    );
    print(text)?;
    Ok(ExitCode::from(if alarms.alarms.is_empty() {
        0
    } else {
        Exit::Divergent.code()
    }))
}

pub(crate) fn coverage() -> Result<ExitCode, Stop> {
    let suite = load_suite(None)?;
    let matrix = power::published();
    let covered = runtime()?
        .block_on(power::coverage(&suite, &matrix))
        .map_err(|error| embedded(&error))?;
    let mut text = String::new();
    let width = covered
        .requirements
        .iter()
        .map(|row| row.id.len())
        .max()
        .unwrap_or(0);
    let _ = writeln!(
        text,
        "{:<width$}  level    cases  mutants caught",
        "requirement"
    );
    for row in &covered.requirements {
        let _ = writeln!(
            text,
            "{:<width$}  {:<7}  {:>5}  {:>7}",
            row.id,
            row.level.to_string(),
            row.cases,
            row.mutants
        );
    }
    let _ = writeln!(
        text,
        "\n{:<width$}  cases that speak of it",
        "place in an answer"
    );
    for (place, count) in &covered.places {
        let _ = writeln!(text, "{place:<width$}  {count:>7}");
    }
    let without = covered.requirements.iter().filter(|row| row.mutants == 0);
    let without = without
        .filter(|row| row.level != crate::case::Level::Observe)
        .count();
    let unspoken = covered.places.values().filter(|count| **count == 0).count();
    let _ = writeln!(
        text,
        "\n{} cases and {} requirements, {} refusals with a control, {without} judged requirements without a mutant, {unspoken} of {} places that no case speaks of",
        suite.cases().count(),
        covered.requirements.len(),
        covered.controlled,
        covered.places.len()
    );
    print(text)?;
    Ok(ExitCode::SUCCESS)
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

fn row(name: &str, summary: &str) -> String {
    format!("{name:<36}  {summary}\n")
}

fn bar(length: u64) -> ProgressBar {
    ProgressBar::with_draw_target(Some(length), ProgressDrawTarget::stderr())
}

fn embedded(error: &SessionError) -> Stop {
    Stop {
        exit: Exit::Harness,
        message: error.to_string(),
    }
}
