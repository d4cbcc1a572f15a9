//! The canonical form of a request, which both sides hash.
//!
//! Source: IAM user guide, "Create a signed AWS API request".

use std::fmt::Write as _;

use crate::reference::signature::claim::Claim;
use crate::wire::Request;

/// The canonical request.
pub(crate) fn canonical_request(request: &Request, claim: &Claim, body_hash: &str) -> String {
    let (path, query) = request.path.split_once('?').unwrap_or((&request.path, ""));
    let mut text = format!(
        "{}\n{}\n{}\n",
        request.method,
        canonical_path(path),
        canonical_query(query, claim.is_in_query)
    );
    for name in &claim.signed_headers {
        let value = canonical_header(request, name);
        // Writing to a String does not fail.
        let _ = writeln!(text, "{name}:{value}");
    }
    let _ = write!(text, "\n{}\n{body_hash}", claim.signed_headers.join(";"));
    text
}

/// Percent-decoded bytes. What is no escape stays as it is.
pub(crate) fn decoded(text: &str) -> Vec<u8> {
    let digit = |byte: Option<&u8>| char::from(*byte?).to_digit(16);
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut index = 0;
    while let Some(&byte) = bytes.get(index) {
        let escape = match (
            byte,
            digit(bytes.get(index + 1)),
            digit(bytes.get(index + 2)),
        ) {
            (b'%', Some(high), Some(low)) => u8::try_from(high * 16 + low).ok(),
            _ => None,
        };
        out.push(escape.unwrap_or(byte));
        index += if escape.is_some() { 3 } else { 1 };
    }
    out
}

/// Every service but S3 encodes the path once more.
fn canonical_path(path: &str) -> String {
    let segments: Vec<String> = path
        .split('/')
        .map(|part| encoded(part.as_bytes()))
        .collect();
    segments.join("/")
}

/// Sorted by name, then by value, without the signature itself.
fn canonical_query(query: &str, is_claim_in_query: bool) -> String {
    let mut pairs: Vec<(String, String)> = query
        .split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| {
            let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
            (encoded(&decoded(key)), encoded(&decoded(value)))
        })
        .filter(|(key, _)| !(is_claim_in_query && key == "X-Amz-Signature"))
        .collect();
    pairs.sort();
    let pairs: Vec<String> = pairs
        .iter()
        .map(|(key, value)| format!("{key}={value}"))
        .collect();
    pairs.join("&")
}

/// The values of a header, each without blanks round it and with single blanks within, joined by commas.
fn canonical_header(request: &Request, name: &str) -> String {
    let values: Vec<String> = request
        .headers
        .iter()
        .filter(|header| header.is(name))
        .map(|header| {
            let value = String::from_utf8_lossy(&header.value);
            value.split_ascii_whitespace().collect::<Vec<_>>().join(" ")
        })
        .collect();
    values.join(",")
}

fn encoded(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len());
    for &byte in bytes {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            out.push(char::from(byte));
        } else {
            // Writing to a String does not fail.
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}
