//! Words that checks compare with: what a fuzzer would have to guess.

use std::fmt::Write as _;

use crate::contract::{CONTENT_TYPE, JOB_ID, Operation, Status, USER_POOL_ID};

/// Fragments of JSON.
pub(crate) const JSON: &[&str] = &[
    "{",
    "}",
    "[",
    "]",
    ":",
    ",",
    "\"",
    "null",
    "true",
    "false",
    "0",
    "-0",
    "1.5",
    "1e400",
    "01",
    "NaN",
    "\"\"",
    "{}",
    "[]",
    "\"UserPoolId\"",
    "\"JobId\"",
    "\"${UserPoolId}\"",
    "\"${JobId}\"",
    "\"__type\"",
    "\"\\u0000\"",
    "\"\\ud800\"",
    "\\u0049",
    "/**/",
    "//",
    "\u{feff}",
    "\u{a0}",
    "\0",
    "\n",
    " ",
];

/// Words of the protocol and of the operation, and what ends a word too early.
pub(crate) const WORDS: &[&str] = &[
    "import-",
    "import-a",
    "us-east-1_",
    "us-east-1_a",
    "_",
    "-",
    "${UserPoolId}",
    "${JobId}",
    "StopUserImportJob",
    "AWSCognitoIdentityProviderService",
    "application/x-amz-json-1.1",
    "application/x-amz-json-1.0",
    "application/json",
    "; charset=utf-8",
    "chunked",
    "identity",
    "gzip",
    "close",
    "keep-alive",
    "100-continue",
    "HTTP/1.0",
    "HTTP/2.0",
    "\r\n",
    "\n",
    "\r\n\r\n",
    "\0",
    "%00",
    "%0d%0a",
    "../",
    "${jndi:ldap://127.0.0.1/a}",
    "{{7*7}}",
    "<script>",
    "' OR '1'='1",
    "-1",
    "0",
    "4294967296",
    "18446744073709551616",
];

/// Words of the raw protocol, for a fuzzer that makes bytes.
const FRAMING: &[&str] = &[
    "POST / HTTP/1.1\r\n",
    "Host: localhost\r\n",
    "Content-Length: ",
    "Transfer-Encoding: chunked\r\n",
    "X-Amz-Target: ",
    "Content-Type: ",
    "Connection: close\r\n",
    "Expect: 100-continue\r\n",
    "\r\n\r\n",
    "0\r\n\r\n",
    "Authorization: ",
    "AWS4-HMAC-SHA256 Credential=",
    ", SignedHeaders=",
    ", Signature=",
    "X-Amz-Date: ",
    "/aws4_request",
];

/// Words of the files that a user writes, for the targets that read them.
const FILES: &[&str] = &[
    "requirement = \"",
    "level = \"must\"",
    "sources = [{ kind = \"documented\", cite = \"",
    "[[case]]\n",
    "name = \"",
    "why = \"",
    "set.JobId = { ",
    "text = \"",
    "json = \"",
    "repeat = \"",
    "times = ",
    "given = { job = \"started\" }",
    "expect = [{ status = 400, error = \"",
    "[case.raw]\n",
    "head = [",
    "invariant = \"",
    "[target.",
    "endpoint = \"",
    "region = \"",
    "credentials = ",
    "provision = { driver = \"",
    "reach = [",
];

/// The dictionary in the form that libFuzzer and AFL++ read. `fuzz/dict` holds it, and a test holds it current.
pub fn dictionary() -> String {
    let contract: Vec<String> = [
        JOB_ID.member.to_owned(),
        USER_POOL_ID.member.to_owned(),
        CONTENT_TYPE.to_owned(),
        Operation::StopUserImportJob.target(),
    ]
    .into_iter()
    .chain(Status::ALL.map(|status| format!("\"{}\"", status.name())))
    .collect();
    let words = JSON
        .iter()
        .chain(WORDS)
        .chain(FRAMING)
        .chain(FILES)
        .copied();
    let mut all: Vec<&str> = words.chain(contract.iter().map(String::as_str)).collect();
    all.sort_unstable();
    all.dedup();
    let mut text = "# Written by `cargo test dictionary`; the words are in harness/src/generator/dictionary.rs.\n".to_owned();
    for word in all {
        text.push('"');
        for byte in word.bytes() {
            match byte {
                b'"' | b'\\' => {
                    text.push('\\');
                    text.push(char::from(byte));
                }
                b' '..=b'~' => text.push(char::from(byte)),
                _ => {
                    let _ = write!(text, "\\x{byte:02X}");
                }
            }
        }
        text.push_str("\"\n");
    }
    text
}
