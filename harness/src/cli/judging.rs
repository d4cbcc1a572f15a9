//! A run as a step of another command: no bar, no report.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::cli::guard::guarded;
use crate::cli::target::{SuiteArguments, TargetArguments};
use crate::cli::{Stop, runtime};
use crate::report::{Results, TargetResult};
use crate::runner::{Exit, Gate, Plan, Runner};
use crate::suite::Suite;

/// What is run, and how.
#[derive(Debug)]
pub(crate) struct Judging<'a> {
    /// The arguments that chose the suite.
    pub(crate) suite: &'a SuiteArguments,
    pub(crate) selection: BTreeSet<String>,
    pub(crate) repeats: usize,
}

/// As many cases at once as `run` has by default.
const CONCURRENCY: usize = 8;

/// Runs a suite against the target that the arguments choose.
pub(crate) fn judge_target(
    target: &TargetArguments,
    suite: &Arc<Suite>,
    judging: Judging<'_>,
) -> Result<Results, Stop> {
    let runtime = runtime()?;
    let results = runtime.block_on(guarded(target, async |session| {
        let plan = Plan {
            selection: judging
                .suite
                .pinned(&session.profile, suite, judging.selection)?,
            seed: 0,
            concurrency: CONCURRENCY,
            shard: None,
        };
        let run = async {
            let runner = Runner::new(Arc::clone(suite), session, None).await?;
            runner.repeating(judging.repeats).run(&plan, |_| {}).await
        };
        let run = run.await.map_err(|error: crate::runner::RunError| Stop {
            exit: Exit::Unjudged,
            message: format!("reach the target: {error}"),
        })?;
        let named = TargetResult {
            name: session.profile.name.clone(),
            endpoint: session.profile.url(),
        };
        Ok(Results::of(&run, suite, named, &plan, Gate::default()))
    }));
    runtime.shutdown_background();
    results?.ok_or_else(interrupted)
}

/// That a command was asked to end before it had anything to show.
pub(crate) fn interrupted() -> Stop {
    Stop {
        exit: Exit::Unjudged,
        message: "finish: interrupted, and nothing was written".to_owned(),
    }
}
