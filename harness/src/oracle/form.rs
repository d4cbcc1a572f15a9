//! Whether a request is one that the protocol promises to answer.

use crate::case::Signature;
use crate::contract::{CONTENT_TYPE, Operation};
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
    let count = |name: &str| {
        request
            .headers
            .iter()
            .filter(|header| header.is(name))
            .count()
    };
    if request.method != "POST" || request.path != "/" {
        return Form::Outside("what another method or path gets is not established");
    }
    if request.header("x-amz-target") != Some(Operation::StopUserImportJob.target().as_str()) {
        return Form::Outside("the request is not for this operation");
    }
    if OF_BODY.into_iter().any(|name| count(name) > 0)
        || SINGLE.into_iter().any(|name| count(name) > 1)
    {
        return Form::Outside(
            "what an encoded body or a header sent twice gets is not established",
        );
    }
    let size = request.body.len().to_string();
    if count("content-length") > 0 && request.header("content-length") != Some(size.as_str()) {
        return Form::Outside("the content length is not that of the body");
    }
    if sent.signature == Signature::Unsigned && count("authorization") > 0 {
        return Form::Outside("the request is authorised in a way that is not known");
    }
    let is_usual = |name: &str| USUAL.iter().any(|usual| usual.eq_ignore_ascii_case(name));
    let has_others = !request.headers.iter().all(|header| is_usual(&header.name));
    match media_type(request.header("content-type").unwrap_or_default()) {
        Form::Usual if has_others => Form::Unusual,
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
