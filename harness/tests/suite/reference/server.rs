//! The endpoint on a real socket.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use fullstop::contract::{CONTENT_TYPE, Operation, Status};
use fullstop::reference::{Endpoint, Mutant, Options, Seed, Server, Variation};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::{NOW, body};

/// Longer than any answer takes, shorter than anyone waits.
const PATIENCE: Duration = Duration::from_secs(20);

fn loopback() -> SocketAddr {
    SocketAddr::from(([127, 0, 0, 1], 0))
}

fn run(test: impl Future<Output = ()>) {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build();
    runtime
        .unwrap()
        .block_on(async { timeout(PATIENCE, test).await })
        .expect("the test ends in time");
}

fn serve(options: Options, control: bool) -> (Arc<Endpoint>, Server) {
    let endpoint = Arc::new(Endpoint::new(options));
    let server = Server::start(Arc::clone(&endpoint), loopback(), control).unwrap();
    (endpoint, server)
}

/// Sends bytes, and reads until the server closes.
async fn exchange(server: &Server, bytes: &[u8]) -> String {
    let mut stream = TcpStream::connect(server.address()).await.unwrap();
    stream.write_all(bytes).await.unwrap();
    let mut answer = Vec::new();
    // A reset is as good as an end: what came before it is looked at.
    let _ = stream.read_to_end(&mut answer).await;
    String::from_utf8_lossy(&answer).into_owned()
}

fn stop_bytes(ids: &str) -> Vec<u8> {
    let target = Operation::StopUserImportJob.target();
    post(
        "/",
        &format!("Content-Type: {CONTENT_TYPE}\r\nX-Amz-Target: {target}\r\n"),
        ids,
    )
}

fn post(path: &str, headers: &str, body: &str) -> Vec<u8> {
    let length = body.len();
    format!("POST {path} HTTP/1.1\r\nHost: h\r\nConnection: close\r\n{headers}Content-Length: {length}\r\n\r\n{body}").into()
}

async fn stop_on(options: Options) -> String {
    let (endpoint, server) = serve(options, false);
    let ids = endpoint
        .seed_job(Seed::new(Status::InProgress), NOW)
        .unwrap();
    let bytes = stop_bytes(&body(&ids.user_pool_id, &ids.job_id));
    let answer = exchange(&server, &bytes).await;
    server.stop().await;
    answer
}

