//! `fullstop fuzz --mutants`: how many executions a campaign needs to find each mutant.

use std::fmt::Write as _;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use serde::Serialize;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use crate::campaign::{Killed, Settings, distribution, time_to_kill};
use crate::cli::measuring::{bar, chosen};
use crate::cli::target::load_suite;
use crate::cli::{Stop, print, runtime};
use crate::files;
use crate::reference::Mutant;
use crate::runner::Exit;

/// How many mutants are measured at once on one processor: some keep their campaigns waiting for most of the time.
const AT_ONCE: usize = 4;

/// The table as it is published.
#[derive(Serialize)]
struct Table<'a> {
    generators: Vec<String>,
    feedback: bool,
    executions_max: Option<u64>,
    median: Option<u64>,
    percentile_90: Option<u64>,
    kills: usize,
    runs: usize,
    mutants: &'a [Killed],
}

pub(super) fn mutants(
    settings: &Settings,
    only: &[Mutant],
    runs: u64,
    json: Option<&Path>,
) -> Result<ExitCode, Stop> {
    let suite = load_suite(None)?;
    let mutants = chosen(only, Mutant::ALL);
    let bar = bar(mutants.len() as u64);
    let seeds = settings.seed..settings.seed + runs;
    let measured = async {
        let processors = std::thread::available_parallelism().map_or(1, usize::from);
        let permits = Arc::new(Semaphore::new(processors * AT_ONCE));
        let mut tasks = JoinSet::new();
        for mutant in mutants.iter().copied() {
            let (suite, permits, bar) = (Arc::clone(&suite), Arc::clone(&permits), bar.clone());
            let (settings, seeds) = (settings.clone(), seeds.clone());
            tasks.spawn(async move {
                let _permit = permits.acquire_owned().await;
                let killed = time_to_kill(mutant, seeds, &settings, &suite).await;
                bar.inc(1);
                killed
            });
        }
        let mut all = Vec::new();
        while let Some(done) = tasks.join_next().await {
            let killed = done.map_err(|error| Stop {
                exit: Exit::Harness,
                message: format!("measure a mutant: {error}"),
            })?;
            all.push(killed.map_err(|error| Stop {
                exit: Exit::Harness,
                message: error.to_string(),
            })?);
        }
        Ok(all)
    };
    let mut killed = runtime()?.block_on(measured)?;
    bar.finish_and_clear();
    let place = |one: &Killed| {
        Mutant::ALL
            .iter()
            .position(|mutant| mutant.name() == one.mutant)
    };
    killed.sort_by_key(place);
    report(settings, &killed, json)
}

fn report(settings: &Settings, killed: &[Killed], json: Option<&Path>) -> Result<ExitCode, Stop> {
    let (median, percentile_90, kills, runs) = distribution(killed);
    let mut text = String::new();
    for one in killed {
        let (own, _, kills, runs) = distribution(std::slice::from_ref(one));
        let own = own.map_or_else(|| "-".to_owned(), |executions| executions.to_string());
        let by = one.by.as_deref().unwrap_or("MISSED");
        let _ = writeln!(
            text,
            "{:<36}  {kills:>2}/{runs:<2}  {own:>7}  {by}",
            one.mutant
        );
    }
    let shown =
        |figure: Option<u64>| figure.map_or_else(|| "none".to_owned(), |one| one.to_string());
    let _ = writeln!(
        text,
        "\n{} mutants, {runs} campaigns, {kills} with a kill; executions until the first: median {}, 90th percentile {}",
        killed.len(),
        shown(median),
        shown(percentile_90)
    );
    print(text)?;
    if let Some(file) = json {
        let table = Table {
            generators: settings
                .generators
                .iter()
                .map(ToString::to_string)
                .collect(),
            feedback: settings.feedback,
            executions_max: settings.executions,
            median,
            percentile_90,
            kills,
            runs,
            mutants: killed,
        };
        // A mutant a line, so that a change is a readable difference.
        let text = serde_json::to_string(&table).map_err(|error| Stop {
            exit: Exit::Harness,
            message: format!("write JSON: {error}"),
        })?;
        let text = text.replace("{\"mutant\":", "\n{\"mutant\":");
        files::write(file, text + "\n")
            .map_err(|error| Stop::usage(format!("write {}: {error}", file.display())))?;
    }
    let exit = if kills == runs {
        Exit::Green
    } else {
        Exit::Divergent
    };
    Ok(ExitCode::from(exit.code()))
}
