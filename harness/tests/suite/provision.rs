//! Preconditions made and undone, by each driver, through the room's public doors.

mod api;
mod command;
mod emulator;
mod fixed;

use std::sync::Arc;

use fullstop::case::{Given, JobState, PoolState};
use fullstop::contract::{Operation, Status};
use fullstop::provision::{Lease, Options, Provisioner, Unavailable};
use fullstop::reference::{self, Auth, Endpoint, Server};
use fullstop::target::{Client, Environment, Profile, Provision};
use fullstop::wire::Request;
use serde_json::Value;

/// A served reference whose jobs hurry, and a client for it.
struct Scene {
    // Dropping it ends it.
    _server: Server,
    profile: Profile,
    client: Client,
}

impl Scene {
    fn start(options: reference::Options, control: bool) -> Self {
        let options = reference::Options {
            auth: Auth::Required,
            // Long enough to be seen on a busy machine, short enough to be waited for.
            pending_ms: 800,
            in_progress_ms: 500,
            ..options
        };
        let endpoint = Arc::new(Endpoint::new(options));
        let server = Server::start(endpoint, ([127, 0, 0, 1], 0).into(), control).unwrap();
        let url = format!("http://{}", server.address());
        let profile = Profile::endpoint(&url, &Environment::default()).unwrap();
        let client = Client::new(&profile).unwrap();
        Self {
            _server: server,
            profile,
            client,
        }
    }

    async fn provisioner(&self, provision: Provision) -> Provisioner {
        let profile = Profile {
            provision,
            ..self.profile.clone()
        };
        Provisioner::start(&profile, self.client.clone(), run())
            .await
            .unwrap()
    }

    /// The names of the pools that there are.
    async fn pools(&self) -> Vec<String> {
        let body = r#"{"MaxResults":60}"#;
        let request = Request::call(Operation::ListUserPools, body);
        let answer = self.client.ping(&request).await.unwrap();
        let listed: Value = serde_json::from_slice(&answer.body).unwrap();
        let pools = listed["UserPools"].as_array().unwrap().iter();
        pools
            .map(|pool| pool["Name"].as_str().unwrap().to_owned())
            .collect()
    }
}

fn run() -> Options {
    Options {
        keep: false,
        yes: false,
        run_id: "test".to_owned(),
    }
}

fn job(job: JobState) -> Given {
    Given {
        job,
        pool: PoolState::Present,
    }
}

fn status(status: Status) -> Given {
    job(JobState::Is(status))
}

#[track_caller]
fn unreachable(result: Result<Lease, Unavailable>, want: &[&str]) {
    match result {
        Err(Unavailable::Unreachable(why)) => {
            let why = why.to_string();
            for part in want {
                assert!(why.contains(part), "{part:?} is not said: {why}");
            }
        }
        other => panic!("not unreachable: {other:?}"),
    }
}

/// The status of a lease's job as its precondition saw it, and as it was confirmed.
#[track_caller]
fn confirmed(lease: &Lease, want: Status) {
    assert_eq!(
        (lease.status, lease.confirmed),
        (Some(want), true),
        "{lease:?}"
    );
    let before = lease.before.as_ref().expect("the job was described");
    assert_eq!(before["Status"], want.name());
    assert_eq!(before["JobId"], lease.ids.job.as_str());
    assert_eq!(before["UserPoolId"], lease.ids.pool.as_str());
}

#[tokio::test]
async fn the_endpoint_in_this_process_reaches_every_state_and_fault() {
    let endpoint = Arc::new(Endpoint::new(reference::Options::default()));
    let server = Server::start(Arc::clone(&endpoint), ([127, 0, 0, 1], 0).into(), false).unwrap();
    let client = Client::new(&Profile::reference().at(server.address())).unwrap();
    let provisioner = Provisioner::embedded(Arc::clone(&endpoint), client.clone());
    for wanted in Status::ALL {
        let lease = provisioner.acquire(status(wanted)).await.unwrap();
        confirmed(&lease, wanted);
        provisioner.release(lease).await;
    }
    let lease = provisioner.acquire(Given::STARTED).await.unwrap();
    let error = "TooManyRequestsException";
    provisioner.fault(&lease, error).await.unwrap();
    let body = serde_json::json!({ "UserPoolId": lease.ids.pool, "JobId": lease.ids.job });
    let stop = Request::call(Operation::StopUserImportJob, body.to_string());
    assert_eq!(client.ping(&stop).await.unwrap().status, 400);
    assert_eq!(client.ping(&stop).await.unwrap().status, 200);
    let leftovers = provisioner.finish().await;
    assert_eq!(leftovers, Vec::<String>::new());
    let gone = provisioner.describe(&lease.ids).await.unwrap();
    assert_eq!(gone.job, None, "what was still held is undone at the end");
    assert!(matches!(
        provisioner.acquire(Given::STARTED).await,
        Err(Unavailable::Indeterminate(_))
    ));
}
