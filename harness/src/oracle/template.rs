//! What two answers share once the values are taken out.

use std::cmp::Reverse;
use std::ops::Range;

use memchr::memchr_iter;
use serde_json::Value;

use crate::case::Ids;
use crate::wire::{Envelope, Response};

/// An answer with its values taken out. Two answers of one likeness say the same thing.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Likeness {
    /// The status code.
    pub status: u16,
    /// The sanitised error type.
    pub error_type: Option<String>,
    /// The message's template; for a body without one, the whole body's.
    pub message: String,
}

impl Likeness {
    /// The likeness of an answer to a request that named these ids.
    pub fn of(response: &Response, ids: &Ids) -> Self {
        Self::of_read(response, &Envelope::read(response), &[ids])
    }

    /// The same, where the envelope was read before, and the request may have named other ids than those of its precondition.
    pub(crate) fn of_read(response: &Response, envelope: &Envelope, ids: &[&Ids]) -> Self {
        let message = match (&envelope.message, &envelope.json) {
            (Some(message), _) => template(head(message), ids),
            (None, Ok(json)) => skeleton(json),
            (None, Err(_)) => template(head(&String::from_utf8_lossy(&response.body)), ids),
        };
        Self {
            status: response.status,
            error_type: envelope.error_type().map(str::to_owned),
            message,
        }
    }
}

/// The most bytes of a text that count. Taking the values out of a text that is all quotation marks takes time by the square
/// of its size, and an answer may have a million.
const HEAD_SIZE_MAX: usize = 4 << 10;

fn head(text: &str) -> &str {
    let mut end = text.len().min(HEAD_SIZE_MAX);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

/// A message with the ids named, and with numbers, quoted values and digests taken out. Where one id begins with another, the
/// longer of the two is named.
pub fn template(message: &str, ids: &[&Ids]) -> String {
    let bytes = message.as_bytes();
    let names = ids
        .iter()
        .flat_map(|ids| [(&ids.pool, "<UserPoolId>"), (&ids.job, "<JobId>")]);
    // Most bytes begin nothing that is taken out.
    let mut begins = [false; 256];
    let firsts = names.clone().filter_map(|(id, _)| id.bytes().next());
    let firsts = firsts.flat_map(|first| [first.to_ascii_lowercase(), first.to_ascii_uppercase()]);
    for byte in firsts.chain(*b"'\"`0123456789") {
        begins[usize::from(byte)] = true;
    }
    let mut template = String::with_capacity(message.len());
    // What is taken over as it stands begins at `start`.
    let (mut start, mut place) = (0, 0);
    while let Some(plain) = (bytes[place..].iter()).position(|byte| begins[usize::from(*byte)]) {
        place += plain;
        let rest = &bytes[place..];
        let found = names
            .clone()
            .filter(|(id, _)| begins_with(rest, id.as_bytes()))
            .min_by_key(|(id, _)| Reverse(id.len()));
        if let Some((id, name)) = found {
            template.push_str(&message[start..place]);
            template.push_str(name);
            place += id.len();
            start = place;
        } else if rest[0].is_ascii_digit() {
            let run = digest(bytes, start, place);
            let digits = count(rest.iter(), u8::is_ascii_digit);
            let taken = run.unwrap_or(place..place + digits);
            template.push_str(&message[start..taken.start]);
            template.push('#');
            place = taken.end;
            start = place;
        } else if matches!(rest[0], b'\'' | b'"' | b'`') {
            // An apostrophe inside a word opens nothing.
            let opens = !message[start..place].ends_with(char::is_alphanumeric);
            place += 1;
            if let Some(size) = closing(&message[place..], rest[0]).filter(|_| opens) {
                template.push_str(&message[start..place]);
                template.push('…');
                start = place + size;
                place = start + 1;
            }
        } else {
            place += 1;
        }
    }
    template.push_str(&message[start..]);
    template
}

/// Whether an id comes next, maybe in other letters: one of a request whose letters were turned.
fn begins_with(rest: &[u8], id: &[u8]) -> bool {
    // By its first byte, then whole, since most places differ in the first.
    let is_first = id
        .first()
        .is_some_and(|first| first.eq_ignore_ascii_case(&rest[0]));
    is_first && rest.len() >= id.len() && rest[..id.len()].eq_ignore_ascii_case(id)
}

/// The shortest run of hexadecimal digits that is a digest, a signature or a request id and no word. Such a text would be
/// another one every time.
const DIGEST_LENGTH_MIN: usize = 16;

/// The digest that a digit is part of, if it is. It begins no sooner than `start`.
fn digest(bytes: &[u8], start: usize, digit: usize) -> Option<Range<usize>> {
    let is_of_digest = |byte: &u8| byte.is_ascii_hexdigit() || *byte == b'-';
    let before = count(bytes[start..digit].iter().rev(), is_of_digest);
    let behind = count(bytes[digit..].iter(), is_of_digest);
    let run = digit - before..digit + behind;
    (run.len() >= DIGEST_LENGTH_MIN).then_some(run)
}

/// How many bytes of one sort come next.
fn count<'a>(bytes: impl Iterator<Item = &'a u8>, is_one: impl Fn(&u8) -> bool) -> usize {
    bytes.take_while(|byte| is_one(byte)).count()
}

/// Where a quotation closes: at the first such mark that no letter follows.
fn closing(rest: &str, mark: u8) -> Option<usize> {
    memchr_iter(mark, rest.as_bytes())
        .find(|index| !rest[index + 1..].starts_with(char::is_alphanumeric))
}

/// The member names of a body, in order, with the types of their values.
fn skeleton(json: &Value) -> String {
    let mut out = String::new();
    write_skeleton(json, &mut out);
    out
}

fn write_skeleton(json: &Value, out: &mut String) {
    match json {
        Value::Null => out.push_str("null"),
        Value::Bool(_) => out.push_str("boolean"),
        Value::Number(_) => out.push_str("number"),
        Value::String(_) => out.push_str("string"),
        Value::Array(items) => {
            out.push('[');
            if let Some(first) = items.first() {
                write_skeleton(first, out);
            }
            out.push(']');
        }
        Value::Object(members) => {
            out.push('{');
            for (place, (name, value)) in members.iter().enumerate() {
                if place > 0 {
                    out.push(',');
                }
                out.push_str(name);
                out.push(':');
                write_skeleton(value, out);
            }
            out.push('}');
        }
    }
}
