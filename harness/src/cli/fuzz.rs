//! `fullstop fuzz`.

mod against;
mod mutants;
mod replay;
mod told;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::io::{IsTerminal as _, stderr};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::thread::available_parallelism;
use std::time::Duration;

use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use serde::Serialize;

use crate::campaign::{
    Campaign, Finding, Live, Settings, Shard, Source, Summary, Told, corpus, prepare,
};
use crate::case::Level;
use crate::cli::guard::{Guard, INTERRUPTED};
use crate::cli::limits::{Limits, duration};
use crate::cli::outputs::{check, is_stdout, put_json};
use crate::cli::target::{TargetArguments, load_suite};
use crate::cli::{Stop, note, print, runtime, runtime_of};
use crate::clock::Deadline;
use crate::reference::Mutant;
use crate::runner::{Exit, Session};
use crate::shell::word;

/// How long a campaign runs if nobody says: enough to meet every case of the suite and some hundred thousand requests.
const TIME_DEFAULT: Duration = Duration::from_secs(60);

/// How many executions a campaign against a mutant has at most.
const EXECUTIONS_TO_KILL: u64 = 100_000;

/// And how long it may take at most if nobody says: some mutants make every sequence wait.
const TIME_TO_KILL: Duration = Duration::from_secs(180);

/// Between two looks at the figures.
const TICK: Duration = Duration::from_millis(200);

/// How many kinds of suspicions that were not confirmed are told on the screen. The JSON file has more.
const UNCONFIRMED_LINES_MAX: usize = 12;

/// What `--help` says last.
const EXAMPLES: &str = "\
Examples:
  # The embedded reference, to see what a campaign tells.
  fullstop fuzz --execs 300
  # Any endpoint, for a time. Each finding is a case file.
  fullstop fuzz --endpoint http://127.0.0.1:4566 --time 2s --findings findings --json fuzz.json
  # Keep what was new, and go on where the last campaign ended.
  fullstop fuzz --endpoint http://127.0.0.1:4566 --execs 300 --corpus corpus --resume
  # The smallest requests that tell two endpoints apart.
  fullstop fuzz --endpoint http://127.0.0.1:4566 --against reference --execs 200
  # How many executions a campaign needs to find a mutant.
  fullstop fuzz --mutants --only always-400 --runs 1

Exit codes: 0 nothing found at level must; 1 a finding at level must; 2 a fault in the command line
or a file; 3 unreachable, or too little judged; 130 interrupted, and --resume goes on.";

/// Sends generated requests by the thousand, judges every answer, and writes what it finds as case files.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Arguments {
    #[command(flatten)]
    target: TargetArguments,
    #[command(flatten)]
    limits: Limits,
    /// End after this long: 90, 90s, 15m or 2h. Without --time and --execs: 60s; with --mutants: 180s each.
    #[arg(long, value_name = "TIME", value_parser = duration)]
    time: Option<Duration>,
    /// End at this place of the stream: each is one judged request, unless its precondition is out of reach.
    #[arg(long, value_name = "N")]
    execs: Option<u64>,
    /// Decides every request.
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// How many requests are under way at once. No request depends on it.
    #[arg(long, default_value_t = 16, value_parser = clap::value_parser!(u16).range(1..=256))]
    concurrency: u16,
    /// Send at most this many requests a second, those that make preconditions included.
    #[arg(long, value_name = "N", value_parser = rate)]
    rps: Option<f64>,
    /// Where requests come from.
    #[arg(long, value_name = "LIST", value_delimiter = ',')]
    generators: Vec<Source>,
    /// Change further what was answered in a new way.
    #[arg(long, value_name = "on|off", default_value = "on", value_parser = ["on", "off"])]
    feedback: String,
    /// Read requests worth changing from this folder, and leave new ones there.
    #[arg(long, value_name = "DIR")]
    corpus: Option<PathBuf>,
    /// Go on where the last campaign with this corpus ended.
    #[arg(long, requires = "corpus")]
    resume: bool,
    /// Write each finding as a case file below this folder.
    #[arg(long, value_name = "DIR", default_value = "findings")]
    findings: PathBuf,
    /// Also write the figures and the findings to this file as JSON; `-` is standard output, which then holds nothing else.
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// Show the whole exchange of each finding, too.
    #[arg(long, short)]
    verbose: bool,
    /// Run this part of the campaign, as in 2/4. The digests of the parts add up to that of the whole.
    #[arg(long, value_name = "K/N", default_value = "1/1")]
    shard: Shard,
    /// Send requests without signature.
    #[arg(long)]
    unsigned: bool,
    /// Allow a target that is not on this machine. It needs a rate, too.
    #[arg(long, requires = "rps")]
    allow_remote: bool,
    /// Find the smallest requests that this endpoint, or the target of this name, answers differently.
    #[arg(long, value_name = "URL|NAME", conflicts_with_all = ["corpus", "json", "replay"])]
    against: Option<String>,
    /// Measure how many executions a campaign needs to find each mutant of the reference.
    #[arg(long, conflicts_with_all = ["against", "corpus", "replay", "shard"])]
    mutants: bool,
    /// With --mutants: only this one; repeat it for more.
    #[arg(long, value_name = "MUTANT", requires = "mutants")]
    only: Vec<Mutant>,
    /// With --mutants: how many campaigns against each.
    #[arg(long, value_name = "N", default_value_t = 10, requires = "mutants")]
    runs: u64,
    /// Run one case file that a campaign wrote, in place of a campaign.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["corpus", "json", "shard", "execs", "time"])]
    replay: Option<PathBuf>,
}

