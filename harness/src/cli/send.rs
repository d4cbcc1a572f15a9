//! `fullstop send`.

use std::fmt::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use clap::Args;

use crate::case::{Case, Ids};
use crate::cli::guard::{INTERRUPTED, guarded};
use crate::cli::limits::Limits;
use crate::cli::target::{TargetArguments, load_suite};
use crate::cli::{Stop, print, runtime};
use crate::clock::Deadline;
use crate::nearest::did_you_mean;
use crate::report::{expected, on_a_line, request_and_response};
use crate::runner::{Exit, Gate, Record, Runner, Session, Verdict};
use crate::suite::Suite;

const EXAMPLES: &str = "\
Examples:
  # Make what the case needs, send it, show the exchange and the verdict, clean up.
  fullstop send job-id/length-max/one-over --endpoint http://127.0.0.1:4566

  # On a job that exists. Without a control, and without a look at the job afterwards.
  fullstop send job-id/length-max/one-over --endpoint http://127.0.0.1:4566 \\
    --user-pool-id us-east-1_Example01 --job-id import-Example001

Exit codes: those of `fullstop run` with this one case.";

/// Sends one case to a target and prints the request, the response, what was expected, and the verdict.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Arguments {
    /// The case's id.
    case: String,
    #[command(flatten)]
    target: TargetArguments,
    #[command(flatten)]
    limits: Limits,
    /// The pool of an existing job; without it one is made, and deleted afterwards.
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
    let case = find(&suite, &arguments.case)?;
    let runtime = runtime()?;
    let limits = &arguments.limits;
    let sent = runtime.block_on(guarded(
        &arguments.target,
        limits,
        async |session, deadline| exchange(arguments, &suite, &case, session, deadline).await,
    ));
    runtime.shutdown_background();
    let (record, was_interrupted) = sent?;
    if was_interrupted {
        return Ok(ExitCode::from(INTERRUPTED));
    }
    let (exit, reason) = Gate::default().exit(std::slice::from_ref(&record), &[]);
    print(shown(&case, &record, exit, reason.as_deref()))?;
    Ok(ExitCode::from(exit.code()))
}

/// The case of an id.
fn find(suite: &Suite, id: &str) -> Result<Arc<Case>, Stop> {
    let found = suite.cases().find(|case| case.id == id).cloned();
    found.ok_or_else(|| {
        let ids = suite.cases().map(|case| case.id.as_str());
        let near = did_you_mean(id, ids, "`fullstop list`");
        Stop::usage(format!("find the case `{id}`: {near}"))
    })
}

async fn exchange(
    arguments: &Arguments,
    suite: &Arc<Suite>,
    case: &Case,
    session: &Session,
    deadline: &Deadline,
) -> Result<Record, Stop> {
    let runner = Runner::ready(Arc::clone(suite), session, None, deadline)
        .await
        .map_err(Stop::unreachable)?;
    if let (Some(pool), Some(job)) = (&arguments.user_pool_id, &arguments.job_id) {
        let ids = Ids {
            pool: pool.clone(),
            job: job.clone(),
        };
        return Ok(runner.on_job(case, &ids).await);
    }
    runner.case(case).await.map_err(Stop::unreachable)
}

fn shown(case: &Case, record: &Record, exit: Exit, reason: Option<&str>) -> String {
    let mut text = format!("{}  {}\n", case.id, case.level);
    let _ = writeln!(text, "  given    {}", case.given);
    if let Some(exchange) = &record.exchange {
        request_and_response(exchange, &mut text);
    }
    expected(case, &mut text);
    for (_, violation) in record.wrong() {
        let _ = writeln!(text, "  differs  {violation}");
    }
    let note = record
        .reason
        .as_ref()
        .map_or_else(String::new, |why| format!(": {why}"));
    let _ = writeln!(text, "  verdict  {}{}", record.verdict, on_a_line(&note));
    let why = reason.filter(|_| record.verdict != Verdict::Observed);
    let why = why.map_or_else(String::new, |why| format!(": {}", on_a_line(why)));
    let _ = writeln!(text, "exit {}{why}", exit.code());
    text
}
