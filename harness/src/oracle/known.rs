//! What is known before an answer is judged: the request as it was sent, and the endpoint that it met.

use crate::case::{Given, Ids, JobState, PoolState, Signature};
use crate::contract::Status;
use crate::wire::Request;

/// A request as it was sent.
#[derive(Clone, Copy, Debug)]
pub struct Sent<'a> {
    /// The request. The headers of its signature may be among its headers or not.
    pub request: &'a Request,
    /// How it was signed.
    pub signature: Signature,
}

/// What is known of the endpoint at the moment of a request.
#[derive(Clone, Copy, Debug)]
pub struct Known<'a> {
    /// The ids of the precondition. A request that names others names nothing that is known.
    pub ids: &'a Ids,
    /// What stands behind those ids.
    pub place: Place,
    /// What the endpoint asks of signatures.
    pub signing: Signing,
    /// The error that the endpoint was told to answer this request with.
    pub fault: Option<&'a str>,
}

/// What stands behind the ids of the precondition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// A job in Pending or InProgress.
    Started,
    /// A job in that status.
    Job(Status),
    /// A job in a status that is not known.
    SomeJob,
    /// A pool without that job.
    NoJob,
    /// A pool without that job, which is in another pool.
    Elsewhere,
    /// No pool.
    NoPool,
    /// Nothing is known.
    Unknown,
}

/// What an endpoint asks of signatures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signing {
    /// Every request must be signed, as on AWS.
    Demanded,
    /// A signature that is there is verified; none is let through.
    Optional,
    /// Signatures are not looked at.
    Ignored,
    /// Not known.
    Unknown,
}

impl Place {
    /// Whether it is known to be a started job.
    pub(crate) fn is_started(self) -> bool {
        match self {
            Self::Started => true,
            Self::Job(status) => status.is_started(),
            _ => false,
        }
    }
}

impl From<Given> for Place {
    fn from(given: Given) -> Self {
        match (given.pool, given.job) {
            (PoolState::Absent, _) => Self::NoPool,
            (PoolState::Present, JobState::Absent) => Self::NoJob,
            (PoolState::Present, JobState::Elsewhere) => Self::Elsewhere,
            (PoolState::Present, JobState::Started) => Self::Started,
            (PoolState::Present, JobState::Is(status)) => Self::Job(status),
        }
    }
}
