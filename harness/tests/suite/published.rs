//! The answers that AWS published against the other witnesses: oracle, invariants, cases and the reference.
//!
//! After a change of them, `FULLSTOP_BLESS=1 cargo test published` writes `snapshots/aws-published` anew.

use std::collections::BTreeSet;
use std::fs;

use fullstop::case::{Ids, Invariant, Message};
use fullstop::oracle::Signing;
use fullstop::oracle::{Known, Observed, Outcome, Place, Ruling, Sent, Verdict, hold, permits};
use fullstop::published::{self, Published};
use fullstop::suite::Suite;
use fullstop::wire::{Header, Response};
use serde_json::Value;

use crate::command::{Served, fullstop};
use crate::{files, name, root};

/// What is true of every answer. That request ids differ takes several.
const INVARIANTS: [Invariant; 12] = [
    Invariant::JsonObject,
    Invariant::ContentType,
    Invariant::ErrorType,
    Invariant::KnownErrorType,
    Invariant::ErrorStatus,
    Invariant::ErrorTypesAgree,
    Invariant::NoNulls,
    Invariant::MemberTypes,
    Invariant::KnownStatus,
    Invariant::EchoedIds,
    Invariant::RequestId,
    Invariant::Robust,
];

#[test]
fn the_oracle_permits_what_aws_published() {
    let mut conformant = 0;
    for published in published::all() {
        let ruling = ruled(&published, &completed(&published));
        let name = &published.name;
        if published.breaks.is_empty() {
            assert_ne!(ruling.verdict, Verdict::Divergent, "{name}: {ruling:?}");
            conformant += usize::from(ruling.verdict == Verdict::Conformant);
        } else {
            let violations = ruling.violations.len();
            assert_eq!(violations, published.breaks.len(), "{name}: {ruling:?}");
        }
    }
    // A denial tells nothing of the request; every other answer is one that is known to be right.
    let slips = published::all()
        .iter()
        .filter(|it| !it.breaks.is_empty())
        .count();
    assert_eq!(conformant + slips + 1, published::all().len());
}

#[test]
fn what_aws_published_keeps_the_invariants_but_for_the_slips_that_are_told() {
    for published in published::all() {
        let broken = broken(&published, completed(&published));
        assert_eq!(broken, published.breaks, "{}", published.name);
        let is_told = published.breaks.is_empty() || published.note.is_some();
        assert!(
            is_told,
            "{} breaks something without a note",
            published.name
        );
    }
}

#[test]
fn what_aws_published_with_one_thing_spoiled_is_not_permitted() {
    let mut checked = BTreeSet::new();
    for published in published::all() {
        let right = ruled(&published, &completed(&published)).verdict;
        for (spoil, response) in spoiled(&published) {
            // An answer that tells nothing tells no more with another status.
            if right == Verdict::Untold && spoil == "status of the model" {
                continue;
            }
            let ruling = ruled(&published, &response);
            assert_eq!(
                ruling.verdict,
                Verdict::Divergent,
                "{} with another {spoil}: {response}",
                published.name
            );
            checked.insert(spoil);
        }
    }
    let all = [
        "class of status",
        "id",
        "null",
        "status of the model",
        "type",
    ];
    assert_eq!(checked, BTreeSet::from(all));
}

#[test]
fn a_case_with_a_published_answer_sends_what_was_answered() {
    let suite = Suite::embedded().expect("our own cases");
    for published in published::all() {
        let situation = &published.situation;
        for id in &published.cases {
            let case = suite.cases().find(|case| case.id == *id);
            let case = case.unwrap_or_else(|| panic!("{}: no case {id}", published.name));
            let sent = (case.compose(&situation.ids()), case.given, &case.fault);
            let wanted = (situation.message(), situation.given, &situation.fault);
            assert_eq!(sent, wanted, "{} and {id}", published.name);
        }
    }
}

#[test]
fn the_snapshots_of_published_answers_are_current() {
    const FOLDER: &str = "snapshots/aws-published";
    let wanted: Vec<_> = published::snapshots()
        .into_iter()
        .map(|(case, snapshot)| (format!("{FOLDER}/{case}.snap"), described(&case, &snapshot)))
        .collect();
    if std::env::var_os("FULLSTOP_BLESS").is_some() {
        let _ = fs::remove_dir_all(root().join(FOLDER));
        for (path, text) in &wanted {
            let file = root().join(path);
            fs::create_dir_all(file.parent().expect("below a folder")).expect("a folder");
            fs::write(file, text).expect("the snapshot can be written");
        }
    }
    for (path, text) in &wanted {
        let committed = fs::read_to_string(root().join(path)).unwrap_or_default();
        assert_eq!(
            committed, *text,
            "{path} is not current: run `FULLSTOP_BLESS=1 cargo test published`"
        );
    }
    let committed: Vec<_> = files(FOLDER).iter().map(|file| name(file)).collect();
    let wanted: Vec<_> = wanted.into_iter().map(|(path, _)| path).collect();
    assert_eq!(committed, wanted);
}

