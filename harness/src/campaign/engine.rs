//! The engine: epochs of executions, many under way at once.

mod inquiry;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::task::JoinSet;

use crate::campaign::apart::{Apart, Ran};
use crate::campaign::confirm::Confirmer;
use crate::campaign::corpus::State;
use crate::campaign::engine::inquiry::Suspected;
use crate::campaign::epoch::Epoch;
use crate::campaign::execute::{Arena, described, has_own_say, is_sent_alone, was_stopped};
use crate::campaign::finding::Finding;
use crate::campaign::live::Live;
use crate::campaign::sequence::{Played, Theatre};
use crate::campaign::settings::{FINDINGS_MAX, Settings, Source};
use crate::campaign::stream::{Stream, Work, digest, strand_of};
use crate::campaign::suspicion::Suspicion;
use crate::campaign::watch::Watch;
use crate::case::{Case, Given};
use crate::clock::Deadline;
use crate::contract::Operation;
use crate::generator::Settings as GeneratorSettings;
use crate::runner::{Reason, RunError, Session};
use crate::suite::Suite;
use crate::target::Lane;

/// After so many requests without an answer in a row, and twice as many as are under way at once, the endpoint is gone.
const SILENT_MAX: u32 = 16;

/// After so many readings in a row that nobody answered, no more jobs are read until the next epoch ends.
const UNHEARD_MAX: u32 = 3;

/// How many requests whose answers were new are kept for the corpus, the newest.
const NOVEL_MAX: usize = 512;

/// How many suspicions that were not confirmed are named in the results.
const UNCONFIRMED_MAX: usize = 1_024;

/// How much of its time a campaign keeps for looking into what it suspects at the end: one part of so many, and so long at most.
const TRIAGE_SHARE: u32 = 5;
const TRIAGE_MAX: Duration = Duration::from_secs(10);

/// How far a campaign came.
#[derive(Clone, Copy, Debug)]
struct Progressed {
    digest: u64,
    is_silent: bool,
}

/// A campaign against one target.
#[derive(Debug)]
pub struct Campaign {
    settings: Settings,
    arena: Arc<Arena>,
    confirmer: Confirmer,
    /// Where sequences are played. None where they are not asked for, or cannot be.
    theatre: Option<Arc<Theatre>>,
    /// Where cases are run and sequences played. None where neither waits, and each has its place in the stream.
    apart: Option<Arc<Apart>>,
    stream: Arc<Stream>,
    live: Arc<Live>,
    state: State,
    lanes: Vec<Lane>,
    findings: Vec<Finding>,
    watch: Watch,
    /// Requests whose answers were new, for the corpus.
    novel: Vec<Arc<Case>>,
    /// Where the epoch under way goes on, and what came of it so far.
    position: u64,
    partial: Epoch,
}

/// What a campaign came to.
#[derive(Clone, Debug)]
pub struct Summary {
    /// Judged requests to the operation.
    pub executions: u64,
    /// How long it took, without making the first preconditions and undoing the last.
    pub seconds: f64,
    /// Places of the stream that could not be sent.
    pub skipped: u64,
    /// Preconditions made, and reads of jobs: what is no execution.
    pub made: u64,
    /// Reads of a job after a request.
    pub looks: u64,
    /// Kinds of answers seen.
    pub novelty: usize,
    /// What was found, in the order of finding.
    pub findings: Vec<Finding>,
    /// The suspicions that were looked into and not confirmed, with the reason where one is known.
    pub unconfirmed: Vec<String>,
    /// The digest of the stream.
    pub digest: u64,
    /// The situations that were reached.
    pub reached: Vec<Given>,
    /// Those that were not, and why.
    pub missing: Vec<(Given, Reason)>,
    /// Whether it ended because the endpoint stopped answering.
    pub is_silent: bool,
    /// Judged requests that brought a response.
    pub answered: u64,
    /// Places that the driver rules out.
    pub ruled_out: u64,
    /// How many jobs the endpoint allows to be active at once, where that was found out on the way.
    pub active_jobs: Option<usize>,
    /// Where the next campaign goes on.
    pub state: State,
    /// Requests whose answers were new, the newest last.
    pub novel: Vec<Arc<Case>>,
}

impl Summary {
    /// Executions a second.
    pub fn rate(&self) -> f64 {
        self.executions as f64 / self.seconds.max(f64::MIN_POSITIVE)
    }

