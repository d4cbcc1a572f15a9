//! What is made of what an epoch showed: looked into, with nothing else under way, and kept where it is a finding.

use std::collections::BTreeMap;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use crate::campaign::apart::Apart;
use crate::campaign::confirm::Confirmed;
use crate::campaign::engine::Campaign;
use crate::campaign::finding::Finding;
use crate::campaign::latency::grown;
use crate::campaign::race;
use crate::campaign::sequence::{Scene, TRIES};
use crate::campaign::settings::FINDINGS_MAX;
use crate::campaign::suspicion::Suspicion;
use crate::clock::Deadline;
use crate::lifecycle::RaceFinding;

/// How long sequences that broke the same rule are looked into one after the other: where time is waited for, each takes a while.
const SCENES_TIME_MAX: Duration = Duration::from_secs(5);

/// After so many suspicions of one epoch that were no finding, sequences are looked into before the rest of them.
const IN_VAIN_MAX: usize = 8;

/// So many sequences that broke the same rule in one epoch are many.
const SCENES_MANY: usize = 8;

/// What is to be looked into.
#[derive(Debug, Default)]
pub(super) struct Suspected {
    pub(super) suspicions: Vec<Suspicion>,
    /// By their marks.
    pub(super) scenes: BTreeMap<String, Vec<Scene>>,
    pub(super) raced: Vec<RaceFinding>,
}

impl Campaign {
    /// Whether nothing more is looked into.
    pub(super) fn is_full(&self, deadline: &Deadline) -> bool {
        deadline.cut().is_some()
            || self.live.is_stopped()
            || self.findings.len() == FINDINGS_MAX
            || self.settings.stop_at_first && !self.findings.is_empty()
    }

    /// Measures whether answers take longer and longer. Last, when nothing else is under way.
    pub(super) async fn latency(&mut self, told: &mut impl FnMut(&Finding)) {
        let Some(lane) = self.lanes.first_mut() else {
            return;
        };
        if let Some(suspicion) = grown(&self.arena, lane).await {
            let executions = self.live.executions.load(Ordering::Relaxed);
            let suspicion = Suspicion {
                executions,
                ..suspicion
            };
            if self.watch.is_due(&suspicion.mark()) {
                self.look_into(suspicion, told).await;
            }
        }
    }

    /// Runs races, whatever the seed of the campaign: what comes of one is chance. Where a job takes its time to come to rest
    /// they go on beside the stream, unless there is no more of it.
    pub(super) async fn race(
        &mut self,
        sending: &Deadline,
        deadline: &Deadline,
        told: &mut impl FnMut(&Finding),
    ) {
        let Some(theatre) = self.theatre.clone() else {
            return;
        };
        let seed = self.state.next;
        match &self.apart {
            Some(apart) if !self.is_done(sending) => apart.race(theatre, seed),
            _ => {
                let raced = theatre.race(seed).await;
                let suspected = Suspected {
                    raced,
                    ..Suspected::default()
                };
                self.look_into_all(suspected, deadline, told).await;
            }
        }
    }

    /// Looks into what was suspected and what is due of it, with nothing else under way: it could bring the same about again.
    pub(super) async fn look_into_all(
        &mut self,
        suspected: Suspected,
        deadline: &Deadline,
        told: &mut impl FnMut(&Finding),
    ) {
        let Suspected {
            mut suspicions,
            mut scenes,
            mut raced,
        } = suspected;
        suspicions.sort_by_key(|suspicion| suspicion.executions);
        suspicions.retain(|suspicion| self.watch.is_due(&suspicion.mark()));
        // Where sequences wait for nothing, playing one again takes no time.
        let is_cheap = self.apart.is_none();
        scenes.retain(|mark, _| self.watch.is_due(mark) || is_cheap && self.watch.is_open(mark));
        raced.retain(|seen| self.watch.is_due(&race::key(seen)));
        if suspicions.is_empty() && scenes.is_empty() && raced.is_empty() {
            return;
        }
        let _quiet = Apart::quiet_if_any(self.apart.as_deref()).await;
        let mut in_vain = 0;
        let mut suspicions = suspicions.into_iter();
        for suspicion in suspicions.by_ref() {
            if self.is_full(deadline) {
                return;
            }
            in_vain += usize::from(!self.look_into(suspicion, told).await);
            // Others may have brought them about: then a sequence says how.
            if in_vain == IN_VAIN_MAX {
                break;
            }
        }
        for (mark, scenes) in scenes {
            if self.is_full(deadline) {
                return;
            }
            self.look_into_scenes(mark, scenes, told).await;
        }
        for suspicion in suspicions {
            if self.is_full(deadline) {
                return;
            }
            self.look_into(suspicion, told).await;
        }
        for seen in raced {
            if self.is_full(deadline) {
                return;
            }
            self.look_into_race(seen, told).await;
        }
    }

