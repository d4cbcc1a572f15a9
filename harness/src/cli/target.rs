//! The arguments that choose a suite and a target, and what they open.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Args;

use crate::cli::Stop;
use crate::runner::{Exit, Session, SessionError};
use crate::suite::{Suite, SuiteError};
use crate::target::{Config, ConfigError, Environment, Profile};

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
#[command(next_help_heading = "Target")]
pub(crate) struct TargetArguments {
    /// This endpoint, such as http://127.0.0.1:4566, and no profile. [env: FULLSTOP_ENDPOINT]
    #[arg(long, value_name = "URL", conflicts_with_all = ["target", "config"])]
    endpoint: Option<String>,
    /// Read target profiles from this file. Without it fullstop.toml, if there is one. [env: FULLSTOP_CONFIG]
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// The target of this name: one of the profiles, `reference` or `aws`. [env: FULLSTOP_TARGET]
    #[arg(long, value_name = "NAME")]
    target: Option<String>,
    /// Send this header with every request, in place of the profile's; without a value, take it out. May be repeated.
    #[arg(long, value_name = "NAME: VALUE")]
    header: Vec<String>,
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

    /// The profile that the arguments and the environment choose.
    pub(crate) fn profile(&self) -> Result<Profile, Stop> {
        let profile = self.chosen().map_err(Stop::usage)?;
        self.header.iter().try_fold(profile, |profile, line| {
            profile.with_header(line).map_err(Stop::usage)
        })
    }

    fn chosen(&self) -> Result<Profile, String> {
        let environment = Environment::from_process();
        let variable = |name| std::env::var(name).ok().filter(|value| !value.is_empty());
        let told = |error: ConfigError| error.to_string();
        if let Some(url) = &self.endpoint {
            return Profile::endpoint(url, &environment).map_err(told);
        }
        let target = self.target.clone().or_else(|| variable("FULLSTOP_TARGET"));
        let file = self.config.clone();
        let file = file.or_else(|| variable("FULLSTOP_CONFIG").map(PathBuf::from));
        // Where a profile is asked for, the variable is one key of it.
        if let (None, None, Some(url)) = (&target, &file, environment.endpoint()) {
            return Profile::endpoint(url, &environment).map_err(told);
        }
        let (file, is_asked_for) = match file {
            Some(file) => (file, true),
            None => (PathBuf::from(CONFIG), false),
        };
        let config = match std::fs::read_to_string(&file) {
            Ok(text) => Config::parse(&text, &file.display().to_string()).map_err(told)?,
            Err(error) if is_asked_for || error.kind() != std::io::ErrorKind::NotFound => {
                return Err(format!("read {}: {error}", file.display()));
            }
            Err(_) => Config::default(),
        };
        config.choose(target.as_deref(), &environment).map_err(told)
    }

    /// Opens the target.
    pub(crate) async fn open(&self) -> Result<Session, Stop> {
        Session::open(self.profile()?, self.keep, self.yes)
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
