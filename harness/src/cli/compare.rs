//! `fullstop compare`: several targets side by side.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use clap::Args;

use crate::cli::judge::{judged, plan};
use crate::cli::judging::{Judging, judge_target};
use crate::cli::limits::Limits;
use crate::cli::outputs::{Reports, is_stdout, put_json};
use crate::cli::target::{SuiteArguments, TargetArguments};
use crate::cli::{Stop, print};
use crate::oracle::Brief;
use crate::published;
use crate::recording::{Event, Recording};
use crate::report::{Comparison, Labelled, Results, Shown, Stored, Truth, compare_text};
use crate::runner::{Exit, Gate};
use crate::suite::Suite;

/// The name of what AWS published.
const PUBLISHED: &str = "aws-published";

const EXAMPLES: &str = "\
Examples:
  fullstop record --target reference --out rec --snapshots snaps
  fullstop compare reference rec/reference
  fullstop compare reference rec/reference --truth rec/reference --json -
  fullstop compare reference rec/reference --html compared.html";

/// Judges several targets and shows where they agree, where they differ, and who is nearest to the recorded truth.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Arguments {
    /// What to compare: a profile's name, `reference`, a URL, a recording's folder, or the JSON of a finished run.
    #[arg(required = true, num_args = 2.., value_name = "WHAT")]
    what: Vec<String>,
    /// Measure the answers by this: `aws-published`, or a recording.
    #[arg(long, default_value = PUBLISHED, value_name = "WHICH")]
    truth: String,
    /// Read target profiles from this file instead of `fullstop.toml`.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    #[command(flatten)]
    suite: SuiteArguments,
    #[command(flatten)]
    limits: Limits,
    /// Show the cases where all agree as well.
    #[arg(long)]
    all: bool,
    /// Also write the comparison to this file as JSON; `-` is standard output, which then holds nothing else.
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    #[command(flatten)]
    reports: Reports,
    /// Create pools and jobs on endpoints that are not on this machine.
    #[arg(long)]
    yes: bool,
}

pub(crate) fn compare(arguments: &Arguments) -> Result<ExitCode, Stop> {
    let to_stdout = arguments.json.as_deref().is_some_and(is_stdout);
    let stored = arguments.what.iter().map(Path::new);
    let inputs: Vec<_> = stored.chain(arguments.config.as_deref()).collect();
    arguments.reports.check(arguments.json.as_ref(), &inputs)?;
    let (suite, _) = arguments.suite.load()?;
    let truth = truth(&arguments.truth)?;
    let mut all = Vec::new();
    for what in &arguments.what {
        all.push((what.clone(), results(arguments, &suite, what)?));
    }
    let comparison = Comparison::of(&all, &truth);
    if let Some(file) = &arguments.json {
        put_json(file, &comparison)?;
    }
    let named = all.into_iter().map(|(name, results)| (Some(name), results));
    let all = Labelled::all(named);
    arguments
        .reports
        .write(&all, &[], &comparison.standings())?;
    let unjudged: Vec<_> = all
        .iter()
        .filter(|one| one.results.exit == Exit::Unjudged.code())
        .map(|one| {
            let reason = one.results.reason.as_deref().unwrap_or_default();
            format!("exit 3: {}: {reason}\n", one.label)
        })
        .collect();
    if !to_stdout && !arguments.reports.takes_stdout() {
        print(unjudged.concat())?;
        print(compare_text(&comparison, arguments.all))?;
    }
    // What was not judged is not near to anything.
    Ok(match unjudged.is_empty() {
        true => ExitCode::SUCCESS,
        false => ExitCode::from(Exit::Unjudged.code()),
    })
}

/// Runs a target, judges a recording again, or reads finished results.
fn results(arguments: &Arguments, suite: &Arc<Suite>, what: &str) -> Result<Results, Stop> {
    let path = Path::new(what);
    let (_, selection) = arguments.suite.load()?;
    if is_recording(path) {
        let recording = Recording::read(path).map_err(Stop::usage)?;
        let plan = plan(selection);
        return judged(suite, &recording, &plan, None, None, Gate::default());
    }
    if path.is_file() {
        let stored = Stored::read(path).map_err(Stop::usage)?;
        return Ok(stored.results);
    }
    if what.contains('/') && !what.contains("://") {
        return Err(Stop::usage(format!(
            "find {what}: there is no such file or recording"
        )));
    }
    let target = TargetArguments::named(what, arguments.config.clone(), arguments.yes);
    let judging = Judging {
        suite: &arguments.suite,
        limits: &arguments.limits,
        selection,
        repeats: 0,
    };
    judge_target(&target, suite, judging)
}

/// Whether a path is a recording: a folder, or a file of its form.
fn is_recording(path: &Path) -> bool {
    path.is_dir()
        || path
            .extension()
            .is_some_and(|extension| extension == "jsonl")
}

fn truth(which: &str) -> Result<Truth, Stop> {
    let mut truth = Truth {
        name: which.to_owned(),
        answers: Default::default(),
    };
    if which == PUBLISHED {
        for (case, status, says) in published::answers() {
            let shown = Shown { status, says };
            truth.answers.entry(case).or_default().insert(shown);
        }
        return Ok(truth);
    }
    let recording = Recording::read(Path::new(which)).map_err(Stop::usage)?;
    for (name, (track, _)) in &recording.tracks {
        for event in &track.events {
            if let Event::Answered { answer, .. } = event {
                let brief = Brief::of(&answer.response());
                let shown = Shown {
                    status: brief.status(),
                    says: brief.said().map(str::to_owned),
                };
                truth.answers.entry(name.clone()).or_default().insert(shown);
            }
        }
    }
    Ok(truth)
}
