//! `fullstop variations`: that nothing is accused which the evidence permits.

use std::fmt::Write as _;
use std::process::ExitCode;

use clap::Args;

use crate::cli::mutants::{bar, embedded, row};
use crate::cli::target::load_suite;
use crate::cli::{Stop, print, runtime};
use crate::power::{self, Setting};
use crate::reference::Variation;
use crate::runner::Exit;

const EXAMPLES: &str = "\
Examples:
  # Every way in which the reference can be different and still right.
  fullstop variations

  # Is this one accused? Without --only all of them are tried, in a few minutes.
  fullstop variations --check --only stopping-first --runs 1 --variation-runs 1";

/// Lists the permitted variations of the reference, or checks that none of them is accused.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Arguments {
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

pub(crate) fn variations(arguments: &Arguments) -> Result<ExitCode, Stop> {
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
