//! The type and the message of an error, wherever they stand.

use fullstop::wire::{Envelope, Header, Response, sanitise};

#[track_caller]
fn check(raw: &str, want: &str) {
    assert_eq!(sanitise(raw), want);
}

#[test]
fn error_types_lose_their_namespace_and_uri() {
    check("FooError", "FooError");
    check(
        "FooError:http://internal.amazon.com/coral/com.amazon.coral.validate/",
        "FooError",
    );
    check("com.amazonaws.cognitoidentityprovider#FooError", "FooError");
    check(
        "aws.protocoltests.json#FooError:http://internal.amazon.com/#x",
        "FooError",
    );
    check("NotAuthorizedException:", "NotAuthorizedException");
    check("", "");
}

#[test]
fn the_header_speaks_before_the_body_and_either_message_key_counts() {
    let mut response = Response::new(400, r#"{"__type":"a#Body","Message":"no"}"#);
    assert_eq!(Envelope::read(&response).error_type(), Some("Body"));
    response
        .headers
        .push(Header::new("x-amzn-ErrorType", "Head:"));
    let envelope = Envelope::read(&response);
    assert_eq!(envelope.error_type(), Some("Head"));
    assert_eq!(envelope.type_in_body.as_deref(), Some("Body"));
    assert_eq!(envelope.message.as_deref(), Some("no"));
}

/// RFC 8259, section 8.2: right by the grammar, and of no meaning that readers agree on.
#[test]
fn half_a_surrogate_pair_in_an_escape_is_json() {
    let message = |body: &str| Envelope::read(&Response::new(400, body)).message;
    for (body, wanted) in [
        (r#"{"message":"a\ud800b"}"#, "a\u{fffd}b"),
        (r#"{"message":"\udc00"}"#, "\u{fffd}"),
        (r#"{"message":"\ud800\ud83d\ude00"}"#, "\u{fffd}\u{1f600}"),
        (r#"{"message":"\\ud800"}"#, r"\ud800"),
        (r#"{"message":"\ud8"}"#, ""),
    ] {
        assert_eq!(message(body).unwrap_or_default(), wanted, "{body}");
    }
}

#[test]
fn a_body_nested_without_end_is_no_json() {
    let response = Response::new(200, "[".repeat(1 << 20));
    assert!(Envelope::read(&response).json.is_err());
}
