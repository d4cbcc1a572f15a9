//! What an answer, and the state after it, may be.

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize};

use crate::contract::Operation;

/// One permitted answer. The first of a case's expectations that an answer meets decides its grade.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Expectation {
    /// What meeting it is worth.
    #[serde(default)]
    pub grade: Grade,
    /// The name of a tolerated departure, such as `content-type-json-1.0`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub flag: Option<String>,
    /// Why a departure is tolerated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
    /// In place of everything below: any definite answer will do, and the case judges something else (its `post`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answer: Option<Answer>,
    /// The HTTP status code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// The error type, without its namespace: one name, or a list of which one is met.
    #[serde(
        default,
        deserialize_with = "one_or_many",
        skip_serializing_if = "Vec::is_empty"
    )]
    #[schemars(with = "OneOrMany")]
    pub error: Vec<String>,
    /// A regular expression that the whole message matches. Only at level should: wording is never a must.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// What is true of the body.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub body: Vec<Assertion>,
    /// What is true of the headers.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub headers: Vec<HeaderAssertion>,
}

impl Expectation {
    /// Whether it describes a refusal: an error rather than a success.
    pub fn is_refusal(&self) -> bool {
        !self.error.is_empty() || self.status.is_some_and(|status| status >= 400)
    }
}

/// What meeting an expectation is worth.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Grade {
    /// What AWS does.
    #[default]
    Conformant,
    /// A named, explained departure that clients cannot notice.
    Tolerated,
}

/// An expectation on no particular answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Answer {
    /// Any answer that is neither a throttle nor a transport fault.
    Any,
}

/// A fact about one place in the body.
///
/// `at` names the place; exactly one of `type`, `one-of`, `given`, `unchanged`, `not-lowered`, `at-least`, `not-after`,
/// `matches` and `absent` says what is true there. A missing place meets only `absent`, or any fact marked `optional`.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Assertion {
    /// The place, as a JSON pointer such as `/UserImportJob/Status`.
    pub at: String,
    /// Its JSON type.
    #[serde(default, rename = "type", skip_serializing_if = "Option::is_none")]
    pub json_type: Option<JsonType>,
    /// The strings of which it is one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub one_of: Vec<String>,
    /// The member of the precondition that it repeats: `JobId` or `UserPoolId`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub given: Option<String>,
    /// The place in the DescribeUserImportJob answer taken before the request that it still equals.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unchanged: Option<bool>,
    /// The place in the DescribeUserImportJob answer taken before the request whose number it is not below.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub not_lowered: Option<bool>,
    /// The least number that it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_least: Option<i64>,
    /// The place whose number it does not exceed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub not_after: Option<String>,
    /// A regular expression that its whole text matches.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub matches: Option<String>,
    /// Whether it must be missing. A null is not missing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub absent: Option<bool>,
    /// Whether a missing place meets it too.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub optional: bool,
}

/// A JSON type.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum JsonType {
    /// A string.
    String,
    /// Any number, with or without an exponent.
    Number,
    /// A number without a fraction.
    Integer,
    /// True or false.
    Boolean,
    /// An object.
    Object,
    /// A list.
    Array,
    /// Null.
    Null,
}

impl JsonType {
    /// The name in case files.
    pub fn name(self) -> &'static str {
        match self {
            Self::String => "string",
            Self::Number => "number",
            Self::Integer => "integer",
            Self::Boolean => "boolean",
            Self::Object => "object",
            Self::Array => "array",
            Self::Null => "null",
        }
    }
}

/// A fact about one header: exactly one of `matches` and `present`.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct HeaderAssertion {
    /// The header's name, in any case.
    pub name: String,
    /// A regular expression that its whole value matches.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub matches: Option<String>,
    /// Whether it is there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub present: Option<bool>,
}

/// What must hold once the request was answered, read by DescribeUserImportJob.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Post {
    /// The job was not stopped, and its JobId, UserPoolId, JobName and CreationDate are what they were. Natural progress is
    /// allowed. This holds after every refusal of a job that was not stopped before, unless the case says otherwise.
    Untouched,
    /// The job reaches Stopped by a deadline, and two further reads still show it.
    Stopped,
    /// The job has the status that it had.
    KeepsStatus,
    /// Another started job, in the same pool where that can be made, was not stopped and is what it was.
    BystanderUntouched,
    /// Nothing is read.
    Unread,
}

/// The declared shape of [`one_or_many`] for the schema.
#[derive(JsonSchema)]
#[serde(untagged)]
#[expect(dead_code, reason = "its shape is read, never its values")]
enum OneOrMany {
    One(String),
    Many(Vec<String>),
}

fn one_or_many<'de, D: Deserializer<'de>>(input: D) -> Result<Vec<String>, D::Error> {
    struct Names;

    impl<'de> serde::de::Visitor<'de> for Names {
        type Value = Vec<String>;

        fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("an error type such as \"ResourceNotFoundException\", or a list of them")
        }

        fn visit_str<E>(self, name: &str) -> Result<Vec<String>, E> {
            Ok(vec![name.to_owned()])
        }

        fn visit_seq<A: serde::de::SeqAccess<'de>>(
            self,
            mut names: A,
        ) -> Result<Vec<String>, A::Error> {
            let mut all = Vec::new();
            while let Some(name) = names.next_element()? {
                all.push(name);
            }
            Ok(all)
        }
    }

    input.deserialize_any(Names)
}

/// The operation of a case that says none.
pub(crate) fn judged_operation() -> Operation {
    Operation::StopUserImportJob
}
