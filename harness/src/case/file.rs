//! A case file as it is written, before it is checked.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::case::compose::Signature;
use crate::case::expectation::judged_operation;
use crate::case::payload::{HeaderEdit, MemberValue, Payload, Raw};
use crate::case::requirement::Invariant;
use crate::case::{Expectation, Given, Level, Post, Source};
use crate::contract::Operation;

/// One requirement and its cases.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct File {
    /// What must hold, in one sentence.
    pub requirement: String,
    /// How firmly it stands.
    pub level: Level,
    /// Where it comes from.
    pub sources: Vec<Source>,
    /// The version of the suite in which it first appeared.
    #[serde(default = "first_version")]
    pub since: String,
    /// What exists before each request.
    #[serde(default)]
    pub given: Given,
    /// The operation that each request calls.
    #[serde(default = "judged_operation")]
    pub operation: Operation,
    /// What the answers may be, where a case says nothing of its own.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub expect: Vec<Expectation>,
    /// What must hold afterwards, where a case says nothing of its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub post: Option<Post>,
    /// In place of cases: something true of every answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub invariant: Option<Invariant>,
    /// The cases.
    #[serde(default, rename = "case", skip_serializing_if = "Vec::is_empty")]
    pub cases: Vec<CaseEntry>,
}

/// One case: the valid base request with exactly one thing changed.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CaseEntry {
    /// The last part of the case id, in kebab case.
    pub name: String,
    /// What this case shows that no other does, in one sentence.
    pub why: String,
    /// How firmly it stands, where it differs from the file's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub level: Option<Level>,
    /// The version of the suite in which it first appeared, where the file was there before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<String>,
    /// What exists before the request, where it differs from the file's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub given: Option<Given>,
    /// Members that get another value, or that are added.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub set: BTreeMap<String, MemberValue>,
    /// Members that are left out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub remove: Vec<String>,
    /// A body in place of the base request's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<Payload>,
    /// Changes to headers.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub headers: Vec<HeaderEdit>,
    /// Another `X-Amz-Target`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target: Option<String>,
    /// Another method.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub method: Option<String>,
    /// Another path.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// Another signature than a valid one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signature: Option<Signature>,
    /// A whole request as bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub raw: Option<Raw>,
    /// The error that the endpoint is asked to answer next, through the fault hook of its provisioning.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fault: Option<String>,
    /// What the answer may be.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub expect: Vec<Expectation>,
    /// What must hold afterwards.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub post: Option<Post>,
}

/// The suite in which the files that say nothing first appeared.
fn first_version() -> String {
    "0.1.0".to_owned()
}
