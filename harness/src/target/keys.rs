//! The keys of a target profile, as a file or the environment gives them.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use semver::Version;
use serde::Deserialize;

use crate::target::profile::resolve;
use crate::target::quota::QuotaSetting;
use crate::target::url::Url;
use crate::target::{
    Api, Authorities, ConfigError, CredentialSource, Environment, Profile, Provision, Proxy,
    Secret, Where,
};

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

/// The keys of a target. Each may be missing.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Keys {
    pub(crate) endpoint: Option<String>,
    pub(crate) region: Option<String>,
    pub(crate) credentials: Option<CredentialSource>,
    pub(crate) provision: Option<Provision>,
    pub(crate) reach: Option<Vec<String>>,
    pub(crate) active_jobs: Option<usize>,
    pub(crate) requests_per_second: Option<f64>,
    pub(crate) quota: Option<QuotaSetting>,
    pub(crate) timeout_ms: Option<u64>,
    pub(crate) min_coverage: Option<f64>,
    #[serde(default)]
    pub(crate) headers: BTreeMap<String, String>,
    pub(crate) ca: Option<PathBuf>,
    pub(crate) proxy: Option<Secret>,
    pub(crate) ledger: Option<PathBuf>,
    pub(crate) suite_version: Option<String>,
    pub(crate) waive: Option<Vec<String>>,
}

/// A value that makes no sense: its key, and what would be right.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Fault {
    pub(crate) key: &'static str,
    pub(crate) message: String,
}

impl Keys {
    /// Checks every value that can be checked without a look at anything else.
    pub(crate) fn check(&self) -> Result<(), Fault> {
        if let Some(endpoint) = &self.endpoint {
            Url::parse(endpoint).map_err(|error| fault("endpoint", error))?;
        }
        if let Some(region) = self.region.as_ref().filter(|name| !is_region(name)) {
            let message = format!("`{region}` is no region; say for example \"eu-central-1\"");
            return Err(fault("region", message));
        }
        if self.active_jobs == Some(0) {
            let message = "0 would let no case run; leave it out or say 1";
            return Err(fault("active_jobs", message));
        }
        if let Some(rate) = self
            .requests_per_second
            .filter(|rate| !RATES.contains(rate))
        {
            let message = format!("{rate} is no rate; say for example 5");
            return Err(fault("requests_per_second", message));
        }
        let quotas = self.quota.as_ref().map(QuotaSetting::quotas);
        if let Some(message) = quotas.and_then(|quotas| quotas.fault()) {
            return Err(fault("quota", message));
        }
        let is_no_wait = |wait| wait == 0 || wait > TIMEOUT_MS_MAX;
        if self.timeout_ms.is_some_and(is_no_wait) {
            return Err(fault("timeout_ms", format!("say 1 to {TIMEOUT_MS_MAX}")));
        }
        if let Some(share) = self
            .min_coverage
            .filter(|share| !(0.0..=1.0).contains(share))
        {
            let message = format!("{share} is no share; say for example 0.75");
            return Err(fault("min_coverage", message));
        }
        if let Some(proxy) = &self.proxy {
            Proxy::parse(proxy.reveal()).map_err(|message| fault("proxy", message))?;
        }
        if let Some(version) = &self.suite_version
            && version.parse::<Version>().is_err()
        {
            let message = format!("`{version}` is no version; say for example \"0.1.0\"");
            return Err(fault("suite_version", message));
        }
        for (name, value) in &self.headers {
            check_header(name, value).map_err(|message| fault("headers", message))?;
        }
        for name in self.reach.iter().flatten() {
            let known = crate::case::JobState::try_from(name.clone()).is_ok()
                || crate::contract::declared(name).is_some();
            if !known {
                let states = crate::case::JobState::names().join(", ");
                let message =
                    format!("`{name}` is neither a job state ({states}) nor a declared error");
                return Err(fault("reach", message));
            }
        }
        match &self.provision {
            Some(provision) => {
                check_provision(provision).map_err(|message| fault("provision", message))
            }
            None => Ok(()),
        }
    }

