//! What tells one wrong answer from another, and nothing that differs from run to run.
//!
//! A fingerprint is a hash of the error type and of the facets that were wrong. Where the service has no such error, the status
//! and the message without its values count as well: of its own errors these belong to rules of their own, and mending one must
//! change no other fingerprint. Ids, clocks, ports and the order of the cases leave no mark on it.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use regex::{Captures, Regex};
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::case::Ids;
use crate::contract::is_known;
use crate::oracle::violation::{Actual, Facet, Violation};
use crate::oracle::{names, template};
use crate::wire::{Envelope, Response};

/// The most letters of a message or a body that count: what tells two errors apart stands at their beginning.
const MESSAGE_LENGTH_MAX: usize = 1_000;

/// The most ways in which an invariant is broken that its fingerprint lists. Who breaks it in more ways breaks it in any.
const WAYS_MAX: usize = 16;

/// The most members of a body whose names count.
const MEMBERS_MAX: usize = 20;

/// How an answer was wrong, or what came in place of one: sixteen hexadecimal digits.
pub fn fingerprint(
    verdict: &str,
    came: Option<&Response>,
    ids: &Ids,
    violations: &[Violation],
) -> String {
    let mut parts = vec![verdict.to_owned()];
    match came {
        Some(response) => parts.extend(said(response, ids, violations)),
        None => parts.push("closed".to_owned()),
    }
    let facets: BTreeSet<_> = violations.iter().map(Violation::at).collect();
    parts.extend(facets);
    digest(&parts, 16)
}

/// How an invariant was broken: each way as eight hexadecimal digits, joined by full stops. A run that meets fewer of its
/// answers, as with a filter, finds fewer of them.
pub fn fingerprint_of_ways<'a>(violations: impl Iterator<Item = &'a Violation>) -> String {
    let ways: BTreeSet<_> = violations
        .map(|violation| {
            // What came in these places is one of a few; elsewhere it can be any value.
            let is_of_few = match &violation.facet {
                Facet::Status | Facet::ErrorType => true,
                Facet::Header(name) => name == "content-type",
                _ => false,
            };
            let got = match &violation.actual {
                Actual::Status(status, None) if is_of_few => status.to_string(),
                Actual::Text(text) if is_of_few && !text.contains(char::is_whitespace) => {
                    text.clone()
                }
                Actual::Missing if is_of_few => "none".to_owned(),
                _ => String::new(),
            };
            digest(&[violation.at(), got], 8)
        })
        .collect();
    let ways: Vec<_> = ways.into_iter().take(WAYS_MAX).collect();
    ways.join(".")
}

/// Whether a fingerprint says nothing that another one does not say.
pub fn is_within(fingerprint: &str, known: &str) -> bool {
    let known: BTreeSet<_> = known.split('.').collect();
    fingerprint.split('.').all(|way| known.contains(way))
}

/// What an answer says once everything of its moment is taken out.
fn said(response: &Response, ids: &Ids, violations: &[Violation]) -> Vec<String> {
    let envelope = Envelope::read(response);
    let is_worded = violations.iter().any(|one| one.facet.is_message());
    let error = envelope.error_type().filter(|name| is_known(name));
    if let Some(error) = error.filter(|_| response.status >= 400 && !is_worded) {
        return vec![error.to_owned()];
    }
    let message = match (&envelope.message, &envelope.json) {
        (Some(message), _) => lasting(message, ids),
        (None, Ok(Value::Object(members))) => {
            let names = members.keys().take(MEMBERS_MAX).map(String::as_str);
            names
                .collect::<BTreeSet<_>>()
                .into_iter()
                .collect::<Vec<_>>()
                .join(",")
        }
        (None, Ok(_)) => "JSON".to_owned(),
        (None, Err(_)) => {
            let head = &response.body[..response.body.len().min(4 * MESSAGE_LENGTH_MAX)];
            lasting(&String::from_utf8_lossy(head), ids)
        }
    };
    vec![
        response.status.to_string(),
        envelope.error_type().unwrap_or_default().to_owned(),
        message,
    ]
}

/// What differs from run to run in a message, besides ids, numbers and quoted values.
static PASSING: LazyLock<[(Regex, &str); 3]> = LazyLock::new(|| {
    let pattern = |text| Regex::new(text).expect("it is a pattern");
    [
        (pattern(r#"https?://[^\s"'<>]+"#), "<url>"),
        (pattern(r"(?i)\bimport-[0-9a-z-]+"), "<JobId>"),
        (
            pattern(r"\b[a-z]{2}(?:-[a-z]+)+-[0-9]_[0-9A-Za-z]+"),
            "<UserPoolId>",
        ),
    ]
});

/// A word that may be a key, a hash or a moment: it is one where it holds a digit.
static TOKEN: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"[0-9A-Za-z+/=_:.-]{8,}").expect("it is a pattern"));

fn lasting(message: &str, ids: &Ids) -> String {
    let mut text: String = message.chars().take(MESSAGE_LENGTH_MAX).collect();
    for (id, name) in [(&ids.pool, "<UserPoolId>"), (&ids.job, "<JobId>")] {
        if !id.is_empty() {
            text = text.replace(id.as_str(), name);
        }
    }
    for (pattern, name) in PASSING.iter() {
        text = pattern.replace_all(&text, *name).into_owned();
    }
    let named = TOKEN.replace_all(&text, |found: &Captures<'_>| {
        if found[0].contains(|letter: char| letter.is_ascii_digit()) {
            "<token>".to_owned()
        } else {
            found[0].to_owned()
        }
    });
    template(&named, &names(ids))
}

fn digest(parts: &[String], digits: usize) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(part.as_bytes());
        // A separator that no part holds, so that two lists never read alike.
        hash.update([0]);
    }
    let mut hex = hex::encode(hash.finalize());
    hex.truncate(digits);
    hex
}
