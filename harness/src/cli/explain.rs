//! `fullstop explain`.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;

use crate::cli::target::load_suite;
use crate::cli::{Stop, print};
use crate::nearest::did_you_mean;
use crate::report;

const EXAMPLES: &str = "\
Examples:
  # One case: what is sent, what may come, and why.
  fullstop explain job-id/length-max/one-over

  # A whole requirement.
  fullstop explain job-id/length-max";

/// Explains a requirement or a case.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Arguments {
    /// The id of a case, such as `job-id/length-max/one-over`, or of a requirement, such as `job-id/length-max`.
    case: String,
    /// Read the cases from this folder instead of the embedded ones.
    #[arg(long, value_name = "DIR")]
    cases: Option<PathBuf>,
}

pub(crate) fn explain(arguments: &Arguments) -> Result<ExitCode, Stop> {
    let suite = load_suite(arguments.cases.as_deref())?;
    let id = arguments.case.as_str();
    let found = suite.requirements().iter().find_map(|requirement| {
        if requirement.id == id {
            return Some((requirement, None));
        }
        let case = requirement.cases.iter().find(|case| case.id == id)?;
        Some((requirement, Some(case)))
    });
    let Some((requirement, case)) = found else {
        let requirements = suite.requirements().iter().map(|known| known.id.as_str());
        let ids = requirements.chain(suite.ids());
        let near = did_you_mean(id, ids, "`fullstop list`");
        return Err(Stop::usage(format!(
            "find a case or requirement `{id}`: {near}"
        )));
    };
    print(report::explain(requirement, case.map(AsRef::as_ref)))?;
    Ok(ExitCode::SUCCESS)
}
