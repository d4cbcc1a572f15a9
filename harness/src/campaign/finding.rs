//! A finding: what is wrong, which requirement it breaks, and an ordinary case file that shows it.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::io;
use std::path::Path;
use std::sync::Arc;

use serde::Serialize;
use sha2::{Digest as _, Sha256};

use crate::campaign::suspicion::{Broken, Suspicion, wrong};
use crate::case::{
    Answer, Case, Change, Expectation, File, Given, Grade, Invariant, Level, Payload, Post,
    Requirement,
};
use crate::contract::Operation;
use crate::fault::{Cause, Harm, Kind, facets, have_one, nobody, of_both_told};
use crate::oracle::{Expected, Violation};
#[cfg(feature = "cli")]
use crate::suite::{Suite, SuiteError};
use crate::visible::on_a_line;

/// The most letters of a finding's name: a line of a listing has room for it.
const NAME_LENGTH_MAX: usize = 72;

/// A confirmed finding.
#[derive(Clone, Debug)]
pub struct Finding {
    /// Its name, which is also the name of its case file.
    pub id: String,
    /// What is wrong, in few words: no two findings of a campaign have the same.
    pub key: String,
    /// One line that says the endpoint's mistake.
    pub title: String,
    /// The harm that it does to users.
    pub harm: Harm,
    /// The request, or the operations, in few words.
    pub sent: String,
    /// How firmly the broken requirement stands.
    pub level: Level,
    /// The broken requirement.
    pub requirement: String,
    /// The id of the requirement in the suite, or of the rule, where it has one.
    pub requirement_id: Option<String>,
    /// Other requirements that the same fault breaks: their ids in the suite, or what they say.
    pub also: Vec<String>,
    /// What may be behind it.
    pub(crate) causes: BTreeSet<Cause>,
    /// Where it comes from.
    pub source: String,
    /// What was wanted against what came, in each place.
    pub violations: Vec<Violation>,
    /// How often it showed, of how many tries, where that was not every time.
    pub flaky: Option<(u32, u32)>,
    /// The judged requests to the operation until it was seen first.
    pub executions_to_find: u64,
    /// The precondition of the request; of a sequence its steps and what they were answered.
    pub given: String,
    /// The case file below the findings' folder.
    pub path: String,
    /// What the case file says.
    pub text: String,
    /// It says no more than that the server failed.
    pub(crate) is_server_error: bool,
    /// Whether it is a request, which needs the valid one beside it.
    pub(crate) is_request: bool,
    /// The invariant that it breaks: its file goes with the case file.
    pub(crate) invariant: Option<(String, String)>,
    /// A shell line that shows it again.
    pub replay: Option<String>,
    /// What was sent and what came.
    pub exchange: Option<crate::runner::Exchange>,
}

/// A finding as `--json` has it.
#[derive(Clone, Debug, Serialize)]
pub struct Told {
    /// Its name.
    pub id: String,
    /// One line that says the endpoint's mistake.
    pub title: String,
    /// The harm that it does to users.
    pub harm: Harm,
    /// How firmly the broken requirement stands.
    pub level: Level,
    /// The broken requirement.
    pub requirement: String,
    /// Its id, for `fullstop explain`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rule: Option<String>,
    /// Other requirements that the same fault breaks.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub also: Vec<String>,
    /// Where it comes from.
    pub source: String,
    /// What was wanted.
    pub wanted: String,
    /// The value that came.
    pub got: String,
    /// The case file.
    pub case_file: String,
    /// The judged requests to the operation until it was seen first.
    pub executions_to_find: u64,
    /// How often it showed of ten times, where that was not every time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rate: Option<f64>,
    /// A shell line that shows it again.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub replay: Option<String>,
}

impl Finding {
    /// What was wanted, over all places.
    pub fn wanted(&self) -> String {
        self.sides(|one| one.expected.to_string())
    }

    /// What came, over all places.
    pub fn got(&self) -> String {
        self.sides(|one| one.actual.to_string())
    }

    /// As `--json` has it; `folder` is where its case file was written.
    pub fn told(&self, folder: &Path) -> Told {
        Told {
            id: self.id.clone(),
            title: self.title.clone(),
            harm: self.harm,
            level: self.level,
            requirement: self.requirement.clone(),
            rule: self.requirement_id.clone(),
            also: self.also.clone(),
            source: self.source.clone(),
            wanted: self.wanted(),
            got: self.got(),
            case_file: folder.join(&self.path).display().to_string(),
            executions_to_find: self.executions_to_find,
            rate: self
                .flaky
                .map(|(hits, tries)| f64::from(hits) / f64::from(tries)),
            replay: self.replay.clone(),
        }
    }

    /// Whether it is the fault that another one is: told alike, or with the same thing behind it.
    pub(crate) fn is_same_fault(&self, other: &Self) -> bool {
        self.key == other.key || have_one(&self.causes, &other.causes)
    }

