//! Small habits that a machine can hold.

use std::collections::BTreeSet;
use std::fs;

use fullstop::suite::Suite;

use crate::{files, help, name, root};

/// The most lines of a source file, and the widest.
const LINES_MAX: usize = 600;
const COLUMNS_MAX: usize = 100;

/// What would never run in the library: `Cargo.toml` says `test = false`, so that it is compiled once.
const UNRUN: [&str; 2] = ["cfg(test)", "#[test]"];

/// What must not be left in the code, and what to write instead.
const BANNED: &[(&str, &str)] = &[
    ("dbg!", "a test"),
    (
        concat!("FIX", "ME"),
        "a mended line, or a TODO with its reason",
    ),
    ("#[allow(", "#[expect(…, reason = \"…\")]"),
    ("#[ignore", "an assertion of today's behaviour"),
    ("#[should_panic", "a result"),
    ("thread::sleep", "a poll with a deadline"),
];

#[test]
fn sources_are_short_and_clean() {
    let mut wrong = Vec::new();
    for file in files("harness")
        .into_iter()
        .chain(files("fuzz/fuzz_targets"))
    {
        let path = name(&file);
        if !path.ends_with(".rs") || path.ends_with("tidy.rs") {
            continue;
        }
        let text = fs::read_to_string(&file).expect("a source file");
        let count = text.lines().count();
        if count > LINES_MAX {
            wrong.push(format!(
                "{path}: {count} lines; one idea a file, at most {LINES_MAX}"
            ));
        }
        if !path.ends_with("main.rs") && !text.starts_with("//!") {
            wrong.push(format!("{path}:1: say what the file holds with //!"));
        }
        for (index, line) in text.lines().enumerate() {
            let code = line.trim_start();
            let breakable = !code.starts_with("//") && !code.contains('"');
            if breakable && line.chars().count() > COLUMNS_MAX {
                wrong.push(format!(
                    "{path}:{}: wider than {COLUMNS_MAX} columns",
                    index + 1
                ));
            }
            for (banned, instead) in BANNED {
                if line.contains(banned) {
                    wrong.push(format!("{path}:{}: `{banned}`: write {instead}", index + 1));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn no_test_stands_where_it_would_not_run() {
    let mut wrong = Vec::new();
    for folder in ["harness/src", "fuzz/fuzz_targets", "fuzz/baselines"] {
        for file in files(folder) {
            let text = fs::read_to_string(&file).unwrap_or_default();
            for (index, line) in text.lines().enumerate() {
                let code = line.trim_start();
                if !code.starts_with("//") && UNRUN.iter().any(|unrun| code.contains(unrun)) {
                    wrong.push(format!(
                        "{}:{}: a test that never runs: write it in harness/tests/suite",
                        name(&file),
                        index + 1
                    ));
                }
            }
        }
    }
    let sources = files("harness/tests/suite").into_iter();
    for file in sources.filter(|file| file.extension().is_some_and(|end| end == "rs")) {
        let (folder, stem) = (file.parent().expect("a folder"), file.file_stem());
        let stem = stem.expect("a name").to_string_lossy();
        let beside = match folder.ends_with("suite") {
            true => folder.join("main.rs"),
            false => folder.with_extension("rs"),
        };
        let text = fs::read_to_string(&beside).unwrap_or_default();
        if stem != "main" && !text.contains(&format!("mod {stem};")) {
            wrong.push(format!(
                "{}: {} names no such module",
                name(&file),
                name(&beside)
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_command_has_help_that_reads_well_and_examples() {
    let wrong: Vec<_> = help::commands()
        .iter()
        .flat_map(help::Page::faults)
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn no_source_names_a_case() {
    let suite = Suite::embedded().expect("our own cases");
    let ids: BTreeSet<_> = suite.cases().map(|case| case.id.as_str()).collect();
    for file in files("harness/src") {
        let text = fs::read_to_string(&file).expect("a source file");
        let code = text.lines().filter(|line| {
            let line = line.trim_start();
            !line.starts_with("//")
        });
        for line in code {
            let named = line.split('"').find(|part| ids.contains(part));
            assert_eq!(named, None, "{} names a case: cases are data", name(&file));
        }
    }
}

#[test]
fn every_snapshot_has_a_case() {
    let suite = Suite::embedded().expect("our own cases");
    let ids: BTreeSet<_> = suite.cases().map(|case| case.id.clone()).collect();
    for file in files("snapshots") {
        let path = name(&file);
        let Some(id) = path.strip_suffix(".snap") else {
            continue;
        };
        let id = id
            .trim_start_matches("snapshots/")
            .split_once('/')
            .map_or("", |(_, id)| id);
        assert!(ids.contains(id), "{path} belongs to no case: delete it");
    }
}

#[test]
fn every_case_has_a_snapshot_of_the_reference() {
    let suite = Suite::embedded().expect("our own cases");
    for case in suite.cases() {
        let file = root()
            .join("snapshots/reference")
            .join(format!("{}.snap", case.id));
        assert!(
            file.is_file(),
            "{} has no snapshot: run `cargo insta test --review`",
            case.id
        );
    }
}
