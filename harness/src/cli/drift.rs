//! `fullstop drift`.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;

use crate::cli::outputs::{STDOUT, put_json};
use crate::cli::{Stop, print};
use crate::drift::Drift;
use crate::files;
use crate::runner::Exit;

const EXAMPLES: &str = "\
Examples:
  # Does the model of the installed botocore still say what this version stands on?
  fullstop drift --model service-2.json.gz

  # As JSON.
  fullstop drift --model service-2.json.gz --json

Exit codes: 0 no drift, 1 drift, 2 no model of the service.";

/// Compares a model of the service with what this version of fullstop stands on.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Arguments {
    /// The model: botocore's service-2.json or Smithy's JSON AST, gzipped or not.
    #[arg(long, value_name = "FILE")]
    model: PathBuf,
    /// Write JSON to standard output.
    #[arg(long)]
    json: bool,
}

/// The most bytes of a model: that of botocore has three million.
const MODEL_SIZE_MAX: u64 = 64 << 20;

pub(crate) fn drift(arguments: &Arguments) -> Result<ExitCode, Stop> {
    let file = arguments.model.display();
    let wrong = |why: String| Stop::usage(format!("read {file}: {why}"));
    let bytes =
        files::read(&arguments.model, MODEL_SIZE_MAX).map_err(|error| wrong(error.to_string()))?;
    let drift = Drift::of(&bytes).map_err(|error| wrong(error.to_string()))?;
    if arguments.json {
        put_json(Path::new(STDOUT), &drift)?;
    } else {
        print(text(&drift, &file.to_string()))?;
    }
    Ok(ExitCode::from(if drift.differences.is_empty() {
        0
    } else {
        Exit::Divergent.code()
    }))
}

fn text(drift: &Drift, file: &str) -> String {
    let mut text = String::new();
    for difference in &drift.differences {
        let told = match (&difference.contract, &difference.model) {
            (Some(contract), Some(model)) => format!("contract {contract}, model {model}"),
            (Some(contract), None) => format!("only in the contract: {contract}"),
            (None, Some(model)) => format!("only in the model: {model}"),
            (None, None) => continue,
        };
        let _ = writeln!(text, "{}  {told}", difference.place);
    }
    for one in &drift.not_comparable {
        let _ = writeln!(
            text,
            "{}  not compared: the model says {}; {}",
            one.place, one.model, one.why
        );
    }
    let count = match drift.differences.len() {
        0 => "agrees with the contract".to_owned(),
        1 => "differs from the contract in 1 place".to_owned(),
        count => format!("differs from the contract in {count} places"),
    };
    let _ = writeln!(text, "{file} ({}) {count}", drift.form);
    text
}