    /// Why too little was answered to say that nothing was found, if so: less than a share of what was planned.
    pub fn short_of(&self, min_coverage: f64) -> Option<String> {
        let planned = self.executions + self.skipped.saturating_sub(self.ruled_out);
        let is_enough = planned > 0 && self.answered as f64 >= planned as f64 * min_coverage;
        if is_enough && !self.is_silent {
            return None;
        }
        let reasons = self.missing.iter().filter(|(_, why)| !why.is_by_design());
        // The precondition that most requests have comes first.
        let most = reasons.min_by_key(|(given, _)| *given != Given::STARTED);
        let why = match most {
            _ if self.is_silent => {
                "the endpoint has stopped answering; try --concurrency 2".to_owned()
            }
            Some((given, why)) => match why.hint() {
                Some(hint) => format!("{given} cannot be made: {why}; {hint}"),
                None => format!("{given} cannot be made: {why}"),
            },
            None => "the others brought no response".to_owned(),
        };
        let answered = self.answered;
        Some(format!(
            "{answered} of {planned} requests were answered: {why}"
        ))
    }
}

impl Campaign {
    /// Gets ready to send a stream to a session's target. With a state, it goes on where another ended.
    pub async fn new(
        settings: Settings,
        session: &Session,
        suite: Arc<Suite>,
        state: Option<State>,
        corpus: Vec<Arc<Case>>,
    ) -> Result<Self, RunError> {
        let state = state.unwrap_or_else(|| State::new(&settings));
        session.client.hurry();
        let arena = Arc::new(Arena::new(session, &suite).await?);
        let is_sent = |case: &&Arc<Case>| {
            matches!(
                case.operation,
                Operation::StopUserImportJob | Operation::StartUserImportJob
            )
        };
        let seeds: Vec<_> = suite.cases().filter(is_sent).cloned().collect();
        let lanes = (0..settings.concurrency.max(1)).map(|_| session.client.lane());
        let theatre = match settings.generators.contains(&Source::Sequence) {
            true => Theatre::open(session, settings.concurrency).map(Arc::new),
            false => None,
        };
        Ok(Self {
            theatre,
            stream: Arc::new(Stream::new(&settings, seeds, corpus)),
            apart: (!session.provisioner.binds_faults())
                .then(|| Arc::new(Apart::new(Arc::clone(&arena), settings.concurrency.max(1)))),
            confirmer: Confirmer::new(
                Arc::clone(&arena),
                session.client.lane(),
                suite,
                session.profile.clone(),
            ),
            lanes: lanes.collect(),
            arena,
            live: Arc::default(),
            findings: Vec::new(),
            watch: Watch::default(),
            novel: Vec::new(),
            position: state.next,
            partial: Epoch::default(),
            state,
            settings,
        })
    }

    /// What can be watched and stopped while it runs.
    pub fn live(&self) -> Arc<Live> {
        Arc::clone(&self.live)
    }

    /// Runs until one of its bounds is met, or it is told to end. `told` hears of each finding as it is confirmed.
    pub async fn run(mut self, until: &Deadline, mut told: impl FnMut(&Finding)) -> Summary {
        let givens: BTreeSet<_> = GeneratorSettings::default()
            .givens
            .iter()
            .copied()
            .collect();
        let start = Instant::now();
        let deadline = match self.settings.time {
            Some(time) => until.at_most(time),
            None => until.clone(),
        };
        // What is suspected at the end is looked into as well.
        let sending = match self.settings.time {
            Some(time) => deadline.at_most(time - (time / TRIAGE_SHARE).min(TRIAGE_MAX)),
            None => deadline.clone(),
        };
        let mut progress = Progressed {
            digest: self.state.digest,
            is_silent: false,
        };
        // Most of the time is for requests.
        let limit = sending.left().map(|left| left / 4);
        let warmed = deadline.cap(self.arena.fixtures.warm(givens, limit)).await;
        if warmed.is_ok() {
            // What is under way when it passes is left: the end undoes what it made.
            let work = self.work(&sending, &deadline, &mut progress, &mut told);
            let _ = deadline.cap(work).await;
        }
        let seconds = start.elapsed().as_secs_f64();
        self.confirmer.close().await;
        if let Some(theatre) = self.theatre.and_then(Arc::into_inner) {
            theatre.close().await;
        }
        let read = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        Summary {
            executions: read(&self.live.executions),
            seconds,
            skipped: read(&self.live.skipped),
            ruled_out: read(&self.live.ruled_out),
            answered: read(&self.live.answered),
            made: self.arena.fixtures.made(),
            looks: read(&self.live.looks),
            novelty: self.stream.novelty(),
            findings: self.findings,
            unconfirmed: self.watch.unconfirmed().take(UNCONFIRMED_MAX).collect(),
            digest: progress.digest,
            reached: self.arena.fixtures.reached(),
            missing: self.arena.fixtures.missing(),
            is_silent: progress.is_silent,
            active_jobs: self.arena.fixtures.active_jobs_learnt(),
            state: self.state,
            novel: self.novel,
        }
    }

