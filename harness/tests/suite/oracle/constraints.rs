//! Which ids satisfy their constraints, and how firmly others must be refused.

use fullstop::case::Level;
use fullstop::oracle::{job_fault, pool_fault};

#[track_caller]
fn check(fault: fn(&str) -> Option<Level>, text: &str, want: Option<Level>) {
    assert_eq!(fault(text), want, "{text:?}");
}

#[test]
fn patterns_are_matched_as_a_whole() {
    for text in ["import-a", "import--", "import-A-", "import-mAgUtd8PMm"] {
        check(job_fault, text, None);
    }
    for text in ["us-east-1_abc", "a_b", "-_a", "us_east_1_a", "__a"] {
        check(pool_fault, text, None);
    }
    let must = Some(Level::Must);
    for text in [
        "",
        "import-",
        "Import-a",
        "import-é",
        "import-١",
        "ximport-a",
        "import-a ",
        "import-a_b",
    ] {
        check(job_fault, text, must);
    }
    for text in [
        "",
        "us-east-1_",
        "_abc",
        "__",
        "us-east-1_é",
        " a_b",
        "a_b ",
        "a_b-c",
        "a\0_b",
    ] {
        check(pool_fault, text, must);
    }
}

#[test]
fn lengths_end_at_55() {
    let job = |length: usize| format!("import-{}", "a".repeat(length - 7));
    check(job_fault, &job(55), None);
    check(job_fault, &job(56), Some(Level::Must));
    let pool = |length: usize| format!("a_{}", "b".repeat(length - 2));
    check(pool_fault, &pool(55), None);
    check(pool_fault, &pool(56), Some(Level::Must));
}

#[test]
fn what_another_dialect_accepts_is_refused_less_firmly() {
    let should = Some(Level::Should);
    for text in ["import-a\n", "import-a\r\n", "import-a\u{2028}"] {
        check(job_fault, text, should);
    }
    for text in ["a_b\n", "é_a", "١_a", "é_a\n"] {
        check(pool_fault, text, should);
    }
    check(job_fault, "import-a\n\n", Some(Level::Must));
}
