//! What an AWS service model says of the operation that the contract does not, and the other way round.
//!
//! Both are written down as facts, a place and what stands there, and the facts are compared. Nobody can tell from a file
//! whether it is older or newer than the contract, so that a difference says who has what, not what changed when. The HTTP
//! statuses of a model are told and not compared: they are known to be wrong for this protocol.

mod botocore;
mod facts;
mod json;
mod smithy;

use std::fmt;

use serde::{Deserialize, Serialize};

use facts::Facts;

pub use json::ModelError;

/// How a model stands to the contract.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Drift {
    /// The form of the model.
    pub form: Form,
    /// Where the two differ, in the order of the places. Empty where they agree.
    pub differences: Vec<Difference>,
    /// What the model says and the contract does not hold against it.
    pub not_comparable: Vec<NotComparable>,
}

/// A form that AWS publishes its models in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Form {
    /// `service-2.json` of botocore.
    Botocore,
    /// The JSON syntax tree of Smithy.
    Smithy,
}

/// A place where model and contract differ.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Difference {
    /// The place, such as `errors/OperationNotEnabledException` or `request/JobId/length-max`.
    pub place: String,
    /// What the contract says there, if anything.
    pub contract: Option<String>,
    /// What the model says there, if anything.
    pub model: Option<String>,
}

/// What a model says that is told and not compared.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NotComparable {
    /// The place.
    pub place: String,
    /// What the model says there.
    pub model: String,
    /// Why it is not compared.
    pub why: String,
}

impl Drift {
    /// Reads a model, gzipped or not, and compares it with the contract.
    pub fn of(file: &[u8]) -> Result<Self, ModelError> {
        let json = json::read(file)?;
        let (form, facts) = if json.get("smithy").is_some() {
            (Form::Smithy, smithy::facts(&json)?)
        } else {
            (Form::Botocore, botocore::facts(&json)?)
        };
        Ok(Self {
            form,
            differences: Facts::of_contract().differences(&facts),
            not_comparable: facts.not_comparable(),
        })
    }
}

impl fmt::Display for Form {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Botocore => "botocore service-2.json",
            Self::Smithy => "Smithy JSON AST",
        })
    }
}