    /// Sends epochs until `sending` passes, and looks into what they show until `deadline` does.
    async fn work(
        &mut self,
        sending: &Deadline,
        deadline: &Deadline,
        progress: &mut Progressed,
        told: &mut impl FnMut(&Finding),
    ) {
        while !self.is_done(sending) {
            let mut epoch = self.epoch(sending).await;
            progress.digest = self.state.digest.wrapping_add(epoch.digest);
            progress.is_silent = epoch.is_silent;
            self.take_apart(&mut epoch, sending).await;
            let mut suspicions = std::mem::take(&mut epoch.suspicions);
            if !progress.is_silent {
                suspicions.extend(self.changed_shared(&epoch.sharers).await);
                suspicions.extend(self.changed_unverified().await);
            }
            let suspected = Suspected {
                suspicions,
                scenes: std::mem::take(&mut epoch.scenes),
                raced: std::mem::take(&mut epoch.raced),
            };
            self.look_into_all(suspected, deadline, told).await;
            if self.position >= epoch.end {
                self.learn(epoch, progress.digest);
                if !(progress.is_silent || self.is_full(deadline)) {
                    self.race(sending, deadline, told).await;
                }
            } else {
                self.partial = epoch;
            }
            if progress.is_silent {
                break;
            }
        }
        if let Some(apart) = &self.apart {
            // What they came to is too late.
            apart.rest(|| false).await;
        }
        if !(progress.is_silent || self.settings.stop_at_first || self.is_full(deadline)) {
            self.latency(told).await;
        }
    }

    fn is_done(&self, deadline: &Deadline) -> bool {
        self.live.is_stopped()
            || deadline.cut().is_some()
            || self
                .settings
                .executions
                .is_some_and(|most| self.state.next >= most)
            || self.findings.len() == FINDINGS_MAX
            || self.settings.stop_at_first && !self.findings.is_empty()
    }

    /// Takes in a whole epoch.
    fn learn(&mut self, epoch: Epoch, digest: u64) {
        let stream = Arc::get_mut(&mut self.stream).expect("no task of the epoch is left");
        self.state.next = epoch.end;
        self.state.executions += epoch.executions;
        self.novel.extend(stream.learn(epoch.news()));
        let surplus = self.novel.len().saturating_sub(NOVEL_MAX);
        self.novel.drain(..surplus);
        let novelty = stream.novelty() as u64;
        self.live.novelty.store(novelty, Ordering::Relaxed);
        self.state.digest = digest;
    }

    /// Sends what is left of the epoch, or as much of it as the bounds allow.
    async fn epoch(&mut self, deadline: &Deadline) -> Epoch {
        let end = Stream::epoch_end(self.state.next);
        let end = self.settings.executions.map_or(end, |most| end.min(most));
        self.live.go_on_at(self.position);
        self.live.suspect.store(false, Ordering::Relaxed);
        let mut partial = std::mem::take(&mut self.partial);
        partial.end = end;
        let mut collected = partial;
        let mut parts = Vec::new();
        let stop_at_first = self.settings.stop_at_first;
        let silent_max = SILENT_MAX + 2 * self.settings.concurrency as u32;
        let mut tasks = JoinSet::new();
        for mut lane in std::mem::take(&mut self.lanes) {
            let (stream, arena) = (Arc::clone(&self.stream), Arc::clone(&self.arena));
            let (live, deadline) = (Arc::clone(&self.live), deadline.clone());
            // What came of a lane is kept even if it is left in the middle of an execution.
            let part: Arc<Mutex<Epoch>> = Arc::default();
            parts.push(Arc::clone(&part));
            let (theatre, apart) = (self.theatre.clone(), self.apart.clone());
            let shard = self.settings.shard;
            tasks.spawn(async move {
                loop {
                    let is_late = deadline.cut().is_some();
                    let is_silent = live.silent.load(Ordering::Relaxed) >= silent_max;
                    let is_suspect = stop_at_first && live.suspect.load(Ordering::Relaxed);
                    if live.is_stopped() || is_late || is_silent || is_suspect {
                        locked(&part).is_silent |= is_silent;
                        break;
                    }
                    let index = live.next();
                    if index >= end {
                        break;
                    }
                    if !shard.has(strand_of(index)) {
                        continue;
                    }
                    let input = stream.input(index);
                    match &input.work {
                        Work::Request { case, is_seed } => {
                            let done = match is_sent_alone(case) {
                                true => Some(arena.send(&mut lane, case, false).await),
                                false => None,
                            };
                            let is_run = *is_seed && has_own_say(case, done.as_ref());
                            if let Some(done) = done {
                                locked(&part).take(index, case, done, &stream, &live);
                            }
                            match &apart {
                                _ if !is_run => {}
                                Some(apart) => apart.run(Arc::clone(case)),
                                None => {
                                    let ran = Ran::of(&arena, case).await;
                                    locked(&part).take_ran(ran, &live);
                                }
                            }
                        }
                        Work::Sequence(steps) => match (&theatre, &apart) {
                            (None, _) => locked(&part).take_played(Played::default(), &live),
                            (Some(theatre), Some(apart)) => {
                                apart.play(Arc::clone(theatre), Arc::clone(steps)).await;
                            }
                            (Some(theatre), None) => {
                                let played = theatre.execute(steps).await;
                                locked(&part).take_played(played, &live);
                            }
                        },
                    }
                    let mut part = locked(&part);
                    part.digest = part.digest.wrapping_add(digest(&input));
                }
                lane
            });
        }
        // Nobody waits for what is under way when the time is over.
        while let Ok(Some(lane)) = deadline.cap(tasks.join_next()).await {
            // A panic in an execution is a bug of ours, and is told as one.
            match lane {
                Ok(lane) => self.lanes.push(lane),
                Err(error) => std::panic::resume_unwind(error.into_panic()),
            }
        }
        let reached = self.arena.fixtures.reached().len() as u64;
        self.live.states.store(reached, Ordering::Relaxed);
        tasks.shutdown().await;
        for part in parts {
            collected.merge(std::mem::take(&mut *locked(&part)));
        }
        self.position = self.live.place().min(end);
        collected
    }

