//! `fullstop variations`: that nothing is accused which the evidence permits.

use std::fmt::Write as _;
use std::process::ExitCode;

use clap::Args;

use crate::cli::measuring::{bar, chosen, embedded, exit, list};
use crate::cli::target::load_suite;
use crate::cli::{Stop, print, runtime};
use crate::power::{self, Setting, Share};
use crate::reference::Variation;

const EXAMPLES: &str = "\
Examples:
  # Every way in which the reference can be different and still right.
  fullstop variations

  # Is this one accused? Without --only and numbers all of them are tried, in ten minutes and more.
  fullstop variations --check --only stopping-first --runs 1 --variation-runs 1 --sequences 50 --races 10";

/// Lists the permitted variations of the reference, or checks that none of them is accused.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Arguments {
    /// Run the whole suite, sequences and races on the reference and on every variation, and print every alarm.
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
    /// How many generated sequences on the reference, and how many on all variations together.
    #[arg(long, default_value_t = 10_000, value_name = "N", requires = "check", value_parser = clap::value_parser!(u64).range(..=10_000_000))]
    sequences: u64,
    /// How many races on the reference, and how many on all variations together.
    #[arg(long, default_value_t = 2_000, value_name = "N", requires = "check", value_parser = clap::value_parser!(u64).range(..=10_000_000))]
    races: u64,
}

pub(crate) fn variations(arguments: &Arguments) -> Result<ExitCode, Stop> {
    if !arguments.check {
        return list(Variation::ALL, Variation::name, Variation::summary);
    }
    let suite = load_suite(None)?;
    let variations = chosen(&arguments.only, Variation::ALL);
    let count = variations.len() as u64;
    let reference = Share {
        runs: arguments.runs,
        sequences: arguments.sequences,
        races: arguments.races,
    };
    let setting = Setting {
        reference,
        variation: Share {
            runs: arguments.variation_runs,
            sequences: arguments.sequences.div_ceil(count),
            races: arguments.races.div_ceil(count),
        },
    };
    let bar = bar(reference.count() + setting.variation.count() * count);
    let checked = power::soundness(&suite, setting, variations, || bar.inc(1));
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
        "{} runs with {} verdicts, {} sequences of {} steps in all, {} races, {} alarms",
        alarms.runs,
        alarms.verdicts,
        alarms.sequences,
        alarms.steps,
        alarms.races,
        alarms.alarms.values().sum::<u64>()
    );
    print(text)?;
    Ok(exit(!alarms.alarms.is_empty()))
}
