//! Credentials, and the places they come from.

use std::fmt;

use serde::Deserialize;

/// The key of AWS's own documentation, which opens nothing: what emulators on this machine are called with.
pub(crate) const EXAMPLE_ACCESS_KEY: &str = "AKIDEXAMPLE";
const EXAMPLE_SECRET_KEY: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";

/// A text that is never shown.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct Secret(String);

impl Secret {
    /// Hides a text.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text itself, for a signature and nothing else.
    pub(crate) fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("<secret>")
    }
}

/// A key to sign with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Credentials {
    /// The access key id.
    pub access_key: String,
    /// The secret access key.
    pub secret_key: Secret,
    /// The session token of a temporary key.
    pub session_token: Option<Secret>,
}

impl Credentials {
    /// The key of AWS's documentation.
    pub fn example() -> Self {
        Self {
            access_key: EXAMPLE_ACCESS_KEY.to_owned(),
            secret_key: Secret::new(EXAMPLE_SECRET_KEY),
            session_token: None,
        }
    }

    /// Whether they are the published example, which is no secret.
    pub fn are_example(&self) -> bool {
        *self == Self::example()
    }
}

/// Where a profile's credentials come from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum CredentialSource {
    /// The environment, then the shared credentials file. The default.
    #[default]
    Environment,
    /// AWS's documentation: the published key that opens nothing.
    Example,
    /// The profile itself.
    Static(Credentials),
    /// Nowhere: requests go out unsigned.
    None,
}

impl CredentialSource {
    /// The source that a word stands for.
    pub(crate) fn named(name: &str) -> Option<Self> {
        match name {
            "environment" => Some(Self::Environment),
            "example" => Some(Self::Example),
            "none" => Some(Self::None),
            _ => None,
        }
    }
}

impl<'de> Deserialize<'de> for CredentialSource {
    fn deserialize<D: serde::Deserializer<'de>>(input: D) -> Result<Self, D::Error> {
        struct Sources;

        impl<'de> serde::de::Visitor<'de> for Sources {
            type Value = CredentialSource;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(
                    "\"environment\", \"example\", \"none\" or { access_key = \"…\", secret_key = \"…\" }",
                )
            }

            fn visit_str<E: serde::de::Error>(self, name: &str) -> Result<CredentialSource, E> {
                // Not the text itself: a secret may stand in the wrong place.
                CredentialSource::named(name).ok_or_else(|| {
                    E::custom(
                        "unknown credentials, expected \"environment\", \"example\", \"none\" or a table",
                    )
                })
            }

            fn visit_map<A: serde::de::MapAccess<'de>>(
                self,
                map: A,
            ) -> Result<CredentialSource, A::Error> {
                #[derive(Deserialize)]
                #[serde(deny_unknown_fields)]
                struct Keys {
                    access_key: String,
                    secret_key: Secret,
                    session_token: Option<Secret>,
                }
                let keys = Keys::deserialize(serde::de::value::MapAccessDeserializer::new(map))?;
                Ok(CredentialSource::Static(Credentials {
                    access_key: keys.access_key,
                    secret_key: keys.secret_key,
                    session_token: keys.session_token,
                }))
            }
        }

        input.deserialize_any(Sources)
    }
}
