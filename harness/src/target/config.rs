//! `fullstop.toml`: target profiles in a file.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use serde::Deserialize;

use crate::target::profile::{REGION, TIMEOUT_MS, resolve};
use crate::target::quota::QuotaSetting;
use crate::target::url::Url;
use crate::target::{Api, CredentialSource, Environment, Profile, Provision, Where};

/// The longest time to wait for one answer, in milliseconds: a run has thousands.
const TIMEOUT_MS_MAX: u64 = 120_000;

/// The rates that make sense: from a request in a quarter of an hour to more than any endpoint answers.
const RATES: std::ops::RangeInclusive<f64> = 0.001..=1e6;

/// So that the run id and a number still fit into the 128 characters of a pool's name.
const PREFIX_LENGTH_MAX: usize = 60;

/// How many pools a run may share.
const POOLS: std::ops::RangeInclusive<usize> = 2..=100;

/// How many users a CSV file may have.
///
/// Source: developer guide, "Importing users from a CSV file": at most 500,000.
const USERS: std::ops::RangeInclusive<usize> = 1..=500_000;

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
    /// May be left out of the profile `aws`, where the region says it.
    endpoint: Option<String>,
    region: Option<String>,
    #[serde(default)]
    credentials: CredentialSource,
    #[serde(default)]
    provision: Provision,
    #[serde(default)]
    reach: Vec<String>,
    active_jobs: Option<usize>,
    requests_per_second: Option<f64>,
    quota: Option<QuotaSetting>,
    timeout_ms: Option<u64>,
    #[serde(default)]
    headers: BTreeMap<String, String>,
}

impl Config {
    /// Reads a file's text. `file` is its name in messages. Every profile is checked, not only the one that is chosen.
    pub fn parse(text: &str, file: &str) -> Result<Self, ConfigError> {
        let parsed: File = toml::from_str(text).map_err(|error| ConfigError::Syntax {
            file: file.to_owned(),
            message: without_secrets(&error),
        })?;
        for (name, profile) in &parsed.target {
            profile.check(name).map_err(|message| ConfigError::Value {
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
        let region = profile.region.as_deref().or_else(|| environment.region());
        let base = match (&profile.endpoint, region) {
            (Some(url), _) => Profile::bare(name, Where::Remote(Url::parse(url)?.to_string())),
            (None, Some(region)) => Profile::service(region)?,
            (None, None) => return Err(ConfigError::NoRegion),
        };
        let settled = Profile {
            region: region.unwrap_or(REGION).to_owned(),
            credentials,
            provision: profile.provision.clone(),
            reach: profile.reach.clone(),
            active_jobs: profile.active_jobs,
            requests_per_second: profile.requests_per_second,
            quotas: profile.quota.as_ref().and_then(QuotaSetting::quotas),
            timeout: Duration::from_millis(profile.timeout_ms.unwrap_or(TIMEOUT_MS)),
            headers: profile.headers.clone(),
            ..base
        }
        .settled();
        Ok(match profile.quota {
            // Said, and not only left out.
            Some(QuotaSetting::None) => Profile {
                quotas: None,
                ..settled
            },
            _ => settled,
        })
    }
}

impl FileProfile {
    fn check(&self, name: &str) -> Result<(), String> {
        match &self.endpoint {
            Some(url) => {
                Url::parse(url).map_err(|error| format!("endpoint: {error}"))?;
            }
            None if name == "aws" => {}
            None => {
                return Err(
                    "endpoint is missing; say for example \"http://127.0.0.1:4566\"".into(),
                );
            }
        }
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
        let quotas = self.quota.as_ref().and_then(QuotaSetting::quotas);
        if let Some(fault) = quotas.and_then(|quotas| quotas.fault()) {
            return Err(fault);
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
            Provision::Api(api) => check_api(api),
            Provision::Command { .. } => Ok(()),
        }
    }
}

fn check_api(api: &Api) -> Result<(), String> {
    for host in &api.upload_hosts {
        if host.is_empty() || host.contains(['/', ':', '@', '*']) {
            return Err(format!(
                "provision: upload_hosts: `{host}` is no host name; leave scheme, port and path out"
            ));
        }
    }
    let is_plain = |letter: char| letter.is_ascii_alphanumeric() || letter == '-';
    if let Some(prefix) = &api.prefix
        && (prefix.is_empty() || prefix.len() > PREFIX_LENGTH_MAX || !prefix.chars().all(is_plain))
    {
        return Err(format!(
            "provision: prefix: `{prefix}` is none; say 1 to {PREFIX_LENGTH_MAX} letters, digits and hyphens"
        ));
    }
    // Two, since some cases name a job and another pool than its own.
    if api.pools.is_some_and(|pools| !POOLS.contains(&pools)) {
        return Err(format!(
            "provision: pools: say {} to {}, or leave it out for a pool a case",
            POOLS.start(),
            POOLS.end()
        ));
    }
    if api.users.is_some_and(|users| !USERS.contains(&users)) {
        return Err(format!(
            "provision: users: say {} to {}, the most that a CSV file may have",
            USERS.start(),
            USERS.end()
        ));
    }
    if let Some(arn) = &api.role_arn
        && !arn.starts_with("arn:")
    {
        return Err(format!(
            "provision: role_arn: `{arn}` is no ARN; say for example \"arn:aws:iam::123456789012:role/import\""
        ));
    }
    Ok(())
}

fn is_region(name: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    !name.is_empty() && name.bytes().all(is_plain)
}

/// The keys whose values are shown in messages. A secret can stand behind any other one, a header's for example.
const SHOWN: [&str; 11] = [
    "endpoint",
    "region",
    "reach",
    "active_jobs",
    "requests_per_second",
    "quota",
    "timeout_ms",
    "provision",
    "driver",
    "pools",
    "prefix",
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
