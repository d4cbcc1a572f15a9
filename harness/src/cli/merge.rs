//! `fullstop merge`.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;

use crate::cli::Stop;
use crate::cli::outputs::Outputs;
use crate::report::{self, Met, Stored, Style};

/// What `--help` shows at its end.
const EXAMPLES: &str = "\
Examples:
  fullstop run --shard 1/2 --json part-1.json
  fullstop run --shard 2/2 --json part-2.json
  fullstop merge part-1.json part-2.json --json results.json --html report.html

The exit code is that of the whole run. That of a shard speaks of its own answers only: an
invariant holds there as far as these go.";

/// Joins the results of all shards of a run.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Arguments {
    /// What `fullstop run --shard K/N --json FILE` wrote, all N of them, in any order.
    #[arg(required = true, value_name = "RESULTS.json")]
    results: Vec<PathBuf>,
    /// The shards met one and the same running endpoint: compare request ids across them too. Without this an endpoint may
    /// have been started for each, which then hands out the same ids without fault.
    #[arg(long)]
    same_endpoint: bool,
    #[command(flatten)]
    outputs: Outputs,
    /// Show the findings and the last lines only.
    #[arg(long, short)]
    quiet: bool,
}

pub(crate) fn merge(arguments: &Arguments) -> Result<ExitCode, Stop> {
    let inputs: Vec<_> = arguments.results.iter().map(PathBuf::as_path).collect();
    arguments.outputs.check(&inputs)?;
    let parts: Result<Vec<_>, _> = arguments
        .results
        .iter()
        .map(|file| Stored::read(file))
        .collect();
    let met = if arguments.same_endpoint {
        Met::TheSame
    } else {
        Met::OneEach
    };
    let whole = report::merge(parts.map_err(Stop::usage)?, met).map_err(Stop::usage)?;
    let style = Style {
        quiet: arguments.quiet,
    };
    arguments.outputs.write(&whole, style)?;
    Ok(ExitCode::from(whole.exit))
}
