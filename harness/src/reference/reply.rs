//! An answer and the way it is sent.

use crate::wire::Response;

/// What the endpoint does about one request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    /// The answer, if the delivery lets one through.
    pub response: Response,
    /// How long to wait before the first byte of it.
    pub delay_ms: u64,
    /// How its bytes are sent, or not.
    pub delivery: Delivery,
    /// Whether the connection is closed behind it.
    pub close: bool,
}

impl Reply {
    /// The answer at once and whole.
    pub fn whole(response: Response) -> Self {
        Self {
            response,
            delay_ms: 0,
            delivery: Delivery::Whole,
            close: false,
        }
    }
}

/// How the bytes of an answer are sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Delivery {
    /// With a `Content-Length`, in one piece.
    Whole,
    /// In chunks, without a `Content-Length`.
    Chunked,
    /// Cut off in the middle of the body.
    Truncated,
    /// The head of the answer, then a body that never ends.
    Endless,
    /// Nothing: the connection is closed.
    Close,
    /// Nothing, and the connection stays open.
    Hang,
}
