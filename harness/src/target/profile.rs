//! A target profile: everything that is known of an endpoint before it is asked.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use semver::Version;
use serde::Deserialize;

use crate::target::keys::{Fault, check_header};
use crate::target::overrides::header;
use crate::target::url::Url;
use crate::target::{
    Authorities, ConfigError, CredentialSource, Credentials, Environment, Proxy, Quotas,
};
use crate::wire::keep_secret;

/// The region of an endpoint that says none: the one in AWS's examples.
pub(crate) const REGION: &str = "us-east-1";

/// How long a whole answer may take, in milliseconds: a hundred times what the service takes, and short enough that an
/// endpoint which never answers is found out soon.
pub(crate) const TIMEOUT_MS: u64 = 5_000;

/// What the names of pools begin with, where a profile says nothing.
const PREFIX: &str = "fullstop";

/// A role of the right form.
const ROLE_ARN: &str = "arn:aws:iam::123456789012:role/fullstop-import";

/// How many pools a run on AWS shares: one gets five requests a second, so that four use up what an account may read.
const POOLS_ON_AWS: usize = 4;

/// How many users the first CSV file has on AWS: with one, the import ends while it is looked at.
const USERS_ON_AWS: usize = 500;

/// Where a target is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Where {
    /// In this process.
    Embedded,
    /// At a URL.
    Remote(String),
}

/// A target, and how it is to be used.
#[derive(Clone, Debug)]
pub struct Profile {
    /// Its name, which is also that of its snapshot folder.
    pub name: String,
    /// Where it is.
    pub place: Where,
    /// The region in the scope of signatures, and in made-up pool ids.
    pub region: String,
    /// The credentials, or none to send unsigned requests.
    pub credentials: Option<Credentials>,
    /// How preconditions are made true.
    pub provision: Provision,
    /// The states and faults that must be reachable.
    pub reach: Vec<String>,
    /// How many jobs may be active at once.
    pub active_jobs: Option<usize>,
    /// How many requests a second may be sent.
    pub requests_per_second: Option<f64>,
    /// How many of these of one class, and to one pool.
    pub quotas: Option<Quotas>,
    /// How long a whole answer may take.
    pub timeout: Duration,
    /// The share of the cases at level must that a run has to judge, of those that the driver can reach.
    pub min_coverage: Option<f64>,
    /// Headers that every request gets.
    pub headers: BTreeMap<String, String>,
    /// The file of known failures that a run is held to.
    pub ledger: Option<PathBuf>,
    /// The version of the suite that a run is pinned to.
    pub suite_version: Option<Version>,
    /// The areas, requirements and cases that the endpoint departs from by design: they are not run.
    pub waive: Vec<String>,
    /// Certificate authorities that are trusted besides the system's.
    pub authorities: Option<Authorities>,
    /// The proxy between, if there is one.
    pub proxy: Option<Proxy>,
}

/// How preconditions are made true.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(tag = "driver", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Provision {
    /// By the service's own operations.
    Api(Api),
    /// By a program of the user's.
    Command {
        /// The program and its arguments.
        command: Vec<String>,
    },
    /// By jobs that exist already.
    Fixed {
        /// The job for each state.
        jobs: BTreeMap<String, FixedJob>,
    },
}

/// How the service's own operations are used.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Api {
    /// Hosts besides the endpoint's own that a CSV file may be uploaded to. One that begins with a full stop stands for all
    /// below it.
    #[serde(default)]
    pub upload_hosts: Vec<String>,
    /// The role that jobs write their logs with.
    pub role_arn: Option<String>,
    /// Whether something may be created although the endpoint is not on this machine.
    #[serde(default)]
    pub yes: bool,
    /// What the names of pools begin with.
    pub prefix: Option<String>,
    /// How many pools the cases share. Without it each case has a pool of its own.
    pub pools: Option<usize>,
    /// How many users the first CSV file has, for an endpoint that imports them quickly.
    pub users: Option<usize>,
}

