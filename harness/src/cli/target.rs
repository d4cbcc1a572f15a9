//! The arguments that choose a suite and a target, and what they open.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Args;
use semver::Version;

use crate::campaign::found_nothing;
use crate::case::Level;
use crate::cli::{Stop, note};
use crate::files;
use crate::power;
use crate::report::Stored;
use crate::runner::{Exit, Session, SessionError};
use crate::shell::word;
use crate::suite::{Suite, SuiteError};
use crate::target::{Config, ConfigError, Environment, Profile};

/// The configuration that is read if it is there.
pub(crate) const CONFIG: &str = "fullstop.toml";

/// Which cases.
#[derive(Debug, Args)]
pub(crate) struct SuiteArguments {
    /// Only ids that contain this; repeat it for more.
    #[arg(long, short, value_name = "TEXT")]
    pub(crate) filter: Vec<String>,
    /// No id that contains this; repeat it for more.
    #[arg(long, value_name = "TEXT")]
    exclude: Vec<String>,
    /// Only what stands at this level, as in `level=must`; repeat it for more.
    #[arg(long, value_name = "level=LEVEL", value_parser = level)]
    select: Vec<Level>,
    /// Only what failed in these results of `run --json`. If nothing did, all of it.
    #[arg(long, value_name = "RESULTS.json")]
    last_failed: Option<PathBuf>,
    /// Read the cases from this folder instead of the embedded ones.
    #[arg(long, value_name = "DIR")]
    pub(crate) cases: Option<PathBuf>,
    /// Only what this version of the suite had already, so that an upgrade turns no gate red by itself.
    #[arg(long, value_name = "VERSION")]
    pub(crate) suite_version: Option<Version>,
}

impl SuiteArguments {
    /// The suite, and the ids that the filters select.
    pub(crate) fn load(&self) -> Result<(Arc<Suite>, BTreeSet<String>), Stop> {
        let suite = load_suite(self.cases.as_deref())?;
        let mut selection = suite.select(&self.filter).map_err(Stop::usage)?;
        if let Some(version) = &self.suite_version {
            selection = suite.pin(selection, version).map_err(Stop::usage)?;
        }
        if !self.exclude.is_empty() {
            let left = suite.without(selection, &self.exclude);
            selection = left.map_err(Stop::usage)?;
        }
        if !self.select.is_empty() {
            let left = suite.at_levels(selection, &self.select);
            selection = left.map_err(Stop::usage)?;
        }
        if let Some(file) = &self.last_failed {
            let stored = Stored::read(file).map_err(Stop::usage)?;
            let failed: BTreeSet<_> = stored.results.failed().map(str::to_owned).collect();
            match selection.intersection(&failed).next() {
                Some(_) => selection.retain(|id| failed.contains(id)),
                None => note(&format!(
                    "nothing that is selected failed in {}: running all of it",
                    file.display()
                )),
            }
        }
        Ok((suite, selection))
    }

    /// The folder of the cases, where a campaign made it and found nothing.
    pub(crate) fn found_nothing(&self) -> Option<&Path> {
        let folder = self.cases.as_deref()?;
        found_nothing(folder).then_some(folder)
    }

    /// The selection, pinned to the version that a profile names where the arguments name none, and without what it waives: that
    /// is counted by its names.
    pub(crate) fn pinned(
        &self,
        profile: &Profile,
        suite: &Suite,
        mut selection: BTreeSet<String>,
    ) -> Result<(BTreeSet<String>, BTreeMap<String, usize>), Stop> {
        if let (Some(version), None) = (&profile.suite_version, &self.suite_version) {
            selection = suite.pin(selection, version).map_err(Stop::usage)?;
        }
        suite.waive(selection, &profile.waive).map_err(Stop::usage)
    }
}

/// A level, as in `level=must`.
fn level(text: &str) -> Result<Level, String> {
    match text.strip_prefix("level=") {
        Some(level) => level.parse(),
        None => Err(format!(
            "`{text}` selects nothing: say for example level=must"
        )),
    }
}

