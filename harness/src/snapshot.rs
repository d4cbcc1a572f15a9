//! Recorded answers: what was seen before, compared with what is seen now.
//!
//! The one room that knows insta. What a case pins belongs in the case; a snapshot keeps the rest of the answer, so that a
//! change is seen even where nothing is established.

mod normalise;
mod shown;
#[cfg(feature = "snapshots")]
mod store;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::{fs, io};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::files;

pub use normalise::render;
pub use shown::{AS_CHOSEN, Shown, render_shown};
#[cfg(feature = "snapshots")]
pub use store::{Checked, check, prepare};

/// How an answer stands to its snapshot.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// It is the recorded one.
    Match,
    /// It is another.
    Changed,
    /// None was recorded.
    Absent,
}

/// Answers to compare with.
#[derive(Clone, Debug)]
pub enum Recorded {
    /// Whole answers, in the snapshots of a folder.
    Folder(PathBuf),
    /// Answers of which only a part was shown, as snapshots by the ids of their cases.
    Shown(BTreeMap<String, String>),
}

impl Recorded {
    /// Compares a rendered exchange with what was recorded for a case, and writes nothing.
    pub fn compare(&self, case: &str, rendered: &str) -> State {
        match self {
            Self::Folder(folder) => compare(folder, case, rendered),
            Self::Shown(snapshots) => snapshots.get(case).map_or(State::Absent, |snapshot| {
                shown::compare_shown(snapshot, rendered)
            }),
        }
    }
}

/// Compares a rendered exchange with the snapshot of a case, and writes nothing.
pub fn compare(folder: &Path, case: &str, rendered: &str) -> State {
    #[cfg(feature = "snapshots")]
    return store::compare(&file(folder, case), rendered);
    #[cfg(not(feature = "snapshots"))]
    {
        let _ = (file(folder, case), rendered);
        State::Absent
    }
}

/// Writes the snapshot of a case, in the form that insta reads. One that matches already stays as it is.
pub fn write(folder: &Path, case: &str, title: &str, rendered: &str) -> io::Result<()> {
    if compare(folder, case, rendered) == State::Match {
        return Ok(());
    }
    let file = file(folder, case);
    if let Some(parent) = file.parent() {
        fs::create_dir_all(parent)?;
    }
    // A JSON string is a YAML string, whatever is in it.
    let title = serde_json::Value::from(title);
    let rendered = rendered.trim_end();
    files::write(
        &file,
        format!("---\nsource: fullstop record\ndescription: {title}\n---\n{rendered}\n"),
    )
}

/// The file of a case's snapshot: the same path as its id.
pub fn file(folder: &Path, case: &str) -> PathBuf {
    folder.join(format!("{case}.snap"))
}
