//! An upgrade turns no gate red by itself: ids last, meanings last, and what is new says so.

use std::collections::BTreeMap;
use std::fs;

use fullstop::case::{CaseEntry, File};
use fullstop::suite::Suite;
use semver::Version;
use sha2::{Digest, Sha256};

use crate::command::{Scratch, command, fullstop, output};
use crate::{files, name, root};

/// What a released list says of an id: the level, and a digest of the meaning.
type Listed = BTreeMap<String, (String, String)>;

/// The folder of the lists.
const RELEASED: &str = "harness/released";

#[test]
fn what_was_released_is_there_and_means_what_it_meant_and_what_is_new_says_since() {
    let suite = Suite::embedded().expect("our own cases");
    let now = listed();
    if std::env::var_os("FULLSTOP_RELEASE").is_some() {
        let lines = now
            .iter()
            .map(|(id, (level, digest))| format!("{id} {level} {digest}\n"));
        let file = format!("{RELEASED}/{}.txt", env!("CARGO_PKG_VERSION"));
        fs::write(root().join(file), lines.collect::<String>()).expect("the list can be written");
    }
    let since: BTreeMap<_, _> = suite
        .ids()
        .map(|id| (id.to_owned(), suite.since(id).expect("it is there").clone()))
        .collect();
    let own = env!("CARGO_PKG_VERSION").parse().expect("a version");
    let amended = fs::read_to_string(root().join(RELEASED).join("amended.txt")).unwrap_or_default();
    let faults = faults(&now, &since, &released(), &amended, &own);
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn the_check_sees_what_vanished_what_changed_and_what_hides_its_age() {
    let listed = |entries: &[(&str, &str, &str)]| -> Listed {
        let entries = entries.iter();
        entries
            .map(|(id, level, digest)| {
                (
                    (*id).to_owned(),
                    ((*level).to_owned(), (*digest).to_owned()),
                )
            })
            .collect()
    };
    let old: BTreeMap<Version, Listed> =
        [(Version::new(0, 1, 0), listed(&[("a/b/c", "must", "1")]))].into();
    let check = |now: &Listed, since: &[(&str, &str)], amended: &str| {
        let since = since
            .iter()
            .map(|(id, since)| ((*id).to_owned(), since.parse().expect("a version")))
            .collect();
        faults(now, &since, &old, amended, &Version::new(0, 2, 0)).join("\n")
    };
    let same = listed(&[("a/b/c", "must", "1")]);
    assert_eq!(check(&same, &[("a/b/c", "0.1.0")], ""), "");
    assert!(check(&listed(&[]), &[], "").contains("a/b/c is gone"));
    let other = listed(&[("a/b/c", "must", "2")]);
    assert!(check(&other, &[("a/b/c", "0.1.0")], "").contains("means something else"));
    assert_eq!(
        check(
            &other,
            &[("a/b/c", "0.1.0")],
            "a/b/c it accused a correct endpoint\n"
        ),
        ""
    );
    let raised = listed(&[("a/b/c", "must", "1"), ("a/b/d", "must", "3")]);
    let both = |since: &'static str| [("a/b/c", "0.1.0"), ("a/b/d", since)];
    assert!(check(&raised, &both("0.1.0"), "").contains("a/b/d is in no released list"));
    assert!(check(&raised, &both("0.3.0"), "").contains("newer than this version"));
    assert_eq!(check(&raised, &both("0.2.0"), ""), "");
    assert!(check(&same, &[("a/b/c", "0.2.0")], "").contains("was in 0.1.0"));
}

#[test]
fn a_pinned_run_leaves_out_what_is_newer() {
    let scratch = Scratch::new();
    let file = |since: &str| {
        format!(
            "requirement = \"A JobId is refused.\"\nlevel = \"must\"\nsince = \"{since}\"\nsources = [{{ kind = \"documented\", cite = \"x\" }}]\nexpect = [{{ status = 400, error = \"InvalidParameterException\" }}]\n\n[[case]]\nname = \"old\"\nwhy = \"It was there.\"\nset.JobId = {{ text = \"x y\" }}\n\n[[case]]\nname = \"new\"\nsince = \"0.1.0\"\nwhy = \"It came later.\"\nset.JobId = {{ text = \"x z\" }}\n"
        )
    };
    scratch.file("cases/job-id/pattern.toml", &file("0.0.9"));
    let list = |arguments: &[&str]| {
        let all = [&["list", "--cases", "cases"], arguments].concat();
        output(command(&all).current_dir(&scratch.folder))
    };
    assert_eq!(list(&[]).stdout.lines().count(), 2);
    let pinned = list(&["--suite-version", "0.0.9"]).stdout;
    assert!(
        pinned.contains("pattern/old") && !pinned.contains("pattern/new"),
        "{pinned}"
    );
    let added = list(&["--since", "0.1.0"]).stdout;
    assert!(
        added.contains("pattern/new") && !added.contains("pattern/old"),
        "{added}"
    );
    for unknown in ["9.9.9", "0.0.1", "0.0.8"] {
        let refused = list(&["--suite-version", unknown]);
        assert_eq!(refused.code, 2, "{unknown}");
        assert!(
            refused.stderr.contains("0.0.9, 0.1.0"),
            "{}",
            refused.stderr
        );
    }
    scratch.file(
        "fullstop.toml",
        "[target.reference]\nendpoint = \"http://127.0.0.1:9\"\nsuite_version = \"newest\"\n",
    );
    let faulty = output(command(&["run"]).current_dir(&scratch.folder));
    assert_eq!(faulty.code, 2);
    assert!(
        faulty.stderr.contains("suite_version: `newest`"),
        "{}",
        faulty.stderr
    );
    let older = file("0.1.0").replace("since = \"0.1.0\"\nwhy", "since = \"0.0.9\"\nwhy");
    scratch.file("cases/job-id/pattern.toml", &older);
    let faulty = list(&[]);
    assert_eq!(faulty.code, 2);
    assert!(
        faulty.stderr.contains("older than its file"),
        "{}",
        faulty.stderr
    );
}

#[test]
fn a_run_pinned_to_the_first_version_is_the_whole_suite_of_that_version() {
    let pinned = fullstop(&[
        "run",
        "--filter",
        "job-id/prefix",
        "--suite-version",
        "0.1.0",
    ]);
    assert_eq!(pinned.code, 0, "{}{}", pinned.stdout, pinned.stderr);
}

/// What is wrong with a suite, seen from the versions that were released.
fn faults(
    now: &Listed,
    since: &BTreeMap<String, Version>,
    released: &BTreeMap<Version, Listed>,
    amended: &str,
    own: &Version,
) -> Vec<String> {
    let mut faults = Vec::new();
    let amended: BTreeMap<_, _> = amended
        .lines()
        .filter_map(|line| line.split_once(' '))
        .collect();
    for (version, list) in released {
        for (id, (_, digest)) in list {
            match now.get(id) {
                None => faults.push(format!(
                    "{id} is gone, and was in {version}: ids never vanish"
                )),
                Some((_, other)) if other != digest && !amended.contains_key(id.as_str()) => {
                    faults.push(format!(
                        "{id} means something else than in {version}: give what is new another id, or say why in amended.txt"
                    ));
                }
                Some(_) => {}
            }
        }
    }
    for (id, since) in since {
        let first = released
            .iter()
            .find(|(_, list)| list.contains_key(id))
            .map(|(version, _)| version);
        match first {
            Some(first) if first != since => {
                faults.push(format!("{id} says since {since} and was in {first} first"));
            }
            None if released.keys().any(|version| since <= version) => faults.push(format!(
                "{id} is in no released list and says since {since}: say since = \"{own}\""
            )),
            None if since > own => {
                faults.push(format!(
                    "{id} says since {since}, newer than this version, {own}"
                ));
            }
            _ => {}
        }
    }
    faults
}

fn released() -> BTreeMap<Version, Listed> {
    let lists = files(RELEASED).into_iter().filter_map(|file| {
        let version = file.file_stem()?.to_str()?.parse().ok()?;
        let text = fs::read_to_string(&file).expect("a released list");
        let lines = text.lines().filter_map(|line| {
            let mut words = line.split(' ');
            let (id, level, digest) = (words.next()?, words.next()?, words.next()?);
            Some((id.to_owned(), (level.to_owned(), digest.to_owned())))
        });
        Some((version, lines.collect()))
    });
    lists.collect()
}

/// The ids of today, each with its level and a digest of what it means.
fn listed() -> Listed {
    let mut listed = Listed::new();
    for path in files("cases") {
        let path_name = name(&path);
        let Some(id) = path_name
            .strip_prefix("cases/")
            .and_then(|id| id.strip_suffix(".toml"))
        else {
            continue;
        };
        // Sequences have no ids.
        if id.starts_with("sequences/") {
            continue;
        }
        let file: File =
            toml::from_str(&fs::read_to_string(&path).expect("a case file")).expect("it loads");
        if file.invariant.is_some() {
            let meaning = serde_json::to_string(&file.invariant).expect("JSON");
            listed.insert(id.to_owned(), (file.level.to_string(), digest(&meaning)));
        }
        for entry in &file.cases {
            let level = entry.level.unwrap_or(file.level).to_string();
            let case = format!("{id}/{}", entry.name);
            listed.insert(case, (level, digest(&meaning(&file, entry))));
        }
    }
    listed
}

/// All that a case says except in words, with what it has from its file.
fn meaning(file: &File, entry: &CaseEntry) -> String {
    let mut entry = entry.clone();
    entry.given.get_or_insert(file.given);
    entry.post = entry.post.or(file.post);
    entry.level.get_or_insert(file.level);
    if entry.expect.is_empty() {
        entry.expect.clone_from(&file.expect);
    }
    entry.since = None;
    entry.why.clear();
    let operation = file.operation;
    format!(
        "{operation} {}",
        serde_json::to_string(&entry).expect("JSON")
    )
}

fn digest(text: &str) -> String {
    let bytes = Sha256::digest(text.as_bytes());
    bytes
        .iter()
        .take(8)
        .map(|byte| format!("{byte:02x}"))
        .collect()
}
