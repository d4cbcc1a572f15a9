//! A target as a run uses it: everything resolved, nothing left to look up.

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::time::Duration;

use serde::Deserialize;

use crate::case::{Given, Ids, JobState};
use crate::contract::{Status, declared};
use crate::target::{Address, ConfigError, Credentials, Environment, Key};
use crate::wire::Header;

/// Slow emulators answer within a second or two; a request that takes longer than this is as good as lost.
pub(crate) const TIMEOUT: Duration = Duration::from_secs(5);

/// The region of targets that name none.
pub(crate) const REGION: &str = "us-east-1";

/// Source: developer guide, quotas: 5 requests a second for one user pool.
const AWS_REQUESTS_PER_SECOND: f64 = 5.0;

/// A target.
#[derive(Clone, Debug, PartialEq)]
pub struct Profile {
    /// Its name, which is also that of its snapshots and its ledger.
    pub name: String,
    /// Where it is.
    pub place: Where,
    /// Its region.
    pub region: String,
    /// What requests are signed with.
    pub credentials: Credentials,
    /// How preconditions are made true.
    pub provision: Provision,
    /// What must be reachable: a blocked case within it fails.
    pub reach: BTreeSet<Reach>,
    /// How many jobs may be active at once. No bound if not told.
    pub active_jobs: Option<usize>,
    /// How many requests may be sent in a second. No bound if not told.
    pub requests_per_second: Option<f64>,
    /// How long a request may take, from the connection to the last byte of the answer.
    pub timeout: Duration,
    /// Headers that every request gets unless it has its own: what a gateway in front asks for.
    pub headers: Vec<Header>,
}

/// Where a target is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Where {
    /// In this process, served by the caller: see [`Profile::served_at`].
    Embedded,
    /// At an address.
    At(Address),
}

/// How preconditions are made true.
#[derive(Clone, Debug, PartialEq)]
pub enum Provision {
    /// By the service's own operations.
    Api {
        /// Hosts beside the endpoint's own that CSV files may be uploaded to. One with a leading dot stands for all below it.
        upload_hosts: Vec<String>,
        /// The role that import jobs are created with.
        role_arn: Option<String>,
        /// Whether user pools may be created although the endpoint is not on this machine.
        yes: bool,
    },
    /// By a program of the user's.
    Command {
        /// The program and its arguments.
        command: Vec<String>,
    },
    /// By jobs that exist already.
    Fixed {
        /// The ids for each state. They are not fresh: a case may leave a job in another state.
        jobs: BTreeMap<JobState, Ids>,
    },
}

/// Something that must be reachable: a state of a job, or a declared error that can be provoked.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(try_from = "String")]
pub enum Reach {
    /// A precondition.
    Job(JobState),
    /// A declared error.
    Fault(String),
}

impl Profile {
    /// The names of the profiles that need no file.
    pub const BUILT_IN: [&'static str; 2] = ["reference", "aws"];

    /// A profile that needs no file, by its name.
    pub fn built_in(name: &str, environment: &Environment) -> Result<Self, ConfigError> {
        match name {
            "reference" => Ok(Self::reference()),
            "aws" => Self::aws(environment),
            _ => Err(ConfigError::UnknownTarget {
                name: name.to_owned(),
                known: Self::BUILT_IN.map(str::to_owned).into(),
            }),
        }
    }

    /// The embedded endpoint. All that it can reach must be reached.
    pub fn reference() -> Self {
        let states = Status::ALL.map(|status| Reach::Job(JobState::Is(status)));
        let others = [JobState::Started, JobState::Absent, JobState::Elsewhere].map(Reach::Job);
        let faults = crate::contract::DECLARED.map(|error| Reach::Fault(error.name.to_owned()));
        Self {
            name: "reference".to_owned(),
            place: Where::Embedded,
            reach: states.into_iter().chain(others).chain(faults).collect(),
            ..Self::plain()
        }
    }

    /// The profile of an endpoint that is given by its URL alone.
    ///
    /// On this machine it is spoken to with the published example key; anything else gets the environment's.
    pub fn endpoint(url: &str, environment: &Environment) -> Result<Self, ConfigError> {
        let address = Address::parse(url).map_err(|wrong| ConfigError::Address { wrong })?;
        let credentials = if address.is_loopback() {
            Credentials::Key(Key::example())
        } else {
            Credentials::Key(Key::from_environment(environment)?)
        };
        Ok(Self {
            name: "endpoint".to_owned(),
            place: Where::At(address),
            region: environment.region().unwrap_or(REGION).to_owned(),
            credentials,
            ..Self::plain()
        })
    }

    /// The same target, now that it is served at an address.
    #[must_use]
    pub fn served_at(mut self, address: SocketAddr) -> Self {
        let address = Address::parse(&format!("http://{address}"));
        self.place = Where::At(address.expect("a socket address makes a URL"));
        self
    }

    /// The address, if it has one.
    pub fn address(&self) -> Option<&Address> {
        match &self.place {
            Where::Embedded => None,
            Where::At(address) => Some(address),
        }
    }

    /// Whether it is on this machine.
    pub fn is_loopback(&self) -> bool {
        self.address().is_none_or(Address::is_loopback)
    }

    /// Whether this precondition must be reachable.
    pub fn must_reach(&self, given: Given) -> bool {
        let has = |state| self.reach.contains(&Reach::Job(state));
        has(given.job)
            // Whoever reaches one of these two reaches a started job.
            || given.job == JobState::Started
                && (has(JobState::Is(Status::Pending)) || has(JobState::Is(Status::InProgress)))
    }

    /// Whether this error must be provokable.
    pub fn must_reach_fault(&self, error: &str) -> bool {
        self.reach.contains(&Reach::Fault(error.to_owned()))
    }

    fn aws(environment: &Environment) -> Result<Self, ConfigError> {
        let region = environment.region().ok_or(ConfigError::NoRegion)?;
        let suffix = if region.starts_with("cn-") { ".cn" } else { "" };
        let url = format!("https://cognito-idp.{region}.amazonaws.com{suffix}");
        Ok(Self {
            name: "aws".to_owned(),
            provision: Provision::Api {
                upload_hosts: vec![format!(".amazonaws.com{suffix}")],
                role_arn: None,
                yes: false,
            },
            // "Only one import job can be active at a time per account": developer guide, importing users.
            active_jobs: Some(1),
            requests_per_second: Some(AWS_REQUESTS_PER_SECOND),
            ..Self::endpoint(&url, environment)?
        })
    }

    /// What a profile is where nothing is told.
    pub(crate) fn plain() -> Self {
        Self {
            name: String::new(),
            place: Where::Embedded,
            region: REGION.to_owned(),
            credentials: Credentials::Key(Key::example()),
            provision: Provision::default(),
            reach: BTreeSet::new(),
            active_jobs: None,
            requests_per_second: None,
            timeout: TIMEOUT,
            headers: Vec::new(),
        }
    }
}

impl Default for Provision {
    fn default() -> Self {
        Self::Api {
            upload_hosts: Vec::new(),
            role_arn: None,
            yes: false,
        }
    }
}

impl TryFrom<String> for Reach {
    type Error = String;

    fn try_from(name: String) -> Result<Self, String> {
        if declared(&name).is_some() {
            return Ok(Self::Fault(name));
        }
        JobState::try_from(name)
            .map(Self::Job)
            .map_err(|wrong| format!("{wrong}, or a declared error of the operation"))
    }
}
