//! Takes secrets out of text that people will see.

use std::sync::LazyLock;

use regex::Regex;

/// What opens a door for as long as it is valid: the parts of a pre-signed URL and of a signature, and session tokens.
static SECRETS: LazyLock<Regex> = LazyLock::new(|| {
    let in_query = r"X-Amz-(?:Signature|Security-Token|Credential)=";
    let in_header = r"(?:Credential|Signature)=|authorization: *|x-amz-security-token: *";
    Regex::new(&format!(r#"(?i)({in_query}|{in_header})[^&"'\s,\\]+"#)).expect("it is a pattern")
});

/// The text without signatures, session tokens and the credentials of pre-signed URLs.
pub fn redact(text: &str) -> String {
    SECRETS.replace_all(text, "${1}…").into_owned()
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