    /// Puts what these keys say in place of what a profile says. A relative path is below the folder.
    pub(crate) fn apply(
        &self,
        profile: &mut Profile,
        environment: &Environment,
        folder: &Path,
    ) -> Result<(), Fault> {
        if let Some(endpoint) = &self.endpoint {
            let url = Url::parse(endpoint).map_err(|error| fault("endpoint", error))?;
            profile.place = Where::Remote(url.to_string());
        }
        if let Some(region) = &self.region {
            profile.region.clone_from(region);
        }
        if let Some(source) = &self.credentials {
            profile.credentials =
                resolve(source, environment).map_err(|error| fault("credentials", error))?;
        }
        if let Some(provision) = &self.provision {
            profile.provision = provision.clone();
        }
        if let Some(reach) = &self.reach {
            profile.reach.clone_from(reach);
        }
        if let Some(waive) = &self.waive {
            profile.waive.clone_from(waive);
        }
        profile.active_jobs = self.active_jobs.or(profile.active_jobs);
        profile.requests_per_second = self.requests_per_second.or(profile.requests_per_second);
        if let Some(setting) = &self.quota {
            profile.quotas = Some(setting.quotas());
        }
        if let Some(wait) = self.timeout_ms {
            profile.timeout = Duration::from_millis(wait);
        }
        profile.min_coverage = self.min_coverage.or(profile.min_coverage);
        for (name, value) in &self.headers {
            profile.set_header(name, value);
        }
        if let Some(file) = &self.ca {
            let file = folder.join(file);
            let authorities = Authorities::read(&file)
                .map_err(|why| fault("ca", format!("{}: {why}", file.display())))?;
            profile.authorities = Some(authorities);
        }
        if let Some(file) = &self.ledger {
            profile.ledger = Some(folder.join(file));
        }
        // The check has read it once already.
        let pinned = self
            .suite_version
            .as_deref()
            .and_then(|text| text.parse().ok());
        profile.suite_version = pinned.or(profile.suite_version.take());
        if let Some(proxy) = &self.proxy {
            let proxy = Proxy::parse(proxy.reveal()).map_err(|message| fault("proxy", message))?;
            profile.proxy = Some(proxy);
        }
        Ok(())
    }
}

/// Whether a header can be sent with every request, and is not what cases are about.
pub(crate) fn check_header(name: &str, value: &str) -> Result<(), String> {
    let is_name = reqwest::header::HeaderName::from_bytes(name.as_bytes()).is_ok();
    if !is_name || reqwest::header::HeaderValue::from_str(value).is_err() {
        return Err(format!("`{name}` is no header that can be sent"));
    }
    if OF_CASES
        .iter()
        .any(|other| name.eq_ignore_ascii_case(other))
    {
        return Err(format!(
            "`{name}` is what cases are about, leave it to them"
        ));
    }
    Ok(())
}

fn check_provision(provision: &Provision) -> Result<(), String> {
    let is_program = |command: &[String]| {
        command
            .first()
            .is_some_and(|program| !program.trim().is_empty())
    };
    match provision {
        Provision::Command { command } if !is_program(command) => {
            Err("command is empty; say for example [\"python3\", \"driver.py\"]".into())
        }
        Provision::Fixed { jobs } if jobs.is_empty() => Err(
            "jobs is empty; say for example { InProgress = { UserPoolId = \"…\", JobId = \"…\" } }"
                .into(),
        ),
        Provision::Fixed { jobs } => jobs.keys().try_for_each(|name| {
            crate::case::JobState::try_from(name.clone())
                .map(|_| ())
                .map_err(|why| format!("jobs: {why}"))
        }),
        Provision::Api(api) => check_api(api),
        Provision::Command { .. } => Ok(()),
    }
}

fn check_api(api: &Api) -> Result<(), String> {
    for host in &api.upload_hosts {
        if host.is_empty() || host.contains(['/', ':', '@', '*']) {
            return Err(format!(
                "upload_hosts: `{host}` is no host name; leave scheme, port and path out"
            ));
        }
    }
    let is_plain = |letter: char| letter.is_ascii_alphanumeric() || letter == '-';
    if let Some(prefix) = &api.prefix
        && (prefix.is_empty() || prefix.len() > PREFIX_LENGTH_MAX || !prefix.chars().all(is_plain))
    {
        return Err(format!(
            "prefix: `{prefix}` is none; say 1 to {PREFIX_LENGTH_MAX} letters, digits and hyphens"
        ));
    }
    // Two, since some cases name a job and another pool than its own.
    if api.pools.is_some_and(|pools| !POOLS.contains(&pools)) {
        return Err(format!(
            "pools: say {} to {}, or leave it out for a pool a case",
            POOLS.start(),
            POOLS.end()
        ));
    }
    if api.users.is_some_and(|users| !USERS.contains(&users)) {
        return Err(format!(
            "users: say {} to {}, the most that a CSV file may have",
            USERS.start(),
            USERS.end()
        ));
    }
    if let Some(arn) = &api.role_arn
        && !arn.starts_with("arn:")
    {
        return Err(format!(
            "role_arn: `{arn}` is no ARN; say for example \"arn:aws:iam::123456789012:role/import\""
        ));
    }
    Ok(())
}

fn is_region(name: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    !name.is_empty() && name.bytes().all(is_plain)
}

fn fault(key: &'static str, message: impl ToString) -> Fault {
    Fault {
        key,
        message: message.to_string(),
    }
}

impl From<Fault> for String {
    fn from(fault: Fault) -> Self {
        format!("{}: {}", fault.key, fault.message)
    }
}

impl Fault {
    /// As a fault of the environment, where the key's variable is to blame.
    pub(crate) fn in_environment(self) -> ConfigError {
        ConfigError::Variable {
            name: super::overrides::variable(self.key),
            message: self.message,
        }
    }
}
