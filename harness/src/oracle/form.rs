//! Whether a request is one that the protocol promises to answer.

use crate::case::Signature;
use crate::contract::{CONTENT_TYPE, Operation, TARGET_PREFIX};
use crate::oracle::known::Sent;

/// How a request stands to the protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// As recorded requests are.
    Usual,
    /// Within the protocol, but with something that no recorded request of this service has.
    Unusual,
    /// Outside, and why.
    Outside(&'static str),
}

/// The headers that clients of the service send.
const USUAL: [&str; 14] = [
    "accept",
    "accept-encoding",
    "amz-sdk-invocation-id",
    "amz-sdk-request",
    "authorization",
    "connection",
    "content-length",
    "content-type",
    "host",
    "user-agent",
    "x-amz-content-sha256",
    "x-amz-date",
    "x-amz-security-token",
    "x-amz-target",
];

/// Headers that change what the body is.
const OF_BODY: [&str; 3] = ["content-encoding", "expect", "transfer-encoding"];

/// Headers whose first and last may be read by different readers. The two that every request has come first.
const SINGLE: [&str; 6] = [
    "content-type",
    "x-amz-target",
    "authorization",
    "content-length",
    "host",
    "x-amz-date",
];

/// Reads the request line and the headers.
///
/// What the service makes of other methods, paths, content types and targets is not established for this service.
pub(crate) fn form(sent: Sent<'_>) -> Form {
    let request = sent.request;
    if request.method != "POST" || request.path != "/" {
        return Form::Outside("what another method or path gets is not established");
    }
    let mut single: [Option<&[u8]>; SINGLE.len()] = [None; SINGLE.len()];
    let mut is_usual = true;
    for header in &request.headers {
        let place = SINGLE.iter().position(|name| header.is(name));
        let earlier = place.and_then(|place| single[place].replace(&header.value));
        if earlier.is_some() || OF_BODY.iter().any(|name| header.is(name)) {
            return Form::Outside(
                "what an encoded body or a header sent twice gets is not established",
            );
        }
        is_usual &= place.is_some() || USUAL.iter().any(|name| header.is(name));
    }
    let [content_type, target, authorization, content_length, ..] = single;
    if !is_this_operation(target.unwrap_or_default()) {
        return Form::Outside("the request is not for this operation");
    }
    if content_length.is_some_and(|length| length != request.body.len().to_string().as_bytes()) {
        return Form::Outside("the content length is not that of the body");
    }
    if sent.signature == Signature::Unsigned && authorization.is_some() {
        return Form::Outside("the request is authorised in a way that is not known");
    }
    match media_type(content_type.unwrap_or_default()) {
        Form::Usual if !is_usual => Form::Unusual,
        form => form,
    }
}

fn is_this_operation(target: &[u8]) -> bool {
    let rest = target.strip_prefix(TARGET_PREFIX.as_bytes());
    let operation = rest.and_then(|rest| rest.strip_prefix(b"."));
    operation == Some(Operation::StopUserImportJob.name().as_bytes())
}

fn media_type(value: &[u8]) -> Form {
    let rest = value.strip_prefix(CONTENT_TYPE.as_bytes());
    let Some(rest) = rest.and_then(|rest| std::str::from_utf8(rest).ok()) else {
        return Form::Outside("what another content type gets is not established");
    };
    match rest {
        // Smithy protocol tests, AwsJson11MustSupportParametersInContentType.
        "" | "; charset=utf-8" => Form::Usual,
        _ if rest.trim_start().starts_with(';') => Form::Unusual,
        _ => Form::Outside("what another content type gets is not established"),
    }
}
