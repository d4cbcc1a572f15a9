//! Whether a request is one that the protocol promises to answer.

use crate::case::Signature;
use crate::contract::{CONTENT_TYPE, Operation, TARGET_PREFIX};
use crate::oracle::known::Sent;
use crate::wire::Header;

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

/// Headers whose first and last may be read by different readers.
const SINGLE: [&str; 6] = [
    "authorization",
    "content-length",
    "content-type",
    "host",
    "x-amz-date",
    "x-amz-target",
];

/// Reads the request line and the headers.
///
/// What the service makes of other methods, paths, content types and targets is not established for this service.
pub(crate) fn form(sent: Sent<'_>) -> Form {
    let request = sent.request;
    if request.method != "POST" || request.path != "/" {
        return Form::Outside("what another method or path gets is not established");
    }
    let target = request.header("x-amz-target").unwrap_or_default();
    let operation = target.strip_prefix(TARGET_PREFIX);
    let operation = operation.and_then(|rest| rest.strip_prefix('.'));
    if operation != Some(Operation::StopUserImportJob.name()) {
        return Form::Outside("the request is not for this operation");
    }
    let mut seen = [0_usize; SINGLE.len()];
    let mut is_usual = true;
    for header in &request.headers {
        let place = SINGLE.iter().position(|name| header.is(name));
        if let Some(place) = place {
            seen[place] += 1;
        }
        if place.is_some_and(|place| seen[place] > 1) || OF_BODY.iter().any(|name| header.is(name))
        {
            return Form::Outside(
                "what an encoded body or a header sent twice gets is not established",
            );
        }
        is_usual &= place.is_some() || USUAL.iter().any(|name| header.is(name));
    }
    let size = request.body.len().to_string();
    let is_other = |header: &Header| header.is("content-length") && header.value != size.as_bytes();
    if request.headers.iter().any(is_other) {
        return Form::Outside("the content length is not that of the body");
    }
    let is_authorised = |header: &Header| header.is("authorization");
    if sent.signature == Signature::Unsigned && request.headers.iter().any(is_authorised) {
        return Form::Outside("the request is authorised in a way that is not known");
    }
    match media_type(request.header("content-type").unwrap_or_default()) {
        Form::Usual if !is_usual => Form::Unusual,
        form => form,
    }
}

fn media_type(value: &str) -> Form {
    let Some(rest) = value.strip_prefix(CONTENT_TYPE) else {
        return Form::Outside("what another content type gets is not established");
    };
    match rest {
        // Smithy protocol tests, AwsJson11MustSupportParametersInContentType.
        "" | "; charset=utf-8" => Form::Usual,
        _ if rest.trim_start().starts_with(';') => Form::Unusual,
        _ => Form::Outside("what another content type gets is not established"),
    }
}
