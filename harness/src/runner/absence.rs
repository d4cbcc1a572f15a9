//! Whether an answer says that there is no such operation.
//!
//! Emulators say it in many dialects: 501 with one of five types, 400 with another two, a page of HTML or XML. So an answer
//! is first compared with those to two operations that exist nowhere. What differs between these two (a request id, a
//! moment) tells nothing; what they share is how the endpoint refuses what it does not know.

use crate::contract::{declared, is_known};
use crate::wire::{Envelope, Response, is_throttled};

/// Error types by which an endpoint says it in so many words. Without the `Exception` or `Error` at the end, in lower case.
const WORDS: [&str; 9] = [
    "actionnotfound",
    "invalidaction",
    "notimplemented",
    "notsupported",
    "operationnotfound",
    "unimplemented",
    "unknownoperation",
    "unsupported",
    "unsupportedoperation",
];

/// Known errors that can mean it, among all those that mean something else: that the request is not signed, or throttled.
const KNOWN: [&str; 4] = [
    "InternalFailure",
    "InvalidAction",
    "MissingAction",
    "UnknownOperationException",
];

/// How an endpoint answers operations that exist nowhere, to one body.
#[derive(Clone, Debug)]
pub struct Unknown {
    one: Shape,
    other: Shape,
}

/// An answer as far as it can be compared.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Shape {
    status: u16,
    error_type: Option<String>,
    words: Vec<String>,
}

impl Unknown {
    /// From the answers to two operations, each with its name.
    pub fn of(one: (&str, &Response), other: (&str, &Response)) -> Self {
        Self {
            one: Shape::of(one.0, one.1),
            other: Shape::of(other.0, other.1),
        }
    }

    /// Whether an operation is answered as these are.
    fn is_like(&self, operation: &str, answer: &Response) -> bool {
        let answer = Shape::of(operation, answer);
        let (one, other) = (&self.one, &self.other);
        let same_kind = |shape: &Shape| {
            (shape.status, &shape.error_type) == (answer.status, &answer.error_type)
        };
        if !same_kind(one) || !same_kind(other) {
            return false;
        }
        if one.words.len() != other.words.len() {
            // What varies has no fixed number of words: what is shared must be there.
            let shared = one.words.iter().filter(|word| other.words.contains(word));
            return shared.into_iter().all(|word| answer.words.contains(word));
        }
        let mut words = one.words.iter().zip(&other.words).zip(&answer.words);
        answer.words.len() == one.words.len()
            && words.all(|((one, other), word)| one != other || word == one)
    }

    /// Whether the answer to an operation says that there is none.
    pub fn is_said(&self, operation: &str, answer: &Response) -> bool {
        if answer.status < 400 || speaks_of_something_else(answer) {
            return false;
        }
        says_so(answer) || self.is_like(operation, answer)
    }
}

/// By its status or its type alone: an endpoint may know the names of operations that it lacks, and answer a made-up one
/// otherwise.
fn says_so(answer: &Response) -> bool {
    let envelope = Envelope::read(answer);
    let name = envelope.error_type().unwrap_or_default();
    let name = name.trim_end_matches("Exception").trim_end_matches("Error");
    answer.status == 501 || WORDS.contains(&name.to_ascii_lowercase().as_str())
}

/// A declared error shows that the operation was reached, and some errors come before any operation is.
fn speaks_of_something_else(answer: &Response) -> bool {
    let envelope = Envelope::read(answer);
    let name = envelope.error_type().unwrap_or_default();
    let is_of_others = declared(name).is_some() || is_known(name) && !KNOWN.contains(&name);
    is_of_others || is_throttled(answer) || matches!(answer.status, 401 | 403 | 407)
}

impl Shape {
    fn of(operation: &str, answer: &Response) -> Self {
        let text = String::from_utf8_lossy(&answer.body);
        let is_gap =
            |letter: char| letter.is_whitespace() || "\"'`<>{}[]()=,:;#&/\\".contains(letter);
        let words = text.split(is_gap).filter(|word| !word.is_empty());
        Self {
            status: answer.status,
            error_type: Envelope::read(answer).error_type().map(str::to_owned),
            words: words.map(|word| nameless(word, operation)).collect(),
        }
    }
}

/// A word, unless it holds the operation's name in any spelling.
fn nameless(word: &str, operation: &str) -> String {
    let letters: String = word
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .map(|letter| letter.to_ascii_lowercase())
        .collect();
    if letters.contains(&operation.to_ascii_lowercase()) {
        "<operation>".to_owned()
    } else {
        word.to_owned()
    }
}
