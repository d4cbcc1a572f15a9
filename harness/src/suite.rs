//! The case files, read and checked. The only reader of `cases/`.
//!
//! A file of the kind `sequence` says what is done to pools and jobs, step after step. It has no id and no verdict: `lifecycle`
//! plays it, and a run leaves it alone.
//!
//! A suite that exists can be run: every fault in a file is reported with file, line and what would be right, all of them at
//! once.

mod diagnostic;
mod locate;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::{fs, io};

use semver::Version;
use serde::Deserialize;
use sha2::{Digest as _, Sha256};

use crate::case::{Case, Fault, File, Level, Requirement, Sequence, SequenceKind};
use crate::files;
use crate::nearest::nearest;

pub use diagnostic::Diagnostic;

/// The case files and sequences of this version, by their paths below `cases/`.
const EMBEDDED: &[(&str, &str)] = &include!(concat!(env!("OUT_DIR"), "/cases.rs"));

/// The ids of each released version, with a digest of what each case meant.
const RELEASED: &[(&str, &str)] = &include!(concat!(env!("OUT_DIR"), "/released.rs"));

/// How many bytes of their digest tell two suites apart.
const DIGEST_SIZE: usize = 8;

/// A checked set of requirements, in the order of their ids.
#[derive(Clone, Debug)]
pub struct Suite {
    requirements: Vec<Arc<Requirement>>,
    sequences: Vec<(String, Sequence)>,
    digest: String,
}

/// Why there is no suite.
#[derive(Debug)]
pub enum SuiteError {
    /// A folder or file that cannot be read.
    Unreadable(PathBuf, io::Error),
    /// A folder without case files.
    Empty(PathBuf),
    /// Files of sequences, and no case.
    Sequences(Vec<String>),
    /// What is wrong in the files.
    Faulty(Vec<Diagnostic>),
    /// A version of the suite that is not known, and those that are.
    UnknownVersion(String, Vec<String>),
    /// A version of the suite that has nothing of the selection.
    NothingAt(String),
    /// Filters that select nothing, and what may have been meant.
    Unmatched(Vec<String>, String),
    /// A selection that leaves nothing.
    Left(String),
}

impl Suite {
    /// The suite of this version, which needs no file.
    pub fn embedded() -> Result<Self, SuiteError> {
        Self::from_texts(
            EMBEDDED
                .iter()
                .map(|(name, text)| ((*name).to_owned(), *text)),
        )
    }

