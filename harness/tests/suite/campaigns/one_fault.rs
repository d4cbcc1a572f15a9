//! One fault is one finding, in however many ways a campaign meets it, and two faults are two.

use std::path::PathBuf;

use serde_json::Value;

use crate::campaigns::{against, before, campaign, served};
use crate::command::{Scratch, Served};
use crate::endpoints::gateway::Lack;
use crate::files;

/// What a campaign tells of an endpoint.
fn told(endpoint: &Served, executions: &str, generators: &str) -> Vec<Value> {
    let base = ["--execs", executions, "--generators", generators];
    let (_, mut json) = against(&endpoint.url, &[&base[..], &["--seed", "1"]].concat());
    match json["findings"].take() {
        Value::Array(findings) => findings,
        other => panic!("no findings, but {other}"),
    }
}

/// One finding, which several requirements tell.
fn hold_to_be_one(mutant: &str, findings: &[Value]) {
    assert_eq!(findings.len(), 1, "{mutant}: {findings:#?}");
    assert!(findings[0]["also"].is_array(), "{mutant}: {findings:#?}");
}

#[test]
fn one_fault_is_one_finding_whatever_requirements_it_breaks() {
    let scratch = Scratch::new();
    let served = served(&["--auth", "off"]);
    let base = ["--execs", "1024", "--generators", "seeded", "--seed", "1"];
    let (output, json) = campaign(
        &scratch,
        &[&base[..], &["--endpoint", &served.url]].concat(),
    );
    assert_eq!(output.code, 1, "{}{}", output.stdout, output.stderr);
    let findings = json["findings"].as_array().expect("findings");
    let [one] = &findings[..] else {
        panic!("signatures are looked at nowhere, which is one fault: {findings:#?}")
    };
    assert_eq!(one["level"], "must", "the firmest is told: {one:#}");
    let also = one["also"].as_array().expect("other requirements");
    assert!(also.len() >= 4, "{one:#}");
    assert!(
        output.stdout.contains("  also    auth/"),
        "{}",
        output.stdout
    );
    let files = files(&scratch.path("findings"));
    let is_known = |file: &&PathBuf| {
        let is_of_one = one["case_file"]
            .as_str()
            .is_some_and(|of| file.ends_with(of));
        is_of_one || file.ends_with("control/valid-request.toml") || file.ends_with("findings.txt")
    };
    let others: Vec<_> = files.iter().filter(|file| !is_known(file)).collect();
    assert!(
        others.is_empty(),
        "what was taken in left a file: {others:?}"
    );
    assert_eq!(files.len(), 3, "{files:?}");
}

#[test]
fn what_every_success_or_every_refused_signature_shows_is_one_finding() {
    for mutant in ["success-as-202", "unsigned-stop-stops"] {
        let served = served(&["--auth", "required", "--mutant", mutant]);
        hold_to_be_one(mutant, &told(&served, "1024", "seeded"));
    }
}

#[test]
fn a_status_is_wrong_by_the_requirement_of_its_error_whatever_else_is_wrong_in_the_request() {
    let served = served(&["--auth", "required", "--mutant", "wrong-type-as-500"]);
    let findings = told(&served, "1024", "seeded");
    let [one] = &findings[..] else {
        panic!("types are refused with 500, which is one fault: {findings:#?}")
    };
    assert_eq!(one["got"], "status: 500", "{one:#}");
    let requirement = one["requirement"].as_str().unwrap_or_default();
    assert!(requirement.contains("in place of a text"), "{one:#}");
}

#[test]
fn an_endpoint_that_refuses_what_is_valid_has_one_fault_for_it() {
    let never_pending = ["--pending-ms", "0", "--in-progress-ms", "400"];
    let mutant = ["--mutant", "in-progress-refused"];
    let served = Served::start(&[&mutant[..], &never_pending].concat());
    let findings = told(&served, "128", "seeded");
    let [one] = &findings[..] else {
        panic!("every stop is refused, which is one fault: {findings:#?}")
    };
    let wanted = one["wanted"].as_str().unwrap_or_default();
    assert!(wanted.contains(": 200"), "{one:#}");
    assert!(one["also"].is_array(), "{one:#}");
}

#[test]
fn what_every_error_every_success_or_every_look_up_shows_is_one_finding() {
    let mutants = [
        "errors-without-exception",
        "millisecond-timestamps",
        "nulls-refused",
        "values-cut",
        "other-job-id",
        "missing-job-as-internal",
        "missing-job-succeeds",
    ];
    for mutant in mutants {
        let served = served(&["--mutant", mutant]);
        let findings = told(&served, "640", "seeded");
        assert_eq!(findings.len(), 1, "{mutant}: {findings:#?}");
    }
}

#[test]
fn what_every_refused_signature_shows_is_one_finding() {
    for mutant in ["signature-errors-as-403", "incomplete-as-invalid"] {
        let served = served(&["--auth", "required", "--mutant", mutant]);
        hold_to_be_one(mutant, &told(&served, "1024", "seeded"));
    }
}

#[test]
fn what_the_life_of_a_job_shows_in_several_ways_is_one_finding() {
    for mutant in ["restart-accepted", "stop-drops-neighbours"] {
        let served = Served::start(&["--control", "--mutant", mutant]);
        hold_to_be_one(mutant, &told(&served, "1024", "seeded,sequence"));
    }
}

#[test]
fn what_may_be_answered_in_any_way_is_held_to_the_protocol() {
    // How deep a body may be nested is not established. That a page is no answer to one is.
    let mutant = "html-on-deep-nesting";
    let served = served(&["--control", "--mutant", mutant]);
    hold_to_be_one(mutant, &told(&served, "640", "seeded"));
}

#[test]
fn where_only_the_form_of_answers_can_be_judged_the_cases_of_the_suite_say_the_rest() {
    let reference = served(&["--auth", "off", "--mutant", "completion-message-reworded"]);
    let (_gateway, endpoint) = before(&reference, Lack::OwnIds);
    let base = ["--execs", "640", "--generators", "seeded", "--seed", "1"];
    let (_, json) = against(&endpoint, &base);
    let text = json["findings"].to_string();
    for part in ["header content-type", "UserImportJob/CompletionMessage"] {
        assert!(text.contains(part), "{part} in {json:#}");
    }
}

#[test]
fn two_faults_are_two_findings() {
    for mutant in ["other-job-id", "job-id-pattern-unchecked"] {
        let served = served(&["--auth", "off", "--mutant", mutant]);
        let findings = told(&served, "640", "seeded");
        let is_of_signature =
            |one: &&Value| one["id"].as_str().is_some_and(|id| id.starts_with("auth/"));
        let of_signature = findings.iter().filter(is_of_signature).count();
        assert_eq!(
            (findings.len(), of_signature),
            (2, 1),
            "{mutant}: {findings:#?}"
        );
    }
}
