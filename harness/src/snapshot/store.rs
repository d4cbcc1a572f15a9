//! Snapshots on disk, through insta: its file format, its pending files and its list of what was asserted.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::{env, fs};

use insta::internals::TextSnapshotContents;
use insta::{Settings, Snapshot, TextSnapshotKind};
use similar::TextDiff;

use crate::snapshot::{State, file};

/// What became of a checked snapshot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Checked {
    /// It is the recorded one, or has just been accepted.
    Match,
    /// It is another, or the first. The difference, and the file that waits for a review.
    Changed {
        /// A unified difference from the recorded to the new text.
        difference: String,
        /// The pending file, where insta was allowed to write one.
        pending: Option<PathBuf>,
    },
}

/// Whether `cargo insta test` drives the process: it wants every trial green, and reviews afterwards.
static DRIVEN: OnceLock<bool> = OnceLock::new();

/// Prepares the process for [`check`]. To be called first in `main`, before any thread.
pub fn prepare(root: &Path) {
    let driven = env::var_os("INSTA_FORCE_PASS").as_deref() == Some(OsStr::new("1"));
    if DRIVEN.set(driven).is_err() {
        return;
    }
    let quiet = env::var_os("INSTA_OUTPUT").is_none();
    #[expect(
        unsafe_code,
        reason = "insta takes these from the environment only, and no thread runs yet"
    )]
    // SAFETY: the documented duty of the caller is to have started no thread.
    unsafe {
        // Without it insta asks cargo where the workspace is, which an installed binary cannot answer.
        env::set_var("INSTA_WORKSPACE_ROOT", root);
        // A mismatch is ours to report; insta's own panic would print in the middle of the results.
        env::set_var("INSTA_FORCE_PASS", "1");
        if quiet {
            env::set_var("INSTA_OUTPUT", "none");
        }
    }
}

/// Compares a rendered exchange with the snapshot of a case, lets insta write a pending file where it differs, and notes it
/// as used.
pub fn check(folder: &Path, case: &str, title: &str, rendered: &str) -> Checked {
    let file = file(folder, case);
    let old = Snapshot::from_file(&file).ok();
    let before = compare(&file, rendered);
    let mut settings = Settings::new();
    settings.set_snapshot_path(file.parent().unwrap_or(folder));
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.set_description(title);
    let name = file.file_stem().and_then(OsStr::to_str).unwrap_or(case);
    settings.bind(|| insta::assert_snapshot!(name, rendered));
    let pending = file.with_extension("snap.new");
    if before == State::Match {
        return Checked::Match;
    }
    if compare(&file, rendered) == State::Match {
        // Accepted at once (INSTA_UPDATE=always): a pending file of an earlier run is stale.
        let _ = fs::remove_file(&pending);
        return Checked::Match;
    }
    if DRIVEN.get() == Some(&true) {
        return Checked::Match;
    }
    let recorded = old
        .as_ref()
        .and_then(Snapshot::as_text)
        .map(ToString::to_string);
    let recorded = recorded.unwrap_or_default();
    let (old, new) = (
        format!("{}\n", recorded.trim_end()),
        format!("{}\n", rendered.trim_end()),
    );
    let difference = TextDiff::from_lines(&old, &new)
        .unified_diff()
        .header("recorded", "now")
        .to_string();
    Checked::Changed {
        difference,
        pending: Some(pending).filter(|file| file.exists()),
    }
}

/// Compares and writes nothing.
pub(crate) fn compare(file: &Path, rendered: &str) -> State {
    let Ok(recorded) = Snapshot::from_file(file) else {
        return State::Absent;
    };
    let new = TextSnapshotContents::new(rendered.to_owned(), TextSnapshotKind::File);
    // insta's own measure: trailing white space aside.
    if recorded
        .as_text()
        .is_some_and(|old| old.matches_latest(&new))
    {
        State::Match
    } else {
        State::Changed
    }
}
