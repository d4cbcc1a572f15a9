//! Whether the evidence permits an answer to a request.

use std::fmt;

use crate::case::{Ids, Invariant, Level};
use crate::contract::declared;
use crate::oracle::invariant::{breaches, no_request_id, request_id, unbounded};
use crate::oracle::known::{Known, Sent};
use crate::oracle::permitted::{Answer, Class, Permitted, permitted};
use crate::oracle::rule::Rule;
use crate::oracle::success::{hold_shown, hold_stopped};
use crate::oracle::violation::{Actual, Expected, Facet, Violation};
use crate::wire::{Envelope, Response};

/// What the evidence says of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Verdict {
    /// It is one that the request must or should get.
    Conformant,
    /// It is none that is permitted.
    Divergent,
    /// Nothing is established about what the request gets.
    Open,
    /// It says "not now" or "something failed", and so nothing about the request.
    Untold,
}

/// A verdict with its reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ruling {
    /// What the evidence says.
    pub verdict: Verdict,
    /// How firmly: that of the firmest mismatch, or else of what permits the answer.
    pub level: Level,
    /// Why.
    pub reason: Reason,
    /// What is wrong in the answer. None unless it is divergent.
    pub violations: Vec<Violation>,
}

/// Why a ruling is as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// In a sentence.
    Told(&'static str),
    /// What permits the answer, or would.
    Rule(Rule),
}

/// What holds, with its source where there is one.
impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Told(reason) => f.write_str(reason),
            Self::Rule(rule) => write!(f, "{} ({})", rule.text, rule.source()),
        }
    }
}

/// What is true of every answer to a request within the protocol, and how firmly. That request ids differ takes
/// several answers; that there is one does not.
const INVARIANTS: [(Invariant, Level); 14] = [
    (Invariant::JsonObject, Level::Must),
    (Invariant::ContentType, Level::Should),
    (Invariant::ErrorType, Level::Must),
    (Invariant::KnownErrorType, Level::Should),
    (Invariant::ErrorStatus, Level::Must),
    (Invariant::ErrorTypesAgree, Level::Should),
    (Invariant::NoNulls, Level::Must),
    (Invariant::MemberTypes, Level::Must),
    (Invariant::KnownStatus, Level::Must),
    (Invariant::DatesInSeconds, Level::Must),
    (Invariant::IdPatterns, Level::Must),
    (Invariant::EchoedIds, Level::Must),
    (Invariant::MessageType, Level::Should),
    (Invariant::ContentEncoding, Level::Must),
];

/// Rules on an answer to any request at all.
pub fn permits(sent: Sent<'_>, known: &Known<'_>, response: &Response) -> Ruling {
    rule(&permitted(sent, known), response)
}

/// Rules on an answer, where it was worked out before what the request may be answered.
pub fn rule(permitted: &Permitted, response: &Response) -> Ruling {
    rule_read(permitted, response, &Envelope::read(response))
}

/// The same, where the envelope was read before.
pub(crate) fn rule_read(permitted: &Permitted, response: &Response, envelope: &Envelope) -> Ruling {
    if let Permitted::Anything(reason) = permitted {
        let unbounded = unbounded(response).map(|violation| (Level::Should, violation));
        return open(Reason::Told(reason), unbounded.into_iter().collect());
    }
    if is_turned_away(response, envelope) {
        return untold("the endpoint, or what stands in front of it, takes no requests now");
    }
    let classes = match permitted {
        Permitted::Anything(reason) | Permitted::AnythingInForm(reason) => {
            let found = faults_of_any_answer(response, envelope, None);
            return open(Reason::Told(reason), found);
        }
        Permitted::OneOf(classes) => classes,
    };
    let mut found = faults_of_any_answer(response, envelope, shown_ids(classes).as_ref());
    let class = if response.status < 400 {
        success(classes, response, envelope, &mut found)
    } else {
        refusal(classes, response, envelope, &mut found)
    };
    let reason = class
        .or(classes.first())
        .map_or(Reason::Told(""), |class| Reason::Rule(class.rule));
    if !found.is_empty() {
        return open(reason, found);
    }
    let Some(class) = class else {
        return untold("an error that any request can meet");
    };
    if class.level == Level::Observe {
        return open(reason, found);
    }
    Ruling {
        verdict: Verdict::Conformant,
        level: class.level,
        reason,
        violations: Vec::new(),
    }
}

/// The ruling where nothing more is established than what was found wrong.
fn open(reason: Reason, found: Vec<(Level, Violation)>) -> Ruling {
    let level = found.iter().map(|(level, _)| *level).min();
    Ruling {
        verdict: if level.is_some() {
            Verdict::Divergent
        } else {
            Verdict::Open
        },
        level: level.unwrap_or(Level::Observe),
        reason,
        violations: found.into_iter().map(|(_, violation)| violation).collect(),
    }
}

