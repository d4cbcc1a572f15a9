//! `fullstop drift`: a model of the service against the contract.

use std::io::Write as _;

use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::{Value, json};

use crate::command::{Output, Scratch, fullstop};

/// Models that agree with the contract, cut down to the operation.
const BOTOCORE: &str = include_str!("drift/botocore.json");
const SMITHY: &str = include_str!("drift/smithy.json");

const NAMESPACE: &str = "com.amazonaws.cognitoidentityprovider#";

#[test]
fn a_model_that_agrees_is_exit_0_in_every_form() {
    for model in [BOTOCORE.as_bytes(), SMITHY.as_bytes(), &gzipped()] {
        let output = drift(model, &[]);
        assert_eq!(output.code, 0, "{}{}", output.stdout, output.stderr);
        assert!(output.stdout.contains("agrees with the contract"));
    }
}

#[test]
fn statuses_of_a_model_are_told_and_accuse_nobody() {
    let output = drift(SMITHY.as_bytes(), &["--json"]);
    assert_eq!(output.code, 0);
    let told: Value = serde_json::from_str(&output.stdout).expect("JSON");
    assert_eq!(told["differences"], json!([]));
    let statuses = told["not_comparable"].as_array().expect("a list");
    assert_eq!(statuses.len(), 3, "{told}");
    let missing = statuses
        .iter()
        .find(|one| one["place"] == "errors/ResourceNotFoundException/status")
        .expect("it is told");
    assert_eq!(missing["model"], "404");
    assert!(missing["why"].to_string().contains("400"), "{missing}");
}

#[test]
fn the_model_of_2025_lacks_what_came_in_2026() {
    let mut model = parsed(BOTOCORE);
    let errors = model["operations"]["StopUserImportJob"]["errors"].as_array_mut();
    errors
        .expect("a list")
        .retain(|error| error["shape"] != "OperationNotEnabledException");
    let members = model["shapes"]["UserImportJobType"]["members"].as_object_mut();
    members
        .expect("an object")
        .remove("PasswordHashingAlgorithm");
    assert_eq!(
        differences(&model),
        json!([
            { "place": "errors/OperationNotEnabledException", "contract": "present", "model": null },
            { "place": "response/UserImportJob/PasswordHashingAlgorithm", "contract": "string", "model": null }
        ])
    );
}

#[test]
fn every_kind_of_change_is_seen_in_botocores_form() {
    seen(BOTOCORE, "/metadata/targetPrefix", json!("Other"), "target");
    seen(
        BOTOCORE,
        "/metadata/protocol",
        json!("rest-json"),
        "protocol",
    );
    seen(
        BOTOCORE,
        "/metadata/protocols",
        json!(["smithy-rpc-v2-cbor", "json"]),
        "protocol",
    );
    seen(BOTOCORE, "/metadata/jsonVersion", json!("1.0"), "protocol");
    seen(
        BOTOCORE,
        "/metadata/endpointPrefix",
        json!("other"),
        "signing",
    );
    let authtype = json!("none");
    seen(
        BOTOCORE,
        "/operations/StopUserImportJob/authtype",
        authtype,
        "signing",
    );
    let errors = "/operations/StopUserImportJob/errors/0/shape";
    seen(
        BOTOCORE,
        errors,
        json!("UserImportJobType"),
        "errors/UserImportJobType",
    );
    let job = "/shapes/UserImportJobIdType";
    seen(
        BOTOCORE,
        &format!("{job}/max"),
        json!(56),
        "request/JobId/length-max",
    );
    seen(
        BOTOCORE,
        &format!("{job}/min"),
        json!(2),
        "request/JobId/length-min",
    );
    seen(
        BOTOCORE,
        &format!("{job}/pattern"),
        json!("import-.+"),
        "request/JobId/pattern",
    );
    let request = "/shapes/StopUserImportJobRequest";
    seen(
        BOTOCORE,
        &format!("{request}/required"),
        json!(["JobId"]),
        "request/UserPoolId",
    );
    let member = format!("{request}/members/Force");
    seen(
        BOTOCORE,
        &member,
        json!({ "shape": "LongType" }),
        "request/Force",
    );
    let status = "/shapes/UserImportJobStatusType/enum/0";
    seen(
        BOTOCORE,
        status,
        json!("Queued"),
        "response/UserImportJob/Status/Queued",
    );
    let kind = "/shapes/DateType/type";
    seen(
        BOTOCORE,
        kind,
        json!("string"),
        "response/UserImportJob/StartDate",
    );
    let member = "/shapes/StopUserImportJobResponse/members/Warning";
    seen(
        BOTOCORE,
        member,
        json!({ "shape": "StringType" }),
        "response/Warning",
    );
}

