//! The front of the endpoint: what a request must be before an operation sees it.

mod misread;

use std::borrow::Cow;
use std::str::FromStr;

use serde_json::{Map, Value};

use crate::contract::{CONTENT_TYPE, Operation, TARGET_PREFIX};
use crate::reference::Mutant;
use crate::reference::failure::Failure;
use crate::reference::options::Options;
use crate::wire::Request;

/// The largest body of an API request. The service's own bound is not known; no request of these operations comes near.
pub(crate) const BODY_SIZE_MAX: usize = 1_024 * 1_024;

/// A host name of DNS has 253 characters at most, and a port five more.
const HOST_SIZE_MAX: usize = 260;

/// Where a host is asked for and there is none to repeat.
pub(crate) const HOST_DEFAULT: &str = "localhost";

/// The members of a request that is well-formed and names an operation.
///
/// The order is that of Kinesis (kinesalite): method, body, content type, JSON, target. Not established for this service.
///
/// `is_stop`: whether it is meant to be a stop, as [`is_stop`] says.
pub(crate) fn read(
    request: &Request,
    is_stop: bool,
    options: &Options,
) -> Result<(Operation, Map<String, Value>), Failure> {
    let method = misread::method(request, is_stop, options);
    let path = request.path.split('?').next().unwrap_or_default();
    if method != "POST" || path != "/" {
        return Err(Failure::unroutable());
    }
    if request.body.len() > BODY_SIZE_MAX {
        return Err(Failure::too_large());
    }
    if !is_media_type(request, is_stop, options) {
        return Err(Failure::media_type());
    }
    if is_stop && misread::has_strange_header(request, options) {
        return Err(Failure::malformed(None));
    }
    let body = if is_stop {
        misread::body(&request.body, options)
    } else {
        Cow::Borrowed(&*request.body)
    };
    let members = members(&body, options)?;
    let operation = target(request, options).ok_or_else(Failure::target)?;
    Ok((operation, members))
}

/// Whether a request is meant to be a stop, or might be: mutants touch no others.
pub(crate) fn is_stop(request: &Request) -> bool {
    let name = request
        .header("x-amz-target")
        .and_then(|target| target.split_once('.'));
    let operation = name.and_then(|(_, name)| Operation::from_str(name).ok());
    operation.is_none_or(|operation| operation == Operation::StopUserImportJob)
}

/// The host by which the client reached the endpoint, if it is fit to be repeated.
pub(crate) fn host(request: &Request) -> &str {
    let is_fit = |host: &&str| {
        let is_plain = |byte: u8| {
            byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b':' | b'[' | b']')
        };
        !host.is_empty() && host.len() <= HOST_SIZE_MAX && host.bytes().all(is_plain)
    };
    request
        .header("host")
        .filter(is_fit)
        .unwrap_or(HOST_DEFAULT)
}

/// Parameters such as a charset are accepted: Smithy protocol tests, AwsJson11MustSupportParametersInContentType.
fn is_media_type(request: &Request, is_stop: bool, options: &Options) -> bool {
    let value = request.header("content-type").unwrap_or_default();
    let (mut essence, parameters) = value.split_once(';').unwrap_or((value, ""));
    if is_stop {
        let parameter = parameters.trim().to_ascii_lowercase();
        match options.mutant() {
            Some(Mutant::ContentTypeParametersRefused) => essence = value,
            Some(Mutant::ContentTypeBlanksRefused) if essence.ends_with(' ') => return false,
            Some(Mutant::ContentTypeCharsetOnly)
                if !parameter.is_empty() && !parameter.starts_with("charset") =>
            {
                return false;
            }
            _ => {}
        }
    }
    essence.trim().eq_ignore_ascii_case(CONTENT_TYPE)
}

/// The body as an object.
///
/// Not established: which of two equal names counts; here the last does. Recorded for Athena: whatever is not JSON, an
/// empty body and a null are refused without a message, a list with one. Recorded for this service: "Expected map or
/// null", though not for what.
fn members(body: &[u8], options: &Options) -> Result<Map<String, Value>, Failure> {
    // The parser stops at 128 levels, so a hostile body cannot exhaust the stack.
    let parsed =
        serde_json::from_slice(body).or_else(|error| misread::repaired(body, options).ok_or(error));
    let parsed = parsed.map(|value| misread::unwrapped(value, options));
    match parsed {
        Err(_) if body.is_empty() => Err(Failure::empty_body()),
        Ok(Value::Object(members)) => Ok(members),
        Ok(Value::Array(_)) => {
            let message = "Start of list found where not expected";
            Err(Failure::malformed(Some(message)))
        }
        Err(_) | Ok(Value::Null) => Err(Failure::malformed(None)),
        Ok(_) => Err(Failure::malformed(Some("Expected map or null"))),
    }
}

/// The operation that the target names: prefix, full stop and name, in their case. Recorded for Athena.
fn target(request: &Request, options: &Options) -> Option<Operation> {
    let stop = Operation::StopUserImportJob;
    let Some(target) = request.header("x-amz-target") else {
        return options.is(Mutant::TargetOptional).then_some(stop);
    };
    let (prefix, name) = target.split_once('.')?;
    match options.mutant() {
        Some(Mutant::TargetBeginningSuffices) if target.starts_with(&stop.target()) => {
            return Some(stop);
        }
        Some(Mutant::TargetPrefixIgnored) if name == stop.name() => return Some(stop),
        Some(Mutant::TargetCaseIgnored)
            if name.eq_ignore_ascii_case(stop.name())
                && prefix.eq_ignore_ascii_case(TARGET_PREFIX) =>
        {
            return Some(stop);
        }
        _ => {}
    }
    (prefix == TARGET_PREFIX)
        .then(|| Operation::from_str(name).ok())
        .flatten()
}
