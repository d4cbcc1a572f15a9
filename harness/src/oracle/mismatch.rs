//! One difference between what was wanted and what came.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::visible::on_a_line;
use crate::wire::redact;

/// The most characters of an answer that a mismatch quotes: enough to recognise it, and a hostile one cannot fill a report.
const QUOTE_LENGTH_MAX: usize = 200;

/// One difference between what was wanted and what came.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct Mismatch {
    /// Where: `status`, `error type`, `body/UserImportJob/Status`, `header content-type`, `post/Status`.
    pub at: String,
    /// What was wanted there.
    pub wanted: String,
    /// What came.
    pub got: String,
}

impl Mismatch {
    /// A mismatch. What came is shortened.
    pub fn new(at: impl Into<String>, wanted: impl Into<String>, got: impl AsRef<str>) -> Self {
        Self {
            at: at.into(),
            wanted: wanted.into(),
            got: quote(&redact(got.as_ref())),
        }
    }
}

impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [at, wanted, got] = [&self.at, &self.wanted, &self.got].map(|text| on_a_line(text));
        write!(f, "{at}: wanted {wanted}, got {got}")
    }
}

/// A JSON value as a mismatch shows it.
pub(crate) fn shown(value: Option<&Value>) -> String {
    value.map_or_else(|| "nothing".to_owned(), Value::to_string)
}

/// Text on one line, shortened.
pub(crate) fn quote(text: &str) -> String {
    let printable = |letter: char| {
        if letter.is_control() {
            '\u{fffd}'
        } else {
            letter
        }
    };
    let mut quoted: String = text.chars().take(QUOTE_LENGTH_MAX).map(printable).collect();
    if text.chars().nth(QUOTE_LENGTH_MAX).is_some() {
        quoted.push('…');
    }
    quoted
}
