//! How firmly a requirement stands, and on what.

use std::fmt;
use std::str::FromStr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How firmly a requirement stands.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Level {
    /// Documented, in the model, or recorded from this service. A divergence fails the gate.
    Must,
    /// Wording, headers, what neighbouring services do, what only follows from the documents. A divergence is advisory.
    Should,
    /// Not established. Never judged, always recorded.
    Observe,
}

impl FromStr for Level {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "must" => Ok(Self::Must),
            "should" => Ok(Self::Should),
            "observe" => Ok(Self::Observe),
            _ => Err(format!("`{text}` is no level: say must, should or observe")),
        }
    }
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Must => "must",
            Self::Should => "should",
            Self::Observe => "observe",
        })
    }
}

/// Where a requirement comes from.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Source {
    /// What sort of evidence it is.
    pub kind: SourceKind,
    /// Where a reader finds it: a page and its section, a repository and an issue, a package and its version.
    pub cite: String,
}

/// What sort of evidence a source is.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum SourceKind {
    /// The text of the AWS or Smithy documentation.
    Documented,
    /// The published model of the service.
    Model,
    /// Output of the real service.
    Recorded,
    /// Output of another real AWS service that speaks the same protocol.
    RecordedOther,
    /// A report by a third party, less than the raw answer.
    Wild,
    /// A conclusion, no evidence.
    Inferred,
}

impl SourceKind {
    /// Whether a requirement at level must can stand on it.
    pub fn carries_must(self) -> bool {
        matches!(self, Self::Documented | Self::Model | Self::Recorded)
    }

    /// The tag in case files.
    pub fn name(self) -> &'static str {
        match self {
            Self::Documented => "documented",
            Self::Model => "model",
            Self::Recorded => "recorded",
            Self::RecordedOther => "recorded-other",
            Self::Wild => "wild",
            Self::Inferred => "inferred",
        }
    }
}
