//! The verifier against AWS's own signer: each checks the other.

use std::time::{Duration, SystemTime};

use aws_credential_types::Credentials;
use aws_sigv4::http_request::{
    SignableBody, SignableRequest, SignatureLocation, SigningSettings, sign,
};
use aws_sigv4::sign::v4;
use fullstop::contract::{Operation, Status};
use fullstop::reference::{Auth, Moment, Mutant, Options};
use fullstop::wire::{Header, Request};

use super::{NOW, Scene, request, told};

const SECRET: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";

/// How a request is signed.
#[derive(Clone)]
pub(super) struct Signer {
    pub(super) key: &'static str,
    pub(super) secret: &'static str,
    pub(super) token: Option<&'static str>,
    pub(super) region: &'static str,
    pub(super) service: &'static str,
    pub(super) at: Moment,
    /// Some for a signature in the query that holds so many seconds.
    pub(super) query: Option<u64>,
}

impl Signer {
    pub(super) fn new() -> Self {
        Self {
            key: "AKIDEXAMPLE",
            secret: SECRET,
            token: None,
            region: "us-east-1",
            service: "cognito-idp",
            at: NOW,
            query: None,
        }
    }

    pub(super) fn sign(&self, request: &mut Request) {
        let token = self.token.map(str::to_owned);
        let identity = Credentials::new(self.key, self.secret, token, None, "test").into();
        let mut settings = SigningSettings::default();
        if let Some(seconds) = self.query {
            settings.signature_location = SignatureLocation::QueryParams;
            settings.expires_in = Some(Duration::from_secs(seconds));
        }
        let params = v4::SigningParams::builder()
            .identity(&identity)
            .region(self.region)
            .name(self.service)
            .time(SystemTime::UNIX_EPOCH + Duration::from_millis(self.at.as_ms()))
            .settings(settings)
            .build()
            .unwrap()
            .into();
        let url = format!("http://{}{}", request.header("host").unwrap(), request.path);
        let headers: Vec<(String, String)> = request
            .headers
            .iter()
            .map(|header| {
                (
                    header.name.to_string(),
                    String::from_utf8(header.value.clone()).unwrap(),
                )
            })
            .collect();
        let signable = SignableRequest::new(
            "POST",
            &*url,
            headers
                .iter()
                .map(|(name, value)| (name.as_str(), value.as_str())),
            SignableBody::Bytes(&request.body),
        );
        let (instructions, _) = sign(signable.unwrap(), &params).unwrap().into_parts();
        let mut signed = hyper::Request::post(&url).body(()).unwrap();
        instructions.apply_to_request_http1x(&mut signed);
        request.path = signed.uri().path_and_query().unwrap().to_string();
        for (name, value) in signed.headers() {
            request
                .headers
                .push(Header::new(name.as_str(), value.as_bytes()));
        }
    }
}

/// Signs a stop, changes it, and tells the error type, or nothing for a success.
fn outcome(options: Options, signer: &Signer, change: impl FnOnce(&mut Request)) -> String {
    let scene = Scene::new(options, Status::InProgress);
    let mut request = request(Operation::StopUserImportJob, &scene.body());
    signer.sign(&mut request);
    change(&mut request);
    let reply = scene.endpoint.handle(&request, NOW);
    let (status, name, _) = told(&reply);
    assert_eq!(status, if name.is_empty() { 200 } else { 400 });
    let job = scene
        .endpoint
        .job(&scene.ids.user_pool_id, &scene.ids.job_id, NOW)
        .unwrap();
    assert_eq!(
        job.status == Status::Stopped,
        name.is_empty(),
        "a refusal changes nothing"
    );
    name
}

fn required() -> Options {
    Options {
        auth: Auth::Required,
        ..Options::default()
    }
}

/// The same in the header and in the query.
#[track_caller]
fn check(make: impl Fn(&mut Signer), change: impl Fn(&mut Request), want: &str) {
    for query in [None, Some(900)] {
        let mut signer = Signer {
            query,
            ..Signer::new()
        };
        make(&mut signer);
        assert_eq!(
            outcome(required(), &signer, &change),
            want,
            "query: {query:?}"
        );
    }
}

