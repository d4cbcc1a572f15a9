//! `fullstop.toml`: target profiles in a file.

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use semver::Version;
use serde::Deserialize;

use crate::target::profile::{REGION, TIMEOUT_MS, resolve};
use crate::target::url::Url;
use crate::target::{CredentialSource, Environment, Profile, Provision, Where};

/// The longest time to wait for one answer, in milliseconds: a run has thousands.
const TIMEOUT_MS_MAX: u64 = 120_000;

/// The rates that make sense: from a request in a quarter of an hour to more than any endpoint answers.
const RATES: std::ops::RangeInclusive<f64> = 0.001..=1e6;

/// Headers that a profile must leave to the cases: one that set them would answer for them.
const OF_CASES: [&str; 7] = [
    "authorization",
    "content-length",
    "content-type",
    "transfer-encoding",
    "x-amz-date",
    "x-amz-security-token",
    "x-amz-target",
];

/// The profiles of a file.
#[derive(Clone, Debug, Default)]
pub struct Config {
    file: String,
    profiles: BTreeMap<String, FileProfile>,
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
    target: BTreeMap<String, FileProfile>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct FileProfile {
    endpoint: String,
    region: Option<String>,
    #[serde(default)]
    credentials: CredentialSource,
    #[serde(default)]
    provision: Provision,
    #[serde(default)]
    reach: Vec<String>,
    active_jobs: Option<usize>,
    requests_per_second: Option<f64>,
    timeout_ms: Option<u64>,
    #[serde(default)]
    headers: BTreeMap<String, String>,
    ledger: Option<PathBuf>,
    suite_version: Option<String>,
}

impl Config {
    /// Reads a file's text. `file` is its name in messages. Every profile is checked, not only the one that is chosen.
    pub fn parse(text: &str, file: &str) -> Result<Self, ConfigError> {
        let parsed: File = toml::from_str(text).map_err(|error| ConfigError::Syntax {
            file: file.to_owned(),
            message: without_secrets(&error),
        })?;
        for (name, profile) in &parsed.target {
            profile.check().map_err(|message| ConfigError::Value {
                file: file.to_owned(),
                target: name.clone(),
                message,
            })?;
        }
        Ok(Self {
            file: file.to_owned(),
            profiles: parsed.target,
        })
    }

    /// The profile of that name: one of the file's, or a built-in one. Without a name: the only one of the file, or the
    /// reference where the file has none.
    pub fn choose(
        &self,
        name: Option<&str>,
        environment: &Environment,
    ) -> Result<Profile, ConfigError> {
        let name = match (name, self.profiles.len()) {
            (Some(name), _) => name,
            (None, 0) => "reference",
            (None, 1) => self
                .profiles
                .keys()
                .next()
                .map_or("reference", String::as_str),
            (None, _) => {
                return Err(ConfigError::Ambiguous {
                    known: self.profiles.keys().cloned().collect(),
                });
            }
        };
        match (self.profiles.get(name), name) {
            (Some(profile), _) => self.profile(name, profile, environment),
            (None, "reference") => Ok(Profile::reference()),
            (None, "aws") => Profile::aws(environment),
            (None, _) => {
                let own = self.profiles.keys().map(String::as_str);
                let known = own.chain(["reference", "aws"]).map(str::to_owned).collect();
                Err(ConfigError::NoTarget {
                    name: name.to_owned(),
                    known,
                })
            }
        }
    }

    /// A path of the file, which counts from the file's own folder.
    fn beside(&self, file: &Path) -> PathBuf {
        Path::new(&self.file)
            .parent()
            .unwrap_or(Path::new(""))
            .join(file)
    }

