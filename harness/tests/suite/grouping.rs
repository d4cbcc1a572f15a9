//! Failures are grouped into faults: one defect of an endpoint is told once, under a title that names it.

mod named;

use std::collections::BTreeSet;
use std::sync::Arc;

use fullstop::fault::{Fault, Harm, is_key, stated_twice};
use fullstop::oracle::Rule;
use fullstop::power::{Killed, published};
use fullstop::reference::{Mutant, Options};
use fullstop::report::{Labelled, Results, Style, TargetResult, side_by_side, terminal};
use fullstop::runner::{Gate, Plan, Runner, Session};
use fullstop::suite::Suite;
use fullstop::target::Profile;

use crate::grouping::named::NAMED;

/// The most lines that an endpoint with ten faults may fill.
const LINES_MAX: usize = 60;

fn results(mutant: Mutant) -> Results {
    let suite = Arc::new(Suite::embedded().expect("our own cases"));
    let selection = suite.select(&[String::new()]).expect("it selects");
    let options = Options {
        mutant: Some(mutant),
        ..Options::default()
    };
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(async {
        let session = Session::embedded(Profile::reference(), options).expect("it starts");
        let plan = Plan::of(selection);
        let runner = Runner::new(Arc::clone(&suite), &session, None)
            .await
            .expect("it is there");
        let run = runner.run(&plan, |_| {}).await.expect("it runs");
        session.close().await;
        let target = TargetResult {
            name: "endpoint".to_owned(),
            endpoint: "http://127.0.0.1:4566".to_owned(),
        };
        Results::of(&run, &suite, target, &plan, Gate::default())
    })
}

fn shown(results: &Results) -> String {
    let mut text = Vec::new();
    terminal(results, Style::default(), &mut text).expect("it is written");
    anstream::adapter::strip_str(&String::from_utf8_lossy(&text)).to_string()
}

/// The mutants that a run of the suite shows, with their faults.
fn rows() -> Vec<Killed> {
    let mut rows = published().mutants;
    rows.retain(|row| !row.faults.is_empty());
    rows
}

#[test]
fn a_ledger_may_name_each_fault_that_was_ever_shown() {
    for row in rows() {
        for key in row.faults.keys() {
            assert!(is_key(key), "{key}");
        }
    }
    assert!(!is_key("uncheked/member-JobId"));
}

#[test]
fn a_mutant_is_one_fault_as_a_rule() {
    let counts: Vec<_> = rows().iter().map(|row| row.faults.len()).collect();
    assert!(counts.len() >= 250, "{}", counts.len());
    let within = |most: usize| counts.iter().filter(|count| **count <= most).count() as f64;
    let all = counts.len() as f64;
    assert!(within(1) / all >= 0.85, "{} of {all}", within(1));
    assert!(within(2) / all >= 0.97, "{} of {all}", within(2));
    let mean = counts.iter().sum::<usize>() as f64 / all;
    assert!(mean <= 1.25, "{mean}");
    let keys: BTreeSet<_> = rows()
        .into_iter()
        .flat_map(|row| row.faults.into_keys())
        .collect();
    assert!(keys.len() >= 120, "{}", keys.len());
}

