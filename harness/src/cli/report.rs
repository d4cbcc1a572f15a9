//! `fullstop report`.

use std::path::Path;
use std::process::ExitCode;

use clap::Args;

use crate::cli::outputs::{Reports, StyleArguments, show};
use crate::cli::{Stop, print};
use crate::report::{Held, Labelled, StoredError, side_by_side};

/// What `--help` shows at its end.
pub(crate) const EXAMPLES: &str = "\
Examples:
  fullstop run --filter job-id --json results.json
  fullstop report results.json
  fullstop report results.json --html report.html --junit junit.xml
  fullstop report before=results.json after=results.json --html both.html

  # What the lifecycle learnt, on the same page.
  fullstop lifecycle --races 5 --json life.json
  fullstop report results.json life.json --html all.html

The exit code is 0 whatever the results say: `fullstop run` is the gate.";

/// Makes reports of stored results.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Arguments {
    /// Results of `run --json` or `lifecycle --json`, several for targets side by side; NAME=FILE calls one by
    /// another name.
    #[arg(required = true, value_name = "RESULTS.json")]
    results: Vec<String>,
    #[command(flatten)]
    reports: Reports,
    /// Show the results here too; that is done anyway where no file is asked for.
    #[arg(long)]
    terminal: bool,
    #[command(flatten)]
    style: StyleArguments,
}

pub(crate) fn report(arguments: &Arguments) -> Result<ExitCode, Stop> {
    let files = arguments.results.iter().map(|argument| named(argument).1);
    arguments.reports.check(None, &files.collect::<Vec<_>>())?;
    let (mut runs, mut lives) = (Vec::new(), Vec::new());
    for argument in &arguments.results {
        match read(argument).map_err(Stop::usage)? {
            (name, Held::Results(results)) => runs.push((name, *results)),
            (name, Held::Lifecycle(life)) => lives.push((name, *life)),
        }
    }
    let (all, lives) = (Labelled::all(runs), Labelled::all(lives));
    arguments.reports.write(&all, &lives, &[])?;
    if arguments.terminal || !arguments.reports.is_any() {
        let style = arguments.style.style();
        let is_alone = all.len() + lives.len() == 1;
        let heading = |label: &str| match is_alone {
            true => String::new(),
            false => format!("\n=== {label}\n\n"),
        };
        for one in &all {
            print(heading(&one.label))?;
            show(&one.results, style)?;
        }
        if all.len() > 1 {
            print(side_by_side(&all))?;
        }
        for one in &lives {
            print(heading(&one.label))?;
            print(one.results.text())?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// The name that was asked for, and the file. A file whose own name holds `=` is taken for what it is.
fn named(argument: &str) -> (Option<&str>, &Path) {
    let named = argument.split_once('=');
    let named = named.filter(|(name, _)| !name.is_empty() && !Path::new(argument).exists());
    match named {
        Some((name, file)) => (Some(name), Path::new(file)),
        None => (None, Path::new(argument)),
    }
}

/// What a file holds, with the name that was asked for.
fn read(argument: &str) -> Result<(Option<String>, Held), StoredError> {
    let (name, file) = named(argument);
    Ok((name.map(str::to_owned), Held::read(file)?))
}
