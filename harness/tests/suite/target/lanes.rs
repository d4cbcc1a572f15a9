//! What goes out and what comes back, on the lane of the HTTP library and on that of requests it would repair.

use std::time::{Duration, Instant};

use fullstop::case::Signature;
use fullstop::target::{Client, Environment, Failure, Profile};
use fullstop::wire::{Header, Request};

use super::{Act, Listener, OK, stop};

/// What makes a request of another.
type Change<'a> = &'a dyn Fn(&mut Request);

/// A Stop that the HTTP library would repair, so that it goes over the socket.
fn odd() -> Request {
    let mut request = stop();
    request.headers.push(Header::new("x-ODD-case", "1"));
    request
}

/// Whether a failure is of a kind.
type Kind = fn(&Failure) -> bool;

#[tokio::test]
async fn each_end_of_an_exchange_is_told_apart_on_both_lanes() {
    const SHORT: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{}";
    const CHUNK: &[u8] = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab";
    let closed: Kind = |failure| matches!(failure, Failure::Closed { .. });
    let late: Kind = |failure| matches!(failure, Failure::Timeout { .. });
    let garbage: Kind = |failure| matches!(failure, Failure::Garbage { .. });
    // The library calls it garbage.
    let much: Kind = |failure| matches!(failure, Failure::TooMuch { .. } | Failure::Garbage { .. });
    let cut: Kind = |failure| matches!(failure, Failure::Truncated { .. });
    let ends = [
        (Act::SayAndClose(b""), closed),
        (Act::Hang, late),
        (Act::Say(SHORT), late),
        (Act::SayAndClose(b"nonsense\r\n\r\n"), garbage),
        (Act::Repeat(b"HTTP/1.1 200 OK\r\n", b"a: b\r\n"), much),
        (Act::SayAndClose(SHORT), cut),
        (Act::SayAndClose(CHUNK), cut),
    ];
    for (act, kind) in ends {
        for request in [stop(), odd()] {
            let listener = Listener::start(act).await;
            let is_waited_for = matches!(act, Act::Hang | Act::Say(_));
            let client = if is_waited_for {
                listener.hasty()
            } else {
                listener.client()
            };
            let sent = client.send(&request, Signature::Valid).await;
            let failure = sent.expect_err("no answer");
            assert!(kind(&failure), "{act:?}: {failure:?}");
            assert!(failure.to_string().contains(&listener.url()), "{failure}");
            assert!(failure.may_have_acted());
        }
    }
}

#[tokio::test]
async fn nobody_there_is_told_and_nothing_happened() {
    let port = Listener::start(Act::Hang).await.port;
    // A port that was just free: nobody listens on it once its listener is gone.
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port_free = free.local_addr().unwrap().port();
    drop(free);
    assert_ne!(port, port_free);
    let profile = Profile::endpoint(
        &format!("http://127.0.0.1:{port_free}"),
        &Environment::default(),
    );
    let client = Client::new(&profile.unwrap()).unwrap();
    for request in [stop(), odd()] {
        let failure = client.send(&request, Signature::Valid).await.unwrap_err();
        assert!(matches!(failure, Failure::Connect { .. }), "{failure:?}");
        assert!(!failure.may_have_acted());
    }
}

#[tokio::test]
async fn an_endless_body_is_cut_at_the_bound() {
    static PIECE: [u8; 4_096] = [b'x'; 4_096];
    const HEAD: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Length: 99999999\r\n\r\n";
    const OPEN: &[u8] = b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n";
    for head in [HEAD, OPEN] {
        for request in [stop(), odd()] {
            let listener = Listener::start(Act::Repeat(head, &PIECE)).await;
            let answer = listener.client().send(&request, Signature::Valid).await;
            let response = answer.unwrap().response;
            assert!(response.cut);
            assert_eq!(response.body.len(), 64 << 10);
        }
    }
}

#[tokio::test]
async fn chunks_interim_answers_and_closes_are_read_as_one_answer() {
    const CHUNKED: &[u8] =
        b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n\
                             1;ext=a\r\n{\r\n1\r\n}\r\n0\r\nTrailer: x\r\n\r\n";
    const UNTIL_CLOSE: &[u8] = b"HTTP/1.1 200 OK\r\n\r\n{}";
    for request in [stop(), odd()] {
        for act in [
            Act::Say(OK),
            Act::Say(CHUNKED),
            Act::SayAndClose(UNTIL_CLOSE),
        ] {
            let listener = Listener::start(act).await;
            let answer = listener.client().send(&request, Signature::Valid).await;
            let answer = answer.unwrap();
            assert_eq!((answer.response.status, answer.response.cut), (200, false));
            assert_eq!(answer.response.body, b"{}", "{act:?}");
            assert!(answer.elapsed > Duration::ZERO);
        }
    }
}

