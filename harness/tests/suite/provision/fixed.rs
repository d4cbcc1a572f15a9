//! The `fixed` driver: jobs that exist already.

use std::sync::Arc;

use fullstop::case::{Given, JobState};
use fullstop::contract::{Operation, Status};
use fullstop::provision::Provisioner;
use fullstop::reference::{Auth, Endpoint, Moment, Options, Seed, Server};
use fullstop::target::{Client, Environment, FixedJob, Profile, Provision};
use fullstop::wire::Request;

use super::{confirmed, job, run, status, unreachable};

struct Scene {
    client: Client,
    provisioner: Provisioner,
    // Dropping it ends it.
    _server: Server,
}

/// Jobs in these states, listed in a profile under these names.
async fn scene(jobs: &[(&str, Status)]) -> Scene {
    let endpoint = Arc::new(Endpoint::new(Options {
        auth: Auth::Required,
        ..Options::default()
    }));
    let listed = jobs.iter().map(|(name, status)| {
        let ids = endpoint.seed_job(Seed::new(*status), Moment::from_ms(0));
        let ids = ids.unwrap();
        let job = FixedJob {
            UserPoolId: ids.user_pool_id,
            JobId: ids.job_id,
        };
        ((*name).to_owned(), job)
    });
    let provision = Provision::Fixed {
        jobs: listed.collect(),
    };
    let server = Server::start(endpoint, ([127, 0, 0, 1], 0).into(), false).unwrap();
    let url = format!("http://{}", server.address());
    let profile = Profile {
        provision,
        ..Profile::endpoint(&url, &Environment::default()).unwrap()
    };
    let client = Client::new(&profile).unwrap();
    let provisioner = Provisioner::start(&profile, client.clone(), run())
        .await
        .unwrap();
    Scene {
        client,
        provisioner,
        _server: server,
    }
}

#[tokio::test]
async fn a_job_is_handed_out_until_a_case_has_changed_it() {
    let Scene {
        client,
        provisioner,
        _server,
    } = scene(&[("InProgress", Status::InProgress)]).await;
    for _ in 0..2 {
        let lease = provisioner.acquire(Given::STARTED).await.unwrap();
        confirmed(&lease, Status::InProgress);
        provisioner.release(lease).await;
    }
    let lease = provisioner.acquire(Given::STARTED).await.unwrap();
    let body = serde_json::json!({ "UserPoolId": lease.ids.pool, "JobId": lease.ids.job });
    let stop = Request::call(Operation::StopUserImportJob, body.to_string());
    assert_eq!(client.ping(&stop).await.unwrap().status, 200);
    provisioner.release(lease).await;
    unreachable(
        provisioner.acquire(Given::STARTED).await,
        &["started", "Stopped"],
    );
    // Nothing was created, so that nothing is deleted.
    assert!(provisioner.finish().await.is_empty());
    assert_eq!(client.ping(&stop).await.unwrap().status, 400);
}

#[tokio::test]
async fn a_job_has_one_holder_at_a_time() {
    let scene = scene(&[("Stopped", Status::Stopped), ("Failed", Status::Failed)]).await;
    let provisioner = Arc::new(scene.provisioner);
    let first = provisioner.acquire(status(Status::Stopped)).await.unwrap();
    let waiting = {
        let provisioner = Arc::clone(&provisioner);
        tokio::spawn(async move { provisioner.acquire(status(Status::Stopped)).await })
    };
    let other = provisioner.acquire(status(Status::Failed)).await.unwrap();
    assert!(!waiting.is_finished());
    provisioner.release(first).await;
    assert!(waiting.await.unwrap().is_ok());
    provisioner.release(other).await;
}

#[tokio::test]
async fn a_state_that_is_not_listed_is_out_of_reach() {
    let scene = scene(&[("Created", Status::Created)]).await;
    let provisioner = scene.provisioner;
    unreachable(
        provisioner.acquire(status(Status::Expired)).await,
        &["Expired", "fixed"],
    );
    unreachable(
        provisioner.acquire(job(JobState::Elsewhere)).await,
        &["elsewhere"],
    );
    let absent = provisioner.acquire(job(JobState::Absent)).await.unwrap();
    assert_eq!(absent.before, None);
    let held = provisioner.acquire(status(Status::Created)).await.unwrap();
    confirmed(&held, Status::Created);
}
