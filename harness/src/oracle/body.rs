//! A request's body as any reader of JSON must take it; where readers differ, that is said instead.
//!
//! Written by hand and without recursion: what a library makes of a body is no evidence of what the service makes of
//! it. The first thing that is out of order decides, since a reader gets no further.

use crate::oracle::reader::{DOUBTFUL, Fault, Reader, is_blank, is_doubtful};

/// The largest body that is read. How much the service takes is not established; a real request has a hundredth of it.
const SIZE_MAX: usize = 64 << 10;

/// What a body is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Body {
    /// An object.
    Object(Members),
    /// Empty, blank or null.
    Nothing,
    /// Something that does not begin as an object.
    NotObject,
    /// An object whose structure is broken.
    Malformed,
    /// Something that readers take in different ways, and how.
    Unclear(&'static str),
    /// Something that may not even be read, and why.
    Unreadable(&'static str),
}

/// The members of a request that count.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Members {
    pub(crate) pool: Member,
    pub(crate) job: Member,
    /// Whether the notation departs from that of the requests whose answers are on record: other members, another
    /// order, other blanks or needless escapes.
    pub(crate) is_unusual: bool,
}

/// What stands in place of a text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) enum Member {
    /// Nothing, or a null.
    #[default]
    Missing,
    /// A text, its escapes undone.
    Text(String),
    /// An object, a whole number or a boolean: what is recorded of this service.
    Wrong,
    /// A list, a fraction or a number of unusual size: what is recorded of neighbouring services only.
    WrongElsewhere,
}

impl Body {
    /// Reads a body.
    pub(crate) fn read(bytes: &[u8]) -> Self {
        if bytes.len() > SIZE_MAX {
            return Self::Unreadable("how large a body may be is not established");
        }
        let Ok(text) = std::str::from_utf8(bytes) else {
            return Self::Unreadable("what becomes of a body that is no UTF-8 is not established");
        };
        let is_token = |byte: &u8| !is_blank(byte);
        let start = bytes.iter().position(is_token).unwrap_or(bytes.len());
        let end = bytes
            .iter()
            .rposition(is_token)
            .map_or(start, |last| last + 1);
        let text = &text[start..end];
        match text.chars().next() {
            None => Self::Nothing,
            Some('{') => match Reader::new(text).object() {
                Ok(mut members) => {
                    // Blanks round the body were taken off above.
                    members.is_unusual |= text.len() != bytes.len();
                    Self::Object(members)
                }
                Err(Fault::Malformed) => Self::Malformed,
                Err(Fault::Unclear(reason)) => Self::Unclear(reason),
            },
            Some(letter) if is_doubtful(letter) => Self::Unclear(DOUBTFUL),
            Some(_) if text == "null" => Self::Nothing,
            Some(_) => Self::NotObject,
        }
    }
}
