//! A run as a step of another command: no report.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::cli::guard::{guarded, interrupted};
use crate::cli::limits::Limits;
use crate::cli::progress::Bar;
use crate::cli::target::{SuiteArguments, TargetArguments};
use crate::cli::{Stop, runtime};
use crate::power;
use crate::report::{Results, TargetResult};
use crate::runner::{Gate, Plan, Runner};
use crate::suite::Suite;

/// What is run, and how.
#[derive(Debug)]
pub(crate) struct Judging<'a> {
    /// The arguments that chose the suite.
    pub(crate) suite: &'a SuiteArguments,
    pub(crate) limits: &'a Limits,
    pub(crate) selection: BTreeSet<String>,
    pub(crate) repeats: usize,
}

/// Runs a suite against the target that the arguments choose.
pub(crate) fn judge_target(
    target: &TargetArguments,
    suite: &Arc<Suite>,
    judging: Judging<'_>,
) -> Result<Results, Stop> {
    let runtime = runtime()?;
    let limits = judging.limits;
    let results = runtime.block_on(guarded(target, limits, async |session, deadline| {
        let profile = &session.profile;
        let (selection, waived) = judging.suite.pinned(profile, suite, judging.selection)?;
        let plan = Plan {
            first: power::published().minimal.clone(),
            deadline: deadline.clone(),
            ..Plan::of(selection)
        };
        let gate = Gate {
            min_coverage: limits.min_coverage(profile),
            ..Gate::default()
        };
        let bar = Bar::new(plan.selection.len(), gate, false);
        let ticker = bar.clone();
        let run = async {
            let runner = Runner::ready(Arc::clone(suite), session, None, deadline).await?;
            let runner = runner.repeating(judging.repeats);
            runner.run(&plan, move |step| ticker.show(step)).await
        };
        let run = run.await;
        bar.clear();
        let run = run.map_err(Stop::unreachable)?;
        let named = TargetResult {
            name: profile.name.clone(),
            endpoint: profile.url(),
        };
        Ok(Results {
            waived,
            ..Results::of(&run, suite, named, &plan, gate)
        })
    }));
    runtime.shutdown_background();
    match results? {
        (_, true) => Err(interrupted()),
        (results, false) => Ok(results),
    }
}
