//! Readings of single violations.

use std::collections::BTreeSet;

use crate::contract::{Status, is_known, spelled_alike};
use crate::fault::cause::{Cause, FOUND};
use crate::oracle::{Actual, Expected, Facet, Violation};

pub(crate) const INVALID_PARAMETER: &str = "InvalidParameterException";
pub(crate) const NOT_FOUND: &str = "ResourceNotFoundException";
pub(crate) const SERIALIZATION: &str = "SerializationException";
const ERROR_TYPE_HEADER: &str = "x-amzn-errortype";
const PRECONDITION: &str = "PreconditionNotMetException";

/// The errors of those who look at signatures.
const OF_SIGNATURES: [&str; 6] = [
    "IncompleteSignature",
    "IncompleteSignatureException",
    "InvalidSignatureException",
    "MissingAuthenticationTokenException",
    "RequestExpired",
    "UnrecognizedClientException",
];

/// The ratio of a date in milliseconds to one in seconds.
const UNITS: f64 = 1000.0;

pub(crate) fn is_of_signatures(name: &str) -> bool {
    OF_SIGNATURES.contains(&name)
}

/// The error that a name means.
pub(crate) fn meant(name: &str) -> &str {
    match is_known(name) {
        true => name,
        false => spelled_alike(name).next().unwrap_or(name),
    }
}

/// An answer that only what was found can get, or the error.
pub(crate) fn found_or(name: &str) -> String {
    let is_found = name == PRECONDITION;
    if is_found { FOUND } else { name }.to_owned()
}

pub(crate) fn is_of_error(violation: &Violation) -> bool {
    match &violation.facet {
        Facet::ErrorType | Facet::Status => true,
        Facet::Body(pointer) => pointer == "/__type",
        Facet::Header(name) => name == ERROR_TYPE_HEADER,
        _ => false,
    }
}

/// True of the words of an error, wherever they are told.
pub(crate) fn is_of_words(violation: &Violation) -> bool {
    match &violation.facet {
        Facet::Header(name) => name == "x-amzn-errormessage",
        facet => facet.is_message(),
    }
}

/// The status of a success that has not the one of a success.
pub(crate) fn other_success(violation: &Violation) -> Option<u16> {
    let is_wanted = violation.facet == Facet::Status && violation.expected.is_success();
    let status = violation.actual.http_status().filter(|_| is_wanted)?;
    ((201..300).contains(&status)).then_some(status)
}

pub(crate) fn is_refused(violation: &Violation) -> bool {
    let is_of_answer = matches!(violation.facet, Facet::Status | Facet::ErrorType);
    let is_granted = |status: u16| (200..300).contains(&status);
    let is_success = violation.actual.http_status().is_some_and(is_granted);
    is_of_answer && violation.expected.is_success() && !is_success
}

/// True where an error has no words, or something else in their place.
pub(crate) fn is_wordless(violation: &Violation) -> bool {
    let is_no_text = matches!(violation.actual, Actual::Missing | Actual::Nested(_));
    violation.facet.is_message() && is_no_text
}

/// The causes of a wrong member: of two dates that are not in order, it may be either.
pub(crate) fn of_member(name: &str, violation: &Violation) -> BTreeSet<Cause> {
    let is_date = |name: &&str| name.ends_with("Date");
    let other = match &violation.expected {
        Expected::NotBefore { member, .. } => Some(*member),
        Expected::NotAbove(pointer) => pointer.rsplit('/').next(),
        _ => None,
    };
    let members = other.filter(is_date).into_iter().chain([name]);
    let mut causes: BTreeSet<_> = members.map(|name| Cause::Member(name.to_owned())).collect();
    causes.extend((is_date(&name) && is_in_another_unit(violation)).then_some(Cause::Unit));
    causes
}

/// A stopped job that is shown in this status may have been started again, if it is one that a job goes on from.
pub(crate) fn restarted(shown: &Actual) -> Option<Cause> {
    let Actual::JobStatus(status) = *shown else {
        return None;
    };
    let is_stopped = matches!(status, Status::Stopping | Status::Stopped);
    (!is_stopped && !status.is_finished()).then_some(Cause::Restarted)
}

fn is_in_another_unit(violation: &Violation) -> bool {
    let expected = match &violation.expected {
        Expected::Unchanged(value) => value.as_f64(),
        _ => None,
    };
    let (Some(expected), Some(actual)) = (expected, violation.actual.number()) else {
        return false;
    };
    let is_near = |ratio: f64| (ratio / UNITS - 1.0).abs() < 1e-6;
    is_near(actual / expected) || is_near(expected / actual)
}
