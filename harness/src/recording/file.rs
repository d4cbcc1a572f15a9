//! A recording on disk.

use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::contract::Operation;
use crate::files;
use crate::recording::Event;
use crate::recording::event::sha256;
use crate::wire::redact;

/// The file's name in a recording's folder.
pub const FILE: &str = "transcript.jsonl";

/// The version of the format. A reader of another one says so instead of guessing.
const FORMAT: u32 = 1;

/// The most bytes of a recording that are read: twice what the suite leaves when every answer is as large as it may be.
const FILE_SIZE_MAX: u64 = 1 << 30;

/// What is known of a recording besides what happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Head {
    /// The version of the format.
    pub format: u32,
    /// The version of `fullstop` that made it.
    pub version: String,
    /// The target's name.
    pub target: String,
    /// Its URL.
    pub endpoint: String,
    /// The region in the scope of the signatures.
    pub region: String,
    /// Whether the endpoint was that of AWS.
    pub aws: bool,
    /// When it was begun, in UTC.
    pub at: String,
    /// How long a stopped job might take to show Stopped, in milliseconds.
    pub settle_ms: u64,
    /// The states and faults that the profile demanded.
    pub reach: Vec<String>,
    /// The operations that the endpoint said it does not implement.
    pub unsupported: Vec<Unsupported>,
}

impl Head {
    /// The head of a recording that begins now.
    pub fn new(target: &str, endpoint: &str, region: &str, at: &str) -> Self {
        Self {
            format: FORMAT,
            version: env!("CARGO_PKG_VERSION").to_owned(),
            target: target.to_owned(),
            endpoint: endpoint.to_owned(),
            region: region.to_owned(),
            aws: is_aws(endpoint),
            at: at.to_owned(),
            settle_ms: 0,
            reach: Vec::new(),
            unsupported: Vec::new(),
        }
    }

    /// The day it was made.
    pub fn day(&self) -> &str {
        self.at.split('T').next().unwrap_or_default()
    }
}

/// Whether a URL is that of the service itself.
fn is_aws(endpoint: &str) -> bool {
    let host = endpoint.strip_prefix("https://").unwrap_or_default();
    let host = host.trim_end_matches('/');
    let of_aws = host
        .strip_suffix(".amazonaws.com")
        .or_else(|| host.strip_suffix(".amazonaws.com.cn"));
    let region = of_aws.and_then(|host| {
        host.strip_prefix("cognito-idp.")
            .or_else(|| host.strip_prefix("cognito-idp-fips."))
    });
    region.is_some_and(|region| {
        !region.is_empty()
            && region
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
    })
}

/// An operation that an endpoint does not implement.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Unsupported {
    /// Which.
    pub operation: Operation,
    /// In its words.
    pub reason: String,
}

/// What happened in one case, or in one control.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Track {
    /// The case's id, or the control's name.
    pub name: String,
    /// When it began, in UTC.
    pub at: String,
    /// What happened.
    pub events: Vec<Event>,
}

/// A recording.
#[derive(Clone, Debug)]
pub struct Recording {
    /// What is known of it.
    pub head: Head,
    /// What happened, with the hash of each line, by the names of the tracks.
    pub tracks: BTreeMap<String, (Track, String)>,
}

/// What is wrong with a recording.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RecordingError {
    /// It cannot be read or written.
    Unreadable(PathBuf, String),
    /// A line that is not what its hash says, or not of the format.
    Line(PathBuf, usize, String),
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct End {
    tracks: usize,
    all: String,
}

impl Recording {
    /// The recording in a folder, or in a file of any name. Every hash is checked.
    pub fn read(path: &Path) -> Result<Self, RecordingError> {
        let file = if path.is_dir() {
            path.join(FILE)
        } else {
            path.to_owned()
        };
        let unreadable = |why: String| RecordingError::Unreadable(file.clone(), why);
        let text = files::read(&file, FILE_SIZE_MAX).and_then(files::text_of);
        let text = text.map_err(|error| unreadable(error.to_string()))?;
        Self::parse(&text).map_err(|(line, why)| RecordingError::Line(file, line, why))
    }

