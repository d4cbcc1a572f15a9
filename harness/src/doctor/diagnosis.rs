//! What was found at an endpoint.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::clock::Cut;
use crate::contract::Operation;
use crate::target::Obstacle;

/// What was found at an endpoint.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Diagnosis {
    /// `fullstop`.
    pub tool: String,
    /// The version that looked.
    pub version: String,
    /// The profile's name.
    pub target: String,
    /// Its URL.
    pub endpoint: String,
    /// Whether it can be reached.
    pub way: Way,
    /// How it speaks. None if it cannot be reached.
    pub protocol: Option<Protocol>,
    /// Its clock. None if it tells no date.
    pub clock: Option<Clock>,
    /// What it makes of signatures.
    pub signing: Vec<Signing>,
    /// Which of the operations that a run needs it has.
    pub operations: Vec<Found>,
    /// Which states of a job can be made true on it.
    pub states: Vec<Reached>,
    /// Which declared errors can be asked for.
    pub faults: Vec<Reached>,
    /// Why no state was made, if none was.
    pub states_untried: Option<String>,
    /// How many started jobs it bears at once, where that has a limit that was met.
    pub active_jobs: Option<usize>,
    /// Whether it throttled.
    pub throttled: bool,
    /// What could not be deleted.
    pub leftovers: Vec<String>,
    /// How many of the cases at level must can be judged. None if none was sent.
    pub sample: Option<Sample>,
    /// What else a run has to reckon with.
    pub notices: Vec<String>,
    /// Why the look ended early, if it did.
    pub cut: Option<Cut>,
    /// How many requests were sent.
    pub requests: usize,
    /// How long all of it took, in milliseconds.
    pub elapsed_ms: u64,
    /// Why the operation cannot be judged here, if it cannot.
    pub obstacle: Option<String>,
}

/// What sending cases at level must came to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Sample {
    /// How many were sent.
    pub cases: usize,
    /// The share that was judged, of those that the driver can reach.
    pub coverage: Option<f64>,
    /// Why that is too little for a run, if it is.
    pub short_of: Option<String>,
}

/// The way to the endpoint.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Way {
    /// The addresses of its host.
    pub addresses: Vec<String>,
    /// What stands in the way.
    pub obstacle: Option<Obstacle>,
    /// What the system said of that.
    pub why: Option<String>,
    /// How long a first answer took, in milliseconds.
    pub answered_ms: Option<u64>,
}

/// How an endpoint speaks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Protocol {
    /// Whether it is AWS JSON 1.1: a JSON object under its media type.
    pub aws_json: bool,
    /// The media type of an answer.
    pub content_type: Option<String>,
    /// Whether the body of an answer is a JSON object.
    pub json_object: bool,
    /// What it answers to an operation that does not exist.
    pub unknown_operation: String,
}

/// An endpoint's clock.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Clock {
    /// The `Date` header of its first answer.
    pub date: String,
    /// How many seconds it is ahead of the clock here. None if it is no date.
    pub ahead_s: Option<i64>,
}

/// What an endpoint makes of a signature.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Signing {
    /// The signature.
    pub signature: String,
    /// What came of it.
    pub outcome: Outcome,
    /// The answer, or why there is none.
    pub answer: String,
}

/// Whether a signature is let through.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// The request was served.
    Accepted,
    /// It was refused because of its signature.
    Refused,
    /// It was answered otherwise than a valid one, but not refused for its signature.
    Other,
    /// It was not sent, or not answered.
    Untried,
}

/// Whether an operation is there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Found {
    /// The operation.
    pub operation: Operation,
    /// Whether it is.
    pub presence: Presence,
    /// What was answered.
    pub answer: String,
}

/// Whether something is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Presence {
    /// It is.
    There,
    /// The endpoint answers as it answers what does not exist, or says so.
    Missing,
    /// It could not be told.
    Unknown,
}

/// Whether a state or a fault can be reached.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Reached {
    /// Its name, as `reach` takes it.
    pub name: String,
    /// Whether it was reached each time.
    pub reached: bool,
    /// Why not; or what is to be known of it.
    pub why: Option<String>,
    /// How long it took, in milliseconds.
    pub took_ms: u64,
}

impl Diagnosis {
    /// Whether an operation is missing.
    pub fn lacks(&self, operation: Operation) -> bool {
        self.operations
            .iter()
            .any(|found| found.operation == operation && found.presence == Presence::Missing)
    }

    /// The names of all states and faults that were reached.
    pub fn reach(&self) -> Vec<&str> {
        let reached = self.states.iter().chain(&self.faults);
        reached
            .filter(|one| one.reached)
            .map(|one| one.name.as_str())
            .collect()
    }
}
