//! A whole run: which cases, in which order, how many at once.

use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use serde_json::json;
use tokio::sync::RwLock;
use tokio::task::{Id, JoinError, JoinSet};

use crate::case::{Case, Given, Ids, JobState, Level, Requirement};
use crate::clock::{Cut, Deadline};
use crate::contract::{Operation, Status};
use crate::exchange::FixturePool;
use crate::ledger::{Entry, Ledger};
use crate::oracle::Evidence;
use crate::provision::{Reason, excerpt};
use crate::recording::{Head, Player, Recording, Tape, Unsupported};
use crate::runner::attempt::{Judge, Judged};
use crate::runner::batch::Item;
use crate::runner::breaker::Breaker;
use crate::runner::classes::Classes;
use crate::runner::control::Controls;
use crate::runner::post::Settling;
use crate::runner::probe::Probe;
use crate::runner::repeats::Repeating;
use crate::runner::replay::Replays;
use crate::runner::stage::{Live, Stage, now};
use crate::runner::{Plan, Progress, Record, Run, RunError, Session, Testimony, Verdict};
use crate::snapshot::Recorded;
use crate::suite::Suite;
use crate::target::{Client, Failure};

/// Runs a suite against one target.
#[derive(Debug)]
pub struct Runner {
    suite: Arc<Suite>,
    judge: Arc<Judge>,
    /// What the endpoint says to an operation that does not exist, where it was asked.
    probe: Option<Probe>,
    /// The operations that a recorded endpoint said it does not implement.
    unsupported: Vec<(Operation, Reason)>,
    /// How often a divergence is repeated.
    repeats: usize,
    /// The fingerprints of divergences that are not repeated, by the ids of the cases.
    spared: BTreeMap<String, String>,
}

impl Runner {
    /// The same as [`Runner::new`], by a deadline.
    pub async fn ready(
        suite: Arc<Suite>,
        session: &Session,
        snapshots: Option<Recorded>,
        deadline: &Deadline,
    ) -> Result<Self, RunError> {
        deadline
            .cap(Self::by(suite, session, snapshots, deadline))
            .await?
    }

    /// Looks at a session's endpoint and gets ready. `snapshots` are what its answers are compared with, if anything.
    pub async fn new(
        suite: Arc<Suite>,
        session: &Session,
        snapshots: Option<Recorded>,
    ) -> Result<Self, RunError> {
        Self::by(suite, session, snapshots, &Deadline::never()).await
    }

