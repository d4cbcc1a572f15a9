//! Requirements and cases that passed every check: one that exists can be run.

use std::collections::BTreeMap;
use std::sync::Arc;

use schemars::JsonSchema;
use semver::Version;
use serde::{Deserialize, Serialize};

use crate::case::compose::Signature;
use crate::case::payload::{HeaderEdit, MemberValue, Payload, Raw};
use crate::case::{Expectation, Given, Level, Post, Source};
use crate::contract::Operation;

/// The most bytes of a body that an endpoint is expected to read to its end: ten thousand times a valid one.
const BODY_SIZE_PROMISED: usize = 1 << 20;

/// One sentence that must hold, and how it is shown.
#[derive(Clone, Debug)]
pub struct Requirement {
    /// The path of its file without the extension, such as `job-id/length-max`.
    pub id: String,
    /// The sentence.
    pub text: String,
    /// How firmly it stands.
    pub level: Level,
    /// Where it comes from, at least one.
    pub sources: Vec<Source>,
    /// The version of the suite in which it first appeared.
    pub since: Version,
    /// The cases that came later, by their ids, and the version of each.
    pub later: BTreeMap<String, Version>,
    /// The operation that its requests call.
    pub operation: Operation,
    /// What is true of every answer, for a requirement without cases.
    pub invariant: Option<Invariant>,
    /// Its cases; none for an invariant.
    pub cases: Vec<Arc<Case>>,
}

impl Requirement {
    /// The version in which one of its cases first appeared.
    pub fn since(&self, case: &Case) -> &Version {
        self.later.get(&case.id).unwrap_or(&self.since)
    }

    /// The first part of the id.
    pub fn area(&self) -> &str {
        self.id.split('/').next().unwrap_or_default()
    }
}

/// One request in one situation, and what may come of it.
#[derive(Clone, Debug)]
pub struct Case {
    /// The requirement's id and the case's name, such as `job-id/length-max/one-over`.
    pub id: String,
    /// What it shows that no other case does.
    pub why: String,
    /// How firmly it stands: as its requirement, unless it says otherwise.
    pub level: Level,
    /// What exists before the request.
    pub given: Given,
    /// The operation that the request calls.
    pub operation: Operation,
    /// What is changed in the base request. More than one change only where precedence is the subject.
    pub changes: Vec<Change>,
    /// The error that the endpoint is asked to answer.
    pub fault: Option<String>,
    /// The permitted answers, the best first. Empty only at level observe.
    pub expect: Vec<Expectation>,
    /// What must hold afterwards.
    pub post: Option<Post>,
}

/// Headers that steer the message or the way it is read: what another value of them gets is not promised.
const UNPROMISED: [&str; 9] = [
    "content-type",
    "content-encoding",
    "content-length",
    "x-amz-target",
    "host",
    "authorization",
    "transfer-encoding",
    "expect",
    "x-amz-date",
];

/// Headers that say how the body is to be read. Amazon DynamoDB answers 500 to a coding that the body does not have
/// (scylladb, test_manual_requests.py).
const FRAMING: [&str; 5] = [
    "content-encoding",
    "content-length",
    "expect",
    "transfer-encoding",
    "upgrade",
];

impl Case {
    /// The id of its requirement.
    pub fn requirement(&self) -> &str {
        self.id
            .rsplit_once('/')
            .map_or(self.id.as_str(), |(requirement, _)| requirement)
    }

    /// Whether it goes out as bytes on a socket.
    pub fn is_raw(&self) -> bool {
        self.changes
            .iter()
            .any(|change| matches!(change, Change::Raw(_)))
    }

    /// Whether its answer is one that the protocol promises: a POST to the operation with the protocol's content type, and
    /// a valid signature or none needed. Only such answers are held to the invariants of answers.
    pub fn is_protocol(&self) -> bool {
        self.changes.iter().all(|change| match change {
            Change::Set(..) | Change::Remove(_) => true,
            // A server may refuse a large body by closing before it has read it.
            Change::Body(payload) => payload.size() <= BODY_SIZE_PROMISED,
            Change::Header(edit) => {
                !(UNPROMISED.iter()).any(|name| edit.name.eq_ignore_ascii_case(name))
            }
            Change::Target(_)
            | Change::Method(_)
            | Change::Path(_)
            | Change::Signature(_)
            | Change::Raw(_) => false,
        })
    }

    /// Whether a server error to the case's request is in order: where it was asked for, and where the request is more a matter
    /// of HTTP than of the service.
    pub fn may_fail(&self) -> bool {
        let is_of_http = |change: &Change| match change {
            Change::Raw(_) | Change::Method(_) => true,
            Change::Header(edit) => {
                (FRAMING.iter()).any(|name| edit.name.eq_ignore_ascii_case(name))
            }
            _ => false,
        };
        self.fault.is_some() || self.changes.iter().any(is_of_http)
    }
}

/// One change to the base request.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Change {
    /// A member gets another value, or is added.
    Set(String, MemberValue),
    /// A member is left out.
    Remove(String),
    /// The whole body.
    Body(Payload),
    /// One header.
    Header(HeaderEdit),
    /// The value of `X-Amz-Target`.
    Target(String),
    /// The method.
    Method(String),
    /// The path.
    Path(String),
    /// The signature.
    Signature(Signature),
    /// The whole request.
    Raw(Raw),
}

impl Change {
    /// What of the request it is about. Several changes of one part are one: a header that comes twice is one fault.
    pub(crate) fn part(&self) -> String {
        match self {
            Self::Set(member, _) | Self::Remove(member) => format!("member {member}"),
            Self::Header(edit) => format!("header {}", edit.name.to_ascii_lowercase()),
            Self::Body(_) => "body".to_owned(),
            Self::Target(_) => "header x-amz-target".to_owned(),
            Self::Method(_) => "method".to_owned(),
            Self::Path(_) => "path".to_owned(),
            Self::Signature(_) => "signature".to_owned(),
            Self::Raw(_) => "raw".to_owned(),
        }
    }
}

/// Something true of every answer that the protocol promises.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, Serialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Invariant {
    /// The body is one JSON object.
    JsonObject,
    /// The content type is the protocol's.
    ContentType,
    /// An answer of 400 and above names an error type.
    ErrorType,
    /// The error type is declared, common, or known to be reachable.
    KnownErrorType,
    /// A declared error comes with its status code.
    ErrorStatus,
    /// The header and the body name the same error type.
    ErrorTypesAgree,
    /// No documented member is null.
    NoNulls,
    /// The members of a job that are present have the documented types.
    MemberTypes,
    /// The status of a job is one of the documented eight.
    KnownStatus,
    /// The dates of a job count seconds.
    DatesInSeconds,
    /// The dates of a job agree with the Date header of the response.
    DatesByClock,
    /// The ids of a job match their documented patterns and lengths.
    IdPatterns,
    /// A success repeats the ids of its request.
    EchoedIds,
    /// The message of an error is a string.
    MessageType,
    /// The body is coded as Content-Encoding says.
    ContentEncoding,
    /// No request is met with a server error, neither always nor now and then.
    NoServerErrors,
    /// A request id is there, and no other answer has it.
    RequestId,
    /// There is an answer or a close in time, of bounded size. Held to every request, whatever it is.
    Robust,
}
