//! What an endpoint lacks is unsupported or out of reach, and never a fault of what it has.
//!
//! A gateway in front of a served reference lacks some operations, and says so in one of the dialects that were seen.

mod dialects;

use serde_json::Value;

use crate::command::{Scratch, Served, fullstop};
use crate::endpoints::gateway::{Dialect, Front, Gateway, Lack};

/// Cases of each precondition that is quickly made, refusals and successes, with and without a look afterwards.
const SOME: [&str; 14] = [
    "--filter",
    "job-id/length",
    "--filter",
    "state/missing",
    "--filter",
    "state/stop-started",
    "--filter",
    "state/stopped",
    "--filter",
    "state/no-restart",
    "--filter",
    "state/other-jobs",
    "--filter",
    "invariant/",
];

#[test]
fn an_operation_that_is_missing_in_any_dialect_is_unsupported() {
    // What cannot be stopped keeps its pool until it ends by itself.
    let reference = Served::start(&["--pending-ms", "150", "--in-progress-ms", "150"]);
    for dialect in Dialect::ALL {
        let results = judged(&reference, &["StopUserImportJob"], dialect);
        let summary = &results["summary"];
        for verdict in ["divergent", "pass", "tolerated", "vacuous", "error"] {
            let listed = listed(&results, verdict);
            assert_eq!(summary[verdict], 0, "{dialect:?}: {listed:?}");
        }
        assert!(
            summary["unsupported"].as_u64() > Some(10),
            "{dialect:?}: {summary}"
        );
        assert_eq!(summary["indeterminate"], 0, "{dialect:?}");
        assert_eq!(results["exit"], 3, "{dialect:?}");
    }
}

#[test]
fn where_a_neighbour_is_missing_what_can_be_judged_is_judged() {
    let reference = reference();
    let whole = judged(&reference, &[], Dialect::ALL[0]);
    assert_eq!(listed(&whole, "divergent"), Vec::<String>::new());
    let passes = listed(&whole, "pass");
    assert!(passes.len() > 10, "{passes:?}");
    let neighbours: [(&'static [&'static str; 1], bool); 7] = [
        // What is missing, and whether cases pass without it.
        (&["StartUserImportJob"], false),
        (&["CreateUserImportJob"], false),
        (&["CreateUserPool"], false),
        (&["DescribeUserImportJob"], true),
        (&["ListUserImportJobs"], true),
        (&["GetCSVHeader"], true),
        (&["ListUserPools"], true),
    ];
    for (number, (missing, passes_without)) in neighbours.into_iter().enumerate() {
        // Another dialect for each: they were all met above.
        let dialect = Dialect::ALL[number % Dialect::ALL.len()];
        let results = judged(&reference, missing, dialect);
        let [missing] = missing;
        let listed = |verdict| listed(&results, verdict);
        for verdict in ["divergent", "vacuous", "error", "indeterminate"] {
            let wrong = listed(verdict);
            assert_eq!(wrong, Vec::<String>::new(), "without {missing}: {verdict}");
        }
        let accident: Vec<_> = listed("pass")
            .into_iter()
            .filter(|id| !passes.contains(id))
            .collect();
        assert_eq!(accident, Vec::<String>::new(), "without {missing}");
        assert_eq!(
            !listed("pass").is_empty(),
            passes_without,
            "without {missing}"
        );
        for case in results["cases"].as_array().expect("a list") {
            if case["verdict"] == "blocked" && !is_invariant(case) {
                let reason = case["reason"].as_str().unwrap_or_default();
                assert!(reason.contains(missing), "without {missing}: {case}");
            }
        }
    }
}

#[test]
fn a_look_afterwards_that_is_not_possible_is_told_and_proves_nothing() {
    let reference = reference();
    let results = judged(&reference, &["DescribeUserImportJob"], Dialect::ALL[8]);
    let cases = results["cases"].as_array().expect("a list");
    let of = |id: &str| cases.iter().find(|case| case["id"] == id).expect(id);
    for case in cases {
        let id = case["id"].as_str().expect("an id");
        if id.starts_with("state/other-jobs") || id.starts_with("state/stopped-stays") {
            assert_eq!(case["verdict"], "blocked", "{case}");
        }
        if id.starts_with("state/stopped-job-described") || id.starts_with("state/no-restart") {
            let reason = case["reason"].as_str().unwrap_or_default();
            assert!(
                reason.contains("Describe") || case["verdict"] != "blocked",
                "{case}"
            );
        }
    }
    let case = of("job-id/length-max/one-over");
    assert_eq!(case["verdict"], "pass");
    let reason = case["reason"].as_str().expect("what was left out");
    assert!(reason.contains("DescribeUserImportJob"), "{reason}");
}

#[test]
fn a_stop_that_is_there_and_broken_is_not_excused() {
    let reference = reference();
    for broken in [
        Lack::StopCrashes(Dialect::Html),
        Lack::StopIsMute(Dialect::Html),
        Lack::StopIsMute(Dialect::Xml),
    ] {
        let results = run(&reference, broken);
        let summary = &results["summary"];
        let divergent = listed(&results, "divergent").len();
        assert_eq!(summary["unsupported"], 0, "{broken:?}: {summary}");
        assert!(divergent > 3, "{broken:?}: {summary}");
        assert_eq!(results["exit"], 1, "{broken:?}: {}", results["reason"]);
    }
}

/// A reference whose jobs take their time, so that none ends while it is looked at.
fn reference() -> Served {
    Served::start(&["--pending-ms", "1000", "--in-progress-ms", "2000"])
}

#[track_caller]
fn judged(reference: &Served, missing: &'static [&'static str], dialect: Dialect) -> Value {
    run(reference, Lack::Operations(missing, dialect))
}

#[track_caller]
fn run(reference: &Served, lack: Lack) -> Value {
    let gateway = Gateway::start(&reference.url, Front::Lacking(lack));
    let endpoint = format!("http://127.0.0.1:{}", gateway.port);
    let scratch = Scratch::new();
    let json = scratch.path("results.json");
    let fixed = ["run", "--quiet", "--endpoint", &endpoint, "--json", &json];
    let output = fullstop(&[&fixed[..], &SOME].concat());
    let text = std::fs::read_to_string(&json)
        .unwrap_or_else(|error| panic!("{lack:?}: {error}: {}", output.stderr));
    serde_json::from_str(&text).expect("results are JSON")
}

/// The ids of one verdict.
fn listed(results: &Value, verdict: &str) -> Vec<String> {
    let cases = results["cases"].as_array().expect("a list").iter();
    let ids = cases.filter(|case| case["verdict"] == verdict);
    ids.map(|case| case["id"].as_str().expect("an id").to_owned())
        .collect()
}

fn is_invariant(case: &Value) -> bool {
    case["id"]
        .as_str()
        .is_some_and(|id| id.starts_with("invariant/"))
}