impl Api {
    /// The role: emulators do not look whether one of the right form exists.
    pub fn role_arn(&self) -> &str {
        self.role_arn.as_deref().unwrap_or(ROLE_ARN)
    }

    /// What the names of pools begin with.
    pub fn prefix(&self) -> &str {
        self.prefix.as_deref().unwrap_or(PREFIX)
    }
}

impl Default for Provision {
    fn default() -> Self {
        Self::Api(Api::default())
    }
}

/// A job that exists already.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(non_snake_case, reason = "the members have AWS's names")]
pub struct FixedJob {
    /// Its pool.
    pub UserPoolId: String,
    /// Its id.
    pub JobId: String,
}

impl Profile {
    /// From now on nothing that is written or printed holds what of it nobody may see.
    pub(crate) fn keep_secrets(&self) {
        if let Some(credentials) = &self.credentials
            && !credentials.are_example()
        {
            keep_secret(&credentials.access_key);
            let (key, token) = (&credentials.secret_key, &credentials.session_token);
            [Some(key), token.as_ref()]
                .into_iter()
                .flatten()
                .for_each(|secret| keep_secret(secret.reveal()));
        }
        self.headers.values().for_each(|value| keep_secret(value));
        if let Some(proxy) = &self.proxy {
            proxy.keep_secret();
        }
    }

    /// A profile for a URL and nothing else.
    pub fn endpoint(url: &str, environment: &Environment) -> Result<Self, ConfigError> {
        let parsed = Url::parse(url)?;
        let mut keys = environment.overrides()?;
        keys.endpoint = None;
        let mut profile = Self::bare("endpoint", Where::Remote(parsed.to_string()));
        let source = keys.credentials.get_or_insert(profile.usual_credentials());
        profile.region = environment.region().unwrap_or(REGION).to_owned();
        // Its own message says where they are looked for.
        profile.credentials = resolve(source, environment)?;
        keys.apply(&mut profile, environment, Path::new(""))
            .map_err(Fault::in_environment)?;
        Ok(profile.settled())
    }

    /// Where credentials come from if nobody says so: nearby the published example key, which emulators take and nobody else;
    /// elsewhere the environment.
    pub(crate) fn usual_credentials(&self) -> CredentialSource {
        if self.is_local() {
            CredentialSource::Example
        } else {
            CredentialSource::Environment
        }
    }

    /// Whether it is on this machine or on a network of its own.
    pub fn is_local(&self) -> bool {
        match &self.place {
            Where::Embedded => true,
            Where::Remote(url) => Url::parse(url).is_ok_and(|url| url.is_local()),
        }
    }

    /// With what the environment says in place of its own keys.
    pub(crate) fn overridden(mut self, environment: &Environment) -> Result<Self, ConfigError> {
        environment
            .overrides()?
            .apply(&mut self, environment, Path::new(""))
            .map_err(Fault::in_environment)?;
        Ok(self)
    }

    /// With a header for every request, written `Name: value`, in place of that of the same name. Without a value, the
    /// header is taken out.
    pub fn with_header(mut self, line: &str) -> Result<Self, ConfigError> {
        let Some((name, value)) = header(line) else {
            let message = "it has no colon; say for example 'X-Api-Key: abc'".to_owned();
            return Err(ConfigError::Header(message));
        };
        check_header(name, value).map_err(ConfigError::Header)?;
        self.set_header(name, value);
        Ok(self)
    }

    pub(crate) fn set_header(&mut self, name: &str, value: &str) {
        self.headers
            .retain(|other, _| !other.eq_ignore_ascii_case(name));
        if !value.is_empty() {
            self.headers.insert(name.to_owned(), value.to_owned());
        }
    }

    /// The embedded reference.
    pub fn reference() -> Self {
        let mut profile = Self::bare("reference", Where::Embedded);
        profile.credentials = Some(Credentials::example());
        profile
    }

