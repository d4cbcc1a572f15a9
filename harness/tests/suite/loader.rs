//! The loader: our own cases are sound, and each fault in a file is one clear error.

use std::collections::BTreeSet;

use fullstop::case::Level;
use fullstop::contract::{DECLARED, Status};
use fullstop::suite::Suite;

const SOUND: &str = r#"requirement = "A sentence."
level = "must"
sources = [{ kind = "documented", cite = "somewhere" }]
expect = [{ status = 400, error = "InvalidParameterException" }]

[[case]]
name = "one"
why = "It shows something."
set.JobId = { text = "x" }
"#;

#[test]
fn our_own_cases_are_sound() {
    let suite = Suite::embedded().unwrap_or_else(|error| panic!("{error}"));
    assert!(suite.cases().count() >= 120);
}

#[test]
fn every_error_and_every_status_has_a_case() {
    let suite = Suite::embedded().expect("our own cases");
    for error in DECLARED {
        let has = suite.cases().any(|case| {
            case.expect
                .iter()
                .any(|expectation| expectation.error.iter().any(|name| name == error.name))
        });
        assert!(has, "no case expects {}", error.name);
    }
    for status in Status::ALL {
        assert!(
            suite
                .cases()
                .any(|case| case.given.status() == Some(status)),
            "no case is given {status}"
        );
    }
}

#[test]
fn a_must_stands_on_what_carries_it() {
    let suite = Suite::embedded().expect("our own cases");
    for requirement in suite.requirements() {
        let carried = requirement
            .sources
            .iter()
            .any(|source| source.kind.carries_must());
        assert!(
            requirement.level != Level::Must || carried,
            "{} stands on nothing",
            requirement.id
        );
    }
}

#[test]
fn ids_are_unique() {
    let suite = Suite::embedded().expect("our own cases");
    let ids: BTreeSet<_> = suite.ids().collect();
    assert_eq!(ids.len(), suite.ids().count());
}

#[test]
fn a_filter_that_selects_nothing_is_an_error() {
    let suite = Suite::embedded().expect("our own cases");
    let error = suite
        .select(&["no-such-case".to_owned()])
        .expect_err("nothing has that id")
        .to_string();
    assert!(
        error.contains("`no-such-case`") && error.contains("job-id"),
        "{error}"
    );
}

#[test]
fn a_sound_file_is_read() {
    assert!(load(SOUND).is_ok());
}

#[test]
fn each_fault_is_shown_with_its_line_and_what_would_be_right() {
    check(
        SOUND.replace("level", "leve"),
        2,
        "unknown field `leve`",
        "expected one of",
    );
    check(
        SOUND.replace("\"must\"", "\"shall\""),
        2,
        "unknown variant `shall`",
        "must",
    );
    check(
        SOUND.replace("why = \"It shows something.\"\n", ""),
        6,
        "missing field `why`",
        "add why =",
    );
    check(
        SOUND.replace("{ kind = \"documented\", cite = \"somewhere\" }", ""),
        3,
        "without a source",
        "cite where",
    );
    check(
        SOUND.replace("documented", "wild"),
        2,
        "level must without a source",
        "lower the level",
    );
    check(
        SOUND.replace("{ text = \"x\" }", "{ text = \"x\", json = \"1\" }"),
        9,
        "exactly one of",
        "for example",
    );
    check(
        format!("{SOUND}set.UserPoolId = {{ text = \"y\" }}\n"),
        7,
        "2 faults at once",
        "precedence",
    );
    check(
        SOUND[..SOUND.find("[[case]]").expect("it is there")].to_owned(),
        1,
        "without cases",
        "[[case]]",
    );
    check(
        SOUND.replace("expect = ", "#"),
        7,
        "expects nothing",
        "`expect`",
    );
    check(
        SOUND.replace("name = \"one\"", "name = \"One\""),
        7,
        "no case name",
        "kebab case",
    );
    check(
        SOUND.replace("{ text = \"x\" }", "{ text = \"x\""),
        9,
        "inline table",
        "",
    );
    let twice =
        format!("{SOUND}\n[[case]]\nname = \"one\"\nwhy = \"Again.\"\nremove = [\"JobId\"]\n");
    check(twice, 12, "two cases are named `one`", "unique");
    let wording = SOUND.replace(
        "\"InvalidParameterException\" }",
        "\"X\", message = \"m\" }",
    );
    check(wording, 4, "wording at level must", "should");
    let body = SOUND.replace("set.JobId = { text = \"x\" }", "body = '${Job}'");
    check(body, 9, "unknown placeholder `${Job}`", "${JobId}");
    let success = SOUND.replace(
        "{ status = 400, error = \"InvalidParameterException\" }",
        "{ status = 200 }",
    );
    check(
        success,
        4,
        "a success that any body meets",
        "true of the body",
    );
}

#[track_caller]
fn check(text: String, line: usize, wrong: &str, right: &str) {
    let shown = load(&text).expect_err("a fault").to_string();
    assert!(
        shown.contains(&format!("area/file.toml:{line}:")),
        "line {line} of\n{shown}"
    );
    assert!(shown.contains(wrong), "{wrong} in\n{shown}");
    assert!(shown.contains(right), "{right} in\n{shown}");
}

fn load(text: &str) -> Result<Suite, fullstop::suite::SuiteError> {
    Suite::from_texts(std::iter::once(("area/file.toml".to_owned(), text)))
}
