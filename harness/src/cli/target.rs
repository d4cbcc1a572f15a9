//! The arguments that choose a suite and a target, and what they open.

use std::collections::BTreeSet;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use clap::Args;

use crate::cli::Stop;
use crate::provision::{Options, Provisioner};
use crate::reference::{Endpoint, Server};
use crate::runner::Exit;
use crate::suite::{Suite, SuiteError};
use crate::target::{Client, Config, Environment, Profile};

/// The configuration that is read if it is there.
const CONFIG: &str = "fullstop.toml";

/// How long a stopped job may take to show Stopped: on this machine, and on a service that may still be importing users.
const SETTLE_LOCAL: Duration = Duration::from_secs(2);
const SETTLE_REMOTE: Duration = Duration::from_secs(60);

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

/// A target that is ready to be judged.
pub(crate) struct Opened {
    pub(crate) profile: Profile,
    pub(crate) client: Client,
    pub(crate) provisioner: Arc<Provisioner>,
    pub(crate) settle: Duration,
    /// The embedded endpoint, kept alive while it is judged.
    pub(crate) server: Option<Server>,
}

impl TargetArguments {
    /// Whether what was created stays.
    pub(crate) fn keeps(&self) -> bool {
        self.keep
    }

    /// The profile that the arguments choose.
    fn profile(&self) -> Result<Profile, Stop> {
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

    /// Opens the target: its client, its provisioning, and the embedded endpoint if that is the target.
    pub(crate) async fn open(&self) -> Result<Opened, Stop> {
        let profile = self.profile()?;
        if profile.is_embedded() {
            return embedded(profile);
        }
        let client = Client::new(&profile).map_err(Stop::usage)?;
        let options = Options {
            keep: self.keep,
            yes: self.yes,
            run_id: run_id(),
        };
        let provisioner = Provisioner::start(&profile, client.clone(), options)
            .await
            .map_err(Stop::usage)?;
        let settle = if client.is_loopback() {
            SETTLE_LOCAL
        } else {
            SETTLE_REMOTE
        };
        Ok(Opened {
            profile,
            client,
            provisioner: Arc::new(provisioner),
            settle,
            server: None,
        })
    }
}

/// The embedded endpoint on a free port of its own.
fn embedded(profile: Profile) -> Result<Opened, Stop> {
    let endpoint = Arc::new(Endpoint::new(crate::reference::Options::default()));
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    let server = Server::start(Arc::clone(&endpoint), address, false).map_err(|error| Stop {
        exit: Exit::Harness,
        message: format!("start the embedded endpoint: {error}"),
    })?;
    let profile = profile.at(server.address());
    let client = Client::new(&profile).map_err(Stop::usage)?;
    let provisioner = Arc::new(Provisioner::embedded(endpoint, client.clone()));
    Ok(Opened {
        profile,
        client,
        provisioner,
        settle: SETTLE_LOCAL,
        server: Some(server),
    })
}

/// Tells this run's pools from those of another run at the same time.
fn run_id() -> String {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    let millis = since.map_or(0, |since| since.as_millis());
    format!("{millis:x}-{:x}", std::process::id())
}