#[test]
fn a_stop_is_answered_over_http() {
    run(async {
        let answer = stop_on(Options::default()).await;
        assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
        assert!(
            answer.contains("content-type: application/x-amz-json-1.1\r\n"),
            "{answer}"
        );
        assert!(
            answer.contains("content-length: ") && answer.contains("date: "),
            "{answer}"
        );
        assert!(answer.contains(r#""Status":"Stopped""#), "{answer}");
    });
}

#[test]
fn variations_and_mutants_of_the_delivery_arrive() {
    let vary = |variation| Options {
        variation: Some(variation),
        ..Options::default()
    };
    let mutate = |mutant| Options {
        mutant: Some(mutant),
        ..Options::default()
    };
    run(async move {
        let chunked = stop_on(vary(Variation::ChunkedAnswers)).await;
        assert!(
            chunked.contains("transfer-encoding: chunked\r\n")
                && chunked.ends_with("\r\n0\r\n\r\n")
        );
        let title = stop_on(vary(Variation::TitleCaseHeaders)).await;
        assert!(title.contains("X-Amzn-Requestid: "), "{title}");
        assert_eq!(stop_on(mutate(Mutant::AlwaysCloses)).await, "");
        let truncated = stop_on(mutate(Mutant::TruncatedSuccess)).await;
        assert!(
            truncated.contains("content-length: ") && !truncated.contains("UserPoolId"),
            "{truncated}"
        );
        let empty = stop_on(mutate(Mutant::EmptyBody)).await;
        assert!(empty.contains("content-length: 0\r\n"), "{empty}");
    });
}

#[test]
fn endless_and_hanging_answers_end_with_the_client_or_the_server() {
    run(async {
        for mutant in [Mutant::AlwaysEndless, Mutant::AlwaysHangs] {
            let options = Options {
                mutant: Some(mutant),
                ..Options::default()
            };
            let (_, server) = serve(options, false);
            let mut stream = TcpStream::connect(server.address()).await.unwrap();
            stream.write_all(&stop_bytes("{}")).await.unwrap();
            let mut read = 0;
            let mut buffer = [0; 4_096];
            while read < 20_000 {
                match timeout(Duration::from_millis(500), stream.read(&mut buffer)).await {
                    Ok(Ok(size)) if size > 0 => read += size,
                    _ => break,
                }
            }
            assert_eq!(
                read >= 20_000,
                mutant == Mutant::AlwaysEndless,
                "{mutant}: {read}"
            );
            server.stop().await;
            let rest = timeout(PATIENCE, stream.read_to_end(&mut Vec::new())).await;
            assert!(rest.is_ok(), "the server closes what is left");
        }
    });
}

#[test]
fn a_file_too_large_to_keep_is_counted_as_it_comes() {
    run(async {
        let (endpoint, server) = serve(Options::default(), false);
        let json = |operation: Operation, body: &str| {
            let target = operation.target();
            post(
                "/",
                &format!("Content-Type: {CONTENT_TYPE}\r\nX-Amz-Target: {target}\r\n"),
                body,
            )
        };
        let ids = endpoint.seed_job(Seed::new(Status::Created), NOW).unwrap();
        let create = format!(
            r#"{{"UserPoolId":"{}","JobName":"j","CloudWatchLogsRoleArn":"arn:aws:iam::123456789012:role/x"}}"#,
            ids.user_pool_id
        );
        let answer = exchange(&server, &json(Operation::CreateUserImportJob, &create)).await;
        let url = answer
            .split("http://h")
            .nth(1)
            .unwrap()
            .split('"')
            .next()
            .unwrap();
        let row = "a,TRUE\n";
        let rows = 1_000_000;
        let file = "cognito:username,email_verified\n".to_owned() + &row.repeat(rows);
        let head = format!(
            "PUT {url} HTTP/1.1\r\nHost: h\r\nConnection: close\r\nx-amz-server-side-encryption: aws:kms\r\nContent-Length: {}\r\n\r\n",
            file.len()
        );
        let answer = exchange(&server, (head + &file).as_bytes()).await;
        assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
        let job = url.split(['/', '?']).nth(3).unwrap();
        let job = endpoint.job(&ids.user_pool_id, job, NOW).unwrap();
        assert_eq!(job.csv.unwrap().verified, u64::try_from(rows).unwrap());
    });
}

#[test]
fn the_control_seeds_advances_queues_and_releases() {
    run(async {
        let (endpoint, server) = serve(Options::default(), true);
        let control = async |part: &str, body: &str| {
            let answer = exchange(&server, &post(&format!("/_fullstop/{part}"), "", body)).await;
            let (head, body) = answer.split_once("\r\n\r\n").unwrap();
            let status: u16 = head[9..12].parse().unwrap();
            (
                status,
                serde_json::from_str::<serde_json::Value>(body).unwrap(),
            )
        };
        let (status, ids) = control("jobs", r#"{"status":"InProgress","held":false}"#).await;
        assert_eq!(status, 200);
        let (pool, job) = (
            ids["UserPoolId"].as_str().unwrap(),
            ids["JobId"].as_str().unwrap(),
        );
        let stop = stop_bytes(&body(pool, job));

        let fault = format!(r#"{{"error":"TooManyRequestsException","UserPoolId":"{pool}"}}"#);
        assert_eq!(control("faults", &fault).await.0, 200);
        assert!(
            exchange(&server, &stop)
                .await
                .contains("TooManyRequestsException")
        );
        assert_eq!(
            control("faults", r#"{"latency_ms":1,"times":1}"#).await.0,
            200
        );
        assert_eq!(control("advance", r#"{"ms":10000}"#).await.0, 200);
        assert!(
            exchange(&server, &stop)
                .await
                .contains("PreconditionNotMetException")
        );
        let sibling = format!(r#"{{"status":"Stopped","UserPoolId":"{pool}"}}"#);
        assert_eq!(control("jobs", &sibling).await.1["UserPoolId"], pool);
        assert_eq!(
            control("release", &format!(r#"{{"UserPoolId":"{pool}"}}"#))
                .await
                .0,
            200
        );
        assert!(endpoint.job(pool, job, NOW).is_none());

        for (part, body, hint) in [
            (
                "jobs",
                r#"{"status":"Running"}"#,
                "expected one of `Created`",
            ),
            (
                "jobs",
                r#"{"status":"Created","pool":"x"}"#,
                "unknown field `pool`",
            ),
            (
                "jobs",
                r#"{"status":"Created","UserPoolId":"x"}"#,
                "find the pool",
            ),
            ("jobs", "", r#"{"status":"InProgress"}"#),
            ("advance", r#"{"ms":-1}"#, r#"{"ms":1000}"#),
            ("faults", "{}", "one of error and latency_ms"),
            ("faults", r#"{"error":"Nope"}"#, "Nope"),
            ("release", "[]", "UserPoolId"),
        ] {
            let (status, answer) = control(part, body).await;
            let error = answer["error"].as_str().unwrap();
            assert_eq!(status, 400, "{part} {body}");
            assert!(error.contains(hint), "{error}");
        }
        assert_eq!(control("nope", "{}").await.0, 404);
        let get = b"GET /_fullstop/jobs HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n";
        assert!(exchange(&server, get).await.contains("send POST"));
    });
}

#[test]
fn the_control_is_off_unless_asked_for() {
    run(async {
        let (_, server) = serve(Options::default(), false);
        let bytes = post("/_fullstop/jobs", "", r#"{"status":"Created"}"#);
        assert!(exchange(&server, &bytes).await.starts_with("HTTP/1.1 404 "));
    });
}

#[test]
fn only_loopback_is_served() {
    run(async {
        let endpoint = Arc::new(Endpoint::new(Options::default()));
        for address in ["0.0.0.0:0", "192.0.2.1:0", "[::]:0"] {
            let error =
                Server::start(Arc::clone(&endpoint), address.parse().unwrap(), false).unwrap_err();
            assert_eq!(error.kind(), io::ErrorKind::InvalidInput);
        }
    });
    let endpoint = Arc::new(Endpoint::new(Options::default()));
    assert!(
        Server::start(endpoint, loopback(), false).is_err(),
        "there is no runtime"
    );
}

#[test]
fn hostile_bytes_are_survived() {
    run(async {
        let (endpoint, server) = serve(Options::default(), true);
        let ids = endpoint
            .seed_job(Seed::new(Status::InProgress), NOW)
            .unwrap();
        let many = "X-A: b\r\n".repeat(10_000);
        let large = post("/", "", &"x".repeat(3 << 20));
        for bytes in [
            b"\0\0\0\0\r\n\r\n".as_slice(),
            b"GET\r\n\r\n",
            b"POST / HTTP/1.1\r\nContent-Length: x\r\n\r\n",
            b"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\nContent-Length: 6\r\nConnection: close\r\n\r\nhello",
            b"POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\nzz\r\n",
            format!("POST / HTTP/1.1\r\nHost: h\r\n{many}\r\n").as_bytes(),
            format!("GET /{} HTTP/1.1\r\nHost: h\r\n\r\n", "a".repeat(1 << 20)).as_bytes(),
            &large,
        ] {
            let answer = exchange(&server, bytes).await;
            assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 4"), "{answer}");
        }
        let stop = stop_bytes(&body(&ids.user_pool_id, &ids.job_id));
        assert!(exchange(&server, &stop).await.starts_with("HTTP/1.1 200 "));
    });
}

#[test]
fn a_dropped_server_frees_its_address() {
    run(async {
        let (endpoint, server) = serve(Options::default(), false);
        let address = server.address();
        drop(server);
        loop {
            match Server::start(Arc::clone(&endpoint), address, false) {
                Ok(server) => break server.stop().await,
                Err(_) => tokio::task::yield_now().await,
            }
        }
    });
}
