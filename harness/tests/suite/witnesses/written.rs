//! The oracle against the cases: what a case expects, the oracle permits to the request that the case sends.

use fullstop::case::{Assertion, Case, Expectation, Grade, Ids, JsonType, Level, Message};
use fullstop::contract::{CONTENT_TYPE, Operation};
use fullstop::oracle::{Context, Judgement, Known, Place, Sent, Verdict, judge, permits};
use fullstop::suite::Suite;
use fullstop::wire::{Header, Request, Response};
use serde_json::{Value, json};

use super::known;

/// The cases of the operation that go out as a request and expect something.
fn cases() -> Vec<(Case, Ids)> {
    let ids = Ids {
        pool: "us-east-1_EXAMPLE12".to_owned(),
        // Not the id of the published example, which cases name as one that does not exist.
        job: "import-qQ0DCt2fRh".to_owned(),
    };
    let suite = Suite::embedded().expect("our own cases");
    suite
        .cases()
        .filter(|case| case.operation == Operation::StopUserImportJob)
        .filter(|case| !case.is_raw() && !case.expect.is_empty())
        .map(|case| (Case::clone(case), ids.clone()))
        .collect()
}

#[test]
fn what_a_case_expects_is_permitted() {
    let mut checked = 0;
    for (case, ids) in cases() {
        for expectation in conformant(&case) {
            for response in answers(expectation, &ids) {
                let (sent, verdict) = ruled(&case, &ids, &response);
                assert_ne!(
                    verdict,
                    Verdict::Divergent,
                    "{}\nsent: {}\nanswer: {response}",
                    case.id,
                    String::from_utf8_lossy(&sent.body)
                );
                if case.is_protocol() && case.level == Level::Must {
                    assert_eq!(verdict, Verdict::Conformant, "{}: {response}", case.id);
                }
                checked += 1;
            }
        }
    }
    assert!(checked > 150, "{checked} expectations are checked");
}

#[test]
fn what_a_must_case_excludes_is_not_permitted() {
    let mut checked = 0;
    for (case, ids) in cases() {
        let is_any = case
            .expect
            .iter()
            .any(|expectation| expectation.answer.is_some());
        if case.level != Level::Must || !case.is_protocol() || is_any {
            continue;
        }
        let mut others = vec![
            refusal(400, "OperationNotEnabledException"),
            refusal(400, "PreconditionNotMetException"),
            refusal(404, "ResourceNotFoundException"),
            success(&ids),
        ];
        others.retain(|response| {
            let context = context(&ids);
            matches!(
                judge(&case.expect, response, context),
                Judgement::Divergent(_)
            )
        });
        assert!(others.len() >= 2, "{} excludes something", case.id);
        for response in others {
            let (sent, verdict) = ruled(&case, &ids, &response);
            assert_eq!(
                verdict,
                Verdict::Divergent,
                "{}\nsent: {}\nanswer: {response}",
                case.id,
                String::from_utf8_lossy(&sent.body)
            );
            checked += 1;
        }
    }
    assert!(checked > 200, "{checked} answers are checked");
}

/// The request that a case sends, and the verdict on an answer to it.
fn ruled(case: &Case, ids: &Ids, response: &Response) -> (Request, Verdict) {
    let Message::Plain { request, signature } = case.compose(ids) else {
        unreachable!("raw cases are left out")
    };
    let known = Known {
        fault: case.fault.as_deref(),
        ..known(ids, Place::from(case.given))
    };
    let sent = Sent {
        request: &request,
        signature,
    };
    let verdict = permits(sent, &known, response).verdict;
    (request, verdict)
}

fn conformant(case: &Case) -> impl Iterator<Item = &Expectation> {
    let is_bound = |expectation: &&Expectation| {
        expectation.grade == Grade::Conformant && expectation.answer.is_none()
    };
    case.expect.iter().filter(is_bound)
}

/// Answers that meet an expectation and are otherwise as AWS has them, one for each error type that it lists.
fn answers(expectation: &Expectation, ids: &Ids) -> Vec<Response> {
    let types = if expectation.error.is_empty() {
        // A case about the place of the type says it as an assertion.
        let in_body = expectation.body.iter().find(|one| one.at == "/__type");
        in_body
            .and_then(|one| one.matches.clone())
            .into_iter()
            .collect()
    } else {
        expectation.error.clone()
    };
    if !expectation.is_refusal() {
        let mut response = success(ids);
        let mut body: Value = serde_json::from_slice(&response.body).expect("our own JSON");
        expectation.body.iter().for_each(|one| meet(one, &mut body));
        response.body = body.to_string().into();
        assert_met(expectation, &response, ids);
        return vec![response];
    }
    // One that is about a header alone has no type, and so says nothing of what the oracle rules on.
    let status = expectation.status.unwrap_or(400);
    types.iter().map(|name| refusal(status, name)).collect()
}

/// Changes a body so that it meets an assertion.
fn meet(assertion: &Assertion, body: &mut Value) {
    let Some(place) = body.pointer_mut(&assertion.at) else {
        return;
    };
    if let Some(one) = assertion.one_of.first() {
        *place = json!(one);
    }
    // What the success has already is of every other type.
    assert!(assertion.json_type != Some(JsonType::Null));
}

/// Otherwise the check would be about another answer than the one expected.
fn assert_met(expectation: &Expectation, response: &Response, ids: &Ids) {
    let judgement = judge(std::slice::from_ref(expectation), response, context(ids));
    let is_met = matches!(judgement, Judgement::Conformant { .. });
    assert!(is_met, "{judgement:?}\n{expectation:?}\n{response}");
}

fn context(ids: &Ids) -> Context<'_> {
    static BEFORE: std::sync::LazyLock<Value> = std::sync::LazyLock::new(|| job("", ""));
    Context {
        ids,
        before: Some(&BEFORE),
    }
}

fn refusal(status: u16, name: &str) -> Response {
    let body = json!({ "__type": name, "message": "No." });
    let mut response = answer(status, &body);
    let header = Header::new("x-amzn-ErrorType", format!("{name}:"));
    response.headers.push(header);
    response
}

fn success(ids: &Ids) -> Response {
    answer(200, &json!({ "UserImportJob": job(&ids.pool, &ids.job) }))
}

/// The job of the answer that AWS publishes.
fn job(pool: &str, job: &str) -> Value {
    json!({
        "CloudWatchLogsRoleArn": "arn:aws:iam::123456789012:role/example-cloudwatch-logs-role",
        "CompletionDate": 1_736_443_496.379,
        "CompletionMessage": "The Import Job was stopped by the developer.",
        "CreationDate": 1_736_443_471.781,
        "FailedUsers": 0,
        "ImportedUsers": 0,
        "JobId": job,
        "JobName": "Customer import",
        "PreSignedUrl": "https://example.com/",
        "SkippedUsers": 0,
        "StartDate": 1_736_443_494.154,
        "Status": "Stopped",
        "UserPoolId": pool,
    })
}

fn answer(status: u16, body: &Value) -> Response {
    let mut response = Response::new(status, body.to_string());
    response.headers = vec![
        Header::new("x-amzn-RequestId", "00bb3975-0000-4000-8000-000000000000"),
        Header::new("Content-Type", CONTENT_TYPE),
        Header::new("Date", "Thu, 09 Jan 2025 17:24:56 GMT"),
    ];
    response
}
