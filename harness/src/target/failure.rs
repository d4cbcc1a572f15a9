//! Why a request brought no answer.

use std::fmt;

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
    /// What came is not HTTP. The endpoint may have acted.
    Garbage {
        /// The endpoint.
        endpoint: String,
        /// What is wrong with it.
        why: String,
    },
    /// The signature that was asked for needs credentials, and the profile has none. Nothing was sent.
    NoCredentials,
    /// The request cannot be said. Nothing was sent.
    Unsayable(String),
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
            Self::Garbage { endpoint, why } => {
                write!(f, "{endpoint} answered something that is not HTTP: {why}")
            }
            Self::NoCredentials => f.write_str("the profile has no credentials for this signature"),
            Self::Unsayable(why) => write!(f, "the request cannot be sent: {why}"),
        }
    }
}

impl std::error::Error for Failure {}
