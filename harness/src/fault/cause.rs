//! Causes of faults: their keys, how firmly each is preferred, and the harm that they do.

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::nearest::did_you_mean;
use crate::oracle::{Facet, Violation};

/// A possible cause of a failure.
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
    /// Every request is granted.
    NothingRefused,
    /// Successes show no job.
    Jobless,
    /// Successes have this status.
    Success(u16),
    /// This member of a shown job is wrong.
    Member(String),
    /// The counters of a shown job are wrong.
    Counters,
    /// Dates are told in another unit.
    Unit,
    /// Dates are of another type.
    DateType,
    /// No answer has this header.
    NoHeader(String),
    /// This header has another value.
    Header(String),
    /// Errors of several types have this status.
    Statuses(u16),
    /// Any fault in this part of a request gets this response.
    Answered(String, String),
    /// One kind of fault in this part of a request is not refused.
    Unrefused(String, Aspect),
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
    /// A fault in this part of a request gets this response in place of that.
    Instead(String, String, String),
    /// The requirement or the rule of this id is broken, and nothing is known behind it.
    Rule(String),
}

/// The first parts of all keys. Ledgers hold keys, so that none is renamed.
const FAMILIES: [&str; 28] = [
    "answered",
    "counters",
    "dates-in-another-unit",
    "dates-of-another-type",
    "error-status",
    "error-type-unknown",
    "error-types-spelled",
    "errors-as-success",
    "errors-untyped",
    "header",
    "header-missing",
    "job-disappears",
    "job-missing",
    "member",
    "message",
    "messages-missing",
    "missing-job",
    "missing-pool",
    "nothing-refused",
    "other-job-stopped",
    "refused-stop-stops",
    "rule",
    "signatures-unchecked",
    "stop-without-effect",
    "stopped-job-restarts",
    "success-status",
    "unchecked",
    "valid-refused",
];

/// The members of a job that count its users.
const COUNTERS: [&str; 3] = ["FailedUsers", "ImportedUsers", "SkippedUsers"];

/// Rules that state the same as a requirement of the suite does.
const STATED_TWICE: [(&str, &str); 9] = [
    ("ended-is-final", "state/finished-stays-finished"),
    ("garbage-signature-refused", "auth/garbage"),
    ("incomplete-signature-refused", "auth/incomplete"),
    ("no-restart", "state/no-restart"),
    ("other-pool-refused", "sequences/through-another-pool"),
    ("tampered-refused", "auth/tampered"),
    ("unsigned-refused", "auth/unsigned"),
    ("wrong-secret-refused", "auth/wrong-secret"),
    ("wrong-type-refused", "members/wrong-type"),
];

/// Rules and the requirement of the suite that states the same.
pub fn stated_twice() -> &'static [(&'static str, &'static str)] {
    &STATED_TWICE
}

/// True of a text that may be the key of a fault.
pub fn is_key(text: &str) -> bool {
    FAMILIES.contains(&family(text))
}

/// A hint for a text that is no key.
pub(crate) fn nearest_key(text: &str) -> String {
    let all = FAMILIES.iter().copied();
    did_you_mean(family(text), all, "`fullstop run --json`")
}

fn family(key: &str) -> &str {
    key.split('/').next().unwrap_or_default()
}

/// A kind of wrong value of a member.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Aspect {
    Missing,
    Type,
    Empty,
    Length,
    Pattern,
}

/// The harm that a fault does to users, the worst first.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Harm {
    /// The state of a job is corrupted or lost.
    State,
    /// Something is accepted that AWS refuses, or the other way round, or not answered.
    Acceptance,
    /// A refusal is another error.
    Error,
    /// A response has another form.
    Shape,
    /// A message has other words.
    Wording,
}

impl Cause {
    /// Its name in results, which is the same in every run.
    pub(crate) fn key(&self) -> String {
        let named = |name: &str, of: &[&str]| {
            let parts = of.iter().map(|part| part.replace(' ', "-"));
            let parts: Vec<_> = std::iter::once(name.to_owned()).chain(parts).collect();
            parts.join("/")
        };
        match self {
            Self::Untyped => named("errors-untyped", &[]),
            Self::Spelled => named("error-types-spelled", &[]),
            Self::Foreign(name) => named("error-type-unknown", &[name]),
            Self::ErrorAsSuccess => named("errors-as-success", &[]),
            Self::Status(name, status) => named("error-status", &[name, &status.to_string()]),
            Self::Statuses(status) => named("error-status", &[&status.to_string()]),
            Self::Words(name) => named("message", &[name]),
            Self::NoWords => named("messages-missing", &[]),
            Self::NothingRefused => named("nothing-refused", &[]),
            Self::Jobless => named("job-missing", &[]),
            Self::Success(status) => named("success-status", &[&status.to_string()]),
            Self::Member(name) => named("member", &[name]),
            Self::Counters => named("counters", &[]),
            Self::Unit => named("dates-in-another-unit", &[]),
            Self::DateType => named("dates-of-another-type", &[]),
            Self::NoHeader(name) => named("header-missing", &[name]),
            Self::Header(name) => named("header", &[name]),
            Self::Refused => named("valid-refused", &[]),
            Self::RefusedPart(part) => named("valid-refused", &[part]),
            Self::CarriedOut => named("refused-stop-stops", &[]),
            Self::OtherStopped => named("other-job-stopped", &[]),
            Self::NotStopped => named("stop-without-effect", &[]),
            Self::Restarted => named("stopped-job-restarts", &[]),
            Self::Gone => named("job-disappears", &[]),
            Self::Unsigned => named("signatures-unchecked", &[]),
            Self::Constraint(part) => named("unchecked", &[part]),
            Self::Unrefused(part, aspect) => {
                named("unchecked", &[part, &format!("{aspect:?}").to_lowercase()])
            }
            Self::LookUp(Named::Pool, got) => named("missing-pool", &[got]),
            Self::LookUp(Named::Job, got) => named("missing-job", &[got]),
            Self::Instead(part, got, wanted) => named("answered", &[part, got, "for", wanted]),
            Self::Answered(part, got) => named("answered", &[part, got]),
            Self::Rule(id) => named("rule", &[id]),
        }
    }