    /// Takes in the same fault as another requirement tells it. The firmer of the two is the one that is told; of two that are
    /// as firm, the one that says more than that a server failed.
    pub(crate) fn take_in(&mut self, mut other: Self) {
        let rank = |one: &Self| (one.level, one.is_server_error);
        if rank(&other) < rank(self) {
            std::mem::swap(self, &mut other);
        }
        self.harm = self.harm.min(other.harm);
        self.causes = of_both_told(std::mem::take(&mut self.causes), &other.causes);
        let name = other.requirement_id.unwrap_or(other.requirement);
        let own = self.requirement_id.as_ref().unwrap_or(&self.requirement);
        for also in other.also.into_iter().chain([name]) {
            if also != *own && !self.also.contains(&also) {
                self.also.push(also);
            }
        }
    }

    fn sides(&self, side: impl Fn(&Violation) -> String) -> String {
        let sides: Vec<_> = self
            .violations
            .iter()
            .map(|one| format!("{}: {}", one.at(), side(one)))
            .collect();
        sides.join("; ")
    }

    /// Writes its file below a folder, and beside a case the valid request: only an endpoint that grants it can break
    /// an invariant, or prove something by a refusal.
    pub fn write(&self, folder: &Path) -> io::Result<()> {
        write(folder, &self.path, &self.text)?;
        if let Some((path, text)) = &self.invariant {
            write(folder, path, text)?;
        }
        match self.is_request {
            true => write(folder, "control/valid-request.toml", CONTROL),
            false => Ok(()),
        }
    }
}

/// What is wrong, where that is known from, and what was sent, in lines.
impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "finding  {}  {}", self.id, self.level)?;
        writeln!(f, "  {}", self.requirement)?;
        if let Some(id) = &self.requirement_id {
            writeln!(f, "  rule    {id}")?;
        }
        writeln!(f, "  source  {}", self.source)?;
        for also in &self.also {
            writeln!(f, "  also    {also}")?;
        }
        writeln!(f, "  given   {}", self.given)?;
        let sent = self.exchange.iter().flat_map(|one| one.sent.lines());
        for line in sent {
            writeln!(f, "  sent    {line}")?;
        }
        for violation in &self.violations {
            let (expected, actual) = (&violation.expected, &violation.actual);
            writeln!(f, "  {}", on_a_line(&violation.at()))?;
            writeln!(f, "    wanted  {}", on_a_line(&expected.to_string()))?;
            writeln!(f, "    got     {}", on_a_line(&actual.to_string()))?;
        }
        if let Some((hits, tries)) = self.flaky {
            writeln!(f, "  flaky   {hits} of {tries} times")?;
        }
        let executions = self.executions_to_find;
        writeln!(f, "  found   after {executions} executions")
    }
}

/// What the valid request is answered.
const CONTROL: &str = r#"requirement = "Stopping a started job answers 200 with the job in Stopped or Stopping."
level = "must"
sources = [{ kind = "recorded", cite = "API reference, StopUserImportJob, Examples; awscli examples, cognito-idp stop-user-import-job" }]
given = { job = "started" }

[[case]]
name = "valid-request"
why = "The request without any fault: what the findings beside it are measured against."
expect = [{ status = 200, body = [{ at = "/UserImportJob/Status", one-of = ["Stopped", "Stopping"] }] }]
"#;

fn write(folder: &Path, path: &str, text: &str) -> io::Result<()> {
    let file = folder.join(path);
    if let Some(parent) = file.parent() {
        std::fs::create_dir_all(parent)?;
    }
    crate::files::write(&file, text)
}

/// Lies in each folder of findings, so that one without a case file is known from one that nobody wrote to.
#[cfg(feature = "cli")]
const MARK: (&str, &str) = (
    "findings.txt",
    "`fullstop fuzz` writes what it finds to this folder, as case files. If there are none, it found nothing.\n",
);

/// Makes a folder ready for findings, before there is one.
#[cfg(feature = "cli")]
pub(crate) fn prepare(folder: &Path) -> io::Result<()> {
    write(folder, MARK.0, MARK.1)
}

/// Whether a folder is one of findings, and holds none.
#[cfg(feature = "cli")]
pub(crate) fn found_nothing(folder: &Path) -> bool {
    folder.join(MARK.0).is_file() && matches!(Suite::from_folder(folder), Err(SuiteError::Empty(_)))
}

/// A case file in the making.
#[derive(Clone, Debug)]
pub(crate) struct Written {
    pub(crate) path: String,
    pub(crate) text: String,
    /// The case as it is read back.
    pub(crate) case: Arc<Case>,
    pub(crate) invariant: Option<(String, String)>,
}

