//! Answers as bytes: the headers and the body that the service gives a success or a refusal.

use crate::contract::CONTENT_TYPE;
use crate::reference::Variation;
use crate::reference::failure::{Cause, Failure};
use crate::reference::json::Json;
use crate::reference::options::Options;
use crate::wire::{Header, Response};

/// A message may echo a value as long as a body, but clients stop reading headers long before that, many
/// at 8 KiB.
const MESSAGE_HEADER_SIZE_MAX: usize = 4 * 1_024;

/// A success.
///
/// The headers are recorded: cloud-custodian's placebo recordings of this service.
pub(crate) fn success(body: &Json, request_id: &str, options: &Options) -> Response {
    let mut body = written(body, options);
    if options.varies(Variation::UrlsSignedAnew) {
        let anew = format!("X-Amz-Security-Token={request_id}&X-Amz-Signature=");
        body = body.replace("X-Amz-Signature=", &anew);
    }
    Response {
        status: 200,
        headers: vec![
            Header::new("x-amzn-RequestId", request_id),
            Header::new("Content-Type", CONTENT_TYPE),
        ],
        body: body.into(),
        cut: false,
    }
}

/// A refusal.
///
/// The three headers, the colon and the order of the body are recorded: aws/aws-cli#3348, awslabs/aws-sdk-ios-samples#108.
pub(crate) fn refusal(failure: &Failure, request_id: &str, options: &Options) -> Response {
    match failure.cause {
        Cause::Unroutable => return unroutable(failure, request_id),
        Cause::MediaType => return media_type(failure, request_id),
        _ => {}
    }
    let name = &failure.name;
    let mut headers = vec![Header::new("x-amzn-RequestId", request_id)];
    match options.variation {
        Some(Variation::TypeInBodyOnly | Variation::TypeInCode) => {}
        Some(Variation::TypeHeaderWithoutColon) => {
            headers.push(Header::new("x-amzn-ErrorType", &**name));
        }
        _ => headers.push(Header::new("x-amzn-ErrorType", format!("{name}:"))),
    }
    if let Some(message) = failure.message.as_deref().filter(|text| fits_header(text)) {
        headers.push(Header::new("x-amzn-ErrorMessage", message));
    }
    headers.push(Header::new("Content-Type", CONTENT_TYPE));
    Response {
        status: failure.status,
        headers,
        body: written(&body(failure, options), options).into(),
        cut: false,
    }
}

fn body(failure: &Failure, options: &Options) -> Json {
    let Failure { name, message, .. } = failure;
    let mut members = Vec::new();
    if !options.varies(Variation::TypeInHeaderOnly) {
        let prefix = if options.varies(Variation::NamespacedType) {
            "com.amazonaws.cognitoidentityprovider#"
        } else {
            ""
        };
        let key = if options.varies(Variation::TypeInCode) {
            "code"
        } else {
            "__type"
        };
        members.push((key.to_owned(), Json::Text(format!("{prefix}{name}"))));
    }
    let is_serialization = name == "SerializationException";
    let is_silent = is_serialization && options.varies(Variation::SerializationWithoutMessage);
    if let Some(message) = message.as_deref().filter(|_| !is_silent) {
        // The capital letter is recorded: aws-amplify/amplify-js#4738 for the one, Cognito Identity for the other.
        let is_capital = is_serialization
            || name == "AccessDeniedException"
            || options.varies(Variation::CapitalMessage);
        let key = if is_capital { "Message" } else { "message" };
        members.push((key.to_owned(), Json::text(message)));
    }
    Json::Object(members)
}

/// What the host answers to requests that are none of the API's. Recorded in several reports, all with this body.
fn unroutable(failure: &Failure, request_id: &str) -> Response {
    let message = failure.message.clone().unwrap_or_default();
    let body = Json::object([
        ("code", Json::text(&failure.name)),
        ("message", Json::Text(message)),
        ("type", Json::text("client")),
    ]);
    Response {
        status: failure.status,
        headers: vec![
            Header::new("x-amzn-RequestId", request_id),
            Header::new("Content-Type", "application/json"),
        ],
        body: body.compact().into(),
        cut: false,
    }
}

/// Recorded for Athena.
fn media_type(failure: &Failure, request_id: &str) -> Response {
    Response {
        status: failure.status,
        headers: vec![
            Header::new("x-amzn-RequestId", request_id),
            Header::new("Content-Type", "text/xml"),
        ],
        body: format!("<{}/>", failure.name).into(),
        cut: false,
    }
}

fn written(body: &Json, options: &Options) -> String {
    match options.variation {
        Some(Variation::PrettyBodies) => body.pretty(),
        Some(Variation::EscapedTexts) => escaped(&body.compact()),
        _ => body.compact(),
    }
}

/// Capital letters and slashes stand in texts only, as long as numbers are written without an exponent.
fn escaped(body: &str) -> String {
    let escape = |c: char| match c {
        'A'..='Z' => format!("\\u{:04x}", u32::from(c)),
        '/' => "\\/".to_owned(),
        c => c.to_string(),
    };
    body.chars().map(escape).collect()
}

/// Not established: what the header says where the message is long or not in ASCII. Here it is left out.
fn fits_header(message: &str) -> bool {
    let is_visible = |byte: u8| byte == b' ' || byte.is_ascii_graphic();
    message.len() <= MESSAGE_HEADER_SIZE_MAX && message.bytes().all(is_visible)
}