#[tokio::test]
async fn what_the_library_would_repair_arrives_as_it_was_asked_for() {
    #[track_caller]
    fn arrived(got: &str, want: &[&str]) {
        for part in want {
            assert!(got.contains(part), "{part:?} did not arrive:\n{got}");
        }
    }
    let cases: [(Change, &[&str]); 9] = [
        (
            &|request| request.path = "//a/../b c?%zz\"".to_owned(),
            &["POST //a/../b c?%zz\" HTTP/1.1\r\n"],
        ),
        (
            &|request| request.path = "/%7e/./x?".to_owned(),
            &["POST /%7e/./x? HTTP/1.1\r\n"],
        ),
        (
            &|request| request.method = "post it".to_owned(),
            &["post it / HTTP/1.1\r\n"],
        ),
        (
            &|request| request.headers.push(Header::new("x-ODD-case", "1")),
            &["x-ODD-case: 1\r\n"],
        ),
        (
            &|request| {
                request.headers.push(Header::new("Content-Length", "48"));
                request.headers.push(Header::new("Content-Length", "48"));
            },
            &["Content-Length: 48\r\nContent-Length: 48\r\n"],
        ),
        (
            &|request| request.headers.push(Header::new("X-Nul", "a\0b")),
            &["X-Nul: a\0b\r\n"],
        ),
        (
            &|request| request.set("Transfer-Encoding", "foo"),
            &["Transfer-Encoding: foo\r\n"],
        ),
        (
            &|request| request.headers.push(Header::new("Connection", "close, x")),
            &["Connection: close, x\r\n"],
        ),
        (&|request| request.body.clear(), &["content-length: 0\r\n"]),
    ];
    for (change, want) in cases {
        let listener = Listener::start(Act::Say(OK)).await;
        let mut request = stop();
        change(&mut request);
        // Whatever it makes of the answer: what arrived is what counts.
        let _ = listener.client().send(&request, Signature::Valid).await;
        let got = listener.received();
        arrived(&got.replace("Content-Length: 0", "content-length: 0"), want);
        assert_eq!(got.matches("\r\n\r\n").count(), 1, "{got}");
    }
}

#[tokio::test]
async fn a_plain_request_carries_what_it_was_given_and_is_told_without_its_token() {
    let listener = Listener::start(Act::Say(OK)).await;
    let mut profile = Profile::endpoint(&listener.url(), &Environment::default()).unwrap();
    let key = profile.credentials.as_mut().unwrap();
    key.session_token = Some(fullstop::target::Secret::new("hush"));
    let client = Client::new(&profile).unwrap();
    for signature in [Signature::Valid, Signature::Query] {
        let answer = client.send(&stop(), signature).await.unwrap();
        let sent = format!("{:?}", answer.sent);
        assert!(
            !sent.contains("hush") && !sent.contains("104, 117, 115, 104"),
            "{sent}"
        );
    }
    let got = listener.received();
    assert_eq!(got.matches("hush").count(), 2, "{got}");
    assert!(
        got.contains("content-type: application/x-amz-json-1.1\r\n"),
        "{got}"
    );
    assert!(got.contains("x-amz-target: AWSCognitoIdentityProviderService.StopUserImportJob\r\n"));
    assert_eq!(listener.connections(), 1, "connections are used again");
}

#[tokio::test]
async fn a_base_path_stands_before_every_path() {
    let listener = Listener::start(Act::Say(OK)).await;
    let url = format!("{}/base/", listener.url());
    let client = Client::new(&Profile::endpoint(&url, &Environment::default()).unwrap()).unwrap();
    client.send(&stop(), Signature::Unsigned).await.unwrap();
    client.send(&odd(), Signature::Unsigned).await.unwrap();
    assert_eq!(
        listener.received().matches("POST /base/ HTTP/1.1").count(),
        2
    );
}

#[tokio::test]
async fn redirects_are_answers() {
    const MOVED: &[u8] =
        b"HTTP/1.1 307 Temporary Redirect\r\nLocation: http://192.0.2.1/\r\nContent-Length: 0\r\n\r\n";
    let listener = Listener::start(Act::Say(MOVED)).await;
    let answer = listener.client().send(&stop(), Signature::Valid).await;
    assert_eq!(answer.unwrap().response.status, 307);
}

#[tokio::test]
async fn the_rate_limit_spaces_requests_of_all_clones() {
    let listener = Listener::start(Act::Say(OK)).await;
    let mut profile = Profile::endpoint(&listener.url(), &Environment::default()).unwrap();
    profile.requests_per_second = Some(50.0);
    let client = Client::new(&profile).unwrap();
    let start = Instant::now();
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..6 {
        let client = client.clone();
        tasks.spawn(async move { client.send(&stop(), Signature::Unsigned).await.unwrap() });
    }
    tasks.join_all().await;
    assert!(
        start.elapsed() >= Duration::from_millis(100),
        "{:?}",
        start.elapsed()
    );
}
