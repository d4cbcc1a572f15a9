//! `fullstop judge`: stored answers, judged by today's cases. Nothing is sent.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use clap::Args;
use time::OffsetDateTime;

use crate::cli::outputs::{Outputs, StyleArguments};
use crate::cli::target::SuiteArguments;
use crate::cli::{Stop, runtime};
use crate::ledger::{Day, Ledger};
use crate::recording::Recording;
use crate::report::{Results, TargetResult};
use crate::runner::{Gate, Plan, Runner, recognise};
use crate::snapshot::Recorded;
use crate::suite::Suite;

const EXAMPLES: &str = "\
Examples:
  fullstop record --target reference --out rec --snapshots snaps
  fullstop judge rec/reference
  fullstop judge rec/reference --filter job-id --json -";

/// Judges recorded answers by today's cases. Nothing is sent.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Arguments {
    /// The folder that `fullstop record` wrote, or its transcript.jsonl.
    transcripts: PathBuf,
    #[command(flatten)]
    suite: SuiteArguments,
    #[command(flatten)]
    outputs: Outputs,
    /// Fail on tolerated departures and on divergences at level should too.
    #[arg(long)]
    strict: bool,
    /// Hold the verdicts to this file of known failures.
    #[arg(long, value_name = "FILE")]
    ledger: Option<PathBuf>,
    /// Compare the answers with the snapshots in this folder.
    #[arg(long, value_name = "DIR")]
    snapshots: Option<PathBuf>,
    /// Fail if an answer differs from its snapshot.
    #[arg(long, requires = "snapshots")]
    check_snapshots: bool,
    #[command(flatten)]
    style: StyleArguments,
}

pub(crate) fn judge(arguments: &Arguments) -> Result<ExitCode, Stop> {
    let ledger = arguments.ledger.as_deref();
    let inputs: Vec<_> = ledger
        .into_iter()
        .chain([arguments.transcripts.as_path()])
        .collect();
    arguments.outputs.check(&inputs)?;
    let (suite, selection) = arguments.suite.load()?;
    let recording = Recording::read(&arguments.transcripts).map_err(Stop::usage)?;
    let ledger = match &arguments.ledger {
        Some(file) => {
            let ledger = Ledger::read(file).map_err(Stop::usage)?;
            ledger.check(&suite.ids().collect()).map_err(Stop::usage)?;
            Some(ledger)
        }
        None => None,
    };
    let gate = Gate {
        strict: arguments.strict,
        check_snapshots: arguments.check_snapshots,
        ..Gate::default()
    };
    let plan = plan(selection);
    let snapshots = arguments.snapshots.clone().map(Recorded::Folder);
    let results = judged(&suite, &recording, &plan, snapshots, ledger.as_ref(), gate)?;
    let style = arguments.style.style();
    arguments.outputs.write(&results, style)?;
    Ok(ExitCode::from(results.exit))
}

/// One case after the other: there is nothing to wait for.
pub(crate) fn plan(selection: BTreeSet<String>) -> Plan {
    Plan {
        concurrency: 1,
        ..Plan::of(selection)
    }
}

/// The results of a recording.
pub(crate) fn judged(
    suite: &Arc<Suite>,
    recording: &Recording,
    plan: &Plan,
    snapshots: Option<Recorded>,
    ledger: Option<&Ledger>,
    gate: Gate,
) -> Result<Results, Stop> {
    let runner = Runner::recorded(Arc::clone(suite), recording, snapshots);
    let mut run = runtime()?
        .block_on(runner.run(plan, |_| {}))
        .map_err(|error| Stop::usage(format!("judge the recording: {error}")))?;
    if let Some(ledger) = ledger {
        let today = Day::of(OffsetDateTime::now_utc());
        run.ledger = recognise(&mut run.records, suite, ledger, today, run.cut.is_some());
    }
    let target = TargetResult {
        name: recording.head.target.clone(),
        endpoint: recording.head.endpoint.clone(),
    };
    Ok(Results::of(&run, suite, target, plan, gate))
}
