//! The bytes of an answer, as mutants write them.

use serde_json::{Value, json};

use crate::reference::Mutant;
use crate::reference::distort::refusal;
use crate::reference::options::Options;
use crate::wire::{Header, Request, Response};

/// The one id that [`Mutant::RequestIdsRepeated`] knows.
const REQUEST_ID: &str = "00000000-0000-4000-8000-000000000000";

/// How deep [`Mutant::HtmlOnDeepNesting`] can read.
const DEPTH_MAX: usize = 32;

/// The answer to a stop, once it is written.
pub(crate) fn response(mut response: Response, request: &Request, options: &Options) -> Response {
    let Some(mutant) = options.mutant() else {
        return response;
    };
    // A refusal may have been given status 200.
    let is_error = response.header("x-amzn-errortype").is_some() || response.status >= 400;
    match mutant {
        Mutant::Always400 => {
            response.status = 400;
            response.body = b"{}".to_vec();
            drop_header(&mut response, "x-amzn-error");
        }
        Mutant::Always200 => {
            response.status = 200;
            response.body = b"{}".to_vec();
            drop_header(&mut response, "x-amzn-error");
        }
        Mutant::Echoes => {
            response.status = 200;
            response.body.clone_from(&request.body);
            drop_header(&mut response, "x-amzn-error");
        }
        Mutant::ContentTypeOf10 => set_content_type(&mut response, "application/x-amz-json-1.0"),
        Mutant::RequestIdsRepeated => {
            set_header(&mut response, "x-amzn-requestid", |_| REQUEST_ID.to_owned());
        }
        Mutant::RequestIdWithoutHyphens => {
            set_header(&mut response, "x-amzn-requestid", |id| id.replace('-', ""));
        }
        Mutant::DateInIso => {
            let date = Header::new("Date", "2025-01-09T17:24:56Z");
            response.headers.push(date);
        }
        Mutant::GzipClaimed => {
            let coding = Header::new("Content-Encoding", "gzip");
            response.headers.push(coding);
        }
        Mutant::HtmlOnDeepNesting if depth(&request.body) > DEPTH_MAX => crash(&mut response),
        Mutant::TraceOnWrongType if is_wrong_type(&response) => {
            crash(&mut response);
            response.body = refusal::TRACE.into();
            set_content_type(&mut response, "text/plain");
        }
        Mutant::EmptyBody if !is_error => response.body.clear(),
        Mutant::SuccessAs202 if !is_error => response.status = 202,
        Mutant::ContentTypeHtml => set_content_type(&mut response, "text/html; charset=utf-8"),
        Mutant::RequestIdMissing => drop_header(&mut response, "x-amzn-requestid"),
        Mutant::ErrorsAsText if is_error => {
            response.body = b"Bad Request".to_vec();
            set_content_type(&mut response, "text/plain");
            drop_header(&mut response, "x-amzn-error");
        }
        Mutant::ErrorsAsHtml if is_error => {
            response.body = b"<html><body><h1>Bad Request</h1></body></html>".to_vec();
            set_content_type(&mut response, "text/html");
            drop_header(&mut response, "x-amzn-error");
        }
        Mutant::ErrorsUntyped if is_error => {
            response.body = br#"{"message":"Bad Request"}"#.to_vec();
            drop_header(&mut response, "x-amzn-error");
        }
        Mutant::ErrorsEmpty if is_error => {
            response.body.clear();
            drop_header(&mut response, "x-amzn-error");
        }
        _ if is_error => reword(mutant, &mut response),
        _ => {}
    }
    response
}

/// What mutants do to errors alone.
fn reword(mutant: Mutant, response: &mut Response) {
    let body: Value = serde_json::from_slice(&response.body).unwrap_or_default();
    let kind = body.get("__type").cloned().unwrap_or_default();
    let key = if body.get("Message").is_some() {
        "Message"
    } else {
        "message"
    };
    let message = body.get(key).cloned().unwrap_or_default();
    let mut replaced = None;
    match mutant {
        Mutant::ErrorsNested => {
            replaced = Some(json!({"error": {"type": kind, "message": message}}))
        }
        Mutant::ErrorsUnderType => replaced = Some(json!({"type": kind, "message": message})),
        Mutant::ErrorsCodedByNumber => {
            replaced = Some(json!({"code": response.status, "message": message}));
        }
        Mutant::ErrorsTypedInMessage => {
            let text = format!("{}: {}", text(&kind), text(&message));
            replaced = Some(json!({"message": text}));
        }
        Mutant::MessageList if !message.is_null() => {
            let mut body = body.clone();
            body[key] = json!([message]);
            response.body = body.to_string().into();
        }
        Mutant::ErrorsAsXml => {
            let (kind, message) = (text(&kind), text(&message).replace('<', "&lt;"));
            response.body = format!(
                "<ErrorResponse><Error><Code>{kind}</Code><Message>{message}</Message></Error></ErrorResponse>"
            )
            .into();
            set_content_type(response, "text/xml");
            drop_header(response, "x-amzn-error");
        }
        Mutant::ErrorTypesDisagree => {
            set_header(response, "x-amzn-errortype", |_| "ClientError:".to_owned());
        }
        Mutant::QueryErrorHeader => {
            let value = format!("{};Sender", text(&kind));
            response
                .headers
                .push(Header::new("x-amzn-query-error", value));
        }
        Mutant::LineEndsInHeaders => {
            let lines = text(&message).to_owned();
            for line in lines.lines().skip(1) {
                let is_name = |name: &str| {
                    name.bytes()
                        .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
                };
                if let Some((name, value)) = line.split_once(": ").filter(|(name, _)| is_name(name))
                {
                    // What follows the value is the rest of the message, and part of the header as well.
                    response.headers.push(Header::new(name, value));
                }
            }
        }
        Mutant::ContentTypePlainOnErrors => set_content_type(response, "application/json"),
        Mutant::RequestIdMissingOnErrors => drop_header(response, "x-amzn-requestid"),
        _ => {}
    }
    if let Some(body) = replaced {
        response.body = body.to_string().into();
        drop_header(response, "x-amzn-error");
    }
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

/// A web server's own page for a program that failed.
fn crash(response: &mut Response) {
    response.status = 500;
    response.body = b"<html><body><h1>Internal Server Error</h1></body></html>".to_vec();
    set_content_type(response, "text/html");
    drop_header(response, "x-amzn-error");
}

/// How deep lists and objects are nested, were every bracket one.
fn depth(body: &[u8]) -> usize {
    let (mut depth, mut deepest) = (0_usize, 0);
    for byte in body {
        match byte {
            b'{' | b'[' => depth += 1,
            b'}' | b']' => depth = depth.saturating_sub(1),
            _ => {}
        }
        deepest = deepest.max(depth);
    }
    deepest
}

/// Whether it says that a member, and not the whole body, has the wrong type.
fn is_wrong_type(response: &Response) -> bool {
    let body = String::from_utf8_lossy(&response.body);
    body.contains("converted to a String") || body.contains("found where not expected")
}

fn set_header(response: &mut Response, name: &str, change: impl Fn(&str) -> String) {
    for header in &mut response.headers {
        if header.is(name) {
            let value = String::from_utf8_lossy(&header.value).into_owned();
            header.value = change(&value).into();
        }
    }
}

fn set_content_type(response: &mut Response, value: &str) {
    for header in &mut response.headers {
        if header.is("content-type") {
            header.value = value.into();
        }
    }
}

fn drop_header(response: &mut Response, prefix: &str) {
    response
        .headers
        .retain(|header| !header.name.to_ascii_lowercase().starts_with(prefix));
}
