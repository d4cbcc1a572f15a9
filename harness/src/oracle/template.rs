//! What two answers share once the values are taken out.

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
        Self::of_read(response, &Envelope::read(response), ids)
    }

    /// The same, where the envelope was read before.
    pub(crate) fn of_read(response: &Response, envelope: &Envelope, ids: &Ids) -> Self {
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

/// A message with the ids named, and with numbers, quoted values and digests taken out.
pub fn template(message: &str, ids: &Ids) -> String {
    let mut named = without_digests(message);
    for (id, name) in [(&ids.pool, "<UserPoolId>"), (&ids.job, "<JobId>")] {
        if !id.is_empty() {
            named = renamed(&named, id, name);
        }
    }
    let mut template = String::with_capacity(named.len());
    let mut rest = named.as_str();
    while let Some(letter) = rest.chars().next() {
        rest = &rest[letter.len_utf8()..];
        match letter {
            // An apostrophe inside a word opens nothing.
            '\'' | '"' | '`' if !template.ends_with(char::is_alphanumeric) => {
                template.push(letter);
                if let Some(end) = closing(rest, letter) {
                    template.push('…');
                    template.push(letter);
                    rest = &rest[end + letter.len_utf8()..];
                }
            }
            digit if digit.is_ascii_digit() => {
                rest = rest.trim_start_matches(|letter: char| letter.is_ascii_digit());
                template.push('#');
            }
            other => template.push(other),
        }
    }
    template
}

/// A text with another name for each id, which may come back in other letters: one of a request whose letters were turned.
fn renamed(text: &str, id: &str, name: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut end = 0;
    // By its first byte, then whole, since most places differ in the first.
    for (place, found) in text.as_bytes().windows(id.len()).enumerate() {
        let is_id = found[0].eq_ignore_ascii_case(&id.as_bytes()[0])
            && found.eq_ignore_ascii_case(id.as_bytes());
        if is_id && place >= end {
            out.push_str(&text[end..place]);
            out.push_str(name);
            end = place + id.len();
        }
    }
    out.push_str(&text[end..]);
    out
}

/// The shortest run of hexadecimal digits that is a digest, a signature or a request id and no word.
const DIGEST_LENGTH_MIN: usize = 16;

/// A text with `#` in place of each digest, which would be another text every time.
fn without_digests(text: &str) -> String {
    let is_of_digest = |byte: u8| byte.is_ascii_hexdigit() || byte == b'-';
    let mut rest = text;
    let mut out = String::with_capacity(text.len());
    while !rest.is_empty() {
        let run = rest.bytes().take_while(|byte| is_of_digest(*byte)).count();
        let is_digest =
            run >= DIGEST_LENGTH_MIN && rest[..run].bytes().any(|byte| byte.is_ascii_digit());
        if is_digest {
            out.push('#');
        } else {
            out.push_str(&rest[..run]);
        }
        rest = &rest[run..];
        let other = rest.bytes().take_while(|byte| !is_of_digest(*byte)).count();
        out.push_str(&rest[..other]);
        rest = &rest[other..];
    }
    out
}

/// Where a quotation closes: at the last such mark that no letter follows before the next gap, else at the first.
fn closing(rest: &str, mark: char) -> Option<usize> {
    rest.char_indices()
        .filter(|(_, letter)| *letter == mark)
        .map(|(index, _)| index)
        .find(|index| !rest[index + mark.len_utf8()..].starts_with(char::is_alphanumeric))
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
