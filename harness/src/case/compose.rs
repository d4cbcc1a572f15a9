//! From a case and the ids of its precondition to the bytes that are sent.

use std::borrow::Cow;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::case::payload::{HeaderChange, MemberValue, Raw, quote};
use crate::case::requirement::{Case, Change};
use crate::contract::{CONTENT_TYPE, Operation};
use crate::wire::{Header, Request};

/// The ids that the base request names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ids {
    /// The pool's.
    pub pool: String,
    /// The job's.
    pub job: String,
}

impl Ids {
    /// The id that a member of the base request holds.
    pub fn of(&self, member: &str) -> &str {
        if member == "JobId" {
            &self.job
        } else {
            &self.pool
        }
    }

    /// A text with `${UserPoolId}` and `${JobId}` filled.
    pub fn fill(&self, text: &str) -> String {
        let mut filled = String::with_capacity(text.len());
        let mut rest = text;
        while let Some((before, behind)) = rest.split_once("${") {
            filled.push_str(before);
            rest = if let Some(behind) = behind.strip_prefix("UserPoolId}") {
                filled.push_str(&self.pool);
                behind
            } else if let Some(behind) = behind.strip_prefix("JobId}") {
                filled.push_str(&self.job);
                behind
            } else {
                filled.push_str("${");
                behind
            };
        }
        filled.push_str(rest);
        filled
    }
}

/// How a request is signed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Signature {
    /// Validly, with the target's credentials.
    #[default]
    Valid,
    /// Not at all.
    Unsigned,
    /// With a well-formed access key that nobody has.
    UnknownKey,
    /// With the target's access key and another secret.
    WrongSecret,
    /// Validly, and then a byte of the body changed.
    TamperedBody,
    /// Validly, and then a signed header changed.
    TamperedHeader,
    /// Validly, and then a digit of the signature changed.
    TamperedSignature,
    /// Validly for a moment one hour ago.
    Expired,
    /// Validly for a moment one hour ahead.
    Early,
    /// For another region in the scope.
    WrongRegion,
    /// For another service in the scope.
    WrongService,
    /// Without the `Signature` part of the header.
    NoSignature,
    /// Without the `Credential` part of the header.
    NoCredential,
    /// Without the `SignedHeaders` part of the header.
    NoSignedHeaders,
    /// With an `Authorization` that is none.
    Garbage,
    /// In the query instead of the header.
    Query,
}

/// What a case sends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Message {
    /// A request that HTTP can say; the transport adds host, length and signature.
    Plain {
        /// The request.
        request: Request,
        /// How it is signed.
        signature: Signature,
    },
    /// Bytes on a socket, once `${Host}`, `${Length}` and `${Signature}` are filled.
    Raw {
        /// The head and its ends of lines.
        raw: Raw,
        /// The body's bytes.
        body: Vec<u8>,
    },
}

impl Case {
    /// What it sends, where the precondition has these ids.
    pub fn compose(&self, ids: &Ids) -> Message {
        let mut members = vec![
            ("UserPoolId", Value::Id(&ids.pool)),
            ("JobId", Value::Id(&ids.job)),
        ];
        let mut request = Request::call(self.operation, Vec::new());
        let mut signature = Signature::Valid;
        for change in &self.changes {
            match change {
                Change::Set(member, value) => put(&mut members, member, value, ids),
                Change::Remove(member) => members.retain(|(name, _)| *name != member),
                Change::Body(_) | Change::Raw(_) => {}
                Change::Header(edit) => match edit.change {
                    HeaderChange::Set => request.set(&edit.name, ids.fill(&edit.value)),
                    HeaderChange::Add => {
                        request
                            .headers
                            .push(Header::new(&edit.name, ids.fill(&edit.value)));
                    }
                    HeaderChange::Remove => request.remove(&edit.name),
                },
                Change::Target(target) => request.set("X-Amz-Target", target.as_str()),
                Change::Method(method) => request.method.clone_from(method),
                Change::Path(path) => request.path = ids.fill(path),
                Change::Signature(other) => signature = *other,
            }
        }
        let mut whole = None;
        for change in &self.changes {
            match change {
                Change::Body(payload) => whole = Some(payload.bytes(|text| ids.fill(text))),
                Change::Raw(raw) => {
                    let body = raw
                        .body
                        .as_ref()
                        .map_or_else(Vec::new, |payload| payload.bytes(|text| ids.fill(text)));
                    let mut raw = raw.clone();
                    for line in &mut raw.head {
                        *line = ids.fill(line);
                    }
                    return Message::Raw { raw, body };
                }
                _ => {}
            }
        }
        request.body = whole.unwrap_or_else(|| object(&members).into_bytes());
        Message::Plain { request, signature }
    }

    /// The same case without its changes: the request that a refusal is measured against.
    pub fn unchanged(&self) -> Self {
        Self {
            changes: Vec::new(),
            fault: None,
            ..self.clone()
        }
    }
}

impl Request {
    /// A valid call of an operation, with a body that is already JSON.
    pub fn call(operation: Operation, body: impl Into<Vec<u8>>) -> Self {
        Self {
            method: "POST".to_owned(),
            path: "/".to_owned(),
            headers: vec![
                Header::new("Content-Type", CONTENT_TYPE),
                Header::new("X-Amz-Target", operation.target()),
            ],
            body: body.into(),
        }
    }
}

/// A member's name and its value.
type Pair<'a> = (&'a str, Value<'a>);

enum Value<'a> {
    /// An id of the precondition.
    Id(&'a str),
    /// A fragment of JSON.
    Json(Cow<'a, str>),
}

fn put<'a>(members: &mut Vec<Pair<'a>>, member: &'a str, value: &'a MemberValue, ids: &Ids) {
    let fragment = Value::Json(value.fragment(|id| ids.of(id).to_owned()));
    match members.iter_mut().find(|(name, _)| *name == member) {
        Some((_, old)) => *old = fragment,
        None => members.push((member, fragment)),
    }
}

fn object(members: &[Pair<'_>]) -> String {
    let size = |value: &Value<'_>| match value {
        Value::Id(text) => text.len(),
        Value::Json(text) => text.len(),
    };
    let size: usize = members.iter().map(|(_, value)| size(value) + 18).sum();
    let mut object = String::with_capacity(size + 2);
    object.push('{');
    for (place, (name, value)) in members.iter().enumerate() {
        if place > 0 {
            object.push(',');
        }
        quote(name, &mut object);
        object.push(':');
        match value {
            Value::Id(text) => quote(text, &mut object),
            Value::Json(text) => object.push_str(text),
        }
    }
    object.push('}');
    object
}
