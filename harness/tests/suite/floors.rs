//! Rooms import from lower floors only.

use std::collections::BTreeSet;
use std::fs;

use crate::{files, name};

/// The floors of `harness/src`, from the ground up.
const FLOORS: &[&[&str]] = &[
    &["clock", "contract", "nearest", "shell", "visible", "wire"],
    &["case", "files"],
    &[
        "suite",
        "oracle",
        "snapshot",
        "target",
        "reference",
        "drift",
    ],
    &["provision", "generator", "published", "recording", "fault"],
    &["exchange", "ledger"],
    &["runner", "lifecycle"],
    &["report", "power"],
    &["campaign", "doctor"],
    &["cli", "conformance"],
];

/// What a room must not know although it stands higher.
const APART: &[(&str, &str)] = &[
    // The three witnesses share nothing but the contract.
    ("reference", "case"),
    ("generator", "oracle"),
    // What AWS published is a witness from outside.
    ("published", "oracle"),
    ("published", "reference"),
    ("published", "suite"),
    // A report is made of records; it cannot reach a target.
    ("report", "target"),
    ("report", "provision"),
];

#[test]
fn rooms_import_from_lower_floors_only() {
    let mut wrong = Vec::new();
    let mut rooms = BTreeSet::new();
    for file in files("harness/src") {
        let path = name(&file);
        let room = path
            .trim_start_matches("harness/src/")
            .split(['/', '.'])
            .next()
            .expect("a name");
        if matches!(room, "lib" | "main") {
            continue;
        }
        rooms.insert(room.to_owned());
        let text = fs::read_to_string(&file).expect("a source file");
        for (index, line) in text.lines().enumerate() {
            if line.contains("crate::{") {
                wrong.push(format!(
                    "{path}:{}: `crate::{{` hides which room is meant",
                    index + 1
                ));
            }
            for other in mentioned(line) {
                if let Some(reason) = forbidden(room, &other) {
                    wrong.push(format!(
                        "{path}:{}: {room} imports {other}: {reason}",
                        index + 1
                    ));
                }
            }
        }
    }
    let unknown: Vec<_> = rooms.iter().filter(|room| floor(room).is_none()).collect();
    assert!(unknown.is_empty(), "rooms on no floor: {unknown:?}");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_check_sees_a_forbidden_import() {
    assert!(forbidden("oracle", "reference").is_some());
    assert!(forbidden("case", "suite").is_some());
    assert!(forbidden("report", "target").is_some());
    assert!(forbidden("runner", "oracle").is_none());
    assert_eq!(mentioned("use crate::oracle::{judge, hold};"), ["oracle"]);
}

fn mentioned(line: &str) -> Vec<String> {
    let code = line.split("//").next().unwrap_or_default();
    code.split("crate::")
        .skip(1)
        .map(|rest| {
            rest.chars()
                .take_while(|letter| letter.is_alphanumeric() || *letter == '_')
                .collect()
        })
        .filter(|room: &String| floor(room).is_some())
        .collect()
}

fn forbidden(room: &str, other: &str) -> Option<&'static str> {
    if room == other {
        return None;
    }
    if APART.contains(&(room, other)) {
        return Some("these two are kept apart");
    }
    (floor(other) >= floor(room)).then_some("it stands on the same floor or above")
}

fn floor(room: &str) -> Option<usize> {
    FLOORS.iter().position(|floor| floor.contains(&room))
}
