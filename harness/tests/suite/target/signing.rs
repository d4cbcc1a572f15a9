//! Signatures by AWS's signer, verified by the reference's own verifier: each checks the other.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use fullstop::case::Signature;
use fullstop::reference::{Auth, Endpoint, Moment, Options};
use fullstop::target::{Client, Credentials, Environment, Failure, Profile, Secret};
use fullstop::wire::{Envelope, Header, Request};

use super::stop;

const NOW_MS: u64 = 1_736_443_496_379;

fn now() -> SystemTime {
    UNIX_EPOCH + Duration::from_millis(NOW_MS)
}

fn profile(url: &str) -> Profile {
    Profile::endpoint(url, &Environment::default()).unwrap()
}

fn token() -> Credentials {
    Credentials {
        session_token: Some(Secret::new("a/session+token==")),
        ..Credentials::example()
    }
}

/// The error type with which the reference answers a request, as it was prepared.
fn verdict(prepared: &Request, session_token: Option<&str>) -> String {
    let mut options = Options {
        auth: Auth::Required,
        ..Options::default()
    };
    options.credentials.session_token = session_token.map(str::to_owned);
    let reply = Endpoint::new(options).handle(prepared, Moment::from_ms(NOW_MS));
    Envelope::read(&reply.response)
        .error_type()
        .unwrap_or("none")
        .to_owned()
}

/// What a Stop of a missing pool is answered with once its signature is accepted.
const ACCEPTED: &str = "ResourceNotFoundException";

#[track_caller]
fn check(signature: Signature, want: &str) {
    let plain = profile("http://127.0.0.1:4000");
    let temporary = Profile {
        credentials: Some(token()),
        ..plain.clone()
    };
    for (profile, session_token) in [(plain, None), (temporary, Some("a/session+token=="))] {
        let client = Client::new(&profile).unwrap();
        let prepared = client.prepare(&stop(), signature, now()).unwrap();
        assert_eq!(
            verdict(&prepared, session_token),
            want,
            "{signature:?} with token {session_token:?}: {prepared:?}"
        );
    }
}

#[test]
fn each_signature_meets_the_verifier_as_promised() {
    check(Signature::Valid, ACCEPTED);
    check(Signature::Query, ACCEPTED);
    check(Signature::Unsigned, "MissingAuthenticationTokenException");
    check(Signature::UnknownKey, "UnrecognizedClientException");
    for wrong in [
        Signature::WrongSecret,
        Signature::TamperedBody,
        Signature::TamperedHeader,
        Signature::TamperedSignature,
        Signature::Expired,
        Signature::Early,
        Signature::WrongRegion,
        Signature::WrongService,
    ] {
        check(wrong, "InvalidSignatureException");
    }
    for incomplete in [
        Signature::NoSignature,
        Signature::NoCredential,
        Signature::NoSignedHeaders,
        Signature::Garbage,
    ] {
        check(incomplete, "IncompleteSignatureException");
    }
}

#[test]
fn a_tampered_request_means_what_it_meant() {
    let client = Client::new(&profile("http://127.0.0.1:4000")).unwrap();
    let prepare = |signature| client.prepare(&stop(), signature, now()).unwrap();
    let json = |request: &Request| serde_json::from_slice::<serde_json::Value>(&request.body);
    let valid = prepare(Signature::Valid);
    for signature in [
        Signature::TamperedBody,
        Signature::TamperedHeader,
        Signature::TamperedSignature,
    ] {
        let tampered = prepare(signature);
        assert_eq!(json(&tampered).unwrap(), json(&valid).unwrap());
        for name in ["Content-Type", "X-Amz-Target", "Host"] {
            assert_eq!(tampered.header(name), valid.header(name), "{signature:?}");
        }
    }
}

#[test]
fn odd_requests_and_places_are_signed_as_they_are_sent() {
    let signed = |url: &str, change: &dyn Fn(&mut Request)| {
        let client = Client::new(&profile(url)).unwrap();
        let mut request = stop();
        change(&mut request);
        let prepared = client.prepare(&request, Signature::Valid, now()).unwrap();
        verdict(&prepared, None)
    };
    for url in [
        "http://127.0.0.1:4000/base/path",
        "http://[::1]:4000",
        "http://localhost",
    ] {
        let verdict = signed(url, &|_| {});
        // The reference answers on its root only, but a wrong signature would be told first.
        assert_ne!(verdict, "InvalidSignatureException", "{url}");
    }
    let at = "http://127.0.0.1:4000";
    let header = |name: &'static str, value: &'static [u8]| {
        move |request: &mut Request| request.headers.push(Header::new(name, value))
    };
    let accepted = |change: &dyn Fn(&mut Request)| {
        let mut request = stop();
        change(&mut request);
        assert_eq!(signed(at, change), ACCEPTED, "{request:?}");
    };
    accepted(&header("X-Amz-Meta", b"  many   blanks "));
    accepted(&header("X-Amz-Meta", b"\xff\xfe"));
    accepted(&header("X-Other", b"unsigned"));
    accepted(&header("User-Agent", b"someone else"));
    accepted(&|request| request.body.push(b'\n'));
    accepted(&|request| request.path = "/?b=2&a=1&a=%20%2B".to_owned());
}

#[test]
fn a_signature_never_replaces_a_header_of_the_case() {
    let client = Client::new(&profile("http://127.0.0.1:4000")).unwrap();
    let mut request = stop();
    request.set("Authorization", "Bearer token");
    let prepared = client.prepare(&request, Signature::Valid, now()).unwrap();
    let all: Vec<_> = prepared
        .headers
        .iter()
        .filter(|header| header.is("Authorization"))
        .collect();
    assert_eq!(all, [&Header::new("Authorization", "Bearer token")]);
}

#[test]
fn without_credentials_only_unsigned_requests_can_be_made() {
    let mut profile = profile("http://127.0.0.1:4000");
    profile.credentials = None;
    let client = Client::new(&profile).unwrap();
    for signature in [Signature::Valid, Signature::Unsigned] {
        let prepared = client.prepare(&stop(), signature, now()).unwrap();
        assert_eq!(prepared.header("Authorization"), None);
    }
    let failure = client
        .prepare(&stop(), Signature::WrongSecret, now())
        .unwrap_err();
    assert!(matches!(failure, Failure::NoCredentials { .. }));
    assert!(!failure.may_have_acted());
}

#[test]
fn a_profile_header_is_added_and_replaces_none() {
    let mut profile = profile("http://127.0.0.1:4000");
    let value = |text: &str| text.to_owned();
    profile.headers.insert(value("X-Gateway"), value("key"));
    profile.headers.insert(value("Accept"), value("text/html"));
    let client = Client::new(&profile).unwrap();
    let mut request = stop();
    request.set("X-Gateway", "the case's");
    let prepared = client.prepare(&request, Signature::Valid, now()).unwrap();
    assert_eq!(prepared.header("X-Gateway"), Some("the case's"));
    assert_eq!(prepared.header("Accept"), Some("text/html"));
}
