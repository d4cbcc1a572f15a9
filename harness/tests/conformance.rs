//! One trial per case and invariant, named by its id: against the embedded reference, whose answers must also be the
//! recorded ones, or against `FULLSTOP_ENDPOINT`.
//!
//! What was not judged (out of reach, not implemented, not established) is reported as ignored with its reason, never as
//! passed.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::{Arc, Mutex, OnceLock};

use fullstop::case::Case;
use fullstop::runner::{Gate, Plan, Record, Runner, Session, Verdict};
use fullstop::snapshot::{self, Checked};
use fullstop::suite::Suite;
use fullstop::target::{Environment, Profile};
use libtest_mimic::{Arguments, Completion, Failed, Trial};
use tokio::runtime::Runtime;

/// How many cases an invariant's own run has under way at once.
const CONCURRENCY: usize = 8;

fn main() -> ExitCode {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    // First of all, since it sets environment variables.
    snapshot::prepare(root);
    let arguments = Arguments::from_args();
    let suite = match Suite::embedded() {
        Ok(suite) => Arc::new(suite),
        Err(error) => panic!("{error}"),
    };
    let target = Arc::new(Target::new(
        Arc::clone(&suite),
        root.join("snapshots/reference"),
    ));

    let mut trials = Vec::new();
    for requirement in suite.requirements() {
        for case in &requirement.cases {
            let (target, case, title) = (
                Arc::clone(&target),
                Arc::clone(case),
                requirement.text.clone(),
            );
            let id = case.id.clone();
            trials.push(Trial::ignorable_test(id, move || {
                target.case(&case, &title)
            }));
        }
        if requirement.invariant.is_some() {
            let (target, id) = (Arc::clone(&target), requirement.id.clone());
            trials.push(Trial::ignorable_test(id.clone(), move || {
                target.invariant(&id)
            }));
        }
    }
    let conclusion = libtest_mimic::run(&arguments, trials);
    target.close();
    if conclusion.has_failed() {
        ExitCode::from(101)
    } else {
        ExitCode::SUCCESS
    }
}

/// What the trials judge. Opened by the first trial that runs, so that listing touches no network.
struct Target {
    suite: Arc<Suite>,
    snapshots: PathBuf,
    opened: OnceLock<Result<Opened, String>>,
    invariants: OnceLock<Result<Vec<Record>, String>>,
}

struct Opened {
    runtime: Runtime,
    runner: Runner,
    plan: Plan,
    embedded: bool,
    session: Mutex<Option<Session>>,
}

impl Target {
    fn new(suite: Arc<Suite>, snapshots: PathBuf) -> Self {
        Self {
            suite,
            snapshots,
            opened: OnceLock::new(),
            invariants: OnceLock::new(),
        }
    }

    fn case(&self, case: &Case, title: &str) -> Result<Completion, Failed> {
        let opened = self.opened()?;
        let record = opened
            .runtime
            .block_on(opened.runner.case(case))
            .map_err(failed)?;
        let completion = judged(&record);
        match (&record.exchange, opened.embedded) {
            (Some(exchange), true) => {
                let checked =
                    snapshot::check(&self.snapshots, &case.id, title, &exchange.normalised);
                // The verdict speaks first: it says what is wrong, the snapshot only that something is.
                let completion = completion?;
                match checked {
                    Checked::Changed { difference, .. } => Err(failed(format!(
                        "the answer is not the recorded one\n{difference}"
                    ))),
                    Checked::Match if record.verdict == Verdict::Observed => {
                        Ok(Completion::Completed)
                    }
                    Checked::Match => Ok(completion),
                }
            }
            _ => completion,
        }
    }

    /// Invariants are held to the answers of every case: one run of them all serves each.
    fn invariant(&self, id: &str) -> Result<Completion, Failed> {
        let opened = self.opened()?;
        let records = self.invariants.get_or_init(|| {
            let run = opened.runner.run(&opened.plan, |_| {});
            opened
                .runtime
                .block_on(run)
                .map(|run| run.records)
                .map_err(|error| error.to_string())
        });
        let records = records.as_ref().map_err(failed)?;
        let record = records.iter().find(|record| record.id == id);
        record.map_or_else(|| Err(failed("it was not run")), judged)
    }

    fn opened(&self) -> Result<&Opened, Failed> {
        self.opened
            .get_or_init(|| self.open())
            .as_ref()
            .map_err(failed)
    }

    fn open(&self) -> Result<Opened, String> {
        let runtime = Runtime::new().map_err(|error| error.to_string())?;
        let profile = match std::env::var("FULLSTOP_ENDPOINT") {
            Ok(url) => Profile::endpoint(&url, &Environment::from_process())
                .map_err(|error| format!("failed to {error}"))?,
            Err(_) => Profile::reference(),
        };
        let session = runtime
            .block_on(Session::open(profile, false, false))
            .map_err(|error| format!("failed to {error}"))?;
        let invariants = self.suite.requirements().iter();
        let selection: BTreeSet<_> = invariants
            .filter(|requirement| requirement.invariant.is_some())
            .map(|requirement| requirement.id.clone())
            .collect();
        let plan = Plan {
            selection,
            seed: 0,
            concurrency: CONCURRENCY,
            shard: None,
        };
        let runner = runtime
            .block_on(Runner::new(Arc::clone(&self.suite), &session, None))
            .map_err(|error| error.to_string())?;
        let embedded = session.is_embedded();
        Ok(Opened {
            runtime,
            runner,
            plan,
            embedded,
            session: Mutex::new(Some(session)),
        })
    }

    fn close(&self) {
        let Some(Ok(opened)) = self.opened.get() else {
            return;
        };
        let session = opened
            .session
            .lock()
            .ok()
            .and_then(|mut session| session.take());
        if let Some(session) = session {
            opened.runtime.block_on(session.close());
        }
    }
}

/// What a trial makes of a record: a gate's view, with every difference and the line that shows it again.
fn judged(record: &Record) -> Result<Completion, Failed> {
    let reason = record.reason.clone().unwrap_or_default();
    if Gate::default().fails(record) {
        let mut message = format!("{}: {reason}", record.verdict);
        for mismatch in &record.mismatches {
            message.push_str(&format!("\n  {mismatch}"));
        }
        if let Some(exchange) = &record.exchange {
            message.push_str(&format!(
                "\nsent\n{}\ncame\n{}",
                exchange.sent, exchange.came
            ));
        }
        if let Some(replay) = &record.replay {
            message.push_str(&format!("\nreplay\n{replay}"));
        }
        return Err(failed(message));
    }
    match record.verdict {
        Verdict::Pass | Verdict::Tolerated => Ok(Completion::Completed),
        // An advisory is no failure, and no pass either.
        verdict => Ok(Completion::ignored_with(format!("{verdict}: {reason}"))),
    }
}

fn failed(message: impl ToString) -> Failed {
    Failed::from(message.to_string())
}
