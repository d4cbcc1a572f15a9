//! An exchange as a snapshot shows it: everything that differs from run to run is named instead.

use std::fmt::Write as _;
use std::sync::LazyLock;

use regex::Regex;
use serde_json::Value;

use crate::case::{Ids, Message};
use crate::contract::{Kind, MEMBERS};
use crate::wire::{Header, Response, redact, redact_account};

/// The most characters of one value: snapshots are read by people, and a long value is described as well by its length.
const VALUE_LENGTH_MAX: usize = 400;

/// The most bytes of a body that are looked at for it.
const HEAD_SIZE_MAX: usize = 4 << 10;

/// Renders what was sent and what came. `ids` are those of the precondition.
pub fn render(sent: &Message, came: Result<&Response, &str>, ids: &Ids) -> String {
    let mut text = String::new();
    sent_lines(sent, ids, &mut text);
    text.push_str("\n---\n");
    match came {
        Ok(response) => response_lines(response, ids, &mut text),
        Err(failure) => writeln!(text, "{failure}").expect("strings do not fail"),
    }
    redact(&text)
}

fn sent_lines(sent: &Message, ids: &Ids, text: &mut String) {
    match sent {
        Message::Plain { request, signature } => {
            let _ = writeln!(text, "{} {}", request.method, named(&request.path, ids));
            for header in &request.headers {
                let value = String::from_utf8_lossy(&header.value);
                let _ = writeln!(text, "{}: {}", header.name, visible(&named(&value, ids)));
            }
            let signature = serde_json::to_value(signature).unwrap_or_default();
            let _ = writeln!(
                text,
                "signature: {}",
                signature.as_str().unwrap_or_default()
            );
            let _ = write!(text, "\n{}\n", bytes(&request.body, ids));
        }
        Message::Raw { raw, body } => {
            for line in &raw.head {
                let _ = writeln!(text, "{}", visible(&named(line, ids)));
            }
            let _ = write!(text, "\n{}\n", bytes(body, ids));
        }
    }
}

fn response_lines(response: &Response, ids: &Ids, text: &mut String) {
    let _ = writeln!(text, "{}", response.status);
    let mut lines: Vec<_> = response
        .headers
        .iter()
        .map(|header| {
            format!(
                "{}: {}",
                header.name.to_ascii_lowercase(),
                value(header, response, ids)
            )
        })
        .collect();
    lines.sort();
    for line in lines {
        let _ = writeln!(text, "{line}");
    }
    text.push('\n');
    match serde_json::from_slice::<Value>(&response.body) {
        Ok(mut json) => {
            normalise(&mut json, ids);
            let pretty = serde_json::to_string_pretty(&json).unwrap_or_default();
            text.push_str(&pretty);
        }
        Err(_) => text.push_str(&bytes(&response.body, ids)),
    }
    if response.cut {
        text.push_str("\n<cut>");
    }
    text.push('\n');
}

fn value(header: &Header, response: &Response, ids: &Ids) -> String {
    let value = String::from_utf8_lossy(&header.value).into_owned();
    match header.name.to_ascii_lowercase().as_str() {
        "date" => "<date>".to_owned(),
        "x-amzn-requestid" | "x-amz-request-id" | "x-amz-id-2" => "<request-id>".to_owned(),
        "content-length" if value.parse() == Ok(response.body.len()) => "<length>".to_owned(),
        _ => visible(&named(&value, ids)),
    }
}

fn normalise(json: &mut Value, ids: &Ids) {
    match json {
        Value::String(text) => *text = shortened(&named(text, ids), text.len()),
        Value::Array(items) => items.iter_mut().for_each(|item| normalise(item, ids)),
        Value::Object(members) => {
            for (name, value) in members.iter_mut() {
                let dated = MEMBERS
                    .iter()
                    .any(|member| member.kind == Kind::Timestamp && member.name == name);
                match value {
                    Value::Number(_) if dated => *value = Value::from("<date>"),
                    Value::String(url) if name == "PreSignedUrl" && !url.is_empty() => {
                        *value = Value::from("<url>");
                    }
                    Value::String(name_of_job)
                        if name == "JobName" && name_of_job.starts_with("fullstop") =>
                    {
                        *value = Value::from("<job-name>");
                    }
                    other => normalise(other, ids),
                }
            }
        }
        _ => {}
    }
}

/// What a signature, and an error about one, repeats of its moment and its key.
static SIGNED: LazyLock<[(Regex, &str); 3]> = LazyLock::new(|| {
    let pattern = |text| Regex::new(text).expect("it is a pattern");
    [
        (pattern(r"[0-9]{8}T[0-9]{6}Z"), "<moment>"),
        (pattern(r"/[0-9]{8}/"), "/<day>/"),
        (pattern(r"[0-9a-f]{64}"), "<signature>"),
    ]
});

/// A text with the ids of the precondition named.
fn named(text: &str, ids: &Ids) -> String {
    let mut named = redact_account(text);
    for (pattern, name) in SIGNED.iter() {
        named = pattern.replace_all(&named, *name).into_owned();
    }
    for (id, name) in [(&ids.pool, "<UserPoolId>"), (&ids.job, "<JobId>")] {
        if !id.is_empty() {
            named = named.replace(id.as_str(), name);
            // A case may change the letters of an id.
            named = named.replace(&id.to_ascii_uppercase(), &name.to_ascii_uppercase());
            named = named.replace(&id.to_ascii_lowercase(), &name.to_ascii_lowercase());
            named = named.replace(&swapped(id), &swapped(name));
        }
    }
    named
}

fn swapped(text: &str) -> String {
    let swap = |letter: char| {
        if letter.is_ascii_uppercase() {
            letter.to_ascii_lowercase()
        } else {
            letter.to_ascii_uppercase()
        }
    };
    text.chars().map(swap).collect()
}

/// A body: its head with everything named, and how long the whole is.
fn bytes(bytes: &[u8], ids: &Ids) -> String {
    let head = &bytes[..bytes.len().min(HEAD_SIZE_MAX)];
    let text = match std::str::from_utf8(head) {
        Ok(text) => text.to_owned(),
        // Cut inside a character.
        Err(error) if error.error_len().is_none() && head.len() < bytes.len() => {
            String::from_utf8_lossy(&head[..error.valid_up_to()]).into_owned()
        }
        Err(_) => return shortened(&head.escape_ascii().to_string(), bytes.len()),
    };
    shortened(&visible(&named(&text, ids)), bytes.len())
}

/// Control characters as escapes, so that a reviewer sees them.
fn visible(text: &str) -> String {
    text.chars()
        .map(|letter| {
            if letter.is_control() && letter != '\n' {
                letter.escape_default().to_string()
            } else {
                letter.to_string()
            }
        })
        .collect()
}

fn shortened(text: &str, size: usize) -> String {
    if text.chars().nth(VALUE_LENGTH_MAX).is_none() {
        return text.to_owned();
    }
    let head: String = text.chars().take(VALUE_LENGTH_MAX).collect();
    format!("{head}… <{size} bytes>")
}
