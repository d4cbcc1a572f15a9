//! What is true of every answer, whatever was asked.

use std::time::UNIX_EPOCH;

use serde_json::Value;

use crate::case::{Ids, Invariant, Level};
use crate::contract::{
    CONTENT_TYPE, Constraint, JOB_ID, Kind, MEMBERS, Status, USER_POOL_ID, declared, is_known,
};
use crate::oracle::constraint::{job_fault, pool_fault};
use crate::oracle::evidence::{Breach, Evidence};
use crate::oracle::violation::{Actual, Expected, Facet, Violation, quote};
use crate::wire::{Envelope, Response};

/// From here on a number of seconds is none: the year 5138. In milliseconds it is 1973.
const SECONDS_MAX: f64 = 1e11;

/// What an error is whose name is known.
pub(crate) const KNOWN_ERROR: &str =
    "an error that the operation declares or that any operation can meet";

/// How far dates may be from the clock, in seconds: less than any two time zones differ by.
const CLOCK_SKEW_MAX: f64 = 600.0;

/// The header with which the service names each response.
pub(crate) const REQUEST_ID: &str = "x-amzn-requestid";

/// One answer, with what it may be held to.
#[derive(Clone, Debug)]
pub struct Observed {
    /// The case whose request it answers.
    pub case: String,
    /// Whether the request was one that the protocol promises an answer to.
    pub protocol: bool,
    /// The ids that the request named, where it named those of its precondition.
    pub ids: Option<Ids>,
    /// Whether the request stops a job that runs, so that what a success shows of its end is a moment old.
    pub stops: bool,
    /// Whether a server error is in order.
    pub may_fail: bool,
    /// The value that came.
    pub outcome: Outcome,
    /// The status of a server error that the same request was answered with before.
    pub failed_first: Option<u16>,
}

/// What came of a request.
#[derive(Clone, Debug)]
pub enum Outcome {
    /// An answer.
    Answered(Response),
    /// The connection was closed in time, without an answer.
    Closed,
    /// Neither.
    Silent(Silence),
}

/// What was seen in place of an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Silence {
    /// What all of its kind have in common.
    pub kind: &'static str,
    /// In words.
    pub told: String,
}

/// What each answer alone says of an invariant, in the order of the case ids.
pub(crate) fn told(invariant: Invariant, observed: &[Observed]) -> Evidence {
    let mut observed: Vec<_> = observed.iter().collect();
    observed.sort_by(|one, other| one.case.cmp(&other.case));
    let mut evidence = Evidence::default();
    for observed in observed {
        let found = match (&observed.outcome, invariant) {
            (outcome, Invariant::Robust) => Some(robust(outcome, observed.protocol)),
            (Outcome::Answered(response), Invariant::NoServerErrors) if !observed.may_fail => {
                Some(server_errors(response, observed.failed_first))
            }
            _ if !observed.protocol => None,
            (Outcome::Answered(response), Invariant::RequestId) => {
                Some(match request_id(response) {
                    Some(id) => {
                        evidence.saw(&observed.case, id);
                        Vec::new()
                    }
                    None => vec![no_request_id()],
                })
            }
            (Outcome::Answered(response), Invariant::DatesByClock) => {
                let envelope = Envelope::read(response);
                job(&envelope).and_then(|job| off_the_clock(job, response, observed.stops))
            }
            (Outcome::Answered(response), _) => {
                let envelope = Envelope::read(response);
                breaches(invariant, response, &envelope, observed.ids.as_ref())
            }
            _ => None,
        };
        let Some(violations) = found else { continue };
        evidence.answers += 1;
        if !violations.is_empty() {
            evidence.breaches.push(Breach {
                case: observed.case.clone(),
                violations,
            });
        }
    }
    evidence
}

