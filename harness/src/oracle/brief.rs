//! The response to a request, in a few words.

use std::convert::Infallible;
use std::fmt;
use std::str::FromStr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::contract::Status;
use crate::visible::on_a_line;
use crate::wire::{Envelope, Response};

/// The most letters of an error type or a job status: lines have room for them.
const LENGTH_MAX: usize = 60;

/// The response to a request, in a few words.
#[derive(
    Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(from = "String", into = "String")]
#[schemars(with = "String")]
pub enum Brief {
    /// A response: its status, and its error type or the status of the job that it shows.
    Response(u16, Option<String>),
    /// A close without a response.
    Closed,
    /// No response.
    Silent,
    /// No request was sent: time passed.
    Waited,
}

impl Brief {
    /// A response in a few words.
    pub fn of(response: &Response) -> Self {
        let envelope = Envelope::read(response);
        let job_status = || {
            let json = envelope.json.as_ref().ok()?;
            json.pointer("/UserImportJob/Status")?.as_str()
        };
        let said = envelope.error_type().or_else(job_status).map(|said| {
            let said = on_a_line(said);
            said.chars().take(LENGTH_MAX).collect()
        });
        Self::Response(response.status, said)
    }

    /// What one step of several was met with.
    pub fn of_step(response: Option<&Response>) -> Self {
        response.map_or(Self::Silent, Self::of)
    }

    /// The HTTP status.
    pub fn status(&self) -> Option<u16> {
        match self {
            Self::Response(status, _) => Some(*status),
            _ => None,
        }
    }

    /// The error type, or the job's status.
    pub fn said(&self) -> Option<&str> {
        match self {
            Self::Response(_, said) => said.as_deref(),
            _ => None,
        }
    }

    /// Whether it shows the status of a job.
    pub fn shows_job(&self) -> bool {
        self.said()
            .is_some_and(|said| said.parse::<Status>().is_ok())
    }
}

impl fmt::Display for Brief {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Response(status, None) => f.pad(&status.to_string()),
            Self::Response(status, Some(said)) => f.pad(&format!("{status} {said}")),
            Self::Closed => f.pad("closed"),
            Self::Silent => f.pad("no answer"),
            Self::Waited => f.pad("time"),
        }
    }
}

/// As results hold it.
impl FromStr for Brief {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        let (status, said) = match text.split_once(' ') {
            Some((status, said)) => (status, Some(said.to_owned())),
            None => (text, None),
        };
        Ok(match (status.parse(), text) {
            (Ok(status), _) => Self::Response(status, said),
            (_, "closed") => Self::Closed,
            (_, "time") => Self::Waited,
            _ => Self::Silent,
        })
    }
}

impl From<Brief> for String {
    fn from(brief: Brief) -> Self {
        brief.to_string()
    }
}

impl From<String> for Brief {
    fn from(text: String) -> Self {
        let Ok(brief) = text.parse();
        brief
    }
}
