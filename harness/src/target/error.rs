//! Why there is no target to speak to.

use std::{error, fmt, io};

use crate::target::Address;

/// A profile that cannot be used, or one that is not there.
#[derive(Debug)]
pub enum ConfigError {
    /// The file is no TOML of the expected form. The message has the line and a caret.
    File {
        /// The file.
        file: String,
        /// What the parser says.
        cause: String,
    },
    /// Keys that are well-formed one by one do not go together.
    Target {
        /// The file.
        file: String,
        /// The target's name.
        target: String,
        /// The key.
        key: &'static str,
        /// What is wrong with it, and what would be right.
        wrong: String,
    },
    /// No profile has that name.
    UnknownTarget {
        /// The name.
        name: String,
        /// Those that exist.
        known: Vec<String>,
    },
    /// A URL that is no endpoint's.
    Address {
        /// What is wrong with it, and what would be right.
        wrong: String,
    },
    /// The profile wants the environment's key, and there is none.
    NoKey,
    /// The profile wants the environment's region, and there is none.
    NoRegion,
    /// The endpoint is spoken to through TLS, and this build cannot.
    NoTls {
        /// The endpoint.
        endpoint: Address,
    },
    /// The embedded endpoint has no address until it is served.
    Embedded,
    /// The HTTP client could not be made.
    Http {
        /// The endpoint.
        endpoint: Address,
        /// What the library says.
        cause: reqwest::Error,
    },
    /// The driver's program could not be started.
    Driver {
        /// The program and its arguments.
        command: String,
        /// Why.
        cause: io::Error,
    },
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File { file, cause } => write!(f, "read {file}: {cause}"),
            Self::Target {
                file,
                target,
                key,
                wrong,
            } => write!(f, "use target `{target}` of {file}: `{key}`: {wrong}"),
            Self::UnknownTarget { name, known } => {
                write!(f, "find the target `{name}`: there is {}", known.join(", "))
            }
            Self::Address { wrong } => write!(f, "use the endpoint: {wrong}"),
            Self::NoKey => f.write_str(
                "find credentials: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY (`aws configure export-credentials \
                 --format env` prints them), or name a profile of the shared credentials file with AWS_PROFILE",
            ),
            Self::NoRegion => f.write_str("find the region: set AWS_REGION"),
            Self::NoTls { endpoint } => write!(
                f,
                "speak to {endpoint}: this build has no TLS, build it with the feature `tls`"
            ),
            Self::Embedded => {
                f.write_str("speak to the embedded endpoint before it is served at an address")
            }
            Self::Http { endpoint, .. } => write!(f, "make a client for {endpoint}"),
            Self::Driver { command, cause } => write!(f, "start the driver `{command}`: {cause}"),
        }
    }
}

impl error::Error for ConfigError {
    fn source(&self) -> Option<&(dyn error::Error + 'static)> {
        match self {
            Self::Http { cause, .. } => Some(cause),
            _ => None,
        }
    }
}