/// What an answer breaks of an invariant; none where it says nothing about it.
pub(crate) fn breaches(
    invariant: Invariant,
    response: &Response,
    envelope: &Envelope,
    ids: Option<&Ids>,
) -> Option<Vec<Violation>> {
    let failed = response.status >= 400;
    match invariant {
        Invariant::JsonObject => {
            let holds = envelope.json.as_ref().is_ok_and(Value::is_object);
            one(holds, || {
                let expected = Expected::Type("a JSON object");
                Violation::new(Facet::body(""), expected, Actual::Told(described(response)))
            })
        }
        Invariant::ContentType => {
            let got = response.header("content-type");
            let media = got.and_then(|got| got.split(';').next());
            let media = media.unwrap_or_default().trim();
            let holds = media.eq_ignore_ascii_case(CONTENT_TYPE);
            one(holds, || {
                let facet = Facet::header("content-type");
                Violation::new(facet, Expected::told(CONTENT_TYPE), Actual::text(got))
            })
        }
        Invariant::ErrorType if failed => {
            let holds = envelope.error_type().is_some();
            one(holds, || {
                let expected = Expected::told("an error type in x-amzn-errortype, __type or code");
                let actual = Actual::Told(described(response));
                Violation::new(Facet::ErrorType, expected, actual)
            })
        }
        Invariant::KnownErrorType if failed => {
            let name = envelope.error_type()?;
            one(is_known(name), || {
                let actual = Actual::text(Some(name));
                Violation::new(Facet::ErrorType, Expected::told(KNOWN_ERROR), actual)
            })
        }
        Invariant::ErrorStatus if failed => {
            let error = declared(envelope.error_type()?)?;
            one(response.status == error.status, || {
                let (status, error) = (error.status, error.name);
                let expected = Expected::StatusOf { status, error };
                let actual = Actual::Status(response.status, None);
                Violation::new(Facet::Status, expected, actual)
            })
        }
        Invariant::ErrorTypesAgree if failed => {
            let (head, body) = (
                envelope.type_in_header.as_ref()?,
                envelope.type_in_body.as_ref()?,
            );
            one(head == body, || {
                let actual = Actual::text(Some(body));
                Violation::new(Facet::body("/__type"), Expected::error(head), actual)
            })
        }
        Invariant::NoNulls => Some(nulls(envelope.json.as_ref().ok()?, failed)),
        Invariant::MemberTypes => Some(wrong_types(job(envelope)?)),
        Invariant::KnownStatus => {
            let status = job(envelope)?.get("Status")?;
            let holds = status
                .as_str()
                .is_some_and(|name| name.parse::<Status>().is_ok());
            one(holds, || {
                let expected = Expected::JobStatus(Status::ALL.into_iter().collect());
                Violation::new(Facet::job("Status"), expected, Actual::value(Some(status)))
            })
        }
        Invariant::DatesInSeconds => Some(wrong_units(job(envelope)?)),
        Invariant::IdPatterns => Some(wrong_ids(job(envelope)?)),
        Invariant::ContentEncoding => Some(miscoded(response)),
        Invariant::MessageType if failed => {
            let json = envelope.json.as_ref().ok()?;
            let names = ["message", "Message"].into_iter();
            let mut messages = names.filter_map(|name| Some((name, json.get(name)?)));
            let (name, message) = messages.find(|(_, message)| !message.is_null())?;
            one(message.is_string(), || {
                let facet = Facet::Body(format!("/{name}"));
                Violation::new(
                    facet,
                    Expected::Type("a string"),
                    Actual::value(Some(message)),
                )
            })
        }
        Invariant::EchoedIds => {
            let (job, ids) = (job(envelope)?, ids?);
            let wrong = |member: &str| {
                let got = job
                    .get(member)
                    .filter(|got| got.as_str() != Some(ids.of(member)))?;
                let expected = Expected::Value(ids.of(member).into());
                let actual = Actual::value(Some(got));
                Some(Violation::new(Facet::job(member), expected, actual))
            };
            Some(
                ["JobId", "UserPoolId"]
                    .into_iter()
                    .filter_map(wrong)
                    .collect(),
            )
        }
        // Held to errors only, and this is none.
        Invariant::ErrorType
        | Invariant::KnownErrorType
        | Invariant::ErrorStatus
        | Invariant::ErrorTypesAgree
        | Invariant::MessageType => None,
        // These need more than the response.
        Invariant::RequestId
        | Invariant::Robust
        | Invariant::DatesByClock
        | Invariant::NoServerErrors => None,
    }
}

