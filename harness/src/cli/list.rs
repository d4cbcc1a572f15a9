//! `fullstop list`.

use std::fmt::Write as _;
use std::process::ExitCode;

use clap::Args;
use semver::Version;

use crate::cli::target::SuiteArguments;
use crate::cli::{Stop, print};

const EXAMPLES: &str = "\
Examples:
  # Every id, with its level.
  fullstop list

  # Those of one requirement.
  fullstop list --filter job-id/length-max";

/// Lists the cases and invariants of the suite.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Arguments {
    #[command(flatten)]
    suite: SuiteArguments,
    /// Only what first appeared in this version of the suite or later: what an upgrade from the one before it adds.
    #[arg(long, value_name = "VERSION")]
    since: Option<Version>,
}

pub(crate) fn list(arguments: &Arguments) -> Result<ExitCode, Stop> {
    let (suite, selection) = arguments.suite.load()?;
    let is_new = |id: &str| match &arguments.since {
        Some(version) => suite.since(id).is_some_and(|since| since >= version),
        None => true,
    };
    let mut text = String::new();
    for requirement in suite.requirements() {
        let cases = requirement.cases.iter().map(|case| case.id.as_str());
        let ids: Vec<_> = std::iter::once(requirement.id.as_str())
            .filter(|_| requirement.invariant.is_some())
            .chain(cases)
            .filter(|id| selection.contains(*id) && is_new(id))
            .collect();
        for id in ids {
            let _ = writeln!(text, "{:<7}  {id}", requirement.level.to_string());
        }
    }
    print(text)?;
    Ok(ExitCode::SUCCESS)
}
