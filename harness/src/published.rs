//! Answers that AWS itself published: a witness from outside, that knows nothing of ours.
//!
//! Each is a file in `harness/published` with the words of its source. The request that it answered is told in its
//! place by a request of this operation that is right and wrong in the same way. This room judges nothing.

mod answer;
mod snapshots;

use std::fmt;

use serde::Deserialize;

use crate::case::{
    Case, Change, Given, Ids, Invariant, Level, Message, Payload, Signature, Source,
};
use crate::contract::{CONTENT_TYPE, Operation};
use crate::wire::{Header, Request};

pub use answer::Answer;
pub use snapshots::{answers, snapshots};

/// The files of this version, by their names.
const EMBEDDED: &[(&str, &str)] = &include!(concat!(env!("OUT_DIR"), "/published.rs"));

/// An answer that AWS published, and what it answered.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Published {
    /// The file's name without its ending.
    #[serde(skip)]
    pub name: String,
    /// The operation that was called, where that is told. The errors of the service have one shape in all of them.
    pub operation: Option<String>,
    /// Where it was published.
    pub source: Source,
    /// What a reader must know to trust it: what was not shown, and what was filled in.
    pub note: Option<String>,
    /// What it breaks of what is otherwise true of every answer, by a slip that the note tells.
    #[serde(default)]
    pub breaks: Vec<Invariant>,
    /// The cases that send the same request in the same situation.
    #[serde(default)]
    pub cases: Vec<String>,
    /// What it answered.
    pub situation: Situation,
    /// What it was.
    pub answer: Answer,
}

/// A request of this operation, and what it met.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Situation {
    /// What existed.
    pub given: Given,
    #[serde(default = "example_pool", rename = "UserPoolId")]
    pool: String,
    #[serde(default = "example_job", rename = "JobId")]
    job: String,
    #[serde(default = "plain_body")]
    body: String,
    #[serde(default)]
    signature: Signature,
    /// The error that the service was about to answer whatever was asked.
    pub fault: Option<String>,
}

/// Why a text is no published answer.
#[derive(Clone, Debug)]
pub struct Fault(String);

/// Every published answer, in the order of the names.
pub fn all() -> Vec<Published> {
    let read = |&(name, text): &(&str, &str)| {
        Published::read(name, text).expect("the files of this version are read by its tests")
    };
    EMBEDDED.iter().map(read).collect()
}

impl Published {
    /// The request that it answered, as a case without expectations on a precondition of one's own.
    pub fn case(&self) -> Case {
        let situation = &self.situation;
        let mut changes = Vec::new();
        if situation.body != plain_body() {
            changes.push(Change::Body(Payload::Text(situation.body.clone())));
        }
        if situation.signature != Signature::Valid {
            changes.push(Change::Signature(situation.signature));
        }
        Case {
            id: format!("published/{}/request", self.name),
            why: "AWS published an answer to it.".to_owned(),
            level: Level::Observe,
            given: situation.given,
            operation: Operation::StopUserImportJob,
            changes,
            fault: situation.fault.clone(),
            expect: Vec::new(),
            post: None,
        }
    }

    /// A published answer in the text of its file.
    pub fn read(name: &str, text: &str) -> Result<Self, Fault> {
        let fault = |reason: String| Fault(format!("read {name}: {reason}"));
        let mut read: Self = toml::from_str(text).map_err(|error| fault(error.to_string()))?;
        read.name = name.trim_end_matches(".toml").to_owned();
        if read.answer.is_whole() == read.answer.is_relayed() {
            return Err(fault(
                "an answer has either a body, or a type and a message".to_owned(),
            ));
        }
        Ok(read)
    }
}

impl Situation {
    /// The ids that the request named.
    pub fn ids(&self) -> Ids {
        Ids {
            pool: self.pool.clone(),
            job: self.job.clone(),
        }
    }

    /// The request.
    pub fn message(&self) -> Message {
        let request = Request {
            method: "POST".to_owned(),
            path: "/".to_owned(),
            headers: vec![
                Header::new("Content-Type", CONTENT_TYPE),
                Header::new("X-Amz-Target", Operation::StopUserImportJob.target()),
            ],
            body: self.ids().fill(&self.body).into_bytes(),
        };
        Message::Plain {
            request,
            signature: self.signature,
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Fault {}

/// The ids of the API reference's example, for answers that name none.
fn example_pool() -> String {
    "us-west-2_EXAMPLE".to_owned()
}

fn example_job() -> String {
    "import-mAgUtd8PMm".to_owned()
}

fn plain_body() -> String {
    r#"{"UserPoolId":"${UserPoolId}","JobId":"${JobId}"}"#.to_owned()
}
