//! What a stop does and what it answers.

use fullstop::contract::{Kind, MEMBERS, Operation, Status};
use fullstop::reference::{Options, Seed, Variation};
use serde_json::{Map, Value};

use super::{NOW, Scene, body, json, told};

/// API reference, StopUserImportJob, Examples, with its blanks taken out.
const PUBLISHED: &str = r#"{"UserImportJob":{"CloudWatchLogsRoleArn":"arn:aws:iam::123456789012:role/example-cloudwatch-logs-role","CompletionDate":1736443496.379,"CompletionMessage":"The Import Job was stopped by the developer.","CreationDate":1736443471.781,"FailedUsers":0,"ImportedUsers":0,"JobId":"import-mAgUtd8PMm","JobName":"Customer import","PreSignedUrl":"https://aws-cognito-idp-user-import-pdx.s3.us-west-2.amazonaws.com/123456789012/us-west-2_EXAMPLE/import-mAgUtd8PMm?X-Amz-Security-Token=[token]&X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Date=20241226T193341Z&X-Amz-SignedHeaders=host%3Bx-amz-server-side-encryption&X-Amz-Expires=899&X-Amz-Credential=[credential]&X-Amz-Signature=[signature]","SkippedUsers":0,"StartDate":1736443494.154,"Status":"Stopped","UserPoolId":"us-west-2_EXAMPLE"}}"#;

/// The names of the members in the order in which they are written. No value holds a colon behind a quote.
fn order(text: &str) -> Vec<&str> {
    let parts: Vec<&str> = text.split("\":").collect();
    parts[..parts.len() - 1]
        .iter()
        .filter_map(|part| part.rsplit('"').next())
        .collect()
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::String(_) => "text",
        Value::Number(number) if number.is_f64() => "decimal",
        Value::Number(_) => "whole",
        _ => "other",
    }
}

fn job(text: &[u8]) -> Map<String, Value> {
    let value: Value = serde_json::from_slice(text).unwrap();
    value["UserImportJob"].as_object().unwrap().clone()
}

#[test]
fn a_stop_answers_with_the_members_order_and_types_that_aws_publishes() {
    let scene = Scene::honest(Status::InProgress);
    let reply = scene.stop();
    assert_eq!(reply.response.status, 200);
    let text = std::str::from_utf8(&reply.response.body).unwrap();
    assert_eq!(order(text), order(PUBLISHED));

    let (ours, theirs) = (job(text.as_bytes()), job(PUBLISHED.as_bytes()));
    for (name, value) in &theirs {
        assert_eq!(kind(&ours[name]), kind(value), "{name}");
    }
    for name in [
        "CloudWatchLogsRoleArn",
        "CompletionDate",
        "CompletionMessage",
        "FailedUsers",
        "ImportedUsers",
        "JobName",
        "SkippedUsers",
        "Status",
    ] {
        assert_eq!(ours[name], theirs[name], "{name}");
    }
}

#[test]
fn a_started_job_is_stopped_for_good_and_its_dates_are_in_order() {
    for status in [Status::Pending, Status::InProgress] {
        let scene = Scene::honest(status);
        let answer = json(&scene.stop())["UserImportJob"].clone();
        assert_eq!(answer["JobId"], scene.ids.job_id.as_str());
        assert_eq!(answer["UserPoolId"], scene.ids.user_pool_id.as_str());
        let date = |name: &str| answer[name].as_f64().unwrap();
        assert!(date("CreationDate") <= date("StartDate"), "{status}");
        assert!(date("StartDate") <= date("CompletionDate"), "{status}");
        for days in [0, 1, 30] {
            let later = NOW.after_ms(days * 86_400_000);
            assert_eq!(scene.ask(Operation::DescribeUserImportJob, later), answer);
        }
    }
}

#[test]
fn a_job_that_is_not_running_is_refused_and_left_as_it_was() {
    for status in Status::ALL
        .into_iter()
        .filter(|status| !status.is_started())
    {
        let scene = Scene::honest(status);
        let before = scene.ask(Operation::DescribeUserImportJob, NOW);
        let (code, name, message) = told(&scene.stop());
        assert_eq!((code, name.as_str()), (400, "PreconditionNotMetException"));
        assert!(message.contains(&scene.ids.job_id), "{message}");
        assert_eq!(
            scene.ask(Operation::DescribeUserImportJob, NOW),
            before,
            "{status}"
        );
    }
}

