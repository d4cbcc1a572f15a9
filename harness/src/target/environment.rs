//! Region and credentials as AWS's tools find them: in variables, then in the shared files.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::files;
use crate::target::keys::Keys;
use crate::target::profile::REGION;
use crate::target::{ConfigError, Credentials, Secret, overrides};

/// What the process's environment says, read once at the edge so that everything else is a function of it.
#[derive(Clone, Debug, Default)]
pub struct Environment {
    region: Option<String>,
    profile: Option<String>,
    credentials: Option<Credentials>,
    /// `~/.aws/credentials`.
    credentials_file: Option<SharedFile>,
    /// `~/.aws/config`.
    config_file: Option<SharedFile>,
    /// The variables that override keys of a profile.
    variables: BTreeMap<String, Secret>,
}

/// A shared file and its text, in which secrets stand.
#[derive(Clone, Debug)]
struct SharedFile {
    path: PathBuf,
    text: Secret,
}

impl Environment {
    /// Reads the variables that AWS's tools read, and the shared files.
    pub fn from_process() -> Self {
        let variable = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
        let credentials = variable("AWS_ACCESS_KEY_ID")
            .zip(variable("AWS_SECRET_ACCESS_KEY"))
            .map(|(access_key, secret_key)| Credentials {
                access_key,
                secret_key: Secret::new(secret_key),
                session_token: variable("AWS_SESSION_TOKEN").map(Secret::new),
            });
        let home = variable("HOME").map(PathBuf::from);
        let shared = |name: &str, usual: &str| {
            let usual = home.as_ref().map(|home| home.join(usual));
            SharedFile::read(&variable(name).map(PathBuf::from).or(usual)?)
        };
        Self {
            region: variable("AWS_REGION").or_else(|| variable("AWS_DEFAULT_REGION")),
            profile: variable("AWS_PROFILE"),
            credentials,
            credentials_file: shared("AWS_SHARED_CREDENTIALS_FILE", ".aws/credentials"),
            config_file: shared("AWS_CONFIG_FILE", ".aws/config"),
            variables: overrides::KEYS
                .iter()
                .map(|key| overrides::variable(key))
                .filter_map(|name| variable(&name).map(|value| (name, Secret::new(value))))
                .collect(),
        }
        .with_region_of_profile()
    }

    /// An environment with these credentials and region only.
    pub fn of(credentials: Option<Credentials>, region: Option<&str>) -> Self {
        Self {
            credentials,
            region: region.map(str::to_owned),
            ..Self::default()
        }
    }

    /// The same, with the published example key and the examples' region where it has none: for what sends nothing.
    pub fn or_examples(&self) -> Self {
        let credentials = self
            .credentials()
            .unwrap_or_else(|_| Credentials::example());
        Self {
            variables: self.variables.clone(),
            ..Self::of(Some(credentials), Some(self.region().unwrap_or(REGION)))
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

    /// The endpoint that it names.
    pub fn endpoint(&self) -> Option<&str> {
        let own = self.variables.get(&overrides::variable("endpoint"));
        own.map(Secret::reveal)
    }

    /// The same, with what AWS's whole default chain finds: single sign-on, roles, a container, an instance.
    #[cfg(feature = "aws-config")]
    pub async fn with_default_chain(&self) -> Self {
        let chain = crate::target::chain::load().await;
        Self {
            region: self.region.clone().or(chain.region),
            credentials: self.credentials.clone().or(chain.credentials),
            ..self.clone()
        }
    }

    /// The region that it names.
    pub fn region(&self) -> Option<&str> {
        let own = self.variables.get(&overrides::variable("region"));
        own.map(Secret::reveal).or(self.region.as_deref())
    }

    /// Its credentials: the variables', else the shared files'.
    pub fn credentials(&self) -> Result<Credentials, ConfigError> {
        if let Some(credentials) = &self.credentials {
            return Ok(credentials.clone());
        }
        let name = self.profile();
        let found = [&self.credentials_file, &self.config_file]
            .into_iter()
            .flatten()
            .find_map(|file| file.credentials(name));
        found.ok_or_else(|| {
            let files = [&self.credentials_file, &self.config_file].into_iter().flatten();
            let files: Vec<_> = files.map(|file| file.path.display().to_string()).collect();
            let beside = if files.is_empty() {
                "there is no shared credentials file".to_owned()
            } else {
                format!("{} has no whole profile [{name}]", files.join(" or "))
            };
            let chain = if cfg!(feature = "aws-config") {
                "AWS's default chain has none either"
            } else {
                "for single sign-on and roles: eval \"$(aws configure export-credentials --format env)\", or build with the feature `aws-config`"
            };
            ConfigError::NoCredentials(format!(
                "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are not set, and {beside}; {chain}"
            ))
        })
    }

    fn profile(&self) -> &str {
        self.profile.as_deref().unwrap_or("default")
    }

    /// A variable comes before a file.
    fn with_region_of_profile(mut self) -> Self {
        if self.region.is_none() {
            let name = self.profile().to_owned();
            self.region = [&self.config_file, &self.credentials_file]
                .into_iter()
                .flatten()
                .find_map(|file| file.section(&name).remove("region"));
        }
        self
    }
}

impl SharedFile {
    fn read(path: &Path) -> Option<Self> {
        let text = files::text(path).ok()?;
        Some(Self {
            path: path.to_owned(),
            text: Secret::new(text),
        })
    }

    fn credentials(&self, profile: &str) -> Option<Credentials> {
        let values = self.section(profile);
        Some(Credentials {
            access_key: values.get("aws_access_key_id")?.clone(),
            secret_key: Secret::new(values.get("aws_secret_access_key")?),
            session_token: values.get("aws_session_token").map(Secret::new),
        })
    }

    /// The settings of a profile. Its section is `[profile NAME]` in the one file and `[NAME]` in the other, and `[default]`
    /// in both; what is nested below a setting is not its own.
    fn section(&self, profile: &str) -> BTreeMap<String, String> {
        let is_its = |line: &str| {
            let inner = line
                .strip_prefix('[')
                .and_then(|rest| rest.split_once(']'))
                .map(|(inner, _)| inner.trim());
            inner.is_some_and(|inner| {
                let named = inner.strip_prefix("profile").map(str::trim_start);
                inner == profile || named == Some(profile)
            })
        };
        self.text
            .reveal()
            .lines()
            .skip_while(|line| !is_its(line.trim()))
            .skip(1)
            .take_while(|line| !line.trim().starts_with('['))
            .filter(|line| !line.starts_with([' ', '\t', '#', ';']))
            .filter_map(|line| line.split_once('='))
            .map(|(key, value)| (key.trim().to_ascii_lowercase(), value.trim().to_owned()))
            .filter(|(_, value)| !value.is_empty())
            .collect()
    }
}
