//! What is refused, as what, and in which words.

use fullstop::contract::{Operation, Status};
use fullstop::reference::{ControlError, Effect, Fault, Options, Variation};
use fullstop::wire::Header;

use super::{NOW, Scene, json, request, told};

const JOB_PATTERN: &str = "Member must satisfy regular expression pattern: import-[0-9a-zA-Z-]+";
const POOL_PATTERN: &str = r"Member must satisfy regular expression pattern: [\w-]+_[0-9a-zA-Z]+";

/// Sends a body to StopUserImportJob.
#[track_caller]
fn check(body: &str, want: &str, message: &str) {
    let scene = Scene::honest(Status::InProgress);
    let reply = scene.send(Operation::StopUserImportJob, body, NOW);
    let got = told(&reply);
    assert_eq!(got, (400, want.to_owned(), message.to_owned()), "{body}");
    let job = scene
        .endpoint
        .job(&scene.ids.user_pool_id, &scene.ids.job_id, NOW);
    assert_eq!(job.unwrap().status, Status::InProgress, "{body}");
}

#[test]
fn broken_constraints_are_all_told_pool_before_job_and_length_before_pattern() {
    #[track_caller]
    fn told(pool: &str, job: &str, violations: &[&str]) {
        let count = violations.len();
        let errors = if count == 1 { "error" } else { "errors" };
        let message = format!(
            "{count} validation {errors} detected: {}",
            violations.join("; ")
        );
        let body = format!(r#"{{"UserPoolId":{pool},"JobId":{job}}}"#);
        check(&body, "InvalidParameterException", &message);
    }
    let (pool, job) = (r#""us-east-1_abc""#, r#""import-abc""#);
    let failed = "failed to satisfy constraint:";

    told(
        pool,
        "null",
        &["Value null at 'jobId' failed to satisfy constraint: Member must not be null"],
    );
    told(
        pool,
        r#""""#,
        &[
            &format!(
                "Value '' at 'jobId' {failed} Member must have length greater than or equal to 1"
            ),
            &format!("Value '' at 'jobId' {failed} {JOB_PATTERN}"),
        ],
    );
    let long = format!("import-{}", "a".repeat(49));
    told(
        pool,
        &format!("{long:?}"),
        &[&format!(
            "Value '{long}' at 'jobId' {failed} Member must have length less than or equal to 55"
        )],
    );
    let long = format!("{}_a", "é".repeat(54));
    told(
        &format!("{long:?}"),
        job,
        &[
            &format!(
                "Value '{long}' at 'userPoolId' {failed} Member must have length less than or equal to 55"
            ),
            &format!("Value '{long}' at 'userPoolId' {failed} {POOL_PATTERN}"),
        ],
    );
    told(
        r#""x""#,
        r#""y""#,
        &[
            &format!("Value 'x' at 'userPoolId' {failed} {POOL_PATTERN}"),
            &format!("Value 'y' at 'jobId' {failed} {JOB_PATTERN}"),
        ],
    );
}

#[test]
fn absent_members_are_null_and_unknown_ones_are_ignored() {
    let message = "2 validation errors detected: \
        Value null at 'userPoolId' failed to satisfy constraint: Member must not be null; \
        Value null at 'jobId' failed to satisfy constraint: Member must not be null";
    for body in [
        "{}",
        r#"{"UserPoolId":null}"#,
        r#"{"jobId":"import-a","More":{"a":[1]}}"#,
    ] {
        check(body, "InvalidParameterException", message);
    }
}

#[test]
fn patterns_cover_the_whole_value_in_ascii() {
    let scene = Scene::honest(Status::InProgress);
    let name = |pool: &str, job: &str| {
        let body = super::body(pool, job);
        told(&scene.send(Operation::StopUserImportJob, &body, NOW)).1
    };
    // What passes the constraints is looked for, and not found.
    for job in [
        "import-a",
        "import--",
        "import-A-",
        &format!("import-{}", "a".repeat(48)),
    ] {
        assert_eq!(
            name("us-east-1_abc", job),
            "ResourceNotFoundException",
            "{job}"
        );
    }
    for job in [
        "import-",
        "Import-a",
        "import-é",
        "import-١",
        "ximport-a",
        "import-a ",
        "import-a_b",
        "import-a\n",
    ] {
        assert_eq!(
            name("us-east-1_abc", job),
            "InvalidParameterException",
            "{job:?}"
        );
    }
    for pool in [
        "a_b",
        "-_a",
        "us_east_1_a",
        &format!("{}_a", "a".repeat(53)),
    ] {
        assert_eq!(
            name(pool, "import-a"),
            "ResourceNotFoundException",
            "{pool}"
        );
    }
    for pool in [
        "us-east-1_",
        "_abc",
        "__",
        "é_a",
        "us-east-1_١",
        "us-east-1_a-b",
        "us-east-1_a_",
        " us-east-1_a",
        "us-east-1_a\n",
        "us-east-1_a\0",
    ] {
        assert_eq!(
            name(pool, "import-a"),
            "InvalidParameterException",
            "{pool:?}"
        );
    }
}

#[test]
fn wrong_types_come_before_constraints_and_existence() {
    for (value, message) in [
        ("1", "NUMBER_VALUE can not be converted to a String"),
        ("1.5", "NUMBER_VALUE can not be converted to a String"),
        ("true", "TRUE_VALUE can not be converted to a String"),
        ("false", "FALSE_VALUE can not be converted to a String"),
        ("[\"import-a\"]", "Start of list found where not expected"),
        (
            "{\"a\":1}",
            "Start of structure or map found where not expected.",
        ),
    ] {
        for body in [
            format!(r#"{{"UserPoolId":"us-east-1_a","JobId":{value}}}"#),
            format!(r#"{{"UserPoolId":{value},"JobId":""}}"#),
        ] {
            check(&body, "SerializationException", message);
        }
    }
}

#[test]
fn what_is_no_json_object_is_a_serialization_error() {
    for body in [
        "",
        "{",
        "null",
        "{]",
        "{\"a\":1,}",
        "{} x",
        "\u{feff}{}",
        "{'a':1}",
        "// {}",
    ] {
        check(body, "SerializationException", "");
    }
    check(
        "[]",
        "SerializationException",
        "Start of list found where not expected",
    );
    check("\"x\"", "SerializationException", "Expected map or null");
    let deep = "[".repeat(100_000);
    check(&deep, "SerializationException", "");
}

#[test]
fn a_refusal_has_the_recorded_headers_and_body() {
    let scene = Scene::honest(Status::InProgress);
    let send = |body: &str| scene.send(Operation::StopUserImportJob, body, NOW).response;
    let response = send(r#"{"UserPoolId":"us-east-1_a","JobId":"import-a"}"#);
    let header = |name: &str| response.header(name).unwrap_or_default().to_owned();
    assert_eq!(header("x-amzn-ErrorType"), "ResourceNotFoundException:");
    assert_eq!(
        header("x-amzn-ErrorMessage"),
        "User pool us-east-1_a does not exist."
    );
    assert_eq!(header("Content-Type"), "application/x-amz-json-1.1");
    assert_eq!(
        std::str::from_utf8(&response.body).unwrap(),
        r#"{"__type":"ResourceNotFoundException","message":"User pool us-east-1_a does not exist."}"#
    );
    let text = String::from_utf8(send("[]").body).unwrap();
    assert!(
        text.starts_with(r#"{"__type":"SerializationException","Message":"#),
        "{text}"
    );

    let ids: Vec<String> = (0..100)
        .map(|_| send("{}").header("x-amzn-requestid").unwrap().to_owned())
        .collect();
    assert!(
        ids.iter()
            .all(|id| id.len() == 36 && id.as_bytes()[14] == b'4')
    );
    let distinct: std::collections::BTreeSet<_> = ids.iter().collect();
    assert_eq!(distinct.len(), ids.len());
}

#[test]
fn a_value_that_no_header_can_carry_is_echoed_in_the_body_only() {
    for value in ["a\r\nX-Evil: 1", "é", &"y".repeat(500_000)] {
        let body = super::body(value, "import-a");
        let scene = Scene::honest(Status::InProgress);
        let reply = scene.send(Operation::StopUserImportJob, &body, NOW);
        assert!(reply.response.header("x-amzn-errormessage").is_none());
        assert!(told(&reply).2.contains(value));
    }
}

#[test]
fn requests_that_reach_no_operation_are_turned_away() {
    let scene = Scene::honest(Status::InProgress);
    let valid = request(Operation::StopUserImportJob, &scene.body());
    let code = |change: &dyn Fn(&mut fullstop::wire::Request)| {
        let mut request = valid.clone();
        change(&mut request);
        let reply = scene.endpoint.handle(&request, NOW);
        let text = String::from_utf8_lossy(&reply.response.body).into_owned();
        (reply.response.status, text)
    };
    let unroutable = r#"{"code":"BadRequest","message":"The server did not understand the operation that was requested.","type":"client"}"#;
    for method in ["GET", "PUT", "post", "OPTIONS", ""] {
        assert_eq!(
            code(&|request| request.method = method.into()),
            (400, unroutable.into())
        );
    }
    for path in ["", "/x", "//", "*", "/_fullstop/jobs"] {
        assert_eq!(
            code(&|request| request.path = path.into()),
            (400, unroutable.into())
        );
    }
    let unknown = (400, r#"{"__type":"UnknownOperationException"}"#.to_owned());
    let lower = Operation::StopUserImportJob.target().to_lowercase();
    for target in [
        "",
        "StopUserImportJob",
        "Other.StopUserImportJob",
        &lower,
        "AWSCognitoIdentityProviderService.Nope",
    ] {
        assert_eq!(
            code(&|request| request.set("x-amz-target", target)),
            unknown,
            "{target}"
        );
    }
    assert_eq!(code(&|request| request.remove("x-amz-target")), unknown);
    for media_type in [
        "",
        "application/json",
        "application/x-amz-json-1.0",
        "text/plain",
    ] {
        assert_eq!(
            code(&|request| request.set("content-type", media_type)).0,
            404,
            "{media_type}"
        );
    }
    assert_eq!(
        code(&|request| request.body = vec![b' '; (1 << 20) + 1]).0,
        413
    );
    let media_type = "Application/X-Amz-Json-1.1 ; charset=utf-8";
    assert_eq!(
        code(&|request| request.set("content-type", media_type)).0,
        200
    );
}

#[test]
fn a_fault_hits_the_pool_it_is_bound_to_and_so_often_and_changes_nothing() {
    let scene = Scene::honest(Status::InProgress);
    let fault = |error: &str, pool: Option<&str>, times| {
        scene.endpoint.fault(Fault {
            effect: Effect::Error(error.to_owned()),
            times,
            pool: pool.map(str::to_owned),
        })
    };
    fault("NotAuthorizedException", Some("us-east-1_other"), 1).unwrap();
    fault("TooManyRequestsException", Some(&scene.ids.user_pool_id), 2).unwrap();
    fault("InternalErrorException", None, 1).unwrap();
    for (status, name) in [
        (400, "TooManyRequestsException"),
        (400, "TooManyRequestsException"),
        (500, "InternalErrorException"),
        (200, ""),
    ] {
        // Other operations are never hit.
        let job = scene.ask(Operation::DescribeUserImportJob, NOW);
        assert_eq!(job["Status"], "InProgress");
        let got = told(&scene.stop());
        assert_eq!((got.0, got.1.as_str()), (status, name));
    }
    let unknown = fault("NoSuchException", None, 1);
    assert_eq!(
        unknown,
        Err(ControlError::UnknownError("NoSuchException".to_owned()))
    );

    let latency = Fault {
        effect: Effect::LatencyMs(70),
        times: 1,
        pool: None,
    };
    scene.endpoint.fault(latency).unwrap();
    assert_eq!(scene.stop().delay_ms, 70);
}

#[test]
fn the_queue_of_faults_has_an_end_and_a_release_shortens_it() {
    let scene = Scene::honest(Status::InProgress);
    let pool = Some(scene.ids.user_pool_id.clone());
    let fault = Fault {
        effect: Effect::LatencyMs(1),
        times: 1,
        pool,
    };
    let queued = (0..10_000)
        .take_while(|_| scene.endpoint.fault(fault.clone()).is_ok())
        .count();
    assert!(queued < 10_000);
    scene.endpoint.release(&scene.ids.user_pool_id);
    assert_eq!(scene.endpoint.fault(fault), Ok(()));
}

#[test]
fn the_rate_limit_lets_a_seconds_worth_through_and_refills() {
    let options = Options {
        rate_limit: Some(15),
        ..Options::default()
    };
    let scene = Scene::new(options, Status::InProgress);
    let stop = |ms| {
        let body = scene.body();
        told(&scene.send(Operation::StopUserImportJob, &body, NOW.after_ms(ms))).1
    };
    let passed = (0..100)
        .filter(|_| stop(0) != "TooManyRequestsException")
        .count();
    assert_eq!(passed, 15);
    assert_eq!(stop(66), "TooManyRequestsException");
    assert_eq!(stop(67), "PreconditionNotMetException");
}

#[test]
fn variations_keep_type_and_status_of_a_refusal() {
    for &variation in Variation::ALL {
        let options = Options {
            variation: Some(variation),
            ..Options::default()
        };
        let scene = Scene::new(options, Status::InProgress);
        for (body, want) in [
            ("{}", "InvalidParameterException"),
            ("[]", "SerializationException"),
        ] {
            let reply = scene.send(Operation::StopUserImportJob, body, NOW);
            let (status, name, _) = told(&reply);
            assert_eq!((status, name.as_str()), (400, want), "{variation}");
            json(&reply);
        }
    }
}

#[test]
fn hostile_headers_are_let_be() {
    let scene = Scene::honest(Status::InProgress);
    for value in [
        b"\xff\xfe".as_slice(),
        b"",
        &[b'a'; 100_000],
        b"AWS4-HMAC-SHA256 Credential=////, Signature=, SignedHeaders=;;",
    ] {
        for name in [
            "Host",
            "Authorization",
            "X-Amz-Date",
            "X-Amz-Target",
            "Content-Type",
        ] {
            let mut request = request(Operation::StopUserImportJob, "{}");
            request.headers.insert(0, Header::new(name, value));
            assert!(scene.endpoint.handle(&request, NOW).response.status >= 400);
        }
    }
    for path in [
        "/?X-Amz-Algorithm=%",
        "/?X-Amz-Algorithm=%zz&X-Amz-Date=é",
        "/?&&=&X-Amz-Algorithm",
        "/upload/",
        "/upload/a",
    ] {
        let mut request = request(Operation::StopUserImportJob, "{}");
        path.clone_into(&mut request.path);
        for method in ["POST", "PUT"] {
            method.clone_into(&mut request.method);
            assert!(scene.endpoint.handle(&request, NOW).response.status >= 400);
        }
    }
}
