//! Why a request brought no answer.

use std::fmt;

use crate::case::Signature;

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
        waited_ms: u128,
    },
    /// The connection was closed before an answer. The endpoint may have acted.
    Closed {
        /// The endpoint.
        endpoint: String,
    },
    /// The connection was closed in the middle of the answer. The endpoint may have acted.
    Truncated {
        /// The endpoint.
        endpoint: String,
        /// What is missing.
        why: String,
    },
    /// What came is not HTTP, or more of it than any answer has. The endpoint may have acted.
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
    },
    /// The request cannot be said. Nothing was sent.
    Unsayable {
        /// The endpoint.
        endpoint: String,
        /// Why.
        why: String,
    },
}

impl Failure {
    /// Whether the endpoint may have acted on the request all the same.
    pub fn may_have_acted(&self) -> bool {
        match self {
            Self::Timeout { .. }
            | Self::Closed { .. }
            | Self::Truncated { .. }
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
            } => {
                write!(f, "{endpoint} gave no whole answer within {waited_ms} ms")
            }
            Self::Closed { endpoint } => {
                write!(f, "{endpoint} closed the connection without an answer")
            }
            Self::Truncated { endpoint, why } => {
                write!(
                    f,
                    "{endpoint} closed the connection in the middle of its answer: {why}"
                )
            }
            Self::Garbage { endpoint, why } => {
                write!(f, "{endpoint} answered something that is not HTTP: {why}")
            }
            Self::Recorded { why } => f.write_str(why),
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
