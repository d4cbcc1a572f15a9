//! `fullstop lifecycle`.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use clap::Args;

use crate::case::{Level, Sequence};
use crate::cli::guard::{Guard, INTERRUPTED};
use crate::cli::limits::Limits;
use crate::cli::measuring::exit;
use crate::cli::outputs::{check, is_stdout, page, put, put_json};
use crate::cli::progress::bar;
use crate::cli::target::TargetArguments;
use crate::cli::{Stop, print, runtime};
use crate::clock::Deadline;
use crate::files;
use crate::lifecycle::{
    Lifecycle, Stage, Target, VISITS, dot, races, replay, sequences, svg, walk,
};
use crate::report::Labelled;
use crate::runner::{Exit, Runner, Session};
use crate::suite::Suite;

/// How much longer than the usual limit each sequence and each race may take.
const TIME_EACH: Duration = Duration::from_millis(100);

const EXAMPLES: &str = "\
Examples:
  # The reference: every operation meets every status.
  fullstop lifecycle

  # Another endpoint, as a page with the drawing, and as data.
  fullstop lifecycle --endpoint http://127.0.0.1:4566 --html life.html --json life.json

  # Generated sequences, and races of 16 requests on one job.
  fullstop lifecycle --sequences 50 --races 10 --seed 7

  # The same without the walk, which waits for jobs to end by themselves.
  fullstop lifecycle --no-walk --races 5

  # One of the written sequences by its name, or a saved one by its file.
  fullstop lifecycle --replay restart-after-stop

Exit codes, the first that applies:
  2  a fault in the command line, a profile or a sequence file
  3  too little was learnt: the target cannot be reached, or answers too few of the operations
  1  a rule at level must is broken; with --strict at level should, too
  0  none of these
130  interrupted; what was created has been deleted";

/// Learns the life of a job on a target.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Arguments {
    #[command(flatten)]
    target: TargetArguments,
    #[command(flatten)]
    limits: Limits,
    /// Also play this many generated sequences over several jobs and pools. Loopback only.
    #[arg(long, default_value_t = 0, value_name = "N", value_parser = clap::value_parser!(u64).range(..=10_000_000))]
    sequences: u64,
    /// Also run this many races of stops with stops, starts, readings, the end of the import and of the pool. Loopback only.
    #[arg(long, default_value_t = 0, value_name = "N", value_parser = clap::value_parser!(u64).range(..=10_000_000))]
    races: u64,
    /// What sequences and races are generated from.
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// How many sequences are under way at once, and how many requests a race sends at once.
    #[arg(long, default_value_t = 16, value_parser = clap::value_parser!(u16).range(2..=256))]
    concurrency: u16,
    /// Leave out the walk and the written sequences, which wait for a job's life: sequences and races alone.
    #[arg(long, conflicts_with_all = ["replay", "dot", "svg", "html"])]
    no_walk: bool,
    /// Only play this sequence: a file, or the name of a written one; repeat it for more.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["sequences", "races", "dot", "svg", "html"])]
    replay: Vec<PathBuf>,
    /// Save each sequence that breaks a rule, shrunk, as a file in this folder.
    #[arg(long, value_name = "DIR", requires = "sequences")]
    save: Option<PathBuf>,
    /// Draw what was learnt as a DOT file for Graphviz.
    #[arg(long, value_name = "FILE")]
    dot: Option<PathBuf>,
    /// Draw what was learnt as an SVG file.
    #[arg(long, value_name = "FILE")]
    svg: Option<PathBuf>,
    /// Write a page for browsers to this file: the drawing, the differences, sequences and races; no network is needed.
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
    /// Also write the results to this file as JSON; `-` is standard output, which then holds nothing else.
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// Fail on rules at level should, too.
    #[arg(long)]
    strict: bool,
}

