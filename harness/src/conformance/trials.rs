//! One libtest-mimic trial for each case and invariant, named by its id.
//!
//! What was not judged (out of reach, not implemented, not established) is reported as ignored with its reason, never as
//! passed. nextest counts what is ignored while it runs as passed: how much was judged stands in a [`Report`] only.
//!
//! [`Report`]: crate::conformance::Report

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::process::ExitCode;
use std::slice;
use std::sync::{Arc, Mutex, OnceLock};

use libtest_mimic::{Arguments, Completion, Failed, Trial};
use tokio::runtime::Runtime;

use crate::case::{Case, Level};
use crate::conformance::opened::{Opened, today};
use crate::conformance::{Conformance, ConformanceError};
use crate::ledger::Ledger;
use crate::report::standing;
use crate::runner::{Known, KnownEntry, KnownState, Plan, Record, Runner, Verdict, recognise};
#[cfg(feature = "snapshots")]
use crate::snapshot::{self, Checked};
use crate::suite::Suite;

impl Conformance {
    /// Runs one trial for each case that is selected, as the process's arguments say: the whole `main` of a test with
    /// `harness = false`.
    pub fn main(&self) -> ExitCode {
        let arguments = Arguments::from_args();
        let trials = self.trials().unwrap_or_else(|error| {
            let why = format!("failed to {error}");
            vec![Trial::test("suite", move || Err(failed(why)))]
        });
        libtest_mimic::run(&arguments, trials).exit_code()
    }

    /// The trials alone, for a test that has others beside them.
    pub fn trials(&self) -> Result<Vec<Trial>, ConformanceError> {
        let (suite, selection) = self.selected().map_err(ConformanceError::Suite)?;
        let endpoint = Arc::new(Endpoint {
            conformance: self.clone(),
            ledger: self.known(&suite)?,
            suite: Arc::clone(&suite),
            opened: OnceLock::new(),
            invariants: OnceLock::new(),
        });
        let mut trials = Vec::new();
        for requirement in suite.requirements() {
            for case in requirement
                .cases
                .iter()
                .filter(|case| selection.contains(&case.id))
            {
                let (endpoint, case) = (Arc::clone(&endpoint), Arc::clone(case));
                let title = requirement.text.clone();
                trials.push(Trial::ignorable_test(case.id.clone(), move || {
                    endpoint.case(&case, &title)
                }));
            }
            if requirement.invariant.is_some() && selection.contains(&requirement.id) {
                let (endpoint, id) = (Arc::clone(&endpoint), requirement.id.clone());
                trials.push(Trial::ignorable_test(id.clone(), move || {
                    endpoint.invariant(&id)
                }));
            }
        }
        // A case alone does not show whether its entry in the ledger is needed still.
        let entries = endpoint.ledger.iter().flat_map(Ledger::entries);
        for (index, entry) in entries.enumerate() {
            let listed = suite.ids().filter(|id| entry.lists(id));
            let listed: BTreeSet<_> = listed.map(str::to_owned).collect();
            if listed.is_subset(&selection) {
                let subject = entry.subject().word();
                let name = format!("ledger/{subject}/{}#{index}", entry.name());
                let endpoint = Arc::clone(&endpoint);
                trials.push(Trial::ignorable_test(name, move || {
                    endpoint.entry(index, listed.clone())
                }));
            }
        }
        Ok(trials)
    }
}

/// What the trials judge. Opened by the first of them that runs, and closed with the last.
struct Endpoint {
    conformance: Conformance,
    suite: Arc<Suite>,
    ledger: Option<Ledger>,
    opened: OnceLock<Result<Ready, String>>,
    invariants: OnceLock<Result<Vec<Record>, String>>,
}

struct Ready {
    runtime: Runtime,
    runner: Runner,
    /// Taken when the last trial is over.
    opened: Mutex<Option<Opened>>,
}

impl Endpoint {
    fn case(&self, case: &Case, title: &str) -> Result<Completion, Failed> {
        let ready = self.ready()?;
        let mut record = ready
            .runtime
            .block_on(ready.runner.case(case))
            .map_err(failed)?;
        self.recognise(slice::from_mut(&mut record));
        let completion = self.judged(&record);
        self.compared(&record, title, completion)
    }

    /// Invariants are held to the answers of every case: one run of them all serves each.
    fn invariant(&self, id: &str) -> Result<Completion, Failed> {
        let ready = self.ready()?;
        let records = self.invariants.get_or_init(|| {
            let of_invariants = self.suite.requirements().iter();
            let selection = of_invariants
                .filter(|requirement| requirement.invariant.is_some())
                .map(|requirement| requirement.id.clone())
                .collect();
            let plan = Plan {
                concurrency: self.conformance.concurrency,
                ..Plan::of(selection)
            };
            let run = ready.runtime.block_on(ready.runner.run(&plan, |_| {}));
            let mut run = run.map_err(|error| error.to_string())?;
            self.recognise(&mut run.records);
            Ok(run.records)
        });
        let records = records.as_ref().map_err(failed)?;
        let record = records.iter().find(|record| record.id == id);
        record.map_or_else(
            || Err(failed("it was not run")),
            |record| self.judged(record),
        )
    }