    /// The recording in a text.
    fn parse(text: &str) -> Result<Self, (usize, String)> {
        let lines: Vec<_> = text.lines().collect();
        let (Some((first, rest)), true) = (lines.split_first(), lines.len() >= 2) else {
            return Err((1, "it has no head and no end".to_owned()));
        };
        let (last, tracks_lines) = rest.split_last().expect("there are two lines at least");
        let (head, mut hashes) = opened(first).map_err(|why| (1, why))?;
        let head: Head = read(head).map_err(|why| (1, why))?;
        if head.format != FORMAT {
            let why = format!("its format is {}, and this reads {FORMAT}", head.format);
            return Err((1, why));
        }
        let mut tracks = BTreeMap::new();
        for (index, line) in tracks_lines.iter().enumerate() {
            let fault = |why| (index + 2, why);
            let (track, hash) = opened(line).map_err(fault)?;
            let track: Track = read(track).map_err(fault)?;
            hashes.push_str(&hash);
            let name = track.name.clone();
            if tracks.insert(name.clone(), (track, hash)).is_some() {
                return Err(fault(format!("`{name}` is there twice")));
            }
        }
        let fault = |why| (lines.len(), why);
        let (end, _) = opened(last).map_err(fault)?;
        let end: End = read(end).map_err(fault)?;
        if end.tracks != tracks.len() || end.all != sha256(&hashes) {
            let why = "a line was added, taken out or moved since it was recorded";
            return Err(fault(why.to_owned()));
        }
        Ok(Self { head, tracks })
    }

    /// Writes a recording into a folder, which is made.
    pub fn write(&self, folder: &Path) -> Result<PathBuf, RecordingError> {
        let file = folder.join(FILE);
        let unreadable = |why: String| RecordingError::Unreadable(file.clone(), why);
        fs::create_dir_all(folder).map_err(|error| unreadable(error.to_string()))?;
        let written = files::write_redacted(&file, self.text().as_bytes());
        written.map_err(|error| unreadable(error.to_string()))?;
        Ok(file)
    }

    fn text(&self) -> String {
        let (mut text, mut hashes) = (String::new(), String::new());
        let (line, hash) = sealed(&self.head);
        text.push_str(&line);
        hashes.push_str(&hash);
        for (track, _) in self.tracks.values() {
            let (line, hash) = sealed(track);
            text.push_str(&line);
            hashes.push_str(&hash);
        }
        let end = End {
            tracks: self.tracks.len(),
            all: sha256(&hashes),
        };
        text.push_str(&sealed(&end).0);
        text
    }

    /// A recording of tracks, each with the hash of the line that it will be.
    pub fn of(head: Head, tracks: impl IntoIterator<Item = Track>) -> Self {
        let tracks = tracks
            .into_iter()
            .map(|track| {
                let hash = sealed(&track).1;
                (track.name.clone(), (track, hash))
            })
            .collect();
        Self { head, tracks }
    }
}

/// A line with its hash before it, and the hash.
fn sealed(what: &impl Serialize) -> (String, String) {
    // Whatever a field holds: what is taken out later would break the hash.
    let json = redact(&serde_json::to_string(what).expect("a recording is JSON"));
    let hash = sha256(&json);
    (format!("{{\"sha256\":\"{hash}\",\"line\":{json}}}\n"), hash)
}

/// What a line says, once its hash was checked: over the very bytes, so that no reader's habits matter.
fn opened(line: &str) -> Result<(&str, String), String> {
    let shape = || "it is no line of a recording".to_owned();
    let rest = line.strip_prefix("{\"sha256\":\"").ok_or_else(shape)?;
    let (hash, rest) = rest.split_once("\",\"line\":").ok_or_else(shape)?;
    let json = rest.strip_suffix('}').ok_or_else(shape)?;
    if sha256(json) != hash {
        return Err("it was changed since it was recorded: its hash is another".to_owned());
    }
    Ok((json, hash.to_owned()))
}

fn read<'a, T: Deserialize<'a>>(json: &'a str) -> Result<T, String> {
    serde_json::from_str(json).map_err(|error| error.to_string())
}

impl fmt::Display for RecordingError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreadable(path, why) => {
                write!(f, "read the recording {}: {why}", path.display())
            }
            Self::Line(path, line, why) => {
                write!(f, "trust the recording {}:{line}: {why}", path.display())
            }
        }
    }
}

impl std::error::Error for RecordingError {}
