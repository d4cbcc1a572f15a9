//! Divergences that come now and then are told from those that come every time, and both fail the gate.

mod rate;

use fullstop::reference::{Mutant, Options};
use fullstop::runner::{Constancy, Gate, Plan, Run, Runner, Session, Verdict};
use fullstop::suite::Suite;
use fullstop::target::Profile;
use std::sync::Arc;

fn judged(mutant: Option<Mutant>, repeats: usize, filter: &str) -> Run {
    let suite = Arc::new(Suite::embedded().expect("our own cases"));
    let selection = suite.select(&[filter.to_owned()]).expect("it selects");
    let options = Options {
        mutant,
        ..Options::default()
    };
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(async {
        let session = Session::embedded(Profile::reference(), options).expect("it starts");
        let plan = Plan::of(selection);
        let runner = Runner::new(suite, &session, None)
            .await
            .expect("it is there");
        let run = runner
            .repeating(repeats)
            .run(&plan, |_| {})
            .await
            .expect("it runs");
        session.close().await;
        run
    })
}

#[test]
fn a_divergence_that_comes_every_time_is_called_deterministic() {
    let run = judged(Some(Mutant::ConstraintsUnchecked), 5, "job-id/prefix");
    let divergent: Vec<_> = run
        .records
        .iter()
        .filter(|record| record.verdict == Verdict::Divergent)
        .collect();
    assert!(divergent.len() >= 5, "{}", divergent.len());
    for record in divergent {
        let repeats = record.repeats.as_ref().expect("it was repeated");
        assert_eq!(repeats.state, Constancy::Deterministic, "{}", record.id);
        assert_eq!((repeats.tries, repeats.divergent), (5, 5), "{}", record.id);
    }
}

#[test]
fn a_divergence_that_comes_now_and_then_is_called_flaky_with_its_rate_and_is_red_all_the_same() {
    // One stop in five is not stored, which cases find; one refusal in twenty has no type, which an invariant finds.
    for (mutant, rate_max) in [
        (Mutant::SometimesNotStored, Some(0.4)),
        // The invariant's repeats send what was struck, and some of that is the same request again.
        (Mutant::SometimesUntypedError, None),
    ] {
        let run = judged(Some(mutant), 5, "");
        let flaky: Vec<_> = run
            .records
            .iter()
            .filter_map(|record| Some((record, record.repeats.as_ref()?)))
            .filter(|(_, repeats)| repeats.state == Constancy::Flaky)
            .collect();
        assert!(!flaky.is_empty(), "{}", mutant.name());
        let (mut tries, mut divergent) = (0.0, 0.0);
        for (record, repeats) in flaky {
            assert_eq!(repeats.tries, 20, "{}", record.id);
            assert!(
                repeats.low <= repeats.rate && repeats.rate <= repeats.high,
                "{repeats:?}"
            );
            tries += repeats.tries as f64;
            divergent += repeats.divergent as f64;
            let gate = Gate {
                strict: true,
                ..Gate::default()
            };
            assert!(gate.fails(record), "{}", record.id);
        }
        // Of one case, chance may make many of its twenty; of all together about as many diverge as the mutant strikes.
        assert!(
            rate_max.is_none_or(|rate| divergent <= tries * rate),
            "{}: {divergent} of {tries} repeats diverged",
            mutant.name()
        );
    }
}

#[test]
fn nothing_is_repeated_where_nothing_diverges_or_where_it_is_turned_off() {
    let clean = judged(None, 5, "job-id/");
    assert!(clean.records.iter().all(|record| record.repeats.is_none()));
    let off = judged(Some(Mutant::ConstraintsUnchecked), 0, "job-id/");
    assert!(
        off.records
            .iter()
            .any(|record| record.verdict == Verdict::Divergent)
    );
    assert!(off.records.iter().all(|record| record.repeats.is_none()));
}

#[test]
fn the_cost_of_repeats_is_bounded_in_a_run_where_everything_diverges() {
    let run = judged(Some(Mutant::ErrorsAsHtml), 100, "");
    let tries: usize = run
        .records
        .iter()
        .filter_map(|record| record.repeats.as_ref())
        .map(|repeats| repeats.tries)
        .sum();
    assert!((200..=1_000).contains(&tries), "{tries}");
    // Each was looked at as often as any other, as far as the budget went.
    let counts = run
        .records
        .iter()
        .filter_map(|record| record.repeats.as_ref());
    let counts: Vec<_> = counts.map(|repeats| repeats.tries).collect();
    let (least, most) = (counts.iter().min(), counts.iter().max());
    assert!(
        most.zip(least)
            .is_some_and(|(most, least)| most - least <= 2),
        "{counts:?}"
    );
}
