//! Takes secrets out of text that people will see.

use std::sync::LazyLock;

use regex::{Regex, bytes};

use crate::wire::secrets::found;

/// What opens a door for as long as it is valid: the parts of a pre-signed URL and of a signature, and session tokens.
static SECRETS: LazyLock<bytes::Regex> = LazyLock::new(|| {
    let in_query = r"X-Amz-(?:Signature|Security-Token|Credential)=";
    let in_header = r"(?:Credential|Signature)=|authorization: *|x-amz-security-token: *";
    let pattern = format!(r#"(?i)({in_query}|{in_header})[^&"'\s,\\]+"#);
    bytes::Regex::new(&pattern).expect("it is a pattern")
});

/// What stands in place of a secret.
const REDACTED: &str = "…";

/// The text without signatures, session tokens and the credentials of pre-signed URLs, and without the secrets that this
/// process was given: keys, tokens and the values of a profile's headers, in whatever way they are written.
pub fn redact(text: &str) -> String {
    let bytes = redact_bytes(text.as_bytes());
    // Whole letters are taken out of a text, and whole ones put in.
    String::from_utf8_lossy(&bytes).into_owned()
}

/// The same for bytes that may be no text.
pub(crate) fn redact_bytes(bytes: &[u8]) -> Vec<u8> {
    let mut redacted = Vec::with_capacity(bytes.len());
    let mut at = 0;
    for secret in found(bytes) {
        redacted.extend_from_slice(&bytes[at..secret.start]);
        redacted.extend_from_slice(REDACTED.as_bytes());
        at = secret.end;
    }
    redacted.extend_from_slice(&bytes[at..]);
    SECRETS
        .replace_all(&redacted, "${1}…".as_bytes())
        .into_owned()
}

/// The account of AWS's own examples, in place of a real one.
pub const ACCOUNT: &str = "123456789012";

/// Where an account number stands: in an ARN, and in the path of a pre-signed URL.
static ACCOUNTS: LazyLock<[Regex; 2]> = LazyLock::new(|| {
    [
        r#"(arn:[^:\s"]*:[^:\s"]*:[^:\s"]*:)[0-9]{12}\b"#,
        r"(amazonaws\.com(?:\.cn)?/)[0-9]{12}\b",
    ]
    .map(|pattern| Regex::new(pattern).expect("it is a pattern"))
});

/// The text without account numbers: the example's account stands in their place.
pub fn redact_account(text: &str) -> String {
    let mut redacted = text.to_owned();
    for pattern in ACCOUNTS.iter() {
        redacted = pattern
            .replace_all(&redacted, format!("${{1}}{ACCOUNT}"))
            .into_owned();
    }
    redacted
}
