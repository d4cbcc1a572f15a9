//! The engine: epochs of executions, many under way at once.

mod inquiry;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

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
use crate::contract::Operation;
use crate::generator::Settings as GeneratorSettings;
use crate::runner::{RunError, Session};
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
    pub missing: Vec<(Given, String)>,
    /// Whether it ended because the endpoint stopped answering.
    pub is_silent: bool,
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

    /// Runs until one of its bounds is met. `told` hears of each finding as it is confirmed.
    pub async fn run(mut self, mut told: impl FnMut(&Finding)) -> Summary {
        let givens: BTreeSet<_> = GeneratorSettings::default()
            .givens
            .iter()
            .copied()
            .collect();
        self.arena.stock.warm(givens).await;
        let start = Instant::now();
        let deadline = self.settings.time.map(|time| start + time);
        let mut digest = self.state.digest;
        let mut is_silent = false;
        while !self.is_done(deadline) {
            let mut epoch = self.epoch(deadline).await;
            digest = self.state.digest.wrapping_add(epoch.digest);
            is_silent = epoch.is_silent;
            self.take_apart(&mut epoch, deadline).await;
            let mut suspicions = std::mem::take(&mut epoch.suspicions);
            if !is_silent {
                suspicions.extend(self.changed_shared(&epoch.sharers).await);
                suspicions.extend(self.changed_worn().await);
            }
            let suspected = Suspected {
                suspicions,
                scenes: std::mem::take(&mut epoch.scenes),
                raced: std::mem::take(&mut epoch.raced),
            };
            self.look_into_all(suspected, deadline, &mut told).await;
            if self.position >= epoch.end {
                self.learn(epoch, digest);
                if !(is_silent || self.is_full(deadline)) {
                    self.race(deadline, &mut told).await;
                }
            } else {
                self.partial = epoch;
            }
            if is_silent {
                break;
            }
        }
        if let Some(apart) = &self.apart {
            // What they came to is too late.
            apart.rest(|| false).await;
        }
        if !(is_silent || self.settings.stop_at_first || self.live.is_stopped()) {
            self.latency(&mut told).await;
        }
        let seconds = start.elapsed().as_secs_f64();
        self.arena.stock.clear().await;
        self.confirmer.close().await;
        if let Some(theatre) = self.theatre.and_then(Arc::into_inner) {
            theatre.close().await;
        }
        let read = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        Summary {
            executions: read(&self.live.executions),
            seconds,
            skipped: read(&self.live.skipped),
            made: self.arena.stock.made(),
            looks: read(&self.live.looks),
            novelty: self.stream.novelty(),
            findings: self.findings,
            unconfirmed: self.watch.unconfirmed().take(UNCONFIRMED_MAX).collect(),
            digest,
            reached: self.arena.stock.reached(),
            missing: self.arena.stock.missing(),
            is_silent,
            state: self.state,
            novel: self.novel,
        }
    }

    fn is_done(&self, deadline: Option<Instant>) -> bool {
        self.live.is_stopped()
            || deadline.is_some_and(|deadline| Instant::now() >= deadline)
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
    async fn epoch(&mut self, deadline: Option<Instant>) -> Epoch {
        let end = Stream::epoch_end(self.state.next);
        let end = self.settings.executions.map_or(end, |most| end.min(most));
        self.live.go_on_at(self.position);
        self.live.suspect.store(false, Ordering::Relaxed);
        let mut partial = std::mem::take(&mut self.partial);
        partial.end = end;
        let collected = Arc::new(Mutex::new(partial));
        let stop_at_first = self.settings.stop_at_first;
        let silent_max = SILENT_MAX + 2 * self.settings.concurrency as u32;
        let mut tasks = JoinSet::new();
        for mut lane in std::mem::take(&mut self.lanes) {
            let (stream, arena) = (Arc::clone(&self.stream), Arc::clone(&self.arena));
            let (live, collected) = (Arc::clone(&self.live), Arc::clone(&collected));
            let (theatre, apart) = (self.theatre.clone(), self.apart.clone());
            let shard = self.settings.shard;
            tasks.spawn(async move {
                let mut mine = Epoch::default();
                loop {
                    let is_late = deadline.is_some_and(|deadline| Instant::now() >= deadline);
                    let is_silent = live.silent.load(Ordering::Relaxed) >= silent_max;
                    let is_suspect = stop_at_first && live.suspect.load(Ordering::Relaxed);
                    if live.is_stopped() || is_late || is_silent || is_suspect {
                        mine.is_silent |= is_silent;
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
                                mine.take(index, case, done, &stream, &live);
                            }
                            match &apart {
                                _ if !is_run => {}
                                Some(apart) => apart.run(Arc::clone(case)),
                                None => mine.take_ran(Ran::of(&arena, case).await, &live),
                            }
                        }
                        Work::Sequence(steps) => match (&theatre, &apart) {
                            (None, _) => mine.take_played(Played::default(), &live),
                            (Some(theatre), Some(apart)) => {
                                apart.play(Arc::clone(theatre), Arc::clone(steps)).await;
                            }
                            (Some(theatre), None) => {
                                mine.take_played(theatre.execute(steps).await, &live);
                            }
                        },
                    }
                    mine.digest = mine.digest.wrapping_add(digest(&input));
                }
                collected
                    .lock()
                    .unwrap_or_else(PoisonError::into_inner)
                    .merge(mine);
                lane
            });
        }
        while let Some(lane) = tasks.join_next().await {
            // A panic in an execution is a bug of ours, and is told as one.
            match lane {
                Ok(lane) => self.lanes.push(lane),
                Err(error) => std::panic::resume_unwind(error.into_panic()),
            }
        }
        let reached = self.arena.stock.reached().len() as u64;
        self.live.states.store(reached, Ordering::Relaxed);
        let collected = Arc::try_unwrap(collected).expect("every task has ended");
        self.position = self.live.place().min(end);
        collected
            .into_inner()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes in what ended beside the stream; behind the last epoch, all that there is time for.
    async fn take_apart(&mut self, epoch: &mut Epoch, deadline: Option<Instant>) {
        let Some(apart) = &self.apart else { return };
        let is_over = || {
            self.live.is_stopped() || deadline.is_some_and(|deadline| Instant::now() >= deadline)
        };
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
    async fn changed_worn(&mut self) -> Vec<Suspicion> {
        let Some(lane) = self.lanes.first_mut() else {
            return Vec::new();
        };
        let mut found = Vec::new();
        let mut unheard = 0;
        for (given, own) in self.arena.stock.worn() {
            if unheard == UNHEARD_MAX {
                self.arena.stock.discard(own.lease).await;
                continue;
            }
            self.live.looks.fetch_add(1, Ordering::Relaxed);
            let now = described(lane, &own.lease.ids).await;
            unheard = if now.is_some() { 0 } else { unheard + 1 };
            let seen = (self.arena).look_at_worn(lane, given, own, now.as_ref());
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
        for (given, lease) in self.arena.stock.shared() {
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
            if let Some(lease) = self.arena.stock.unshare(given) {
                self.arena.stock.discard(lease).await;
            }
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
