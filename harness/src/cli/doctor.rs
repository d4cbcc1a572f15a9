//! `fullstop doctor`.

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use clap::Args;

use crate::cli::guard::{INTERRUPTED, Interrupts, list_leftovers};
use crate::cli::outputs::{is_stdout, put_json};
use crate::cli::target::TargetArguments;
use crate::cli::{Stop, print, runtime};
use crate::doctor::{Diagnosis, Examined, examine, shown};
use crate::runner::{Exit, Session};
use crate::target::{Client, Profile, Provision};

const NOTES: &str = "\
It sends a few hundred requests at most: it reads, and it makes each state of a job true, twice,
on pools of its own, which it deletes. Off this machine nothing is made without --yes.

Exit codes: 0 the operation can be judged there; 2 a fault in the command line or a profile;
3 it cannot, and the last line says why; 130 interrupted.

Examples:
  fullstop doctor --endpoint http://127.0.0.1:4566
  fullstop doctor --target reference --json -";

/// Looks at a target: reachable or why not, protocol, clock, signatures, operations, states, faults.
#[derive(Debug, Args)]
#[command(after_help = NOTES)]
pub(crate) struct Arguments {
    #[command(flatten)]
    target: TargetArguments,
    /// Also write what was found to this file as JSON; `-` is standard output, which then holds nothing else.
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
}

pub(crate) fn doctor(arguments: &Arguments) -> Result<ExitCode, Stop> {
    let profile = runtime()?.block_on(arguments.target.profile())?;
    let Some(found) = diagnose(&arguments.target, profile)? else {
        return Ok(ExitCode::from(INTERRUPTED));
    };
    let to_stdout = arguments.json.as_deref().is_some_and(is_stdout);
    if let Some(file) = &arguments.json {
        put_json(file, &found)?;
    }
    if !to_stdout {
        print(shown(&found))?;
    }
    Ok(exit(&found))
}

fn exit(found: &Diagnosis) -> ExitCode {
    let exit = match found.obstacle {
        None => Exit::Green,
        Some(_) => Exit::Unjudged,
    };
    ExitCode::from(exit.code())
}

/// Looks at a profile's target, and cleans up. None if it was interrupted.
pub(crate) fn diagnose(
    arguments: &TargetArguments,
    profile: Profile,
) -> Result<Option<Diagnosis>, Stop> {
    let runtime = runtime()?;
    let found = runtime.block_on(async {
        let mut interrupts = Interrupts::new()?;
        let client = Client::new(&profile);
        // The embedded endpoint has no client until it listens, and may always be asked.
        let forbidden = match (&client, &profile.provision) {
            (Ok(client), Provision::Api(api)) => {
                !(client.is_loopback() || api.yes || arguments.consents())
            }
            _ => false,
        };
        if let (true, Ok(client)) = (forbidden, &client) {
            let examined = Examined {
                profile: &profile,
                client,
                provisioner: Err(
                    "nothing is made on an endpoint off this machine without --yes".to_owned(),
                ),
            };
            return Ok(tokio::select! {
                found = examine(&examined) => Some(found),
                () = interrupts.next() => None,
            });
        }
        let session = arguments.open_profile(profile).await?;
        let examined = Examined {
            profile: &session.profile,
            client: &session.client,
            provisioner: Ok(Arc::clone(&session.provisioner)),
        };
        let found = tokio::select! {
            found = examine(&examined) => Some(found),
            () = interrupts.next() => None,
        };
        Ok(ended(session, found, arguments.keeps()).await)
    });
    // A task that still waits for a silent endpoint is not waited for.
    runtime.shutdown_background();
    found
}

/// With what could not be deleted.
async fn ended(session: Session, found: Option<Diagnosis>, keep: bool) -> Option<Diagnosis> {
    let leftovers = session.close().await;
    let leftovers: Vec<_> = leftovers.into_iter().filter(|_| !keep).collect();
    match found {
        Some(mut found) => {
            found.leftovers = leftovers;
            Some(found)
        }
        None => {
            list_leftovers(&leftovers);
            None
        }
    }
}
