//! The file of targets, `fullstop.toml`.

use crate::target::{ConfigError, Environment, Profile};

/// The targets of a file, and those that are built in.
#[derive(Clone, Debug, Default)]
pub struct Config {}

impl Config {
    /// Reads a file. `file_name` is for messages.
    pub fn parse(text: &str, file_name: &str) -> Result<Self, ConfigError> {
        todo!("{text} {file_name}")
    }

    /// The names of the targets, the built-in ones too.
    pub fn names(&self) -> Vec<String> {
        todo!()
    }

    /// A target by its name, from the file or built in.
    pub fn profile(&self, name: &str, environment: &Environment) -> Result<Profile, ConfigError> {
        todo!("{name} {}", environment.region().unwrap_or_default())
    }
}
