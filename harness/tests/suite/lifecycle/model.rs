//! The table of a job's life, and the model of it, on the reference and on mutants of it.

use std::collections::BTreeSet;

use fullstop::case::{Act, Level, Step};
use fullstop::contract::Status;
use fullstop::generator::Steps;
use fullstop::lifecycle::{Played, Stage, play};
use fullstop::oracle::{Rule, Statuses, Wanted, entry, table};
use fullstop::reference::{Mutant, Options, Variation};

/// How many generated sequences are played on the reference and on each variation here; the whole is a command.
const SEQUENCES: u64 = 400;
const SEQUENCES_VARIED: u64 = 25;

#[test]
fn the_table_speaks_of_every_status_and_operation() {
    let table = table();
    // Eight statuses and seven operations that meet them, and four operations where there is no job.
    assert_eq!(table.len(), 8 * 7 + 4);
    for one in &table {
        let gone = one.act == Act::DeleteUserPool || one.wanted == Wanted::Refused;
        assert!(gone || !one.to.is_empty(), "{one:?}");
        assert!(
            one.answer.level == Level::Observe || one.wanted != Wanted::Either,
            "{one:?}"
        );
    }
    let restart = entry(Some(Status::Stopped), Act::StartUserImportJob).expect("an entry");
    assert_eq!(restart.wanted, Wanted::Refused);
    let stop = entry(Some(Status::Pending), Act::StopUserImportJob).expect("an entry");
    assert_eq!(stop.to, Statuses::of(&[Status::Stopping, Status::Stopped]));
}

#[test]
fn every_rule_has_a_name_of_its_own_and_evidence_for_its_level() {
    let mut names = BTreeSet::new();
    for rule in Rule::all() {
        assert!(names.insert(rule.id), "{} twice", rule.id);
        assert!(
            rule.level != Level::Must || rule.kind.carries_must(),
            "{}",
            rule.id
        );
        assert!(
            rule.text.ends_with('.') && !rule.cite.is_empty(),
            "{}",
            rule.id
        );
    }
}

#[tokio::test]
async fn the_reference_and_every_variation_keep_to_the_model() {
    let setting = [(None, SEQUENCES)].into_iter();
    let varied = Variation::ALL
        .iter()
        .map(|one| (Some(*one), SEQUENCES_VARIED));
    for (variation, count) in setting.chain(varied) {
        let mut statuses = BTreeSet::new();
        for number in 0..count {
            let options = Options {
                variation,
                ..Options::default()
            };
            let Steps(steps) = Steps::of(6, number);
            let played = play(&steps, &mut Stage::in_process(options)).await;
            let found: Vec<_> = played
                .breaches
                .iter()
                .map(|(at, breach)| (at, &breach.violation))
                .collect();
            assert!(
                found.is_empty(),
                "{variation:?}, number {number}: {found:?}\n{steps:#?}"
            );
            statuses.extend(played.said);
        }
        // What was met, so that silence means something.
        for said in ["200 Stopped", "200 Pending", "200 Created"] {
            let Ok(said) = said.parse();
            assert!(statuses.contains(&said), "{variation:?}: {statuses:?}");
        }
    }
}

#[tokio::test]
async fn an_answer_breaks_the_rule_that_a_mutant_is_about() {
    let stopped = begun(&[Act::StopUserImportJob]);
    let again = |more: &[Act]| begun(&[&[Act::StopUserImportJob], more].concat());
    let read = Act::DescribeUserImportJob;
    for (mutant, steps, rule) in [
        (
            Mutant::RestartAccepted,
            again(&[Act::StartUserImportJob]),
            "no-restart",
        ),
        (
            Mutant::ResumedOnSecondRead,
            again(&[read, read]),
            "stopped-is-final",
        ),
        (
            Mutant::StoppedJobSucceeds,
            again(&[read, read]),
            "stopped-is-final",
        ),
        (Mutant::StopNotStored, again(&[read]), "read-after-stop"),
        (Mutant::GoneOnSecondRead, again(&[read, read]), "job-stays"),
        (Mutant::DescribedRedated, again(&[read]), "identity"),
        (Mutant::StopRenames, stopped.clone(), "identity"),
        (
            Mutant::DescribedWithoutCompletion,
            again(&[read]),
            "completion-shown",
        ),
        (
            Mutant::CompletedBeforeStart,
            stopped.clone(),
            "dates-in-order",
        ),
        (
            Mutant::InProgressRefused,
            begun(&[Act::Wait, Act::StopUserImportJob, read]),
            "running-job-stops",
        ),
        (
            Mutant::StopsOtherJobs,
            neighbours(),
            "stopped-by-stop-alone",
        ),
    ] {
        let played = on(mutant, &steps).await;
        let rules: Vec<_> = played
            .breaches
            .iter()
            .map(|(_, breach)| breach.rule.id)
            .collect();
        assert!(rules.contains(&rule), "{mutant}: {rules:?}");
        let honest = play(&steps, &mut Stage::in_process(Options::default())).await;
        assert!(
            honest.breaches.is_empty(),
            "{mutant}: {:?}",
            honest.breaches
        );
    }
}

async fn on(mutant: Mutant, steps: &[Step]) -> Played {
    let options = Options {
        mutant: Some(mutant),
        ..Options::default()
    };
    play(steps, &mut Stage::in_process(options)).await
}

/// A started job, and what is done to it.
fn begun(acts: &[Act]) -> Vec<Step> {
    let mut steps = vec![
        Step::on_pool(Act::CreateUserPool, "a"),
        Step::create("a", "one"),
        Step::on_job(Act::Upload, "one"),
        Step::on_job(Act::StartUserImportJob, "one"),
    ];
    steps.extend(acts.iter().map(|act| match act {
        // Past Pending, and not yet at the end.
        Act::Wait => Step::wait(1_000),
        act => Step::on_job(*act, "one"),
    }));
    steps
}

/// Two started jobs, one of which is stopped, and the other read.
fn neighbours() -> Vec<Step> {
    let mut steps = begun(&[]);
    steps.extend([
        Step::create("a", "two"),
        Step::on_job(Act::Upload, "two"),
        Step::on_job(Act::StartUserImportJob, "two"),
        Step::on_job(Act::StopUserImportJob, "two"),
        Step::on_job(Act::DescribeUserImportJob, "one"),
    ]);
    steps
}
