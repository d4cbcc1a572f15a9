//! What a campaign leaves for the next one: the requests whose answers were new, as case files, and where it stopped.
//!
//! Each file is named by its content, so that the corpora of shards are merged by copying them into one folder.

use std::fs;
use std::io;
use std::path::Path;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::campaign::settings::Settings;
use crate::case::{Case, File, Given, Level, Requirement, Source, SourceKind};
use crate::contract::Operation;
use crate::files;

/// The file that holds the state.
const STATE: &str = "state.json";

/// How many requests are read from a corpus: the union of sixteen full shards.
const FILES_MAX: usize = 4_096;

/// Where a campaign stopped: always at the end of an epoch.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct State {
    /// The seed.
    pub seed: u64,
    /// The shard.
    pub shard: String,
    /// The generators.
    pub generators: Vec<String>,
    /// Where the next epoch begins.
    pub next: u64,
    /// The executions until there.
    pub executions: u64,
    /// The digest of the stream until there.
    pub digest: u64,
}

impl State {
    /// The beginning.
    pub(crate) fn new(settings: &Settings) -> Self {
        Self {
            seed: settings.seed,
            shard: settings.shard.to_string(),
            generators: settings
                .generators
                .iter()
                .map(ToString::to_string)
                .collect(),
            next: 0,
            executions: 0,
            digest: 0,
        }
    }

    /// What keeps a campaign with these settings from going on here.
    pub fn fault(&self, settings: &Settings) -> Option<String> {
        let fresh = Self::new(settings);
        if self.seed != fresh.seed {
            return Some(format!("it was made with --seed {}", self.seed));
        }
        if self.shard != fresh.shard {
            return Some(format!("it was made with --shard {}", self.shard));
        }
        if self.generators != fresh.generators {
            let names = self.generators.join(",");
            return Some(format!("it was made with --generators {names}"));
        }
        None
    }

    /// Reads it from a corpus; none where there is none yet.
    pub fn read(folder: &Path) -> Result<Option<Self>, String> {
        let file = folder.join(STATE);
        let text = match files::text(&file) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(format!("read {}: {error}", file.display())),
        };
        serde_json::from_str(&text).map(Some).map_err(|error| {
            format!(
                "read {}: {error}; without the file the campaign begins anew",
                file.display()
            )
        })
    }
}

/// Reads the requests of a corpus, in the order of their names.
pub fn read(folder: &Path) -> Result<Vec<Arc<Case>>, String> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(format!("read {}: {error}", folder.display())),
    };
    let mut files: Vec<_> = entries
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.extension().is_some_and(|ext| ext == "toml"))
        .collect();
    files.sort();
    files.truncate(FILES_MAX);
    let mut cases = Vec::new();
    for file in files {
        let wrong = |error: String| format!("read {}: {error}", file.display());
        let text = files::text(&file).map_err(|error| wrong(error.to_string()))?;
        let read: File = toml::from_str(&text).map_err(|error| wrong(error.to_string()))?;
        // Two faults in one request are nothing unusual here.
        let requirement = Requirement::check("precedence/corpus", read).map_err(|faults| {
            let faults: Vec<_> = faults
                .iter()
                .map(|fault| format!("{}; {}", fault.wrong, fault.right))
                .collect();
            wrong(faults.join("; "))
        })?;
        cases.extend(requirement.cases.iter().cloned());
    }
    Ok(cases)
}

/// Writes the requests and the state into a corpus.
pub fn write(folder: &Path, novel: &[Arc<Case>], state: &State) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    for case in novel {
        if let Some(text) = text(case) {
            let digest = Sha256::digest(text.as_bytes());
            let name = hex::encode(&digest[..8]);
            files::write(&folder.join(format!("{name}.toml")), text)?;
        }
    }
    let json = serde_json::to_string(state).map_err(io::Error::other)?;
    files::write(&folder.join(STATE), json + "\n")
}

/// A request as a case file. None where the schema cannot say it.
fn text(case: &Case) -> Option<String> {
    let mut plain = case.clone();
    plain.why = "Its answer was new to a campaign.".to_owned();
    plain.expect = Vec::new();
    plain.post = None;
    let file = File {
        requirement: "What comes of this request was new to a campaign.".to_owned(),
        level: Level::Observe,
        sources: vec![Source {
            kind: SourceKind::Inferred,
            cite: "Generated; nothing is claimed of its answer".to_owned(),
        }],
        since: env!("CARGO_PKG_VERSION").to_owned(),
        given: Given::default(),
        operation: Operation::StopUserImportJob,
        expect: Vec::new(),
        post: None,
        invariant: None,
        cases: vec![plain.entry("request")],
    };
    let text = toml::to_string(&file).ok()?;
    let read: File = toml::from_str(&text).ok()?;
    Requirement::check("precedence/corpus", read).ok()?;
    Some(text)
}
