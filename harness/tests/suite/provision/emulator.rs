//! The `api` driver against endpoints that are odd, slow to obey or hardly there.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Instant;

use fullstop::case::{Given, JobState};
use fullstop::contract::Status;
use fullstop::provision::{Provisioner, Step, Unavailable};
use fullstop::target::{Api, Client, Environment, Profile, Provision};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

use super::{job, run, status, unreachable};

/// What an emulator answers: a status and a body, or nothing but a close.
type Answer = Option<(u16, Value)>;

/// A scripted emulator. It knows the operation, its body, and how often that operation was called before.
struct Emulator {
    url: String,
    calls: Arc<Mutex<Vec<String>>>,
}

impl Emulator {
    async fn start(script: impl Fn(&str, &Value, usize) -> Answer + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let calls: Arc<Mutex<Vec<String>>> = Arc::default();
        let (script, log) = (Arc::new(script), Arc::clone(&calls));
        tokio::spawn(async move {
            loop {
                let (mut stream, _) = listener.accept().await.unwrap();
                let (script, log) = (Arc::clone(&script), Arc::clone(&log));
                tokio::spawn(async move {
                    while let Some((call, body)) = request(&mut stream).await {
                        let before = log
                            .lock()
                            .unwrap()
                            .iter()
                            .filter(|name| **name == call)
                            .count();
                        log.lock().unwrap().push(call.clone());
                        let Some((status, answer)) = script(&call, &body, before) else {
                            return;
                        };
                        let answer = answer.to_string();
                        let head = format!(
                            "HTTP/1.1 {status} X\r\nContent-Length: {}\r\n\r\n",
                            answer.len()
                        );
                        if stream.write_all((head + &answer).as_bytes()).await.is_err() {
                            return;
                        }
                    }
                });
            }
        });
        Self { url, calls }
    }

    async fn provisioner(&self, provision: Provision) -> Provisioner {
        let mut profile = Profile::endpoint(&self.url, &Environment::default()).unwrap();
        profile.provision = provision;
        let client = Client::new(&profile).unwrap();
        Provisioner::start(&profile, client, run()).await.unwrap()
    }

    /// How often each operation was called.
    fn calls(&self) -> BTreeMap<String, usize> {
        let mut counts = BTreeMap::new();
        for call in self.calls.lock().unwrap().iter() {
            *counts.entry(call.clone()).or_default() += 1;
        }
        counts
    }

    fn count(&self, call: &str) -> usize {
        self.calls().get(call).copied().unwrap_or_default()
    }
}

/// The next request: its operation, or its method where it names none, and its body.
async fn request(stream: &mut TcpStream) -> Option<(String, Value)> {
    let mut bytes = Vec::new();
    let mut piece = [0; 4_096];
    loop {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let value = |name: &str| {
                let mut lines = head.lines();
                lines.find_map(|line| {
                    line.to_ascii_lowercase()
                        .strip_prefix(name)
                        .map(|_| line[name.len()..].to_owned())
                })
            };
            let length = value("content-length: ").map_or(0, |length| length.parse().unwrap());
            if body.len() >= length {
                let method = head.split(' ').next().unwrap_or_default().to_owned();
                let call = value("x-amz-target: ").map_or(method, |target| {
                    target.split('.').next_back().unwrap_or_default().to_owned()
                });
                return Some((call, serde_json::from_str(body).unwrap_or_default()));
            }
        }
        match stream.read(&mut piece).await {
            Ok(size) if size > 0 => bytes.extend_from_slice(&piece[..size]),
            _ => return None,
        }
    }
}

fn ok(body: Value) -> Answer {
    Some((200, body))
}

fn error(name: &str) -> Answer {
    Some((400, json!({ "__type": name, "message": "said in full" })))
}