pub(crate) fn fuzz(arguments: &Arguments) -> Result<ExitCode, Stop> {
    let files: Vec<_> = arguments.json.iter().collect();
    check(
        &files,
        &arguments.target.file().into_iter().collect::<Vec<_>>(),
    )?;
    if arguments.mutants {
        let mut settings = settings(arguments);
        settings.executions = settings.executions.or(Some(EXECUTIONS_TO_KILL));
        settings.time = arguments.time.or(Some(TIME_TO_KILL));
        return mutants::mutants(
            &settings,
            &arguments.only,
            arguments.runs,
            arguments.json.as_deref(),
        );
    }
    let mut profile = runtime()?.block_on(arguments.target.profile())?;
    // An endpoint in a process of its own keeps a processor: two threads that share one wait for each other while the other idles.
    let spare = available_parallelism()
        .map_or(1, |all| all.get() - 1)
        .max(1);
    let threads = (!profile.is_embedded()).then_some(spare);
    let runtime = runtime_of(threads)?;
    let result = runtime.block_on(async {
        if arguments.rps.is_some() {
            profile.requests_per_second = arguments.rps;
        }
        if arguments.unsigned {
            profile.credentials = None;
        }
        let guard = Guard::new()?;
        let session = guard.open(arguments.target.open_profile(profile)).await?;
        guard.watch(&session, &arguments.target);
        let deadline = guard.deadline().within(limit(arguments));
        let result = match allowed(arguments, &session) {
            Err(stop) => Err(stop),
            Ok(()) => match (&arguments.replay, &arguments.against) {
                (Some(file), _) => {
                    let deadline = deadline.at_most(REPLAY_MAX);
                    let replayed = deadline.cap(replay::replay(&session, file)).await;
                    replayed.unwrap_or_else(|_| Err(crate::cli::guard::interrupted()))
                }
                (None, Some(name)) => {
                    against_other(arguments, &session, &guard, &deadline, name).await
                }
                (None, None) => campaign(arguments, &session, &deadline).await,
            },
        };
        guard.close(session, &arguments.target).await;
        match result {
            Ok(_) if guard.is_interrupted() => Ok(ExitCode::from(INTERRUPTED)),
            result => result,
        }
    });
    runtime.shutdown_background();
    result
}

/// How long a campaign may take without --deadline: as long as it was told to, or as long as its executions take where responses
/// are slow.
fn limit(arguments: &Arguments) -> Duration {
    const AT_LEAST: Duration = Duration::from_secs(120);
    const AN_EXECUTION: Duration = Duration::from_millis(10);
    let usual = match (arguments.time, arguments.execs) {
        (Some(time), _) => time,
        (None, Some(execs)) => {
            let execs = u32::try_from(execs).unwrap_or(u32::MAX);
            AT_LEAST + AN_EXECUTION.saturating_mul(execs)
        }
        (None, None) => TIME_DEFAULT,
    };
    arguments.limits.explicit().unwrap_or(usual)
}

/// How long one case file may take that is judged again.
const REPLAY_MAX: Duration = Duration::from_secs(120);

/// Load is sent to this machine only, unless somebody says that he may.
fn allowed(arguments: &Arguments, session: &Session) -> Result<(), Stop> {
    if session.client.is_loopback() || arguments.allow_remote {
        return Ok(());
    }
    Err(Stop::usage(format!(
        "fuzz {}, which is not on this machine: say --allow-remote and --rps, and only where you may",
        session.client.url()
    )))
}