/// The class of a success, and what is wrong with it.
fn success<'a>(
    classes: &'a [Class],
    response: &Response,
    envelope: &Envelope,
    found: &mut Vec<(Level, Violation)>,
) -> Option<&'a Class> {
    let Some(class) = classes.iter().find(|class| !class.is_refusal()) else {
        // Each of the faults alone forbids a success, so the firmest counts.
        let level = classes.iter().map(|class| class.level).min();
        let (facet, actual) = (Facet::Status, Actual::status(response));
        let violation = Violation::new(facet, responses(classes), actual);
        found.push((judged(level), violation));
        return classes.first();
    };
    let breaches = match class.answer {
        Answer::Stopped { .. } => hold_stopped(response, envelope),
        _ => hold_shown(response, envelope),
    };
    let weakest = judged(Some(class.level));
    let breaches = breaches.into_iter();
    found.extend(breaches.map(|(level, violation)| (level.max(weakest), violation)));
    Some(class)
}

/// The class of a refusal, and what is wrong with it. No class and nothing wrong is a refusal that tells nothing.
fn refusal<'a>(
    classes: &'a [Class],
    response: &Response,
    envelope: &Envelope,
    found: &mut Vec<(Level, Violation)>,
) -> Option<&'a Class> {
    let name = envelope.error_type();
    let of_type = |class: &&Class| match &class.answer {
        Answer::Refusal { types, .. } => types.iter().any(|wanted| Some(&**wanted) == name),
        _ => false,
    };
    let Some(class) = classes.iter().find(of_type) else {
        if name.is_some_and(tells_nothing) {
            return None;
        }
        // Any of the faults may be the one that is told, so the weakest counts.
        let level = classes.iter().map(|class| class.level).max();
        let (facet, actual) = (Facet::ErrorType, Actual::error(response, envelope));
        let violation = Violation::new(facet, responses(classes), actual);
        found.push((judged(level), violation));
        return None;
    };
    let level = judged(Some(class.level));
    if let Answer::Refusal { statuses, .. } = &class.answer
        && !statuses.is_empty()
        && !statuses.contains(&response.status)
    {
        let expected = Expected::Statuses(statuses.to_vec());
        let actual = Actual::Status(response.status, None);
        found.push((level, Violation::new(Facet::Status, expected, actual)));
    }
    // The model gives every declared error a message; the wording is the business of cases.
    if name.is_some_and(|name| declared(name).is_some())
        && envelope.message.as_deref().is_none_or(str::is_empty)
    {
        let facet = Facet::body("/message");
        let violation = Violation::new(facet, Expected::Present, Actual::Missing);
        found.push((Level::Should, violation));
    }
    Some(class)
}

/// What is wrong with an answer whatever was asked.
fn faults_of_any_answer(
    response: &Response,
    envelope: &Envelope,
    ids: Option<&Ids>,
) -> Vec<(Level, Violation)> {
    let mut found = Vec::new();
    for (invariant, level) in INVARIANTS {
        let violations = breaches(invariant, response, envelope, ids).into_iter();
        found.extend(violations.flatten().map(|violation| (level, violation)));
    }
    let other = unbounded(response).into_iter();
    let other = other.chain(request_id(response).is_none().then(no_request_id));
    found.extend(other.map(|violation| (Level::Should, violation)));
    found
}

/// The ids that a success repeats.
fn shown_ids(classes: &[Class]) -> Option<Ids> {
    classes.iter().find_map(|class| match &class.answer {
        Answer::Stopped { pool, job } => Some(Ids {
            pool: pool.clone(),
            job: job.clone(),
        }),
        _ => None,
    })
}

/// What a proxy or an overloaded server says, which need not be in the words of the protocol.
pub(crate) fn is_turned_away(response: &Response, envelope: &Envelope) -> bool {
    response.status == 503 || (response.status == 429 && envelope.error_type().is_none())
}

/// Errors that any request can meet, whatever is right or wrong with it. The rights of the caller are not known here,
/// and a caller without them is denied everything.
pub(crate) fn tells_nothing(name: &str) -> bool {
    matches!(
        name,
        "TooManyRequestsException"
            | "Throttling"
            | "ThrottlingException"
            | "InternalErrorException"
            | "AccessDeniedException"
    )
}

fn untold(reason: &'static str) -> Ruling {
    Ruling {
        verdict: Verdict::Untold,
        level: Level::Observe,
        reason: Reason::Told(reason),
        violations: Vec::new(),
    }
}

/// The level of a divergence: what is only observed is still no licence for an answer that nothing permits.
fn judged(level: Option<Level>) -> Level {
    level.map_or(Level::Should, |level| level.min(Level::Should))
}

fn responses(classes: &[Class]) -> Expected {
    Expected::Responses(classes.iter().map(|class| class.answer.clone()).collect())
}
