//! Sequences made shorter: what is left breaks the same rule, needs all of its steps, and does not depend on how many are tried at
//! once.

use fullstop::case::Step;
use fullstop::generator::Steps;
use fullstop::lifecycle::{Stage, play, shrink};
use fullstop::reference::{Mutant, Options};

/// How many generated sequences are played until one breaks a rule.
const SEQUENCES: u64 = 4_000;

fn stage(mutant: Mutant) -> Stage {
    Stage::in_process(Options {
        mutant: Some(mutant),
        ..Options::default()
    })
}

async fn rules_broken(mutant: Mutant, steps: &[Step]) -> Vec<&'static str> {
    let played = play(steps, &mut stage(mutant)).await;
    let broken = played.breaches.iter();
    broken.map(|(_, breach)| breach.rule.id).collect()
}

/// Whether steps wait for time to pass.
fn wait(steps: &[Step]) -> bool {
    steps.iter().any(|step| step.ms.is_some())
}

#[tokio::test]
async fn what_is_left_does_not_depend_on_how_many_are_tried_at_once() {
    // One rule that is broken in no time, and two that are so only when time has passed.
    for (mutant, waits) in [
        (Mutant::SecondStopRedates, false),
        (Mutant::StoppedResumesLater, true),
        (Mutant::StoppedImportEnds, true),
    ] {
        let mut number = 0;
        let (steps, rule) = loop {
            assert!(number < SEQUENCES, "{mutant} breaks no rule");
            let Steps(steps) = Steps::of(0, number);
            let broken = rules_broken(mutant, &steps).await;
            if let (Some(rule), true) = (broken.first(), wait(&steps)) {
                break (steps, *rule);
            }
            number += 1;
        };
        let shrunk = shrink(&stage(mutant), steps.clone(), rule, 1).await;
        assert!(shrunk.len() < steps.len(), "{mutant}: {shrunk:?}");
        assert_eq!(wait(&shrunk), waits, "{mutant}: {shrunk:?}");
        assert!(rules_broken(mutant, &shrunk).await.contains(&rule));
        for at in 0..shrunk.len() {
            let mut shorter = shrunk.clone();
            shorter.remove(at);
            let broken = rules_broken(mutant, &shorter).await;
            assert!(!broken.contains(&rule), "{mutant}: step {at} is not needed");
        }
        for at_once in [2, 8, 100] {
            let again = shrink(&stage(mutant), steps.clone(), rule, at_once).await;
            assert_eq!(again, shrunk, "{mutant}, {at_once} at once");
        }
    }
}