async fn against_other(
    arguments: &Arguments,
    session: &Session,
    guard: &Guard,
    deadline: &Deadline,
    name: &str,
) -> Result<ExitCode, Stop> {
    let mut profile = arguments.target.other(name).await?;
    profile.requests_per_second = arguments.rps.or(profile.requests_per_second);
    if arguments.unsigned {
        profile.credentials = None;
    }
    let other = guard.open(arguments.target.open_profile(profile)).await?;
    let target = TargetArguments::named(name, None, false);
    guard.watch(&other, &target);
    let result = match allowed(arguments, &other) {
        Ok(()) => against::against(&settings(arguments), session, &other, deadline).await,
        Err(stop) => Err(stop),
    };
    guard.close(other, &target).await;
    result
}

async fn campaign(
    arguments: &Arguments,
    session: &Session,
    until: &Deadline,
) -> Result<ExitCode, Stop> {
    let settings = settings(arguments);
    let (state, seeds) = match &arguments.corpus {
        Some(folder) => (
            corpus::State::read(folder).map_err(Stop::usage)?,
            corpus::read(folder).map_err(Stop::usage)?,
        ),
        None => (None, Vec::new()),
    };
    let state = state.filter(|_| arguments.resume);
    if let Some(why) = state.as_ref().and_then(|state| state.fault(&settings)) {
        return Err(Stop::usage(format!("go on with the corpus: {why}")));
    }
    let folder = &arguments.findings;
    prepare(folder)
        .map_err(|error| Stop::usage(format!("write to {}: {error}", folder.display())))?;
    let suite = load_suite(None)?;
    let campaign = until.cap(Campaign::new(settings, session, suite, state, seeds));
    let campaign = campaign.await.unwrap_or_else(|cut| Err(cut.into()));
    let campaign = campaign.map_err(Stop::unreachable)?;
    let live = campaign.live();
    let is_watched = stderr().is_terminal();
    let watching = is_watched.then(|| tokio::spawn(watch(Arc::clone(&live))));
    let min_coverage = arguments.limits.min_coverage(&session.profile);
    let mut unwritten = None;
    let mut written = Vec::new();
    let summary = campaign
        .run(until, |finding| {
            let file = arguments.findings.join(&finding.path);
            if !file.exists() {
                written.push(file);
            }
            if let Err(error) = finding.write(&arguments.findings) {
                unwritten = Some(error.to_string());
            }
            if !is_watched && !arguments.json.as_deref().is_some_and(is_stdout) {
                // Whoever reads a log wants to know at once.
                note(&format!("found {}: {}", finding.id, finding.key));
            }
        })
        .await;
    if let Some(watching) = watching {
        watching.abort();
    }
    if let Some(error) = unwritten {
        return Err(Stop::usage(format!(
            "write to {}: {error}",
            folder.display()
        )));
    }
    // What turned out to be a known fault stands in the file of that one.
    let kept: BTreeSet<_> = (summary.findings.iter())
        .map(|finding| folder.join(&finding.path))
        .collect();
    for file in written.iter().filter(|file| !kept.contains(*file)) {
        std::fs::remove_file(file)
            .map_err(|error| Stop::usage(format!("remove {}: {error}", file.display())))?;
    }
    if let Some(folder) = &arguments.corpus {
        corpus::write(folder, &summary.novel, &summary.state)
            .map_err(|error| Stop::usage(format!("write to {}: {error}", folder.display())))?;
    }
    let short_of = summary.short_of(min_coverage);
    report(arguments, &summary, short_of.as_deref())?;
    Ok(ExitCode::from(exit(&summary, short_of.is_some()).code()))
}

fn settings(arguments: &Arguments) -> Settings {
    let is_unbounded = arguments.time.is_none() && arguments.execs.is_none();
    let generators = if arguments.generators.is_empty() {
        Source::ALL.into()
    } else {
        arguments.generators.iter().copied().collect()
    };
    Settings {
        seed: arguments.seed,
        executions: arguments.execs,
        time: arguments.time.or(is_unbounded.then_some(TIME_DEFAULT)),
        concurrency: usize::from(arguments.concurrency),
        generators,
        feedback: arguments.feedback == "on",
        shard: arguments.shard,
        stop_at_first: false,
    }
}

fn exit(summary: &Summary, is_short: bool) -> Exit {
    let must = |finding: &Finding| finding.level == Level::Must;
    if is_short {
        Exit::Unjudged
    } else if summary.findings.iter().any(must) {
        Exit::Divergent
    } else {
        Exit::Green
    }
}

/// The figures as `--json` has them.
#[derive(Serialize)]
struct Figures {
    executions: u64,
    seconds: f64,
    rate: f64,
    findings: Vec<Told>,
    seed: u64,
    shard: String,
    digest: String,
    novelty: usize,
    skipped: u64,
    preconditions: u64,
    unconfirmed: Vec<String>,
}

