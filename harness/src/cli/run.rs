//! `fullstop run`.

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use clap::{Args, ValueEnum};
use time::OffsetDateTime;

use crate::cli::guard::{INTERRUPTED, guarded};
use crate::cli::ledger::open_ledger;
use crate::cli::limits::Limits;
use crate::cli::outputs::{Outputs, StyleArguments};
use crate::cli::progress::Bar;
use crate::cli::target::{SuiteArguments, TargetArguments, within};
use crate::cli::{Stop, print, runtime};
use crate::clock::Cut;
use crate::ledger::{Day, Ledger};
use crate::power;
use crate::published;
use crate::report::{Results, TargetResult};
use crate::runner::{Gate, Plan, Run, Runner, Session, recognise};
use crate::snapshot::Recorded;
use crate::suite::Suite;

/// How often a divergence is repeated: as often as it takes to call one deterministic.
pub(crate) const REPEATS: u16 = 5;

/// Answers that are not of the target.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum Compare {
    /// Those that AWS published, as far as they were shown: folder snapshots/aws-published.
    AwsPublished,
}

const EXAMPLES: &str = "\
Examples:
  # The embedded reference endpoint.
  fullstop run

  # An endpoint on this machine; the findings also as JSON.
  fullstop run --endpoint http://127.0.0.1:4566 --json results.json

  # A target of fullstop.toml, two areas, findings only.
  fullstop run --target mine --filter job-id/ --filter state/ --quiet

  # The fifty most telling cases, where time is short.
  fullstop run --endpoint http://127.0.0.1:4566 --budget 50

  # Beside the verdicts: do the answers look like those that AWS published?
  fullstop run --endpoint http://127.0.0.1:4566 --compare aws-published";

/// Judges a target.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Arguments {
    #[command(flatten)]
    target: TargetArguments,
    #[command(flatten)]
    suite: SuiteArguments,
    #[command(flatten)]
    outputs: Outputs,
    #[command(flatten)]
    limits: Limits,
    /// Run at most this many cases, those that catch the most mutants first. Invariants cost no request and are always held.
    #[arg(long, value_name = "N", value_parser = at_least_one)]
    budget: Option<usize>,
    /// Start the cases in the order that this number decides. No verdict depends on it.
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// How many requests are under way at once. No verdict depends on it.
    #[arg(long, default_value_t = 8, value_parser = clap::value_parser!(u16).range(1..=256))]
    concurrency: u16,
    /// Fail on tolerated departures and on divergences at level should too.
    #[arg(long)]
    strict: bool,
    /// Look for the target's snapshots in a folder of its name below this one.
    #[arg(long, default_value = "snapshots", value_name = "DIR")]
    snapshots: PathBuf,
    /// Compare the answers with these instead of the target's snapshots. No verdict depends on it.
    #[arg(long, value_name = "WHICH", conflicts_with = "snapshots")]
    compare: Option<Compare>,
    /// Fail if an answer differs from its snapshot. Always on for the reference.
    #[arg(long)]
    check_snapshots: bool,
    /// Hold the run to this file of known faults: each must still show, with the same wrong responses.
    #[arg(long, value_name = "FILE")]
    ledger: Option<PathBuf>,
    /// Repeat each divergence so often, to tell whether it comes every time; 0 does not. No verdict depends on it.
    #[arg(long, value_name = "N", default_value_t = REPEATS, value_parser = clap::value_parser!(u16).range(0..=100))]
    repeats: u16,
    #[command(flatten)]
    style: StyleArguments,
}

pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode, Stop> {
    let ledger = arguments.ledger.as_deref();
    let inputs: Vec<_> = ledger.into_iter().chain(arguments.target.file()).collect();
    arguments.outputs.check(&inputs)?;
    if let Some(folder) = arguments.suite.found_nothing() {
        let folder = folder.display();
        print(format!(
            "nothing to judge: no campaign found anything that it would have written to {folder}"
        ))?;
        return Ok(ExitCode::SUCCESS);
    }
    let (suite, selection) = arguments.suite.load()?;
    let runtime = runtime()?;
    let target = &arguments.target;
    let limits = &arguments.limits;
    let done = runtime.block_on(guarded(target, limits, async |session, deadline| {
        let (selection, waived) = arguments
            .suite
            .pinned(&session.profile, &suite, selection)?;
        let selection = within(arguments.budget, &suite, selection);
        let ledger = open_ledger(arguments.ledger.as_deref(), &session.profile, &suite)?;
        let plan = Plan {
            first: power::published().minimal.clone(),
            seed: arguments.seed,
            concurrency: usize::from(arguments.concurrency),
            deadline: deadline.clone(),
            ..Plan::of(selection)
        };
        let mut results = judge(arguments, &suite, session, &plan, ledger.as_ref()).await?;
        results.waived = waived;
        results.budget = arguments.budget;
        Ok((results, session.client.clone()))
    }));
    // A task that still waits for a silent endpoint is not waited for.
    runtime.shutdown_background();
    let ((mut results, client), was_interrupted) = done?;
    // Now, since the clean-up sends requests too.
    results.quotas = client.usage();
    let style = arguments.style.style();
    arguments.outputs.write(&results, style)?;
    let was_cut = results.cut == Some(Cut::Interrupted);
    Ok(ExitCode::from(match was_interrupted && was_cut {
        true => INTERRUPTED,
        false => results.exit,
    }))
}

/// A number of cases.
fn at_least_one(text: &str) -> Result<usize, String> {
    let number = text.parse().ok().filter(|number| *number > 0);
    number.ok_or_else(|| format!("`{text}` is no number of cases: say 1 or more"))
}

async fn judge(
    arguments: &Arguments,
    suite: &Arc<Suite>,
    session: &Session,
    plan: &Plan,
    ledger: Option<&Ledger>,
) -> Result<Results, Stop> {
    let recorded = match arguments.compare {
        Some(Compare::AwsPublished) => Some(Recorded::Shown(published::snapshots())),
        None => Some(arguments.snapshots.join(&session.profile.name))
            .filter(|folder| folder.is_dir())
            .map(Recorded::Folder),
    };
    let gate = gate(arguments, session);
    let runner = Runner::ready(Arc::clone(suite), session, recorded, &plan.deadline)
        .await
        .map_err(Stop::unreachable)?
        .repeating(usize::from(arguments.repeats))
        .sparing(ledger);
    let bar = Bar::new(plan.selection.len(), gate, arguments.style.quiet);
    let ticker = bar.clone();
    let run = runner.run(plan, move |step| ticker.show(step)).await;
    bar.clear();
    let mut run = run.map_err(Stop::unreachable)?;
    if let Some(ledger) = ledger {
        let today = Day::of(OffsetDateTime::now_utc());
        let is_sample = run.cut.is_some() || arguments.budget.is_some();
        run.ledger = recognise(&mut run.records, suite, ledger, today, is_sample);
    }
    Ok(results(gate, suite, session, plan, &run))
}

/// How the verdicts are read.
fn gate(arguments: &Arguments, session: &Session) -> Gate {
    let embedded = session.is_embedded();
    Gate {
        strict: arguments.strict,
        check_snapshots: arguments.check_snapshots || (embedded && arguments.compare.is_none()),
        min_coverage: arguments.limits.min_coverage(&session.profile),
    }
}

fn results(gate: Gate, suite: &Suite, session: &Session, plan: &Plan, run: &Run) -> Results {
    let name = session.profile.name.clone();
    let embedded = session.is_embedded();
    let endpoint = if embedded {
        "embedded".to_owned()
    } else {
        session.profile.url()
    };
    Results {
        // In this process no pool has a name that is made of it.
        run: if embedded {
            String::new()
        } else {
            session.run_id.clone()
        },
        ..Results::of(run, suite, TargetResult { name, endpoint }, plan, gate)
    }
}
