//! What is taken out of texts before anyone sees them, or keeps them.

use fullstop::recording::{Head, redact_text};
use fullstop::wire::redact;
use serde_json::Value;

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

#[test]
fn what_opens_a_door_is_taken_out_and_the_rest_stays() {
    let url =
        "https://b.example/k?X-Amz-Security-Token=abc%2F&X-Amz-Date=2025&X-Amz-Signature=0f9\"";
    let wanted = "https://b.example/k?X-Amz-Security-Token=…&X-Amz-Date=2025&X-Amz-Signature=…\"";
    assert_eq!(redact(url), wanted);
    let header =
        "Authorization: AWS4-HMAC-SHA256 Credential=AKIA/2025/x, SignedHeaders=host, Signature=0f9";
    let redacted = redact(header);
    assert!(
        !redacted.contains("AKIA") && !redacted.contains("0f9"),
        "{redacted}"
    );
    assert_eq!(redact("Value 'x' at 'jobId'"), "Value 'x' at 'jobId'");
}

fn is_aws(endpoint: &str) -> bool {
    Head::new("target", endpoint, "us-east-1", "2026-11-25T20:00:00Z").aws
}

#[test]
fn only_the_service_itself_counts_as_aws() {
    assert!(is_aws("https://cognito-idp.us-east-1.amazonaws.com"));
    assert!(is_aws("https://cognito-idp.cn-north-1.amazonaws.com.cn/"));
    for other in [
        "http://cognito-idp.us-east-1.amazonaws.com",
        "https://cognito-idp.us-east-1.amazonaws.com.example.org",
        "https://evil.example/cognito-idp.us-east-1.amazonaws.com",
        "https://cognito-idp.us-east-1.amazonaws.com:8443",
        "https://s3.us-east-1.amazonaws.com",
        "http://127.0.0.1:4566",
    ] {
        assert!(!is_aws(other), "{other}");
    }
}
