//! What the in-process control can ask for: jobs in a given status, and faults.

use std::error;
use std::fmt;

use crate::contract::Status;

/// A job to make, in whatever status.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seed {
    /// The status that it starts in.
    pub status: Status,
    /// Whether time leaves it in that status. Requests still move it.
    pub held: bool,
    /// The id of an existing pool to put it into; a pool of its own is made otherwise.
    pub pool: Option<String>,
}

impl Seed {
    /// A held job in a pool of its own.
    pub fn new(status: Status) -> Self {
        Self {
            status,
            held: true,
            pool: None,
        }
    }
}

/// The ids of a job that was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JobIds {
    /// The pool that owns it.
    pub user_pool_id: String,
    /// The job.
    pub job_id: String,
}

/// Something that goes wrong with the next StopUserImportJob requests.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// What goes wrong.
    pub effect: Effect,
    /// How many requests it hits before it is used up.
    pub times: u32,
    /// Whose requests it hits: those that name this pool, or all. Bound to a pool it disturbs no other case.
    pub pool: Option<String>,
}

/// What goes wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect {
    /// The request is refused with the error of that name, with the status that the contract gives it.
    Error(String),
    /// The answer is late by so many milliseconds.
    LatencyMs(u64),
}

/// Why the control could not do what was asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ControlError {
    /// The pool that was named does not exist.
    UnknownPool(String),
    /// The error that was named is none of the service's.
    UnknownError(String),
    /// A bound of the endpoint is reached.
    Full {
        /// What there are too many of.
        what: &'static str,
        /// How many there may be.
        max: usize,
    },
}

impl fmt::Display for ControlError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnknownPool(pool) => write!(f, "find the pool {pool:?}"),
            Self::UnknownError(name) => write!(
                f,
                "queue the error {name:?}: it is neither declared by StopUserImportJob nor common to the service"
            ),
            Self::Full { what, max } => write!(f, "keep more than {max} {what}"),
        }
    }
}

impl error::Error for ControlError {}
