//! The precondition of a case: what exists before its request is sent.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::contract::Status;

/// What exists before the request is sent.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Deserialize,
    Serialize,
    JsonSchema,
)]
#[serde(deny_unknown_fields)]
pub struct Given {
    /// The job that the base request names.
    #[serde(default)]
    pub job: JobState,
    /// The pool that the base request names.
    #[serde(default)]
    pub pool: PoolState,
}

impl Given {
    /// A started job in a pool: what the operation is for, and what most cases depart from.
    pub const STARTED: Self = Self {
        job: JobState::Started,
        pool: PoolState::Present,
    };

    /// The status that the named job has, where one exists and its status is told.
    pub fn status(self) -> Option<Status> {
        match (self.pool, self.job) {
            (PoolState::Present, JobState::Is(status)) => Some(status),
            _ => None,
        }
    }

    /// Whether the named job exists in the named pool.
    pub fn has_job(self) -> bool {
        self.pool == PoolState::Present && matches!(self.job, JobState::Started | JobState::Is(_))
    }
}

impl fmt::Display for Given {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.pool, self.job) {
            (PoolState::Absent, _) => f.write_str("no such pool"),
            (_, JobState::Absent) => f.write_str("a pool without such a job"),
            (_, JobState::Elsewhere) => f.write_str("a started job in another pool"),
            (_, JobState::Started) => f.write_str("a started job"),
            (_, JobState::Is(status)) => write!(f, "a job in status {status}"),
        }
    }
}

/// The job that the base request names: `started`, `absent`, `elsewhere` or one of the eight statuses.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, Serialize,
)]
#[serde(try_from = "String", into = "String")]
pub enum JobState {
    /// Pending or InProgress, whichever the target shows.
    #[default]
    Started,
    /// In that status.
    Is(Status),
    /// No job has that id.
    Absent,
    /// Started, but in another pool than the one named.
    Elsewhere,
}

impl JobState {
    /// Every value, as case files write it.
    pub fn names() -> Vec<&'static str> {
        let mut names = vec!["started", "absent", "elsewhere"];
        names.extend(Status::ALL.map(Status::name));
        names
    }
}

impl TryFrom<String> for JobState {
    type Error = String;

    fn try_from(name: String) -> Result<Self, String> {
        match name.as_str() {
            "started" => Ok(Self::Started),
            "absent" => Ok(Self::Absent),
            "elsewhere" => Ok(Self::Elsewhere),
            other => other.parse().map(Self::Is).map_err(|()| {
                format!(
                    "unknown job state `{other}`, expected one of {}",
                    Self::names().join(", ")
                )
            }),
        }
    }
}

impl From<JobState> for String {
    fn from(state: JobState) -> Self {
        match state {
            JobState::Started => "started".to_owned(),
            JobState::Absent => "absent".to_owned(),
            JobState::Elsewhere => "elsewhere".to_owned(),
            JobState::Is(status) => status.name().to_owned(),
        }
    }
}

impl JsonSchema for JobState {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "JobState".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "description": "The job that the base request names: started (Pending or InProgress), absent, elsewhere (in another pool), or a status.",
            "type": "string",
            "enum": Self::names(),
        })
    }
}

/// The pool that the base request names.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Deserialize,
    Serialize,
    JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum PoolState {
    /// It exists.
    #[default]
    Present,
    /// No pool has that id.
    Absent,
}
