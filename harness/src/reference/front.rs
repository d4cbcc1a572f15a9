//! The front of the endpoint: what a request must be before an operation sees it.

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
const HOST_DEFAULT: &str = "localhost";

/// The members of a request that is well-formed and names an operation.
///
/// The order is that of Kinesis (kinesalite): method, body, content type, JSON, target. Not established for this service.
pub(crate) fn read(
    request: &Request,
    options: &Options,
) -> Result<(Operation, Map<String, Value>), Failure> {
    let path = request.path.split('?').next().unwrap_or_default();
    if request.method != "POST" || path != "/" {
        return Err(Failure::unroutable());
    }
    if request.body.len() > BODY_SIZE_MAX {
        return Err(Failure::too_large());
    }
    if !is_media_type(request, options) {
        return Err(Failure::media_type());
    }
    let members = members(&request.body, options)?;
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
fn is_media_type(request: &Request, options: &Options) -> bool {
    let value = request.header("content-type").unwrap_or_default();
    let essence = if options.is(Mutant::ContentTypeParametersRefused) && is_stop(request) {
        value
    } else {
        value.split(';').next().unwrap_or_default()
    };
    essence.trim().eq_ignore_ascii_case(CONTENT_TYPE)
}

/// The body as an object.
///
/// Not established: which of two equal names counts; here the last does. Recorded for Athena: whatever is not JSON, an
/// empty body and a null are refused without a message, a list with one. Recorded for this service: "Expected map or
/// null", though not for what.
fn members(body: &[u8], options: &Options) -> Result<Map<String, Value>, Failure> {
    // The parser stops at 128 levels, so a hostile body cannot exhaust the stack.
    let parsed = serde_json::from_slice(body).or_else(|error| repaired(body, options).ok_or(error));
    match parsed {
        Ok(Value::Object(members)) => Ok(members),
        Ok(Value::Array(_)) => {
            let message = "Start of list found where not expected";
            Err(Failure::malformed(Some(message)))
        }
        Err(_) | Ok(Value::Null) => Err(Failure::malformed(None)),
        Ok(_) => Err(Failure::malformed(Some("Expected map or null"))),
    }
}

/// What a mutant reads where there is no JSON.
fn repaired(body: &[u8], options: &Options) -> Option<Value> {
    if options.is(Mutant::TrailingBytesIgnored) {
        return serde_json::Deserializer::from_slice(body)
            .into_iter()
            .next()?
            .ok();
    }
    if options.is(Mutant::TrailingCommaAccepted) {
        let text = std::str::from_utf8(body).ok()?.trim_end();
        let text = text.strip_suffix('}')?.trim_end().strip_suffix(',')?;
        return serde_json::from_str(&format!("{text}}}")).ok();
    }
    None
}

/// The operation that the target names: prefix, full stop and name, in their case. Recorded for Athena.
fn target(request: &Request, options: &Options) -> Option<Operation> {
    let (prefix, name) = request.header("x-amz-target")?.split_once('.')?;
    let stop = Operation::StopUserImportJob;
    match options.mutant {
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
