//! The ledger: a TOML file of known faults, read, checked and edited. It judges nothing: `runner` holds it to a run.
//!
//! ```toml
//! [[known]]
//! fault = "unchecked/JobId/length"
//! reason = "no length check, reported as example/emulator#12"
//! owner = "identity-team"
//! expires = 2027-03-31
//! suite = "0.1.0"
//! cases."job-id/length-max/one-over" = "5d41402abc4b2a76"
//! ```

mod edit;
mod entry;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::path::Path;

use crate::files;

use serde::Deserialize;
use toml::Spanned;

use crate::fault;
use crate::suite::is_part_of;

pub use edit::{Failure, New, Passes, Pruned, Updated, prune, update};
pub use entry::{Day, Entry, Subject};

/// The most bytes of a ledger: room for an entry of every case a dozen times.
const FILE_SIZE_MAX: u64 = 4 << 20;

/// The command that shows ids, for messages.
const LIST: &str = "`fullstop list` shows every id";

/// The known faults of one target.
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
    known: Vec<Spanned<Entry>>,
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
        let mut ledger = Self {
            file: file.to_owned(),
            text: text.to_owned(),
            entries: Vec::new(),
        };
        let mut wrong = Vec::new();
        let mut first = BTreeMap::new();
        for entry in parsed.known {
            let start = entry.span().start;
            let entry = entry.into_inner();
            if let Some((at, what)) = entry.wrong(start) {
                wrong.push(ledger.at(at, &what));
            } else {
                wrong.extend(ledger.repeated(&entry, &mut first));
            }
            ledger.entries.push(entry);
        }
        if wrong.is_empty() {
            Ok(ledger)
        } else {
            Err(LedgerError::Faulty(wrong))
        }
    }

    /// What an entry lists that is listed before it: a rule, a case, or a case under the same fault.
    fn repeated(
        &self,
        entry: &Entry,
        first: &mut BTreeMap<(String, String), usize>,
    ) -> Option<String> {
        let named = |at: usize, id: &str| (at, (entry.name().to_owned(), id.to_owned()));
        let listed: Vec<_> = match entry.subject() {
            Subject::Rule(_) => vec![named(entry.start(), "")],
            _ => {
                let spans = entry.spans();
                let listed = spans.map(|(id, _)| named(id.span().start, id.get_ref()));
                listed.collect()
            }
        };
        listed.into_iter().find_map(|(at, (name, id))| {
            let id_or_name = if id.is_empty() { &name } else { &id };
            let what = format!("`{id_or_name}` is listed on line ");
            let line = first.insert((name, id), self.line(at))?;
            Some(self.at(at, &format!("{what}{line} already")))
        })
    }

    /// Checks that every entry is about a fault, a rule and cases that exist.
    pub fn check(&self, ids: &BTreeSet<&str>) -> Result<(), LedgerError> {
        let mut wrong = Vec::new();
        for entry in &self.entries {
            match entry.subject() {
                Subject::Fault(key) if !fault::is_key(key) => {
                    let hint = fault::nearest_key(key);
                    let what = format!("`{key}` is no key of a fault: {hint}");
                    wrong.push(self.at(entry.start(), &what));
                }
                Subject::Rule(rule) if !ids.iter().any(|id| is_part_of(id, rule)) => {
                    let what = format!("`{rule}` is no rule of this suite; {LIST}");
                    wrong.push(self.at(entry.start(), &what));
                }
                _ => {}
            }
            let unknown = (entry.spans()).filter(|(id, _)| !ids.contains(id.get_ref().as_str()));
            wrong.extend(unknown.map(|(id, _)| {
                let what = format!("`{}` is no case of this suite; {LIST}", id.get_ref());
                self.at(id.span().start, &what)
            }));
        }
        if wrong.is_empty() {
            Ok(())
        } else {
            Err(LedgerError::Faulty(wrong))
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
                let what = format!("`{}` has expired on {last}", entry.name());
                Some(self.at(entry.start(), &what))
            })
            .collect()
    }

    /// True of a failure that counts for an entry. A case that fails for several faults counts for those that it shows still;
    /// one that is grouped otherwise by now counts for all that list it.
    pub fn is_of(&self, entry: &Entry, id: &str, faults: &BTreeSet<String>) -> bool {
        let is_shown = |entry: &Entry| faults.contains(entry.name());
        let others = || self.entries.iter().filter(|other| other.lists(id));
        entry.lists(id)
            && (!matches!(entry.subject(), Subject::Fault(_))
                || is_shown(entry)
                || !others().any(is_shown))
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
