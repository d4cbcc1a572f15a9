//! A precondition that is true, and what is known about it.

use std::fmt;
use std::time::Instant;

use serde_json::Value;
use tokio::sync::OwnedSemaphorePermit;

use crate::case::Ids;
use crate::contract::{Operation, Status};
use crate::provision::active_jobs::ActivePlace;
use crate::provision::held::Owned;
use crate::provision::reason::Reason;
use crate::wire::Response;

/// A precondition that is true until it is released.
#[derive(Debug)]
pub struct Lease {
    /// The ids that the base request names.
    pub ids: Ids,
    /// The job as DescribeUserImportJob showed it, where there is one and it could be read.
    pub before: Option<Value>,
    /// The job's status: as shown, else as it follows from the last accepted operation.
    pub status: Option<Status>,
    /// Whether the status was shown.
    pub confirmed: bool,
    /// The calls that made it, for a replay. None where it was not made by calls.
    pub steps: Vec<Step>,
    /// When making it began.
    pub acquired: Instant,
    pub(crate) owned: Vec<Owned>,
    /// The place of its job among those that are active at once. None once it is known to have ended.
    pub(crate) place: Option<ActivePlace>,
    /// The job that holds the place, where the ids are not its own.
    pub(crate) ends: Option<Ids>,
    /// Keeps others from a job that is not fresh.
    pub(crate) _alone: Option<OwnedSemaphorePermit>,
}

impl Lease {
    /// A precondition that a recording tells of. There is nothing to undo.
    pub(crate) fn recorded(
        ids: Ids,
        before: Option<Value>,
        status: Option<Status>,
        confirmed: bool,
    ) -> Self {
        Self {
            ids,
            before,
            status,
            confirmed,
            steps: Vec::new(),
            acquired: Instant::now(),
            owned: Vec::new(),
            place: None,
            ends: None,
            _alone: None,
        }
    }

    /// Says that the job was seen to be active no more.
    pub(crate) fn end(&mut self) {
        self.place = None;
    }
}

/// A job that a case must leave alone.
#[derive(Debug)]
pub struct Bystander {
    /// Its ids.
    pub ids: Ids,
    /// The job as DescribeUserImportJob showed it, where it could be read.
    pub before: Option<Value>,
    /// Its place among the active jobs.
    pub(crate) _place: Option<ActivePlace>,
}

/// A call that made a precondition.
#[derive(Clone, Debug, PartialEq)]
pub enum Step {
    /// An operation.
    Call {
        /// Which.
        operation: Operation,
        /// Its body.
        body: Value,
        /// What of its answer later calls use.
        captured: Vec<Captured>,
    },
    /// An upload to a URL that an answer handed out.
    Upload {
        /// The URL.
        url: String,
        /// The file.
        csv: String,
    },
}

/// A value that an answer handed out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Captured {
    /// The member that holds it.
    pub member: &'static str,
    /// The value.
    pub value: String,
}

/// A job as DescribeUserImportJob shows it.
#[derive(Clone, Debug)]
pub struct Described {
    /// The whole answer.
    pub response: Response,
    /// The job in it.
    pub job: Option<Value>,
}

impl Described {
    pub(crate) fn read(response: Response) -> Self {
        let job = (response.status == 200)
            .then(|| serde_json::from_slice::<Value>(&response.body).ok())
            .flatten()
            .and_then(|mut body| body.get_mut("UserImportJob").map(Value::take))
            .filter(Value::is_object);
        Self { response, job }
    }

    /// The job's status, where it can be read.
    pub fn status(&self) -> Option<Status> {
        self.job.as_ref()?.get("Status")?.as_str()?.parse().ok()
    }
}

/// Why a precondition is not true.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unavailable {
    /// It cannot be made true on this target.
    Unreachable(Reason),
    /// It could not be made true this time: a throttle, a timeout, a transport fault.
    Indeterminate(Reason),
}

impl Unavailable {
    /// Why.
    pub fn reason(&self) -> &Reason {
        match self {
            Self::Unreachable(reason) | Self::Indeterminate(reason) => reason,
        }
    }
}

impl fmt::Display for Unavailable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreachable(why) | Self::Indeterminate(why) => why.fmt(f),
        }
    }
}

impl std::error::Error for Unavailable {}
