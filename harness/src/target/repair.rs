//! Which requests the HTTP library would send otherwise than they are meant.
//!
//! Each rule was seen on the wire. What they catch goes over the socket lane, which repairs nothing.

use reqwest::Url;
use reqwest::header::{HeaderName, HeaderValue};

use crate::wire::{Header, Request};

/// Headers that the library takes for its own: it drops, replaces or merges them, or changes the connection by them.
const TRANSPORT: [&str; 8] = [
    "connection",
    "content-length",
    "expect",
    "keep-alive",
    "proxy-connection",
    "te",
    "transfer-encoding",
    "upgrade",
];

/// The URL for the library, if it would send this request as it is meant. `asked` is what the case asked for; `request`
/// has what the transport added.
pub(crate) fn unrepaired(asked: &Request, request: &Request, origin: &str) -> Option<Url> {
    let is_plain = is_plain_method(&request.method)
        && request.headers.iter().all(is_plain_header)
        && !asked
            .headers
            .iter()
            .any(|header| TRANSPORT.iter().any(|name| header.is(name)));
    let url = Url::parse(&format!("{origin}{}", request.path)).ok()?;
    // The library normalises: dot segments, blanks, quotation marks, an empty query.
    let path = match url.query() {
        Some(query) => format!("{}?{query}", url.path()),
        None => url.path().to_owned(),
    };
    (is_plain && request.path.starts_with('/') && path == request.path && url.fragment().is_none())
        .then_some(url)
}

/// A token, and not `CONNECT`, whose target the library rewrites.
fn is_plain_method(method: &str) -> bool {
    method != "CONNECT" && reqwest::Method::from_bytes(method.as_bytes()).is_ok()
}

fn is_plain_header(header: &Header) -> bool {
    HeaderName::from_bytes(header.name.as_bytes()).is_ok()
        && HeaderValue::from_bytes(&header.value).is_ok()
        && is_usual_case(&header.name)
}

/// Whether a header name is written in one of the two usual ways. The library writes all of them in lower case, as many
/// clients do; where a case means another spelling, it must arrive.
fn is_usual_case(name: &str) -> bool {
    let is_title = |word: &str| {
        let (first, rest) = word.split_at(word.len().min(1));
        !first.contains(|letter: char| letter.is_ascii_lowercase())
            && !rest.contains(|letter: char| letter.is_ascii_uppercase())
    };
    !name.contains(|letter: char| letter.is_ascii_uppercase()) || name.split('-').all(is_title)
}
