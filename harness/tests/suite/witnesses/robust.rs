//! The oracle alone: it has a ruling for any request and any answer, and never praises nonsense.

use fullstop::case::{Ids, Signature};
use fullstop::contract::{Operation, Status};
use fullstop::oracle::{Known, Permitted, Place, Sent, Signing, Verdict, permits, permitted};
use fullstop::wire::{Header, Request, Response};

use super::{bytes, known};

/// How many inputs are made up for each subject.
const INPUTS: u64 = 2_000;

const PLACES: [Place; 8] = [
    Place::Started,
    Place::Job(Status::Pending),
    Place::Job(Status::Succeeded),
    Place::SomeJob,
    Place::NoJob,
    Place::Elsewhere,
    Place::NoPool,
    Place::Unknown,
];

const SIGNINGS: [Signing; 4] = [
    Signing::Demanded,
    Signing::Optional,
    Signing::Ignored,
    Signing::Unknown,
];

fn ids() -> Ids {
    Ids {
        pool: "us-east-1_EXAMPLE12".to_owned(),
        job: "import-qQ0DCt2fRh".to_owned(),
    }
}

fn stop(body: impl Into<Vec<u8>>) -> Request {
    Request::call(Operation::StopUserImportJob, body)
}

fn valid() -> Request {
    stop(r#"{"UserPoolId":"us-east-1_EXAMPLE12","JobId":"import-qQ0DCt2fRh"}"#)
}

/// Bytes that look more like JSON and its faults than random ones do.
fn like_json(seed: u64) -> Vec<u8> {
    const PARTS: [&str; 32] = [
        "{",
        "}",
        "[",
        "]",
        ",",
        ":",
        "\"",
        "\\",
        "\\u",
        "d800",
        "\"JobId\"",
        "\"UserPoolId\"",
        "\"import-a\"",
        "\"a_b\"",
        "null",
        "true",
        "1e400",
        "-0.5",
        "01",
        " ",
        "\n",
        "\u{feff}",
        "\u{a0}",
        "\0",
        "é",
        "\u{2028}",
        "/*",
        "'",
        "\"__type\"",
        "\"message\"",
        "{\"UserImportJob\":{",
        "\"Status\":\"Stopped\"",
    ];
    bytes(seed, 1 + (seed % 64) as usize)
        .into_iter()
        .flat_map(|byte| PARTS[usize::from(byte) % PARTS.len()].bytes())
        .collect()
}

#[test]
fn any_request_and_any_answer_get_a_ruling() {
    let ids = ids();
    for seed in 0..INPUTS {
        let noise = bytes(seed, (seed % 97) as usize);
        let shaped = like_json(seed);
        let mut odd = stop(shaped.clone());
        odd.headers
            .push(Header::new("Content-Length", noise.clone()));
        let requests = [valid(), stop(noise.clone()), stop(shaped.clone()), odd];
        let place = PLACES[(seed % 8) as usize];
        let signing = SIGNINGS[(seed / 8 % 4) as usize];
        let fault = (seed % 5 == 0).then_some("\0 no such error");
        for request in requests {
            for signature in [Signature::Valid, Signature::Unsigned, Signature::Query] {
                let known = Known {
                    signing,
                    fault,
                    ..known(&ids, place)
                };
                let sent = Sent {
                    request: &request,
                    signature,
                };
                let mut response = Response::new((seed % 700) as u16, shaped.clone());
                let header = Header::new("x-amzn-errortype", noise.clone());
                response.headers.push(header);
                let _ = permits(sent, &known, &response);
                if let Permitted::OneOf(classes) = permitted(sent, &known) {
                    assert!(!classes.is_empty(), "something is always permitted");
                }
            }
        }
    }
}

#[test]
fn nonsense_is_never_conformant() {
    let ids = ids();
    let valid = valid();
    for seed in 0..INPUTS {
        for body in [bytes(seed, (seed % 300) as usize), like_json(seed)] {
            for place in PLACES {
                let known = known(&ids, place);
                let sent = Sent {
                    request: &valid,
                    signature: Signature::Valid,
                };
                let response = Response::new(200, body.clone());
                let ruling = permits(sent, &known, &response);
                assert_eq!(ruling.verdict, Verdict::Divergent, "{place:?}: {response}");
                assert!(!ruling.violations.is_empty());
            }
        }
    }
}

/// Whether anything at all is permitted in answer to a body.
#[track_caller]
fn check_open(body: &[u8], want: bool) {
    let ids = ids();
    let request = stop(body);
    let sent = Sent {
        request: &request,
        signature: Signature::Valid,
    };
    let permitted = permitted(sent, &known(&ids, Place::Started));
    let is_open = !matches!(permitted, Permitted::OneOf(_));
    assert_eq!(
        is_open,
        want,
        "{}: {permitted:?}",
        String::from_utf8_lossy(body)
    );
}

#[test]
fn what_readers_take_differently_is_left_open() {
    for body in [
        &b"\xef\xbb\xbf{}"[..],
        b"{\"JobId\":\"\xe9\"}",
        b"{\"JobId\":1,\"JobId\":2}",
        b"{\"Note\":{\"a\":1,\"a\":2}}",
        b"{\"\\u004aobId\":\"import-a\"}",
        b"{\"JobId\":\"\\ud800\"}",
        b"{\"JobId\":\"\\udc00\\ud800\"}",
        b"{\"Note\":1e400}",
        b"{\"Note\":NaN}",
        b"{\"Note\":01}",
        b"{\"Note\":\"a\tb\"}",
        b"{\"Note\":\"\\x41\"}",
        b"{}\0",
        b"{\"__type\":\"a\"}",
    ] {
        check_open(body, true);
    }
    let deep = |depth: usize| format!("{{\"Note\":{}{}}}", "[".repeat(depth), "]".repeat(depth));
    check_open(deep(31).as_bytes(), false);
    check_open(deep(32).as_bytes(), true);
    check_open("{\"Note\":".repeat(100_000).as_bytes(), true);
    for body in [
        &b""[..],
        b" \t\r\n",
        b"null",
        b"[]",
        b"{",
        b"{\"JobId\":\"import-a\",}",
        b"{'JobId':'import-a'}",
        b"{}x",
        b"{\"JobId\":\"\\ud83d\\ude00\"}",
        b"{\"JobId\":1e400}",
        b"{\"Note\":[-0,1E+2,0.5e-1,-12.25,{}]}",
    ] {
        check_open(body, false);
    }
}

#[test]
fn a_must_stands_on_evidence_of_this_service() {
    let ids = ids();
    let bodies = [
        "{}",
        r#"{"UserPoolId":7,"JobId":[]}"#,
        r#"{"UserPoolId":"a_b\n","JobId":"import-a"}"#,
        "{",
        "",
        r#"{"UserPoolId":"us-east-1_EXAMPLE12","JobId":"import-qQ0DCt2fRh"}"#,
    ];
    for body in bodies {
        let request = stop(body);
        for place in PLACES {
            for signature in [
                Signature::Valid,
                Signature::Unsigned,
                Signature::UnknownKey,
                Signature::WrongSecret,
                Signature::Garbage,
            ] {
                let known = Known {
                    fault: Some("NotAuthorizedException"),
                    ..known(&ids, place)
                };
                let sent = Sent {
                    request: &request,
                    signature,
                };
                let Permitted::OneOf(classes) = permitted(sent, &known) else {
                    panic!("{body} is within the protocol")
                };
                for class in classes {
                    let is_must = class.rule.level == fullstop::case::Level::Must;
                    assert!(!is_must || class.rule.kind.carries_must(), "{class:?}");
                    assert!(class.level >= class.rule.level, "{class:?}");
                }
            }
        }
    }
}
