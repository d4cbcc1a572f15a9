//! A whole run: which cases, in which order, how many at once.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::json;
use tokio::sync::{RwLock, Semaphore};
use tokio::task::{JoinError, JoinSet};

use crate::case::{Case, Given, Level, Requirement};
use crate::contract::{Operation, Status};
use crate::ledger::Ledger;
use crate::oracle::{Evidence, Observed};
use crate::recording::{Head, Player, Recording, Tape, Unsupported};
use crate::runner::attempt::{Active, Judge};
use crate::runner::breaker::Breaker;
use crate::runner::control::Controls;
use crate::runner::probe::Probe;
use crate::runner::repeats::Repeating;
use crate::runner::replay::Replays;
use crate::runner::stage::{Live, Stage, now};
use crate::runner::{Record, Session, Shard, Testimony, Verdict};
use crate::snapshot::Recorded;
use crate::suite::Suite;
use crate::target::Failure;
use crate::wire::Response;

/// What to run and how.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The ids to report.
    pub selection: BTreeSet<String>,
    /// Decides the order in which cases start. No verdict depends on it.
    pub seed: u64,
    /// How many cases are under way at once.
    pub concurrency: usize,
    /// Which part of the selection is run; all of it if none. An invariant is then held to the answers of that part.
    pub shard: Option<Shard>,
}

/// A finished run.
#[derive(Clone, Debug)]
pub struct Run {
    /// What came of each selected case and invariant, in the order of their ids.
    pub records: Vec<Record>,
    /// How many ids of the suite were not selected.
    pub excluded: usize,
    /// What the answers say of the selected invariants.
    pub testimony: Testimony,
}

/// Why there was no run.
#[derive(Debug)]
pub enum RunError {
    /// The endpoint cannot be reached or does not answer.
    Unreachable(String),
}

impl fmt::Display for RunError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreachable(why) => f.write_str(why),
        }
    }
}

impl std::error::Error for RunError {}

/// Runs a suite against one target.
#[derive(Debug)]
pub struct Runner {
    suite: Arc<Suite>,
    judge: Arc<Judge>,
    /// What the endpoint says to an operation that does not exist, where it was asked.
    probe: Option<Probe>,
    /// The operations that a recorded endpoint said it does not implement.
    unsupported: Vec<(Operation, String)>,
    /// How often a divergence is repeated.
    repeats: usize,
    /// The fingerprints of divergences that are not repeated, by the ids of the cases.
    spared: BTreeMap<String, String>,
}

impl Runner {
    /// Looks at a session's endpoint and gets ready. `snapshots` are what its answers are compared with, if anything.
    pub async fn new(
        suite: Arc<Suite>,
        session: &Session,
        snapshots: Option<Recorded>,
    ) -> Result<Self, RunError> {
        let client = session.client.clone();
        // The embedded endpoint is there, and has the operation, however wrong it may be about it.
        let probe = if session.is_embedded() {
            None
        } else {
            let probe = Probe::ask(&client).await;
            Some(probe.map_err(|failure| RunError::Unreachable(failure.to_string()))?)
        };
        let active = session.profile.active_jobs;
        let judge = Arc::new(Judge {
            stage: Stage::Live(Live {
                client,
                provisioner: Arc::clone(&session.provisioner),
                tape: None,
            }),
            breaker: Breaker::default(),
            controls: Controls::default(),
            quiet: RwLock::default(),
            active: active.map(|limit| Active::new(limit, session.rehearses)),
            reach: session.profile.reach.clone(),
            settle: session.settle,
            snapshots,
            replays: Replays::of(&session.profile),
        });
        Ok(Self {
            suite,
            judge,
            probe,
            unsupported: Vec::new(),
            repeats: 0,
            spared: BTreeMap::new(),
        })
    }

    /// A runner that plays a recording again, and sends nothing.
    pub fn recorded(suite: Arc<Suite>, recording: &Recording, snapshots: Option<Recorded>) -> Self {
        let head = &recording.head;
        let judge = Arc::new(Judge {
            stage: Stage::Played(Player::of(recording)),
            breaker: Breaker::default(),
            controls: Controls::default(),
            quiet: RwLock::default(),
            active: None,
            reach: head.reach.clone(),
            settle: Duration::from_millis(head.settle_ms),
            snapshots,
            replays: Replays::of_recorded(&head.target, &head.endpoint, &head.region),
        });
        let unsupported = head.unsupported.iter();
        Self {
            suite,
            judge,
            probe: None,
            unsupported: unsupported
                .map(|one| (one.operation, one.reason.clone()))
                .collect(),
            repeats: 0,
            spared: BTreeMap::new(),
        }
    }

    /// Takes down from now on what happens, for [`Runner::recording`].
    pub fn record(&mut self) {
        if let Some(judge) = Arc::get_mut(&mut self.judge)
            && let Stage::Live(live) = &mut judge.stage
        {
            live.tape = Some(Tape::default());
        }
    }

