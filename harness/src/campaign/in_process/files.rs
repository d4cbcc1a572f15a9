//! The readers of the files that people write: any text is read or refused with an error that names the file, and what is
//! read can be written and read again.

use crate::campaign::in_process::{Disagreement, agreed};
use crate::case::File;
use crate::ledger::Ledger;
use crate::suite::Suite;
use crate::target::Config;

/// The name that the file has: an error that does not hold it helps nobody.
pub const FILE: &str = "area/fuzzed-file.toml";

/// The longest error that is told. It shows lines of the text, and must not be many times as long.
const ERROR_SIZE_MAX: usize = 1 << 20;

/// What an input came to, for a caller that counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Read {
    /// No text.
    NotText,
    /// Refused with an error.
    Refused,
    /// Read.
    Sound,
}

/// A case file.
pub fn case_file(data: &[u8]) -> Read {
    agreed(read(data, case_file_reader))
}

/// A file of target profiles.
pub fn profile(data: &[u8]) -> Read {
    agreed(read(data, profile_reader))
}

/// A ledger of known failures.
pub fn ledger(data: &[u8]) -> Read {
    agreed(read(data, ledger_reader))
}

/// Reads a case file, and writes what was read.
pub fn case_file_reader(text: &str) -> Result<Option<String>, String> {
    Suite::from_texts([(FILE.to_owned(), text)].into_iter()).map_err(|error| error.to_string())?;
    let file: File = toml::from_str(text).map_err(|error| format!("{FILE}: {error}"))?;
    let written = toml::to_string(&file).map_err(|error| format!("{FILE}: {error}"))?;
    Ok(Some(written))
}

/// Reads a file of target profiles, which nothing writes.
pub fn profile_reader(text: &str) -> Result<Option<String>, String> {
    match Config::parse(text, FILE) {
        Ok(_) => Ok(None),
        Err(error) => Err(error.to_string()),
    }
}

/// Reads a ledger, whose text nothing writes anew: an update changes it line by line.
pub fn ledger_reader(text: &str) -> Result<Option<String>, String> {
    match Ledger::parse(text, FILE) {
        Ok(_) => Ok(None),
        Err(error) => Err(error.to_string()),
    }
}

/// Holds a reader to what is true of every one: it refuses with an error that names the file, or it reads; what it then
/// writes it reads again, and writes the same.
pub fn read(
    data: &[u8],
    reader: impl Fn(&str) -> Result<Option<String>, String>,
) -> Result<Read, Disagreement> {
    let Ok(text) = std::str::from_utf8(data) else {
        return Ok(Read::NotText);
    };
    let once = match reader(text) {
        Ok(None) => return Ok(Read::Sound),
        Ok(Some(written)) => written,
        Err(error) if !error.contains(FILE) => {
            return Err(Disagreement::new(format!(
                "an error names no file: {error}"
            )));
        }
        Err(error) if error.len() > ERROR_SIZE_MAX => {
            let size = error.len();
            return Err(Disagreement::new(format!("an error has {size} bytes")));
        }
        Err(_) => return Ok(Read::Refused),
    };
    match reader(&once) {
        Ok(Some(twice)) if once == twice => Ok(Read::Sound),
        Ok(twice) => Err(Disagreement::new(format!(
            "read again it is another:\n{once}\n{twice:?}"
        ))),
        Err(error) => Err(Disagreement::new(format!(
            "what was written is not read: {error}\n{once}"
        ))),
    }
}