    /// Its place among causes that explain as much: the lowest is told.
    pub(crate) fn rank(&self) -> u8 {
        match self {
            Self::Untyped | Self::Spelled | Self::ErrorAsSuccess | Self::NothingRefused => 0,
            Self::Jobless | Self::Success(_) | Self::Unit | Self::DateType => 1,
            Self::NoHeader(_) | Self::Header(_) | Self::Foreign(_) | Self::Unsigned => 2,
            Self::Gone | Self::OtherStopped => 3,
            Self::Restarted => 4,
            Self::NotStopped => 5,
            Self::Status(..) => 6,
            Self::Statuses(_) => 7,
            Self::Constraint(_) | Self::Unrefused(..) => 8,
            Self::LookUp(..) => 9,
            Self::Instead(..) => 10,
            Self::Answered(..) => 11,
            Self::RefusedPart(_) => 12,
            Self::Member(_) => 13,
            Self::Counters => 14,
            Self::CarriedOut => 15,
            Self::NoWords => 16,
            Self::Words(_) => 17,
            Self::Refused => 18,
            Self::Rule(_) => 19,
        }
    }

    /// True of the form of errors, whatever they are about.
    pub(crate) fn is_of_form(&self) -> bool {
        matches!(self, Self::Untyped | Self::Spelled | Self::ErrorAsSuccess)
    }

    /// True of the words of errors.
    pub(crate) fn is_of_words(&self) -> bool {
        matches!(
            self,
            Self::Words(_) | Self::NoWords | Self::Rule(_) | Self::Header(_)
        )
    }

    /// The cause that would explain it along with others of its kind.
    pub(crate) fn wider(&self) -> Option<Self> {
        match self {
            Self::Status(_, status) => Some(Self::Statuses(*status)),
            Self::Member(name) if COUNTERS.contains(&name.as_str()) => Some(Self::Counters),
            Self::Instead(part, got, _) => Some(Self::Answered(part.clone(), got.clone())),
            _ => None,
        }
    }

    /// The harm that it does to users, where it shows in these violations.
    pub(crate) fn harm(&self, violations: &[Violation]) -> Harm {
        match self {
            Self::CarriedOut
            | Self::OtherStopped
            | Self::NotStopped
            | Self::Restarted
            | Self::Gone => Harm::State,
            Self::NothingRefused
            | Self::Refused
            | Self::RefusedPart(_)
            | Self::Unsigned
            | Self::Constraint(_)
            | Self::Unrefused(..) => Harm::Acceptance,
            Self::LookUp(_, got) | Self::Instead(_, got, _) | Self::Answered(_, got)
                if got == FOUND =>
            {
                Harm::Acceptance
            }
            Self::Untyped
            | Self::Spelled
            | Self::Foreign(_)
            | Self::ErrorAsSuccess
            | Self::Status(..)
            | Self::Statuses(_)
            | Self::LookUp(..)
            | Self::Instead(..)
            | Self::Answered(..) => Harm::Error,
            Self::Jobless
            | Self::Success(_)
            | Self::Unit
            | Self::DateType
            | Self::NoHeader(_)
            | Self::Header(_) => Harm::Shape,
            Self::Words(_) | Self::NoWords => Harm::Wording,
            Self::Rule(_) | Self::Member(_) | Self::Counters => harm_of(violations),
        }
    }

    /// A broken requirement or rule of which no cause is known: under one id where a rule states what a requirement does.
    pub(crate) fn rule(id: &str) -> Self {
        let twice = STATED_TWICE.iter().find(|(rule, _)| *rule == id);
        Self::Rule(twice.map_or(id, |(_, requirement)| requirement).to_owned())
    }
}

/// The thing that an id of a request names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Named {
    Pool,
    Job,
}

/// The response to a request that was carried out although its target should not be there.
pub(crate) const FOUND: &str = "found";

/// True of two faults that may have one cause.
pub(crate) fn have_one(one: &BTreeSet<Cause>, other: &BTreeSet<Cause>) -> bool {
    // Of two requests that are refused, each may be so for a reason of its own.
    let shared = one.intersection(other);
    let is_shared = shared.into_iter().any(|cause| *cause != Cause::Refused);
    let is_behind = |one: &BTreeSet<_>, other| !one.is_empty() && one.is_subset(other);
    is_shared || is_behind(one, other) || is_behind(other, one)
}

/// The possible causes of a fault that was told in two ways.
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

/// The harm of violations of which no more is known.
fn harm_of(violations: &[Violation]) -> Harm {
    let harm = |one: &Violation| match &one.facet {
        Facet::State(_) => Harm::State,
        Facet::Response | Facet::Elapsed => Harm::Acceptance,
        Facet::Status | Facet::ErrorType if one.is_swap() => Harm::Acceptance,
        Facet::Status | Facet::ErrorType => Harm::Error,
        facet if facet.is_message() => Harm::Wording,
        _ => Harm::Shape,
    };
    violations.iter().map(harm).min().unwrap_or(Harm::Shape)
}
