//! The file as it is written. Each value checks itself, so that a message points at it.

use std::collections::BTreeMap;
use std::fmt;
use std::num::NonZeroUsize;
use std::time::Duration;

use serde::de::value::MapAccessDeserializer;
use serde::de::{Error, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};

use crate::case::{Ids, JobState};
use crate::target::{Address, Key, Provision, Reach, Secret};

/// A client that sends more in a second is not limited at all.
const RATE_MAX: f64 = 1e6;

/// Ten minutes: whoever waits longer has forgotten a zero too many.
const TIMEOUT_MS_MAX: u64 = 600_000;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct File {
    #[serde(default)]
    pub(crate) target: BTreeMap<String, Entry>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Entry {
    pub(crate) endpoint: Address,
    pub(crate) region: Option<Region>,
    pub(crate) credentials: Option<Source>,
    pub(crate) provision: Option<ProvisionEntry>,
    #[serde(default)]
    pub(crate) reach: Vec<Reach>,
    pub(crate) active_jobs: Option<NonZeroUsize>,
    pub(crate) requests_per_second: Option<Rate>,
    pub(crate) timeout_ms: Option<Timeout>,
    #[serde(default)]
    pub(crate) headers: BTreeMap<String, String>,
}

/// A region such as `eu-central-1`.
#[derive(Debug, Deserialize)]
#[serde(try_from = "String")]
pub(crate) struct Region(pub(crate) String);

/// Requests a second.
#[derive(Debug, Deserialize)]
#[serde(try_from = "f64")]
pub(crate) struct Rate(pub(crate) f64);

/// A wait in milliseconds.
#[derive(Debug, Deserialize)]
#[serde(try_from = "u64")]
pub(crate) struct Timeout(pub(crate) Duration);

/// Where the key comes from: `"environment"`, `"none"`, or a table that holds it.
#[derive(Debug)]
pub(crate) enum Source {
    Environment,
    Unsigned,
    Key(Key),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct KeyEntry {
    access_key: String,
    secret_key: String,
    session_token: Option<String>,
}

/// One table for all drivers: which keys go with which is checked afterwards, so that the message can say so.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ProvisionEntry {
    driver: Driver,
    upload_hosts: Option<Vec<String>>,
    role_arn: Option<String>,
    yes: Option<bool>,
    command: Option<Vec<String>>,
    jobs: Option<BTreeMap<JobState, IdsEntry>>,
}

#[derive(Debug, Deserialize, PartialEq, Eq, Clone, Copy)]
#[serde(rename_all = "kebab-case")]
enum Driver {
    Api,
    Command,
    Fixed,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct IdsEntry {
    #[serde(rename = "UserPoolId")]
    pool: String,
    #[serde(rename = "JobId")]
    job: String,
}

impl ProvisionEntry {
    /// The driver with its keys, or the key that does not go with it.
    pub(crate) fn checked(self) -> Result<Provision, (&'static str, String)> {
        let of_api = [
            ("provision.upload_hosts", self.upload_hosts.is_some()),
            ("provision.role_arn", self.role_arn.is_some()),
            ("provision.yes", self.yes.is_some()),
        ];
        let of_command = ("provision.command", self.command.is_some());
        let of_fixed = ("provision.jobs", self.jobs.is_some());
        let keys = of_api
            .map(|key| (key, Driver::Api))
            .into_iter()
            .chain([(of_command, Driver::Command), (of_fixed, Driver::Fixed)]);
        for ((key, is_there), driver) in keys {
            if is_there && driver != self.driver {
                return Err((key, format!("it goes with driver = \"{}\"", driver.name())));
            }
        }
        match self.driver {
            Driver::Api => Ok(Provision::Api {
                upload_hosts: self.upload_hosts.unwrap_or_default(),
                role_arn: self.role_arn,
                yes: self.yes.unwrap_or_default(),
            }),
            Driver::Command => match self.command {
                Some(command) if command.first().is_some_and(|program| !program.is_empty()) => {
                    Ok(Provision::Command { command })
                }
                _ => {
                    let right = "name the program and its arguments: command = [\"python3\", \"driver.py\"]";
                    Err(("provision.command", right.to_owned()))
                }
            },
            Driver::Fixed => match self.jobs {
                Some(jobs) if !jobs.is_empty() => Ok(Provision::Fixed {
                    jobs: jobs
                        .into_iter()
                        .map(|(state, ids)| (state, ids.into()))
                        .collect(),
                }),
                _ => {
                    let right = "list at least one: jobs = { InProgress = { UserPoolId = \"…\", JobId = \"…\" } }";
                    Err(("provision.jobs", right.to_owned()))
                }
            },
        }
    }
}

impl Driver {
    fn name(self) -> &'static str {
        match self {
            Self::Api => "api",
            Self::Command => "command",
            Self::Fixed => "fixed",
        }
    }
}

impl From<IdsEntry> for Ids {
    fn from(ids: IdsEntry) -> Self {
        Self {
            pool: ids.pool,
            job: ids.job,
        }
    }
}

impl TryFrom<String> for Region {
    type Error = String;

    fn try_from(name: String) -> Result<Self, String> {
        let is_letter = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
        if !name.is_empty() && name.bytes().all(|byte| is_letter(byte) || byte == b'-') {
            Ok(Self(name))
        } else {
            Err(format!(
                "`{name}` is no region: write it as \"eu-central-1\""
            ))
        }
    }
}

impl TryFrom<f64> for Rate {
    type Error = String;

    fn try_from(rate: f64) -> Result<Self, String> {
        // One request in a thousand seconds is the least that makes sense.
        if (0.001..=RATE_MAX).contains(&rate) {
            Ok(Self(rate))
        } else {
            Err(format!(
                "`{rate}` is no rate: say how many requests may be sent in a second, such as 5"
            ))
        }
    }
}

impl TryFrom<u64> for Timeout {
    type Error = String;

    fn try_from(ms: u64) -> Result<Self, String> {
        if (1..=TIMEOUT_MS_MAX).contains(&ms) {
            Ok(Self(Duration::from_millis(ms)))
        } else {
            Err(format!(
                "`{ms}` is no timeout: use 1 to {TIMEOUT_MS_MAX} milliseconds"
            ))
        }
    }
}

impl<'de> Deserialize<'de> for Source {
    fn deserialize<D: Deserializer<'de>>(input: D) -> Result<Self, D::Error> {
        struct Written;

        impl<'de> Visitor<'de> for Written {
            type Value = Source;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(
                    "\"environment\", \"none\", or a table with `access_key` and `secret_key`",
                )
            }

            fn visit_str<E: Error>(self, name: &str) -> Result<Source, E> {
                match name {
                    "environment" => Ok(Source::Environment),
                    "none" => Ok(Source::Unsigned),
                    // The word may be a key that was put in the wrong place, so it is not repeated.
                    _ => Err(E::custom(
                        "no source of credentials, expected \"environment\", \"none\", or a table with `access_key` and \
                         `secret_key`",
                    )),
                }
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Source, A::Error> {
                let key = KeyEntry::deserialize(MapAccessDeserializer::new(map))?;
                if key.access_key.is_empty() || key.secret_key.is_empty() {
                    return Err(A::Error::custom(
                        "`access_key` and `secret_key` need values",
                    ));
                }
                Ok(Source::Key(Key {
                    access_key: key.access_key,
                    secret_key: Secret::new(key.secret_key),
                    session_token: key.session_token.map(Secret::new),
                }))
            }
        }

        input.deserialize_any(Written)
    }
}

/// A parser's message, in which the line at fault is quoted, without the secrets of that line.
pub(crate) fn masked(message: &str) -> String {
    message
        .split('\n')
        .map(|line| {
            if ["secret", "token", "credentials"]
                .iter()
                .any(|word| line.contains(word))
                && line.contains('|')
            {
                mask_strings(line)
            } else {
                line.to_owned()
            }
        })
        .collect::<Vec<_>>()
        .join("\n")
}

/// Puts a star for each character within quotation marks, so that the caret below still points right.
fn mask_strings(line: &str) -> String {
    let mut quote = None;
    line.chars()
        .map(|letter| match quote {
            Some(open) if letter == open => {
                quote = None;
                letter
            }
            Some(_) => '*',
            None => {
                if matches!(letter, '"' | '\'') {
                    quote = Some(letter);
                }
                letter
            }
        })
        .collect()
}
