//! What the process around us says, read in one place so that all else depends on what it is given.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::{env, fs};

/// The variables that are read, and no others.
const VARIABLES: [&str; 6] = [
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "AWS_REGION",
    "AWS_DEFAULT_REGION",
    "AWS_PROFILE",
];

/// The part of the process's environment that targets depend on.
#[derive(Clone, Default)]
pub struct Environment {
    variables: BTreeMap<String, String>,
    /// The text of the shared credentials file.
    credentials_file: Option<String>,
}

impl Environment {
    /// Reads the environment of this process and the shared credentials file.
    pub fn from_process() -> Self {
        let variables = VARIABLES
            .into_iter()
            .filter_map(|name| Some((name.to_owned(), env::var(name).ok()?)));
        let file = env::var_os("AWS_SHARED_CREDENTIALS_FILE")
            .map(PathBuf::from)
            .or_else(|| Some(env::home_dir()?.join(".aws/credentials")));
        Self {
            variables: variables.collect(),
            credentials_file: file.and_then(|file| fs::read_to_string(file).ok()),
        }
    }

    /// An environment with these variables and nothing else.
    pub fn of<const N: usize>(variables: [(&str, &str); N]) -> Self {
        Self {
            variables: variables
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .into(),
            credentials_file: None,
        }
    }

    /// The same with this text as the shared credentials file.
    #[must_use]
    pub fn with_credentials_file(mut self, text: impl Into<String>) -> Self {
        self.credentials_file = Some(text.into());
        self
    }

    /// A variable that is set to something.
    pub(crate) fn variable(&self, name: &str) -> Option<&str> {
        let value = self.variables.get(name)?;
        (!value.is_empty()).then_some(value)
    }

    /// The region that the AWS tools would use.
    pub(crate) fn region(&self) -> Option<&str> {
        self.variable("AWS_REGION")
            .or_else(|| self.variable("AWS_DEFAULT_REGION"))
    }

    /// A value in the shared credentials file, in the section of the chosen profile.
    pub(crate) fn shared(&self, key: &str) -> Option<&str> {
        let wanted = self.variable("AWS_PROFILE").unwrap_or("default");
        let mut section = "";
        for line in self.credentials_file.as_deref()?.lines().map(str::trim) {
            if let Some(name) = line
                .strip_prefix('[')
                .and_then(|line| line.split(']').next())
            {
                section = name.trim();
            } else if section == wanted
                && let Some((name, value)) = line.split_once('=')
                && name.trim() == key
            {
                return Some(value.trim());
            }
        }
        None
    }
}
