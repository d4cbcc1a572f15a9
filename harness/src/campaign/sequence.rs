//! Sequences in a campaign: played, held to what is known of a job's life, shrunk, and written down as sequence files.

use std::sync::Arc;
use std::time::Duration;

use sha2::{Digest as _, Sha256};
use tokio::time::timeout;

use crate::campaign::finding::Finding;
use crate::case::{Act, Sequence, SequenceKind, Source, Step};
use crate::fault::{Cause, causes_of_rule, harm_of_rule, title_of_rule};
use crate::lifecycle::{Stage, Target, play, shrink};
use crate::oracle::{Brief, LifeBreach};
use crate::reference::Options;
use crate::runner::Session;
use crate::shell::word;

/// How often a sequence is played again to see whether it still breaks its rule.
pub(crate) const TRIES: u32 = 3;

/// How long shorter sequences are tried for one finding, side by side and then one by one.
const SHRINKING: Duration = Duration::from_secs(8);

/// The same for one that shows now and then.
const SHRINKING_FLAKY: Duration = Duration::from_secs(2);

/// Rules about a single answer: the requests of a campaign show these faults, each in a smaller file.
const OF_ONE_ANSWER: [&str; 3] = ["known-answer", "nothing-there", "running-job-stops"];

/// The rule that a stop of something else breaks. Where the sequence stopped nothing, it was another one that did, which
/// cannot be told from this one.
const OF_ANOTHER_STOP: &str = "stopped-by-stop-alone";

/// Where a campaign plays sequences.
#[derive(Debug)]
pub(crate) struct Theatre {
    stage: Stage,
    url: String,
    /// An endpoint of its own in this process: a sequence moves the time, which would end the jobs of the requests.
    beside: Option<Session>,
}

/// A sequence that broke a rule.
#[derive(Clone, Debug)]
pub(crate) struct Scene {
    pub(crate) steps: Arc<[Step]>,
    pub(crate) breach: LifeBreach,
    /// How many executions there were until then.
    pub(crate) executions: u64,
}

impl Scene {
    /// Two scenes of one mark are one fault.
    pub(crate) fn mark(&self) -> String {
        format!("{}: life {}", self.breach.level, self.breach.rule.id)
    }
}

/// What playing a sequence came to.
#[derive(Debug, Default)]
pub(crate) struct Played {
    /// How many Stops were answered and judged.
    pub(crate) executions: u64,
    /// Whether nothing was answered at all.
    pub(crate) is_silent: bool,
    pub(crate) scenes: Vec<Scene>,
}

/// A rule that was broken again.
struct Shown {
    /// By which step.
    at: usize,
    breach: LifeBreach,
    /// What was answered to each step when it was broken last.
    said: Vec<Brief>,
    /// How often.
    hits: u32,
}

impl Theatre {
    /// A place for sequences on a session's target, with so many of their requests under way at once. None where no pool can be
    /// made there.
    pub(crate) fn open(session: &Session, concurrency: usize) -> Option<Self> {
        let beside = session.another();
        let on = beside.as_ref().unwrap_or(session);
        let provisioner = Arc::clone(&on.provisioner);
        let target = Target::new(&on.profile, on.client.clone(), provisioner, &on.run_id);
        let target = target.with_requests_at_once(concurrency);
        target.makes_pools().then(|| Self {
            url: session.profile.url(),
            stage: Stage::Target(Arc::new(target)),
            beside,
        })
    }

    pub(crate) fn stage(&self) -> &Stage {
        &self.stage
    }

    /// Where the target is.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// Plays a sequence once.
    pub(crate) async fn execute(&self, steps: &Arc<[Step]>) -> Played {
        let played = play(steps, &mut self.stage.clone()).await;
        let heard = || {
            steps
                .iter()
                .zip(&played.said)
                .filter(|(_, said)| **said != Brief::Silent)
        };
        let stops = heard().filter(|(step, _)| step.act == Act::StopUserImportJob);
        let has_stopped = |place: usize| {
            let before = steps.iter().zip(&played.said).take(place);
            let mut stops = before.filter(|(step, _)| step.act == Act::StopUserImportJob);
            stops.any(|(_, said)| said.status() == Some(200))
        };
        let is_told = |(place, breach): &&(usize, LifeBreach)| match breach.rule.id {
            OF_ANOTHER_STOP => has_stopped(*place),
            rule => !OF_ONE_ANSWER.contains(&rule),
        };
        let breaches = played.breaches.iter().filter(is_told);
        Played {
            executions: stops.count() as u64,
            is_silent: heard().next().is_none(),
            scenes: breaches
                .map(|(_, breach)| Scene {
                    steps: Arc::clone(steps),
                    breach: breach.clone(),
                    executions: 0,
                })
                .collect(),
        }
    }

