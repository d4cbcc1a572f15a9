//! Why a request brought no answer.

use std::fmt;
use std::time::Duration;

use crate::case::Signature;
use crate::target::reply::BadReply;

/// Why a request brought no answer. None of them holds anything of the credentials.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Failure {
    /// There is nobody at the address.
    Connect {
        /// The endpoint.
        endpoint: String,
        /// What the system said.
        why: String,
    },
    /// No whole answer came in time. The endpoint may have acted.
    Timeout {
        /// The endpoint.
        endpoint: String,
        /// How long was waited, in milliseconds.
        waited_ms: u64,
        /// Whether a part of the response had arrived.
        partial: bool,
    },
    /// The connection was closed before an answer. The endpoint may have acted.
    Closed {
        /// The endpoint.
        endpoint: String,
        /// Whether the connection had been used before: then the close may have come before the request, and says nothing of it.
        was_kept: bool,
    },
    /// The connection was closed in the middle of the answer. The endpoint may have acted.
    Truncated {
        /// The endpoint.
        endpoint: String,
        /// What is missing.
        why: String,
    },
    /// The response went past a limit that no response of the service comes near. The endpoint may have acted.
    TooMuch {
        /// The endpoint.
        endpoint: String,
        /// Which limit.
        what: String,
    },
    /// What came is not HTTP/1. The endpoint may have acted.
    Garbage {
        /// The endpoint.
        endpoint: String,
        /// What is wrong with it.
        why: String,
    },
    /// The signature that was asked for needs credentials, and the profile has none. Nothing was sent.
    NoCredentials {
        /// The endpoint.
        endpoint: String,
        /// The signature that was asked for.
        signature: Signature,
    },
    /// What a recording says came in place of an answer.
    Recorded {
        /// In its words.
        why: String,
        /// Whether it was waited for in vain.
        is_late: bool,
    },
    /// The request cannot be said. Nothing was sent.
    Unsayable {
        /// The endpoint.
        endpoint: String,
        /// Why.
        why: String,
    },
}

/// How long something took, as a failure tells it.
pub(crate) fn in_ms(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

impl Failure {
    /// What an unreadable response comes to.
    pub(crate) fn of_reply(endpoint: String, bad: BadReply) -> Self {
        match bad {
            BadReply::Garbage(why) => Self::Garbage { endpoint, why },
            BadReply::TooMuch(what) => Self::TooMuch { endpoint, what },
        }
    }

    /// Its kind, which is all that two failures of one class share.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Connect { .. } => "connect",
            Self::Timeout { partial: false, .. } => "timeout",
            Self::Timeout { partial: true, .. } => "partial",
            Self::Closed { .. } => "closed",
            Self::Truncated { .. } => "truncated",
            Self::TooMuch { .. } => "too-much",
            Self::Garbage { .. } => "not-http",
            Self::NoCredentials { .. } => "no-credentials",
            Self::Recorded { .. } => "recorded",
            Self::Unsayable { .. } => "unsendable",
        }
    }

    /// What a user can do about it, where something helps.
    pub fn hint(&self) -> Option<&'static str> {
        Some(match self {
            Self::Connect { .. } => "is it running, and at this address?",
            Self::Timeout { partial: false, .. } => {
                "if it serves few requests at once, try --concurrency 2; `timeout_ms` in the profile makes the wait longer"
            }
            Self::Timeout { partial: true, .. } | Self::Truncated { .. } => {
                "Content-Length, or the end of the chunks, must match the body"
            }
            Self::Closed { .. } => "if it serves few requests at once, try --concurrency 2",
            Self::Garbage { .. } => "fullstop speaks HTTP/1.1",
            _ => return None,
        })
    }

    /// Whether the endpoint may have acted on the request all the same.
    pub fn may_have_acted(&self) -> bool {
        match self {
            Self::Timeout { .. }
            | Self::Closed { .. }
            | Self::Truncated { .. }
            | Self::TooMuch { .. }
            | Self::Garbage { .. }
            | Self::Recorded { .. } => true,
            Self::Connect { .. } | Self::NoCredentials { .. } | Self::Unsayable { .. } => false,
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Connect { endpoint, why } => write!(f, "{endpoint} cannot be reached: {why}"),
            Self::Timeout {
                endpoint,
                waited_ms,
                partial: false,
            } => {
                write!(f, "{endpoint} did not respond within {waited_ms} ms")
            }
            Self::Timeout {
                endpoint,
                waited_ms,
                partial: true,
            } => {
                write!(
                    f,
                    "{endpoint} responded in part, and the rest did not come within {waited_ms} ms"
                )
            }
            Self::Closed { endpoint, .. } => {
                write!(f, "{endpoint} closed the connection without an answer")
            }
            Self::Truncated { endpoint, why } => {
                write!(
                    f,
                    "{endpoint} closed the connection in the middle of its answer: {why}"
                )
            }
            Self::TooMuch { endpoint, what } => {
                write!(f, "{endpoint} sent more than a response has: {what}")
            }
            Self::Garbage { endpoint, why } => {
                write!(f, "{endpoint} answered something that is not HTTP: {why}")
            }
            Self::Recorded { why, .. } => f.write_str(why),
            Self::NoCredentials {
                endpoint,
                signature,
            } => write!(
                f,
                "the profile of {endpoint} has no credentials for the signature {signature:?}"
            ),
            Self::Unsayable { endpoint, why } => {
                write!(f, "the request to {endpoint} cannot be sent: {why}")
            }
        }
    }
}

impl std::error::Error for Failure {}
