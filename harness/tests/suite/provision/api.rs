//! The `api` driver against the served reference: every call signed, every file uploaded.

use std::time::Duration;

use fullstop::case::{Given, JobState, PoolState};
use fullstop::contract::{Operation, Status};
use fullstop::provision::{Options, Provisioner, Step};
use fullstop::reference::{self, Variation};
use fullstop::target::{Client, Credentials, Environment, Profile, Provision, Secret};

use super::{Scene, confirmed, job, run, status, unreachable};

#[tokio::test]
async fn each_state_is_reached_and_its_pool_deleted() {
    let scene = Scene::start(reference::Options::default(), false);
    let provisioner = scene.provisioner(Provision::default()).await;
    for wanted in [
        Status::Created,
        Status::Pending,
        Status::InProgress,
        Status::Stopped,
        Status::Failed,
        Status::Succeeded,
    ] {
        let lease = provisioner.acquire(status(wanted)).await.unwrap();
        confirmed(&lease, wanted);
        assert_eq!(scene.pools().await, [lease_name(&lease.steps)]);
        provisioner.release(lease).await;
        assert!(scene.pools().await.is_empty(), "{wanted}");
    }
    let lease = provisioner.acquire(Given::STARTED).await.unwrap();
    assert!(lease.status.unwrap().is_started() && lease.confirmed);
    provisioner.release(lease).await;
    unreachable(
        provisioner.acquire(status(Status::Expired)).await,
        &["24 to 48 hours"],
    );
    unreachable(
        provisioner.acquire(status(Status::Stopping)).await,
        &["Stopping", "Stopped"],
    );
    assert!(scene.pools().await.is_empty());
    assert!(provisioner.finish().await.is_empty());
}

fn lease_name(steps: &[Step]) -> String {
    let Step::Call { body, .. } = &steps[0] else {
        panic!("a pool is made first: {steps:?}");
    };
    let name = body["PoolName"].as_str().unwrap().to_owned();
    assert!(name.starts_with("fullstop-test-"), "{name}");
    name
}

#[tokio::test]
async fn a_stopping_job_is_reached_where_it_is_shown() {
    let options = reference::Options {
        variation: Some(Variation::StoppingFirst),
        ..reference::Options::default()
    };
    let scene = Scene::start(options, false);
    let provisioner = scene.provisioner(Provision::default()).await;
    let lease = provisioner.acquire(status(Status::Stopping)).await.unwrap();
    confirmed(&lease, Status::Stopping);
    let lease = provisioner.acquire(status(Status::Stopped)).await.unwrap();
    confirmed(&lease, Status::Stopped);
    assert!(provisioner.finish().await.is_empty());
    assert!(scene.pools().await.is_empty());
}

#[tokio::test]
async fn what_is_absent_is_absent_and_well_formed() {
    let scene = Scene::start(reference::Options::default(), false);
    let provisioner = scene.provisioner(Provision::default()).await;
    let answered = async |given: Given| {
        let lease = provisioner.acquire(given).await.unwrap();
        assert_eq!((lease.status, &lease.before), (None, &None));
        let described = provisioner.describe(&lease.ids).await.unwrap();
        (
            described.response.to_string(),
            scene.pools().await.len(),
            lease,
        )
    };
    let nowhere = Given {
        pool: PoolState::Absent,
        ..Given::STARTED
    };
    let (said, pools, lease) = answered(nowhere).await;
    assert!(
        said.contains("ResourceNotFoundException") && said.contains("User pool"),
        "{said}"
    );
    assert!(lease.ids.pool.starts_with("us-east-1_"));
    assert_eq!(pools, 0);
    let (said, pools, lease) = answered(job(JobState::Absent)).await;
    assert!(
        said.contains("ResourceNotFoundException") && !said.contains("User pool"),
        "{said}"
    );
    assert_eq!(pools, 1);
    provisioner.release(lease).await;
    let (said, pools, lease) = answered(job(JobState::Elsewhere)).await;
    assert!(
        said.contains("ResourceNotFoundException") && !said.contains("User pool"),
        "{said}"
    );
    assert_eq!(pools, 2);
    provisioner.release(lease).await;
    assert!(scene.pools().await.is_empty());
}