pub(crate) fn lifecycle(arguments: &Arguments) -> Result<ExitCode, Stop> {
    let replayed = arguments.replay.iter().map(PathBuf::as_path);
    let inputs: Vec<_> = replayed.chain(arguments.target.file()).collect();
    check(&files(arguments).collect::<Vec<_>>(), &inputs)?;
    let loud = arguments.sequences > 0 || arguments.races > 0;
    if arguments.no_walk && !loud {
        let why = "leave out the walk: say what is left, with --sequences or --races";
        return Err(Stop::usage(why));
    }
    let replays = arguments
        .replay
        .iter()
        .map(|file| read(file))
        .collect::<Result<Vec<_>, _>>()?;
    let runtime = runtime()?;
    let learnt = runtime.block_on(played(arguments, replays, loud));
    runtime.shutdown_background();
    let (learnt, min_coverage, was_interrupted) = learnt?;
    let short_of = match learnt.is_empty() {
        true => Some(format!("no job was made at {}", learnt.endpoint)),
        // A few sequences that somebody chose say what they say.
        false if !arguments.replay.is_empty() => None,
        false => learnt.short_of(min_coverage),
    };
    tell(arguments, &learnt, short_of.as_deref())?;
    if was_interrupted {
        return Ok(ExitCode::from(INTERRUPTED));
    }
    if short_of.is_some() {
        return Ok(ExitCode::from(Exit::Unjudged.code()));
    }
    let weakest = if arguments.strict {
        Level::Should
    } else {
        Level::Must
    };
    let fails = learnt.broken().iter().any(|(level, _)| *level <= weakest);
    Ok(exit(fails))
}

/// Opens the target, learns, and cleans up. Returns what was learnt, how much must be, and whether it was interrupted.
async fn played(
    arguments: &Arguments,
    replays: Vec<(String, Sequence)>,
    loud: bool,
) -> Result<(Lifecycle, f64, bool), Stop> {
    let guard = Guard::new()?;
    let session = guard.open(arguments.target.open()).await?;
    guard.watch(&session, &arguments.target);
    let refused = if loud && !session.client.is_loopback() {
        Some("send sequences or races to another machine: they are for endpoints on loopback only")
    } else if loud && !session.provisioner.makes_pools() {
        Some("play sequences or races: they make pools of their own, which needs the `api` driver")
    } else {
        None
    };
    if let Some(why) = refused {
        session.close().await;
        return Err(Stop::usage(why));
    }
    let each = u32::try_from(arguments.sequences + arguments.races).unwrap_or(u32::MAX);
    let limit = match arguments.limits.explicit() {
        Some(limit) => limit,
        None => arguments.limits.time(&session, guard.deadline()).await? + TIME_EACH * each,
    };
    let deadline = guard.deadline().within(limit);
    let min_coverage = arguments.limits.min_coverage(&session.profile);
    let learnt = learn(arguments, replays, &session, &deadline).await;
    let leftovers = session.close().await;
    let mut learnt = learnt?;
    learnt.leftovers = leftovers;
    Ok((learnt, min_coverage, guard.is_interrupted()))
}

async fn learn(
    arguments: &Arguments,
    replays: Vec<(String, Sequence)>,
    session: &Session,
    deadline: &Deadline,
) -> Result<Lifecycle, Stop> {
    let (profile, client) = (&session.profile, &session.client);
    if !session.is_embedded() {
        // An endpoint that cannot be reached, or has no such operation, is told as that.
        let suite = Arc::new(Suite::embedded().map_err(Stop::usage)?);
        let runner = Runner::ready(suite, session, None, deadline).await;
        let there = async { runner?.must_implement_stop().await };
        there.await.map_err(Stop::unreachable)?;
    }
    let provisioner = Arc::clone(&session.provisioner);
    let target = Target::new(profile, client.clone(), provisioner, &session.run_id);
    let target = Arc::new(target);
    let stage = Stage::Target(Arc::clone(&target));
    let mut learnt = Lifecycle::of(&profile.name, &client.url());
    let files = if arguments.no_walk {
        Vec::new()
    } else if replays.is_empty() {
        let bar = bar(VISITS as u64, "meeting");
        let walked = walk(&target, deadline, |done| bar.set_position(done as u64)).await;
        bar.finish_and_clear();
        learnt.automaton = Some(walked.automaton);
        learnt.differences = walked.differences;
        if target.makes_pools() {
            written()?
        } else {
            Vec::new()
        }
    } else {
        replays
    };
    for (name, sequence) in &files {
        let replayed = deadline.cap(replay(name, sequence, &stage)).await;
        learnt.written.extend(replayed.ok());
    }
    let concurrency = usize::from(arguments.concurrency);
    if arguments.sequences > 0 {
        let bar = bar(arguments.sequences, "playing");
        let (count, seed) = (arguments.sequences, arguments.seed);
        let ticks = || bar.inc(1);
        let report = sequences(&stage, count, seed, concurrency, deadline, ticks).await;
        bar.finish_and_clear();
        learnt.sequences = Some(report);
    }
    if arguments.races > 0 {
        let bar = bar(arguments.races, "racing");
        let (count, seed) = (arguments.races, arguments.seed);
        let ticks = || bar.inc(1);
        let report = races(&stage, 0..count, seed, concurrency, deadline, ticks).await;
        bar.finish_and_clear();
        learnt.races = Some(report);
    }
    learnt.cut = deadline.cut();
    learnt.active_jobs = session.provisioner.active_jobs().learnt();
    Ok(learnt)
}