#[test]
fn a_file_says_nothing_unknown_and_has_one_answer() {
    let file = |answer: &str| {
        let source = "source = { kind = \"recorded\", cite = \"x\" }";
        let text = format!("{source}\n[situation]\ngiven = {{}}\n[answer]\n{answer}");
        Published::read("x.toml", &text).map_err(|fault| fault.to_string())
    };
    assert!(file("body = '{}'").is_ok());
    assert!(file("body = '{}'\nstatsu = 400").is_err_and(|fault| fault.contains("statsu")));
    assert!(file("status = 400").is_err_and(|fault| fault.contains("either a body")));
}

#[test]
fn the_reference_answers_as_aws_published_and_a_mutant_does_not() {
    let compared = |endpoint: &str| {
        let arguments = ["run", "--json", "-", "--compare", "aws-published"];
        let output = fullstop(&[&arguments, &["--endpoint", endpoint][..]].concat());
        let results: Value = serde_json::from_str(&output.stdout).expect(&output.stderr);
        let cases = results["cases"].as_array().cloned().expect("a list");
        let with = |state: &str| -> Vec<_> {
            let cases = cases.iter().filter(|case| case["snapshot"] == state);
            cases
                .map(|case| case["id"].as_str().expect("an id").to_owned())
                .collect()
        };
        (with("match"), with("changed"))
    };
    let snapshots = published::snapshots();
    let served = Served::start(&["--auth", "required"]);
    let (matching, changed) = compared(&served.url);
    assert_eq!(changed, Vec::<String>::new());
    assert!(matching.len() > 5, "{matching:?}");
    assert!(matching.iter().all(|case| snapshots.contains_key(case)));
    let served = Served::start(&["--mutant", "not-found-as-404"]);
    assert!(!compared(&served.url).1.is_empty());
}

fn completed(published: &Published) -> Response {
    published.answer.completed(&published.situation.ids())
}

fn ruled(published: &Published, response: &Response) -> Ruling {
    let situation = &published.situation;
    let Message::Plain { request, signature } = situation.message() else {
        unreachable!("published requests are plain")
    };
    let ids = situation.ids();
    let known = Known {
        ids: &ids,
        place: Place::from(situation.given),
        signing: Signing::Demanded,
        fault: situation.fault.as_deref(),
    };
    let sent = Sent {
        request: &request,
        signature,
    };
    permits(sent, &known, response)
}

/// The invariants that an answer breaks.
fn broken(published: &Published, response: Response) -> Vec<Invariant> {
    let observed = [Observed {
        case: published.name.clone(),
        protocol: true,
        ids: Some(published.situation.ids()),
        stops: false,
        may_fail: false,
        outcome: Outcome::Answered(response),
        failed_first: None,
    }];
    let is_broken = |invariant: &Invariant| !hold(*invariant, &observed).breaches.is_empty();
    INVARIANTS.into_iter().filter(is_broken).collect()
}

/// A published answer with one thing changed, and which.
fn spoiled(published: &Published) -> Vec<(&'static str, Response)> {
    let right = completed(published);
    let is_error = right.status >= 400;
    let with_status = |status| Response {
        status,
        ..right.clone()
    };
    let with_body = |change: &dyn Fn(&mut Value)| {
        let mut response = right.clone();
        let mut body = serde_json::from_slice(&response.body).expect("published bodies are JSON");
        change(&mut body);
        response.body = body.to_string().into_bytes();
        response
    };
    if !is_error {
        return vec![
            ("class of status", with_status(400)),
            (
                "id",
                with_body(&|body| body["UserImportJob"]["UserPoolId"] = "us-west-2_x".into()),
            ),
            (
                "null",
                with_body(&|body| body["UserImportJob"]["CompletionDate"] = Value::Null),
            ),
        ];
    }
    let mut other_type = with_body(&|body| body["__type"] = "ValidationException".into());
    if other_type.header("x-amzn-errortype").is_some() {
        other_type
            .headers
            .retain(|header| !header.is("x-amzn-errortype"));
        other_type
            .headers
            .push(Header::new("x-amzn-ErrorType", "ValidationException:"));
    }
    vec![
        ("class of status", with_status(200)),
        ("status of the model", with_status(404)),
        (
            "null",
            with_body(&|body| {
                let member = match body.get_mut("UserImportJob") {
                    Some(job) => &mut job["PasswordHashingAlgorithm"],
                    None => &mut body["message"],
                };
                *member = Value::Null;
            }),
        ),
        ("type", other_type),
    ]
}

/// A snapshot as insta keeps it, with what a reader must know of its answers.
fn described(case: &str, snapshot: &str) -> String {
    let of_case = published::all()
        .into_iter()
        .filter(|it| it.cases.iter().any(|id| id == case));
    let told: Vec<_> = of_case
        .map(|it| {
            format!("{}. {}", it.source.cite, it.note.unwrap_or_default())
                .trim_end()
                .to_owned()
        })
        .collect();
    let description = Value::from(told.join(" Or: "));
    format!(
        "---\nsource: harness/published\ndescription: {description}\n---\n{}\n",
        snapshot.trim_end()
    )
}

#[test]
fn ids_of_published_requests_are_well_formed() {
    for published in published::all() {
        let Ids { pool, job } = published.situation.ids();
        assert!(
            pool.contains('_') && job.starts_with("import-"),
            "{}",
            published.name
        );
    }
}