/// An emulator that takes everything and shows no status under its documented name.
fn mute(call: &str, _: &Value, before: usize) -> Answer {
    ok(match call {
        "CreateUserPool" => json!({ "UserPool": { "Id": format!("us-east-1_{before}") } }),
        "CreateUserImportJob" => json!({ "UserImportJob": {
            "JobId": "8c3a-no-prefix", "PreSignedUrl": "https://example.invalid/upload" } }),
        "DescribeUserImportJob" => json!({ "UserImportJob": { "JobStatus": "Created" } }),
        _ => json!({}),
    })
}

#[tokio::test]
async fn a_status_that_cannot_be_read_follows_from_what_was_accepted() {
    let emulator = Emulator::start(mute).await;
    let provisioner = emulator.provisioner(Provision::default()).await;
    for (given, want) in [
        (status(Status::Created), Status::Created),
        (Given::STARTED, Status::Pending),
        (status(Status::Stopped), Status::Stopped),
    ] {
        let lease = provisioner.acquire(given).await.unwrap();
        assert_eq!((lease.status, lease.confirmed), (Some(want), false));
        assert_eq!(
            lease.ids.job, "8c3a-no-prefix",
            "the id is used as it was made"
        );
        assert!(lease.before.is_some());
        provisioner.release(lease).await;
    }
    for told in [
        Status::Succeeded,
        Status::Failed,
        Status::Stopping,
        Status::InProgress,
    ] {
        unreachable(
            provisioner.acquire(status(told)).await,
            &["no readable Status", told.name()],
        );
    }
    assert_eq!(
        emulator.count("CreateUserPool"),
        emulator.count("DeleteUserPool")
    );
    assert_eq!(
        emulator.count("PUT"),
        0,
        "the URL is on a host that was not allowed"
    );
    assert!(provisioner.finish().await.is_empty());
}

#[tokio::test]
async fn a_file_goes_to_the_own_host_and_to_allowed_ones_only() {
    let upload = async |url: &'static str, allowed: &[&str]| {
        let emulator = Emulator::start(move |call, body, before| match call {
            "CreateUserImportJob" => {
                ok(json!({ "UserImportJob": { "JobId": "import-1", "PreSignedUrl": url } }))
            }
            "StartUserImportJob" => error("PreconditionNotMetException"),
            other => mute(other, body, before),
        })
        .await;
        let provisioner = emulator
            .provisioner(Provision::Api(Api {
                upload_hosts: allowed.iter().map(|host| (*host).to_owned()).collect(),
                ..Api::default()
            }))
            .await;
        match provisioner.acquire(Given::STARTED).await {
            Err(Unavailable::Unreachable(why)) => why.to_string(),
            other => panic!("{other:?}"),
        }
    };
    for elsewhere in [
        "https://example.invalid/x",
        "http://127.0.0.1@example.invalid/",
        "file:///etc/passwd",
    ] {
        let why = upload(elsewhere, &["other.invalid", ".example.org"]).await;
        assert!(why.contains("PreconditionNotMetException"), "{why}");
        assert!(why.contains("no CSV file"), "{why}");
        assert!(why.contains("PreSignedUrl"), "{why}");
    }
    let here = "http://localhost:1/x";
    let why = upload(here, &[]).await;
    assert!(
        why.contains("upload_hosts"),
        "another port is another server: {why}"
    );
    // Nobody listens there, which shows that it was tried.
    for host in ["localhost", "localhost:1"] {
        let why = upload(here, &[host]).await;
        assert!(why.contains("cannot be reached"), "{why}");
    }
}

