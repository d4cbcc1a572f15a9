//! `fullstop record`: what a target answers, kept.

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use clap::Args;

use crate::cli::guard::guarded;
use crate::cli::judging::interrupted;
use crate::cli::target::{SuiteArguments, TargetArguments};
use crate::cli::{Stop, print, runtime};
use crate::recording::Recording;
use crate::runner::{Exit, Plan, Run, RunError, Runner, Summary};
use crate::snapshot;
use crate::suite::Suite;

const EXAMPLES: &str = "\
Examples:
  fullstop record --target reference --out rec --snapshots snaps
  fullstop judge rec/reference";

/// Records what a target answers to every case: transcripts, redacted and hashed, and snapshots.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Arguments {
    #[command(flatten)]
    target: TargetArguments,
    #[command(flatten)]
    suite: SuiteArguments,
    /// Write the transcripts to a folder of the target's name below this one.
    #[arg(long, default_value = "transcripts", value_name = "DIR")]
    out: PathBuf,
    /// Write the snapshots to a folder of the target's name below this one.
    #[arg(long, default_value = "snapshots", value_name = "DIR")]
    snapshots: PathBuf,
    /// How many cases are under way at once.
    #[arg(long, default_value_t = 8, value_parser = clap::value_parser!(u16).range(1..=256))]
    concurrency: u16,
}

pub(crate) fn record(arguments: &Arguments) -> Result<ExitCode, Stop> {
    let (suite, selection) = arguments.suite.load()?;
    let runtime = runtime()?;
    let done = runtime.block_on(guarded(&arguments.target, async |session| {
        let plan = Plan {
            selection: arguments
                .suite
                .pinned(&session.profile, &suite, selection)?,
            seed: 0,
            concurrency: usize::from(arguments.concurrency),
            shard: None,
        };
        let taken = async {
            let mut runner = Runner::new(Arc::clone(&suite), session, None).await?;
            runner.record();
            let run = runner.run(&plan, |_| {}).await?;
            let recording = runner.recording(session, &plan).await?;
            Ok((run, recording))
        };
        taken.await.map_err(|error: RunError| Stop {
            exit: Exit::Unjudged,
            message: format!("reach the target: {error}"),
        })
    }));
    runtime.shutdown_background();
    let (run, recording) = done?.ok_or_else(interrupted)?;
    write(arguments, &suite, &run, &recording)?;
    Ok(ExitCode::SUCCESS)
}

fn write(
    arguments: &Arguments,
    suite: &Suite,
    run: &Run,
    recording: &Recording,
) -> Result<(), Stop> {
    let target = &recording.head.target;
    let file = recording
        .write(&arguments.out.join(target))
        .map_err(Stop::usage)?;
    let folder = arguments.snapshots.join(target);
    let mut written = 0;
    for record in &run.records {
        let Some(exchange) = &record.exchange else {
            continue;
        };
        let requirement = record.id.rsplit_once('/').map_or("", |(id, _)| id);
        let title = suite
            .requirement(requirement)
            .map_or("", |found| found.text.as_str());
        snapshot::write(&folder, &record.id, title, &exchange.normalised).map_err(|error| {
            Stop::usage(format!("write snapshots to {}: {error}", folder.display()))
        })?;
        written += 1;
    }
    let summary = Summary::of(&run.records);
    print(format!(
        "{}: {} cases and controls of {target} ({})\n{}: {written} snapshots\n{} judged, of which {} diverge; `fullstop judge {}` judges them again\n",
        file.display(),
        recording.tracks.len(),
        recording.head.endpoint,
        folder.display(),
        summary.judged,
        summary.divergent,
        arguments.out.join(target).display(),
    ))
}
