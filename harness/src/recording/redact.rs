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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accounts_keys_and_callers_are_taken_out_and_the_rest_stays() {
        let message = r#"{"Message":"User: arn:aws:sts::999988887777:assumed-role/Admin/me@example.com is not authorized on arn:aws:cognito-idp:us-east-1:999988887777:userpool/us-east-1_A"}"#;
        let redacted = redact_text(message);
        assert!(!redacted.contains("999988887777") && !redacted.contains("me@example.com"));
        assert!(
            redacted.contains(":123456789012:userpool/us-east-1_A"),
            "{redacted}"
        );
        assert!(serde_json::from_str::<Value>(&redacted).is_ok());
        let url = "https://b.s3.us-west-2.amazonaws.com/999988887777/us-west-2_A/import-B?X-Amz-Credential=ASIAABCDEFGHIJKLMNOP%2F2025&X-Amz-Signature=0f9";
        let redacted = redact_text(url);
        assert!(
            !redacted.contains("999988887777") && !redacted.contains("0f9"),
            "{redacted}"
        );
        assert!(!redact_text("key AKIAABCDEFGHIJKLMNOP").contains("AKIAABCD"));
        let plain = "Value 'import-0' at 'jobId' failed, 1736443471781";
        assert_eq!(redact_text(plain), plain);
    }
}
