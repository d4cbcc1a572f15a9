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
            serde_json::from_slice(&response.body).map_err(|error| error.to_string())
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

/// The shape name in an error type: before the first colon, then after the first number sign.
pub fn sanitise(raw: &str) -> String {
    let name = raw.split(':').next().unwrap_or_default();
    let name = name.split_once('#').map_or(name, |(_, shape)| shape);
    name.trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::Header;

    #[track_caller]
    fn check(raw: &str, want: &str) {
        assert_eq!(sanitise(raw), want);
    }

    #[test]
    fn error_types_lose_their_namespace_and_uri() {
        check("FooError", "FooError");
        check(
            "FooError:http://internal.amazon.com/coral/com.amazon.coral.validate/",
            "FooError",
        );
        check("com.amazonaws.cognitoidentityprovider#FooError", "FooError");
        check(
            "aws.protocoltests.json#FooError:http://internal.amazon.com/#x",
            "FooError",
        );
        check("NotAuthorizedException:", "NotAuthorizedException");
        check("", "");
    }

    #[test]
    fn the_header_speaks_before_the_body_and_either_message_key_counts() {
        let mut response = Response::new(400, r#"{"__type":"a#Body","Message":"no"}"#);
        assert_eq!(Envelope::read(&response).error_type(), Some("Body"));
        response
            .headers
            .push(Header::new("x-amzn-ErrorType", "Head:"));
        let envelope = Envelope::read(&response);
        assert_eq!(envelope.error_type(), Some("Head"));
        assert_eq!(envelope.type_in_body.as_deref(), Some("Body"));
        assert_eq!(envelope.message.as_deref(), Some("no"));
    }

    #[test]
    fn a_body_nested_without_end_is_no_json() {
        let response = Response::new(200, "[".repeat(1 << 20));
        assert!(Envelope::read(&response).json.is_err());
    }
}