fn as_it_is(_: &mut Request) {}

#[test]
fn a_signature_by_aws_is_accepted() {
    check(|_| {}, as_it_is, "");
}

#[test]
fn a_path_query_and_blanks_that_need_encoding_are_accepted() {
    let scene = Scene::new(required(), Status::InProgress);
    for query in [None, Some(900)] {
        let mut request = request(Operation::DescribeUserImportJob, &scene.body());
        request.path = "/?b=%20x&a=2&a=1&c&d=%C3%A9~*".to_owned();
        request.headers.push(Header::new("X-Amz-Meta", "a  b   c"));
        Signer {
            query,
            ..Signer::new()
        }
        .sign(&mut request);
        let (status, name, message) = told(&scene.endpoint.handle(&request, NOW));
        assert_eq!(status, 200, "{name}: {message}");
    }
}

#[test]
fn a_session_token_must_be_the_right_one() {
    let temporary = || {
        let mut options = required();
        options.credentials.session_token = Some("to/ken+==".to_owned());
        options
    };
    for query in [None, Some(900)] {
        let signer = |token| Signer {
            token,
            query,
            ..Signer::new()
        };
        assert_eq!(
            outcome(temporary(), &signer(Some("to/ken+==")), as_it_is),
            ""
        );
        for token in [None, Some("other")] {
            let name = outcome(temporary(), &signer(token), as_it_is);
            assert_eq!(name, "UnrecognizedClientException");
        }
        let name = outcome(required(), &signer(Some("to/ken+==")), as_it_is);
        assert_eq!(name, "UnrecognizedClientException");
    }
}

#[test]
fn what_was_changed_after_signing_is_noticed() {
    let invalid = "InvalidSignatureException";
    check(|_| {}, |request| request.body.push(b' '), invalid);
    check(
        |_| {},
        |request| request.set("host", "example.com"),
        invalid,
    );
    check(
        |_| {},
        |request| request.set("content-type", "application/x-amz-json-1.1; a=b"),
        invalid,
    );
    check(
        |_| {},
        |request| {
            request.path += if request.path.contains('?') {
                "&x=1"
            } else {
                "?x=1"
            }
        },
        invalid,
    );
    let flip = |text: &str| {
        let last = if text.ends_with('0') { "1" } else { "0" };
        format!("{}{last}", &text[..text.len() - 1])
    };
    let signer = Signer::new();
    let name = outcome(required(), &signer, |request| {
        let value = flip(request.header("authorization").unwrap());
        request.set("authorization", value);
    });
    assert_eq!(name, invalid);
    // An unsigned-payload marker does not switch the body off.
    let name = outcome(required(), &signer, |request| {
        request.set("x-amz-content-sha256", "UNSIGNED-PAYLOAD");
        request.body.push(b' ');
    });
    assert_eq!(name, invalid);
}

#[test]
fn keys_and_scopes_must_fit() {
    check(
        |signer| signer.secret = "wrong",
        as_it_is,
        "InvalidSignatureException",
    );
    check(
        |signer| signer.key = "AKIDOTHER",
        as_it_is,
        "UnrecognizedClientException",
    );
    check(
        |signer| signer.region = "eu-west-1",
        as_it_is,
        "InvalidSignatureException",
    );
    check(
        |signer| signer.service = "s3",
        as_it_is,
        "InvalidSignatureException",
    );
}

