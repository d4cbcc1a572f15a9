//! The arguments that choose a suite and a target, and what they open.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Args;

use crate::cli::Stop;
use crate::runner::{Exit, Session, SessionError};
use crate::suite::{Suite, SuiteError};
use crate::target::{Config, Environment, Profile};

/// The configuration that is read if it is there.
const CONFIG: &str = "fullstop.toml";

/// Which cases.
#[derive(Debug, Args)]
pub(crate) struct SuiteArguments {
    /// Only ids that contain this; repeat it for more.
    #[arg(long, short, value_name = "TEXT")]
    pub(crate) filter: Vec<String>,
    /// Read the cases from this folder instead of the embedded ones.
    #[arg(long, value_name = "DIR")]
    pub(crate) cases: Option<PathBuf>,
}

impl SuiteArguments {
    /// The suite, and the ids that the filters select.
    pub(crate) fn load(&self) -> Result<(Arc<Suite>, BTreeSet<String>), Stop> {
        let suite = load_suite(self.cases.as_deref())?;
        let selection = suite.select(&self.filter).map_err(Stop::usage)?;
        Ok((suite, selection))
    }
}

/// The suite in a folder, or the embedded one.
pub(crate) fn load_suite(folder: Option<&Path>) -> Result<Arc<Suite>, Stop> {
    let suite = match folder {
        Some(folder) => Suite::from_folder(folder),
        None => Suite::embedded(),
    };
    suite
        .map(Arc::new)
        .map_err(|error: SuiteError| Stop::usage(error))
}

/// Which target.
#[derive(Debug, Args)]
pub(crate) struct TargetArguments {
    /// Judge this endpoint, such as http://127.0.0.1:4566.
    #[arg(long, env = "FULLSTOP_ENDPOINT", value_name = "URL", conflicts_with_all = ["target", "config"])]
    endpoint: Option<String>,
    /// Read target profiles from this file instead of `fullstop.toml`.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Judge the target of this name: one of the profiles, `reference` or `aws`.
    #[arg(long, value_name = "NAME")]
    target: Option<String>,
    /// Create pools and jobs on an endpoint that is not on this machine.
    #[arg(long)]
    yes: bool,
    /// Leave what was created, for a look at it afterwards.
    #[arg(long)]
    keep: bool,
}

impl TargetArguments {
    /// Whether what was created stays.
    pub(crate) fn keeps(&self) -> bool {
        self.keep
    }

    /// The profile of another endpoint or target.
    pub(crate) fn other(&self, name: &str) -> Result<Profile, Stop> {
        if name.contains("://") {
            return Profile::endpoint(name, &Environment::from_process()).map_err(Stop::usage);
        }
        let other = Self {
            endpoint: None,
            config: self.config.clone(),
            target: Some(name.to_owned()),
            yes: self.yes,
            keep: self.keep,
        };
        other.profile()
    }

    /// The profile that the arguments choose.
    pub(crate) fn profile(&self) -> Result<Profile, Stop> {
        let environment = Environment::from_process();
        if let Some(url) = &self.endpoint {
            return Profile::endpoint(url, &environment).map_err(Stop::usage);
        }
        let file = self.config.clone().unwrap_or_else(|| PathBuf::from(CONFIG));
        let config = match std::fs::read_to_string(&file) {
            Ok(text) => Config::parse(&text, &file.display().to_string()).map_err(Stop::usage)?,
            Err(error) if self.config.is_some() || error.kind() != std::io::ErrorKind::NotFound => {
                return Err(Stop::usage(format!("read {}: {error}", file.display())));
            }
            Err(_) => Config::default(),
        };
        config
            .choose(self.target.as_deref(), &environment)
            .map_err(Stop::usage)
    }

    /// Opens the target.
    pub(crate) async fn open(&self) -> Result<Session, Stop> {
        self.open_profile(self.profile()?).await
    }

    /// Opens a profile's target as the arguments say.
    pub(crate) async fn open_profile(&self, profile: Profile) -> Result<Session, Stop> {
        Session::open(profile, self.keep, self.yes)
            .await
            .map_err(|error| match error {
                SessionError::Config(error) => Stop::usage(error),
                error @ SessionError::Embedded(_) => Stop {
                    exit: Exit::Harness,
                    message: error.to_string(),
                },
            })
    }
}
