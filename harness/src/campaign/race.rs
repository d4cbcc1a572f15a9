//! Races in a campaign: many requests to one job at once, which no single request and no sequence shows.
//!
//! What comes of a race is chance, so that there is no case file for it: a finding is written down as what was sent and
//! answered, with the command that runs more races.

use std::time::{Duration, Instant};

use tokio::time::timeout;

use crate::campaign::finding::Finding;
use crate::campaign::sequence::Theatre;
use crate::clock::Deadline;
use crate::fault::{Cause, causes_of_rule, harm_of_rule, title_of_rule};
use crate::lifecycle::{Kind, RaceFinding, Stage, races, races_that_break};
use crate::reference::Options;
use crate::shell::word;

/// How many there are in a round: one of each kind.
const ROUND: u64 = Kind::ALL.len() as u64;

/// How many rounds are run at once where that is quick, since what comes of a race is chance. Where jobs do not come to rest, one
/// takes two seconds.
const ROUNDS: u64 = 4;
const QUICK: Duration = Duration::from_secs(2);

/// How many requests are sent at once in each: as many as `fullstop lifecycle` sends.
const AT_ONCE: usize = 16;

/// How often races are run to see whether one breaks the same rule again, and how long that may take: what shows in one race of
/// five is then missed in one of ten times.
const TRIES: u32 = 10;
const PATIENCE: Duration = Duration::from_secs(30);

impl Theatre {
    /// Runs races of each kind: what breaks a rule, once for each rule and kind.
    pub(crate) async fn race(&self, seed: u64) -> Vec<RaceFinding> {
        let start = Instant::now();
        let mut found: Vec<RaceFinding> = Vec::new();
        for round in 0..ROUNDS {
            let numbers = round * ROUND..(round + 1) * ROUND;
            let deadline = Deadline::after(PATIENCE);
            let report = races(self.stage(), numbers, seed, AT_ONCE, &deadline, || {}).await;
            for seen in report.findings {
                let is_same = |one: &RaceFinding| one.rule == seen.rule && one.kind == seen.kind;
                if !found.iter().any(is_same) {
                    found.push(seen);
                }
            }
            if start.elapsed() > QUICK {
                break;
            }
        }
        found
    }

    /// Looks into a race: a finding if others of its kind break the same rule, and none of any kind on the reference.
    pub(crate) async fn confirm_race(&self, seen: RaceFinding, executions: u64) -> Option<Finding> {
        let (rule, number, seeds) = (&*seen.rule, seen.number, 1..=TRIES.into());
        let again = races_that_break(rule, self.stage(), number, seeds, AT_ONCE);
        let hits = timeout(PATIENCE, again).await.unwrap_or_default();
        if hits == 0 {
            return None;
        }
        let reference = Stage::in_process(Options::default());
        let never = Deadline::never();
        let guarded = races(&reference, 0..ROUND, 0, AT_ONCE, &never, || {}).await;
        if guarded.findings.iter().any(|one| one.rule == seen.rule) {
            return None;
        }
        Some(self.raced(seen, executions, hits))
    }

    fn raced(&self, seen: RaceFinding, executions: u64, hits: u32) -> Finding {
        let replay = format!(
            "fullstop lifecycle --endpoint {} --no-walk --races 50",
            word(self.url())
        );
        let id = format!("races/{}", seen.rule);
        let mut text = format!("{}\n{}\n\n{replay}\n\n", seen.text, seen.source);
        for line in &seen.history {
            text.push_str(line);
            text.push('\n');
        }
        let violations = Vec::from_iter(seen.violation.clone());
        let causes = violations
            .first()
            .map(|violation| causes_of_rule(&seen.rule, violation));
        let mut causes = causes.unwrap_or_default();
        // A job that was started again may have come to its end since.
        if seen.kind == Kind::StopStart && causes.contains(&Cause::NotStopped) {
            causes.insert(Cause::Restarted);
        }
        let given = format!("a started job, and a race of {}", seen.kind.name());
        Finding {
            title: title_of_rule(&causes, &seen.text),
            harm: harm_of_rule(&causes, &violations),
            sent: given.clone(),
            also: Vec::new(),
            causes,
            key: key(&seen),
            violations,
            level: seen.level,
            requirement: seen.text,
            requirement_id: Some(seen.rule.clone()),
            source: seen.source,
            flaky: (hits < TRIES).then_some((hits, TRIES)),
            executions_to_find: executions,
            given,
            text,
            replay: Some(replay),
            path: format!("{id}.txt"),
            id,
            is_server_error: false,
            is_request: false,
            invariant: None,
            exchange: None,
        }
    }
}

/// Two races that break one rule are one fault, whatever was raced.
pub(crate) fn key(seen: &RaceFinding) -> String {
    format!("race: {}", seen.rule)
}
