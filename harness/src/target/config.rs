//! The file of targets, `fullstop.toml`: what it may say, and what is checked across its keys.

mod file;

use std::collections::BTreeMap;

use crate::target::config::file::{Entry, File, Source, masked};
use crate::target::{ConfigError, Credentials, Environment, Key, Profile, Provision, Where};
use crate::wire::Header;

/// The name of a profile that is made from a URL on the command line.
const FROM_URL: &str = "endpoint";

/// Headers that belong to the cases: a profile that sets them would answer for them.
const OF_CASES: [&str; 7] = [
    "authorization",
    "content-length",
    "content-type",
    "transfer-encoding",
    "x-amz-date",
    "x-amz-security-token",
    "x-amz-target",
];

/// The targets of a file, and those that are built in.
#[derive(Clone, Debug, Default)]
pub struct Config {
    targets: BTreeMap<String, Target>,
}

/// A target as the file has it, checked but for what only the environment knows.
#[derive(Clone, Debug)]
struct Target {
    profile: Profile,
    is_key_of_environment: bool,
}

impl Config {
    /// Reads a file. `file_name` is for messages.
    pub fn parse(text: &str, file_name: &str) -> Result<Self, ConfigError> {
        let file: File = toml::from_str(text).map_err(|error| ConfigError::File {
            file: file_name.to_owned(),
            cause: masked(error.to_string().trim_end()),
        })?;
        let mut targets = BTreeMap::new();
        for (name, entry) in file.target {
            let wrong = |(key, wrong)| ConfigError::Target {
                file: file_name.to_owned(),
                target: name.clone(),
                key,
                wrong,
            };
            check_name(&name).map_err(wrong)?;
            let target = Target::new(&name, entry).map_err(wrong)?;
            targets.insert(name, target);
        }
        Ok(Self { targets })
    }

    /// The names of the targets, the built-in ones too.
    pub fn names(&self) -> Vec<String> {
        let built_in = Profile::BUILT_IN.into_iter().map(str::to_owned);
        let mut names: Vec<_> = built_in.chain(self.targets.keys().cloned()).collect();
        names.sort();
        names.dedup();
        names
    }

    /// A target by its name, from the file or built in.
    pub fn profile(&self, name: &str, environment: &Environment) -> Result<Profile, ConfigError> {
        if let Some(target) = self.targets.get(name) {
            let mut profile = target.profile.clone();
            if target.is_key_of_environment {
                profile.credentials = Credentials::Key(Key::from_environment(environment)?);
            }
            return Ok(profile);
        }
        Profile::built_in(name, environment).map_err(|error| match error {
            ConfigError::UnknownTarget { name, .. } => ConfigError::UnknownTarget {
                name,
                known: self.names(),
            },
            other => other,
        })
    }
}

/// A key and what is wrong with it.
type Wrong = (&'static str, String);

impl Target {
    fn new(name: &str, entry: Entry) -> Result<Self, Wrong> {
        let source = match entry.credentials {
            Some(source) => source,
            // As for a URL on the command line.
            None if entry.endpoint.is_loopback() => Source::Key(Key::example()),
            None => Source::Environment,
        };
        let is_key_of_environment = matches!(source, Source::Environment);
        let plain = Profile::plain();
        let profile = Profile {
            name: name.to_owned(),
            place: Where::At(entry.endpoint),
            region: entry
                .region
                .map_or(plain.region, |region| region.0.to_string()),
            credentials: match source {
                Source::Key(key) => Credentials::Key(key),
                Source::Environment | Source::Unsigned => Credentials::Unsigned,
            },
            provision: match entry.provision {
                Some(provision) => provision.checked()?,
                None => Provision::default(),
            },
            reach: entry.reach.into_iter().collect(),
            active_jobs: entry.active_jobs.map(usize::from),
            requests_per_second: entry.requests_per_second.map(|rate| rate.0),
            timeout: entry.timeout_ms.map_or(plain.timeout, |timeout| timeout.0),
            headers: headers(entry.headers)?,
        };
        Ok(Self {
            profile,
            is_key_of_environment,
        })
    }
}

/// Names are also those of folders.
fn check_name(name: &str) -> Result<(), Wrong> {
    let wrong = |wrong: &str| Err(("name", wrong.to_owned()));
    let is_plain = |letter: char| letter.is_ascii_alphanumeric() || "-_.".contains(letter);
    if name == Profile::reference().name {
        wrong("it is the embedded endpoint, which needs no profile: choose another name")
    } else if name == FROM_URL {
        wrong("it is the name of targets given by --endpoint: choose another name")
    } else if name.is_empty() || name.starts_with('.') || !name.chars().all(is_plain) {
        wrong("use letters, digits, `-`, `_` and `.`, not beginning with a full stop")
    } else {
        Ok(())
    }
}

fn headers(headers: BTreeMap<String, String>) -> Result<Vec<Header>, Wrong> {
    let wrong = |wrong| Err(("headers", wrong));
    for (name, value) in &headers {
        if reqwest::header::HeaderName::from_bytes(name.as_bytes()).is_err() {
            return wrong(format!("`{name}` is no header name"));
        }
        if OF_CASES
            .iter()
            .any(|other| name.eq_ignore_ascii_case(other))
        {
            return wrong(format!(
                "`{name}` is a header that the cases are about: leave it to them"
            ));
        }
        if value.is_empty() || value.contains(char::is_control) {
            return wrong(format!("`{name}` needs a value on one line"));
        }
    }
    let headers = headers.into_iter();
    Ok(headers
        .map(|(name, value)| Header::new(name, value))
        .collect())
}
