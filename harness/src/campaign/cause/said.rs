//! What a mismatch says of an answer.

use std::collections::BTreeSet;

use crate::campaign::cause::{Cause, FOUND};
use crate::contract::{Status, is_known, spelled_alike};
use crate::oracle::Mismatch;

pub(crate) const INVALID_PARAMETER: &str = "InvalidParameterException";
pub(crate) const NOT_FOUND: &str = "ResourceNotFoundException";
pub(crate) const SERIALIZATION: &str = "SerializationException";
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

/// What there is where a date is told in milliseconds in place of seconds.
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

pub(crate) fn is_of_error(mismatch: &Mismatch) -> bool {
    matches!(
        mismatch.at.as_str(),
        "error type" | "status" | "body/__type"
    )
}

/// The status of a success that has not the one of a success.
pub(crate) fn other_success(mismatch: &Mismatch) -> Option<u16> {
    let got = mismatch.got.get(..3)?;
    let is_other = mismatch.at == "status" && got.starts_with('2') && got != "200";
    let is_other = is_other && mismatch.wanted.starts_with("200");
    is_other.then(|| got.parse().ok()).flatten()
}

pub(crate) fn is_refused(mismatch: &Mismatch) -> bool {
    let is_status = matches!(mismatch.at.as_str(), "status" | "error type");
    is_status && mismatch.wanted.starts_with("200") && !mismatch.got.starts_with('2')
}

pub(crate) fn is_of_words(mismatch: &Mismatch) -> bool {
    matches!(
        mismatch.at.as_str(),
        "message" | "body/message" | "body/Message"
    )
}

/// Whether there are no words, or something else in their place.
pub(crate) fn is_wordless(mismatch: &Mismatch) -> bool {
    let got = mismatch.got.as_str();
    is_of_words(mismatch) && (matches!(got, "none" | "nothing") || got.starts_with(['[', '{']))
}

/// The member of a job that a place is in, of one job or of the jobs of a list.
pub(crate) fn member(at: &str) -> Option<&str> {
    let (_, place) = at.split_once("body/UserImportJob")?;
    let place = match place.strip_prefix("s/") {
        Some(listed) => listed.split_once('/')?.1,
        None => place.strip_prefix('/')?,
    };
    place.split('/').next().filter(|name| !name.is_empty())
}

/// What is wrong where this member is: of two dates that are not in order, it may be either.
pub(crate) fn of_member(name: &str, mismatch: &Mismatch) -> BTreeSet<Cause> {
    let is_date = |name: &&str| name.ends_with("Date");
    let others = names(&mismatch.wanted).filter(is_date);
    let members = others.chain([name]);
    let mut causes: BTreeSet<_> = members.map(|name| Cause::Member(name.to_owned())).collect();
    causes.extend((is_date(&name) && is_in_another_unit(mismatch)).then_some(Cause::Unit));
    causes
}

/// A stopped job that is shown in this status may have been started again, if it is one that a job goes on from.
pub(crate) fn restarted(shown: &str) -> Option<Cause> {
    let status: Status = shown.parse().ok()?;
    let is_stopped = matches!(status, Status::Stopping | Status::Stopped);
    (!is_stopped && !status.is_finished()).then_some(Cause::Restarted)
}

fn is_in_another_unit(mismatch: &Mismatch) -> bool {
    let number = |text: &str| text.split(',').next()?.parse::<f64>().ok();
    let (Some(wanted), Some(got)) = (number(&mismatch.wanted), number(&mismatch.got)) else {
        return false;
    };
    let is_near = |ratio: f64| (ratio / UNITS - 1.0).abs() < 1e-6;
    is_near(got / wanted) || is_near(wanted / got)
}

/// The error types in what was wanted, which may have status codes, slashes and quotation marks round them.
pub(crate) fn names(text: &str) -> impl Iterator<Item = &str> {
    let words = text.split(|letter: char| !letter.is_ascii_alphanumeric());
    words.filter(|word| word.starts_with(|letter: char| letter.is_ascii_uppercase()))
}

pub(crate) fn first_name(text: &str) -> Option<&str> {
    names(text).next()
}
