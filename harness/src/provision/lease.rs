//! A precondition that holds, and what to say when none does.

use std::fmt;

use serde_json::Value;

use crate::case::Ids;
use crate::contract::{Operation, Status};
use crate::target::Answer;

/// A precondition that was made true for one case.
#[derive(Clone, Debug)]
pub struct Lease {
    /// The ids that the base request names.
    pub ids: Ids,
    /// The job as DescribeUserImportJob showed it once the precondition held. None if there is no job, or nothing readable.
    pub before: Option<Value>,
    /// The job's status: as described, else as it follows from the last accepted operation. None if there is no job, or if
    /// it is Pending or InProgress and nobody says which.
    pub status: Option<Status>,
    /// Whether DescribeUserImportJob showed that status.
    pub confirmed: bool,
    /// What was done to make it true, in order.
    pub steps: Vec<Step>,
}

/// One step on the way to a precondition, as a replay repeats it. Texts hold `${UserPoolId}` and `${JobId}`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// An operation was called.
    Call {
        /// The operation.
        operation: Operation,
        /// Its body.
        body: String,
        /// What later steps take from its answer.
        captures: Vec<Capture>,
    },
    /// A CSV file was put to `${PreSignedUrl}`, with the header `x-amz-server-side-encryption: aws:kms`.
    Upload {
        /// The file.
        csv: String,
    },
    /// DescribeUserImportJob was called until it showed this status.
    Await {
        /// The status.
        status: Status,
    },
    /// The embedded endpoint was given a job in this status, as `POST /_fullstop/jobs` does it.
    Seed {
        /// The status.
        status: Status,
    },
    /// The user's program was asked for a job in this state.
    Driver {
        /// The state.
        state: String,
    },
    /// A job of the profile was taken.
    Fixed {
        /// The state that it is listed under.
        state: String,
    },
}

/// A value of an answer that later steps need.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Capture {
    /// The placeholder's name.
    pub name: &'static str,
    /// Where the answer has it, as a JSON pointer.
    pub at: &'static str,
}

/// Why a precondition could not be made true.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unavailable {
    /// The target cannot get there. The reason is a sentence's end for the user.
    Unreachable(String),
    /// It cannot be told: throttled, timed out, or a fault of the transport.
    Indeterminate(String),
}

impl fmt::Display for Unavailable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreachable(why) | Self::Indeterminate(why) => f.write_str(why),
        }
    }
}

impl std::error::Error for Unavailable {}

/// A job as DescribeUserImportJob tells it.
#[derive(Clone, Debug)]
pub struct Described {
    /// The answer.
    pub answer: Answer,
    /// The job, if the answer is a success that shows one.
    pub job: Option<Value>,
    /// The job's status, if it can be read.
    pub status: Option<Status>,
}

/// Something that was created and could not be deleted, or was left on purpose.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Leftover {
    /// The user pool.
    pub pool: String,
    /// Why it is still there.
    pub why: String,
}
