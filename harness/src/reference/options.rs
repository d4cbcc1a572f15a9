//! What can be set about an endpoint.

use std::fmt;

use crate::reference::{Mutant, Variation};

/// How an endpoint is set up. The default is the endpoint that a run without any set-up meets.
#[derive(Clone, Debug)]
pub struct Options {
    /// What is asked of signatures.
    pub auth: Auth,
    /// The one key whose signatures are accepted.
    pub credentials: Credentials,
    /// The region that it plays, in ids and in the scope of signatures.
    pub region: String,
    /// The account that it plays, in ARNs.
    pub account_id: String,
    /// How many CreateUserImportJob, StartUserImportJob and StopUserImportJob requests a second are let through; the
    /// service's own figure is 15 (quotas page, UserPoolResourceUpdate). Unlimited by default, so that a run is quick.
    pub rate_limit: Option<u32>,
    /// How many DescribeUserImportJob, ListUserImportJobs and GetCSVHeader requests a second are let through; the service's
    /// own figure is 20 (quotas page, UserPoolResourceRead).
    pub read_rate_limit: Option<u32>,
    /// How many requests of each of these two kinds a second are let through to one user pool; the service's own figure is
    /// 5 (quotas page, third note).
    pub pool_rate_limit: Option<u32>,
    /// How many jobs may be active at once. The service allows one an account (developer guide, "Importing users from a
    /// CSV file"). Unlimited by default, so that cases can run side by side.
    pub active_jobs: Option<usize>,
    /// How long a started job stays Pending.
    pub pending_ms: u64,
    /// How long it then stays InProgress.
    pub in_progress_ms: u64,
    /// What its ids are derived from, so that two runs hand out the same ones.
    pub seed: u64,
    /// The one way in which it is wrong on purpose.
    pub mutant: Option<Mutant>,
    /// The one way in which it differs where AWS may too.
    pub variation: Option<Variation>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            auth: Auth::Optional,
            credentials: Credentials::default(),
            region: "us-east-1".to_owned(),
            account_id: "123456789012".to_owned(),
            rate_limit: None,
            read_rate_limit: None,
            pool_rate_limit: None,
            active_jobs: None,
            pending_ms: 500,
            in_progress_ms: 2_000,
            seed: 0,
            mutant: None,
            variation: None,
        }
    }
}

/// What is asked of signatures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Auth {
    /// Every request must be signed, as on AWS.
    Required,
    /// A signature that is there is verified; none is let through.
    Optional,
    /// Signatures are not looked at.
    Off,
}

/// The key whose signatures are accepted.
#[derive(Clone, PartialEq, Eq)]
pub struct Credentials {
    /// The access key id.
    pub access_key_id: String,
    /// The secret access key.
    pub secret_access_key: String,
    /// The session token that must come with it, if it is a temporary key.
    pub session_token: Option<String>,
}

impl Default for Credentials {
    /// The key of AWS's own documentation, which opens nothing.
    fn default() -> Self {
        Self {
            access_key_id: "AKIDEXAMPLE".to_owned(),
            secret_access_key: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY".to_owned(),
            session_token: None,
        }
    }
}

/// Shows the key id only: a log is no place for secrets.
impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credentials")
            .field("access_key_id", &self.access_key_id)
            .finish_non_exhaustive()
    }
}

impl Options {
    /// Whether this mutant is the one.
    pub(crate) fn is(&self, mutant: Mutant) -> bool {
        self.mutant() == Some(mutant)
    }

    /// The mutant. There is none in a fuzz target: it looks for what is wrong by accident, and where each slip is asked for,
    /// libFuzzer has one edge more to collect.
    pub(crate) fn mutant(&self) -> Option<Mutant> {
        if cfg!(fuzzing) { None } else { self.mutant }
    }

    /// Whether this variation is the one.
    pub(crate) fn varies(&self, variation: Variation) -> bool {
        self.variation == Some(variation)
    }
}
