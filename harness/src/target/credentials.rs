//! Credentials, and the places they come from.

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;

use serde::Deserialize;

use crate::target::keys::Keys;
use crate::target::{ConfigError, overrides};

/// The key of AWS's own documentation, which opens nothing: what emulators on this machine are called with.
const EXAMPLE_ACCESS_KEY: &str = "AKIDEXAMPLE";
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

/// What the process's environment says, read once at the edge so that everything else is a function of it.
#[derive(Clone, Debug, Default)]
pub struct Environment {
    region: Option<String>,
    profile: Option<String>,
    credentials: Option<Credentials>,
    shared_file: Option<(PathBuf, Secret)>,
    /// The variables that override keys of a profile.
    variables: BTreeMap<String, Secret>,
}

impl Environment {
    /// Reads the variables that AWS's tools read, and the shared credentials file.
    pub fn from_process() -> Self {
        let variable = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
        let credentials = variable("AWS_ACCESS_KEY_ID")
            .zip(variable("AWS_SECRET_ACCESS_KEY"))
            .map(|(access_key, secret_key)| Credentials {
                access_key,
                secret_key: Secret::new(secret_key),
                session_token: variable("AWS_SESSION_TOKEN").map(Secret::new),
            });
        let file = variable("AWS_SHARED_CREDENTIALS_FILE")
            .map(PathBuf::from)
            .or_else(|| variable("HOME").map(|home| PathBuf::from(home).join(".aws/credentials")));
        let shared_file = file.and_then(|file| {
            let text = std::fs::read_to_string(&file).ok()?;
            Some((file, Secret::new(text)))
        });
        Self {
            region: variable("AWS_REGION").or_else(|| variable("AWS_DEFAULT_REGION")),
            profile: variable("AWS_PROFILE"),
            credentials,
            shared_file,
            variables: overrides::KEYS
                .iter()
                .map(|key| overrides::variable(key))
                .filter_map(|name| variable(&name).map(|value| (name, Secret::new(value))))
                .collect(),
        }
    }

    /// An environment with these credentials and region only.
    pub fn of(credentials: Option<Credentials>, region: Option<&str>) -> Self {
        Self {
            credentials,
            region: region.map(str::to_owned),
            ..Self::default()
        }
    }

    /// With one more variable.
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.variables.insert(name.to_owned(), Secret::new(value));
        self
    }

    /// The keys of a profile that it overrides.
    pub(crate) fn overrides(&self) -> Result<Keys, ConfigError> {
        overrides::read(&self.variables)
    }

    /// The region that it names.
    pub fn region(&self) -> Option<&str> {
        let own = self.variables.get(&overrides::variable("region"));
        own.map(Secret::reveal).or(self.region.as_deref())
    }

    /// The endpoint that it names.
    pub fn endpoint(&self) -> Option<&str> {
        let own = self.variables.get(&overrides::variable("endpoint"));
        own.map(Secret::reveal)
    }

    /// Its credentials: the variables', else the shared file's.
    pub fn credentials(&self) -> Result<Credentials, ConfigError> {
        if let Some(credentials) = &self.credentials {
            return Ok(credentials.clone());
        }
        let name = self.profile.as_deref().unwrap_or("default");
        let Some((file, text)) = &self.shared_file else {
            return Err(ConfigError::NoCredentials(
                "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are not set, and there is no shared credentials file".into(),
            ));
        };
        section(text.reveal(), name).ok_or_else(|| {
            ConfigError::NoCredentials(format!(
                "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are not set, and {} has no whole profile [{name}]",
                file.display()
            ))
        })
    }
}

/// The credentials in a section of a shared credentials file.
fn section(text: &str, name: &str) -> Option<Credentials> {
    let header = format!("[{name}]");
    let values: BTreeMap<_, _> = text
        .lines()
        .map(str::trim)
        .skip_while(|line| *line != header)
        .skip(1)
        .take_while(|line| !line.starts_with('['))
        .filter_map(|line| line.split_once('='))
        .map(|(key, value)| (key.trim(), value.trim().to_owned()))
        .collect();
    Some(Credentials {
        access_key: values.get("aws_access_key_id")?.clone(),
        secret_key: Secret::new(values.get("aws_secret_access_key")?),
        session_token: values.get("aws_session_token").map(Secret::new),
    })
}
