//! Why a request has no answer.

use std::time::Duration;
use std::{error, fmt};

use crate::case::Signature;

/// A request without a whole answer. Messages name the endpoint and never a secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Failure {
    /// The answer was not complete in time.
    Timeout {
        /// The endpoint.
        endpoint: String,
        /// How long it was waited for.
        after: Duration,
    },
    /// No connection came about.
    Connect {
        /// The endpoint.
        endpoint: String,
        /// Why.
        cause: String,
    },
    /// The connection was closed before a first byte of an answer.
    Closed {
        /// The endpoint.
        endpoint: String,
    },
    /// The connection was closed in the middle of the answer.
    Truncated {
        /// The endpoint.
        endpoint: String,
        /// What is known of where.
        cause: String,
    },
    /// What came back is no HTTP, or more headers than the bound.
    Garbage {
        /// The endpoint.
        endpoint: String,
        /// What is wrong with it.
        cause: String,
    },
    /// The request asks for a signature, and the target has no credentials. Nothing was sent.
    NoCredentials {
        /// The endpoint.
        endpoint: String,
        /// The signature asked for.
        signature: Signature,
    },
    /// The harness cannot put the request on the wire. Nothing was sent.
    Unsendable {
        /// The endpoint.
        endpoint: String,
        /// Why.
        cause: String,
    },
}

impl Failure {
    /// Whether the endpoint may have acted on the request all the same.
    pub fn may_have_acted(&self) -> bool {
        match self {
            Self::Timeout { .. }
            | Self::Closed { .. }
            | Self::Truncated { .. }
            | Self::Garbage { .. } => true,
            Self::Connect { .. } | Self::NoCredentials { .. } | Self::Unsendable { .. } => false,
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Timeout { endpoint, after } => write!(
                f,
                "get an answer from {endpoint}: none within {} ms",
                after.as_millis()
            ),
            Self::Connect { endpoint, cause } => write!(f, "connect to {endpoint}: {cause}"),
            Self::Closed { endpoint } => write!(
                f,
                "get an answer from {endpoint}: it closed the connection without one"
            ),
            Self::Truncated { endpoint, cause } => write!(
                f,
                "read the answer of {endpoint}: it closed the connection in the middle ({cause})"
            ),
            Self::Garbage { endpoint, cause } => {
                write!(f, "read the answer of {endpoint} as HTTP: {cause}")
            }
            Self::NoCredentials {
                endpoint,
                signature,
            } => write!(
                f,
                "sign a request to {endpoint} ({signature:?}): the target has no credentials"
            ),
            Self::Unsendable { endpoint, cause } => {
                write!(f, "send the request to {endpoint}: {cause}")
            }
        }
    }
}

impl error::Error for Failure {}