    /// Looks into the scenes of one mark, until one of them is a finding.
    async fn look_into_scenes(
        &mut self,
        mark: String,
        scenes: Vec<Scene>,
        told: &mut impl FnMut(&Finding),
    ) {
        let Some(theatre) = self.theatre.clone() else {
            return;
        };
        let start = Instant::now();
        let is_soon = |_: &Scene| start.elapsed() < SCENES_TIME_MAX;
        // Of many, others brought about most: one that shows by itself is found sooner by playing each of them once.
        let tries = if scenes.len() < SCENES_MANY { TRIES } else { 1 };
        for scene in scenes.into_iter().take_while(is_soon) {
            if let Some(finding) = theatre.confirm(scene, tries).await {
                self.watch.know(mark);
                self.keep(finding, told);
                return;
            }
        }
        self.watch.doubt(&mark, mark.clone());
    }

    /// Looks into what a race showed.
    async fn look_into_race(&mut self, seen: RaceFinding, told: &mut impl FnMut(&Finding)) {
        let Some(theatre) = self.theatre.clone() else {
            return;
        };
        let key = race::key(&seen);
        // Several kinds of races may break one rule.
        if !self.watch.is_open(&key) {
            return;
        }
        let executions = self.live.executions.load(Ordering::Relaxed);
        match theatre.confirm_race(seen, executions).await {
            Some(finding) => {
                self.watch.know(key);
                self.keep(finding, told);
            }
            None => self.watch.doubt(&key, key.clone()),
        }
    }

    /// Looks into a suspicion. Whether it is a finding.
    async fn look_into(&mut self, suspicion: Suspicion, told: &mut impl FnMut(&Finding)) -> bool {
        let mark = suspicion.mark();
        // What was looked into before it may have turned out to be the same.
        if !self.watch.is_open(&mark) {
            return true;
        }
        let key = suspicion.key.clone();
        match self.confirmer.confirm(suspicion).await {
            Ok(Confirmed { finding, keys }) => {
                for mark in keys.into_iter().chain([mark]) {
                    self.watch.know(mark);
                }
                self.keep(finding, told);
                true
            }
            Err(doubt) => {
                self.watch.doubt(&mark, format!("{key}: {doubt}"));
                false
            }
        }
    }

    /// Keeps a finding, unless it is known: what it is after shrinking may be known under another name, or less firmly.
    fn keep(&mut self, finding: Finding, told: &mut impl FnMut(&Finding)) {
        let is_same = |one: &mut Finding| one.is_same_fault(&finding);
        let place = self.findings.iter_mut().position(is_same);
        // What was several faults until now may turn out to be one.
        let same: Vec<_> = self.findings.extract_if(.., is_same).collect();
        if same.iter().all(|one| finding.level < one.level) {
            told(&finding);
        }
        let whole = same.into_iter().chain([finding]).reduce(|mut first, next| {
            first.take_in(next);
            first
        });
        let place = place.unwrap_or(self.findings.len());
        self.findings.splice(place..place, whole);
        let count = self.findings.len() as u64;
        self.live.findings.store(count, Ordering::Relaxed);
    }
}