/// What one fact breaks.
fn one(holds: bool, violation: impl FnOnce() -> Violation) -> Option<Vec<Violation>> {
    Some(if holds { Vec::new() } else { vec![violation()] })
}

fn robust(outcome: &Outcome, protocol: bool) -> Vec<Violation> {
    let actual = match outcome {
        Outcome::Answered(response) => return unbounded(response).into_iter().collect(),
        // A request that the protocol does not promise to answer may be met with a close.
        Outcome::Closed if !protocol => return Vec::new(),
        Outcome::Closed => Actual::Closed,
        Outcome::Silent(silence) => Actual::told(&silence.told),
    };
    let wanted = if protocol {
        "an answer in time"
    } else {
        "an answer or a close in time"
    };
    vec![Violation::new(
        Facet::Response,
        Expected::told(wanted),
        actual,
    )]
}

/// That an answer went on past the bound on its size.
pub(crate) fn unbounded(response: &Response) -> Option<Violation> {
    response.cut.then(|| {
        let expected = Expected::told("a body of bounded size");
        let actual = Actual::told(format!("more than {} bytes", response.body.len()));
        Violation::new(Facet::body(""), expected, actual)
    })
}

/// The request id of an answer.
pub(crate) fn request_id(response: &Response) -> Option<&str> {
    response.header(REQUEST_ID).filter(|id| !id.is_empty())
}

/// That an answer has no request id.
pub(crate) fn no_request_id() -> Violation {
    let facet = Facet::header(REQUEST_ID);
    Violation::new(facet, Expected::Present, Actual::Missing)
}

fn job(envelope: &Envelope) -> Option<&serde_json::Map<String, Value>> {
    envelope
        .json
        .as_ref()
        .ok()?
        .get("UserImportJob")?
        .as_object()
}

fn wrong_types(job: &serde_json::Map<String, Value>) -> Vec<Violation> {
    let wrong = |member: &crate::contract::Member| {
        // A null is the business of its own invariant.
        let value = job.get(member.name).filter(|value| !value.is_null())?;
        let (holds, wanted) = match member.kind {
            Kind::Text => (value.is_string(), "a string"),
            Kind::Timestamp => (value.is_number(), "a number of seconds"),
            Kind::Count => (value.is_i64() || value.is_u64(), "a whole number"),
        };
        (!holds).then(|| {
            let facet = Facet::job(member.name);
            Violation::new(facet, Expected::Type(wanted), Actual::value(Some(value)))
        })
    };
    MEMBERS.iter().filter_map(wrong).collect()
}

/// Where a documented member is null. Of members that are not documented nothing is known.
fn nulls(json: &Value, failed: bool) -> Vec<Violation> {
    let is_null = |at: &&str| json.pointer(at).is_some_and(Value::is_null);
    let found = |at: &str| {
        let actual = Actual::value(Some(&Value::Null));
        Violation::new(Facet::body(at), Expected::Absent, actual)
    };
    if failed {
        let places = ["/__type", "/code", "/message", "/Message"];
        return places
            .iter()
            .filter(|at| is_null(at))
            .map(|at| found(at))
            .collect();
    }
    if is_null(&"/UserImportJob") {
        return vec![found("/UserImportJob")];
    }
    let Some(job) = json.get("UserImportJob").and_then(Value::as_object) else {
        return Vec::new();
    };
    let members = MEMBERS.iter().map(|member| member.name);
    let nulls = members.filter(|name| job.get(*name).is_some_and(Value::is_null));
    nulls
        .map(|name| found(&format!("/UserImportJob/{name}")))
        .collect()
}

/// The dates of a job that are numbers.
fn dates(job: &serde_json::Map<String, Value>) -> impl Iterator<Item = (&'static str, f64)> {
    let dates = MEMBERS
        .iter()
        .filter(|member| member.kind == Kind::Timestamp);
    dates.filter_map(|member| Some((member.name, job.get(member.name)?.as_f64()?)))
}