    /// What was taken down of a run of this plan.
    pub async fn recording(&self, session: &Session, plan: &Plan) -> Result<Recording, RunError> {
        let profile = &session.profile;
        let endpoint = if session.is_embedded() {
            "embedded".to_owned()
        } else {
            profile.url()
        };
        let mut head = Head::new(&profile.name, &endpoint, &profile.region, &now());
        head.settle_ms = u64::try_from(session.settle.as_millis()).unwrap_or(u64::MAX);
        head.reach.clone_from(&profile.reach);
        let operations = self.cases(plan).into_iter().map(|case| case.operation);
        let unsupported = self.unsupported(operations).await?;
        head.unsupported = unsupported
            .into_iter()
            .map(|(operation, reason)| Unsupported { operation, reason })
            .collect();
        let tracks = match &self.judge.stage {
            Stage::Live(live) => live.tape.as_ref().map(Tape::tracks),
            Stage::Played(_) => None,
        };
        Ok(Recording::of(head, tracks.unwrap_or_default()))
    }

    /// With so many repeats of each divergence, to tell whether it comes every time.
    pub fn repeating(mut self, repeats: usize) -> Self {
        self.repeats = repeats;
        self
    }

    /// Without repeats of what a ledger knows to come every time.
    pub fn sparing(mut self, ledger: Option<&Ledger>) -> Self {
        let entries = ledger.into_iter().flat_map(Ledger::entries);
        self.spared = entries
            .filter(|entry| !entry.flaky)
            .map(|entry| (entry.case().to_owned(), entry.fingerprint().to_owned()))
            .collect();
        self
    }

    /// Runs one case, which must be of the runner's suite.
    pub async fn case(&self, case: &Case) -> Result<Record, RunError> {
        let operation = std::slice::from_ref(&case.operation);
        Ok(
            match self.unsupported(operation.iter().copied()).await?.pop() {
                Some((_, reason)) => {
                    Record::new(&case.id, case.level, Verdict::Unsupported).because(reason)
                }
                None => self.judge.case(case).await.0,
            },
        )
    }

    /// Judges one case, of the runner's suite or not. The answer comes with it, for the invariants.
    pub(crate) async fn judged(&self, case: &Case) -> (Record, Option<Observed>) {
        self.judge.case(case).await
    }

    /// Runs the planned cases. `progress` hears of each record as it is made.
    pub async fn run(
        &self,
        plan: &Plan,
        progress: impl Fn(&Record) + Send + Sync + 'static,
    ) -> Result<Run, RunError> {
        let started = Instant::now();
        let cases = self.cases(plan);
        let unsupported = self
            .unsupported(cases.iter().map(|case| case.operation))
            .await?;
        let permits = Arc::new(Semaphore::new(plan.concurrency.max(1)));
        let progress = Arc::new(progress);
        let mut tasks = JoinSet::new();
        let mut names = HashMap::new();
        for case in shuffled(cases, plan.seed) {
            let reason = unsupported
                .iter()
                .find(|(operation, _)| *operation == case.operation)
                .map(|(_, reason)| reason.clone());
            let permit = Arc::clone(&permits).acquire_owned().await;
            let (judge, progress) = (Arc::clone(&self.judge), Arc::clone(&progress));
            let selected = plan.selection.contains(&case.id);
            let name = (case.id.clone(), case.level);
            let task = tasks.spawn(async move {
                let _permit = permit;
                let (record, observed) = match reason {
                    Some(reason) => (
                        Record::new(&case.id, case.level, Verdict::Unsupported).because(reason),
                        None,
                    ),
                    None => judge.case(&case).await,
                };
                if selected {
                    progress(&record);
                }
                (selected, record, observed)
            });
            names.insert(task.id(), name);
        }
        let (mut records, mut observed, mut works) = (Vec::new(), Vec::new(), false);
        while let Some(done) = tasks.join_next_with_id().await {
            let (selected, record, seen) = match done {
                Ok((_, done)) => done,
                // A panic is a bug of ours: the case says so, and the others go on.
                Err(error) => match names.get(&error.id()) {
                    Some((id, level)) => (true, fault_of_ours(id, *level, &error), None),
                    None => continue,
                },
            };
            works |= record.works;
            observed.extend(seen);
            if selected {
                records.push(record);
            }
        }
        let invariants = self.invariants(plan);
        let evidence = invariants.iter().filter_map(|requirement| {
            let evidence = Evidence::of(requirement.invariant?, &observed);
            Some((requirement.id.clone(), evidence))
        });
        let testimony = Testimony {
            works,
            unsupported: !unsupported.is_empty(),
            invariants: evidence.collect(),
        };
        for requirement in invariants {
            let record = self.held(&requirement, &testimony, plan.shard);
            progress(&record);
            records.push(record);
        }
        records.sort_by(|one, other| one.id.cmp(&other.id));
        let repeating = Repeating {
            judge: &self.judge,
            suite: &self.suite,
            repeats: self.repeats,
            spared: &self.spared,
            concurrency: plan.concurrency,
            took: started.elapsed(),
        };
        repeating.note(&mut records, &observed).await;
        let selected = |id: &&str| plan.selection.contains(*id);
        Ok(Run {
            excluded: self.suite.ids().filter(|id| !selected(id)).count(),
            records,
            testimony,
        })
    }

