//! `fullstop sweep`.

use std::process::ExitCode;
use std::time::Duration;

use clap::Args;

use crate::cli::target::TargetArguments;
use crate::cli::{Stop, complain, print, runtime};
use crate::provision::{Leftover, leftovers, remove};
use crate::runner::Exit;
use crate::target::{Api, Client, Profile, Provision};
use crate::visible::on_a_line;

/// What `--help` says at the end.
const EXAMPLES: &str = "\
A pool is ours if its name is the profile's prefix, a run id and a number, and nothing else. Its
jobs that run are stopped first. Exits 1 if something could not be deleted.

Examples:
  fullstop sweep --endpoint http://127.0.0.1:4566 --dry-run
  fullstop sweep --endpoint http://127.0.0.1:4566
  fullstop sweep --endpoint http://127.0.0.1:4566 --older-than 60";

/// Finds the pools that runs left behind, and deletes them.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Arguments {
    #[command(flatten)]
    target: TargetArguments,
    /// Show what would be deleted, and delete nothing.
    #[arg(long)]
    dry_run: bool,
    /// Only what this run left.
    #[arg(long, value_name = "ID")]
    run: Option<String>,
    /// Only what runs left that began at least so long ago: another may be under way.
    #[arg(long, value_name = "MINUTES", default_value_t = 0)]
    older_than: u64,
}

pub(crate) fn sweep(arguments: &Arguments) -> Result<ExitCode, Stop> {
    if arguments.target.keeps() {
        return Err(Stop::usage("keep what is swept: say --dry-run"));
    }
    let runtime = runtime()?;
    runtime.block_on(async {
        let profile = arguments.target.profile().await?;
        if profile.is_embedded() {
            return Err(Stop::usage(
                "sweep the embedded reference, which goes with the process: name a target",
            ));
        }
        let client = Client::new(&profile).map_err(Stop::usage)?;
        let api = match &profile.provision {
            Provision::Api(api) => api.clone(),
            Provision::Command { .. } | Provision::Fixed { .. } => Api::default(),
        };
        consent(arguments, &profile, &client, &api)?;
        let age = Duration::from_secs(arguments.older_than.saturating_mul(60));
        let found = leftovers(&client, api.prefix(), arguments.run.as_deref(), age)
            .await
            .map_err(|why| Stop {
                exit: Exit::Unjudged,
                message: format!("list the pools of {}: {why}", client.url()),
            })?;
        if arguments.dry_run {
            let lines = found.iter().map(|one| line("would delete", one));
            print(lines.collect::<String>() + &sum(found.len(), "to delete"))?;
            return Ok(ExitCode::SUCCESS);
        }
        let mut left = 0;
        for leftover in &found {
            match remove(&client, leftover).await {
                Ok(()) => print(line("deleted", leftover))?,
                Err(why) => {
                    left += 1;
                    complain(&format!(
                        "delete {} ({}): {why}",
                        leftover.pool, leftover.name
                    ));
                }
            }
        }
        print(sum(found.len() - left, "deleted"))?;
        Ok(if left == 0 {
            ExitCode::SUCCESS
        } else {
            ExitCode::from(Exit::Divergent.code())
        })
    })
}

/// Off this machine nothing is deleted that nobody asked for.
fn consent(
    arguments: &Arguments,
    profile: &Profile,
    client: &Client,
    api: &Api,
) -> Result<(), Stop> {
    if client.is_local() || arguments.dry_run || arguments.target.consents() || api.yes {
        return Ok(());
    }
    Err(Stop::usage(format!(
        "delete user pools on {}, which is not this machine: look with --dry-run, then say --yes",
        profile.url()
    )))
}

fn line(what: &str, leftover: &Leftover) -> String {
    let (pool, name) = (on_a_line(&leftover.pool), on_a_line(&leftover.name));
    format!("{what}  {pool}  {name}\n")
}

fn sum(count: usize, what: &str) -> String {
    let pools = if count == 1 { "pool" } else { "pools" };
    format!("{count} {pools} {what}\n")
}
