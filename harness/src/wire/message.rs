//! One request and one response.

use std::borrow::Cow;
use std::fmt;

/// A header line. The name keeps its case; the value may be any bytes.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Header {
    /// The name as written.
    pub name: Cow<'static, str>,
    /// The value, without the blanks round it.
    pub value: Vec<u8>,
}

/// The names that nearly every exchange has, which need no copy each.
const USUAL: [&str; 15] = [
    "Content-Type",
    "X-Amz-Target",
    "Host",
    "Content-Length",
    "Authorization",
    "X-Amz-Date",
    "content-type",
    "content-length",
    "date",
    "x-amzn-requestid",
    "x-amzn-errortype",
    "x-amzn-errormessage",
    "x-amzn-RequestId",
    "x-amzn-ErrorType",
    "x-amzn-ErrorMessage",
];

impl Header {
    /// A header with a textual value.
    pub fn new(name: impl AsRef<str>, value: impl Into<Vec<u8>>) -> Self {
        let name = name.as_ref();
        let usual = USUAL.iter().find(|usual| **usual == name);
        Self {
            name: usual.map_or_else(
                || Cow::Owned(name.to_owned()),
                |usual| Cow::Borrowed(*usual),
            ),
            value: value.into(),
        }
    }

    /// Whether it has that name, whatever the case.
    pub fn is(&self, name: &str) -> bool {
        self.name.eq_ignore_ascii_case(name)
    }
}

/// A request that HTTP can say, well-formed as a message if not in its contents.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Request {
    /// The method, in the case it is sent in.
    pub method: String,
    /// The request target: a path, with its query.
    pub path: String,
    /// The headers in order. `Host` and `Content-Length` are the transport's.
    pub headers: Vec<Header>,
    /// The body.
    pub body: Vec<u8>,
}

impl Request {
    /// The first header of that name, as text where it is text.
    pub fn header(&self, name: &str) -> Option<&str> {
        find(&self.headers, name)
    }

    /// Puts a header in place of all those of its name.
    pub fn set(&mut self, name: &str, value: impl Into<Vec<u8>>) {
        self.remove(name);
        self.headers.push(Header::new(name, value));
    }

    /// Takes out every header of that name.
    pub fn remove(&mut self, name: &str) {
        self.headers.retain(|header| !header.is(name));
    }
}

/// An answer, whole or cut at the bound on its size.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Response {
    /// The status code.
    pub status: u16,
    /// The headers in order.
    pub headers: Vec<Header>,
    /// The body, as far as it was read.
    pub body: Vec<u8>,
    /// Whether the body went on past the bound and was left there.
    pub cut: bool,
}

impl Response {
    /// An answer with nothing but a status and a body.
    pub fn new(status: u16, body: impl Into<Vec<u8>>) -> Self {
        Self {
            status,
            headers: Vec::new(),
            body: body.into(),
            cut: false,
        }
    }

    /// The first header of that name, as text where it is text.
    pub fn header(&self, name: &str) -> Option<&str> {
        find(&self.headers, name)
    }
}

impl fmt::Display for Response {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.status, String::from_utf8_lossy(&self.body))
    }
}

fn find<'a>(headers: &'a [Header], name: &str) -> Option<&'a str> {
    headers
        .iter()
        .find(|header| header.is(name))
        .and_then(|header| std::str::from_utf8(&header.value).ok())
}