    /// Looks into a scene: a finding if a short sequence still breaks the rule, and not on the reference. The whole sequence is
    /// given so many tries to break it by itself.
    pub(crate) async fn confirm(&self, scene: Scene, tries: u32) -> Option<Finding> {
        let rule = scene.breach.rule.id;
        let whole = scene.steps.to_vec();
        // Others may have brought it about, and most of them did where an endpoint takes one job for another.
        let mut alone = self.play_again(&whole, rule, tries).await?;
        if let Some(more) = self.play_again(&whole, rule, TRIES - tries).await {
            alone.hits += more.hits;
        }
        // What shows now and then may show in a short sequence once, and never again: it is not worth long.
        let is_flaky = alone.hits < TRIES;
        let patience = if is_flaky { SHRINKING_FLAKY } else { SHRINKING };
        // Shorter ones that are tried side by side are such others, too.
        let at_once = self.stage.visits_at_once();
        let is_tried_alone = at_once > 1 && !is_flaky;
        for at_once in std::iter::once(at_once).chain(is_tried_alone.then_some(1)) {
            let shorter = shrink(&self.stage, whole.clone(), rule, at_once);
            let Ok(steps) = timeout(patience, shorter).await else {
                continue;
            };
            if let Some(shown) = self.play_again(&steps, rule, TRIES).await {
                return self.unless_of_reference(&scene, steps, shown).await;
            }
        }
        self.unless_of_reference(&scene, whole, alone).await
    }

    async fn unless_of_reference(
        &self,
        scene: &Scene,
        steps: Vec<Step>,
        shown: Shown,
    ) -> Option<Finding> {
        let mut reference = Stage::in_process(Options::default());
        let played = play(&steps, &mut reference).await;
        let rule = scene.breach.rule.id;
        let is_shown = played.breaches.iter().any(|(_, one)| one.rule.id == rule);
        match is_shown {
            true => None,
            false => self.finding(scene, steps, shown),
        }
    }

    /// What a sequence shows of a rule that it broke before, if it does in so many tries.
    async fn play_again(&self, steps: &[Step], rule: &str, tries: u32) -> Option<Shown> {
        let mut shown: Option<Shown> = None;
        for _ in 0..tries {
            let played = play(steps, &mut self.stage.clone()).await;
            let mut breaches = played.breaches.into_iter();
            if let Some((at, breach)) = breaches.find(|(_, one)| one.rule.id == rule) {
                shown = Some(Shown {
                    at,
                    breach,
                    said: played.said,
                    hits: shown.map_or(0, |shown| shown.hits) + 1,
                });
            }
        }
        shown
    }

    fn finding(&self, scene: &Scene, steps: Vec<Step>, shown: Shown) -> Option<Finding> {
        let Shown {
            at,
            breach,
            said,
            hits,
        } = shown;
        let mut causes = causes_of_rule(breach.rule.id, &breach.violation);
        if said[at].shows_job() {
            causes.remove(&Cause::ErrorAsSuccess);
        }
        let rule = breach.rule;
        let key = format!("life: {}", breach.rule.id);
        let digest = Sha256::digest(key.as_bytes());
        let id = format!(
            "sequences/{}-{:02x}{:02x}",
            breach.rule.id, digest[0], digest[1]
        );
        let path = format!("{id}.toml");
        let acts = steps.iter().zip(&said);
        let acts: Vec<_> = acts.map(|(step, said)| format!("{step}: {said}")).collect();
        let sequence = Sequence {
            kind: SequenceKind::Sequence,
            requirement: rule.text.to_owned(),
            why: format!("Found by a campaign, and shrunk: {}.", acts.join("; ")),
            sources: vec![Source {
                kind: rule.kind,
                cite: rule.cite.to_owned(),
            }],
            steps,
        };
        let told = acts.join("; ");
        Some(Finding {
            title: title_of_rule(&causes, rule.text),
            harm: harm_of_rule(&causes, std::slice::from_ref(&breach.violation)),
            sent: told.clone(),
            also: Vec::new(),
            causes,
            key,
            level: breach.level,
            requirement: rule.text.to_owned(),
            requirement_id: Some(rule.id.to_owned()),
            source: format!("{}: {}", rule.kind.name(), rule.cite),
            violations: vec![breach.violation],
            flaky: (hits < TRIES).then_some((hits, TRIES)),
            executions_to_find: scene.executions,
            given: told,
            text: toml::to_string(&sequence).ok()?,
            replay: Some(format!(
                "fullstop lifecycle --endpoint {} --replay {path}",
                word(&self.url)
            )),
            id,
            path,
            is_server_error: false,
            is_request: false,
            invariant: None,
            exchange: None,
        })
    }

    /// Ends the endpoint that sequences had to themselves.
    pub(crate) async fn close(self) {
        if let Some(session) = self.beside {
            session.close().await;
        }
    }
}
