//! What a request has in it that an endpoint may stumble over.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use crate::case::{Case, Change, Ids, JobState, Level, Message, PoolState};
use crate::contract::{Constraint, JOB_ID, USER_POOL_ID};
use crate::fault::cause::{Aspect, Cause, Named};
use crate::oracle::{job_fault, pool_fault};

/// How firmly a text must be refused as a member.
type Fault = fn(&str) -> Option<Level>;

/// The members of a request.
const MEMBERS: [(&str, Fault); 2] = [("UserPoolId", pool_fault), ("JobId", job_fault)];

/// What is refused, and need not be a fault of the request.
pub(crate) fn refused(case: &Case) -> impl Iterator<Item = Cause> {
    [Cause::Refused].into_iter().chain(refused_parts(case))
}

/// The parts of a request, and of its body, that may be what is refused.
pub(crate) fn refused_parts(case: &Case) -> impl Iterator<Item = Cause> {
    let oddities = body(case).map(|body| oddities(&body)).unwrap_or_default();
    let oddities = oddities.into_iter().map(str::to_owned);
    parts(case)
        .into_iter()
        .chain(oddities)
        .map(Cause::RefusedPart)
}

/// What a body may have that is an object, and that a strict reader may refuse.
fn oddities(body: &Map<String, Value>) -> Vec<&'static str> {
    let is_unknown = |name: &String| MEMBERS.iter().all(|(member, _)| member != name);
    let has = |is: fn(&Value) -> bool| body.values().any(is);
    let mut oddities = Vec::new();
    oddities.extend(has(Value::is_null).then_some("a null"));
    oddities.extend(has(|value| value.is_object() || value.is_array()).then_some("a nested value"));
    oddities.extend(body.keys().any(is_unknown).then_some("an unknown member"));
    oddities
}

/// What a request names that is not there, looked up in another way.
pub(crate) fn looked_up(case: &Case, got: &str) -> Vec<Cause> {
    let ids = nobody();
    let body = body(case);
    let is_other = |member: &str, id: &str| {
        let named = body.as_ref().and_then(|body| body.get(member));
        named.is_some_and(|named| named != id)
    };
    let is_pool = case.given.pool == PoolState::Absent || is_other("UserPoolId", &ids.pool);
    let is_job = case.given.job == JobState::Absent || is_other("JobId", &ids.job);
    let look_up = |named| Cause::LookUp(named, got.to_owned());
    match (is_pool, is_job) {
        (true, false) => vec![look_up(Named::Pool)],
        (false, true) => vec![look_up(Named::Job)],
        // In another pool there is the one, and not the other.
        _ => of_both(got),
    }
}

pub(crate) fn of_both(got: &str) -> Vec<Cause> {
    [Named::Pool, Named::Job]
        .map(|named| Cause::LookUp(named, got.to_owned()))
        .into()
}

/// The parts of a request that were changed. A body that is an object like any other is about the members that are wrong in it,
/// and a member that leaves no object is about the body.
pub(crate) fn parts(case: &Case) -> BTreeSet<String> {
    let is_of_body = |change: &Change| {
        matches!(
            change,
            Change::Body(_) | Change::Set(..) | Change::Remove(_)
        )
    };
    if is_beyond_double(case) {
        // Some readers refuse the body for it, and others the member.
        let parts = case.changes.iter().map(Change::part);
        return parts.chain(["body".to_owned()]).collect();
    }
    if !case.changes.is_empty() && case.changes.iter().all(is_of_body) {
        let Some(body) = body(case) else {
            return BTreeSet::from(["body".to_owned()]);
        };
        let is_right = |name: &str, fault: Fault| {
            let text = body.get(name).and_then(Value::as_str);
            text.is_some_and(|text| fault(text).is_none())
        };
        let wrong: BTreeSet<_> = (MEMBERS.iter())
            .filter(|(name, fault)| !is_right(name, *fault))
            .map(|(name, _)| Change::Remove((*name).to_owned()).part())
            .collect();
        if !wrong.is_empty() {
            return wrong;
        }
    }
    case.changes.iter().map(Change::part).collect()
}