    /// The text of a case file of this version, by its path below `cases/`.
    pub fn embedded_text(name: &str) -> Option<&'static str> {
        let found = EMBEDDED.iter().find(|(other, _)| *other == name)?;
        Some(found.1)
    }

    /// The suite in a folder of the same layout as `cases/`, or in one file of such a folder.
    pub fn from_folder(folder: &Path) -> Result<Self, SuiteError> {
        let mut files = Vec::new();
        let mut root = folder;
        if folder.is_file() {
            files.push(folder.to_owned());
            // The folder that a file is in names its area.
            root = folder.parent().and_then(Path::parent).unwrap_or(root);
        } else {
            collect(folder, &mut files)?;
        }
        files.sort();
        if files.is_empty() {
            return Err(SuiteError::Empty(folder.to_owned()));
        }
        let mut texts = Vec::new();
        for file in files {
            let unreadable = |error| SuiteError::Unreadable(file.clone(), error);
            let text = files::text(&file).map_err(unreadable)?;
            let name = file.strip_prefix(root).unwrap_or(&file);
            texts.push((name.to_string_lossy().replace('\\', "/"), text));
        }
        Self::from_texts(
            texts
                .iter()
                .map(|(name, text)| (name.clone(), text.as_str())),
        )
    }

    /// The suite in texts, each with its path below the suite's folder.
    pub fn from_texts<'a>(
        texts: impl Iterator<Item = (String, &'a str)>,
    ) -> Result<Self, SuiteError> {
        let (mut requirements, mut sequences) = (Vec::new(), Vec::new());
        let mut faults = Vec::new();
        let texts: BTreeMap<_, _> = texts.collect();
        let mut digest = Sha256::new();
        for (name, text) in texts {
            match read(&name, text) {
                Ok(Read::Requirement(requirement)) => requirements.push(requirement),
                Ok(Read::Sequence(sequence)) => {
                    sequences.push((name, sequence));
                    continue;
                }
                Err(found) => faults.extend(found),
            }
            // A length stands before each, so that no two suites read alike.
            for part in [name.as_str(), text] {
                digest.update((part.len() as u64).to_be_bytes());
                digest.update(part);
            }
        }
        if !faults.is_empty() {
            return Err(SuiteError::Faulty(faults));
        }
        if requirements.is_empty() && !sequences.is_empty() {
            let names = sequences.into_iter().map(|(name, _)| name);
            return Err(SuiteError::Sequences(names.collect()));
        }
        requirements.sort_by(|one, other| one.id.cmp(&other.id));
        let digest = digest.finalize();
        Ok(Self {
            requirements,
            sequences,
            digest: hex::encode(&digest[..DIGEST_SIZE]),
        })
    }

    /// The sequence in a file's text.
    pub fn sequence(name: &str, text: &str) -> Result<Sequence, SuiteError> {
        read_sequence(name, text).map_err(SuiteError::Faulty)
    }

    /// A digest of the case files: two suites have the same one if all their files are the same.
    pub fn digest(&self) -> &str {
        &self.digest
    }

    /// The requirements, in the order of their ids.
    pub fn requirements(&self) -> &[Arc<Requirement>] {
        &self.requirements
    }

    /// The sequences, each with its file's path below the suite's folder, in the order of these.
    pub fn sequences(&self) -> &[(String, Sequence)] {
        &self.sequences
    }

    /// The cases of all requirements.
    pub fn cases(&self) -> impl Iterator<Item = &Arc<Case>> {
        self.requirements
            .iter()
            .flat_map(|requirement| &requirement.cases)
    }

    /// The ids of all cases, and of the requirements that are invariants.
    pub fn ids(&self) -> impl Iterator<Item = &str> {
        self.requirements.iter().flat_map(|requirement| {
            let invariant = requirement
                .invariant
                .is_some()
                .then_some(requirement.id.as_str());
            invariant
                .into_iter()
                .chain(requirement.cases.iter().map(|case| case.id.as_str()))
        })
    }

    /// The requirement of that id.
    pub fn requirement(&self, id: &str) -> Option<&Arc<Requirement>> {
        self.requirements
            .iter()
            .find(|requirement| requirement.id == id)
    }

    /// The ids that contain one of the filters; all of them where there is no filter. A filter that selects nothing is an
    /// error: it would make a gate that checks nothing.
    pub fn select(&self, filters: &[String]) -> Result<BTreeSet<String>, SuiteError> {
        let matches = |filter: &String| self.ids().any(|id| id.contains(filter.as_str()));
        let unmatched: Vec<_> = filters
            .iter()
            .filter(|filter| !matches(filter))
            .cloned()
            .collect();
        if !unmatched.is_empty() {
            let areas = self.requirements.iter().map(|known| known.area());
            let areas: BTreeSet<_> = areas.collect();
            let names = || areas.iter().copied().chain(self.ids());
            let near = unmatched.iter().find_map(|filter| nearest(filter, names()));
            let hint = match near {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("the areas are {}", Vec::from_iter(areas).join(", ")),
            };
            return Err(SuiteError::Unmatched(unmatched, hint));
        }
        Ok(self
            .ids()
            .filter(|id| {
                filters.is_empty() || filters.iter().any(|filter| id.contains(filter.as_str()))
            })
            .map(str::to_owned)
            .collect())
    }
}