    /// The selected cases. Where only invariants are selected: all of them, since these are held to their answers.
    fn cases(&self, plan: &Plan) -> Vec<Arc<Case>> {
        let all = || self.suite.cases().cloned();
        let selected: Vec<_> = all()
            .filter(|case| plan.selection.contains(&case.id))
            .collect();
        let cases = if selected.is_empty() && !plan.selection.is_empty() {
            all().collect()
        } else {
            selected
        };
        let of_shard = |case: &Arc<Case>| plan.shard.is_none_or(|shard| shard.holds(&case.id));
        cases.into_iter().filter(of_shard).collect()
    }

    fn invariants(&self, plan: &Plan) -> Vec<Arc<Requirement>> {
        self.suite
            .requirements()
            .iter()
            .filter(|requirement| plan.selection.contains(&requirement.id))
            .cloned()
            .collect()
    }

    /// Those of some operations that the endpoint says it does not implement, with its words.
    async fn unsupported(
        &self,
        operations: impl Iterator<Item = Operation>,
    ) -> Result<Vec<(Operation, String)>, RunError> {
        let (Some(probe), Some(client)) = (&self.probe, self.judge.stage.client()) else {
            return Ok(self.unsupported.clone());
        };
        let mut found = Vec::new();
        for operation in operations.collect::<BTreeSet<_>>() {
            let turn = self.judge.turn(false).await;
            let look = probe.look(client, operation).await;
            drop(turn);
            let look = match look {
                Ok(look) => look,
                // A close is an answer of its kind, and not that to an operation that does not exist.
                Err(
                    Failure::Closed { .. } | Failure::Truncated { .. } | Failure::Garbage { .. },
                ) => {
                    continue;
                }
                Err(failure) => return Err(RunError::Unreachable(failure.to_string())),
            };
            if look.is_absent && !self.is_there_all_the_same(probe, operation).await {
                let reason = format!(
                    "it answers {operation} as one does that has no such operation: {}",
                    quoted(&look.answer)
                );
                found.push((operation, reason));
            }
        }
        Ok(found)
    }

    /// Whether Stop is there although it answers as if it were not: an endpoint may refuse ids that nothing has as it
    /// refuses what it does not know, or stop a job and answer with a page.
    async fn is_there_all_the_same(&self, probe: &Probe, operation: Operation) -> bool {
        let Stage::Live(Live {
            client,
            provisioner,
            ..
        }) = &self.judge.stage
        else {
            return false;
        };
        if operation != Operation::StopUserImportJob || !provisioner.makes_fresh() {
            return false;
        }
        let _permit = self.judge.permit(Given::STARTED, 0).await;
        let _turn = self.judge.turn(false).await;
        // Without a job there is nothing to try it on.
        let Ok(lease) = provisioner.acquire(Given::STARTED).await else {
            return false;
        };
        let body = json!({ "UserPoolId": lease.ids.pool, "JobId": lease.ids.job });
        let answers = match client.call(operation, &body).await {
            Ok(answer) => {
                let absence = probe
                    .is_absence(client, operation, &body.to_string(), &answer.response)
                    .await;
                absence.is_ok_and(|is_absence| !is_absence)
            }
            Err(_) => false,
        };
        let described = provisioner.describe(&lease.ids).await.ok();
        let status = described.and_then(|described| described.status());
        let stops = matches!(status, Some(Status::Stopping | Status::Stopped));
        provisioner.release(lease).await;
        answers || stops
    }

    /// What came of an invariant over all answers.
    fn held(
        &self,
        requirement: &Requirement,
        testimony: &Testimony,
        shard: Option<Shard>,
    ) -> Record {
        let (mut record, first) = testimony.record(&requirement.id, requirement.level);
        if let (Some(shard), Some(reason)) = (shard, &mut record.reason) {
            reason.push_str(&format!(", in shard {shard}"));
        }
        record.replay = first
            .and_then(|first| self.suite.cases().find(|case| case.id == first))
            .and_then(|case| self.judge.replays.of_case(case, None));
        record
    }
}

/// The most characters of an answer that a reason quotes.
const QUOTE_LENGTH_MAX: usize = 200;

/// An answer in short, on one line.
fn quoted(answer: &Response) -> String {
    let text = answer.to_string();
    let letters = text.chars().take(QUOTE_LENGTH_MAX);
    letters
        .map(|letter| if letter.is_control() { ' ' } else { letter })
        .collect()
}

fn fault_of_ours(id: &str, level: Level, error: &JoinError) -> Record {
    Record::new(id, level, Verdict::Error).because(format!("the harness failed: {error}"))
}

/// The cases in an order that the seed decides: Fisher-Yates with splitmix64.
fn shuffled(mut cases: Vec<Arc<Case>>, seed: u64) -> Vec<Arc<Case>> {
    let mut state = seed;
    let mut next = || {
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    };
    for last in (1..cases.len()).rev() {
        let other = (next() % (last as u64 + 1)) as usize;
        cases.swap(last, other);
    }
    cases
}
