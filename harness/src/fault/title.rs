//! Titles of faults: an endpoint's mistake in one line for people.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::case::{Case, Change, Invariant, JobState, Message};
use crate::contract::Operation;
use crate::fault::cause::{Aspect, Cause, FOUND, Named};
use crate::fault::group::{Failure, Held, about_member, is_narrow, shown};
use crate::fault::request::{facets, nobody};
use crate::fault::symptom::{Kind, Symptom};
use crate::oracle::{Actual, Expected, Facet, Violation};

/// The most letters of a value that a title quotes.
const QUOTE_LENGTH_MAX: usize = 40;

/// The title of a fault with this cause, which these failures show, the plainest first.
pub(crate) fn title(cause: &Cause, of_it: &[&Failure<'_>], held: &Held<'_>) -> String {
    let first = &of_it[0].symptom;
    let violation = shown(first.violations);
    let is_narrow = is_narrow(cause, of_it, held);
    match cause {
        cause if is_narrow && cause.is_of_form() => {
            let request = capital(&of_request(first.case));
            match cause {
                Cause::Untyped => format!("{request}: the error names no type"),
                Cause::Spelled => format!("{request}: the error type is spelled in another way"),
                _ => format!("{request}: an error with the status of a success"),
            }
        }
        Cause::Untyped => "Errors name no type".to_owned(),
        Cause::Spelled => format!("Error types are spelled in another way{}", got(violation)),
        Cause::Foreign(name) => format!(
            "Errors of type {}, which the service does not have",
            short(name)
        ),
        Cause::ErrorAsSuccess => "Errors have the status of a success".to_owned(),
        Cause::Status(name, status) => {
            let name = if name == "signature" {
                "Errors of signatures have"
            } else {
                &format!("{} has", short(name))
            };
            format!("{name} status {status}{}", instead_of(violation))
        }
        Cause::Statuses(status) => format!("Errors have status {status}{}", instead_of(violation)),
        Cause::Words(name) if is_narrow => {
            format!("{name} has another message: {}", of_request(first.case))
        }
        Cause::Words(name) => format!("{} has another message", short(name)),
        Cause::NoWords if violation.is_some_and(|one| one.actual != Actual::Missing) => {
            "The message of errors is no text".to_owned()
        }
        Cause::NoWords => "Errors have no message".to_owned(),
        Cause::NothingRefused => "No request is refused".to_owned(),
        Cause::Jobless => "Successes show no UserImportJob".to_owned(),
        Cause::Success(status) => {
            format!("Successes have status {status}{}", instead_of(violation))
        }
        Cause::Member(name) => match about_member(name, of_it) {
            Some(violation) => of_member(name, violation),
            None => format!("UserImportJob.{name} is wrong"),
        },
        Cause::Counters => match violation.map(|one| &one.actual) {
            Some(Actual::Missing) => "The counters of the job are missing".to_owned(),
            _ => "The counters of the job are wrong".to_owned(),
        },
        Cause::Unit => "Dates are in another unit than seconds".to_owned(),
        Cause::DateType => format!("Dates are no numbers of seconds{}", got(violation)),
        Cause::NoHeader(name) => format!("Responses have no header {name}"),
        Cause::Header(name) => match violation.map(|one| &one.expected) {
            Some(Expected::Absent) => format!("Responses have a header {name}"),
            _ => format!("The header {name} is wrong{}", got(violation)),
        },
        Cause::Refused => "Valid requests are refused".to_owned(),
        Cause::RefusedPart(part) => match (part.as_str(), part.strip_prefix("member ")) {
            (_, Some(member)) => match value(first.case, member) {
                Some(value) => {
                    format!("A valid {member} is refused: {}", short(&value.to_string()))
                }
                None => format!("A request without {member} is refused"),
            },
            ("body", _) => "A valid body is refused".to_owned(),
            ("raw", _) => format!("{} is refused", capital(&of_request(first.case))),
            (part, _) if part.starts_with("a ") || part.starts_with("an ") => {
                format!("A request with {part} is refused")
            }
            (part, _) => format!("A request with another {part} is refused"),
        },
        Cause::CarriedOut => {
            format!(
                "A stop that must be refused is carried out: {}",
                of_request(first.case)
            )
        }
        Cause::OtherStopped => "A stop also stops another job".to_owned(),
        Cause::NotStopped => match violation.map(|one| &one.actual) {
            Some(Actual::JobStatus(status)) => format!("A granted stop leaves the job {status}"),
            _ => "A granted stop does not stop the job".to_owned(),
        },
        Cause::Restarted if first.case.operation == Operation::StopUserImportJob => {
            "A stopped job runs on after another stop".to_owned()
        }
        Cause::Restarted => "A stopped job can be started again".to_owned(),
        Cause::Gone => "A job disappears".to_owned(),
        Cause::Unsigned if is_narrow => {
            format!(
                "A request is accepted that must be refused: {}",
                of_request(first.case)
            )
        }
        Cause::Unsigned => "Signatures are not verified".to_owned(),
        Cause::Constraint(part) => format!("{} is not validated", subject(part)),
        Cause::Unrefused(part, aspect) => unrefused(subject(part), *aspect, of_it),
        Cause::LookUp(named, got) => {
            let named = match named {
                Named::Pool => "user pool",
                Named::Job => "job",
            };
            let is_elsewhere =
                |failure: &&Failure<'_>| failure.symptom.case.given.job == JobState::Elsewhere;
            match got == FOUND {
                true if of_it.iter().all(is_elsewhere) => {
                    "A job is found through a pool that is not its own".to_owned()
                }
                true if is_narrow => {
                    format!(
                        "A {named} that does not exist is found: {}",
                        of_request(first.case)
                    )
                }
                true => format!("A {named} that does not exist is found"),
                false => format!("A missing {named} is answered with {}", short(got)),
            }
        }
        Cause::Instead(part, _, wanted) => {
            format!(
                "{} {} instead of {wanted}",
                invalid(part, first),
                answered(first)
            )
        }
        Cause::Answered(part, _) => format!("{} {}", invalid(part, first), answered(first)),
        Cause::Rule(_) if matches!(first.kind, Kind::Invariant(Invariant::Robust)) => {
            format!(
                "{}: no whole response in time",
                capital(&of_request(first.case))
            )
        }
        Cause::Rule(_) if matches!(first.kind, Kind::Invariant(_)) => in_any(violation),
        Cause::Rule(_) => in_short(first.case, violation),
    }
}

/// The title of a broken rule of a job's life: of what is behind it where that is clear, else with the rule's sentence.
pub(crate) fn title_of_rule(causes: &BTreeSet<Cause>, sentence: &str) -> String {
    let mut clear = causes
        .iter()
        .filter(|cause| !matches!(cause, Cause::Rule(_)));
    let title = match (clear.next(), clear.next()) {
        (Some(Cause::Restarted), None) => "A stopped job can be started again",
        (Some(Cause::NotStopped), None) => "A granted stop does not stop the job",
        (Some(Cause::OtherStopped), None) => "A stop also stops another job",
        (Some(Cause::CarriedOut), None) => "A stop that must be refused is carried out",
        (Some(Cause::Gone), None) => "A job disappears",
        _ => return format!("Not so: {sentence}"),
    };
    title.to_owned()
}

/// A part of a request at the beginning of a title.
fn subject(part: &str) -> String {
    let name = part.strip_prefix("member ").unwrap_or(part);
    match name {
        "body" => "The body".to_owned(),
        "raw" => "The request's framing".to_owned(),
        "method" => "The method".to_owned(),
        "path" => "The path".to_owned(),
        "signature" => "The signature".to_owned(),
        name if name.starts_with("header ") => format!("The {name}"),
        name => name.to_owned(),
    }
}

/// An invalid part of a request at the beginning of a title.
fn invalid(part: &str, symptom: &Symptom<'_>) -> String {
    if let Some(error) = &symptom.case.fault {
        return format!("{error}, injected, is");
    }
    match (part, &symptom.case.changes[..]) {
        ("types of members", [Change::Body(_)]) => "A member of another type is".to_owned(),
        (_, [Change::Body(_)]) => format!(
            "An invalid {} is",
            part.strip_prefix("member ").unwrap_or(part)
        ),
        ("types of members", _) | (_, [_]) => {
            format!("{} is", capital(&of_request(symptom.case)))
        }
        (part, _) => format!(
            "An invalid {} is",
            part.strip_prefix("member ").unwrap_or(part)
        ),
    }
}

/// The response to a request, as the end of a title.
fn answered(symptom: &Symptom<'_>) -> String {
    match symptom.gist.and_then(|gist| gist.error_type.as_ref()) {
        Some(name) => format!("answered with {}", short(name)),
        None => "accepted".to_owned(),
    }
}

fn unrefused(member: String, aspect: Aspect, of_it: &[&Failure<'_>]) -> String {
    let value = value(of_it[0].symptom.case, &member);
    match (aspect, value) {
        (Aspect::Missing, _) => format!("A request without {member} is accepted"),
        (Aspect::Empty, _) => format!("An empty {member} is accepted"),
        (Aspect::Length, Some(Value::String(text))) => {
            format!("{member}: {} characters accepted", text.chars().count())
        }
        (Aspect::Pattern, Some(value)) if of_it.len() == 1 => {
            format!("{member}: {} accepted", short(&value.to_string()))
        }
        (Aspect::Pattern, Some(value)) => format!(
            "{member} is not matched against its whole pattern: {} accepted",
            short(&value.to_string())
        ),
        (Aspect::Type, Some(value)) => format!(
            "{member} of another type accepted: {}",
            short(&value.to_string())
        ),
        (_, _) => format!("{member} is not validated"),
    }
}

/// The value of a member in the request of a case.
fn value(case: &Case, member: &str) -> Option<Value> {
    let Message::Plain { request, .. } = case.compose(&nobody()) else {
        return None;
    };
    let body: Value = serde_json::from_slice(&request.body).ok()?;
    body.get(member).cloned()
}

fn of_member(name: &str, violation: &Violation) -> String {
    let shown = match violation.facet {
        Facet::State(_) => format!("DescribeUserImportJob: {name}"),
        _ => format!("UserImportJob.{name}"),
    };
    match (&violation.expected, &violation.actual) {
        (_, Actual::Missing) => format!("{shown} is missing"),
        (Expected::Absent, _) => format!("{shown} is there where it must not be"),
        (Expected::Unchanged(_), _) => format!("{shown} is changed by a stop"),
        (Expected::Type(kind), actual) => format!(
            "{shown} is {} instead of {kind}",
            short(&actual.to_string())
        ),
        (expected, actual) => format!(
            "{shown} is {} instead of {}",
            short(&actual.to_string()),
            short(&expected.to_string())
        ),
    }
}

/// A request and what came of it, where no more is known.
fn in_short(case: &Case, violation: Option<&Violation>) -> String {
    let request = of_request(case);
    let Some(one) = violation else {
        return format!("{request}: wrong");
    };
    let at = match &one.facet {
        Facet::Status | Facet::ErrorType | Facet::Response => String::new(),
        facet => format!("{facet} "),
    };
    let (actual, expected) = (
        short(&one.actual.to_string()),
        short(&one.expected.to_string()),
    );
    let request = capital(&request);
    format!("{request}: {at}{actual} instead of {expected}")
}

/// A title for a fault that may be in any response.
fn in_any(violation: Option<&Violation>) -> String {
    let Some(one) = violation else {
        return "Responses are wrong".to_owned();
    };
    let at = match (one.facet.member(), &one.facet) {
        (Some(member), _) => format!("UserImportJob.{member}"),
        (_, Facet::Body(pointer)) if pointer.is_empty() => "The body".to_owned(),
        (_, facet) => capital(&facet.to_string()),
    };
    let (actual, expected) = (
        short(&one.actual.to_string()),
        short(&one.expected.to_string()),
    );
    format!("{at} is {actual} instead of {expected}")
}

/// With a capital letter in front.
fn capital(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().into_iter().flat_map(char::to_uppercase);
    first.chain(letters).collect()
}

/// A request in few words.
pub(crate) fn of_request(case: &Case) -> String {
    let told = |change: &Change| match change {
        Change::Header(edit) => Some(format!("header {}", edit.name.to_ascii_lowercase())),
        Change::Target(target) => Some(format!("X-Amz-Target {}", short(target))),
        Change::Method(method) => Some(format!("method {}", short(method))),
        Change::Path(path) => Some(format!("path {}", short(path))),
        Change::Raw(_) => Some(format!("a raw request ({})", last_part(&case.id))),
        _ => None,
    };
    let of_change = match &case.changes[..] {
        [change] => told(change),
        _ => None,
    };
    let changed = of_change.unwrap_or_else(|| {
        match case.changes.is_empty() && case.given.job != JobState::Started {
            true => case.given.to_string(),
            false => facets(case, &nobody()),
        }
    });
    match &case.fault {
        Some(error) => format!("{} with {error} injected", case.operation),
        None if case.operation == Operation::StopUserImportJob => changed,
        None => format!("{}, {changed}", case.operation),
    }
}

/// The last part of an id, which says most.
fn last_part(id: &str) -> &str {
    id.rsplit('/').next().unwrap_or_default()
}

fn got(violation: Option<&Violation>) -> String {
    violation.map_or(String::new(), |one| {
        format!(": {}", short(&one.actual.to_string()))
    })
}

fn instead_of(violation: Option<&Violation>) -> String {
    let status = violation.and_then(|one| match &one.expected {
        Expected::StatusOf { status, .. } => Some(*status),
        Expected::Statuses(statuses) => statuses.first().copied(),
        Expected::Responses(answers) => answers
            .first()
            .and_then(|answer| answer.statuses().first().copied()),
        _ => None,
    });
    status.map_or(String::new(), |status| format!(" instead of {status}"))
}

/// A text, cut where it is long.
fn short(text: &str) -> String {
    let mut cut: String = text.chars().take(QUOTE_LENGTH_MAX).collect();
    if text.chars().nth(QUOTE_LENGTH_MAX).is_some() {
        cut.push('…');
    }
    cut
}
