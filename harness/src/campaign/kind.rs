//! What makes an answer another one than those before it: novelty, for targets that show nothing else.

use std::borrow::Cow;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use serde_json::{Map, Value};

use crate::case::{Case, Change, Given, Ids, Message};
use crate::oracle::{JOB_NAME, Likeness, Outcome, POOL_NAME};

/// The most parts of a path or a target that are named.
const PARTS_MAX: usize = 8;

/// The most bytes of a body of which the ids are read.
const BODY_SIZE_MAX: usize = 16 << 10;

/// What a request says beside the ids of its precondition, with what stands in its place. An answer may repeat it, and would be
/// another one for each.
pub(crate) fn named<'a>(
    case: &'a Case,
    message: &Message,
    ids: &Ids,
) -> Vec<(Cow<'a, str>, &'static str)> {
    let mut named = Vec::new();
    for change in &case.changes {
        match (change, message) {
            (Change::Set(member, value), _) => {
                let Some(name) = name_of(member) else {
                    continue;
                };
                let fragment = value.fragment(|id| ids.of(id).to_owned());
                let text = serde_json::from_str::<String>(&fragment).ok();
                named.extend(text.map(|text| (text.into(), name)));
            }
            (Change::Body(_), Message::Plain { request, .. }) => {
                named.extend(ids_in(&request.body))
            }
            // An operation that nobody knows is told without the service.
            (Change::Target(target), _) => named.extend(parts(target, '.', "<X-Amz-Target>")),
            (Change::Path(path), _) => named.extend(parts(path, '/', "<path>")),
            (Change::Method(method), _) => named.push((method.into(), "<method>")),
            (Change::Header(edit), _) => named.push(((&edit.value).into(), "<header>")),
            _ => {}
        }
    }
    named
}

fn ids_in<'a>(body: &[u8]) -> impl Iterator<Item = (Cow<'a, str>, &'static str)> + use<'a> {
    let is_small = body.len() <= BODY_SIZE_MAX;
    let members = is_small.then(|| serde_json::from_slice::<Map<String, Value>>(body).ok());
    let ids = members.flatten().into_iter().flatten();
    ids.filter_map(|(member, value)| match (name_of(&member), value) {
        (Some(name), Value::String(text)) => Some((text.into(), name)),
        _ => None,
    })
}

/// A text, and what of it stands between marks.
fn parts<'a>(
    text: &'a str,
    mark: char,
    name: &'static str,
) -> impl Iterator<Item = (Cow<'a, str>, &'static str)> {
    let parts = std::iter::once(text).chain(text.split(mark).take(PARTS_MAX));
    parts.map(move |part| (part.into(), name))
}

/// What stands in the place of a member's value.
fn name_of(member: &str) -> Option<&'static str> {
    match member {
        "JobId" => Some(JOB_NAME),
        "UserPoolId" => Some(POOL_NAME),
        _ => None,
    }
}

/// The kind of an answer: status × error type × message template × set of headers × state.
pub(crate) fn kind(given: Given, outcome: &Outcome, likeness: Option<&Likeness>) -> u64 {
    let mut hasher = DefaultHasher::new();
    given.hash(&mut hasher);
    if let Some(likeness) = likeness {
        likeness.status.hash(&mut hasher);
        likeness.error_type.hash(&mut hasher);
        frame(&likeness.message).hash(&mut hasher);
    }
    match outcome {
        Outcome::Answered(response) => {
            // A sum, since the order says nothing. A header that comes twice is another set, which does no harm.
            let names = response
                .headers
                .iter()
                .map(|header| name_hash(&header.name));
            let names = names.fold(0_u64, u64::wrapping_add);
            names.hash(&mut hasher);
        }
        Outcome::Closed => "closed".hash(&mut hasher),
        Outcome::Silent(_) => "silent".hash(&mut hasher),
    }
    hasher.finish()
}

/// FNV-1a of a header's name in lower case: short, and hashed by the million.
fn name_hash(name: &str) -> u64 {
    name.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte.to_ascii_lowercase())).wrapping_mul(0x0100_0000_01b3)
    })
}

/// A message without what stands between its first and its last mark: a value may hold marks of its own, and every other
/// value would be another kind.
fn frame(message: &str) -> (&str, &str) {
    let is_mark = |byte: u8| matches!(byte, b'\'' | b'"' | b'`');
    let first = message.bytes().position(is_mark);
    match (first, message.bytes().rposition(is_mark)) {
        (Some(first), Some(last)) => (&message[..first], &message[last..]),
        _ => (message, ""),
    }
}
