//! The one place where files are read and written: none is larger than its kind may be, and what is written has no secret in
//! it, and is written whole or not at all.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write as _};
use std::path::{Path, PathBuf};

use crate::wire::redact_bytes;

/// The most bytes of a file that a person writes.
pub(crate) const SIZE_MAX: u64 = 1 << 20;

/// The bytes of a file, which may also be a pipe or a device: it ends, or it has too many.
pub(crate) fn read(file: &Path, size_max: u64) -> io::Result<Vec<u8>> {
    of(File::open(file)?, size_max)
}

/// The text of a file that a person writes.
pub(crate) fn text(file: &Path) -> io::Result<String> {
    text_of(read(file, SIZE_MAX)?)
}

/// The bytes of standard input.
pub(crate) fn stdin(size_max: u64) -> io::Result<Vec<u8>> {
    of(io::stdin(), size_max)
}

/// Bytes as a text.
pub(crate) fn text_of(bytes: Vec<u8>) -> io::Result<String> {
    let no_text = |error| io::Error::new(io::ErrorKind::InvalidData, error);
    String::from_utf8(bytes).map_err(no_text)
}

fn of(content: impl Read, size_max: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    content.take(size_max + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > size_max {
        let why = format!("it has more than {size_max} bytes");
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, why));
    }
    Ok(bytes)
}

/// Whether a file can be written, without changing it.
#[cfg(feature = "cli")]
pub(crate) fn check(file: &Path) -> io::Result<()> {
    match fs::metadata(file) {
        Ok(there) if there.is_dir() => Err(io::ErrorKind::IsADirectory.into()),
        Ok(there) if there.is_file() => OpenOptions::new().append(true).open(file).map(drop),
        // A pipe is opened when it is written: whoever reads it may not be there yet.
        Ok(_) => Ok(()),
        Err(_) => {
            let beside = beside(file);
            let made = OpenOptions::new()
                .write(true)
                .create_new(true)
                .open(&beside);
            made.and_then(|_| fs::remove_file(&beside))
        }
    }
}

/// Writes a file in place of the one that is there, which stays as it is until the new one is whole.
pub(crate) fn write(file: &Path, content: impl AsRef<[u8]>) -> io::Result<()> {
    write_redacted(file, &redact_bytes(content.as_ref()))
}

/// The same of what was redacted already, and has a hash since.
pub(crate) fn write_redacted(file: &Path, content: &[u8]) -> io::Result<()> {
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
    let moved = new.write_all(content).and_then(|()| {
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