    async fn by(
        suite: Arc<Suite>,
        session: &Session,
        snapshots: Option<Recorded>,
        deadline: &Deadline,
    ) -> Result<Self, RunError> {
        let client = session.client.clone();
        // The embedded endpoint is there, and has the operation, however wrong it may be about it.
        let probe = if session.is_embedded() {
            None
        } else {
            let probe = Probe::ask(&client, deadline).await?;
            probe.check(&client).await?;
            Some(probe)
        };
        let judge = Arc::new(Judge {
            stage: Stage::Live(Live {
                client,
                provisioner: Arc::clone(&session.provisioner),
                fixtures: FixturePool::new(Arc::clone(&session.provisioner)),
                tape: None,
            }),
            breaker: Breaker::default(),
            classes: Classes::default(),
            controls: Controls::default(),
            at_once: AtomicUsize::new(Plan::CONCURRENCY),
            quiet: RwLock::default(),
            settling: Settling::default(),
            rules: std::sync::RwLock::default(),
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
            classes: Classes::default(),
            controls: Controls::default(),
            at_once: AtomicUsize::new(Plan::CONCURRENCY),
            quiet: RwLock::default(),
            settling: Settling::default(),
            rules: std::sync::RwLock::default(),
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
                .map(|one| (one.operation, Reason::Note(one.reason.clone())))
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
            .map(|(operation, reason)| Unsupported {
                operation,
                reason: reason.to_string(),
            })
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
            .flat_map(Entry::cases)
            .map(|(case, fingerprint)| (case.to_owned(), fingerprint.to_owned()))
            .collect();
        self
    }

    /// Fails if the endpoint says that it does not implement the operation that everything is about.
    pub(crate) async fn must_implement_stop(&self) -> Result<(), RunError> {
        let operations = std::iter::once(Operation::StopUserImportJob);
        match self.unsupported(operations).await?.pop() {
            Some((_, reason)) => Err(RunError::NotImplemented(Box::new(reason))),
            None => Ok(()),
        }
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

    /// Sends one case to a job that exists and judges its response alone: without a control, and without a look at the job
    /// afterwards.
    pub async fn on_job(&self, case: &Case, ids: &Ids) -> Record {
        self.judge.on_job(case, ids).await
    }

    /// Judges one case, of the runner's suite or not. The answer comes with it, for the invariants.
    pub(crate) async fn judged(&self, case: &Case) -> Judged {
        self.judge.case(case).await
    }

    /// Runs the planned cases. `progress` hears of each step.
    pub async fn run(
        &self,
        plan: &Plan,
        progress: impl Fn(Progress<'_>) + Send + Sync + 'static,
    ) -> Result<Run, RunError> {
        let started = Instant::now();
        self.judge
            .at_once
            .store(plan.concurrency, Ordering::Relaxed);
        if let Some(client) = self.judge.stage.client() {
            client.send_at_most(plan.concurrency);
        }
        let cases = self.cases(plan);
        let operations = cases.iter().map(|case| case.operation);
        let (unsupported, mut cut) = match plan.deadline.cap(self.unsupported(operations)).await {
            Ok(unsupported) => (unsupported?, None),
            Err(cut) => (Vec::new(), Some(cut)),
        };
        let invariants = self.invariants(plan);
        let rules = &self.judge.rules;
        *rules.write().unwrap_or_else(PoisonError::into_inner) = invariants.clone();
        let collected = Arc::new(Collected {
            selection: plan.selection.clone(),
            invariants: invariants.clone(),
            found: Mutex::default(),
            progress: Box::new(progress),
        });
        let mut sent = Vec::new();
        for case in &cases {
            let is_absent = |(operation, _): &&(Operation, Reason)| *operation == case.operation;
            match unsupported.iter().find(is_absent) {
                Some((_, reason)) => {
                    let record = Record::new(&case.id, case.level, Verdict::Unsupported);
                    collected.take(case, (record.because(reason.clone()), None));
                }
                None => sent.push(Arc::clone(case)),
            }
        }
        if cut.is_none() {
            cut = self.all(plan, sent, &collected).await;
        }
        let mut found = std::mem::take(&mut *collected.found());
        let reason = match cut {
            Some(Cut::Interrupted) => Reason::Interrupted,
            // More time would not help.
            _ if self.judge.stage.client().is_some_and(Client::is_throttled) => {
                Reason::Throttled { operation: None }
            }
            Some(Cut::OutOfTime) | None => Reason::OutOfTime,
        };
        for case in &cases {
            if plan.selection.contains(&case.id) && !found.done.contains(&case.id) {
                let record = Record::new(&case.id, case.level, Verdict::Indeterminate);
                found.records.push(record.because(reason.clone()));
            }
        }
        let testimony = Testimony {
            works: found.works,
            unsupported: !unsupported.is_empty(),
            invariants: found
                .evidence
                .into_iter()
                .map(|(id, evidence)| (id, Evidence::join(evidence)))
                .collect(),
        };
        let mut records = found.records;
        for requirement in invariants {
            let record = self.held(&requirement, &testimony);
            (collected.progress)(Progress::Judged(&record));
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
            deadline: &plan.deadline,
            progress: &*collected.progress,
        };
        repeating.note(&mut records, &testimony).await;
        let selected = |id: &&str| plan.selection.contains(*id);
        let active_jobs = self.judge.stage.active_jobs();
        Ok(Run {
            excluded: self.suite.ids().filter(|id| !selected(id)).count(),
            records,
            testimony,
            cut,
            ledger: Vec::new(),
            active_jobs: active_jobs.and_then(|jobs| jobs.learnt()),
        })
    }

    /// Runs cases, as many at once as the plan says. Returns why it ended early, if it did.
    async fn all(
        &self,
        plan: &Plan,
        cases: Vec<Arc<Case>>,
        collected: &Arc<Collected>,
    ) -> Option<Cut> {
        let (first, rest): (Vec<_>, Vec<_>) = cases
            .into_iter()
            .partition(|case| plan.first.contains(&case.id));
        let place = |case: &Arc<Case>| plan.first.iter().position(|id| *id == case.id);
        let mut first = first;
        first.sort_by_key(place);
        let size_max = self.judge.stage.batch_size_max();
        // The others fill up what the first ones have begun.
        first.extend(shuffled(rest, plan.seed));
        let mut waiting: VecDeque<Item> = Item::all(first, size_max);
        let mut tasks = JoinSet::new();
        let mut names: HashMap<Id, Item> = HashMap::new();
        let ended = plan.deadline.passed();
        tokio::pin!(ended);
        loop {
            while tasks.len() < plan.concurrency.max(1) {
                let busy = names.values().filter(|item| starts_job(item.given)).count();
                let Some(item) = self.next(&mut waiting, busy) else {
                    break;
                };
                let (judge, collected) = (Arc::clone(&self.judge), Arc::clone(collected));
                let one = item.clone();
                let task = tasks.spawn(async move {
                    judge
                        .item(one, &|case, judged| collected.take(&case, judged))
                        .await;
                });
                names.insert(task.id(), item);
            }
            let done = tokio::select! {
                cut = &mut ended => return Some(cut),
                done = tasks.join_next_with_id() => done,
            };
            match done {
                None => return None,
                Some(Ok((id, ()))) => {
                    names.remove(&id);
                }
                // A panic is a bug of ours: the cases say so, and the others go on.
                Some(Err(error)) => {
                    let item = names.remove(&error.id());
                    for case in item.into_iter().flat_map(|item| item.cases) {
                        let record = internal_error(&case.id, case.level, &error);
                        collected.take(&case, (record, None));
                    }
                }
            }
        }
    }

    /// The next item to begin with. Where only so many jobs may be active, no more wait for one than soon have it.
    fn next(&self, waiting: &mut VecDeque<Item>, busy: usize) -> Option<Item> {
        let limit = self.judge.stage.active_jobs().and_then(|jobs| jobs.limit());
        let is_full = limit.is_some_and(|limit| busy >= limit * READY_PER_PLACE);
        let fits = |item: &Item| !(is_full && starts_job(item.given));
        let place = waiting.iter().position(fits)?;
        waiting.remove(place)
    }

    /// The selected cases. Where only invariants are selected: all of them, since these are held to their answers.
    fn cases(&self, plan: &Plan) -> Vec<Arc<Case>> {
        let all = || self.suite.cases().cloned();
        let selected: Vec<_> = all()
            .filter(|case| plan.selection.contains(&case.id))
            .collect();
        match selected.is_empty() && !plan.selection.is_empty() {
            true => all().collect(),
            false => selected,
        }
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
    ) -> Result<Vec<(Operation, Reason)>, RunError> {
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
                    Failure::Closed { .. }
                    | Failure::Truncated { .. }
                    | Failure::Garbage { .. }
                    | Failure::TooMuch { .. },
                ) => {
                    continue;
                }
                Err(failure) => return Err(RunError::Unreachable(failure)),
            };
            if look.is_absent && !self.is_there_all_the_same(probe, operation).await {
                let excerpt = excerpt(&look.answer);
                found.push((operation, Reason::NotImplemented { operation, excerpt }));
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
    fn held(&self, requirement: &Requirement, testimony: &Testimony) -> Record {
        let (mut record, first) = testimony.record(&requirement.id, requirement.level);
        record.replay = first
            .and_then(|first| self.suite.cases().find(|case| case.id == first))
            .and_then(|case| self.judge.replays.of_case(case, None));
        record
    }
}

/// How many cases are under way for each job that may be active: the next one is made ready while the one before it runs.
const READY_PER_PLACE: usize = 2;

/// Whether a precondition takes a job that is started.
fn starts_job(given: Given) -> bool {
    match given.job {
        JobState::Started | JobState::Elsewhere => true,
        JobState::Is(status) => !matches!(status, Status::Created | Status::Expired),
        JobState::Absent => false,
    }
}

/// What came of the cases so far.
struct Collected {
    selection: BTreeSet<String>,
    invariants: Vec<Arc<Requirement>>,
    found: Mutex<Found>,
    progress: Box<dyn Fn(Progress<'_>) + Send + Sync>,
}

#[derive(Default)]
struct Found {
    records: Vec<Record>,
    /// The ids of all cases that are done, selected or not.
    done: BTreeSet<String>,
    /// What each answer says of the invariants, by their ids. The answers themselves are not kept.
    evidence: BTreeMap<String, Vec<Evidence>>,
    /// Whether the operation succeeded.
    works: bool,
}

impl Collected {
    fn found(&self) -> MutexGuard<'_, Found> {
        self.found.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes in what came of a case.
    fn take(&self, case: &Case, (record, observed): Judged) {
        let is_selected = self.selection.contains(&case.id);
        if is_selected {
            (self.progress)(Progress::Judged(&record));
        }
        let told: Vec<_> = observed
            .iter()
            .flat_map(|observed| self.invariants.iter().map(move |one| (one, observed)))
            .filter_map(|(one, observed)| {
                let evidence = Evidence::of(one.invariant?, std::slice::from_ref(observed));
                Some((one.id.clone(), evidence))
            })
            .collect();
        let mut found = self.found();
        found.works |= record.works;
        for (id, evidence) in told {
            found.evidence.entry(id).or_default().push(evidence);
        }
        if found.done.insert(case.id.clone()) && is_selected {
            found.records.push(record);
        }
    }
}

fn internal_error(id: &str, level: Level, error: &JoinError) -> Record {
    Record::new(id, level, Verdict::Error).because(Reason::InternalError(error.to_string()))
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
