//! `fullstop doctor`.

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use clap::Args;

use crate::cli::guard::{Guard, INTERRUPTED};
use crate::cli::limits::Limits;
use crate::cli::outputs::{check, is_stdout, put_json};
use crate::cli::target::TargetArguments;
use crate::cli::{Stop, print, runtime};
use crate::doctor::{Diagnosis, Examined, examine, shown};
use crate::runner::Exit;
use crate::target::{Client, Profile, Provision};

const NOTES: &str = "\
It reads, it makes each state of a job true, twice, and it sends the cases at level must, on pools
of its own, which it deletes: about a thousand requests nearby, fewer elsewhere. Off this machine
and its networks nothing is created without --yes.

Exit codes: 0 the operation can be judged there; 2 a fault in the command line or a profile;
3 it cannot, and the last line says why; 130 interrupted.

Examples:
  fullstop doctor --endpoint http://127.0.0.1:4566
  fullstop doctor --target reference --json -";

/// How long a look that creates nothing may take.
const LIMIT: Duration = Duration::from_secs(60);

/// Looks at a target: reachable or why not, protocol, clock, signatures, operations, states, faults.
#[derive(Debug, Args)]
#[command(after_help = NOTES)]
pub(crate) struct Arguments {
    #[command(flatten)]
    target: TargetArguments,
    #[command(flatten)]
    limits: Limits,
    /// Also write what was found to this file as JSON; `-` is standard output, which then holds nothing else.
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
}

pub(crate) fn doctor(arguments: &Arguments) -> Result<ExitCode, Stop> {
    check(&arguments.json.iter().collect::<Vec<_>>(), &[])?;
    let profile = runtime()?.block_on(arguments.target.profile())?;
    let (found, was_interrupted) = diagnose(&arguments.target, &arguments.limits, profile)?;
    let to_stdout = arguments.json.as_deref().is_some_and(is_stdout);
    if let Some(file) = &arguments.json {
        put_json(file, &found)?;
    }
    if !to_stdout {
        print(shown(&found))?;
    }
    Ok(match was_interrupted {
        true => ExitCode::from(INTERRUPTED),
        false => exit(&found),
    })
}

fn exit(found: &Diagnosis) -> ExitCode {
    let exit = match found.obstacle {
        None => Exit::Green,
        Some(_) => Exit::Unjudged,
    };
    ExitCode::from(exit.code())
}

/// Looks at a profile's target, and cleans up. Whether it was interrupted comes with what was found until then.
pub(crate) fn diagnose(
    arguments: &TargetArguments,
    limits: &Limits,
    profile: Profile,
) -> Result<(Diagnosis, bool), Stop> {
    let runtime = runtime()?;
    let found = runtime.block_on(async {
        let guard = Guard::new()?;
        let min_coverage = limits.min_coverage(&profile);
        let client = Client::new(&profile);
        // The embedded endpoint has no client until it listens, and may always be asked.
        let forbidden = match (&client, &profile.provision) {
            (Ok(client), Provision::Api(api)) => {
                !(client.is_local() || api.yes || arguments.consents())
            }
            _ => false,
        };
        if let (true, Ok(client)) = (forbidden, &client) {
            let examined = Examined {
                profile: &profile,
                client,
                provisioner: Err(
                    "nothing is created off this machine and its networks without --yes".to_owned(),
                ),
                session: None,
                min_coverage,
            };
            let deadline = guard.deadline().within(limits.explicit().unwrap_or(LIMIT));
            let found = examine(&examined, &deadline).await;
            return Ok((found, guard.is_interrupted()));
        }
        let session = guard.open(arguments.open_profile(profile)).await?;
        guard.watch(&session, arguments);
        let limit = limits.time(&session, guard.deadline()).await?;
        let deadline = guard.deadline().within(limit);
        let examined = Examined {
            profile: &session.profile,
            client: &session.client,
            provisioner: Ok(Arc::clone(&session.provisioner)),
            session: Some(&session),
            min_coverage,
        };
        let mut found = examine(&examined, &deadline).await;
        let leftovers = session.close().await;
        found.leftovers = leftovers
            .into_iter()
            .filter(|_| !arguments.keeps())
            .collect();
        Ok((found, guard.is_interrupted()))
    });
    // A task that still waits for a silent endpoint is not waited for.
    runtime.shutdown_background();
    found
}
