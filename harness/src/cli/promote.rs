//! `fullstop promote`: what was only observed becomes what must be.

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use clap::Args;

use crate::case::Level;
use crate::cli::target::load_suite;
use crate::cli::{Stop, print, runtime};
use crate::files;
use crate::recording::{Promotion, Recording, Standing, promote};
use crate::runner::{Plan, Runner, Verdict};
use crate::suite::Suite;

const EXAMPLES: &str = "\
Examples:
  fullstop record --target reference --filter stop-not-running --out rec --snapshots snaps
  fullstop promote state/stop-not-running/stopped --from rec/reference # exit 2
  fullstop promote state/stop-not-running/stopped --from rec/reference --not-aws reference";

/// Makes a case at level observe a must, with the expectation that a recording of AWS shows.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Arguments {
    /// The id of a case at level observe, or of a requirement, of which every case is meant.
    case: String,
    /// The recording: a folder that `fullstop record` wrote.
    #[arg(long, value_name = "TRANSCRIPTS")]
    from: PathBuf,
    /// The folder of the case files, which are edited. Without it an embedded file is edited, and only printed.
    #[arg(long, value_name = "DIR")]
    cases: Option<PathBuf>,
    /// The recording is not of AWS but of what this names: the case becomes a should, never a must.
    #[arg(long, value_name = "NAME")]
    not_aws: Option<String>,
}

pub(crate) fn promote_case(arguments: &Arguments) -> Result<ExitCode, Stop> {
    let recording = Recording::read(&arguments.from).map_err(Stop::usage)?;
    let standing = standing(arguments, &recording)?;
    let suite = load_suite(arguments.cases.as_deref())?;
    let id = arguments.case.as_str();
    let cases: Vec<_> = suite
        .cases()
        .filter(|case| case.id == id || case.requirement() == id)
        .cloned()
        .collect();
    let Some(first) = cases.first() else {
        return Err(Stop::usage(format!(
            "find a case or requirement `{id}`: `fullstop list` shows every id"
        )));
    };
    if let Some(case) = cases.iter().find(|case| case.level != Level::Observe) {
        return Err(Stop::usage(format!(
            "promote {}: it is at level {}, and only what is observed can be promoted",
            case.id, case.level
        )));
    }
    let name = format!("{}.toml", first.requirement());
    let file = arguments.cases.as_ref().map(|folder| folder.join(&name));
    let mut text = match &file {
        Some(file) => files::text(file)
            .map_err(|error| Stop::usage(format!("read {}: {error}", file.display())))?,
        None => Suite::embedded_text(&name).unwrap_or_default().to_owned(),
    };
    for case in &cases {
        let fault = |why: String| Stop::usage(format!("promote {}: {why}", case.id));
        let Some((track, hash)) = recording.tracks.get(&case.id) else {
            return Err(fault("it is not in the recording".to_owned()));
        };
        let promotion = Promotion {
            case: case.id.rsplit('/').next().unwrap_or_default(),
            track,
            hash,
            head: &recording.head,
            standing: standing.clone(),
        };
        text = promote(&text, &promotion).map_err(|error| fault(error.to_string()))?;
    }
    check(&name, &text, &recording)?;
    let Some(file) = file else {
        print(text)?;
        return Ok(ExitCode::SUCCESS);
    };
    files::write(&file, text)
        .map_err(|error| Stop::usage(format!("write {}: {error}", file.display())))?;
    let promoted: String = cases
        .iter()
        .map(|case| format!("promoted  {}\n", case.id))
        .collect();
    print(format!("{promoted}{}\n", file.display()))?;
    Ok(ExitCode::SUCCESS)
}

fn standing(arguments: &Arguments, recording: &Recording) -> Result<Standing, Stop> {
    match (&arguments.not_aws, recording.head.aws) {
        (None, true) => Ok(Standing::Aws),
        (Some(name), _) if name.trim().is_empty() => {
            Err(Stop::usage("promote: --not-aws names nothing"))
        }
        (Some(name), _) => Ok(Standing::Other(name.clone())),
        (None, false) => Err(Stop::usage(format!(
            "promote from a recording of {}: that is not AWS, whose answers alone make a must; --not-aws NAME makes a should of it",
            recording.head.endpoint
        ))),
    }
}

/// That the file still loads, and that what was recorded does not diverge from it.
fn check(name: &str, text: &str, recording: &Recording) -> Result<(), Stop> {
    let suite = Suite::from_texts(std::iter::once((name.to_owned(), text))).map_err(Stop::usage)?;
    let selection = suite.ids().map(str::to_owned).collect();
    let runner = Runner::recorded(Arc::new(suite), recording, None);
    let plan = Plan {
        concurrency: 1,
        ..Plan::of(selection)
    };
    let run = runtime()?
        .block_on(runner.run(&plan, |_| {}))
        .map_err(|error| Stop::usage(format!("judge the recording: {error}")))?;
    match run
        .records
        .iter()
        .find(|record| record.verdict == Verdict::Divergent)
    {
        Some(record) => Err(Stop::usage(format!(
            "promote {}: the recording itself would diverge from it: {}",
            record.id,
            record
                .wrong()
                .next()
                .map(|(_, violation)| violation.to_string())
                .unwrap_or_default()
        ))),
        None => Ok(()),
    }
}
