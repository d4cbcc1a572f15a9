//! Runs the cases at level must, to see how many of them can be judged: what they come to is told by `fullstop run`.

use std::sync::Arc;

use crate::case::Level;
use crate::clock::Deadline;
use crate::doctor::diagnosis::{Diagnosis, Sample};
use crate::power;
use crate::runner::{Exit, Gate, Plan, RunError, Runner, Session, Summary};
use crate::suite::Suite;

/// How many cases are sent to an endpoint that is not nearby, the most telling first: quotas make each of them dear.
const CASES_AFAR: usize = 20;

pub(crate) async fn judge(
    session: &Session,
    min_coverage: f64,
    deadline: &Deadline,
    diagnosis: &mut Diagnosis,
) -> Result<(), RunError> {
    // The suite of this version loads: a test says so.
    let Ok(suite) = Suite::embedded() else {
        return Ok(());
    };
    let first = power::published().minimal.clone();
    let is_must = |id: &&str| {
        let mut cases = suite.cases();
        cases.any(|case| case.id == **id && case.level == Level::Must)
    };
    let mut selection: Vec<_> = suite.ids().filter(is_must).map(str::to_owned).collect();
    if !session.client.is_local() {
        selection = power::published().ranked(selection.into_iter());
        selection.truncate(CASES_AFAR);
    }
    let plan = Plan {
        first,
        deadline: deadline.clone(),
        ..Plan::of(selection.into_iter().collect())
    };
    let runner = Runner::new(Arc::new(suite), session, None).await?;
    let run = runner.run(&plan, |_| {}).await?;
    let gate = Gate {
        min_coverage,
        ..Gate::default()
    };
    let summary = Summary::of(&run.records);
    let short_of = match gate.exit(&run.records, &[]) {
        (Exit::Unjudged, reason) => reason,
        _ => None,
    };
    diagnosis.active_jobs = diagnosis.active_jobs.or(run.active_jobs);
    diagnosis.sample = Some(Sample {
        cases: run.records.len(),
        coverage: summary.must_coverage,
        short_of,
    });
    Ok(())
}