/// Writes a suspicion as a case file. None where the schema cannot say it. `granted` is how firmly the request must be granted,
/// where it may be.
pub(crate) fn written(
    suspicion: &Suspicion,
    expect: Vec<Expectation>,
    granted: Option<Level>,
) -> Option<Written> {
    let case = &suspicion.case;
    let broken = &suspicion.broken;
    let name = name(suspicion);
    let area = match suspicion.kind {
        Kind::Case => case.id.split('/').next().unwrap_or("fuzz").to_owned(),
        // The order of two faults is the subject of that area only.
        _ if case.changes.len() > 1 => "precedence".to_owned(),
        _ => "fuzz".to_owned(),
    };
    let (level, expect, post) = match suspicion.kind {
        Kind::Case => (broken.level, case.expect.clone(), case.post),
        Kind::Answer if !expect.is_empty() => (broken.level, expect, None),
        Kind::State => state(suspicion, expect, granted),
        Kind::Answer | Kind::Invariant(_) | Kind::Leak | Kind::Latency => {
            (Level::Observe, Vec::new(), None)
        }
    };
    let mut plain = Case::clone(case);
    for change in &mut plain.changes {
        if let Change::Body(payload) = change {
            *payload = without_placeholders(payload);
        }
    }
    plain.why = format!(
        "Found by a campaign: {}; changed: {}.",
        suspicion.key,
        facets(case, &nobody())
    );
    let mut entry = plain.entry(&name);
    entry.given = None;
    entry.expect = Vec::new();
    entry.post = None;
    let file = File {
        requirement: broken.text.clone(),
        level,
        sources: broken.sources.clone(),
        since: env!("CARGO_PKG_VERSION").to_owned(),
        given: case.given,
        operation: case.operation,
        expect,
        post,
        invariant: None,
        cases: vec![entry],
    };
    let text = toml::to_string(&file).ok()?;
    let id = format!("{area}/{name}");
    // Read back, as whoever runs it reads it.
    let read: File = toml::from_str(&text).ok()?;
    let requirement = Requirement::check(&id, read).ok()?;
    let invariant = match suspicion.kind {
        Kind::Invariant(invariant) => Some(invariant_file(broken, invariant)?),
        _ => None,
    };
    Some(Written {
        path: format!("{id}.toml"),
        text,
        case: Arc::clone(requirement.cases.first()?),
        invariant,
    })
}

/// What a fault in the state afterwards is written with.
fn state(
    suspicion: &Suspicion,
    expect: Vec<Expectation>,
    granted: Option<Level>,
) -> (Level, Vec<Expectation>, Option<Post>) {
    let is_of_refusal = |one: &Violation| one.expected == Expected::NotStopped;
    let is_refused = suspicion.violations.iter().any(is_of_refusal);
    let any = || Expectation {
        grade: Grade::Conformant,
        flag: None,
        why: None,
        answer: Some(Answer::Any),
        status: None,
        error: Vec::new(),
        message: None,
        body: Vec::new(),
        headers: Vec::new(),
    };
    let level = suspicion.broken.level;
    if is_refused && !expect.is_empty() {
        return (level, expect, Some(Post::Untouched));
    }
    if let Some(firmness) = granted.filter(|_| !is_refused) {
        return (level.max(firmness), vec![any()], Some(Post::Stopped));
    }
    let post = if is_refused {
        Post::Untouched
    } else {
        Post::KeepsStatus
    };
    (level, vec![any()], Some(post))
}

fn invariant_file(broken: &Broken, invariant: Invariant) -> Option<(String, String)> {
    let file = File {
        requirement: broken.text.clone(),
        level: broken.level,
        sources: broken.sources.clone(),
        since: env!("CARGO_PKG_VERSION").to_owned(),
        given: Given::default(),
        operation: Operation::StopUserImportJob,
        expect: Vec::new(),
        post: None,
        invariant: Some(invariant),
        cases: Vec::new(),
    };
    let path = format!("{}.toml", broken.id.as_deref()?);
    Some((path, toml::to_string(&file).ok()?))
}

/// The same payload, as bytes where its text holds something that only looks like a placeholder.
fn without_placeholders(payload: &Payload) -> Payload {
    let known = BTreeMap::from([("${UserPoolId}", ""), ("${JobId}", "")]);
    match payload {
        Payload::Text(text) => {
            let rest = known
                .keys()
                .fold(text.clone(), |rest, name| rest.replace(name, ""));
            if rest.contains("${") {
                Payload::Bytes(text.clone().into_bytes())
            } else {
                payload.clone()
            }
        }
        other => other.clone(),
    }
}

/// A name that tells the fault, and no other fault's.
fn name(suspicion: &Suspicion) -> String {
    let told = match suspicion.kind {
        Kind::Case => suspicion
            .case
            .id
            .split('/')
            .skip(1)
            .collect::<Vec<_>>()
            .join("-"),
        Kind::Answer => {
            let wrong = wrong(suspicion.gist.as_ref(), &suspicion.violations);
            format!("{} {wrong}", facets(&suspicion.case, &nobody()))
        }
        _ => suspicion.key.clone(),
    };
    let digest = Sha256::digest(suspicion.key.as_bytes());
    let mut name = String::new();
    for letter in told.chars().take(NAME_LENGTH_MAX) {
        if letter.is_ascii_alphanumeric() {
            name.push(letter.to_ascii_lowercase());
        } else if !name.is_empty() && !name.ends_with('-') {
            name.push('-');
        }
    }
    let name = name.trim_end_matches('-');
    format!("{name}-{:02x}{:02x}", digest[0], digest[1])
}
