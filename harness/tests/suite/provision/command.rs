//! The `command` driver, with the driver of the documentation and with bad ones.

use std::time::{Duration, Instant};

use fullstop::case::{Given, JobState};
use fullstop::contract::{DECLARED, Operation, Status};
use fullstop::provision::{Provisioner, Unavailable};
use fullstop::reference;
use fullstop::target::{ConfigError, Profile, Provision};
use fullstop::wire::{Envelope, Request};

use super::{Scene, confirmed, job, run, status, unreachable};

fn command(parts: &[&str]) -> Provision {
    Provision::Command {
        command: parts.iter().map(|part| (*part).to_owned()).collect(),
    }
}

/// A driver in a line of shell.
fn shell(script: &str) -> Provision {
    command(&["sh", "-c", script])
}

fn documented() -> Provision {
    let driver = crate::root().join("docs/driver.py");
    command(&["python3", driver.to_str().unwrap()])
}

async fn acquired(provision: Provision) -> Result<fullstop::provision::Lease, Unavailable> {
    let scene = Scene::start(reference::Options::default(), false);
    let provisioner = scene.provisioner(provision).await;
    let lease = provisioner.acquire(status(Status::Created)).await;
    provisioner.finish().await;
    lease
}

#[tokio::test]
async fn the_documented_driver_reaches_every_state_and_fault() {
    let scene = Scene::start(reference::Options::default(), true);
    let provisioner = scene.provisioner(documented()).await;
    for wanted in Status::ALL {
        let lease = provisioner.acquire(status(wanted)).await.unwrap();
        confirmed(&lease, wanted);
        provisioner.release(lease).await;
    }
    for state in [JobState::Started, JobState::Absent, JobState::Elsewhere] {
        let lease = provisioner.acquire(job(state)).await.unwrap();
        let described = provisioner.describe(&lease.ids).await.unwrap();
        assert_eq!(
            described.job.is_some(),
            state == JobState::Started,
            "{state:?}"
        );
        provisioner.release(lease).await;
    }
    assert!(scene.pools().await.is_empty());
    for error in DECLARED {
        let lease = provisioner.acquire(Given::STARTED).await.unwrap();
        provisioner.fault(&lease, error.name).await.unwrap();
        let body = serde_json::json!({ "UserPoolId": lease.ids.pool, "JobId": lease.ids.job });
        let stop = Request::call(Operation::StopUserImportJob, body.to_string());
        let answer = scene.client.ping(&stop).await.unwrap();
        assert_eq!(Envelope::read(&answer).error_type(), Some(error.name));
    }
    // The leases above were never released.
    assert!(provisioner.finish().await.is_empty());
    assert!(scene.pools().await.is_empty());
}

#[tokio::test]
async fn a_driver_may_say_what_it_cannot_reach() {
    let why = acquired(shell(
        r#"read line; echo '{"unreachable":"no such state here"}'; cat"#,
    ))
    .await;
    unreachable(why, &["no such state here"]);
    // A started job is asked for under both its names.
    let scene = Scene::start(reference::Options::default(), false);
    let only_pending = r#"while read line; do case "$line" in
        *Pending*) echo '{"UserPoolId":"p_1","JobId":"import-1"}';;
        *release*) echo '{}';;
        *) echo '{"unreachable":"no"}';; esac; done"#;
    let provisioner = scene.provisioner(shell(only_pending)).await;
    let lease = provisioner.acquire(Given::STARTED).await.unwrap();
    assert_eq!(
        (lease.ids.job.as_str(), lease.confirmed),
        ("import-1", false)
    );
    assert!(provisioner.finish().await.is_empty());
}

#[tokio::test]
async fn a_bad_driver_is_told_with_its_command_and_line() {
    for (script, want) in [
        ("exit 3", "acquire"),
        ("read line; echo nonsense; cat", "nonsense"),
        ("read line; echo '[]'; cat", "[]"),
        ("read line; echo '{\"UserPoolId\":\"p\"}'; cat", "JobId"),
        ("read line; printf '{\"UserPoolId\":'", "UserPoolId"),
        ("read line; yes | tr -d '\\n'", "longer"),
    ] {
        unreachable(acquired(shell(script)).await, &["sh -c", want]);
    }
}

#[tokio::test]
async fn a_program_that_is_not_there_is_a_fault_of_the_configuration() {
    let scene = Scene::start(reference::Options::default(), false);
    let profile = Profile {
        provision: command(&["fullstop-no-such-program"]),
        ..scene.profile.clone()
    };
    let error = Provisioner::start(&profile, scene.client.clone(), run())
        .await
        .unwrap_err();
    assert!(matches!(error, ConfigError::Driver(_)));
    assert!(
        error.to_string().contains("fullstop-no-such-program"),
        "{error}"
    );
}

#[tokio::test]
async fn a_job_in_another_status_than_promised_is_no_precondition() {
    let scene = Scene::start(reference::Options::default(), true);
    // Says yes to everything with a job that was only made.
    let liar = r#"import json, os, sys, urllib.request
for line in sys.stdin:
    wanted = json.loads(line)
    if "acquire" in wanted:
        url = os.environ["FULLSTOP_ENDPOINT"] + "/_fullstop/jobs"
        print(urllib.request.urlopen(url, b'{"status":"Created"}').read().decode(), flush=True)
    else:
        print("{}", flush=True)"#;
    let provisioner = scene.provisioner(command(&["python3", "-c", liar])).await;
    assert!(provisioner.acquire(status(Status::Created)).await.is_ok());
    unreachable(
        provisioner.acquire(status(Status::Failed)).await,
        &["Failed", "Created"],
    );
    provisioner.finish().await;
}

#[tokio::test]
async fn the_program_ends_with_the_run() {
    let scene = Scene::start(reference::Options::default(), false);
    let provisioner = scene.provisioner(shell("cat >/dev/null")).await;
    let start = Instant::now();
    provisioner.finish().await;
    assert!(start.elapsed() < Duration::from_secs(4));
    unreachable_or_ended(provisioner.acquire(Given::STARTED).await);
}

fn unreachable_or_ended(result: Result<fullstop::provision::Lease, Unavailable>) {
    assert!(result.is_err(), "nothing is made after the end");
}

#[tokio::test]
async fn an_answer_that_nobody_waits_for_is_not_taken_for_the_next_one() {
    let scene = Scene::start(reference::Options::default(), true);
    let provisioner = scene.provisioner(documented()).await;
    for patience_ms in 0..20 {
        let acquired = provisioner.acquire(status(Status::Failed));
        let _ = tokio::time::timeout(Duration::from_millis(patience_ms), acquired).await;
    }
    let lease = provisioner.acquire(status(Status::Stopped)).await.unwrap();
    confirmed(&lease, Status::Stopped);
    assert!(provisioner.finish().await.is_empty());
    assert!(scene.pools().await.is_empty());
}
