//! `fullstop run`.

use std::io::{IsTerminal as _, stderr};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use clap::{Args, ValueEnum};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use time::OffsetDateTime;

use crate::cli::guard::{INTERRUPTED, guarded};
use crate::cli::ledger::open_ledger;
use crate::cli::outputs::Outputs;
use crate::cli::target::{SuiteArguments, TargetArguments, within};
use crate::cli::{Stop, runtime};
use crate::ledger::{Day, Ledger};
use crate::published;
use crate::report::{Results, Style, TargetResult};
use crate::runner::{Exit, Gate, Plan, Run, Runner, Session, Shard, recognise};
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
    /// Run at most this many cases, those that catch the most mutants first. Invariants cost no request and are always held.
    #[arg(long, value_name = "N")]
    budget: Option<usize>,
    /// Run only part K of N of the cases, for machines that share the work; `fullstop merge` joins the results.
    #[arg(long, value_name = "K/N", requires = "json")]
    shard: Option<Shard>,
    /// Start the cases in the order that this number decides. No verdict depends on it.
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// How many cases are under way at once. No verdict depends on it.
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
    /// Hold the run to this file of known failures: each must still fail, with the same wrong answer.
    #[arg(long, value_name = "FILE")]
    ledger: Option<PathBuf>,
    /// Repeat each divergence so often, to tell whether it comes every time; 0 does not. No verdict depends on it.
    #[arg(long, value_name = "N", default_value_t = REPEATS, value_parser = clap::value_parser!(u16).range(0..=100))]
    repeats: u16,
    /// Show the findings and the last lines only.
    #[arg(long, short)]
    quiet: bool,
}

pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode, Stop> {
    arguments.outputs.check()?;
    let (suite, selection) = arguments.suite.load()?;
    let runtime = runtime()?;
    let target = arguments.target.for_shard(arguments.shard);
    let done = runtime.block_on(guarded(&target, async |session| {
        let selection = arguments
            .suite
            .pinned(&session.profile, &suite, selection)?;
        let selection = within(arguments.budget, &suite, selection);
        let ledger = open_ledger(arguments.ledger.as_deref(), &session.profile, &suite)?;
        let plan = Plan {
            selection,
            seed: arguments.seed,
            concurrency: usize::from(arguments.concurrency),
            shard: arguments.shard,
        };
        let results = judge(arguments, &suite, session, &plan, ledger.as_ref()).await?;
        Ok((results, session.client.clone()))
    }))?;
    // A task that still waits for a silent endpoint is not waited for.
    runtime.shutdown_background();
    let Some((mut results, client)) = done else {
        return Ok(ExitCode::from(INTERRUPTED));
    };
    // Now, since the clean-up sends requests too.
    results.quotas = client.usage();
    let style = Style {
        quiet: arguments.quiet,
    };
    arguments.outputs.write(&results, style)?;
    Ok(ExitCode::from(results.exit))
}

async fn judge(
    arguments: &Arguments,
    suite: &Arc<Suite>,
    session: &Session,
    plan: &Plan,
    ledger: Option<&Ledger>,
) -> Result<Results, Stop> {
    let unreachable = |error| Stop {
        exit: Exit::Unjudged,
        message: format!("reach the target: {error}"),
    };
    let recorded = match arguments.compare {
        Some(Compare::AwsPublished) => Some(Recorded::Shown(published::snapshots())),
        None => Some(arguments.snapshots.join(&session.profile.name))
            .filter(|folder| folder.is_dir())
            .map(Recorded::Folder),
    };
    let runner = Runner::new(Arc::clone(suite), session, recorded)
        .await
        .map_err(unreachable)?
        .repeating(usize::from(arguments.repeats))
        .sparing(ledger);
    let bar = progress_bar(arguments, plan.selection.len());
    let ticker = bar.clone();
    let mut run = runner
        .run(plan, move |_| ticker.inc(1))
        .await
        .map_err(unreachable)?;
    bar.finish_and_clear();
    if let Some(ledger) = ledger {
        recognise(&mut run.records, ledger, Day::of(OffsetDateTime::now_utc()));
    }
    Ok(results(arguments, suite, session, plan, &run))
}

fn results(
    arguments: &Arguments,
    suite: &Suite,
    session: &Session,
    plan: &Plan,
    run: &Run,
) -> Results {
    let name = session.profile.name.clone();
    let embedded = session.is_embedded();
    let gate = Gate {
        strict: arguments.strict,
        check_snapshots: arguments.check_snapshots || (embedded && arguments.compare.is_none()),
    };
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

/// A bar on standard error while a person watches.
fn progress_bar(arguments: &Arguments, length: usize) -> ProgressBar {
    if arguments.quiet || !stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::with_draw_target(Some(length as u64), ProgressDrawTarget::stderr());
    let style = ProgressStyle::with_template("{wide_bar} {pos}/{len} {elapsed}");
    bar.with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}
