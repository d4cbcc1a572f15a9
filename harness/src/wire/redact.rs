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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_opens_a_door_is_taken_out_and_the_rest_stays() {
        let url =
            "https://b.example/k?X-Amz-Security-Token=abc%2F&X-Amz-Date=2025&X-Amz-Signature=0f9\"";
        let wanted =
            "https://b.example/k?X-Amz-Security-Token=…&X-Amz-Date=2025&X-Amz-Signature=…\"";
        assert_eq!(redact(url), wanted);
        let header = "Authorization: AWS4-HMAC-SHA256 Credential=AKIA/2025/x, SignedHeaders=host, Signature=0f9";
        let redacted = redact(header);
        assert!(
            !redacted.contains("AKIA") && !redacted.contains("0f9"),
            "{redacted}"
        );
        assert_eq!(redact("Value 'x' at 'jobId'"), "Value 'x' at 'jobId'");
    }
}