    /// The service itself.
    pub fn aws(environment: &Environment) -> Result<Self, ConfigError> {
        let region = environment.region().ok_or(ConfigError::NoRegion)?;
        let mut profile = Self::service(region)?;
        profile.credentials = Some(environment.credentials()?);
        Ok(profile.overridden(environment)?.settled())
    }

    /// The service in a region, and nothing else of it.
    pub(crate) fn service(region: &str) -> Result<Self, ConfigError> {
        let url = format!("https://cognito-idp.{region}.{}", domain_of(region));
        let mut profile = Self::bare("aws", Where::Remote(Url::parse(&url)?.to_string()));
        profile.region = region.to_owned();
        Ok(profile)
    }

    /// With what goes without saying of the service itself, if that is where it points, unless it was said otherwise.
    pub(crate) fn settled(mut self) -> Self {
        let domain = domain_of(&self.region);
        if !self.is_aws() {
            return self;
        }
        // Developer guide, "Importing users from a CSV file": one active import job an account.
        self.active_jobs = self.active_jobs.or(Some(1));
        self.quotas = self.quotas.or_else(|| Some(Quotas::aws()));
        if let Provision::Api(api) = &mut self.provision {
            if api.upload_hosts.is_empty() {
                // Pre-signed URLs name a bucket of the service's own, such as
                // `aws-cognito-idp-user-import-pdx.s3.us-west-2.amazonaws.com`.
                api.upload_hosts.push(format!(".{domain}"));
            }
            api.pools = api.pools.or(Some(POOLS_ON_AWS));
            api.users = api.users.or(Some(USERS_ON_AWS));
        }
        self
    }

    /// Whether it points to the service itself.
    pub fn is_aws(&self) -> bool {
        let url = match &self.place {
            Where::Embedded => return false,
            Where::Remote(url) => Url::parse(url),
        };
        url.is_ok_and(|url| DOMAINS.iter().any(|domain| url.host.ends_with(domain)))
    }

    pub(crate) fn bare(name: &str, place: Where) -> Self {
        Self {
            name: name.to_owned(),
            place,
            region: REGION.to_owned(),
            credentials: None,
            provision: Provision::default(),
            reach: Vec::new(),
            active_jobs: None,
            requests_per_second: None,
            quotas: None,
            timeout: Duration::from_millis(TIMEOUT_MS),
            min_coverage: None,
            headers: BTreeMap::new(),
            ledger: None,
            suite_version: None,
            waive: Vec::new(),
            authorities: None,
            proxy: None,
        }
    }

    /// Whether it is in this process.
    pub fn is_embedded(&self) -> bool {
        self.place == Where::Embedded
    }

    /// The profile of an embedded endpoint that now listens.
    pub fn at(mut self, address: SocketAddr) -> Self {
        self.place = Where::Remote(format!("http://{address}"));
        self
    }

    /// The URL, or `embedded`.
    pub fn url(&self) -> String {
        match &self.place {
            Where::Embedded => "embedded".to_owned(),
            Where::Remote(url) => url.clone(),
        }
    }
}

/// The credentials that a source stands for.
pub(crate) fn resolve(
    source: &CredentialSource,
    environment: &Environment,
) -> Result<Option<Credentials>, ConfigError> {
    match source {
        CredentialSource::Environment => environment.credentials().map(Some),
        CredentialSource::Example => Ok(Some(Credentials::example())),
        CredentialSource::Static(credentials) => Ok(Some(credentials.clone())),
        CredentialSource::None => Ok(None),
    }
}

/// What the names of the service's hosts end with.
const DOMAINS: [&str; 2] = [".amazonaws.com", ".amazonaws.com.cn"];

fn domain_of(region: &str) -> &'static str {
    if region.starts_with("cn-") {
        "amazonaws.com.cn"
    } else {
        "amazonaws.com"
    }
}
