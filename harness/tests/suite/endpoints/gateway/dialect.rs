//! The dialects in which endpoints were seen to say that they lack an operation.

/// One of them.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Dialect {
    NotImplemented,
    NotImplementedException,
    InternalFailure,
    InvalidActionAs501,
    InvalidAction,
    UnknownOperation,
    Unsupported,
    Html,
    Xml,
    /// A page for what nobody has heard of, and a type for what it knows by name and lacks.
    UnknownOperationForWhatItLacks,
}

/// An answer: its status, media type and body.
pub(crate) type Said = (u16, &'static str, String);

const JSON: &str = "application/x-amz-json-1.1";

impl Dialect {
    pub(crate) const ALL: [Self; 10] = [
        Self::NotImplemented,
        Self::NotImplementedException,
        Self::InternalFailure,
        Self::InvalidActionAs501,
        Self::InvalidAction,
        Self::UnknownOperation,
        Self::Unsupported,
        Self::Html,
        Self::Xml,
        Self::UnknownOperationForWhatItLacks,
    ];

    /// What is said to an operation. The number is another one for each request, as request ids are.
    pub(crate) fn says(self, operation: &str, is_known_by_name: bool, number: usize) -> Said {
        let json = |status, name: &str, message: String| {
            let body = format!(r#"{{"__type":"{name}","message":"{message}"}}"#);
            (status, JSON, body)
        };
        let unknown = format!("Operation {operation} is not known.");
        match self {
            Self::NotImplemented => json(501, "NotImplemented", unknown),
            Self::NotImplementedException => json(501, "NotImplementedException", String::new()),
            Self::InternalFailure => {
                let snake = snake_case(operation);
                json(
                    501,
                    "InternalFailure",
                    format!("The {snake} action is missing, {number:x}-{number}"),
                )
            }
            Self::InvalidActionAs501 => json(501, "InvalidAction", unknown),
            Self::InvalidAction => {
                let target = format!("AWSCognitoIdentityProviderService.{operation}");
                json(
                    400,
                    "InvalidAction",
                    format!("{target} is not valid for this endpoint."),
                )
            }
            Self::UnknownOperation => json(400, "UnknownOperationException", String::new()),
            Self::Unsupported => json(500, "com.example.cognito#Unsupported", unknown),
            Self::Html => page(500, number),
            Self::Xml => (
                404,
                "application/xml",
                format!(
                    "<?xml version=\"1.0\"?><Error><Code>NoSuchKey</Code><Resource>/</Resource><RequestId>{number:04x}{}</RequestId></Error>",
                    "Z".repeat(number % 7)
                ),
            ),
            Self::UnknownOperationForWhatItLacks if is_known_by_name => {
                json(400, "UnknownOperationException", unknown)
            }
            Self::UnknownOperationForWhatItLacks => page(404, number),
        }
    }
}

fn page(status: u16, number: usize) -> Said {
    let body = format!(
        "<!doctype html>\n<title>{status}</title>\n<h1>Something went wrong</h1>\n<p>Request {number:x}-{number:x}</p>\n"
    );
    (status, "text/html; charset=utf-8", body)
}

fn snake_case(name: &str) -> String {
    let mut snake = String::new();
    for letter in name.chars() {
        if letter.is_ascii_uppercase() && !snake.is_empty() {
            snake.push('_');
        }
        snake.push(letter.to_ascii_lowercase());
    }
    snake
}