#[tokio::test]
async fn an_upload_carries_no_credentials() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!(
        "http://{}/put?X-Amz-Signature=1",
        listener.local_addr().unwrap()
    );
    let client = {
        let mut profile = Profile::endpoint("http://127.0.0.1:1", &Environment::default()).unwrap();
        profile
            .headers
            .insert("X-Gateway".to_owned(), "key".to_owned());
        Client::new(&profile).unwrap()
    };
    let put = tokio::spawn(async move { client.upload(&url, b"a,b\n".to_vec()).await });
    let (mut stream, _) = listener.accept().await.unwrap();
    let mut got = vec![0; 4_096];
    let size = stream.read(&mut got).await.unwrap();
    let got = String::from_utf8_lossy(&got[..size]).to_ascii_lowercase();
    stream
        .write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
        .await
        .unwrap();
    assert_eq!(put.await.unwrap().unwrap().status, 200);
    assert!(
        got.starts_with("put /put?x-amz-signature=1 http/1.1\r\n"),
        "{got}"
    );
    assert!(
        got.contains("x-amz-server-side-encryption: aws:kms\r\n"),
        "{got}"
    );
    for absent in ["authorization", "x-amz-date", "x-gateway", "akid"] {
        assert!(!got.contains(absent), "{absent} is in\n{got}");
    }
}

#[tokio::test]
async fn throttles_are_waited_out_and_then_told_apart_from_refusals() {
    let emulator = Emulator::start(|call, body, before| match call {
        "CreateUserPool" if before < 2 => error("TooManyRequestsException"),
        other => mute(other, body, before),
    })
    .await;
    let provisioner = emulator.provisioner(Provision::default()).await;
    assert!(provisioner.acquire(status(Status::Created)).await.is_ok());
    assert_eq!(emulator.count("CreateUserPool"), 3);

    let always = Emulator::start(|_, _, _| error("ThrottlingException")).await;
    let provisioner = always.provisioner(Provision::default()).await;
    let throttled = provisioner.acquire(status(Status::Created)).await;
    assert!(
        matches!(throttled, Err(Unavailable::Indeterminate(_))),
        "{throttled:?}"
    );

    let refusing = Emulator::start(|_, _, _| error("InvalidAction")).await;
    let provisioner = refusing.provisioner(Provision::default()).await;
    unreachable(
        provisioner.acquire(job(JobState::Absent)).await,
        &["CreateUserPool", "400", "InvalidAction", "said in full"],
    );
}

#[tokio::test]
async fn a_pool_whose_making_nobody_heard_of_is_found_by_its_name() {
    let made: Arc<Mutex<Vec<String>>> = Arc::default();
    let names = Arc::clone(&made);
    let emulator = Emulator::start(move |call, body, before| match call {
        "CreateUserPool" => {
            let name = body["PoolName"].as_str().unwrap().to_owned();
            names.lock().unwrap().push(name);
            None
        }
        "ListUserPools" if body.get("NextToken").is_none() => {
            ok(json!({ "UserPools": [{ "Id": "p_other", "Name": "someone's" }], "NextToken": "n" }))
        }
        "ListUserPools" => {
            ok(json!({ "UserPools": [{ "Id": "p_lost", "Name": names.lock().unwrap()[0] }] }))
        }
        "DeleteUserPool" => {
            assert_eq!(body["UserPoolId"], "p_lost");
            ok(json!({}))
        }
        other => mute(other, body, before),
    })
    .await;
    let provisioner = emulator.provisioner(Provision::default()).await;
    let lost = provisioner.acquire(status(Status::Created)).await;
    assert!(
        matches!(lost, Err(Unavailable::Indeterminate(_))),
        "{lost:?}"
    );
    assert_eq!(emulator.count("CreateUserPool"), 1, "it is not made twice");
    assert_eq!(provisioner.finish().await, Vec::<String>::new());
    assert_eq!(emulator.count("DeleteUserPool"), 1);
}

