//! What is true of every answer, whatever was asked.

use serde_json::Value;

use crate::case::{Ids, Invariant};
use crate::contract::{CONTENT_TYPE, Kind, MEMBERS, Status, declared, is_known};
use crate::oracle::evidence::{Breach, Evidence};
use crate::oracle::mismatch::{Mismatch, quote, shown};
use crate::wire::{Envelope, Response};

/// One answer, with what it may be held to.
#[derive(Clone, Debug)]
pub struct Observed {
    /// The case whose request it answers.
    pub case: String,
    /// Whether the request was one that the protocol promises an answer to.
    pub protocol: bool,
    /// The ids that the request named, where it named those of its precondition.
    pub ids: Option<Ids>,
    /// What came.
    pub outcome: Outcome,
}

/// What came of a request.
#[derive(Clone, Debug)]
pub enum Outcome {
    /// An answer.
    Answered(Response),
    /// The connection was closed in time, without an answer.
    Closed,
    /// Neither, and what was seen instead.
    Silent(String),
}

/// What each answer alone says of an invariant, in the order of the case ids.
pub(crate) fn told(invariant: Invariant, observed: &[Observed]) -> Evidence {
    let mut observed: Vec<_> = observed.iter().collect();
    observed.sort_by(|one, other| one.case.cmp(&other.case));
    let mut evidence = Evidence::default();
    for observed in observed {
        let found = match (&observed.outcome, invariant) {
            (outcome, Invariant::Robust) => Some(robust(outcome, observed.protocol)),
            _ if !observed.protocol => None,
            (Outcome::Answered(response), Invariant::RequestId) => {
                Some(match request_id(response) {
                    Ok(id) => {
                        evidence.saw(&observed.case, id);
                        Vec::new()
                    }
                    Err(mismatch) => vec![mismatch],
                })
            }
            (Outcome::Answered(response), _) => {
                let envelope = Envelope::read(response);
                breaches(invariant, response, &envelope, observed.ids.as_ref())
            }
            _ => None,
        };
        let Some(mismatches) = found else { continue };
        evidence.answers += 1;
        if !mismatches.is_empty() {
            evidence.breaches.push(Breach {
                case: observed.case.clone(),
                mismatches,
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
) -> Option<Vec<Mismatch>> {
    let failed = response.status >= 400;
    match invariant {
        Invariant::JsonObject => {
            let holds = envelope.json.as_ref().is_ok_and(Value::is_object);
            one(holds, || {
                Mismatch::new("body", "a JSON object", described(response))
            })
        }
        Invariant::ContentType => {
            let got = response.header("content-type").unwrap_or("none");
            let media = got.split(';').next().unwrap_or_default().trim();
            let holds = media.eq_ignore_ascii_case(CONTENT_TYPE);
            one(holds, || {
                Mismatch::new("header content-type", CONTENT_TYPE, got)
            })
        }
        Invariant::ErrorType if failed => {
            let holds = envelope.error_type().is_some();
            let wanted = "an error type in x-amzn-errortype, __type or code";
            one(holds, || {
                Mismatch::new("error type", wanted, described(response))
            })
        }
        Invariant::KnownErrorType if failed => {
            let name = envelope.error_type()?;
            let wanted = "an error that the operation declares or that any operation can meet";
            one(is_known(name), || Mismatch::new("error type", wanted, name))
        }
        Invariant::ErrorStatus if failed => {
            let error = declared(envelope.error_type()?)?;
            one(response.status == error.status, || {
                let wanted = format!("{} for {}", error.status, error.name);
                Mismatch::new("status", wanted, response.status.to_string())
            })
        }
        Invariant::ErrorTypesAgree if failed => {
            let (head, body) = (
                envelope.type_in_header.as_ref()?,
                envelope.type_in_body.as_ref()?,
            );
            one(head == body, || Mismatch::new("body/__type", head, body))
        }
        Invariant::NoNulls => {
            let json = envelope.json.as_ref().ok()?;
            let mut places = Vec::new();
            if has_null(json) {
                nulls(json, "body", &mut places);
            }
            Some(
                places
                    .iter()
                    .map(|at| Mismatch::new(at, "no such member", "null"))
                    .collect(),
            )
        }
        Invariant::MemberTypes => Some(wrong_types(job(envelope)?)),
        Invariant::KnownStatus => {
            let status = job(envelope)?.get("Status")?;
            let holds = status
                .as_str()
                .is_some_and(|name| name.parse::<Status>().is_ok());
            one(holds, || {
                let wanted = Status::ALL.map(Status::name).join(", ");
                Mismatch::new("body/UserImportJob/Status", wanted, shown(Some(status)))
            })
        }
        Invariant::EchoedIds => {
            let (job, ids) = (job(envelope)?, ids?);
            let wrong = |member: &str| {
                let got = job
                    .get(member)
                    .filter(|got| got.as_str() != Some(ids.of(member)))?;
                let at = format!("body/UserImportJob/{member}");
                Some(Mismatch::new(at, ids.of(member), shown(Some(got))))
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
        | Invariant::ErrorTypesAgree => None,
        // Judged over all answers at once.
        Invariant::RequestId | Invariant::Robust => None,
    }
}

/// What one fact breaks.
fn one(holds: bool, mismatch: impl FnOnce() -> Mismatch) -> Option<Vec<Mismatch>> {
    Some(if holds { Vec::new() } else { vec![mismatch()] })
}

fn robust(outcome: &Outcome, protocol: bool) -> Vec<Mismatch> {
    let got = match outcome {
        Outcome::Answered(response) => return unbounded(response).into_iter().collect(),
        // A request that the protocol does not promise to answer may be met with a close.
        Outcome::Closed if !protocol => return Vec::new(),
        Outcome::Closed => "a close",
        Outcome::Silent(failure) => failure,
    };
    let wanted = if protocol {
        "an answer in time"
    } else {
        "an answer or a close in time"
    };
    vec![Mismatch::new("answer", wanted, got)]
}

/// That an answer went on past the bound on its size.
pub(crate) fn unbounded(response: &Response) -> Option<Mismatch> {
    response.cut.then(|| {
        let got = format!("more than {} bytes", response.body.len());
        Mismatch::new("body", "a body of bounded size", got)
    })
}

/// The request id of an answer, or that it has none.
pub(crate) fn request_id(response: &Response) -> Result<&str, Mismatch> {
    let id = response.header("x-amzn-requestid");
    id.filter(|id| !id.is_empty())
        .ok_or_else(|| Mismatch::new("header x-amzn-requestid", "a request id", "none"))
}

fn job(envelope: &Envelope) -> Option<&serde_json::Map<String, Value>> {
    envelope
        .json
        .as_ref()
        .ok()?
        .get("UserImportJob")?
        .as_object()
}

fn wrong_types(job: &serde_json::Map<String, Value>) -> Vec<Mismatch> {
    let wrong = |member: &crate::contract::Member| {
        // A null is the business of its own invariant.
        let value = job.get(member.name).filter(|value| !value.is_null())?;
        let (holds, wanted) = match member.kind {
            Kind::Text => (value.is_string(), "a string"),
            Kind::Timestamp => (value.is_number(), "a number of seconds"),
            Kind::Count => (value.is_i64() || value.is_u64(), "a whole number"),
        };
        (!holds).then(|| {
            let at = format!("body/UserImportJob/{}", member.name);
            Mismatch::new(at, wanted, shown(Some(value)))
        })
    };
    MEMBERS.iter().filter_map(wrong).collect()
}

/// Whether there is any: nearly no answer has one, and to name places costs more than to look.
fn has_null(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Object(members) => members.values().any(has_null),
        Value::Array(items) => items.iter().any(has_null),
        _ => false,
    }
}

fn nulls(value: &Value, at: &str, places: &mut Vec<String>) {
    match value {
        Value::Null => places.push(at.to_owned()),
        Value::Object(members) => {
            for (name, value) in members {
                nulls(value, &format!("{at}/{name}"), places);
            }
        }
        Value::Array(items) => {
            for (index, value) in items.iter().enumerate() {
                nulls(value, &format!("{at}/{index}"), places);
            }
        }
        _ => {}
    }
}

fn described(response: &Response) -> String {
    let media = response.header("content-type").unwrap_or("no content type");
    format!(
        "{media}: {}",
        quote(&String::from_utf8_lossy(&response.body))
    )
}