fn wrong_units(job: &serde_json::Map<String, Value>) -> Vec<Violation> {
    let wrong = dates(job).filter(|(_, date)| !(0.0..SECONDS_MAX).contains(date));
    let violation = |(name, date)| {
        let expected = Expected::told("seconds since 1970");
        // The whole number, not one with an exponent.
        let actual = Actual::told(format!("{date:.0}, which are too many for seconds"));
        Violation::new(Facet::job(name), expected, actual)
    };
    wrong.map(violation).collect()
}

/// What dates differ from the clock that the response itself shows.
fn off_the_clock(
    job: &serde_json::Map<String, Value>,
    response: &Response,
    stops: bool,
) -> Option<Vec<Violation>> {
    let clock = httpdate::parse_http_date(response.header("date")?).ok()?;
    let clock = clock.duration_since(UNIX_EPOCH).ok()?.as_secs_f64();
    let off = |(name, date): (&'static str, f64)| {
        // Only what was written just now cannot be in the past.
        let is_late = date - clock > CLOCK_SKEW_MAX;
        let is_early = stops && name == "CompletionDate" && clock - date > CLOCK_SKEW_MAX;
        (is_late || is_early).then(|| {
            let minutes = (date - clock) / 60.0;
            let expected = Expected::told("a date by the clock of the Date header");
            let actual = Actual::told(format!("one that is {minutes:+.0} minutes from it"));
            Violation::new(Facet::job(name), expected, actual)
        })
    };
    let in_seconds = dates(job).filter(|(_, date)| (0.0..SECONDS_MAX).contains(date));
    Some(in_seconds.filter_map(off).collect())
}

fn wrong_ids(job: &serde_json::Map<String, Value>) -> Vec<Violation> {
    let wrong = |constraint: Constraint, fault: fn(&str) -> Option<Level>| {
        let id = job.get(constraint.member);
        (id.and_then(Value::as_str).and_then(fault) == Some(Level::Must)).then(|| {
            let Constraint {
                length_max,
                pattern,
                ..
            } = constraint;
            let expected = format!("1 to {length_max} characters that match {pattern}");
            let (facet, actual) = (Facet::job(constraint.member), Actual::value(id));
            Violation::new(facet, Expected::Told(expected), actual)
        })
    };
    [wrong(JOB_ID, job_fault), wrong(USER_POOL_ID, pool_fault)]
        .into_iter()
        .flatten()
        .collect()
}

/// What Content-Encoding says of a body that is plain all the same.
fn miscoded(response: &Response) -> Vec<Violation> {
    let coding = response
        .header("content-encoding")
        .unwrap_or("identity")
        .trim();
    if coding.is_empty() || coding.eq_ignore_ascii_case("identity") || response.body.is_empty() {
        return Vec::new();
    }
    // No coding makes JSON of JSON.
    let is_plain = serde_json::from_slice::<Value>(&response.body).is_ok();
    let violation = || {
        let expected = Expected::told("none: the body is plain JSON");
        let actual = Actual::text(Some(coding));
        Violation::new(Facet::header("content-encoding"), expected, actual)
    };
    is_plain.then(violation).into_iter().collect()
}

/// What a server error is to a request that nothing should break.
fn server_errors(response: &Response, failed_first: Option<u16>) -> Vec<Violation> {
    // Neither "not implemented" nor "not now" is a failure.
    let is_failure = |status| status >= 500 && !matches!(status, 501 | 503 | 505);
    let actual = match (failed_first, response.status) {
        (_, status) if is_failure(status) => Actual::Status(status, None),
        (Some(first), now) => {
            Actual::told(format!("{first}, and {now} to the same request sent again"))
        }
        _ => return Vec::new(),
    };
    let expected = Expected::told("no server error");
    vec![Violation::new(Facet::Status, expected, actual)]
}

fn described(response: &Response) -> String {
    let media = response.header("content-type").unwrap_or("no content type");
    format!(
        "{media}: {}",
        quote(&String::from_utf8_lossy(&response.body))
    )
}