#[tokio::test]
async fn what_nobody_releases_is_deleted_at_the_end() {
    let scene = Scene::start(reference::Options::default(), false);
    let provisioner = scene.provisioner(Provision::default()).await;
    drop(provisioner.acquire(Given::STARTED).await.unwrap());
    // Whoever asked is gone before there is anything to release.
    for patience_ms in 0..8 {
        let acquired = provisioner.acquire(status(Status::InProgress));
        let _ = tokio::time::timeout(Duration::from_millis(patience_ms), acquired).await;
    }
    assert_eq!(provisioner.finish().await, Vec::<String>::new());
    assert!(scene.pools().await.is_empty());
}

#[tokio::test]
async fn what_shall_be_kept_stays() {
    let scene = Scene::start(reference::Options::default(), false);
    let options = Options {
        keep: true,
        ..run()
    };
    let start = Provisioner::start(&scene.profile, scene.client.clone(), options);
    let provisioner = start.await.unwrap();
    let lease = provisioner.acquire(status(Status::Created)).await.unwrap();
    provisioner.release(lease).await;
    drop(provisioner.acquire(status(Status::Created)).await.unwrap());
    assert!(provisioner.finish().await.is_empty());
    assert_eq!(scene.pools().await.len(), 2);
}

#[tokio::test]
async fn nothing_is_created_off_this_machine_without_a_word() {
    let key = Credentials {
        access_key: "A".to_owned(),
        secret_key: Secret::new("hush"),
        session_token: None,
    };
    let environment = Environment::of(Some(key), None);
    let profile = Profile::endpoint("http://192.0.2.1:9", &environment).unwrap();
    let start = async |profile: &Profile, yes: bool| {
        let client = Client::new(profile).unwrap();
        Provisioner::start(profile, client, Options { yes, ..run() }).await
    };
    let refused = start(&profile, false).await.unwrap_err().to_string();
    assert!(
        refused.contains("--yes") && refused.contains("192.0.2.1"),
        "{refused}"
    );
    assert!(start(&profile, true).await.is_ok());
    let mut consenting = profile.clone();
    if let Provision::Api(api) = &mut consenting.provision {
        api.yes = true;
    }
    assert!(start(&consenting, false).await.is_ok());
}

#[tokio::test]
async fn many_preconditions_at_once_do_not_mix() {
    let scene = Scene::start(reference::Options::default(), false);
    let provisioner = std::sync::Arc::new(scene.provisioner(Provision::default()).await);
    let mut tasks = tokio::task::JoinSet::new();
    for number in 0..24 {
        let provisioner = provisioner.clone();
        tasks.spawn(async move {
            let wanted = [Status::Created, Status::Stopped][number % 2];
            let lease = provisioner.acquire(status(wanted)).await.unwrap();
            confirmed(&lease, wanted);
            let ids = lease.ids.clone();
            provisioner.release(lease).await;
            (ids.pool, ids.job)
        });
    }
    let ids: std::collections::BTreeSet<_> = tasks.join_all().await.into_iter().collect();
    assert_eq!(ids.len(), 24);
    assert!(scene.pools().await.is_empty());
}

#[tokio::test]
async fn a_fault_needs_a_hook() {
    let scene = Scene::start(reference::Options::default(), false);
    let provisioner = scene.provisioner(Provision::default()).await;
    let lease = provisioner.acquire(status(Status::Created)).await.unwrap();
    let fault = provisioner.fault(&lease, "InternalErrorException").await;
    assert!(fault.unwrap_err().to_string().contains("api"));
    let calls: Vec<_> = lease
        .steps
        .iter()
        .filter_map(|step| match step {
            Step::Call { operation, .. } => Some(*operation),
            Step::Upload { .. } => None,
        })
        .collect();
    assert_eq!(
        calls,
        [Operation::CreateUserPool, Operation::CreateUserImportJob]
    );
    provisioner.finish().await;
}
