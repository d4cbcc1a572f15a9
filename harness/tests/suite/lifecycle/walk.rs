//! The walk over every status and operation: what it learns of the reference, of mutants and of variations, and its drawing.

use std::fs;
use std::sync::Arc;

use fullstop::case::Act;
use fullstop::clock::Deadline;
use fullstop::contract::Status;
use fullstop::lifecycle::{Lifecycle, Standing, State, Target, Walk, dot, svg, walk};
use fullstop::reference::{Mutant, Options, Variation};
use fullstop::runner::Session;
use fullstop::target::Profile;

use crate::root;

async fn walked(options: Options) -> Walk {
    let session = Session::embedded(Profile::reference(), options).expect("the endpoint starts");
    let (profile, client) = (&session.profile, session.client.clone());
    let provisioner = Arc::clone(&session.provisioner);
    let target = Target::new(profile, client, provisioner, &session.run_id);
    let walked = walk(&Arc::new(target), &Deadline::never(), |_| {}).await;
    assert!(
        session.close().await.is_empty(),
        "something was left behind"
    );
    walked
}

fn mutant(mutant: Mutant) -> Options {
    Options {
        mutant: Some(mutant),
        ..Options::default()
    }
}

#[tokio::test]
async fn the_reference_is_walked_through_every_status_without_a_difference() {
    let walked = walked(Options::default()).await;
    assert!(walked.differences.is_empty(), "{:?}", walked.differences);
    let automaton = walked.automaton;
    assert!(automaton.unreached.is_empty(), "{:?}", automaton.unreached);
    // Nine states with a job meet seven operations, and no job meets four; the two states that only the control reaches
    // have no URL to upload to.
    assert_eq!(automaton.edges.len(), 9 * 7 + 4 - 2);
    let stop = automaton
        .edges
        .iter()
        .find(|edge| edge.from == State::In(Status::Pending) && edge.act == Act::StopUserImportJob)
        .expect("a stop");
    assert_eq!(stop.to, Some(State::In(Status::Stopped)));
    assert_eq!(stop.standing, Standing::Documented);
}

#[tokio::test]
async fn what_the_evidence_leaves_open_is_no_difference() {
    for variation in [
        Variation::StoppingFirst,
        Variation::CreatedStopsToo,
        Variation::EndedStopUnchanged,
        Variation::RefusedStopAsInvalidParameter,
        Variation::WholeSeconds,
        Variation::UsersImported,
        Variation::UrlsSignedAnew,
    ] {
        let walked = walked(Options {
            variation: Some(variation),
            ..Options::default()
        })
        .await;
        assert!(
            walked.differences.is_empty(),
            "{variation}: {:?}",
            walked.differences
        );
    }
}

#[tokio::test]
async fn a_difference_comes_with_the_shortest_way_to_it() {
    let restart = walked(mutant(Mutant::RestartAccepted)).await;
    let found = restart.differences.first().expect("a difference");
    assert_eq!(found.rule, "no-restart");
    assert_eq!(
        found.trace,
        [
            "CreateUserPool",
            "CreateUserImportJob",
            "upload",
            "StartUserImportJob",
            "StopUserImportJob",
            "StartUserImportJob",
            "DescribeUserImportJob"
        ]
    );
    let refused = walked(mutant(Mutant::InProgressRefused)).await;
    let rules: Vec<_> = refused
        .differences
        .iter()
        .map(|one| one.rule.as_str())
        .collect();
    assert!(rules.contains(&"running-job-stops"), "{rules:?}");
    let drawn = svg(&restart.automaton, "a <mutant>");
    assert!(drawn.contains("a &lt;mutant&gt;") && drawn.contains("class=\"m d\""));
    assert!(dot(&restart.automaton, "a").contains("\"Stopped\" -> \"Pending\""));
}

#[tokio::test]
async fn the_picture_in_the_readme_is_that_of_the_reference() {
    let automaton = walked(Options::default()).await.automaton;
    let wanted = svg(&automaton, "The life of an import job: reference");
    let file = root().join("docs/lifecycle.svg");
    if std::env::var_os("FULLSTOP_BLESS").is_some() {
        fs::write(&file, &wanted).expect("the picture can be written");
    }
    let committed = fs::read_to_string(&file).unwrap_or_default();
    assert!(
        committed == wanted,
        "docs/lifecycle.svg is not what the tool draws: run `FULLSTOP_BLESS=1 cargo test picture`"
    );
    let learnt = Lifecycle {
        automaton: Some(automaton),
        ..Lifecycle::of("reference", "http://127.0.0.1:1/")
    };
    assert!(!learnt.is_empty() && learnt.broken().is_empty());
}
