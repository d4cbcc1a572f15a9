//! `fullstop soak`: generated requests in process, to the reference and to every permitted variation.

use std::fmt::Write as _;
use std::process::ExitCode;
use std::thread;
use std::time::Instant;

use clap::Args;

use crate::campaign::in_process::Soak;
use crate::cli::measuring::{bar, exit};
use crate::cli::{Stop, print};

const EXAMPLES: &str = "\
Examples:
  fullstop soak --executions 5000
  fullstop soak --executions 2000 --seed 7 --threads 1";

/// Checks the checkers: millions of generated requests in process, each answer of the reference, and of every permitted
/// variation of it, judged by the oracle. There must be no disagreement.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Arguments {
    /// How many executions, rounded up to thousands.
    #[arg(long, default_value_t = 1_000_000, value_name = "N")]
    executions: u64,
    /// Decides every input; the same seed makes the same inputs, whatever the number of threads.
    #[arg(long, default_value_t = 0, value_name = "N")]
    seed: u64,
    /// How many threads; by default as many as there are processors.
    #[arg(long, value_name = "N")]
    threads: Option<usize>,
}

pub(crate) fn soak(arguments: &Arguments) -> Result<ExitCode, Stop> {
    let available = thread::available_parallelism().map_or(1, usize::from);
    let soak = Soak {
        executions: arguments.executions,
        seed: arguments.seed,
        threads: arguments.threads.unwrap_or(available),
    };
    let began = Instant::now();
    let bar = bar(soak.executions);
    let ticker = bar.clone();
    let soaked = soak.run(|count| ticker.inc(count));
    bar.finish_and_clear();
    let mut text = String::new();
    for ((target, endpoint), count) in &soaked.executions {
        let _ = writeln!(text, "{target:<12}{endpoint:<32}{count:>12}");
    }
    for ((target, endpoint), (number, found)) in &soaked.disagreements {
        let _ = writeln!(
            text,
            "\ndisagreement  {target}  {endpoint}  execution {number}\n{found}"
        );
    }
    let executions: u64 = soaked.executions.values().sum();
    let seconds = began.elapsed().as_secs_f64();
    let _ = writeln!(
        text,
        "{executions} executions, seed {}, {seconds:.1} s, {:.0} a second, {} disagreements",
        soak.seed,
        executions as f64 / seconds.max(f64::EPSILON),
        soaked.disagreements.len()
    );
    print(text)?;
    Ok(exit(!soaked.disagreements.is_empty()))
}
