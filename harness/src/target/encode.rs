//! Percent-encoding: for what is added to a query, and for targets that the signer cannot read as they are.

use std::fmt::Write as _;

/// A text with everything but unreserved characters encoded, as Signature Version 4 wants it.
pub(crate) fn percent_encoded(text: &str) -> String {
    encoded(text, |byte| {
        byte.is_ascii_alphanumeric() || b"-._~".contains(&byte)
    })
}

/// A request target in the form that the signer can parse: what no URL may contain is encoded, and what has no path
/// gets the root's.
///
/// Such a request is malformed, and what its signature should be is nobody's promise.
pub(crate) fn encoded_target(target: &str) -> String {
    if !target.starts_with('/') {
        return "/".to_owned();
    }
    encoded(target, |byte| {
        byte.is_ascii_alphanumeric() || b"-._~:/?[]@!$&'()*+,;=%".contains(&byte)
    })
}

fn encoded(text: &str, is_kept: impl Fn(u8) -> bool) -> String {
    text.bytes().fold(String::new(), |mut encoded, byte| {
        if is_kept(byte) {
            encoded.push(char::from(byte));
        } else {
            // Writing to a string cannot fail.
            let _ = write!(encoded, "%{byte:02X}");
        }
        encoded
    })
}