fn tell(arguments: &Arguments, learnt: &Lifecycle, short_of: Option<&str>) -> Result<(), Stop> {
    if let (Some(file), Some(automaton)) = (&arguments.dot, &learnt.automaton) {
        put(file, dot(automaton, &title(learnt)).as_bytes())?;
    }
    if let (Some(file), Some(automaton)) = (&arguments.svg, &learnt.automaton) {
        put(file, svg(automaton, &title(learnt)).as_bytes())?;
    }
    if let Some(file) = &arguments.html {
        let lives = Labelled::all([(None, learnt.clone())]);
        page(file, &[], &lives, &[])?;
    }
    if let (Some(folder), Some(report)) = (&arguments.save, &learnt.sequences) {
        for finding in &report.findings {
            let text = toml::to_string(&finding.sequence).map_err(|error| Stop {
                exit: Exit::Harness,
                message: format!("write a sequence as TOML: {error}"),
            })?;
            std::fs::create_dir_all(folder)
                .map_err(|error| Stop::usage(format!("make {}: {error}", folder.display())))?;
            put(
                &folder.join(format!("{}.toml", finding.rule)),
                text.as_bytes(),
            )?;
        }
    }
    if let Some(file) = &arguments.json {
        put_json(file, learnt)?;
    }
    if files(arguments).any(|file| is_stdout(file)) {
        return Ok(());
    }
    if let Some(why) = short_of {
        print(format!("exit 3: {why}\n\n"))?;
    }
    print(learnt.text())?;
    if !arguments.replay.is_empty() {
        let quiet = learnt.written.iter().filter(|one| one.breaches.is_empty());
        print(quiet.map(|one| format!("\n{one}")).collect::<String>())?;
    }
    Ok(())
}

/// The files that are asked for. One of them may be standard output, which then holds nothing else.
fn files(arguments: &Arguments) -> impl Iterator<Item = &PathBuf> {
    let files = [
        &arguments.dot,
        &arguments.svg,
        &arguments.html,
        &arguments.json,
    ];
    files.into_iter().flatten()
}

fn title(learnt: &Lifecycle) -> String {
    format!("The life of an import job: {}", learnt.target)
}

/// The sequences of this version, each with its path below `cases/`.
fn written() -> Result<Vec<(String, Sequence)>, Stop> {
    let suite = Suite::embedded().map_err(Stop::usage)?;
    Ok(suite.sequences().to_vec())
}

/// The sequence in a file, or the written one of that name.
fn read(file: &Path) -> Result<(String, Sequence), Stop> {
    let name = file.display().to_string();
    let text = match files::text(file) {
        Ok(text) => text,
        Err(error) => {
            let all = written()?;
            let names: Vec<_> = all.iter().map(|(one, _)| short(one)).collect();
            let told = format!(
                "read {name}: {error}; written sequences: {}",
                names.join(", ")
            );
            let found = all.into_iter().find(|(one, _)| short(one) == name);
            return found.ok_or_else(|| Stop::usage(told));
        }
    };
    let sequence = Suite::sequence(&name, &text).map_err(Stop::usage)?;
    Ok((name, sequence))
}

/// The name of a written sequence without its folder and extension.
fn short(path: &str) -> &str {
    let name = path.rsplit('/').next().unwrap_or(path);
    name.strip_suffix(".toml").unwrap_or(name)
}
