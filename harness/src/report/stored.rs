//! Results read from a file. What exists afterwards is whole: a file that is old or broken is refused with its place.

use std::collections::BTreeSet;
use std::fmt;
use std::path::Path;

use serde::Deserialize;

use crate::files;
use crate::lifecycle::{self, Lifecycle};
use crate::report::{FORMAT, Results};
use crate::runner::{Record, Summary};

/// The most bytes of a results file. A run of the whole suite writes a five-hundredth of it.
const FILE_SIZE_MAX: u64 = 256 << 20;

/// Results, and what to call them.
#[derive(Clone, Debug)]
pub struct Stored {
    /// The file's name.
    pub file: String,
    /// What it holds.
    pub results: Results,
}

/// What a file of ours holds.
#[derive(Clone, Debug)]
pub enum Held {
    /// The results of a run.
    Results(Box<Results>),
    /// The life of a job on a target.
    Lifecycle(Box<Lifecycle>),
}

/// Why a file holds no results.
#[derive(Debug)]
pub struct StoredError {
    file: String,
    /// Line, column and path, as far as they are known.
    place: String,
    why: String,
}

/// Who wrote a file, if it is one of ours at all.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Head {
    tool: Option<String>,
    version: Option<String>,
    format: Option<u32>,
    kind: Option<String>,
}

impl Held {
    /// Reads a file.
    pub fn read(file: &Path) -> Result<Self, StoredError> {
        Self::parse(&file.display().to_string(), &content(file)?)
    }

    /// Reads what a file of that name holds.
    pub fn parse(name: &str, text: &[u8]) -> Result<Self, StoredError> {
        let head: Head = deserialize(name, text)?;
        if head.tool.as_deref() != Some(env!("CARGO_PKG_NAME")) {
            let why = "it is JSON, but no results of fullstop: its `tool` is not `fullstop`";
            return Err(StoredError::of(name, ": tool".to_owned(), why));
        }
        match head.kind.as_deref() {
            None => {
                head.hold_to(FORMAT, name)?;
                results(name, text).map(|results| Self::Results(Box::new(results)))
            }
            Some("lifecycle") => {
                head.hold_to(lifecycle::FORMAT, name)?;
                deserialize(name, text).map(|life| Self::Lifecycle(Box::new(life)))
            }
            Some(kind) => {
                let why = format!(
                    "it is a `{kind}`; a report is made of what `fullstop run --json` and `lifecycle --json` write"
                );
                Err(StoredError::of(name, ": kind".to_owned(), why))
            }
        }
    }
}

impl Head {
    /// Whether this version reads that format.
    fn hold_to(&self, wanted: u32, name: &str) -> Result<(), StoredError> {
        if self.format == Some(wanted) {
            return Ok(());
        }
        let version = self.version.as_deref().unwrap_or("of an unknown version");
        let format = self.format.map_or_else(
            || "before formats had a number".to_owned(),
            |format| format!("in format {format}"),
        );
        let why = format!(
            "fullstop {version} wrote it {format}, and this version reads format {wanted}: make the results anew with this version, or read them with that"
        );
        Err(StoredError::of(name, ": format".to_owned(), why))
    }
}

impl Stored {
    /// Reads a file.
    pub fn read(file: &Path) -> Result<Self, StoredError> {
        Self::parse(&file.display().to_string(), &content(file)?)
    }

    /// Reads standard input.
    pub fn stdin() -> Result<Self, StoredError> {
        let name = "standard input";
        let unread = |error| StoredError::of(name, String::new(), error);
        Self::parse(name, &files::stdin(FILE_SIZE_MAX).map_err(unread)?)
    }

    /// Reads what a file of that name holds.
    pub fn parse(name: &str, text: &[u8]) -> Result<Self, StoredError> {
        match Held::parse(name, text)? {
            Held::Results(results) => Ok(Self {
                file: name.to_owned(),
                results: *results,
            }),
            Held::Lifecycle(_) => {
                let why =
                    "it holds the life of a job and no cases: only `fullstop report` shows that";
                Err(StoredError::of(name, ": kind".to_owned(), why))
            }
        }
    }
}

fn content(file: &Path) -> Result<Vec<u8>, StoredError> {
    let unread = |error| StoredError::of(&file.display().to_string(), String::new(), error);
    files::read(file, FILE_SIZE_MAX).map_err(unread)
}

/// The results of a run: whole, each case once, with the sums of its cases.
fn results(name: &str, text: &[u8]) -> Result<Results, StoredError> {
    let wrong = |place: &str, why: String| Err(StoredError::of(name, place.to_owned(), why));
    let results: Results = deserialize(name, text)?;
    let mut seen = BTreeSet::new();
    for (index, case) in results.cases.iter().enumerate() {
        if !seen.insert(&case.id) {
            let place = format!(": cases[{index}].id");
            return wrong(&place, format!("{} stands there twice", case.id));
        }
    }
    let counted = counts(Summary::of(&results.records()));
    if counts(results.summary.clone()) != counted {
        let why = "the sums are not those of the cases: the file was changed or cut";
        return wrong(": summary", why.to_owned());
    }
    Ok(results)
}

impl Results {
    /// The records that they were made of, as far as a gate reads them.
    pub(crate) fn records(&self) -> Vec<Record> {
        self.cases.iter().map(|case| case.record()).collect()
    }
}

/// A summary without its ratios, which follow from the counts.
fn counts(mut summary: Summary) -> Summary {
    (summary.divergence, summary.coverage) = (None, None);
    summary.must_coverage = None;
    summary
}

fn deserialize<'a, T: Deserialize<'a>>(name: &str, text: &'a [u8]) -> Result<T, StoredError> {
    let mut deserializer = serde_json::Deserializer::from_slice(text);
    let read = serde_path_to_error::deserialize(&mut deserializer).map_err(|error| {
        let path = error.path().to_string();
        (path, error.into_inner())
    });
    read.and_then(|read| {
        let end = deserializer.end();
        end.map(|()| read).map_err(|error| (".".to_owned(), error))
    })
    .map_err(|(path, error)| {
        let mut place = format!(":{}:{}", error.line(), error.column());
        if path != "." {
            place.push_str(&format!(": {path}"));
        }
        let at = format!(" at line {} column {}", error.line(), error.column());
        let why = error.to_string();
        StoredError::of(name, place, why.strip_suffix(&at).unwrap_or(&why))
    })
}

impl StoredError {
    fn of(file: &str, place: String, why: impl fmt::Display) -> Self {
        Self {
            file: file.to_owned(),
            place,
            why: why.to_string(),
        }
    }
}

impl fmt::Display for StoredError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "read results from {}{}: {}",
            self.file, self.place, self.why
        )
    }
}

impl std::error::Error for StoredError {}
