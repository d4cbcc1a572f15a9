//! What only the life of a job shows of a mutant: sequences and races, in this process, where nothing depends on the clock
//! or on the order in which the machine does things.

use std::collections::BTreeSet;

use crate::clock::Deadline;
use crate::generator::Steps;
use crate::lifecycle::{Stage, play, races, replay};
use crate::reference::{Mutant, Options};
use crate::suite::Suite;

/// What stands in front of the name of a rule in the kill matrix.
pub const LIFECYCLE: &str = "lifecycle:";

/// How many generated sequences and how many races a mutant meets.
const SEQUENCES: u64 = 300;
const RACES: u64 = 10;

/// How many requests a race has.
const AT_ONCE: usize = 16;

/// The rules of a job's life that a mutant breaks, each as `lifecycle:` and its name, in order.
pub async fn broken_rules(suite: &Suite, mutant: Mutant) -> Vec<String> {
    let stage = Stage::in_process(Options {
        mutant: Some(mutant),
        ..Options::default()
    });
    let mut rules = BTreeSet::new();
    for (name, sequence) in suite.sequences() {
        let played = replay(name, sequence, &stage).await;
        rules.extend(played.breaches.into_iter().map(|breach| breach.rule));
    }
    for number in 0..SEQUENCES {
        let Steps(steps) = Steps::of(0, number);
        let played = play(&steps, &mut stage.fresh()).await;
        let broken = played.breaches.into_iter();
        rules.extend(broken.map(|(_, breach)| breach.rule.id.to_owned()));
    }
    let never = Deadline::never();
    let raced = races(&stage, 0..RACES, 0, AT_ONCE, &never, || {}).await;
    rules.extend(raced.findings.into_iter().map(|finding| finding.rule));
    rules
        .into_iter()
        .map(|rule| format!("{LIFECYCLE}{rule}"))
        .collect()
}