#[test]
fn a_title_names_what_a_mutant_changes() {
    let wrong: Vec<_> = rows()
        .into_iter()
        .filter(|row| {
            let named = NAMED.iter().find(|(name, _)| row.name.starts_with(name));
            !named.is_some_and(|(_, word)| row.faults.values().any(|title| title.contains(word)))
        })
        .map(|row| format!("{}: {:?}", row.name, row.faults))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_rule_that_states_what_a_requirement_does_is_one_fault_with_it() {
    let suite = Suite::embedded().expect("our own cases");
    let requirements = suite.requirements().iter();
    let of_cases = requirements.map(|requirement| (&requirement.id, &requirement.text));
    let of_sequences = suite.sequences().iter();
    let of_sequences = of_sequences.map(|(id, sequence)| (id, &sequence.requirement));
    let mut alike = BTreeSet::new();
    for (id, text) in of_cases.chain(of_sequences) {
        for rule in Rule::all().filter(|rule| rule.text == *text) {
            alike.insert((rule.id.to_owned(), id.trim_end_matches(".toml").to_owned()));
        }
    }
    let noted = stated_twice().iter();
    let noted = noted.map(|(rule, requirement)| ((*rule).to_owned(), (*requirement).to_owned()));
    assert_eq!(noted.collect::<BTreeSet<_>>(), alike);
}

#[test]
fn a_wrong_status_of_one_error_is_one_fault_with_all_its_cases() {
    let results = results(Mutant::NotFoundAs404);
    let [fault] = &results.faults[..] else {
        panic!("{:?}", titles(&results.faults));
    };
    assert_eq!(
        fault.title,
        "ResourceNotFoundException has status 404 instead of 400"
    );
    assert_eq!(fault.harm, Harm::Error);
    assert!(fault.fixes() >= 25, "{}", fault.fixes());
    assert!(!fault.shadowed.is_empty());
}

#[test]
fn an_unchecked_pattern_fills_a_screen_and_not_a_thousand_lines() {
    let results = results(Mutant::JobIdPatternUnchecked);
    let text = shown(&results);
    assert!(text.lines().count() < LINES_MAX / 2, "{text}");
    let first = text
        .lines()
        .position(|line| line == "MUST: 1 fault")
        .expect("a heading");
    let block: Vec<_> = text.lines().skip(first + 1).take(6).collect();
    assert!(
        block[0].starts_with(" 1  JobId is not matched against its whole pattern: "),
        "{text}"
    );
    assert!(block[0].ends_with(" cases"), "{text}");
    assert_eq!(
        block[1],
        "    expected InvalidParameterException, got ResourceNotFoundException"
    );
    let sent = r#"    sent    {"UserPoolId":"us-east-1_Example","JobId":"import-"}"#;
    assert_eq!(block[2], sent);
    assert!(
        block[3].starts_with("    source  documented: API reference"),
        "{text}"
    );
    let command = "    fullstop send job-id/prefix/alone --endpoint 'http://127.0.0.1:4566'";
    assert_eq!(block[4], command);
    assert_eq!(block[5], "");
}

#[test]
fn an_endpoint_that_refuses_everything_fits_on_a_screen() {
    let results = results(Mutant::Always400);
    let text = shown(&results);
    assert!(text.lines().count() <= LINES_MAX, "{text}");
    assert!(results.faults.len() <= 3, "{:?}", titles(&results.faults));
}

#[test]
fn of_two_runs_it_is_told_what_was_fixed_and_what_is_new() {
    let runs = [Mutant::NotFoundAs404, Mutant::JobIdLengthMaxHigh].map(results);
    let names = [Some("before".to_owned()), Some("after".to_owned())];
    let all = Labelled::all(names.into_iter().zip(runs));
    let text = side_by_side(&all);
    let text = anstream::adapter::strip_str(&text).to_string();
    let lines: Vec<_> = text.lines().skip(4).collect();
    assert_eq!(
        lines,
        [
            "from before to after: 1 fixed, 1 new, 0 remaining",
            "  fixed    ResourceNotFoundException has status 404 instead of 400  must",
            "  new      JobId: 56 characters accepted  must",
        ],
        "{text}"
    );
}

#[test]
fn what_failed_belongs_to_a_fault() {
    for mutant in [Mutant::ConstraintsUnchecked, Mutant::RefusedStopStops] {
        let results = results(mutant);
        let told: BTreeSet<_> = results
            .faults
            .iter()
            .flat_map(|fault| &fault.cases)
            .collect();
        let shadowed: BTreeSet<_> = results
            .faults
            .iter()
            .flat_map(|fault| &fault.shadowed)
            .collect();
        for case in &results.cases {
            let name = case.verdict.name();
            assert_eq!(
                told.contains(&case.id),
                matches!(name, "divergent" | "vacuous"),
                "{}",
                case.id
            );
            assert_eq!(
                shadowed.contains(&case.id),
                name == "shadowed",
                "{}",
                case.id
            );
        }
        let ranks: Vec<_> = results
            .faults
            .iter()
            .map(|fault| (fault.level, fault.harm))
            .collect();
        assert!(ranks.is_sorted(), "{ranks:?}");
    }
}

fn titles(faults: &[Fault]) -> Vec<&str> {
    faults.iter().map(|fault| fault.title.as_str()).collect()
}
