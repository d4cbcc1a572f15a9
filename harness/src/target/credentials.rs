//! Whose signature requests carry.

use std::fmt;

use crate::target::{ConfigError, Environment};

/// The access key of AWS's own signing examples. It opens nothing.
const EXAMPLE_ACCESS_KEY: &str = "AKIDEXAMPLE";
const EXAMPLE_SECRET_KEY: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";

/// Something that must not be shown.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Wraps it.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text itself, for the one place that computes with it.
    pub(crate) fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

impl fmt::Display for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

/// An access key with its secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key {
    /// The access key id, which every request shows.
    pub access_key: String,
    /// The secret access key.
    pub secret_key: Secret,
    /// The token that comes with a temporary key.
    pub session_token: Option<Secret>,
}

impl Key {
    /// The published example key.
    pub fn example() -> Self {
        Self {
            access_key: EXAMPLE_ACCESS_KEY.to_owned(),
            secret_key: Secret::new(EXAMPLE_SECRET_KEY),
            session_token: None,
        }
    }

    /// The key that the AWS tools would find: in the variables, then in the shared credentials file.
    pub fn from_environment(environment: &Environment) -> Result<Self, ConfigError> {
        let from_variables = || {
            let of = |name| environment.variable(name);
            Some(Self {
                access_key: of("AWS_ACCESS_KEY_ID")?.to_owned(),
                secret_key: Secret::new(of("AWS_SECRET_ACCESS_KEY")?),
                session_token: of("AWS_SESSION_TOKEN").map(Secret::new),
            })
        };
        let from_file = || {
            let of = |name| environment.shared(name);
            Some(Self {
                access_key: of("aws_access_key_id")?.to_owned(),
                secret_key: Secret::new(of("aws_secret_access_key")?),
                session_token: of("aws_session_token").map(Secret::new),
            })
        };
        from_variables()
            .or_else(from_file)
            .ok_or(ConfigError::NoKey)
    }
}

/// With what requests are signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Credentials {
    /// With this key.
    Key(Key),
    /// Not at all: the target looks at no signature, and cases about signatures are blocked.
    Unsigned,
}