#[tokio::test]
async fn an_import_in_progress_is_stopped_before_its_pool_is_deleted() {
    let emulator = Emulator::start(|call, body, before| match call {
        "DeleteUserPool" if before < 2 => error("UserImportInProgressException"),
        "ListUserImportJobs" => ok(json!({ "UserImportJobs": [{ "JobId": "import-1" }] })),
        other => mute(other, body, before),
    })
    .await;
    let provisioner = emulator.provisioner(Provision::default()).await;
    let lease = provisioner.acquire(Given::STARTED).await.unwrap();
    provisioner.release(lease).await;
    assert_eq!(emulator.count("DeleteUserPool"), 3);
    // Once when the lease ends, and once for each refusal.
    assert_eq!(emulator.count("StopUserImportJob"), 3);
    assert!(provisioner.finish().await.is_empty());
}

#[tokio::test]
async fn imports_that_never_end_are_not_waited_for_again_and_again() {
    let emulator = Emulator::start(|call, body, before| match call {
        "DeleteUserPool" => error("UserImportInProgressException"),
        other => mute(other, body, before),
    })
    .await;
    let provisioner = Arc::new(emulator.provisioner(Provision::default()).await);
    let mut leases = Vec::new();
    for _ in 0..10 {
        leases.push(provisioner.acquire(Given::STARTED).await.unwrap());
    }
    let [one, two] = [(); 2].map(|()| leases.pop().unwrap());
    let start = Instant::now();
    let mut releasing = JoinSet::new();
    for lease in leases {
        let provisioner = Arc::clone(&provisioner);
        releasing.spawn(async move { provisioner.release(lease).await });
    }
    releasing.join_all().await;
    assert!(start.elapsed().as_secs() >= 5, "eight have all the time");
    let start = Instant::now();
    provisioner.release(one).await;
    provisioner.release(two).await;
    assert!(start.elapsed().as_secs() < 5, "the others have not");
    let leftovers = provisioner.finish().await;
    let [told] = &leftovers[..] else {
        panic!("one reason: {leftovers:?}")
    };
    assert_eq!(
        told.matches("us-east-1_").count(),
        10,
        "each is named: {told}"
    );
}

#[tokio::test]
async fn what_cannot_be_deleted_is_named_with_the_answer() {
    let emulator = Emulator::start(|call, body, before| match call {
        "DeleteUserPool" => error("NotAuthorizedException"),
        other => mute(other, body, before),
    })
    .await;
    let provisioner = emulator.provisioner(Provision::default()).await;
    let lease = provisioner.acquire(status(Status::Created)).await.unwrap();
    provisioner.release(lease).await;
    let leftovers = provisioner.finish().await;
    assert_eq!(leftovers.len(), 1);
    assert!(leftovers[0].contains("us-east-1_0"), "{leftovers:?}");
    assert!(
        leftovers[0].contains("NotAuthorizedException"),
        "{leftovers:?}"
    );
}

#[tokio::test]
async fn a_job_that_ends_too_soon_is_made_anew_with_more_users() {
    // Quick with few users, as AWS is; a larger import is still running.
    let quick = |call: &str, body: &Value, before: usize| match call {
        "CreateUserImportJob" => {
            ok(json!({ "UserImportJob": { "JobId": format!("import-{before}") } }))
        }
        "DescribeUserImportJob" => {
            let shown = if body["JobId"] == "import-0" {
                "Succeeded"
            } else {
                "InProgress"
            };
            ok(json!({ "UserImportJob": { "Status": shown } }))
        }
        other => mute(other, body, before),
    };
    let emulator = Emulator::start(quick).await;
    let provisioner = emulator.provisioner(Provision::default()).await;
    let lease = provisioner.acquire(Given::STARTED).await.unwrap();
    assert_eq!(lease.ids.job, "import-1");
    assert_eq!(
        (lease.status, lease.confirmed),
        (Some(Status::InProgress), true)
    );
    let made = lease
        .steps
        .iter()
        .filter(|step| matches!(step, Step::Call { .. }))
        .count();
    assert_eq!(
        made, 3,
        "the steps are those of the job that counts: {:?}",
        lease.steps
    );
    unreachable(
        provisioner.acquire(status(Status::Pending)).await,
        &["Pending", "InProgress"],
    );
}
