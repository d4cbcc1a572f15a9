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
        Self::of_read(response, &Envelope::read(response), &names(ids))
    }

    /// The same, where the envelope was read before, and the request may have named other ids than those of its precondition.
    pub(crate) fn of_read(response: &Response, envelope: &Envelope, names: &[Name<'_>]) -> Self {
        let message = match (&envelope.message, &envelope.json) {
            (Some(message), _) => template(message, names),
            (None, Ok(json)) => skeleton(json),
            (None, Err(_)) => template(&String::from_utf8_lossy(&response.body), names),
        };
        Self {
            status: response.status,
            error_type: envelope.error_type().map(str::to_owned),
            message,
        }
    }
}

/// A text that a message may repeat, and what stands in its place.
pub type Name<'a> = (&'a str, &'a str);

/// What stands in the place of ids.
pub const POOL_NAME: &str = "<UserPoolId>";
/// See [`POOL_NAME`].
pub const JOB_NAME: &str = "<JobId>";

/// The ids of a precondition, as names.
pub fn names(ids: &Ids) -> [Name<'_>; 2] {
    [(&ids.pool, POOL_NAME), (&ids.job, JOB_NAME)]
}

/// The most bytes of a template. What is behind them tells no two answers apart that matter, and an answer may have a million.
const SIZE_MAX: usize = 4 << 10;

/// A message with the ids named, and with numbers, quoted values and digests taken out. Where one id begins with another, the
/// longer of the two is named; a short one only where it is a word by itself. What is beyond 4 KiB is left out.
///
/// The time is linear in the size of the message, whatever an endpoint puts there.
pub fn template(message: &str, names: &[Name<'_>]) -> String {
    let bytes = message.as_bytes();
    // Most bytes begin nothing that is taken out.
    let mut begins = [false; 256];
    let firsts = names.iter().filter_map(|(id, _)| id.bytes().next());
    let firsts = firsts.flat_map(|first| [first.to_ascii_lowercase(), first.to_ascii_uppercase()]);
    for byte in firsts.chain(*b"'\"`0123456789") {
        begins[usize::from(byte)] = true;
    }
    // Marks that close nothing any more, which is found out once.
    let mut never_close = [false; 256];
    let mut template = String::with_capacity(message.len().min(SIZE_MAX));
    // What is taken over as it stands begins at `start`.
    let (mut start, mut place) = (0, 0);
    while let Some(plain) = (bytes[place..].iter()).position(|byte| begins[usize::from(*byte)]) {
        if template.len() > SIZE_MAX {
            break;
        }
        place += plain;
        let rest = &message[place..];
        let found = names
            .iter()
            .filter_map(|(id, name)| Some((repeated(message, place, id)?, name)))
            .min_by_key(|(size, _)| Reverse(*size));
        let first = bytes[place];
        if let Some((size, name)) = found {
            template.push_str(&message[start..place]);
            template.push_str(name);
            place += size;
            start = place;
        } else if first.is_ascii_digit() {
            let run = digest(bytes, start, place);
            let digits = count(rest.bytes(), u8::is_ascii_digit);
            let taken = run.unwrap_or(place..place + digits);
            template.push_str(&message[start..taken.start]);
            template.push('#');
            place = taken.end;
            start = place;
        } else if matches!(first, b'\'' | b'"' | b'`') {
            // An apostrophe inside a word opens nothing.
            let opens = !message[start..place].ends_with(char::is_alphanumeric);
            place += 1;
            if opens && !never_close[usize::from(first)] {
                let Some(size) = closing(&message[place..], first) else {
                    never_close[usize::from(first)] = true;
                    continue;
                };
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
    template.truncate(template.floor_char_boundary(SIZE_MAX));
    template
}

/// The least of an id that shows that it is repeated, although it goes on in another way: an endpoint may cut a long one off.
/// It is more than a valid id has.
const REPEATED_SIZE_MIN: usize = 64;

/// A shorter id may be a part of a word that says something else.
const PART_SIZE_MIN: usize = 16;

/// How many bytes of an id come next, if it is there: maybe in other letters, as those of a request may be turned.
fn repeated(message: &str, place: usize, id: &str) -> Option<usize> {
    let rest = &message[place..];
    let pairs = rest.bytes().zip(id.bytes());
    let same = count(pairs, |(one, other)| one.eq_ignore_ascii_case(other));
    let is_there = same >= REPEATED_SIZE_MIN || same == id.len() && same > 0;
    let size = is_there.then(|| rest.floor_char_boundary(same))?;
    let is_whole = || !goes_on(message, place) && !goes_on(message, place + size);
    (size >= PART_SIZE_MIN || is_whole()).then_some(size)
}

/// Whether a word goes on at a place.
fn goes_on(message: &str, place: usize) -> bool {
    message[..place].ends_with(char::is_alphanumeric)
        && message[place..].starts_with(char::is_alphanumeric)
}

/// The shortest run of hexadecimal digits that is a digest, a signature or a request id and no word. Such a text would be
/// another one every time.
const DIGEST_LENGTH_MIN: usize = 16;

/// The digest that a digit is part of, if it is. It begins no sooner than `start`.
fn digest(bytes: &[u8], start: usize, digit: usize) -> Option<Range<usize>> {
    let is_of_digest = |byte: &&u8| byte.is_ascii_hexdigit() || **byte == b'-';
    let before = count(bytes[start..digit].iter().rev(), is_of_digest);
    let behind = count(bytes[digit..].iter(), is_of_digest);
    let run = digit - before..digit + behind;
    (run.len() >= DIGEST_LENGTH_MIN).then_some(run)
}

/// How many bytes of one sort come next.
fn count<T>(bytes: impl Iterator<Item = T>, is_one: impl Fn(&T) -> bool) -> usize {
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
