//! What two answers must share to be one fault.

use fullstop::case::Ids;
use fullstop::oracle::{Actual, Expected, Facet, Violation, fingerprint, is_within};
use fullstop::wire::Response;

fn ids(number: u32) -> Ids {
    Ids {
        pool: format!("us-east-1_Pool{number}"),
        job: format!("import-Job{number}"),
    }
}

fn of(body: &str, ids: &Ids) -> String {
    let response = Response::new(500, body);
    fingerprint("divergent", Some(&response), ids, &[wrong(Facet::Status)])
}

fn wrong(facet: Facet) -> Violation {
    let (expected, actual) = (Expected::Statuses(vec![400]), Actual::Status(200, None));
    Violation::new(facet, expected, actual)
}

#[test]
fn two_runs_of_one_fault_have_one_fingerprint() {
    let error = |id: &str, request: &str, port: u16| {
        format!(
            r#"{{"__type":"InternalError","message":"job {id} at http://127.0.0.1:{port}/x, request {request}"}}"#
        )
    };
    let first = error("import-Job1", "3fa85f64-5717-4562-b3fc-2c963f66afa6", 4566);
    let second = error("import-Job22", "aaaaaaaa-bbbb-4562-b3fc-2c963f66afa6", 80);
    assert_eq!(of(&first, &ids(1)), of(&second, &ids(22)));
    let html = |moment: &str| format!("<h1>Error</h1><p>at {moment}</p>");
    assert_eq!(
        of(&html("2026-11-25T20:55:40.123Z"), &ids(1)),
        of(&html("2026-11-26T01:00:00Z"), &ids(2))
    );
}

#[test]
fn another_wrong_answer_has_another_fingerprint() {
    let one = of(r#"{"__type":"A","message":"no"}"#, &ids(1));
    for other in [
        r#"{"__type":"B","message":"no"}"#,
        r#"{"__type":"A","message":"never"}"#,
        r#"{"UserImportJob":{}}"#,
        "no",
    ] {
        assert_ne!(one, of(other, &ids(1)), "{other}");
    }
    let place = wrong(Facet::state("Status"));
    let response = Response::new(500, r#"{"__type":"A","message":"no"}"#);
    assert_ne!(
        one,
        fingerprint("divergent", Some(&response), &ids(1), &[place])
    );
}

/// The status and the words of an error of the service are what other rules are about.
#[test]
fn another_status_or_message_of_a_known_error_is_another_fault() {
    let of = |status, message: &str, facet| {
        let body = format!(r#"{{"__type":"ResourceNotFoundException","message":"{message}"}}"#);
        let response = Response::new(status, body.as_str());
        fingerprint("divergent", Some(&response), &ids(1), &[wrong(facet)])
    };
    let one = of(400, "no such job", Facet::ErrorType);
    assert_eq!(one, of(404, "nothing here", Facet::ErrorType));
    assert_ne!(one, of(200, "no such job", Facet::ErrorType));
    let worded = |message| of(400, message, Facet::body("/message"));
    assert_ne!(worded("no such job"), worded("nothing here"));
}

#[test]
fn fewer_ways_are_within_more_and_not_the_other_way_round() {
    assert!(is_within("aa", "aa.bb"));
    assert!(!is_within("aa.cc", "aa.bb"));
}

#[test]
fn a_hostile_body_costs_no_time() {
    let quotes = "' ".repeat(1 << 19);
    assert_eq!(of(&quotes, &ids(1)).len(), 16);
}
