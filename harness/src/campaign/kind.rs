//! What makes an answer another one than those before it: novelty, for targets that show nothing else.

use std::borrow::Cow;
use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use serde_json::{Map, Value};

use crate::campaign::suspicion::{Came, sent_body};
use crate::case::{Case, Change, Given, Ids, Message};
use crate::oracle::{self, JOB_NAME, Likeness, Outcome, POOL_NAME};

/// The most parts of a path or a target that are named.
const PARTS_MAX: usize = 8;

/// The most bytes of a body of which the ids are read.
const BODY_SIZE_MAX: usize = 16 << 10;

/// The least of a text that stands in no answer by chance. A hyphen, a blank or `import` is there whether a request says it or
/// not.
const SURE_SIZE_MIN: usize = 16;

/// The kind of an answer, read twice, since an answer may repeat any text of its request, and would be another one for each, but
/// may have a short one by chance, and without it would be another one as well.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct AnswerKind {
    /// Without any text of the request.
    pub(crate) bare: u64,
    /// With those that may be there by chance.
    pub(crate) full: u64,
}

/// The kinds of answers that were seen.
#[derive(Clone, Debug, Default)]
pub(crate) struct Seen {
    /// Of either way to read.
    readings: HashSet<u64>,
    kinds: Vec<AnswerKind>,
}

impl Seen {
    /// Whether a kind was seen, however it is read.
    pub(crate) fn has(&self, kind: AnswerKind) -> bool {
        self.readings.contains(&kind.bare) || self.readings.contains(&kind.full)
    }

    /// Takes in a kind, if it is new. Returns whether it was.
    pub(crate) fn insert(&mut self, kind: AnswerKind) -> bool {
        let is_new = !self.has(kind);
        if is_new {
            self.readings.extend([kind.bare, kind.full]);
            self.kinds.push(kind);
        }
        is_new
    }

    /// All of them, in the order in which they came.
    pub(crate) fn kinds(&self) -> &[AnswerKind] {
        &self.kinds
    }
}

/// The kind of an answer, and its likeness, if there is an answer.
pub(crate) fn kind(came: Came<'_>) -> (AnswerKind, Option<Likeness>) {
    let named = named(came.case, came.message, came.ids);
    let named = trimmed(&named);
    let is_sure = |text: &str| text.len() >= SURE_SIZE_MIN;
    let likeness = |is_taken_out: &dyn Fn(&str) -> bool| match (came.outcome, came.envelope) {
        (Outcome::Answered(response), Some(read)) => {
            let mut names = Vec::from(oracle::names(came.ids));
            names.extend(named.iter().filter(|(text, _)| is_taken_out(text)));
            Some(Likeness::of_read(response, read, &names))
        }
        _ => None,
    };
    let hash = |likeness: Option<&Likeness>| hash(came.case.given, came.outcome, likeness);
    let likeness_bare = likeness(&|_| true);
    let bare = hash(likeness_bare.as_ref());
    let full = match named.iter().all(|(text, _)| is_sure(text)) {
        true => bare,
        false => hash(likeness(&is_sure).as_ref()),
    };
    (AnswerKind { bare, full }, likeness_bare)
}

/// The texts without the blanks and marks at their ends: a message has its own round what it repeats.
fn trimmed<'a>(named: &'a [Named<'_>]) -> Vec<(&'a str, &'static str)> {
    let is_round = |letter: char| letter.is_whitespace() || is_mark(letter);
    let trimmed = named
        .iter()
        .map(|(text, name)| (text.trim_matches(is_round), *name));
    trimmed.filter(|(text, _)| !text.is_empty()).collect()
}

/// A text of a request, and what stands in its place.
type Named<'a> = (Cow<'a, str>, &'static str);

/// What a request says beside the ids of its precondition.
fn named<'a>(case: &'a Case, message: &Message, ids: &Ids) -> Vec<Named<'a>> {
    let mut named = Vec::new();
    for change in &case.changes {
        match (change, message) {
            (Change::Set(member, value), _) => {
                let Some(name) = name_of(member) else {
                    continue;
                };
                let fragment = value.fragment(|id| ids.of(id).to_owned());
                let is_text = fragment.trim_ascii_start().starts_with('"');
                let text = is_text.then(|| serde_json::from_str::<String>(&fragment).ok());
                named.extend(text.flatten().map(|text| (text.into(), name)));
            }
            (Change::Body(_) | Change::Raw(_), _) => named.extend(ids_in(sent_body(message))),
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

fn ids_in<'a>(body: &[u8]) -> impl Iterator<Item = Named<'a>> + use<'a> {
    let is_small = body.len() <= BODY_SIZE_MAX;
    let members = is_small.then(|| serde_json::from_slice::<Map<String, Value>>(body).ok());
    let ids = members.flatten().into_iter().flatten();
    ids.filter_map(|(member, value)| match (name_of(&member), value) {
        (Some(name), Value::String(text)) => Some((text.into(), name)),
        _ => None,
    })
}

/// A text, and what of it stands between marks.
fn parts<'a>(text: &'a str, mark: char, name: &'static str) -> impl Iterator<Item = Named<'a>> {
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

/// Status × error type × message template × set of headers × state.
fn hash(given: Given, outcome: &Outcome, likeness: Option<&Likeness>) -> u64 {
    let mut hasher = DefaultHasher::new();
    given.hash(&mut hasher);
    if let Some(likeness) = likeness {
        likeness.status.hash(&mut hasher);
        likeness.error_type.hash(&mut hasher);
        let (first, last) = frame(&likeness.message);
        for word in first.split_whitespace().chain(last.split_whitespace()) {
            word.hash(&mut hasher);
        }
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

/// What a message has round what it quotes.
fn is_mark(letter: char) -> bool {
    matches!(letter, '\'' | '"' | '`')
}

/// A message without what stands between its first and its last mark: a value may hold marks of its own, and every other
/// value would be another kind.
fn frame(message: &str) -> (&str, &str) {
    let first = message.find(is_mark);
    match (first, message.rfind(is_mark)) {
        (Some(first), Some(last)) => (&message[..first], &message[last..]),
        _ => (message, ""),
    }
}
