//! What goes on beside the stream, so that no epoch waits for it: cases of the suite that its own runner judges, sequences and
//! races. All may wait for a job to end, and none changes what is sent next.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::Semaphore;
use tokio::task::{JoinError, JoinSet};
use tokio::time::timeout;

use crate::campaign::execute::{Arena, is_sent_alone};
use crate::campaign::gate::{Closed, Gate};
use crate::campaign::sequence::{Played, Theatre};
use crate::campaign::suspicion::Suspicion;
use crate::case::{Case, Step};
use crate::lifecycle::RaceFinding;

/// Between two looks at whether the end is still to be waited for.
const TICK: Duration = Duration::from_millis(100);

/// How long the end of what is under way is waited for, before what was suspected is looked into all the same: some cases wait
/// for a job to end.
const RUNS_QUIET_MAX: Duration = Duration::from_secs(1);
const PLAYS_QUIET_MAX: Duration = Duration::from_secs(5);

/// How long sequences and races may go on once the campaign is over: none is left in the middle, unless nobody answers it.
const REST_MAX: Duration = Duration::from_secs(20);

/// What the runner of the suite made of a case.
#[derive(Debug)]
pub(crate) struct Ran {
    /// How many requests to the operation were judged. None where [`Arena::send`] sends it too, and counts it.
    pub(crate) executions: Option<u64>,
    pub(crate) suspicions: Vec<Suspicion>,
}

impl Ran {
    /// Runs a case.
    pub(crate) async fn of(arena: &Arena, case: &Arc<Case>) -> Self {
        let (record, suspicions) = arena.run(case).await;
        let is_judged = record.verdict.is_judged();
        Self {
            executions: (!is_sent_alone(case)).then_some(is_judged.into()),
            suspicions,
        }
    }
}

/// How many sequences are under way at once for each of the requests that may be: where time is waited for, most of them wait.
const ASLEEP: usize = 8;

/// What ended.
#[derive(Debug, Default)]
pub(crate) struct Ended {
    pub(crate) ran: Vec<Ran>,
    pub(crate) played: Vec<Played>,
    pub(crate) raced: Vec<RaceFinding>,
}

/// Cases, sequences and races that are under way.
#[derive(Debug)]
pub(crate) struct Apart {
    arena: Arc<Arena>,
    cases: Mutex<JoinSet<Ran>>,
    runs: Arc<Semaphore>,
    sequences: Mutex<JoinSet<Played>>,
    plays: Arc<Semaphore>,
    races: Mutex<JoinSet<Vec<RaceFinding>>>,
    /// Which of each go on at all. Races enter where sequences do.
    runs_gate: Arc<Gate>,
    plays_gate: Arc<Gate>,
}

impl Apart {
    /// Goes on with as many requests of each at once as that.
    pub(crate) fn new(arena: Arc<Arena>, concurrency: usize) -> Self {
        Self {
            arena,
            cases: Mutex::default(),
            runs: Arc::new(Semaphore::new(concurrency)),
            sequences: Mutex::default(),
            plays: Arc::new(Semaphore::new(concurrency * ASLEEP)),
            races: Mutex::default(),
            runs_gate: Arc::default(),
            plays_gate: Arc::default(),
        }
    }

    /// Begins to run a case, or lets it wait for its turn: there are only so many in the suite.
    pub(crate) fn run(&self, case: Arc<Case>) {
        let (arena, runs) = (Arc::clone(&self.arena), Arc::clone(&self.runs));
        let gate = Arc::clone(&self.runs_gate);
        locked(&self.cases).spawn(async move {
            let _turn = runs.acquire().await;
            let _inside = gate.enter().await;
            Ran::of(&arena, &case).await
        });
    }

    /// Begins to play a sequence, once it has its turn.
    pub(crate) async fn play(&self, theatre: Arc<Theatre>, steps: Arc<[Step]>) {
        let turn = Arc::clone(&self.plays).acquire_owned().await;
        let gate = Arc::clone(&self.plays_gate);
        locked(&self.sequences).spawn(async move {
            let _inside = gate.enter().await;
            let played = theatre.execute(&steps).await;
            drop(turn);
            played
        });
    }

    /// Begins to run a race of each kind, unless that is under way.
    pub(crate) fn race(&self, theatre: Arc<Theatre>, seed: u64) {
        let mut races = locked(&self.races);
        if races.is_empty() {
            let gate = Arc::clone(&self.plays_gate);
            races.spawn(async move {
                let _inside = gate.enter().await;
                theatre.race(seed).await
            });
        }
    }

    /// Waits until nothing is under way here, if that does not take long. Nothing begins for as long as what it returns is kept.
    pub(crate) async fn quiet(&self) -> Quiet {
        let (runs, plays) = (Arc::clone(&self.runs_gate), Arc::clone(&self.plays_gate));
        let (runs, plays) = tokio::join!(runs.close(RUNS_QUIET_MAX), plays.close(PLAYS_QUIET_MAX));
        Quiet {
            _runs: runs,
            _plays: plays,
        }
    }

    /// The same where there may be nothing that goes on apart.
    pub(crate) async fn quiet_if_any(apart: Option<&Self>) -> Option<Quiet> {
        match apart {
            Some(apart) => Some(apart.quiet().await),
            None => None,
        }
    }

    /// What ended since it was asked last.
    pub(crate) fn ended(&self) -> Ended {
        Ended {
            ran: ended(&mut locked(&self.cases)),
            played: ended(&mut locked(&self.sequences)),
            raced: ended(&mut locked(&self.races)).concat(),
        }
    }

    /// The sequences and races under way, and for as long as `waits` says so the cases.
    pub(crate) async fn rest(&self, waits: impl Fn() -> bool) -> Ended {
        let races = std::mem::take(&mut *locked(&self.races));
        let sequences = std::mem::take(&mut *locked(&self.sequences));
        let mut cases = std::mem::take(&mut *locked(&self.cases));
        let (raced, played) = tokio::join!(rested(races, &waits), rested(sequences, &waits));
        let mut ran = Vec::new();
        while waits() {
            match timeout(TICK, cases.join_next()).await {
                Ok(Some(one)) => ran.push(whole(one)),
                Ok(None) => break,
                Err(_) => {}
            }
        }
        let raced = raced.concat();
        Ended { ran, played, raced }
    }
}

/// No case, no sequence and no race begins while it is there.
#[derive(Debug)]
pub(crate) struct Quiet {
    _runs: Closed,
    _plays: Closed,
}

fn locked<T>(set: &Mutex<T>) -> MutexGuard<'_, T> {
    set.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What ends for as long as `waits` says so, and a while longer. What the others made is undone with all else.
async fn rested<T: 'static>(mut set: JoinSet<T>, waits: &impl Fn() -> bool) -> Vec<T> {
    let mut ended = Vec::new();
    let mut over = None;
    loop {
        match timeout(TICK, set.join_next()).await {
            Ok(Some(one)) => ended.push(whole(one)),
            Ok(None) => return ended,
            Err(_) if waits() => {}
            Err(_) if over.get_or_insert_with(Instant::now).elapsed() < REST_MAX => {}
            Err(_) => return ended,
        }
    }
}

fn ended<T: 'static>(set: &mut JoinSet<T>) -> Vec<T> {
    std::iter::from_fn(|| set.try_join_next())
        .map(whole)
        .collect()
}

/// A panic in one of them is a bug of ours, and is told as one.
fn whole<T>(ended: Result<T, JoinError>) -> T {
    ended.unwrap_or_else(|error| std::panic::resume_unwind(error.into_panic()))
}
