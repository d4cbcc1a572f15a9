//! Takes out of a recording what nobody else should have: what opens a door, and whose account it was.

use std::sync::LazyLock;

use regex::Regex;
use serde_json::Value;

use crate::wire::{redact, redact_account};

/// Access keys, and who an ARN says has asked.
static OWNERS: LazyLock<[(Regex, &str); 2]> = LazyLock::new(|| {
    let pattern = |text| Regex::new(text).expect("it is a pattern");
    [
        (pattern(r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b"), "AKIDEXAMPLE"),
        (
            pattern(r#"(:(?:user|assumed-role|federated-user)/)[^\s"\\]+"#),
            "${1}…",
        ),
    ]
});

/// A text without account numbers, keys, signatures, tokens and names of callers.
pub fn redact_text(text: &str) -> String {
    let mut redacted = redact(&redact_account(text));
    for (pattern, instead) in OWNERS.iter() {
        redacted = pattern.replace_all(&redacted, *instead).into_owned();
    }
    redacted
}

/// A JSON value with every text redacted.
pub(crate) fn redact_value(value: &Value) -> Value {
    match value {
        Value::String(text) => Value::from(redact_text(text)),
        Value::Array(items) => items.iter().map(redact_value).collect(),
        Value::Object(members) => members
            .iter()
            .map(|(name, value)| (name.clone(), redact_value(value)))
            .collect(),
        other => other.clone(),
    }
}