#[test]
fn clocks_may_be_a_quarter_of_an_hour_apart() {
    const QUARTER_MS: u64 = 900_000;
    // Signatures are made to the second.
    let second = Moment::from_ms(NOW.as_ms() / 1_000 * 1_000);
    let invalid = "InvalidSignatureException";
    check(
        |signer| signer.at = second.after_ms(QUARTER_MS),
        as_it_is,
        "",
    );
    check(
        |signer| signer.at = second.after_ms(QUARTER_MS + 1_000),
        as_it_is,
        invalid,
    );
    check(
        |signer| signer.at = second.before_ms(QUARTER_MS - 1_000),
        as_it_is,
        "",
    );
    check(
        |signer| signer.at = second.before_ms(QUARTER_MS),
        as_it_is,
        invalid,
    );

    let day = Signer {
        query: Some(86_400),
        at: NOW.before_ms(86_000_000),
        ..Signer::new()
    };
    assert_eq!(outcome(required(), &day, as_it_is), "");
}

#[test]
fn an_advance_of_the_endpoint_does_not_age_signatures() {
    let scene = Scene::new(required(), Status::InProgress);
    scene.endpoint.advance(86_400_000);
    let mut request = request(Operation::StopUserImportJob, &scene.body());
    Signer::new().sign(&mut request);
    assert_eq!(scene.endpoint.handle(&request, NOW).response.status, 200);
}

#[test]
fn signatures_that_are_missing_or_incomplete_are_told_apart() {
    let scene = Scene::new(required(), Status::InProgress);
    let told = |change: &dyn Fn(&mut Request)| {
        let mut request = request(Operation::StopUserImportJob, &scene.body());
        change(&mut request);
        let (status, name, message) = told(&scene.endpoint.handle(&request, NOW));
        assert_eq!(status, 400);
        (name, message)
    };
    let (name, message) = told(&|_| {});
    assert_eq!(name, "MissingAuthenticationTokenException");
    assert_eq!(message, "Missing Authentication Token");

    for value in [
        "",
        "X",
        "Bearer x",
        "AWS4-HMAC-SHA256",
        "AWS4-HMAC-SHA256 Credential=a/b/c/d/e, Signature=",
    ] {
        let (name, _) = told(&|request| request.set("authorization", value));
        assert_eq!(name, "IncompleteSignatureException", "{value}");
    }
    let (_, message) =
        told(&|request| request.set("authorization", "AWS4-HMAC-SHA256 Signature=a"));
    assert_eq!(
        message,
        "Authorization header requires 'Credential' parameter. Authorization header requires 'SignedHeaders' parameter. \
         Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. Authorization=AWS4-HMAC-SHA256 Signature=a"
    );
    let (name, _) = told(&|request| request.path = "/?X-Amz-Algorithm=AWS4-HMAC-SHA256".to_owned());
    assert_eq!(name, "IncompleteSignatureException");
    let (name, _) = told(&|request| {
        request.path = "/?X-Amz-Algorithm=AWS4-HMAC-SHA256".to_owned();
        request.set("authorization", "AWS4-HMAC-SHA256 Signature=a");
    });
    assert_eq!(name, "InvalidSignatureException");
}

#[test]
fn the_modes_ask_for_more_or_less() {
    let bad = Signer {
        secret: "wrong",
        ..Signer::new()
    };
    let mode = |auth| Options {
        auth,
        ..Options::default()
    };
    assert_eq!(
        outcome(mode(Auth::Optional), &bad, as_it_is),
        "InvalidSignatureException"
    );
    assert_eq!(outcome(mode(Auth::Off), &bad, as_it_is), "");
    for auth in [Auth::Optional, Auth::Off] {
        assert_eq!(
            Scene::new(mode(auth), Status::Pending)
                .stop()
                .response
                .status,
            200
        );
    }
    let unchecked = Options {
        mutant: Some(Mutant::SignatureUnchecked),
        ..required()
    };
    assert_eq!(outcome(unchecked, &bad, as_it_is), "");
}

#[test]
fn secrets_do_not_show_in_debug_output() {
    let mut options = Options::default();
    options.credentials.session_token = Some("hidden-token".to_owned());
    let scene = Scene::new(options, Status::InProgress);
    let text = format!("{:?} {:?}", scene.endpoint.options(), scene.endpoint);
    assert!(text.contains("AKIDEXAMPLE"));
    assert!(!text.contains(SECRET) && !text.contains("hidden-token"));
}
