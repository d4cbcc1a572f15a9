//! From a file as written to a requirement that can be run, or every fault with its place.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use regex::Regex;
use semver::Version;

use crate::case::expectation::{Answer, Assertion, Expectation, Grade};
use crate::case::file::{CaseEntry, File};
use crate::case::requirement::{Case, Change, Requirement};
use crate::case::{Level, Payload, Post, Raw};
use crate::contract::declared;

/// The area in which a case may have two faults at once, since their order is its subject.
const PRECEDENCE: &str = "precedence";

/// The placeholders that any text may hold, and those of a raw request.
const PLACEHOLDERS: [&str; 2] = ["UserPoolId", "JobId"];
const RAW_PLACEHOLDERS: [&str; 5] = ["UserPoolId", "JobId", "Host", "Length", "Signature"];

/// A place in a case file: the keys and indices that lead there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// A key of the file itself, or of a table in it.
    Key(Vec<String>),
    /// A key of the case with that index; the case itself where the keys are empty.
    Case(usize, Vec<String>),
    /// A step of a sequence, by its index.
    Step(usize),
}

/// What is wrong with a case file, and what would be right.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Where.
    pub place: Place,
    /// What is wrong, as a fragment.
    pub wrong: String,
    /// What would be right.
    pub right: String,
}

impl Requirement {
    /// Checks a file and makes a requirement of it. `id` is the file's path without its extension.
    pub fn check(id: &str, file: File) -> Result<Self, Vec<Fault>> {
        let mut faults = Faults::default();
        check_head(id, &file, &mut faults);
        let since = version(
            &file.since,
            &Place::Key(vec!["since".to_owned()]),
            &mut faults,
        );
        let mut names = BTreeSet::new();
        let mut cases = Vec::new();
        let mut later = BTreeMap::new();
        for (index, entry) in file.cases.iter().enumerate() {
            if !names.insert(entry.name.clone()) {
                faults.add(
                    Place::Case(index, vec!["name".into()]),
                    format!("two cases are named `{}`", entry.name),
                    "ids are unique: give one of them another name",
                );
            }
            let case = check_case(id, &file, index, entry, &mut faults);
            if let Some(text) = &entry.since {
                let place = Place::Case(index, vec!["since".to_owned()]);
                let own = version(text, &place, &mut faults);
                if own < since {
                    faults.add(
                        place,
                        format!("a case that is older than its file, which is since {since}"),
                        "a file is as old as its oldest case",
                    );
                }
                later.insert(case.id.clone(), own);
            }
            cases.push(Arc::new(case));
        }
        if !faults.0.is_empty() {
            return Err(faults.0);
        }
        Ok(Self {
            id: id.to_owned(),
            text: file.requirement,
            level: file.level,
            sources: file.sources,
            since,
            later,
            operation: file.operation,
            invariant: file.invariant,
            cases,
        })
    }
}

#[derive(Default)]
struct Faults(Vec<Fault>);

impl Faults {
    fn add(&mut self, place: Place, wrong: impl Into<String>, right: impl Into<String>) {
        self.0.push(Fault {
            place,
            wrong: wrong.into(),
            right: right.into(),
        });
    }
}

fn check_head(id: &str, file: &File, faults: &mut Faults) {
    let key = |name: &str| Place::Key(vec![name.to_owned()]);
    if id.split('/').count() != 2 || !id.split('/').all(is_kebab) {
        faults.add(
            key("requirement"),
            format!("`{id}` is no requirement id"),
            "put the file at <area>/<requirement>.toml, both in kebab case",
        );
    }
    if !file.requirement.ends_with('.') {
        faults.add(
            key("requirement"),
            "the requirement is no sentence",
            "end it with a full stop",
        );
    }
    if file.sources.is_empty() {
        faults.add(
            key("sources"),
            "a requirement without a source",
            "cite where it comes from: sources = [{ kind = \"documented\", cite = \"…\" }]",
        );
    }
    for source in &file.sources {
        if source.cite.trim().is_empty() {
            faults.add(
                key("sources"),
                "a source without a citation",
                "say where a reader finds it",
            );
        }
    }
    let carried = file.sources.iter().any(|source| source.kind.carries_must());
    if file.level == Level::Must && !file.sources.is_empty() && !carried {
        faults.add(
            key("level"),
            "level must without a source that carries it",
            "cite a documented, model or recorded source, or lower the level to should or observe",
        );
    }
    match (file.invariant.is_some(), file.cases.is_empty()) {
        (false, true) => faults.add(
            key("requirement"),
            "a file without cases",
            "add at least one [[case]], or an invariant",
        ),
        (true, false) => faults.add(
            key("invariant"),
            "an invariant with cases of its own",
            "an invariant is held to the answers of every case: remove the [[case]] tables",
        ),
        _ => {}
    }
    if file.invariant.is_some() && file.level == Level::Observe {
        faults.add(
            key("level"),
            "an invariant that judges nothing",
            "use level must or should",
        );
    }
}