#[test]
fn every_status_shows_the_members_that_aws_shows_for_it() {
    const ALWAYS: [&str; 10] = [
        "CloudWatchLogsRoleArn",
        "CreationDate",
        "FailedUsers",
        "ImportedUsers",
        "JobId",
        "JobName",
        "PreSignedUrl",
        "SkippedUsers",
        "Status",
        "UserPoolId",
    ];
    #[track_caller]
    fn check(status: Status, more: &[&str]) {
        let scene = Scene::honest(status);
        let shown = scene.ask(Operation::DescribeUserImportJob, NOW);
        let shown: Vec<&String> = shown.as_object().unwrap().keys().collect();
        let mut want = [ALWAYS.as_slice(), more].concat();
        want.sort_unstable();
        assert_eq!(shown, want, "{status}");
    }
    let ended = ["StartDate", "CompletionDate", "CompletionMessage"];
    check(Status::Created, &[]);
    check(Status::Pending, &["StartDate"]);
    check(Status::InProgress, &["StartDate"]);
    check(Status::Stopping, &["StartDate"]);
    check(Status::Stopped, &ended);
    check(Status::Failed, &ended);
    check(Status::Succeeded, &ended);
    check(Status::Expired, &["CompletionDate", "CompletionMessage"]);
}

#[test]
fn members_have_the_types_of_the_contract_whatever_the_variation() {
    let all = Variation::ALL.iter().copied().map(Some);
    for variation in all.chain([None]) {
        let options = Options {
            variation,
            ..Options::default()
        };
        let scene = Scene::new(options, Status::InProgress);
        let answer = json(&scene.stop())["UserImportJob"].clone();
        for (name, value) in answer.as_object().unwrap() {
            let Some(member) = MEMBERS.iter().find(|member| member.name == name) else {
                assert_eq!(variation, Some(Variation::ExtraMembers), "{name}");
                continue;
            };
            let fits = match member.kind {
                Kind::Text => value.is_string(),
                Kind::Timestamp => value.is_number(),
                Kind::Count => value.is_u64(),
            };
            assert!(fits, "{name}: {value} under {variation:?}");
        }
    }
}

#[test]
fn a_slow_stop_passes_through_stopping() {
    let variation = Some(Variation::StoppingFirst);
    let scene = Scene::new(
        Options {
            variation,
            ..Options::default()
        },
        Status::InProgress,
    );
    assert_eq!(json(&scene.stop())["UserImportJob"]["Status"], "Stopping");
    let status =
        |ms| scene.ask(Operation::DescribeUserImportJob, NOW.after_ms(ms))["Status"].clone();
    assert_eq!(status(199), "Stopping");
    assert_eq!(status(200), "Stopped");
}

#[test]
fn a_stop_names_pool_and_job_and_touches_no_other() {
    let scene = Scene::honest(Status::InProgress);
    let mut seed = Seed::new(Status::InProgress);
    seed.pool = Some(scene.ids.user_pool_id.clone());
    let sibling = scene.endpoint.seed_job(seed, NOW).unwrap();
    let stranger = scene
        .endpoint
        .seed_job(Seed::new(Status::InProgress), NOW)
        .unwrap();

    let stop = |pool: &str, job: &str| {
        told(&scene.send(Operation::StopUserImportJob, &body(pool, job), NOW))
    };
    let (status, name, _) = stop(&stranger.user_pool_id, &scene.ids.job_id);
    assert_eq!((status, name.as_str()), (400, "ResourceNotFoundException"));
    let (_, name, message) = stop("us-east-1_missing", &scene.ids.job_id);
    assert_eq!(name, "ResourceNotFoundException");
    assert_eq!(message, "User pool us-east-1_missing does not exist.");

    assert_eq!(scene.stop().response.status, 200);
    for ids in [&sibling, &stranger] {
        let job = scene
            .endpoint
            .job(&ids.user_pool_id, &ids.job_id, NOW)
            .unwrap();
        assert_eq!(job.status, Status::InProgress);
    }
}
