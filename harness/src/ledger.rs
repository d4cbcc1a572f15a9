//! The ledger: a TOML file of known failures, read, checked and edited. It judges nothing: `runner` holds it to a run.
//!
//! ```toml
//! [[known]]
//! case = "job-id/length-max/one-over"
//! fingerprint = "5d41402abc4b2a76"
//! reason = "no length check, reported as example/emulator#12"
//! owner = "identity-team"
//! expires = 2027-03-31
//! ```

mod edit;
mod entry;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::path::Path;

use crate::files;

use serde::Deserialize;

pub use edit::{Failure, New, Pruned, Updated, prune, update};
pub use entry::{Day, Entry};

/// The most bytes of a ledger: room for an entry of every case a dozen times.
const FILE_SIZE_MAX: u64 = 4 << 20;

/// The known failures of one target.
#[derive(Clone, Debug, Default)]
pub struct Ledger {
    file: String,
    text: String,
    entries: Vec<Entry>,
}

/// What is wrong with a ledger.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LedgerError {
    /// It cannot be read.
    Unreadable(String, String),
    /// It is not TOML, or not of a ledger's shape: the parser's message, with line and caret.
    Syntax(String, String),
    /// Entries that make no sense, each with its line.
    Faulty(Vec<String>),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    known: Vec<Entry>,
}

impl Ledger {
    /// Reads a file.
    pub fn read(file: &Path) -> Result<Self, LedgerError> {
        let name = file.display().to_string();
        let unreadable = |why: String| LedgerError::Unreadable(name.clone(), why);
        let text = files::read(file, FILE_SIZE_MAX).and_then(files::text_of);
        let text = text.map_err(|error| unreadable(error.to_string()))?;
        Self::parse(&text, &name)
    }

    /// Reads a text. `file` is its name in messages.
    pub fn parse(text: &str, file: &str) -> Result<Self, LedgerError> {
        let parsed: File = toml::from_str(text)
            .map_err(|error| LedgerError::Syntax(file.to_owned(), error.to_string()))?;
        let ledger = Self {
            file: file.to_owned(),
            text: text.to_owned(),
            entries: parsed.known,
        };
        let mut faults = Vec::new();
        let mut first = BTreeMap::new();
        for entry in &ledger.entries {
            if let Some((span, wrong)) = entry.fault() {
                faults.push(ledger.at(span, &wrong));
            }
            if let Some(line) = first.insert(entry.case(), ledger.line(entry.case.span().start)) {
                let wrong = format!("`{}` is listed on line {line} already", entry.case());
                faults.push(ledger.at(entry.case.span().start, &wrong));
            }
        }
        if faults.is_empty() {
            Ok(ledger)
        } else {
            Err(LedgerError::Faulty(faults))
        }
    }

    /// Checks that every entry is about a case or an invariant that exists.
    pub fn check(&self, ids: &BTreeSet<&str>) -> Result<(), LedgerError> {
        let unknown: Vec<_> = self
            .entries
            .iter()
            .filter(|entry| !ids.contains(entry.case()))
            .map(|entry| {
                let wrong = format!(
                    "`{}` is no case of this suite; `fullstop list` shows every id",
                    entry.case()
                );
                self.at(entry.case.span().start, &wrong)
            })
            .collect();
        if unknown.is_empty() {
            Ok(())
        } else {
            Err(LedgerError::Faulty(unknown))
        }
    }

    /// The entries, in the order of the file.
    pub fn entries(&self) -> impl Iterator<Item = &Entry> {
        self.entries.iter()
    }

    /// The text it was read from.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The entries whose last day has passed, each with its line.
    pub fn expired(&self, today: Day) -> Vec<String> {
        self.entries
            .iter()
            .filter_map(|entry| {
                let last = entry.expires().filter(|last| today > *last)?;
                let wrong = format!("`{}` has expired on {last}", entry.case());
                Some(self.at(entry.case.span().start, &wrong))
            })
            .collect()
    }

    fn at(&self, start: usize, wrong: &str) -> String {
        format!("{}:{}: {wrong}", self.file, self.line(start))
    }

    fn line(&self, start: usize) -> usize {
        self.text[..start.min(self.text.len())]
            .matches('\n')
            .count()
            + 1
    }
}

impl fmt::Display for LedgerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreadable(file, why) => write!(f, "read the ledger {file}: {why}"),
            Self::Syntax(file, message) => write!(f, "read the ledger {file}: {message}"),
            Self::Faulty(faults) => write!(f, "use the ledger: {}", faults.join("\n  ")),
        }
    }
}

impl std::error::Error for LedgerError {}
