//! `fullstop plan`.

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use clap::Args;

use crate::cli::outputs::{check, is_stdout, put_json};
use crate::cli::run::REPEATS;
use crate::cli::target::{SuiteArguments, TargetArguments, within};
use crate::cli::{Stop, print, runtime};
use crate::contract::QuotaUse;
use crate::report::{Bounds, Forecast, TargetResult};
use crate::runner::{Exit, Plan, Repeats, rehearse};
use crate::target::{Profile, Provision};

/// What `--help` says at the end.
const EXAMPLES: &str = "\
The run is rehearsed on the embedded reference with the target's own settings, which takes some
seconds: what that is asked, the target would be asked, if it answers alike. The target gets no
request, and credentials are not needed.

Examples:
  fullstop plan --target aws --budget 20
  fullstop plan --endpoint http://127.0.0.1:4566 --filter job-id/length --json -";

/// Tells what a run would create and send, how long it would take, and what is out of reach.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Arguments {
    #[command(flatten)]
    target: TargetArguments,
    #[command(flatten)]
    suite: SuiteArguments,
    /// Plan for at most this many cases, as `run` chooses them.
    #[arg(long, value_name = "N")]
    budget: Option<usize>,
    /// Say what it adds that a run repeats each divergence so often; 0 does not.
    #[arg(long, value_name = "N", default_value_t = REPEATS, value_parser = clap::value_parser!(u16).range(0..=100))]
    repeats: u16,
    /// Write the plan to this file as JSON; `-` is standard output, which then holds nothing else.
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
}

pub(crate) fn plan(arguments: &Arguments) -> Result<ExitCode, Stop> {
    check(&arguments.json.iter().collect::<Vec<_>>(), &[])?;
    let (suite, selection) = arguments.suite.load()?;
    let target = &arguments.target;
    let profile = target.profile_without_credentials()?;
    let (selection, _) = arguments.suite.pinned(&profile, &suite, selection)?;
    let selection = within(arguments.budget, &suite, selection);
    let runtime = runtime()?;
    let plan = Plan {
        ..Plan::of(selection)
    };
    let rehearsal = runtime
        .block_on(rehearse(Arc::clone(&suite), &profile, &plan))
        .map_err(|error| Stop {
            exit: Exit::Harness,
            message: format!("rehearse the run: {error}"),
        })?;
    runtime.shutdown_background();
    let target = TargetResult {
        name: profile.name.clone(),
        endpoint: profile.url(),
    };
    let mut bounds = bounds(&profile);
    bounds
        .notes
        .extend(Repeats::foretold(usize::from(arguments.repeats)));
    let forecast = Forecast::of(&rehearsal, target, &bounds);
    if let Some(file) = &arguments.json {
        put_json(file, &forecast)?;
    }
    if !arguments.json.as_deref().is_some_and(is_stdout) {
        print(forecast.text())?;
    }
    Ok(ExitCode::SUCCESS)
}

/// What of a profile bounds a run, and what cannot be known of it.
pub(crate) fn bounds(profile: &Profile) -> Bounds {
    let quotas = profile.quotas.as_ref().map(|quotas| {
        let classes = quotas.0.iter();
        classes
            .map(|(class, limit)| {
                let quota = QuotaUse {
                    class: *class,
                    requests: 0,
                    account_limit: limit.account,
                    account_peak: 0,
                    account_mean: 0.0,
                    pool_limit: limit.pool,
                    pool_peak: 0,
                };
                (quota, f64::from(limit.account))
            })
            .collect()
    });
    let mut notes = Vec::new();
    match &profile.provision {
        Provision::Command { .. } => {
            notes.push("what the profile's program sends is not counted".to_owned());
        }
        Provision::Fixed { .. } => {
            notes.push("the profile's jobs are taken to be in the states that it says".to_owned());
        }
        Provision::Api(api) if profile.is_aws() && api.role_arn.is_none() => {
            notes.push(
                "a run needs the ARN of a role: `provision = { driver = \"api\", role_arn = \"…\" }` in [target.aws]"
                    .to_owned(),
            );
        }
        Provision::Api(_) => {}
    }
    Bounds {
        quotas: quotas.unwrap_or_default(),
        active_jobs: profile.active_jobs,
        notes,
    }
}
