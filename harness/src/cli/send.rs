//! `fullstop send`.

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use clap::Args;

use crate::case::{Ids, Message};
use crate::cli::guard::{INTERRUPTED, guarded};
use crate::cli::target::{TargetArguments, load_suite};
use crate::cli::{Stop, print, runtime};
use crate::runner::{Exit, Session};
use crate::suite::Suite;
use crate::wire::{Response, redact};

const EXAMPLES: &str = "\
Examples:
  # Make its precondition, send it, show the answer, clean up.
  fullstop send job-id/length-max/one-over --endpoint http://127.0.0.1:4566

  # On a job that exists.
  fullstop send job-id/length-max/one-over --endpoint http://127.0.0.1:4566 \\
    --user-pool-id us-east-1_Example01 --job-id import-Example001";

/// Sends one case to a target and prints the answer as it came: status line, headers, body.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Arguments {
    /// The case's id.
    case: String,
    #[command(flatten)]
    target: TargetArguments,
    /// The pool of an existing precondition; without it one is made, and released afterwards.
    #[arg(long, value_name = "ID", requires = "job_id")]
    user_pool_id: Option<String>,
    /// Its job.
    #[arg(long, value_name = "ID", requires = "user_pool_id")]
    job_id: Option<String>,
    /// Read the cases from this folder instead of the embedded ones.
    #[arg(long, value_name = "DIR")]
    cases: Option<PathBuf>,
}

pub(crate) fn send(arguments: &Arguments) -> Result<ExitCode, Stop> {
    let suite = load_suite(arguments.cases.as_deref())?;
    let runtime = runtime()?;
    let response = runtime.block_on(guarded(&arguments.target, async |session| {
        exchange(arguments, &suite, session).await
    }))?;
    runtime.shutdown_background();
    let Some(response) = response else {
        return Ok(ExitCode::from(INTERRUPTED));
    };
    print(shown(&response))?;
    Ok(ExitCode::SUCCESS)
}

async fn exchange(
    arguments: &Arguments,
    suite: &Arc<Suite>,
    session: &Session,
) -> Result<Response, Stop> {
    let Some(case) = suite.cases().find(|case| case.id == arguments.case) else {
        let message = format!(
            "find the case `{}`: `fullstop list` shows every id",
            arguments.case
        );
        return Err(Stop::usage(message));
    };
    let unjudged = |message: String| Stop {
        exit: Exit::Unjudged,
        message,
    };
    let deliver = async |message: &Message| {
        session
            .client
            .deliver(message)
            .await
            .map_err(|failure| unjudged(format!("send the case: {failure}")))
    };
    if let (Some(pool), Some(job)) = (&arguments.user_pool_id, &arguments.job_id) {
        let ids = Ids {
            pool: pool.clone(),
            job: job.clone(),
        };
        return deliver(&case.compose(&ids)).await;
    }
    let out_of_reach = |reason| unjudged(format!("make {} true: {reason}", case.given));
    let lease = session
        .provisioner
        .acquire(case.given)
        .await
        .map_err(|why| out_of_reach(why.to_string()))?;
    let mut armed = Ok(());
    if let Some(error) = &case.fault {
        armed = session.provisioner.fault(&lease, error).await;
    }
    let response = match armed {
        Ok(()) => deliver(&case.compose(&lease.ids)).await,
        Err(why) => Err(out_of_reach(why.to_string())),
    };
    session.provisioner.release(lease).await;
    response
}

/// The answer as it came, but for signatures and session tokens: the pre-signed URL of a job is a door.
fn shown(response: &Response) -> Vec<u8> {
    let mut text = format!("HTTP/1.1 {}\n", response.status).into_bytes();
    for header in &response.headers {
        text.extend_from_slice(header.name.as_bytes());
        text.extend_from_slice(b": ");
        text.extend_from_slice(&header.value);
        text.push(b'\n');
    }
    text.push(b'\n');
    text.extend_from_slice(&response.body);
    text.push(b'\n');
    let readable = String::from_utf8_lossy(&text);
    let redacted = redact(&readable);
    if redacted == readable {
        text
    } else {
        redacted.into_bytes()
    }
}
