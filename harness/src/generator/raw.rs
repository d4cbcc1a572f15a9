//! Requests as bytes on a socket: the grammar of HTTP/1.1, and what two readers of it may take in two ways.

use arbitrary::{Result, Unstructured};

use crate::case::{Payload, Raw};
use crate::contract::{CONTENT_TYPE, Operation};
use crate::generator::body::VALID;
use crate::generator::facet::{Facet, Part};
use crate::generator::settings::Settings;
use crate::generator::tokens;

/// Lengths that are none, or that readers take in different ways.
const LENGTHS: [&str; 16] = [
    "0",
    "1",
    "+${Length}",
    "-1",
    "0x40",
    "${Length}, ${Length}",
    "${Length} ",
    "${Length}.0",
    "0${Length}",
    "${Length};a",
    "9999999",
    "4294967360",
    "9223372036854775808",
    "18446744073709551616",
    "",
    "chunked",
];

/// Transfer codings that are none, or that hide from some readers.
const CODINGS: [&str; 12] = [
    "Transfer-Encoding: Chunked",
    "Transfer-Encoding : chunked",
    "Transfer-Encoding:\tchunked",
    "Transfer-Encoding: chunked, identity",
    "Transfer-Encoding: identity, chunked",
    "Transfer-Encoding: gzip, chunked",
    "Transfer-Encoding: xchunked",
    "Transfer-Encoding: \"chunked\"",
    "Transfer-Encoding: chunked;a=b",
    "Transfer-Encoding:\r\n chunked",
    "Transfer_Encoding: chunked",
    "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked",
];

const REQUEST_LINES: [&str; 24] = [
    "post / HTTP/1.1",
    "POST  / HTTP/1.1",
    "POST / HTTP/1.0",
    "POST / HTTP/1.2",
    "POST / HTTP/2.0",
    "POST / HTTP/0.9",
    "POST / http/1.1",
    "POST / HTTP/1.1 ",
    "POST /",
    "POST",
    "",
    " POST / HTTP/1.1",
    "POST\t/\tHTTP/1.1",
    "POST http://${Host}/ HTTP/1.1",
    "POST http://other.example/ HTTP/1.1",
    "POST ${Host} HTTP/1.1",
    "POST * HTTP/1.1",
    "POST / / HTTP/1.1",
    "POST /? HTTP/1.1",
    "POST /\0 HTTP/1.1",
    "POST /é HTTP/1.1",
    "CONNECT ${Host} HTTP/1.1",
    "PRI * HTTP/2.0",
    "\u{16}\u{3}\u{1}",
];

/// Lines beside those of a request.
const LINES: [&str; 22] = [
    "Expect: 100-continue",
    "Expect: anything",
    "Upgrade: h2c",
    "Connection: Upgrade, HTTP2-Settings",
    "Connection: close",
    "Connection: keep-alive",
    "Connection: x-amz-target",
    "Proxy-Connection: close",
    "Trailer: X-Amz-Target",
    "TE: trailers",
    "Host: other.example",
    "Host:",
    "X Note: 1",
    "X-Note",
    ": 1",
    "X-Note: \0",
    "X-Note: a\rb",
    "X-Note: é",
    "X-Note: 1\r\n  folded",
    "\tX-Note: 1",
    "Content-Type: text/plain",
    "X-Amz-Target: AWSCognitoIdentityProviderService.DescribeUserImportJob",
];

/// A request as bytes, and what is unusual in it.
pub(crate) fn request(
    settings: &Settings,
    input: &mut Unstructured<'_>,
) -> Result<(Raw, Vec<Facet>)> {
    let mut message = usual();
    if input.ratio(1u8, 3u8)? {
        let body = tokens::mutate(VALID, input)?;
        message.body = Some(Payload::Text(body));
    }
    let mut facets = Vec::new();
    for _ in 0..input.int_in_range(0..=settings.framing_count_max)? {
        facets.push(reframe(&mut message, settings, input)?);
    }
    Ok((message, facets))
}

/// A valid request.
fn usual() -> Raw {
    let head = [
        "POST / HTTP/1.1".to_owned(),
        "Host: ${Host}".to_owned(),
        format!("Content-Type: {CONTENT_TYPE}"),
        format!("X-Amz-Target: {}", Operation::StopUserImportJob.target()),
        "Content-Length: ${Length}".to_owned(),
        "${Signature}".to_owned(),
    ];
    Raw {
        head: head.into(),
        eol: "\r\n".to_owned(),
        body: Some(Payload::Text(VALID.to_owned())),
        split: Vec::new(),
        shutdown: false,
    }
}