/// At most so many cases of a selection: those that catch the most mutants.
pub(crate) fn within(
    budget: Option<usize>,
    suite: &Suite,
    selection: BTreeSet<String>,
) -> BTreeSet<String> {
    let Some(budget) = budget else {
        return selection;
    };
    // An invariant costs no request of its own: it is held to the answers that come anyway.
    let (cases, invariants): (Vec<_>, Vec<_>) = selection
        .into_iter()
        .partition(|id| suite.requirement(id).is_none());
    let ranked = power::published().ranked(cases.into_iter());
    ranked.into_iter().take(budget).chain(invariants).collect()
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
#[derive(Clone, Debug, Args)]
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
    /// The arguments that name a target: by its URL, or by its profile's name.
    pub(crate) fn named(what: &str, config: Option<PathBuf>, yes: bool) -> Self {
        let is_url = what.contains("://");
        Self {
            endpoint: is_url.then(|| what.to_owned()),
            config: config.filter(|_| !is_url),
            target: (!is_url).then(|| what.to_owned()),
            yes,
            keep: false,
            header: Vec::new(),
        }
    }

    /// Whether what was created stays.
    pub(crate) fn keeps(&self) -> bool {
        self.keep
    }

    /// For a profile that was chosen otherwise.
    pub(crate) fn for_profile(yes: bool) -> Self {
        Self {
            endpoint: None,
            config: None,
            target: None,
            header: Vec::new(),
            yes,
            keep: false,
        }
    }

    /// The profile of another endpoint or target.
    pub(crate) async fn other(&self, name: &str) -> Result<Profile, Stop> {
        if name.contains("://") {
            return Profile::endpoint(name, &Environment::from_process()).map_err(Stop::usage);
        }
        let other = Self {
            endpoint: None,
            target: Some(name.to_owned()),
            ..self.clone()
        };
        other.profile().await
    }

    /// Whether something may be made or deleted on an endpoint that is not on this machine.
    pub(crate) fn consents(&self) -> bool {
        self.yes
    }

    /// The arguments that name the target to another command.
    pub(crate) fn words(&self) -> String {
        let named = |flag: &str, value: &Option<String>| {
            value
                .as_ref()
                .map(|value| format!("{flag} {}", word(value)))
        };
        let config = self.config.as_ref().map(|file| file.display().to_string());
        let words = [
            named("--endpoint", &self.endpoint),
            named("--config", &config),
            named("--target", &self.target),
        ];
        words.into_iter().flatten().collect::<Vec<_>>().join(" ")
    }

    /// The file of profiles, where one was named.
    pub(crate) fn file(&self) -> Option<&Path> {
        self.config.as_deref()
    }

    /// The profile that the arguments choose.
    pub(crate) async fn profile(&self) -> Result<Profile, Stop> {
        let environment = Environment::from_process();
        let profile = match self.chosen(&environment) {
            #[cfg(feature = "aws-config")]
            Err(ConfigError::NoCredentials(_) | ConfigError::NoRegion) => {
                self.chosen(&environment.with_default_chain().await)
            }
            chosen => chosen,
        }
        .map_err(Stop::usage)?;
        self.completed(profile)
    }

    /// The same for a command that sends nothing: without credentials or a region, with those of the examples.
    pub(crate) fn profile_without_credentials(&self) -> Result<Profile, Stop> {
        let environment = Environment::from_process();
        // Any other fault comes again.
        let profile = self
            .chosen(&environment)
            .or_else(|_| self.chosen(&environment.or_examples()))
            .map_err(Stop::usage)?;
        self.completed(profile)
    }

    /// With what other arguments say.
    fn completed(&self, profile: Profile) -> Result<Profile, Stop> {
        self.header.iter().try_fold(profile, |profile, line| {
            profile.with_header(line).map_err(Stop::usage)
        })
    }

    /// The profile that the arguments choose, in an environment.
    fn chosen(&self, environment: &Environment) -> Result<Profile, ConfigError> {
        let variable = |name| std::env::var(name).ok().filter(|value| !value.is_empty());
        if let Some(url) = &self.endpoint {
            return Profile::endpoint(url, environment);
        }
        let target = self.target.clone().or_else(|| variable("FULLSTOP_TARGET"));
        let file = self.config.clone();
        let file = file.or_else(|| variable("FULLSTOP_CONFIG").map(PathBuf::from));
        // Where a profile is asked for, the variable is one key of it.
        if let (None, None, Some(url)) = (&target, &file, environment.endpoint()) {
            return Profile::endpoint(url, environment);
        }
        let (file, is_asked_for) = match file {
            Some(file) => (file, true),
            None => (PathBuf::from(CONFIG), false),
        };
        let config = match files::text(&file) {
            Ok(text) => Config::parse(&text, &file.display().to_string())?,
            Err(error) if is_asked_for || error.kind() != std::io::ErrorKind::NotFound => {
                return Err(ConfigError::Syntax {
                    file: file.display().to_string(),
                    message: error.to_string(),
                });
            }
            Err(_) => Config::default(),
        };
        config.choose(target.as_deref(), environment)
    }

    /// Opens the target.
    pub(crate) async fn open(&self) -> Result<Session, Stop> {
        self.open_profile(self.profile().await?).await
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