    fn profile(
        &self,
        name: &str,
        profile: &FileProfile,
        environment: &Environment,
    ) -> Result<Profile, ConfigError> {
        let credentials =
            resolve(&profile.credentials, environment).map_err(|error| ConfigError::Value {
                file: self.file.clone(),
                target: name.to_owned(),
                message: format!("credentials: {error}"),
            })?;
        Ok(Profile {
            name: name.to_owned(),
            place: Where::Remote(Url::parse(&profile.endpoint)?.to_string()),
            region: profile
                .region
                .as_deref()
                .or_else(|| environment.region())
                .unwrap_or(REGION)
                .to_owned(),
            credentials,
            provision: profile.provision.clone(),
            reach: profile.reach.clone(),
            active_jobs: profile.active_jobs,
            requests_per_second: profile.requests_per_second,
            timeout: Duration::from_millis(profile.timeout_ms.unwrap_or(TIMEOUT_MS)),
            headers: profile.headers.clone(),
            ledger: profile.ledger.as_ref().map(|file| self.beside(file)),
            // The check of the file has read it once already.
            suite_version: profile
                .suite_version
                .as_deref()
                .and_then(|text| text.parse().ok()),
        })
    }
}

impl FileProfile {
    fn check(&self) -> Result<(), String> {
        Url::parse(&self.endpoint).map_err(|error| format!("endpoint: {error}"))?;
        if let Some(region) = &self.region
            && !is_region(region)
        {
            return Err(format!(
                "region: `{region}` is no region; say for example \"eu-central-1\""
            ));
        }
        if self.active_jobs == Some(0) {
            return Err("active_jobs: 0 would let no case run; leave it out or say 1".into());
        }
        if let Some(rate) = self.requests_per_second
            && !RATES.contains(&rate)
        {
            return Err(format!(
                "requests_per_second: {rate} is no rate; say for example 5"
            ));
        }
        if self
            .timeout_ms
            .is_some_and(|wait| wait == 0 || wait > TIMEOUT_MS_MAX)
        {
            return Err(format!("timeout_ms: say 1 to {TIMEOUT_MS_MAX}"));
        }
        if let Some(version) = &self.suite_version
            && version.parse::<Version>().is_err()
        {
            return Err(format!(
                "suite_version: `{version}` is no version; say for example \"0.1.0\""
            ));
        }
        self.check_headers()?;
        for name in &self.reach {
            let known = crate::case::JobState::try_from(name.clone()).is_ok()
                || crate::contract::declared(name).is_some();
            if !known {
                return Err(format!(
                    "reach: `{name}` is neither a job state ({}) nor a declared error",
                    crate::case::JobState::names().join(", ")
                ));
            }
        }
        self.check_provision()
    }

    fn check_headers(&self) -> Result<(), String> {
        for (name, value) in &self.headers {
            let name_ok = reqwest::header::HeaderName::from_bytes(name.as_bytes()).is_ok();
            if !name_ok || reqwest::header::HeaderValue::from_str(value).is_err() {
                return Err(format!("headers: `{name}` is no header that can be sent"));
            }
            if OF_CASES
                .iter()
                .any(|other| name.eq_ignore_ascii_case(other))
            {
                return Err(format!(
                    "headers: `{name}` is what cases are about, leave it to them"
                ));
            }
        }
        Ok(())
    }

    fn check_provision(&self) -> Result<(), String> {
        let is_program = |command: &[String]| {
            command
                .first()
                .is_some_and(|program| !program.trim().is_empty())
        };
        match &self.provision {
            Provision::Command { command } if !is_program(command) => Err(
                "provision: command is empty; say for example [\"python3\", \"driver.py\"]".into(),
            ),
            Provision::Fixed { jobs } if jobs.is_empty() => Err(
                "provision: jobs is empty; say for example { InProgress = { UserPoolId = \"…\", JobId = \"…\" } }"
                    .into(),
            ),
            Provision::Fixed { jobs } => jobs.keys().try_for_each(|name| {
                crate::case::JobState::try_from(name.clone())
                    .map(|_| ())
                    .map_err(|why| format!("provision: jobs: {why}"))
            }),
            Provision::Api { upload_hosts, .. } => upload_hosts.iter().try_for_each(|host| {
                if host.is_empty() || host.contains(['/', ':', '@', '*']) {
                    Err(format!(
                        "provision: upload_hosts: `{host}` is no host name; leave scheme, port and path out"
                    ))
                } else {
                    Ok(())
                }
            }),
            Provision::Command { .. } => Ok(()),
        }
    }
}

fn is_region(name: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    !name.is_empty() && name.bytes().all(is_plain)
}

/// The parser's message with line and caret. It quotes the line at fault, in which a secret may stand: what is between
/// quotation marks there becomes stars, so that the caret still points right.
fn without_secrets(error: &toml::de::Error) -> String {
    let message = error.to_string();
    let lines = message.trim_end().split('\n').map(|line| {
        let is_quoted_source = line.contains(" | ");
        let may_hold_secret = ["secret", "token", "credentials", "access_key"]
            .iter()
            .any(|word| line.contains(word));
        if is_quoted_source && may_hold_secret {
            starred(line)
        } else {
            line.to_owned()
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
            Self::NoRegion => f.write_str("find a region: set AWS_REGION"),
            Self::Driver(why) => f.write_str(why),
        }
    }
}

impl std::error::Error for ConfigError {}