    /// Takes in what ended beside the stream; behind the last epoch, all that there is time for.
    async fn take_apart(&mut self, epoch: &mut Epoch, deadline: &Deadline) {
        let Some(apart) = &self.apart else { return };
        let is_over = || self.live.is_stopped() || deadline.cut().is_some();
        let is_last = (self.settings.executions).is_some_and(|most| epoch.end >= most);
        let ended = match is_last || is_over() || epoch.is_silent {
            true => apart.rest(|| !(is_over() || epoch.is_silent)).await,
            false => apart.ended(),
        };
        for one in ended.ran {
            epoch.take_ran(one, &self.live);
        }
        for one in ended.played {
            epoch.take_played(one, &self.live);
        }
        epoch.raced.extend(ended.raced);
    }

    /// Reads the jobs that met refused requests one after the other.
    async fn changed_unverified(&mut self) -> Vec<Suspicion> {
        let Some(lane) = self.lanes.first_mut() else {
            return Vec::new();
        };
        let mut found = Vec::new();
        let mut unheard = 0;
        for (given, own) in self.arena.fixtures.take_unverified() {
            if unheard == UNHEARD_MAX {
                self.arena.fixtures.discard(own.lease).await;
                continue;
            }
            self.live.looks.fetch_add(1, Ordering::Relaxed);
            let now = described(lane, &own.lease.ids).await;
            unheard = if now.is_some() { 0 } else { unheard + 1 };
            let seen = (self.arena).look_at_unverified(lane, given, own, now.as_ref());
            if let Some(suspicion) = seen.await {
                found.push(Suspicion {
                    executions: self.live.executions.load(Ordering::Relaxed),
                    ..suspicion
                });
            }
        }
        found
    }

    /// Reads the jobs that refused requests shared. Where one was stopped, finds the request that did it.
    async fn changed_shared(
        &mut self,
        sharers: &BTreeMap<Given, Vec<(u64, u64)>>,
    ) -> Vec<Suspicion> {
        let mut found = Vec::new();
        let mut unheard = 0;
        for (given, lease) in self.arena.fixtures.shared() {
            if !given.has_job() || unheard == UNHEARD_MAX {
                continue;
            }
            let Some(lane) = self.lanes.first_mut() else {
                break;
            };
            self.live.looks.fetch_add(1, Ordering::Relaxed);
            let now = described(lane, &lease.ids).await;
            unheard = if now.is_some() { 0 } else { unheard + 1 };
            let (is_kept, is_stopped) = match &now {
                Some(now) => (
                    now.status().is_some() && now.status() == lease.status,
                    was_stopped(&lease, now.status()),
                ),
                None => (false, false),
            };
            drop(lease);
            if is_kept {
                continue;
            }
            self.arena.fixtures.unshare(given);
            let Some(sharers) = sharers.get(&given).filter(|_| is_stopped) else {
                continue;
            };
            let case = |(_, index): &(u64, u64)| self.stream.case(*index);
            let cases: Vec<_> = sharers.iter().map(case).collect();
            if let Some((place, suspicion)) = self.arena.culprit(lane, given, &cases).await {
                found.push(Suspicion {
                    executions: sharers[place].0,
                    ..suspicion
                });
            }
        }
        found
    }
}

fn locked(epoch: &Mutex<Epoch>) -> MutexGuard<'_, Epoch> {
    epoch.lock().unwrap_or_else(PoisonError::into_inner)
}