    /// An entry of the ledger, by the cases that it lists.
    fn entry(&self, index: usize, listed: BTreeSet<String>) -> Result<Completion, Failed> {
        let ready = self.ready()?;
        let plan = Plan {
            concurrency: self.conformance.concurrency,
            ..Plan::of(listed)
        };
        let run = ready.runtime.block_on(ready.runner.run(&plan, |_| {}));
        let mut run = run.map_err(|error| failed(error.to_string()))?;
        let stands = self.recognise(&mut run.records);
        let entry = &stands[index];
        let (state, standing) = (entry.state, standing(entry));
        let counts = entry.level == Level::Must || self.conformance.strict;
        match state.is_outdated() && counts {
            true => Err(failed(format!(
                "{}: {standing}; `fullstop ledger prune` removes what is stale",
                state.name()
            ))),
            false => Ok(Completion::ignored_with(format!(
                "{}: {standing}",
                state.name()
            ))),
        }
    }

    fn recognise(&self, records: &mut [Record]) -> Vec<KnownEntry> {
        match &self.ledger {
            Some(ledger) => recognise(records, &self.suite, ledger, today(), false),
            None => Vec::new(),
        }
    }

    fn ready(&self) -> Result<&Ready, Failed> {
        self.opened
            .get_or_init(|| self.open().map_err(|error| format!("failed to {error}")))
            .as_ref()
            .map_err(failed)
    }

    fn open(&self) -> Result<Ready, ConformanceError> {
        let runtime = Runtime::new()
            .map_err(|error| ConformanceError::Launch(format!("start a runtime: {error}")))?;
        let opened = runtime.block_on(self.conformance.open())?;
        let runner = Runner::new(Arc::clone(&self.suite), &opened.session, None);
        let runner = runtime.block_on(runner).map_err(ConformanceError::Run)?;
        Ok(Ready {
            runtime,
            runner,
            opened: Mutex::new(Some(opened)),
        })
    }

    /// What a trial makes of a record: a gate's view, with every difference and the line that shows it again.
    fn judged(&self, record: &Record) -> Result<Completion, Failed> {
        let reason = record
            .reason
            .as_ref()
            .map_or_else(String::new, ToString::to_string);
        if self.conformance.gate().fails(record) {
            return Err(failed(finding(record, &reason)));
        }
        let is_improved = |known: &&Known| known.state == KnownState::Improved;
        if let Some(known) = record.known.as_ref().filter(|known| !is_improved(known)) {
            let counts = record.level == Level::Must || self.conformance.strict;
            let why = format!(
                "{} in the ledger as {}: {}",
                record.verdict,
                known.state.name(),
                known.reason
            );
            return if known.state.is_outdated() && counts {
                Err(failed(why))
            } else {
                Ok(Completion::ignored_with(why))
            };
        }
        match record.verdict {
            Verdict::Pass | Verdict::Tolerated | Verdict::Shadowed => Ok(Completion::Completed),
            // An advisory is no failure, and no pass either.
            verdict => Ok(Completion::ignored_with(format!("{verdict}: {reason}"))),
        }
    }

    /// Holds an answer to its snapshot, if there are any. The verdict speaks first: it says what is wrong, the snapshot only
    /// that something is.
    #[cfg(feature = "snapshots")]
    fn compared(
        &self,
        record: &Record,
        title: &str,
        completion: Result<Completion, Failed>,
    ) -> Result<Completion, Failed> {
        let (Some(folder), Some(exchange)) = (&self.conformance.snapshots, &record.exchange) else {
            return completion;
        };
        let checked = snapshot::check(folder, &record.id, title, &exchange.normalised);
        match (completion?, checked) {
            (_, Checked::Changed { difference, .. }) => Err(failed(format!(
                "the answer is not the recorded one\n{difference}"
            ))),
            (_, Checked::Match) if record.verdict == Verdict::Observed => Ok(Completion::Completed),
            (completion, Checked::Match) => Ok(completion),
        }
    }

    #[cfg(not(feature = "snapshots"))]
    fn compared(
        &self,
        _: &Record,
        _: &str,
        completion: Result<Completion, Failed>,
    ) -> Result<Completion, Failed> {
        completion
    }
}

impl Drop for Endpoint {
    fn drop(&mut self) {
        if let Some(Ok(ready)) = self.opened.get_mut()
            && let Ok(opened) = ready.opened.get_mut()
            && let Some(opened) = opened.take()
        {
            ready.runtime.block_on(opened.close());
        }
    }
}

fn finding(record: &Record, reason: &str) -> String {
    let mut message = format!("{}: {reason}", record.verdict);
    for (case, violation) in record.wrong() {
        let case = case.map_or_else(String::new, |case| format!("{case}: "));
        let _ = write!(message, "\n  {case}{violation}");
    }
    if let Some(exchange) = &record.exchange {
        let _ = write!(
            message,
            "\nsent\n{}\ncame\n{}",
            exchange.sent, exchange.came
        );
    }
    if let Some(replay) = &record.replay {
        let _ = write!(message, "\nreplay\n{replay}");
    }
    message
}

fn failed(message: impl ToString) -> Failed {
    Failed::from(message.to_string())
}