/// Changes how a request is framed, in one way.
pub(crate) fn reframe(
    message: &mut Raw,
    settings: &Settings,
    input: &mut Unstructured<'_>,
) -> Result<Facet> {
    let way = match input.int_in_range(0..=12u8)? {
        0 => {
            let line = *input.choose(&REQUEST_LINES)?;
            match message.head.first_mut() {
                Some(first) => *first = line.to_owned(),
                None => message.head.push(line.to_owned()),
            }
            "request-line"
        }
        1 => {
            let line = (*input.choose(&LINES)?).to_owned();
            let at = input.int_in_range(0..=message.head.len())?;
            message.head.insert(at, line);
            "another-line"
        }
        2 => {
            let length = *input.choose(&LENGTHS)?;
            without(message, "content-length");
            message.head.push(format!("Content-Length: {length}"));
            "length"
        }
        3 => {
            let length = *input.choose(&LENGTHS)?;
            message.head.push(format!("Content-Length: {length}"));
            "two-lengths"
        }
        4 => {
            without(message, "content-length");
            "no-length"
        }
        5 => {
            without(message, "content-length");
            chunk(message, input)?;
            message.head.push("Transfer-Encoding: chunked".to_owned());
            "chunks"
        }
        6 => {
            if input.arbitrary()? {
                chunk(message, input)?;
            }
            let line = (*input.choose(&CODINGS)?).to_owned();
            message.head.push(line);
            "length-and-coding"
        }
        7 => {
            message.eol =
                (*input.choose(&["\n", "\r", "\r\r\n", "\n\r", " \r\n", "\r\n "])?).to_owned();
            "ends-of-lines"
        }
        8 => {
            split(message, input)?;
            "split"
        }
        9 => {
            message.shutdown = true;
            "half-closed"
        }
        10 => {
            follow(message, input)?;
            "pipelined"
        }
        11 => {
            let size = input.int_in_range(1..=settings.text_length_max * 16)?;
            message.head.push(format!("X-Long: {}", "a".repeat(size)));
            "long-line"
        }
        _ => {
            let count = input.int_in_range(1..=200usize)?;
            message
                .head
                .extend((0..count).map(|index| format!("X-{index}: 1")));
            "many-lines"
        }
    };
    Ok(Facet::new(Part::Framing, way))
}

fn without(message: &mut Raw, name: &str) {
    let is_it = |line: &String| {
        line.get(..name.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(name))
    };
    message.head.retain(|line| !is_it(line));
}

/// Writes the body in chunks, one of which may be wrong. The ids are put in beforehand nowhere, so the sizes are those of
/// ids that exist nowhere.
fn chunk(message: &mut Raw, input: &mut Unstructured<'_>) -> Result<()> {
    const BODY: &str = r#"{"UserPoolId":"us-east-1_EXAMPLE12","JobId":"import-qQ0DCt2fRh"}"#;
    let at = input.int_in_range(0..=BODY.len())?;
    let (first, second) = BODY.split_at(at);
    let mut text = String::new();
    for piece in [first, second] {
        if !piece.is_empty() {
            text += &format!("{:x}\r\n{piece}\r\n", piece.len());
        }
    }
    text += "0\r\n\r\n";
    let size = format!("{:x}", first.len().max(second.len()));
    let wrong = match input.int_in_range(0..=11u8)? {
        0 => text.replace("0\r\n\r\n", ""),
        1 => text.replacen("\r\n", ";a=b\r\n", 1),
        2 => text.replacen("\r\n", ";a=\"\r\n", 1),
        3 => text.replacen(&size, &format!("0{size}"), 1),
        4 => text.replacen(&size, &format!("0x{size}"), 1),
        5 => text.replacen(&size, "fffffffffffffffff", 1),
        6 => text.replacen(&size, &format!("-{size}"), 1),
        7 => text.replace("\r\n", "\n"),
        8 => text.replace("0\r\n\r\n", "0\r\nX-Amz-Target: x\r\n\r\n"),
        9 => text.replace("0\r\n\r\n", "0\r\n"),
        _ => text,
    };
    message.body = Some(Payload::Text(wrong));
    Ok(())
}

/// Sends the bytes in several writes.
fn split(message: &mut Raw, input: &mut Unstructured<'_>) -> Result<()> {
    let mut at = 0;
    message.split.clear();
    for _ in 0..input.int_in_range(1..=4u8)? {
        at += input.int_in_range(1..=120usize)?;
        message.split.push(at);
    }
    Ok(())
}

/// Puts another request behind the body, whole or not: it must be answered after the first, or not at all.
fn follow(message: &mut Raw, input: &mut Unstructured<'_>) -> Result<()> {
    let second = *input.choose(&[
        "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n\r\n{}",
        "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n",
        "GET / HTTP/1.1\r\n",
        "\r\n",
        "x",
    ])?;
    let first = match &message.body {
        Some(Payload::Text(text)) => text.clone(),
        _ => String::new(),
    };
    // `${Length}` is the size of all that follows the head: the first request's own is told by its chunks, or wrongly.
    if input.arbitrary()? && !first.contains("0\r\n\r\n") {
        without(message, "content-length");
        message.head.push("Content-Length: 0".to_owned());
    }
    message.body = Some(Payload::Text(first + second));
    Ok(())
}
