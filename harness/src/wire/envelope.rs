//! The AWS JSON 1.1 envelope: where an answer keeps its error type and message.

use serde_json::Value;

use crate::wire::Response;

/// What an answer says, read the way the protocol's clients read it.
///
/// Source: Smithy documentation, AWS JSON 1.1 protocol, "Operation error serialization"; botocore `parsers.py` for the two
/// spellings of the message.
#[derive(Clone, Debug, PartialEq)]
pub struct Envelope {
    /// The body as JSON, or why it is none. An empty body is none.
    pub json: Result<Value, String>,
    /// The sanitised error type of the `x-amzn-errortype` header.
    pub type_in_header: Option<String>,
    /// The sanitised error type of the body's `__type`, else of its `code`.
    pub type_in_body: Option<String>,
    /// The message: `message`, else `Message`.
    pub message: Option<String>,
}

impl Envelope {
    /// Reads an answer.
    pub fn read(response: &Response) -> Self {
        // The parser stops at 128 levels, so a hostile body cannot exhaust the stack.
        let json: Result<Value, String> = if response.body.is_empty() {
            Err("the body is empty".to_owned())
        } else {
            read(&response.body).map_err(|error| error.to_string())
        };
        let text = |names: &[&str]| {
            let object = json.as_ref().ok()?.as_object()?;
            names.iter().find_map(|name| object.get(*name)?.as_str())
        };
        let type_in_header = response
            .header("x-amzn-errortype")
            .map(sanitise)
            .filter(|name| !name.is_empty());
        let type_in_body = text(&["__type", "code"])
            .map(sanitise)
            .filter(|name| !name.is_empty());
        let message = text(&["message", "Message"]).map(str::to_owned);
        Self {
            json,
            type_in_header,
            type_in_body,
            message,
        }
    }

    /// The error type: the header's, else the body's.
    pub fn error_type(&self) -> Option<&str> {
        self.type_in_header
            .as_deref()
            .or(self.type_in_body.as_deref())
    }
}

/// Reads JSON. Half a surrogate pair in an escape is right by the grammar (RFC 8259, section 8.2), and no text of ours can hold
/// it: it becomes U+FFFD.
fn read(body: &[u8]) -> serde_json::Result<Value> {
    serde_json::from_slice(body).or_else(|error| match without_half_pairs(body) {
        Some(body) => serde_json::from_slice(&body),
        None => Err(error),
    })
}

/// The same JSON with U+FFFD in place of each half of a surrogate pair, if it has any.
fn without_half_pairs(body: &[u8]) -> Option<Vec<u8>> {
    let unit = |at: usize| {
        let escape = body.get(at..at + 6)?.strip_prefix(b"\\u")?;
        u16::from_str_radix(std::str::from_utf8(escape).ok()?, 16).ok()
    };
    let mut whole = body.to_vec();
    let (mut at, mut is_changed) = (0, false);
    while at < body.len() {
        let is_low = |unit: u16| (0xDC00..0xE000).contains(&unit);
        at += match (unit(at), unit(at + 6)) {
            (Some(0xD800..0xDC00), Some(low)) if is_low(low) => 12,
            (Some(0xD800..0xE000), _) => {
                whole[at + 2..at + 6].copy_from_slice(b"fffd");
                is_changed = true;
                6
            }
            _ if body[at] == b'\\' => 2,
            _ => 1,
        };
    }
    is_changed.then_some(whole)
}

/// The shape name in an error type: before the first colon, then after the first number sign.
pub fn sanitise(raw: &str) -> String {
    let name = raw.split(':').next().unwrap_or_default();
    let name = name.split_once('#').map_or(name, |(_, shape)| shape);
    name.trim().to_owned()
}

/// Whether a response only says "not now".
pub fn is_throttled(response: &Response) -> bool {
    const TYPES: [&str; 3] = [
        "TooManyRequestsException",
        "Throttling",
        "ThrottlingException",
    ];
    matches!(response.status, 429 | 503)
        || response.status >= 400
            && Envelope::read(response)
                .error_type()
                .is_some_and(|name| TYPES.contains(&name))
}
