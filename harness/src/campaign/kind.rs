//! What makes an answer another one than those before it: novelty, for targets that show nothing else.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use crate::case::{Case, Change, Given, Ids};
use crate::oracle::{Likeness, Outcome};

/// A text this long is no word that a message may have by itself, nor is a shorter one with a mark of ids in it.
const LENGTH_MIN: usize = 16;
const MARKED_LENGTH_MIN: usize = 3;
const MARKS: [char; 2] = ['_', '-'];

/// The ids that a request names beside those of its precondition, if it does. An answer may repeat them, and would be another one
/// for each.
pub(crate) fn named(case: &Case, ids: &Ids) -> Option<Ids> {
    let mut named: Option<Ids> = None;
    for change in &case.changes {
        let Change::Set(member, value) = change else {
            continue;
        };
        let fragment = value.fragment(|id| ids.of(id).to_owned());
        let Ok(text) = serde_json::from_str::<String>(&fragment) else {
            continue;
        };
        let is_marked = text.len() >= MARKED_LENGTH_MIN && text.contains(MARKS);
        if text.len() < LENGTH_MIN && !is_marked {
            continue;
        }
        let set = |ids: &mut Ids| match member.as_str() {
            "JobId" => ids.job = text,
            "UserPoolId" => ids.pool = text,
            _ => {}
        };
        set(named.get_or_insert_with(|| ids.clone()));
    }
    named
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
