//! `fullstop record`: what a target answers, kept.

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use clap::Args;

use crate::cli::guard::{INTERRUPTED, guarded};
use crate::cli::limits::Limits;
use crate::cli::progress::Bar;
use crate::cli::target::{SuiteArguments, TargetArguments};
use crate::cli::{Stop, print, runtime};
use crate::power;
use crate::recording::Recording;
use crate::runner::{Exit, Gate, Plan, Run, Runner, Summary};
use crate::shell::word;
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
    #[command(flatten)]
    limits: Limits,
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
    for folder in [&arguments.out, &arguments.snapshots] {
        std::fs::create_dir_all(folder)
            .map_err(|error| Stop::usage(format!("write to {}: {error}", folder.display())))?;
    }
    let runtime = runtime()?;
    let limits = &arguments.limits;
    let done = runtime.block_on(guarded(
        &arguments.target,
        limits,
        async |session, deadline| {
            let plan = Plan {
                first: power::published().minimal.clone(),
                concurrency: usize::from(arguments.concurrency),
                deadline: deadline.clone(),
                ..Plan::of(
                    arguments
                        .suite
                        .pinned(&session.profile, &suite, selection)?
                        .0,
                )
            };
            let gate = Gate {
                min_coverage: limits.min_coverage(&session.profile),
                ..Gate::default()
            };
            let bar = Bar::new(plan.selection.len(), gate, false);
            let ticker = bar.clone();
            let taken = async {
                let mut runner = Runner::ready(Arc::clone(&suite), session, None, deadline).await?;
                runner.record();
                let run = runner.run(&plan, move |step| ticker.show(step)).await?;
                let recording = runner.recording(session, &plan).await?;
                Ok((run, recording, gate))
            };
            let taken = taken.await;
            bar.clear();
            taken.map_err(Stop::unreachable)
        },
    ));
    runtime.shutdown_background();
    let ((run, recording, gate), was_interrupted) = done?;
    write(arguments, &suite, &run, &recording)?;
    if was_interrupted {
        return Ok(ExitCode::from(INTERRUPTED));
    }
    match gate.short_of_recorded(&run.records) {
        Some(reason) => Err(Stop {
            exit: Exit::Unjudged,
            message: format!("record enough to judge: {reason}"),
        }),
        None => Ok(ExitCode::SUCCESS),
    }
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
        word(&arguments.out.join(target).display().to_string()),
    ))
}
