//! A target opened for a run: its client, its provisioning, and the embedded endpoint if that is the target.

use std::fmt;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use crate::provision::{Options, Preconditions, Provisioner, run_id};
use crate::reference::{self, Auth, Endpoint, Server};
use crate::target::{Client, ConfigError, Profile};

/// How long a stopped job may take to show Stopped: on this machine, and on a service that may still be importing users.
const SETTLE_LOCAL: Duration = Duration::from_secs(2);
const SETTLE_REMOTE: Duration = Duration::from_secs(60);

/// A target that is ready to be judged.
#[derive(Debug)]
pub struct Session {
    /// What is known of it.
    pub profile: Profile,
    /// Its client.
    pub client: Client,
    /// Its provisioning.
    pub provisioner: Arc<Provisioner>,
    /// How long a stopped job may take to show Stopped.
    pub settle: Duration,
    /// The id that the names of its pools hold.
    pub run_id: String,
    /// Whether nothing is at stake, so that the limit on active jobs need not be kept.
    pub(crate) rehearses: bool,
    /// The embedded endpoint, kept alive while it is judged.
    server: Option<Server>,
}

/// Why a target cannot be opened.
#[derive(Debug)]
pub enum SessionError {
    /// A fault in its profile.
    Config(ConfigError),
    /// The embedded endpoint does not start.
    Embedded(io::Error),
}

impl Session {
    /// Opens a profile's target.
    pub async fn open(profile: Profile, keep: bool, yes: bool) -> Result<Self, SessionError> {
        if profile.is_embedded() {
            return Self::embedded(profile, reference::Options::default());
        }
        let client = Client::new(&profile).map_err(SessionError::Config)?;
        let run_id = run_id(SystemTime::now());
        let options = Options {
            keep,
            yes,
            run_id: run_id.clone(),
        };
        let provisioner = Provisioner::start(&profile, client.clone(), options)
            .await
            .map_err(SessionError::Config)?;
        Ok(Self::over(profile, client, provisioner, run_id))
    }

    fn over(profile: Profile, client: Client, provisioner: Provisioner, run_id: String) -> Self {
        let settle = if client.is_local() {
            SETTLE_LOCAL
        } else {
            SETTLE_REMOTE
        };
        Self {
            profile,
            client,
            provisioner: Arc::new(provisioner),
            settle,
            run_id,
            rehearses: false,
            server: None,
        }
    }

    /// Opens a profile's target, whose preconditions are made by code of the caller's.
    pub fn with_preconditions(
        profile: Profile,
        preconditions: Arc<dyn Preconditions>,
    ) -> Result<Self, SessionError> {
        let client = Client::new(&profile).map_err(SessionError::Config)?;
        let provisioner = Provisioner::own(
            preconditions,
            client.clone(),
            &profile.region,
            profile.active_jobs,
        );
        let run_id = run_id(SystemTime::now());
        Ok(Self::over(profile, client, provisioner, run_id))
    }

    /// Opens an endpoint in this process, on a free port of its own. Like AWS it wants every request signed.
    pub fn embedded(profile: Profile, options: reference::Options) -> Result<Self, SessionError> {
        let auth = Auth::Required;
        Self::embedded_as(profile, reference::Options { auth, ..options })
    }

    /// The same, which wants signatures as its options say.
    pub(crate) fn embedded_as(
        profile: Profile,
        options: reference::Options,
    ) -> Result<Self, SessionError> {
        let endpoint = Arc::new(Endpoint::new(options));
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        let server =
            Server::start(Arc::clone(&endpoint), address, false).map_err(SessionError::Embedded)?;
        let profile = profile.at(server.address());
        let client = Client::new(&profile).map_err(SessionError::Config)?;
        let provisioner = Arc::new(Provisioner::embedded(endpoint, client.clone()));
        Ok(Self {
            profile,
            client,
            provisioner,
            settle: SETTLE_LOCAL,
            run_id: run_id(SystemTime::now()),
            rehearses: false,
            server: Some(server),
        })
    }

    /// Opens an endpoint in this process that listens already.
    pub(crate) fn beside(profile: Profile, endpoint: Arc<Endpoint>) -> Result<Self, SessionError> {
        let client = Client::new(&profile).map_err(SessionError::Config)?;
        let provisioner = Arc::new(Provisioner::embedded(endpoint, client.clone()));
        Ok(Self {
            profile,
            client,
            provisioner,
            settle: SETTLE_LOCAL,
            run_id: run_id(SystemTime::now()),
            rehearses: false,
            server: None,
        })
    }

    /// Another endpoint like the one in this process, for whoever moves the time. None where the target is no such endpoint
    /// or the other does not start.
    pub(crate) fn another(&self) -> Option<Self> {
        let options = self.provisioner.endpoint_options()?.clone();
        Self::embedded(self.profile.clone(), options).ok()
    }

    /// Whether the target is in this process.
    pub fn is_embedded(&self) -> bool {
        self.server.is_some()
    }

    /// Releases what is still held and ends. Returns what could not be deleted.
    pub async fn close(self) -> Vec<String> {
        let leftovers = self.provisioner.finish().await;
        if let Some(server) = self.server {
            server.stop().await;
        }
        leftovers
    }
}

impl fmt::Display for SessionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Config(error) => error.fmt(f),
            Self::Embedded(error) => write!(f, "start the embedded endpoint: {error}"),
        }
    }
}

impl std::error::Error for SessionError {}
