//! The one place where files are written: without secrets, and whole or not at all.

use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use crate::wire::redact_bytes;

/// Writes a file in place of the one that is there, which stays as it is until the new one is whole.
pub(crate) fn write(file: &Path, content: impl AsRef<[u8]>) -> io::Result<()> {
    let content = redact_bytes(content.as_ref());
    // What a link leads to is replaced, not the link.
    let file = file.canonicalize().unwrap_or_else(|_| file.to_owned());
    // A pipe or a device takes what it is given.
    let is_special = fs::metadata(&file).is_ok_and(|there| !there.is_file());
    let beside = beside(&file);
    let opened = match is_special {
        true => None,
        // A folder in which nothing can be made may hold a file that can be written.
        false => OpenOptions::new()
            .write(true)
            .create_new(true)
            .open(&beside)
            .ok(),
    };
    let Some(mut new) = opened else {
        return fs::write(&file, content);
    };
    let moved = new.write_all(&content).and_then(|()| {
        drop(new);
        if let Ok(there) = fs::metadata(&file) {
            fs::set_permissions(&beside, there.permissions())?;
        }
        fs::rename(&beside, &file)
    });
    if moved.is_err() {
        // Why it was not written matters more than why this is left.
        let _ = fs::remove_file(&beside);
    }
    moved
}

/// A name that no other process writes to.
fn beside(file: &Path) -> PathBuf {
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    file.with_file_name(format!(".{name}.{}.new", std::process::id()))
}
