//! Raw requests: bytes as a case writes them.

use std::time::Duration;

use fullstop::case::{Ids, Raw, Signature};
use fullstop::target::{Client, Environment, Failure, Profile};

use super::{Act, Listener, OK, stop};

fn raw(head: &[&str]) -> Raw {
    Raw {
        head: head.iter().map(|line| (*line).to_owned()).collect(),
        eol: "\r\n".to_owned(),
        body: None,
        split: Vec::new(),
        shutdown: false,
    }
}

const HEAD: [&str; 4] = [
    "POST / HTTP/1.1",
    "Host: ${Host}",
    "Content-Length: ${Length}",
    "${Signature}",
];

#[tokio::test]
async fn placeholders_are_filled_and_the_reply_is_kept_verbatim() {
    let listener = Listener::start(Act::Say(OK)).await;
    let answer = listener
        .client()
        .send_raw(&raw(&HEAD), b"{}")
        .await
        .unwrap();
    assert_eq!(answer.reply, OK);
    assert_eq!(answer.trailing, b"");
    assert_eq!(answer.response.headers[0].name, "X-Mixed-Case");
    let got = listener.received();
    assert_eq!(got.as_bytes(), answer.sent);
    let start = format!(
        "POST / HTTP/1.1\r\nHost: 127.0.0.1:{}\r\nContent-Length: 2\r\n",
        listener.port
    );
    assert!(got.starts_with(&start), "{got}");
    assert!(
        got.contains("\r\nAuthorization: AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/"),
        "{got}"
    );
    assert!(got.contains("\r\nX-Amz-Date: "), "{got}");
    assert!(got.ends_with("\r\n\r\n{}"), "{got}");
}

#[tokio::test]
async fn without_credentials_the_line_of_the_signature_is_gone() {
    let listener = Listener::start(Act::Say(OK)).await;
    let mut profile = Profile::endpoint(&listener.url(), &Environment::default()).unwrap();
    profile.credentials = None;
    let client = Client::new(&profile).unwrap();
    client.send_raw(&raw(&HEAD), b"{}").await.unwrap();
    let want = format!(
        "POST / HTTP/1.1\r\nHost: 127.0.0.1:{}\r\nContent-Length: 2\r\n\r\n{{}}",
        listener.port
    );
    assert_eq!(listener.received(), want);
}

#[tokio::test]
async fn the_answer_to_a_second_request_is_kept_behind_the_first() {
    const TWO: &[u8] =
        b"HTTP/1.1 400 No\r\nContent-Length: 0\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
    let listener = Listener::start(Act::Say(TWO)).await;
    let answer = listener.client().send_raw(&raw(&HEAD), b"").await.unwrap();
    assert_eq!(answer.response.status, 400);
    assert_eq!(
        answer.trailing,
        b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
    );
}

#[tokio::test]
async fn an_answer_before_the_last_byte_is_read() {
    let listener = Listener::start(Act::SayFirst(OK)).await;
    // More than the buffers between the two ends hold, and nobody reads it.
    let body = vec![b'x'; 16 << 20];
    let answer = listener
        .client()
        .send_raw(&raw(&HEAD), &body)
        .await
        .unwrap();
    assert_eq!(answer.response.status, 200);
}

#[tokio::test]
async fn pieces_arrive_and_the_sending_side_closes_where_asked() {
    let listener = Listener::start(Act::Say(OK)).await;
    let mut pieces = raw(&HEAD);
    pieces.split = vec![1, 5, 5, 40, 9_999_999];
    let answer = listener.client().send_raw(&pieces, b"{}").await.unwrap();
    assert_eq!(listener.received().as_bytes(), answer.sent);

    let listener = Listener::start(Act::Hang).await;
    let mut shut = raw(&["never a request"]);
    shut.shutdown = true;
    // The listener reads to the end and closes.
    let failure = listener.client().send_raw(&shut, b"").await.unwrap_err();
    assert!(matches!(failure, Failure::Closed { .. }), "{failure:?}");
    assert_eq!(listener.received(), "never a request\r\n\r\n");
}

#[tokio::test]
async fn bytes_without_a_head_have_no_empty_line() {
    let listener = Listener::start(Act::Hang).await;
    let mut bare = raw(&[]);
    bare.shutdown = true;
    let _ = listener.client().send_raw(&bare, b"\x16\x03\x01").await;
    assert_eq!(listener.received(), "\x16\x03\x01");
}

#[tokio::test]
async fn the_reference_takes_a_raw_request_for_what_it_says() {
    use fullstop::reference::{Auth, Endpoint, Options, Server};
    use std::sync::Arc;

    let options = Options {
        auth: Auth::Required,
        ..Options::default()
    };
    let endpoint = Arc::new(Endpoint::new(options));
    let server = Server::start(endpoint, ([127, 0, 0, 1], 0).into(), false).unwrap();
    let url = format!("http://{}", server.address());
    let client = Client::new(&Profile::endpoint(&url, &Environment::default()).unwrap()).unwrap();
    let Ids { pool, job } = super::ids();
    let body = format!(r#"{{"UserPoolId":"{pool}","JobId":"{job}"}}"#);
    let target = "AWSCognitoIdentityProviderService.StopUserImportJob";
    for line in [
        format!("X-Amz-Target: {target}"),
        format!("x-AMZ-target:{target}"),
        format!("X-Amz-Target: \t {target} \t "),
        format!("X-Amz-Target: {target}\r\nX-Amz-Two: a\r\nX-Amz-Two: b"),
    ] {
        let mut raw = raw(&HEAD);
        raw.head
            .insert(2, "Content-Type: application/x-amz-json-1.1".to_owned());
        raw.head.splice(2..2, line.split("\r\n").map(str::to_owned));
        let answer = client.send_raw(&raw, body.as_bytes()).await.unwrap();
        let text = answer.response.to_string();
        assert!(text.contains("ResourceNotFoundException"), "{line}: {text}");
    }
    let plain = client.send(&stop(), Signature::Valid).await.unwrap();
    assert!(plain.elapsed < Duration::from_secs(5));
    server.stop().await;
}