/// What is left of a selection.
impl Suite {
    /// Without the ids that contain one of some texts. One that excludes nothing is an error: it was meant to.
    pub fn without(
        &self,
        mut selection: BTreeSet<String>,
        excluded: &[String],
    ) -> Result<BTreeSet<String>, SuiteError> {
        if !excluded.is_empty() {
            let excluded = self.select(excluded)?;
            selection.retain(|id| !excluded.contains(id));
        }
        self.filled(selection, "--exclude leaves no case")
    }

    /// What stands at one of these levels.
    pub fn at_levels(
        &self,
        mut selection: BTreeSet<String>,
        levels: &[Level],
    ) -> Result<BTreeSet<String>, SuiteError> {
        for requirement in &self.requirements {
            if !levels.contains(&requirement.level) {
                selection.remove(&requirement.id);
                for case in &requirement.cases {
                    selection.remove(&case.id);
                }
            }
        }
        self.filled(selection, "no case that is selected has this level")
    }

    /// Without the areas, requirements and cases of these names, and how many ids each of them takes away.
    pub fn waive(
        &self,
        mut selection: BTreeSet<String>,
        names: &[String],
    ) -> Result<(BTreeSet<String>, BTreeMap<String, usize>), SuiteError> {
        let mut waived = BTreeMap::new();
        for name in names {
            let is_of_it = |id: &str| is_part_of(id, name);
            if !self.ids().any(is_of_it) {
                // The message of a filter that selects nothing, with what may have been meant.
                let missing = format!("{name}/");
                return Err(match self.select(&[missing]) {
                    Err(error) => error,
                    Ok(_) => SuiteError::Left(format!("`{name}` is no area of the suite")),
                });
            }
            let before = selection.len();
            selection.retain(|id| !is_of_it(id));
            waived.insert(name.clone(), before - selection.len());
        }
        let selection = self.filled(selection, "`waive` leaves no case")?;
        Ok((selection, waived))
    }

    /// A selection with something in it: without, a gate would check nothing.
    fn filled(
        &self,
        selection: BTreeSet<String>,
        why: &str,
    ) -> Result<BTreeSet<String>, SuiteError> {
        match selection.is_empty() {
            true => Err(SuiteError::Left(why.to_owned())),
            false => Ok(selection),
        }
    }
}

/// Versions of the suite, from the oldest.
impl Suite {
    /// Those that a run can be pinned to: the released ones, that of this program, and any that a case names.
    pub fn versions(&self) -> BTreeSet<Version> {
        let released = RELEASED.iter().filter_map(|(name, _)| {
            let name = name.strip_suffix(".txt")?;
            name.parse().ok()
        });
        let own = env!("CARGO_PKG_VERSION").parse().ok();
        let named = self.requirements.iter().flat_map(|requirement| {
            let later = requirement.later.values().cloned();
            later.chain([requirement.since.clone()])
        });
        released.chain(own).chain(named).collect()
    }

    /// The version of this name, which must be one of them.
    pub fn version(&self, name: &str) -> Result<Version, SuiteError> {
        let known = self.versions();
        let version = name.parse().ok().filter(|version| known.contains(version));
        version.ok_or_else(|| unknown(name, &known))
    }

    /// Those of some ids that a version had already. A version that is not known is an error: it could pin nothing.
    pub fn pin(
        &self,
        selection: BTreeSet<String>,
        version: &Version,
    ) -> Result<BTreeSet<String>, SuiteError> {
        let known = self.versions();
        if !known.contains(version) {
            return Err(unknown(&version.to_string(), &known));
        }
        let pinned: BTreeSet<_> = selection
            .into_iter()
            .filter(|id| self.since(id).is_some_and(|since| since <= version))
            .collect();
        if pinned.is_empty() {
            return Err(SuiteError::NothingAt(version.to_string()));
        }
        Ok(pinned)
    }

    /// The version in which a case or an invariant first appeared.
    pub fn since(&self, id: &str) -> Option<&Version> {
        self.requirements.iter().find_map(|requirement| {
            if requirement.id == id {
                return Some(&requirement.since);
            }
            let case = requirement.cases.iter().find(|case| case.id == id)?;
            Some(requirement.since(case))
        })
    }
}

