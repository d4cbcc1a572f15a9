//! What makes two findings one fault: an endpoint that looks ids up unchecked breaks a dozen requirements in one way.

mod answer;
mod request;
mod rule;
mod said;

use std::collections::BTreeSet;

pub(crate) use answer::causes;
pub(crate) use rule::causes_of_rule;

/// What may be behind a finding.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Cause {
    /// Errors name no type, whatever was wrong.
    Untyped,
    /// Errors name their types in another spelling, whatever was wrong.
    Spelled,
    /// Errors of this type, which is none of the service's.
    Foreign(String),
    /// Errors say that they are successes.
    ErrorAsSuccess,
    /// Errors of this type have this status.
    Status(String, u16),
    /// The words of errors of this type are others.
    Words(String),
    /// Errors have no words, or none that are a text.
    NoWords,
    /// Successes show no job.
    Jobless,
    /// Successes have this status.
    Success(u16),
    /// This member of a shown job is wrong.
    Member(String),
    /// Dates are told in another unit.
    Unit,
    /// No answer has this header.
    NoHeader(String),
    /// A request without any fault is refused, and so are all that should be granted. A refusal proves nothing then.
    Refused,
    /// This part of a request is refused where it may be so.
    RefusedPart(String),
    /// A stop is carried out that should not be.
    CarriedOut,
    /// A stop is carried out on another job.
    OtherStopped,
    /// A granted stop is not carried out, or not for long.
    NotStopped,
    /// A stopped job is started again.
    Restarted,
    /// A job is taken away.
    Gone,
    /// Signatures are let through, whatever is wrong with them.
    Unsigned,
    /// The constraints of this part of a request are checked in another way.
    Constraint(String),
    /// An id that names nothing is answered with this.
    LookUp(Named, String),
    /// What is wrong with this part of a request is answered with this in place of that.
    Instead(String, String, String),
    /// This sentence is broken, and nothing is known behind it.
    Sentence(String),
}

/// What an id of a request names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Named {
    Pool,
    Job,
}

/// What was found of what should not be there.
const FOUND: &str = "found";

/// Whether two faults are one, for all that may be behind each of them.
pub(crate) fn have_one(one: &BTreeSet<Cause>, other: &BTreeSet<Cause>) -> bool {
    // Of two requests that are refused, each may be so for a reason of its own.
    let shared = one.intersection(other);
    let is_shared = shared.into_iter().any(|cause| *cause != Cause::Refused);
    let is_behind = |one: &BTreeSet<_>, other| !one.is_empty() && one.is_subset(other);
    is_shared || is_behind(one, other) || is_behind(other, one)
}

/// What may be behind a fault that was told in two ways.
pub(crate) fn of_both_told(one: BTreeSet<Cause>, other: &BTreeSet<Cause>) -> BTreeSet<Cause> {
    let are_members = |causes: &BTreeSet<Cause>| {
        let mut causes = causes.iter();
        causes.all(|cause| matches!(cause, Cause::Member(_)))
    };
    // Members are wrong together. Of everything else, one alone is behind the fault.
    if are_members(&one) && are_members(other) {
        return &one | other;
    }
    let shared = &one & other;
    if shared.is_empty() { one } else { shared }
}