/// A version of the suite.
fn version(text: &str, place: &Place, faults: &mut Faults) -> Version {
    text.parse().unwrap_or_else(|_| {
        faults.add(
            place.clone(),
            format!("`{text}` is no version of the suite"),
            "say the version that it first appears in, such as \"0.1.0\"",
        );
        Version::new(0, 0, 0)
    })
}

fn check_case(id: &str, file: &File, index: usize, entry: &CaseEntry, faults: &mut Faults) -> Case {
    let at = |key: &str| Place::Case(index, vec![key.to_owned()]);
    if !is_kebab(&entry.name) {
        faults.add(
            at("name"),
            format!("`{}` is no case name", entry.name),
            "use kebab case",
        );
    }
    if entry.why.trim().is_empty() {
        faults.add(
            at("why"),
            "a case that does not say why",
            "say what it shows that no other does",
        );
    }
    let changes = check_changes(id, index, entry, faults);
    if let Some(error) = &entry.fault
        && declared(error).is_none()
    {
        faults.add(
            at("fault"),
            format!("`{error}` is no declared error of the operation"),
            "a fault is one of the errors that the operation declares",
        );
    }

    let level = entry.level.unwrap_or(file.level);
    if level == Level::Must && !file.sources.iter().any(|source| source.kind.carries_must()) {
        faults.add(
            at("level"),
            "level must without a source that carries it",
            "cite a documented, model or recorded source in the file's `sources`",
        );
    }
    let own = !entry.expect.is_empty();
    let expect = if own { &entry.expect } else { &file.expect };
    let expect_place = || {
        if own {
            at("expect")
        } else {
            Place::Key(vec!["expect".into()])
        }
    };
    let post = entry.post.or(file.post);
    if expect.is_empty() && level != Level::Observe {
        faults.add(
            Place::Case(index, Vec::new()),
            "a case that expects nothing",
            "say what the answer may be with `expect`, in the case or for the whole file",
        );
    }
    for expectation in expect {
        check_expectation(level, expectation, post, expect_place, faults);
    }
    Case {
        id: format!("{id}/{}", entry.name),
        why: entry.why.clone(),
        level,
        given: entry.given.unwrap_or(file.given),
        operation: file.operation,
        changes,
        fault: entry.fault.clone(),
        expect: expect.clone(),
        post,
    }
}

fn check_changes(id: &str, index: usize, entry: &CaseEntry, faults: &mut Faults) -> Vec<Change> {
    let at = |keys: &[&str]| Place::Case(index, keys.iter().map(|key| (*key).to_owned()).collect());
    let mut changes = Vec::new();
    for (member, value) in &entry.set {
        if let Some(wrong) = value.fault() {
            let right = "for example { text = \"…\" }, { json = \"null\" }, { prefix = \"import-\", repeat = \"a\", times = 49 }";
            faults.add(at(&["set", member]), wrong, right);
        }
        changes.push(Change::Set(member.clone(), value.clone()));
    }
    for member in &entry.remove {
        if !matches!(member.as_str(), "JobId" | "UserPoolId") {
            faults.add(
                at(&["remove"]),
                format!("the base request has no member `{member}`"),
                "it has JobId and UserPoolId",
            );
        }
        changes.push(Change::Remove(member.clone()));
    }
    if let Some(body) = &entry.body {
        check_payload(body, at(&["body"]), &PLACEHOLDERS, faults);
        changes.push(Change::Body(body.clone()));
    }
    for edit in &entry.headers {
        check_placeholders(&edit.value, at(&["headers"]), &PLACEHOLDERS, faults);
        changes.push(Change::Header(edit.clone()));
    }
    changes.extend(entry.target.clone().map(Change::Target));
    changes.extend(entry.method.clone().map(Change::Method));
    changes.extend(entry.path.clone().map(Change::Path));
    changes.extend(entry.signature.map(Change::Signature));
    if let Some(raw) = &entry.raw {
        check_raw(raw, &at(&["raw"]), faults);
        changes.push(Change::Raw(raw.clone()));
    }

    let count = facets(&changes) + usize::from(entry.fault.is_some());
    if count > 1 && !id.starts_with(&format!("{PRECEDENCE}/")) {
        faults.add(
            Place::Case(index, Vec::new()),
            format!("a case with {count} faults at once"),
            format!("change one thing, or move it to the area `{PRECEDENCE}` if the order is its subject"),
        );
    }
    if entry.raw.is_some() && changes.len() > 1 {
        faults.add(
            at(&["raw"]),
            "a raw request beside other changes",
            "the raw request is the whole of what is sent: say everything in it",
        );
    }
    changes
}

/// How many things differ from the base request. Edits of one header count once: a duplicate is one fault.
fn facets(changes: &[Change]) -> usize {
    let distinct: BTreeSet<String> = changes.iter().map(Change::part).collect();
    distinct.len()
}

fn check_raw(raw: &Raw, place: &Place, faults: &mut Faults) {
    for line in &raw.head {
        check_placeholders(line, place.clone(), &RAW_PLACEHOLDERS, faults);
    }
    if let Some(body) = &raw.body {
        check_payload(body, place.clone(), &PLACEHOLDERS, faults);
    }
}

