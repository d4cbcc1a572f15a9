//! How mutants misread the front of a stop: its method, its headers and the JSON in its body.

use std::borrow::Cow;

use serde_json::Value;

use crate::reference::Mutant;
use crate::reference::options::Options;
use crate::wire::Request;

/// The headers of AWS that signers and SDKs send.
const AMZ_HEADERS: [&str; 5] = [
    "x-amz-target",
    "x-amz-date",
    "x-amz-security-token",
    "x-amz-content-sha256",
    "x-amz-user-agent",
];

/// The method by which a request is routed.
pub(crate) fn method<'a>(request: &'a Request, is_stop: bool, options: &Options) -> &'a str {
    let method = request.method.as_str();
    match options.mutant() {
        _ if !is_stop => method,
        Some(Mutant::AnyMethodAccepted) => "POST",
        Some(Mutant::GetAccepted) if method == "GET" => "POST",
        Some(Mutant::MethodOverrideHonoured) => {
            request.header("x-http-method-override").unwrap_or(method)
        }
        _ => method,
    }
}

/// Whether there is a header that a mutant does not bear.
pub(crate) fn has_strange_header(request: &Request, options: &Options) -> bool {
    let is_strange = |name: &str| {
        let name = name.to_ascii_lowercase();
        name.starts_with("x-amz-") && !AMZ_HEADERS.contains(&&*name)
    };
    options.is(Mutant::AmzHeadersRefused)
        && request
            .headers
            .iter()
            .any(|header| is_strange(&header.name))
}

/// The body before it is parsed.
pub(crate) fn body<'a>(body: &'a [u8], options: &Options) -> Cow<'a, [u8]> {
    let text = || String::from_utf8_lossy(body);
    let changed = match options.mutant() {
        Some(Mutant::EscapesKept) => text().replace("\\u", "\\\\u"),
        // What is left is no JSON.
        Some(Mutant::TabsRefused) if body.contains(&b'\t') => return Cow::Borrowed(b"\t!"),
        Some(Mutant::MembersByPlace) => match by_place(&text()) {
            Some(changed) => changed,
            None => return Cow::Borrowed(body),
        },
        _ => return Cow::Borrowed(body),
    };
    Cow::Owned(changed.into())
}

/// The names changed about, where the JobId comes first and both are texts.
fn by_place(text: &str) -> Option<String> {
    let (job, pool) = (text.find("\"JobId\"")?, text.find("\"UserPoolId\"")?);
    let changed = text
        .replace("\"JobId\"", "\"\"")
        .replace("\"UserPoolId\"", "\"JobId\"")
        .replace("\"\"", "\"UserPoolId\"");
    (job < pool).then_some(changed)
}

/// What a mutant reads where there is no JSON.
pub(crate) fn repaired(body: &[u8], options: &Options) -> Option<Value> {
    if options.is(Mutant::TrailingBytesIgnored) {
        return serde_json::Deserializer::from_slice(body)
            .into_iter()
            .next()?
            .ok();
    }
    let text = std::str::from_utf8(body).ok()?;
    let text = match options.mutant()? {
        Mutant::TrailingCommaAccepted => {
            let text = text.trim_end().strip_suffix('}')?.trim_end();
            format!("{}}}", text.strip_suffix(',')?)
        }
        Mutant::CommentsAccepted => without_comments(text),
        Mutant::ApostrophesAccepted => text.replace('\'', "\""),
        Mutant::FormFeedsAccepted => text.replace('\u{c}', " "),
        Mutant::LeadingTextIgnored => text[text.find('{')?..].to_owned(),
        _ => return None,
    };
    serde_json::from_str(&text).ok()
}

/// The value that a mutant takes out of another.
pub(crate) fn unwrapped(value: Value, options: &Options) -> Value {
    match (options.mutant(), value) {
        (Some(Mutant::ListBodyUnwrapped), Value::Array(mut values)) if values.len() == 1 => {
            values.pop().unwrap_or_default()
        }
        (Some(Mutant::TextBodyUnwrapped), Value::String(text)) => {
            serde_json::from_str(&text).unwrap_or(Value::String(text))
        }
        (_, value) => value,
    }
}

fn without_comments(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find("/*").or_else(|| rest.find("//")) {
        out.push_str(&rest[..at]);
        let end = if rest[at..].starts_with("/*") {
            rest[at..].find("*/").map(|end| end + 2)
        } else {
            rest[at..].find('\n')
        };
        rest = end.map_or("", |end| &rest[at + end..]);
    }
    out.push_str(rest);
    out
}
