//! What the terminal shows of six endpoints, at 80 and at 120 columns, in `harness/tests/screens`.

use std::fs;

use fullstop::report::{Results, Stored, Style, terminal};
use regex::Regex;

use crate::command::{Scratch, Served, command, output};
use crate::emulator::Emulator;
use crate::root;

/// The most lines without `--verbose`.
const LINES_MAX: usize = 90;

/// What differs from run to run, and what stands for it.
const PASSING: [(&str, &str); 5] = [
    (r"127\.0\.0\.1:[0-9]+", "127.0.0.1:4566"),
    (r"us-east-1_[0-9A-Za-z]{9}\b", "us-east-1_Example00"),
    (r"import-[0-9A-Za-z]{10}\b", "import-Example000"),
    (
        r"20[0-9]{2}-[0-9]{2}-[0-9]{2}T[0-9:.]+Z",
        "2026-01-31T00:00:00Z",
    ),
    (r"\b1[78][0-9]{8}(\.[0-9]+)?(E9)?\b", "1769817600"),
];

#[track_caller]
fn check(name: &str, arguments: &[&str]) {
    let scratch = Scratch::new();
    let file = scratch.path("r.json");
    let base = ["run", "--repeats", "0", "--json", &file];
    output(&mut command(&[&base[..], arguments].concat()));
    let mut text = fs::read_to_string(&file).expect("results");
    for (pattern, stands) in PASSING {
        let pattern = Regex::new(pattern).expect("a pattern");
        text = pattern.replace_all(&text, stands).into_owned();
    }
    let stored = Stored::parse(&file, text.as_bytes()).expect("results");
    for width in [80, 120] {
        let shown = shown(&stored.results, width);
        let path = root().join(format!("harness/tests/screens/{name}.{width}.txt"));
        if std::env::var_os("FULLSTOP_BLESS").is_some() {
            fs::write(&path, &shown).expect("it can be written");
        }
        let wanted = fs::read_to_string(&path).unwrap_or_default();
        assert!(
            shown == wanted,
            "{} is not what is shown: read it and run `FULLSTOP_BLESS=1 cargo test screens`\n{shown}",
            path.display()
        );
        let is_command = |line: &str| line.trim_start().starts_with("fullstop send ");
        let wide = |line: &&str| line.chars().count() > width && !is_command(line);
        assert_eq!(shown.lines().find(wide), None);
        assert!(shown.lines().count() <= LINES_MAX);
    }
}

fn shown(results: &Results, width: usize) -> String {
    let style = Style {
        width,
        ..Style::default()
    };
    let mut text = Vec::new();
    terminal(results, style, &mut text).expect("it is written");
    let text = String::from_utf8(text).expect("text");
    anstream::adapter::strip_str(&text).to_string()
}

fn check_mutant(mutant: &str) {
    let served = Served::start(&["--control", "--mutant", mutant]);
    check(mutant, &["--endpoint", &served.url]);
}

#[test]
fn the_embedded_reference_is_green_in_a_few_lines() {
    check("embedded", &[]);
}

#[test]
fn an_endpoint_that_validates_nothing() {
    check_mutant("constraints-unchecked");
}

#[test]
fn an_endpoint_with_another_status() {
    check_mutant("not-found-as-404");
}

#[test]
fn an_endpoint_with_dates_in_another_format() {
    check_mutant("iso-timestamps");
}

#[test]
fn an_endpoint_that_always_answers_400() {
    check_mutant("always-400");
}

#[test]
fn an_emulator_of_a_first_day() {
    let emulator = Emulator::start(&[]);
    let areas = [
        "auth/",
        "invariant/",
        "job-id/",
        "members/",
        "response/",
        "state/",
    ];
    let filters: Vec<_> = areas.iter().flat_map(|area| ["--filter", area]).collect();
    let endpoint = ["--endpoint", &emulator.url];
    check("first-day", &[&endpoint[..], &filters].concat());
}
