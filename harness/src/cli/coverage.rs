//! `fullstop coverage`: what of the suite does work, and what of an answer nothing constrains.

use std::fmt::Write as _;
use std::process::ExitCode;

use crate::cli::measuring::embedded;
use crate::cli::target::load_suite;
use crate::cli::{Stop, print, runtime};
use crate::power;

pub(crate) const EXAMPLES: &str = "\
Examples:
  fullstop coverage";

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
