//! Requests and responses as reports show them.

use crate::case::Message;
use crate::wire::{Header, Response, redact};

/// The most bytes of a body that a report shows.
const SHOWN_SIZE_MAX: usize = 2_000;

/// A request as a report shows it.
pub(crate) fn shown_request(sent: &Message) -> String {
    redact(&describe_sent(sent))
}

fn describe_sent(sent: &Message) -> String {
    match sent {
        Message::Plain { request, .. } => {
            let first = format!("{} {}", request.method, request.path);
            message(first, &request.headers, &request.body)
        }
        Message::Raw { raw, body } => format!("{}\n\n{}", raw.head.join("\n"), shown(body)),
    }
}

/// A response as a report shows it, secrets and all.
pub(crate) fn described(response: &Response) -> String {
    let first = response.status.to_string();
    message(first, &response.headers, &response.body)
}

fn message(mut text: String, headers: &[Header], body: &[u8]) -> String {
    for header in headers {
        let value = String::from_utf8_lossy(&header.value);
        text.push_str(&format!("\n{}: {value}", header.name));
    }
    format!("{text}\n\n{}", shown(body))
}

fn shown(body: &[u8]) -> String {
    let head = &body[..body.len().min(SHOWN_SIZE_MAX)];
    let text =
        std::str::from_utf8(head).map_or_else(|_| head.escape_ascii().to_string(), str::to_owned);
    if body.len() > SHOWN_SIZE_MAX {
        format!("{text}… <{} bytes>", body.len())
    } else {
        text
    }
}
