//! What the executions of an epoch brought, until it ends.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::Ordering;

use crate::campaign::apart::Ran;
use crate::campaign::execute::Done;
use crate::campaign::kind::AnswerKind;
use crate::campaign::live::Live;
use crate::campaign::sequence::{Played, Scene};
use crate::campaign::stream::{Stream, strand_of};
use crate::campaign::suspicion::Suspicion;
use crate::case::{Case, Given};
use crate::lifecycle::RaceFinding;
use crate::provision::Reason;

/// How many refused requests that may have shared a job are remembered, to find the one that changed it.
const SHARERS_MAX: usize = 512;

/// How many scenes of one mark are remembered. What one shows may be the doing of others that were played at the same time.
const SCENES_MAX: usize = 32;

/// What came of the executions of an epoch.
#[derive(Debug, Default)]
pub(crate) struct Epoch {
    pub(crate) end: u64,
    pub(crate) executions: u64,
    pub(crate) digest: u64,
    /// The kinds of answers that a strand had not seen before, and the first request that brought each.
    seen: BTreeMap<(u64, AnswerKind), (u64, Arc<Case>)>,
    pub(crate) suspicions: Vec<Suspicion>,
    /// The marks that are in `suspicions` already.
    marks: BTreeSet<String>,
    /// By their marks.
    pub(crate) scenes: BTreeMap<String, Vec<Scene>>,
    pub(crate) raced: Vec<RaceFinding>,
    /// By the situation that they shared: how many executions there were, and the place of each in the stream.
    pub(crate) sharers: BTreeMap<Given, Vec<(u64, u64)>>,
    pub(crate) is_silent: bool,
}

impl Epoch {
    pub(crate) fn take(
        &mut self,
        index: u64,
        case: &Arc<Case>,
        done: Done,
        stream: &Stream,
        live: &Live,
    ) {
        let executions = self.count(done.executions, done.is_silent, live);
        if done.is_answered {
            live.answered.fetch_add(1, Ordering::Relaxed);
        }
        let is_ruled_out = |reason: &Reason| {
            reason.is_by_design() || matches!(reason, Reason::SlowToMake { waited_s: 0, .. })
        };
        if done.skipped.as_ref().is_some_and(is_ruled_out) {
            live.ruled_out.fetch_add(1, Ordering::Relaxed);
        }
        live.looks.fetch_add(done.looks, Ordering::Relaxed);
        let is_refusal = done.is_refusal(case);
        if let Some(kind) = done.kind.filter(|kind| stream.is_new(index, *kind)) {
            self.saw(strand_of(index), kind, (index, case));
        }
        if is_refusal && !case.changes.is_empty() {
            let sharers = self.sharers.entry(case.given).or_default();
            if sharers.len() < SHARERS_MAX {
                sharers.push((executions, index));
            }
        }
        self.suspect(done.suspicions, executions, live);
    }

    /// Takes in what the runner of the suite made of a case.
    pub(crate) fn take_ran(&mut self, ran: Ran, live: &Live) {
        let executions = match ran.executions {
            Some(executions) => {
                live.answered.fetch_add(executions, Ordering::Relaxed);
                self.count(executions, false, live)
            }
            None => live.executions.load(Ordering::Relaxed),
        };
        self.suspect(ran.suspicions, executions, live);
    }

    fn suspect(&mut self, suspicions: Vec<Suspicion>, executions: u64, live: &Live) {
        for suspicion in suspicions {
            live.suspect.store(true, Ordering::Relaxed);
            if self.marks.insert(suspicion.mark()) {
                self.suspicions.push(Suspicion {
                    executions,
                    ..suspicion
                });
            }
        }
    }

    fn saw(&mut self, strand: u64, kind: AnswerKind, (index, case): (u64, &Arc<Case>)) {
        let first = self.seen.entry((strand, kind));
        let first = first.or_insert_with(|| (index, Arc::clone(case)));
        if index < first.0 {
            *first = (index, Arc::clone(case));
        }
    }

    /// What is new in it, in the order of the index: the place, the kind of the answer and the request.
    pub(crate) fn news(self) -> Vec<(u64, AnswerKind, Arc<Case>)> {
        let seen = self.seen.into_iter();
        let mut news: Vec<_> = seen
            .map(|((_, kind), (index, case))| (index, kind, case))
            .collect();
        news.sort_by_key(|(index, ..)| *index);
        news
    }

    pub(crate) fn take_played(&mut self, played: Played, live: &Live) {
        let executions = self.count(played.executions, played.is_silent, live);
        live.answered
            .fetch_add(played.executions, Ordering::Relaxed);
        if played.executions == 0 && !played.is_silent {
            // It stops nothing, and nothing kept it from doing so.
            live.ruled_out.fetch_add(1, Ordering::Relaxed);
        }
        for scene in played.scenes {
            live.suspect.store(true, Ordering::Relaxed);
            let scene = Scene {
                executions,
                ..scene
            };
            self.remember(scene.mark(), [scene]);
        }
    }

    fn remember(&mut self, mark: String, scenes: impl IntoIterator<Item = Scene>) {
        let of_mark = self.scenes.entry(mark).or_default();
        let room = SCENES_MAX.saturating_sub(of_mark.len());
        of_mark.extend(scenes.into_iter().take(room));
    }

    /// Counts what was judged, and returns how much of it there is in all.
    fn count(&mut self, executions: u64, is_silent: bool, live: &Live) -> u64 {
        let before = live.executions.fetch_add(executions, Ordering::Relaxed);
        if executions == 0 {
            live.skipped.fetch_add(1, Ordering::Relaxed);
        }
        if is_silent {
            live.silent.fetch_add(1, Ordering::Relaxed);
        } else if executions > 0 {
            live.silent.store(0, Ordering::Relaxed);
        }
        self.executions += executions;
        before + executions
    }

    pub(crate) fn merge(&mut self, other: Self) {
        self.executions += other.executions;
        self.digest = self.digest.wrapping_add(other.digest);
        for ((strand, kind), (index, case)) in other.seen {
            self.saw(strand, kind, (index, &case));
        }
        self.suspicions.extend(other.suspicions);
        self.raced.extend(other.raced);
        for (mark, scenes) in other.scenes {
            self.remember(mark, scenes);
        }
        for (given, sharers) in other.sharers {
            self.sharers.entry(given).or_default().extend(sharers);
        }
        self.is_silent |= other.is_silent;
    }
}
