//! Requests as bytes: a request written out, and the head of a raw one filled.

use crate::case::Raw;
use crate::wire::{Header, Request};

const TOKEN_HEADER: &str = "x-amz-security-token";
const TOKEN_PARAMETER: &str = "X-Amz-Security-Token=";
const REDACTED: &str = "[redacted]";

/// The placeholder that stands for the header lines of a valid signature.
const SIGNATURE: &str = "${Signature}";

/// A request as the bytes of HTTP/1.1.
pub(crate) fn written(request: &Request) -> Vec<u8> {
    let mut bytes = Vec::new();
    write(request, &mut bytes);
    bytes
}

/// Writes a request out behind what there is.
pub(crate) fn write(request: &Request, bytes: &mut Vec<u8>) {
    for part in [&*request.method, " ", &request.path, " HTTP/1.1\r\n"] {
        bytes.extend_from_slice(part.as_bytes());
    }
    for header in &request.headers {
        write_line(header, bytes);
    }
    bytes.extend_from_slice(b"\r\n");
    bytes.extend_from_slice(&request.body);
}

/// Writes a header line out, with its end.
pub(crate) fn write_line(header: &Header, bytes: &mut Vec<u8>) {
    bytes.extend_from_slice(header.name.as_bytes());
    bytes.extend_from_slice(b": ");
    bytes.extend_from_slice(&header.value);
    bytes.extend_from_slice(b"\r\n");
}

/// A request without its session token, which is a secret: whoever has it and the key can act.
pub(crate) fn redacted(request: &Request) -> Request {
    let mut request = request.clone();
    request.headers = request.headers.iter().map(shown).collect();
    if let Some((before, token)) = request.path.split_once(TOKEN_PARAMETER) {
        let after = token.split_once('&').map_or("", |(_, after)| after);
        let link = if after.is_empty() { "" } else { "&" };
        request.path = format!("{before}{TOKEN_PARAMETER}{REDACTED}{link}{after}");
    }
    request
}

/// A header, without its value if that is a session token.
pub(crate) fn shown(header: &Header) -> Header {
    if header.is(TOKEN_HEADER) {
        Header::new(&header.name, REDACTED)
    } else {
        header.clone()
    }
}

/// The lines of a raw head with host and length filled, and with the endpoint's base path before its targets.
pub(crate) fn filled(raw: &Raw, host: &str, base: &str, body_size: usize) -> Vec<Vec<u8>> {
    let length = body_size.to_string();
    let mut lines = Vec::with_capacity(raw.head.len());
    // A second request in the same bytes begins behind an empty line.
    let mut is_first = true;
    for line in &raw.head {
        let based = if is_first { below(line, base) } else { None };
        is_first = line.is_empty();
        let line = based.as_ref().unwrap_or(line);
        lines.push(
            line.replace("${Host}", host)
                .replace("${Length}", &length)
                .into_bytes(),
        );
    }
    lines
}

/// A request line with the base path before its target, where that is a path or the endpoint's own URL.
fn below(line: &str, base: &str) -> Option<String> {
    if base.is_empty() {
        return None;
    }
    let (method, rest) = line.split_once(' ')?;
    let own = ["http://${Host}", "https://${Host}"];
    let origin = own.into_iter().find(|origin| rest.starts_with(origin));
    let (origin, path) = rest.split_at(origin.map_or(0, str::len));
    path.starts_with('/')
        .then(|| format!("{method} {origin}{base}{path}"))
}

/// A raw request as bytes, without a signature.
pub(crate) fn unsigned(raw: &Raw, body: &[u8], host: &str) -> Vec<u8> {
    let mut head = filled(raw, host, "", body.len());
    insert(&mut head, &[]);
    joined(&head, &raw.eol, body)
}

/// What a raw head says if it is read as a request, for the signature of it. What cannot be read is left out.
pub(crate) fn reading(head: &[Vec<u8>], body: &[u8], host: &str) -> Request {
    // Of two requests in one head, the one that holds the placeholder.
    let place = head.iter().position(is_place).unwrap_or(head.len());
    let before = head[..place].iter().rposition(Vec::is_empty);
    let mut lines = head[before.map_or(0, |at| at + 1)..]
        .iter()
        .map(|line| String::from_utf8_lossy(line));
    let first = lines.next().unwrap_or_default();
    let mut words = first.split_ascii_whitespace();
    let mut request = Request {
        method: words.next().unwrap_or("POST").to_owned(),
        path: words.next().unwrap_or("/").to_owned(),
        headers: Vec::new(),
        body: body.to_vec(),
    };
    for line in lines.take_while(|line| !line.is_empty()) {
        let Some((name, value)) = line.split_once(':') else {
            continue;
        };
        // The signature is for the real host, whatever a head says: the host is then its one fault.
        if !name.eq_ignore_ascii_case("host") {
            request.headers.push(Header::new(name, value.trim()));
        }
    }
    request.headers.push(Header::new("Host", host));
    request
}

/// Puts header lines where the head has the placeholder for them.
pub(crate) fn insert(head: &mut Vec<Vec<u8>>, marks: &[Header]) {
    while let Some(at) = head.iter().position(is_place) {
        head.splice(at..=at, marks.iter().map(line));
    }
}

/// A head and a body as bytes. Without any head line there is no empty line either: the bytes are the body alone.
pub(crate) fn joined(head: &[Vec<u8>], eol: &str, body: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for line in head {
        bytes.extend_from_slice(line);
        bytes.extend_from_slice(eol.as_bytes());
    }
    if !head.is_empty() {
        bytes.extend_from_slice(eol.as_bytes());
    }
    bytes.extend_from_slice(body);
    bytes
}

fn is_place(line: &Vec<u8>) -> bool {
    line == SIGNATURE.as_bytes()
}

fn line(header: &Header) -> Vec<u8> {
    let mut line = format!("{}: ", header.name).into_bytes();
    line.extend_from_slice(&header.value);
    line
}
