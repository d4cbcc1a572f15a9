//! A file of targets with one more in it, and everything else as it was.

use std::fmt;

use toml_edit::{DocumentMut, Item};

use crate::doctor::written::HEADING;
use crate::target::{Config, ConfigError};

/// Why a target cannot be put into a file.
#[derive(Debug)]
pub enum FileError {
    /// The file is not one of targets.
    Config(ConfigError),
    /// It has a target of that name, and nobody said to replace it.
    Taken(String),
    /// A name that cannot be that of a folder of snapshots, or that stands for something else.
    Name(String),
    /// Its targets are written in a form that nothing can be put behind.
    Form,
}

/// The text of a file with a target's table in it. An existing target is replaced only by `force`.
pub fn with_target(
    text: &str,
    file: &str,
    name: &str,
    table: &str,
    force: bool,
) -> Result<String, FileError> {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    let is_taken = ["reference", "endpoint", "aws"].contains(&name);
    if name.is_empty() || is_taken || !name.bytes().all(is_plain) {
        return Err(FileError::Name(name.to_owned()));
    }
    let known = Config::parse(text, file).map_err(FileError::Config)?;
    let mut kept = text.to_owned();
    if known.names().any(|other| other == name) {
        if !force {
            return Err(FileError::Taken(name.to_owned()));
        }
        kept = without(text, name).ok_or(FileError::Form)?;
    }
    let mut whole = if kept.trim().is_empty() {
        format!("{HEADING}\n")
    } else {
        format!("{}\n\n", kept.trim_end_matches('\n'))
    };
    whole.push_str(table);
    // Written in line (`target = {…}`), the targets that there are admit no further one.
    Config::parse(&whole, file).map_err(|_| FileError::Form)?;
    Ok(whole)
}

/// The text without a target, if that is a table of its own.
fn without(text: &str, name: &str) -> Option<String> {
    let mut document: DocumentMut = text.parse().ok()?;
    let targets = document.get_mut("target").and_then(Item::as_table_mut)?;
    let removed = targets.remove(name)?;
    // What stands before a table may be of its neighbours: comments of the user's stay.
    let before = removed
        .as_table()
        .and_then(|table| table.decor().prefix()?.as_str());
    let before = before.unwrap_or_default().to_owned();
    Some(document.to_string() + &before)
}

impl fmt::Display for FileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Config(error) => error.fmt(f),
            Self::Taken(name) => write!(
                f,
                "add the target `{name}`: there is one; say --force to replace it, or another --name"
            ),
            Self::Name(name) => write!(
                f,
                "name the target `{name}`: a name has letters, digits, `-` and `_`, and is none of reference, endpoint and aws"
            ),
            Self::Form => f.write_str(
                "add a target: write the targets that there are as tables of their own, [target.NAME]",
            ),
        }
    }
}

impl std::error::Error for FileError {}