/// True of an id that is this area, requirement or case, or part of it.
pub(crate) fn is_part_of(id: &str, name: &str) -> bool {
    let rest = id.strip_prefix(name);
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

fn unknown(version: &str, known: &BTreeSet<Version>) -> SuiteError {
    let known = known.iter().map(ToString::to_string).collect();
    SuiteError::UnknownVersion(version.to_owned(), known)
}

impl fmt::Display for SuiteError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreadable(path, error) => write!(f, "read {}: {error}", path.display()),
            Self::Empty(folder) => write!(
                f,
                "find cases in {}: it holds no <area>/<requirement>.toml",
                folder.display()
            ),
            Self::Sequences(names) => write!(
                f,
                "find cases in {}: what a sequence does is played by `fullstop lifecycle --replay FILE`",
                names.join(", ")
            ),
            Self::Faulty(faults) => {
                for (index, fault) in faults.iter().enumerate() {
                    let gap = if index == 0 { "" } else { "\n\n" };
                    write!(f, "{gap}{fault}")?;
                }
                Ok(())
            }
            Self::UnknownVersion(version, known) => write!(
                f,
                "pin the suite to version {version}: this fullstop knows {}",
                known.join(", ")
            ),
            Self::NothingAt(version) => write!(
                f,
                "pin the suite to version {version}: nothing of what is selected existed then"
            ),
            Self::Left(why) => write!(f, "select cases: {why}"),
            Self::Unmatched(filters, hint) => write!(
                f,
                "find a case for {}: no id contains it; {hint} (`fullstop list` shows every id)",
                filters
                    .iter()
                    .map(|filter| format!("`{filter}`"))
                    .collect::<Vec<_>>()
                    .join(", ")
            ),
        }
    }
}

impl std::error::Error for SuiteError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Unreadable(_, error) => Some(error),
            _ => None,
        }
    }
}

/// What a file holds.
enum Read {
    Requirement(Arc<Requirement>),
    Sequence(Sequence),
}

fn read(name: &str, text: &str) -> Result<Read, Vec<Diagnostic>> {
    let file: File = match toml::from_str(text) {
        Ok(file) => file,
        Err(_) if is_sequence(text) => return read_sequence(name, text).map(Read::Sequence),
        Err(error) => return Err(vec![Diagnostic::syntax(name, text, &error)]),
    };
    let id = name.strip_suffix(".toml").unwrap_or(name);
    let requirement = Requirement::check(id, file).map_err(|faults| told(name, text, &faults))?;
    Ok(Read::Requirement(Arc::new(requirement)))
}

/// Whether a file says of itself that it is a sequence, sound or not.
fn is_sequence(text: &str) -> bool {
    #[derive(Deserialize)]
    struct Head {
        #[serde(rename = "kind")]
        _kind: SequenceKind,
    }
    toml::from_str::<Head>(text).is_ok()
}

fn read_sequence(name: &str, text: &str) -> Result<Sequence, Vec<Diagnostic>> {
    let sequence: Sequence =
        toml::from_str(text).map_err(|error| vec![Diagnostic::syntax(name, text, &error)])?;
    match sequence.faults() {
        faults if faults.is_empty() => Ok(sequence),
        faults => Err(told(name, text, &faults)),
    }
}

fn told(name: &str, text: &str, faults: &[Fault]) -> Vec<Diagnostic> {
    let told = faults
        .iter()
        .map(|fault| Diagnostic::meaning(name, text, fault));
    told.collect()
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> Result<(), SuiteError> {
    let unreadable = |error| SuiteError::Unreadable(folder.to_owned(), error);
    for entry in fs::read_dir(folder).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        if path.is_dir() {
            collect(&path, files)?;
        } else if path
            .extension()
            .is_some_and(|extension| extension == "toml")
        {
            files.push(path);
        }
    }
    Ok(())
}
