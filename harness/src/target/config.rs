//! `fullstop.toml`: target profiles in a file.

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;

use serde::Deserialize;

use crate::target::keys::Keys;
use crate::target::profile::REGION;
use crate::target::{CredentialSource, Environment, Profile, Where};

/// The name of the profile whose endpoint is the service's own, unless it says another.
const AWS: &str = "aws";

/// The profiles of a file.
#[derive(Clone, Debug, Default)]
pub struct Config {
    file: String,
    profiles: BTreeMap<String, Keys>,
}

/// What is wrong with a profile or with the choice of one.
#[derive(Debug)]
pub enum ConfigError {
    /// A file that is not TOML, or has a key or value of the wrong shape. Holds the parser's message with line and caret.
    Syntax {
        /// The file.
        file: String,
        /// What the parser said.
        message: String,
    },
    /// A value that makes no sense.
    Value {
        /// The file.
        file: String,
        /// The target.
        target: String,
        /// What is wrong, and what would be right.
        message: String,
    },
    /// A variable of the environment whose value makes no sense.
    Variable {
        /// The variable.
        name: String,
        /// What is wrong, and what would be right.
        message: String,
    },
    /// A header of the command line that cannot be sent with every request.
    Header(String),
    /// A URL that is no endpoint's.
    Url {
        /// The URL, without a password.
        url: String,
        /// What is wrong with it.
        why: String,
    },
    /// No target of that name.
    NoTarget {
        /// The name.
        name: String,
        /// The names that there are.
        known: Vec<String>,
    },
    /// Several targets and no choice.
    Ambiguous {
        /// The names that there are.
        known: Vec<String>,
    },
    /// Credentials are wanted and there are none.
    NoCredentials(String),
    /// A region is wanted and there is none.
    NoRegion,
    /// A provisioning program that cannot be started.
    Driver(String),
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    target: BTreeMap<String, Keys>,
}

impl Config {
    /// Reads a file's text. `file` is its path, also in messages. Every profile is checked, not only the one that is chosen.
    pub fn parse(text: &str, file: &str) -> Result<Self, ConfigError> {
        let parsed: File = toml::from_str(text).map_err(|error| ConfigError::Syntax {
            file: file.to_owned(),
            message: without_secrets(&error),
        })?;
        let this = Self {
            file: file.to_owned(),
            profiles: parsed.target,
        };
        for (name, keys) in &this.profiles {
            keys.check().map_err(|fault| this.fault(name, fault))?;
            // The service's own follows from the region.
            if keys.endpoint.is_none() && name != AWS {
                let message = "endpoint: it is missing; say for example \"http://127.0.0.1:4566\"";
                return Err(this.fault(name, message));
            }
        }
        Ok(this)
    }

    /// The names of its targets.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.profiles.keys().map(String::as_str)
    }

    /// The profile of that name: one of the file's, or a built-in one. Without a name: the only one of the file, or the
    /// reference where the file has none. What the environment says of a key comes before what the file says of it.
    pub fn choose(
        &self,
        name: Option<&str>,
        environment: &Environment,
    ) -> Result<Profile, ConfigError> {
        let name = match (name, self.profiles.len()) {
            (Some(name), _) => name,
            (None, 0) => "reference",
            (None, 1) => self.names().next().unwrap_or("reference"),
            (None, _) => {
                return Err(ConfigError::Ambiguous {
                    known: self.profiles.keys().cloned().collect(),
                });
            }
        };
        match (self.profiles.get(name), name) {
            (Some(keys), _) => self.profile(name, keys, environment),
            (None, "reference") => Ok(Profile::reference()),
            (None, AWS) => Profile::aws(environment),
            (None, _) => {
                let known = self.names().chain(["reference", "aws"]).map(str::to_owned);
                Err(ConfigError::NoTarget {
                    name: name.to_owned(),
                    known: known.collect(),
                })
            }
        }
    }

    fn profile(
        &self,
        name: &str,
        keys: &Keys,
        environment: &Environment,
    ) -> Result<Profile, ConfigError> {
        let region = keys.region.as_deref().or_else(|| environment.region());
        let mut profile = match (&keys.endpoint, region) {
            (Some(endpoint), _) => Profile::bare(name, Where::Remote(endpoint.clone())),
            (None, Some(region)) => Profile::service(region)?,
            (None, None) => return Err(ConfigError::NoRegion),
        };
        profile.region = environment.region().unwrap_or(REGION).to_owned();
        let folder = Path::new(&self.file).parent().unwrap_or(Path::new(""));
        let mut keys = keys.clone();
        // Not looked for if the environment names others.
        keys.credentials = match environment.overrides()?.credentials {
            Some(_) => Some(CredentialSource::None),
            // As for an endpoint that has no profile.
            None => Some(keys.credentials.unwrap_or(profile.usual_credentials())),
        };
        keys.apply(&mut profile, environment, folder)
            .map_err(|fault| self.fault(name, fault))?;
        Ok(profile.overridden(environment)?.settled())
    }

    fn fault(&self, target: &str, message: impl Into<String>) -> ConfigError {
        ConfigError::Value {
            file: self.file.clone(),
            target: target.to_owned(),
            message: message.into(),
        }
    }
}

/// The keys whose values are shown in messages. A secret can stand behind any other one, a header's for example.
const SHOWN: [&str; 13] = [
    "endpoint",
    "region",
    "reach",
    "active_jobs",
    "requests_per_second",
    "quota",
    "timeout_ms",
    "min_coverage",
    "provision",
    "driver",
    "pools",
    "prefix",
    "waive",
];

/// The parser's message with line and caret. It quotes the line at fault, in which a secret may stand: what is between
/// quotation marks there becomes stars, so that the caret still points right.
fn without_secrets(error: &toml::de::Error) -> String {
    let message = error.to_string();
    let lines = message.trim_end().split('\n').map(|line| {
        let Some((_, source)) = line.split_once(" | ") else {
            return line.to_owned();
        };
        let key = source.split('=').next().unwrap_or_default().trim();
        let is_shown = SHOWN.contains(&key) && !source.contains('@');
        if is_shown {
            line.to_owned()
        } else {
            starred(line)
        }
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// A line of TOML with its strings as stars.
fn starred(line: &str) -> String {
    let mut quote = None;
    let star = |letter: char| match quote {
        Some(open) if letter == open => {
            quote = None;
            letter
        }
        Some(_) => '*',
        None => {
            quote = matches!(letter, '"' | '\'').then_some(letter);
            letter
        }
    };
    line.chars().map(star).collect()
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Syntax { file, message } => write!(f, "read {file}: {message}"),
            Self::Value {
                file,
                target,
                message,
            } => {
                write!(f, "read {file}: [target.{target}]: {message}")
            }
            Self::Variable { name, message } => {
                write!(f, "read the environment: {name}: {message}")
            }
            Self::Header(message) => write!(f, "read --header: {message}"),
            Self::Url { url, why } => write!(f, "use the endpoint {url}: {why}"),
            Self::NoTarget { name, known } => {
                write!(
                    f,
                    "find the target `{name}`: there are {}",
                    known.join(", ")
                )
            }
            Self::Ambiguous { known } => {
                write!(
                    f,
                    "choose a target: say --target with one of {}",
                    known.join(", ")
                )
            }
            Self::NoCredentials(why) => write!(f, "find credentials: {why}"),
            Self::NoRegion => f.write_str(
                "find a region: set AWS_REGION, or `region` in the profile of ~/.aws/config that AWS_PROFILE names",
            ),
            Self::Driver(why) => f.write_str(why),
        }
    }
}

impl std::error::Error for ConfigError {}
