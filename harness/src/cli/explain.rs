//! `fullstop explain`.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;

use crate::cli::target::load_suite;
use crate::cli::{Stop, print};
use crate::nearest::did_you_mean;
use crate::oracle::Rule;
use crate::report;

const EXAMPLES: &str = "\
Examples:
  # One case: what is sent, what may come, and why.
  fullstop explain job-id/length-max/one-over

  # A whole requirement.
  fullstop explain job-id/length-max

  # A rule that sequences, races or campaigns hold answers to.
  fullstop explain no-restart";

/// Explains a requirement, a case or a rule.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Arguments {
    /// The id of a case, such as `job-id/length-max/one-over`, of a requirement, such as `job-id/length-max`, or of a rule, such as
    /// `no-restart`.
    id: String,
    /// Read the cases from this folder instead of the embedded ones.
    #[arg(long, value_name = "DIR")]
    cases: Option<PathBuf>,
}

pub(crate) fn explain(arguments: &Arguments) -> Result<ExitCode, Stop> {
    let suite = load_suite(arguments.cases.as_deref())?;
    let id = arguments.id.as_str();
    let found = suite.requirements().iter().find_map(|requirement| {
        if requirement.id == id {
            return Some((requirement, None));
        }
        let case = requirement.cases.iter().find(|case| case.id == id)?;
        Some((requirement, Some(case)))
    });
    if let Some(rule) = Rule::named(id) {
        print(report::explain_rule(rule))?;
        return Ok(ExitCode::SUCCESS);
    }
    let Some((requirement, case)) = found else {
        let requirements = suite.requirements().iter().map(|known| known.id.as_str());
        let ids = requirements.chain(suite.ids());
        let ids = ids.chain(Rule::all().map(|rule| rule.id));
        let near = did_you_mean(id, ids, "`fullstop list --rules`");
        return Err(Stop::usage(format!(
            "find a case, a requirement or a rule `{id}`: {near}"
        )));
    };
    print(report::explain(requirement, case.map(AsRef::as_ref)))?;
    Ok(ExitCode::SUCCESS)
}