fn check_payload(payload: &Payload, place: Place, known: &[&str], faults: &mut Faults) {
    match payload {
        Payload::Text(text) => check_placeholders(text, place, known, faults),
        Payload::Bytes(_) => {}
        Payload::Repeated { prefix, suffix, .. } => {
            check_placeholders(&format!("{prefix}{suffix}"), place, known, faults);
        }
    }
}

fn check_placeholders(text: &str, place: Place, known: &[&str], faults: &mut Faults) {
    let mut rest = text;
    while let Some((_, after)) = rest.split_once("${") {
        let name = after.split('}').next().unwrap_or_default();
        if !known.contains(&name) {
            let known: Vec<_> = known.iter().map(|name| format!("${{{name}}}")).collect();
            faults.add(
                place.clone(),
                format!("unknown placeholder `${{{name}}}`"),
                format!("here it can be {}", known.join(", ")),
            );
        }
        rest = after;
    }
}

fn check_expectation(
    level: Level,
    expectation: &Expectation,
    post: Option<Post>,
    place: impl Fn() -> Place,
    faults: &mut Faults,
) {
    let asserts = expectation.status.is_some()
        || !expectation.error.is_empty()
        || !expectation.body.is_empty()
        || !expectation.headers.is_empty();
    match expectation.answer {
        Some(Answer::Any) if asserts => {
            faults.add(
                place(),
                "`answer` beside other facts",
                "keep the one or the others",
            );
        }
        Some(Answer::Any)
            if !matches!(
                post,
                Some(Post::Stopped | Post::KeepsStatus | Post::Untouched)
            ) =>
        {
            faults.add(
                place(),
                "an expectation that any answer meets",
                "say what must hold afterwards with `post`, or use level observe without `expect`",
            );
        }
        None if expectation.status.is_none() => {
            faults.add(
                place(),
                "an expectation without a status",
                "say the HTTP status code",
            );
        }
        None if !expectation.is_refusal() && expectation.body.is_empty() => {
            faults.add(
                place(),
                "a success that any body meets",
                "say what is true of the body, for example { at = \"/UserImportJob\", type = \"object\" }",
            );
        }
        _ => {}
    }
    if let Some(wrong) = grade_fault(expectation) {
        let right = "grade = \"tolerated\" goes with a `flag` in kebab case and a `why`, and with nothing else";
        faults.add(place(), wrong, right);
    }
    if expectation.message.is_some() && level == Level::Must {
        faults.add(
            place(),
            "wording at level must",
            "wording is checked at level should only",
        );
    }
    for assertion in &expectation.body {
        if let Some(wrong) = assertion_fault(assertion) {
            faults.add(
                place(),
                format!("{}: {wrong}", assertion.at),
                "an assertion has a JSON pointer `at` and exactly one fact about it",
            );
        }
    }
    let patterns = expectation
        .message
        .iter()
        .chain(
            expectation
                .body
                .iter()
                .filter_map(|assertion| assertion.matches.as_ref()),
        )
        .chain(
            expectation
                .headers
                .iter()
                .filter_map(|header| header.matches.as_ref()),
        );
    for pattern in patterns {
        if let Err(error) = Regex::new(pattern) {
            faults.add(
                place(),
                format!("`{pattern}` is no regular expression"),
                error.to_string(),
            );
        }
    }
    for header in &expectation.headers {
        if header.matches.is_some() == header.present.is_some() {
            faults.add(
                place(),
                format!("the header assertion on `{}` is not one fact", header.name),
                "say exactly one of `matches` and `present`",
            );
        }
    }
}

fn grade_fault(expectation: &Expectation) -> Option<&'static str> {
    match (expectation.grade, &expectation.flag) {
        (Grade::Tolerated, None) => Some("a tolerated departure without a name"),
        (Grade::Tolerated, Some(flag)) if !is_kebab(flag) => Some("a flag that is not kebab case"),
        (Grade::Tolerated, Some(_)) if expectation.why.is_none() => {
            Some("a tolerated departure without a reason")
        }
        (Grade::Conformant, Some(_)) => Some("a flag on a conformant expectation"),
        _ => None,
    }
}

fn assertion_fault(assertion: &Assertion) -> Option<&'static str> {
    let facts = [
        assertion.json_type.is_some(),
        !assertion.one_of.is_empty(),
        assertion.given.is_some(),
        assertion.unchanged.is_some(),
        assertion.not_lowered.is_some(),
        assertion.at_least.is_some(),
        assertion.not_after.is_some(),
        assertion.matches.is_some(),
        assertion.absent.is_some(),
    ];
    if !assertion.at.starts_with('/') {
        return Some("a place is a JSON pointer and starts with a slash");
    }
    if facts.into_iter().filter(|fact| *fact).count() != 1 {
        return Some("not exactly one fact");
    }
    if [assertion.absent, assertion.unchanged, assertion.not_lowered].contains(&Some(false)) {
        return Some("`absent`, `unchanged` and `not-lowered` can only be true");
    }
    None
}

fn is_kebab(name: &str) -> bool {
    !name.is_empty()
        && !name.starts_with('-')
        && !name.ends_with('-')
        && !name.contains("--")
        && name
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
}