fn report(arguments: &Arguments, summary: &Summary, short_of: Option<&str>) -> Result<(), Stop> {
    let to_stdout = arguments.json.as_deref().is_some_and(is_stdout);
    if let Some(file) = &arguments.json {
        let folder = &arguments.findings;
        let figures = Figures {
            executions: summary.executions,
            seconds: summary.seconds,
            rate: summary.rate(),
            findings: summary
                .findings
                .iter()
                .map(|one| one.told(folder))
                .collect(),
            seed: summary.state.seed,
            shard: summary.state.shard.clone(),
            digest: format!("{:016x}", summary.digest),
            novelty: summary.novelty,
            skipped: summary.skipped,
            preconditions: summary.made,
            unconfirmed: summary.unconfirmed.clone(),
        };
        put_json(file, &figures)?;
    }
    if to_stdout {
        return Ok(());
    }
    if let Some(why) = short_of {
        print(format!("exit 3: {why}\n\n"))?;
    }
    print(text(arguments, summary))
}

fn text(arguments: &Arguments, summary: &Summary) -> String {
    let mut text = told::faults(arguments, summary);
    let mut unconfirmed = BTreeMap::new();
    for why in &summary.unconfirmed {
        *unconfirmed.entry(why).or_insert(0) += 1;
    }
    let rest = unconfirmed.len().saturating_sub(UNCONFIRMED_LINES_MAX);
    for (why, times) in unconfirmed.into_iter().take(UNCONFIRMED_LINES_MAX) {
        let often = if times > 1 {
            format!(" ({times} times)")
        } else {
            String::new()
        };
        let _ = writeln!(text, "not confirmed  {why}{often}");
    }
    if rest > 0 {
        let _ = writeln!(
            text,
            "not confirmed  and {rest} more: requests that were under way at the same time may have brought them about"
        );
    }
    for (given, why) in &summary.missing {
        let _ = writeln!(text, "out of reach  {given}: {why}");
    }
    let _ = writeln!(
        text,
        "{} executions in {:.1} s, {:.0} a second; {} preconditions made, {} jobs read, {} skipped",
        summary.executions,
        summary.seconds,
        summary.rate(),
        summary.made,
        summary.looks,
        summary.skipped
    );
    let _ = writeln!(
        text,
        "{} kinds of answers, {} situations reached, {} findings, {} suspicions not confirmed",
        summary.novelty,
        summary.reached.len(),
        summary.findings.len(),
        summary.unconfirmed.len()
    );
    let state = &summary.state;
    let _ = writeln!(
        text,
        "seed {}, shard {}, digest {:016x}",
        state.seed, state.shard, summary.digest
    );
    if let Some(limit) = summary.active_jobs {
        let jobs = if limit == 1 { "job" } else { "jobs" };
        let _ = writeln!(
            text,
            "the endpoint allows {limit} active import {jobs} at a time: requests took turns"
        );
    }
    if summary.is_silent {
        text.push_str("the endpoint has stopped answering, so that the campaign ended early\n");
    }
    // What a race showed is no case.
    if summary
        .findings
        .iter()
        .any(|one| one.path.ends_with(".toml"))
    {
        let folder = arguments.findings.display().to_string();
        let folder = word(&folder);
        let _ = writeln!(
            text,
            "run them again: fullstop run --strict --cases {folder} and the same target"
        );
    }
    text
}

/// A line on standard error while a person watches.
async fn watch(live: Arc<Live>) {
    let bar = ProgressBar::new_spinner();
    if let Ok(style) = ProgressStyle::with_template("{spinner} {elapsed} {msg}") {
        bar.set_style(style);
    }
    let read = |counter: &std::sync::atomic::AtomicU64| counter.load(Ordering::Relaxed);
    let mut before = read(&live.executions);
    loop {
        tokio::time::sleep(TICK).await;
        let executions = read(&live.executions);
        let rate = (executions - before) as f64 / TICK.as_secs_f64();
        before = executions;
        bar.set_message(format!(
            "{executions} executions, {rate:.0} a second, {} kinds of answers, {} situations, {} findings",
            read(&live.novelty),
            read(&live.states),
            read(&live.findings)
        ));
        bar.tick();
    }
}

/// A number of requests a second.
fn rate(text: &str) -> Result<f64, String> {
    let rate: Option<f64> = text.parse().ok();
    rate.filter(|rate| rate.is_finite() && *rate > 0.0)
        .ok_or_else(|| format!("`{text}` is no rate: write a number of requests a second"))
}