/// True of a request with a number that is right JSON and that no double holds.
fn is_beyond_double(case: &Case) -> bool {
    let is_beyond = |change: &Change| match change {
        Change::Set(_, value) => is_infinite(&value.fragment(|id| nobody().of(id).to_owned())),
        _ => false,
    };
    case.changes.iter().any(is_beyond)
}

fn is_infinite(fragment: &str) -> bool {
    let is_number = fragment.starts_with(|first: char| first.is_ascii_digit() || first == '-');
    is_number && fragment.parse().is_ok_and(f64::is_infinite)
}

/// The body of a request, if it is an object.
fn body(case: &Case) -> Option<Map<String, Value>> {
    let Message::Plain { request, .. } = case.compose(&nobody()) else {
        return None;
    };
    serde_json::from_slice(&request.body).ok()
}

pub(crate) fn is_of_signature(case: &Case) -> bool {
    parts(case).iter().eq(["signature"])
}

/// The ids that facets are told with where there is no precondition: what they are does not matter.
pub(crate) fn nobody() -> Ids {
    Ids {
        pool: "us-east-1_Example".to_owned(),
        job: "import-Example".to_owned(),
    }
}

/// A name for the changes of a case, the same for two requests with the same fault.
pub(crate) fn facets(case: &Case, ids: &Ids) -> String {
    let mut names = BTreeSet::new();
    for change in &case.changes {
        names.insert(match change {
            Change::Set(member, value) => {
                let fragment = value.fragment(|id| ids.of(id).to_owned());
                let constraint = [JOB_ID, USER_POOL_ID]
                    .into_iter()
                    .find(|one| one.member == member);
                match constraint {
                    Some(constraint) => format!("{member} {}", of_value(&constraint, &fragment)),
                    None => "another member".to_owned(),
                }
            }
            Change::Remove(member) => format!("{member} missing"),
            Change::Target(_) => "target".to_owned(),
            Change::Signature(signature) => format!("signature {signature:?}"),
            other => other.part(),
        });
    }
    if names.is_empty() || names.iter().all(|name| name == "another member") {
        names.insert(case.given.to_string());
    }
    Vec::from_iter(names).join(", ")
}

/// The kind of wrong value that a part of a request has, if it is a member.
pub(crate) fn aspect_of(case: &Case, part: &str) -> Option<Aspect> {
    let constraint = [JOB_ID, USER_POOL_ID]
        .into_iter()
        .find(|one| part.strip_prefix("member ") == Some(one.member));
    let constraint = constraint?;
    if is_beyond_double(case) {
        return Some(Aspect::Type);
    }
    let body = body(case)?;
    aspect(
        &constraint,
        body.get(constraint.member).unwrap_or(&Value::Null),
    )
}

/// The kind of wrong value that this is, if it is wrong.
fn aspect(constraint: &Constraint, value: &Value) -> Option<Aspect> {
    let is_wrong = |text: &str| {
        let mut faults = MEMBERS
            .iter()
            .filter(|(member, _)| *member == constraint.member);
        faults.any(|(_, fault)| fault(text).is_some())
    };
    Some(match value {
        Value::Null => Aspect::Missing,
        Value::String(text) if text.is_empty() => Aspect::Empty,
        Value::String(text) if text.chars().count() > constraint.length_max => Aspect::Length,
        Value::String(text) if is_wrong(text) => Aspect::Pattern,
        Value::String(_) => return None,
        _ => Aspect::Type,
    })
}

/// The kind of a member's value, in words.
fn of_value(constraint: &Constraint, fragment: &str) -> &'static str {
    let Ok(value) = serde_json::from_str(fragment) else {
        return match is_infinite(fragment) {
            true => "of another type",
            false => "malformed",
        };
    };
    match aspect(constraint, &value) {
        Some(Aspect::Missing) => "missing",
        Some(Aspect::Empty) => "empty",
        Some(Aspect::Length) => "too long",
        Some(Aspect::Type) => "of another type",
        Some(Aspect::Pattern) => "of another form",
        None => "of another value",
    }
}
