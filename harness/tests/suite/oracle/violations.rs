//! Violations are data, and their text is made once.

use fullstop::case::{Act, Invariant};
use fullstop::contract::Status;
use fullstop::oracle::{
    Actual, Brief, Expected, Facet, Observed, Outcome, Owned, Statuses, Step, Violation, owned,
};
use fullstop::wire::Response;
use serde_json::{Value, json};

/// What is wrong with an answer, parted by whose it is: of the case, and of the rule about the status of errors.
fn parted(expected: u16, answer: &str, status: u16) -> (usize, Vec<&'static str>) {
    let response = Response::new(status, answer);
    let (wanted, came) = (
        Expected::Statuses(vec![expected]),
        Actual::status(&response),
    );
    let violation = Violation::new(Facet::Status, wanted, came);
    let observed = Observed {
        case: "a/b/c".to_owned(),
        protocol: true,
        ids: None,
        stops: false,
        may_fail: false,
        outcome: Outcome::Answered(response),
        failed_first: None,
    };
    let rules = [(Invariant::ErrorStatus, "status")];
    let Owned { own, others } = owned(vec![violation], rules, &observed);
    (own.len(), others)
}

#[test]
fn a_status_belongs_to_its_rule_unless_a_refusal_came_for_a_success() {
    let not_found = r#"{"__type":"ResourceNotFoundException"}"#;
    assert_eq!(parted(400, not_found, 404), (0, vec!["status"]));
    // The same answer, where a success was wanted, and one that the rule has nothing against.
    assert_eq!(parted(200, not_found, 404), (1, vec![]));
    assert_eq!(parted(400, "{}", 404), (1, vec![]));
}

#[test]
fn a_facet_is_read_back_from_its_name() {
    for facet in [
        Facet::Response,
        Facet::Elapsed,
        Facet::Status,
        Facet::ErrorType,
        Facet::Message,
        Facet::header("Content-Type"),
        Facet::body(""),
        Facet::job("Status"),
        Facet::body("/a: b/\u{202e}"),
        Facet::State(None),
        Facet::state("Status"),
    ] {
        let name = facet.to_string();
        assert_eq!(name.parse(), Ok(facet.clone()), "{name}");
        let json = serde_json::to_value(&facet).expect("it is a text");
        assert_eq!(json, Value::String(name));
    }
    for wrong in ["", "statuses", "headers x", "Status"] {
        let error = wrong.parse::<Facet>().expect_err(wrong);
        assert_eq!(error, format!("`{wrong}` is no part of a response"));
    }
}

#[test]
fn the_member_of_a_job_is_found_in_both_kinds_of_answers() {
    assert_eq!(Facet::job("Status").member(), Some("Status"));
    let listed = Facet::body("/UserImportJobs/3/JobId");
    assert_eq!(listed.member(), Some("JobId"));
    for other in ["", "/UserImportJob", "/UserImportJobs/3", "/message"] {
        assert_eq!(Facet::body(other).member(), None, "{other}");
    }
}

#[test]
fn a_step_stands_before_what_is_wrong_in_its_answer() {
    let stop = Step::from(Act::StopUserImportJob);
    let violation = |step, facet| Violation {
        step,
        facet,
        expected: Expected::JobStatus(Statuses::STOPPED),
        actual: Actual::JobStatus(Status::Pending),
    };
    let wanted = "wanted Stopping or Stopped, got Pending";
    assert_eq!(
        violation(Some(stop), Facet::job("Status")).to_string(),
        format!("StopUserImportJob: body/UserImportJob/Status: {wanted}")
    );
    assert_eq!(
        violation(Some(stop), Facet::Response).to_string(),
        format!("StopUserImportJob: {wanted}")
    );
    assert_eq!(
        violation(None, Facet::state("Status")).to_string(),
        format!("post/Status: {wanted}")
    );
}

#[test]
fn what_came_is_short_and_on_one_line_and_without_secrets() {
    let long = "a".repeat(100_000);
    for actual in [
        Actual::value(Some(&json!(long))),
        Actual::value(Some(&json!([long]))),
        Actual::text(Some(&long)),
        Actual::told(&long),
    ] {
        assert!(actual.to_string().chars().count() <= 203, "{actual}");
    }
    assert_eq!(Actual::text(Some("a\nb")).to_string(), "a\u{fffd}b");
    let url = "https://a/?X-Amz-Signature=0123456789abcdef0123456789abcdef";
    for actual in [Actual::value(Some(&json!(url))), Actual::text(Some(url))] {
        assert!(!actual.to_string().contains("0123456789abcdef"), "{actual}");
    }
    assert_eq!(Actual::value(None), Actual::Missing);
    assert_eq!(Actual::value(Some(&json!(1.5))).number(), Some(1.5));
}

#[test]
fn an_answer_in_few_words_is_read_back() {
    for brief in [
        Brief::Response(200, Some("Stopped".to_owned())),
        Brief::Response(400, Some("InvalidParameterException".to_owned())),
        Brief::Response(404, None),
        Brief::Closed,
        Brief::Silent,
        Brief::Waited,
    ] {
        let Ok(read) = brief.to_string().parse::<Brief>();
        assert_eq!(read, brief);
    }
    // Tables show it in columns.
    for brief in [Brief::Response(200, None), Brief::Closed, Brief::Silent] {
        assert_eq!(format!("{brief:<20}|").len(), 21, "{brief}");
    }
    assert!(Brief::Response(200, Some("Stopped".to_owned())).shows_job());
    assert!(!Brief::Response(400, Some("Stop".to_owned())).shows_job());
}