#[test]
fn every_kind_of_change_is_seen_in_smithys_form() {
    let at = |shape: &str, rest: &str| format!("/shapes/{NAMESPACE}{shape}{rest}");
    let job = |rest: &str| at("UserImportJobIdType", rest);
    let max = job("/traits/smithy.api#length/max");
    seen(SMITHY, &max, json!(56), "request/JobId/length-max");
    let pattern = job("/traits/smithy.api#pattern");
    seen(
        SMITHY,
        &pattern,
        json!("^import-.+$"),
        "request/JobId/pattern",
    );
    let service = |rest: &str| at("AWSCognitoIdentityProviderService", rest);
    let cbor = service("/traits/smithy.protocols#rpcv2Cbor");
    seen(SMITHY, &cbor, json!({}), "protocol");
    let name = service("/traits/aws.auth#sigv4/name");
    seen(SMITHY, &name, json!("other"), "signing");
    let value = at(
        "UserImportJobStatusType",
        "/members/CREATED/traits/smithy.api#enumValue",
    );
    seen(
        SMITHY,
        &value,
        json!("Queued"),
        "response/UserImportJob/Status/Queued",
    );
    let member = at("UserImportJobType", "/members/Warning");
    let target = json!({ "target": "smithy.api#String" });
    seen(SMITHY, &member, target, "response/UserImportJob/Warning");
    let error = at("StopUserImportJob", "/errors/0/target");
    let other = json!(format!("{NAMESPACE}UserImportJobType"));
    seen(SMITHY, &error, other, "errors/UserImportJobType");
}

#[test]
fn what_is_no_model_is_exit_2_and_says_why() {
    for (file, told) in [
        (&b"no JSON"[..], "not JSON"),
        (b"{}", "`/shapes`"),
        (b"\x1f\x8bbroken", "gzipped"),
        (
            br#"{"shapes":{},"metadata":{},"operations":{}}"#,
            "/operations/StopUserImportJob",
        ),
        (br#"{"smithy":"2.0","shapes":{}}"#, "#StopUserImportJob"),
    ] {
        let output = drift(file, &[]);
        assert_eq!(output.code, 2, "{}{}", output.stdout, output.stderr);
        assert!(output.stderr.contains(told), "{told} in {}", output.stderr);
        assert!(output.stderr.contains("model.json"), "{}", output.stderr);
        assert_eq!(output.stderr.lines().count(), 1, "{}", output.stderr);
    }
    let output = fullstop(&["drift", "--model", "missing.json"]);
    assert_eq!(output.code, 2);
    assert!(output.stderr.contains("missing.json"), "{}", output.stderr);
}

/// The model as botocore ships it.
pub(crate) fn gzipped() -> Vec<u8> {
    let mut gzipped = GzEncoder::new(Vec::new(), Compression::default());
    let written = gzipped.write_all(BOTOCORE.as_bytes());
    written
        .and_then(|()| gzipped.finish())
        .expect("it is written")
}

/// Checks that a model with one value changed or added differs at a place, and exits with 1.
#[track_caller]
fn seen(model: &str, pointer: &str, value: Value, place: &str) {
    let mut model = parsed(model);
    let (holder, name) = pointer.rsplit_once('/').expect("a pointer");
    // Shapes of Smithy have a slash in no name, so that a pointer needs no escapes.
    let holder = model.pointer_mut(holder).expect("it is there");
    match holder {
        Value::Array(list) => list[name.parse::<usize>().expect("an index")] = value,
        holder => holder[name] = value,
    }
    let differences = differences(&model);
    let places: Vec<_> = (differences.as_array().into_iter().flatten())
        .filter_map(|difference| difference["place"].as_str())
        .collect();
    assert!(places.contains(&place), "{place} in {places:?}");
}

#[track_caller]
fn differences(model: &Value) -> Value {
    let output = drift(model.to_string().as_bytes(), &["--json"]);
    assert_eq!(output.code, 1, "{}{}", output.stdout, output.stderr);
    let told: Value = serde_json::from_str(&output.stdout).expect("JSON");
    told["differences"].clone()
}

fn drift(model: &[u8], arguments: &[&str]) -> Output {
    let scratch = Scratch::new();
    let file = scratch.path("model.json");
    std::fs::write(&file, model).expect("a file for the test");
    fullstop(&[&["drift", "--model", &file], arguments].concat())
}

fn parsed(model: &str) -> Value {
    serde_json::from_str(model).expect("JSON")
}
