//! `fullstop list`.

use std::fmt::Write as _;
use std::process::ExitCode;

use clap::Args;
use semver::Version;

use crate::cli::target::SuiteArguments;
use crate::cli::{Stop, print};
use crate::oracle::Rule;

const EXAMPLES: &str = "\
Examples:
  # Every id, with its level.
  fullstop list

  # Those of one requirement.
  fullstop list --filter job-id/length-max

  # The rules that sequences, races and campaigns hold answers to.
  fullstop list --rules";

/// Lists the cases and invariants of the suite.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Arguments {
    #[command(flatten)]
    suite: SuiteArguments,
    /// Only what first appeared in this version of the suite or later: what an upgrade from the one before it adds.
    #[arg(long, value_name = "VERSION")]
    since: Option<Version>,
    /// The rules that sequences, races and campaigns hold answers to, in place of the cases.
    #[arg(long, conflicts_with_all = ["since", "filter", "cases", "suite_version"])]
    rules: bool,
}

pub(crate) fn list(arguments: &Arguments) -> Result<ExitCode, Stop> {
    if arguments.rules {
        let line = |rule: Rule| format!("{:<7}  {}\n", rule.level.to_string(), rule.id);
        print(Rule::all().map(line).collect::<String>())?;
        return Ok(ExitCode::SUCCESS);
    }
    let (suite, selection) = arguments.suite.load()?;
    let is_new = |id: &str| match &arguments.since {
        Some(version) => suite.since(id).is_some_and(|since| since >= version),
        None => true,
    };
    let mut text = String::new();
    for requirement in suite.requirements() {
        let cases = requirement.cases.iter();
        let cases = cases.map(|case| (case.id.as_str(), case.level));
        let lines = std::iter::once((requirement.id.as_str(), requirement.level))
            .filter(|_| requirement.invariant.is_some())
            .chain(cases)
            .filter(|(id, _)| selection.contains(*id) && is_new(id));
        for (id, level) in lines {
            let _ = writeln!(text, "{:<7}  {id}", level.to_string());
        }
    }
    print(text)?;
    Ok(ExitCode::SUCCESS)
}
