//! An answer with its differences, and what must not show as it came.

use fullstop::report::{Mismatch, annotated, clipped, on_a_line, visible};

const CAME: &str = "200\nContent-Type: text/html\n\n{\"UserImportJob\":{\"Status\":\"Failed\"}}";

#[track_caller]
fn check(came: &str, at: &str, wanted: Option<(&str, bool)>) {
    let mismatch = Mismatch {
        case: None,
        at: at.parse().expect("it is a place"),
        wanted: "this".to_owned(),
        got: "that".to_owned(),
    };
    let (lines, elsewhere) = annotated(came, &[mismatch]);
    let marked = lines.iter().find(|line| !line.marks.is_empty());
    let found = marked.map(|line| (line.text.trim(), line.missing));
    assert_eq!(found, wanted, "{at}");
    assert_eq!(elsewhere.len(), usize::from(wanted.is_none()));
}

#[test]
fn a_difference_stands_where_it_is() {
    check(CAME, "status", Some(("200", false)));
    check(
        CAME,
        "header content-type",
        Some(("Content-Type: text/html", false)),
    );
    check(
        CAME,
        "header x-amzn-requestid",
        Some(("x-amzn-requestid:", true)),
    );
    check(CAME, "body", Some(("{", false)));
    check(
        CAME,
        "body/UserImportJob/Status",
        Some(("\"Status\": \"Failed\"", false)),
    );
    check(CAME, "body/UserImportJob/JobId", Some(("\"JobId\":", true)));
    check(CAME, "body/Other/JobId", Some(("\"JobId\":", true)));
    check(CAME, "error type", Some(("\"__type\":", true)));
    check(CAME, "post/Status", None);
    check("400\n\n", "body", Some(("no body", true)));
    check(
        "400\n\n{\"code\":\"X\"}",
        "error type",
        Some(("\"code\": \"X\"", false)),
    );
    check("<closed without an answer>", "answer", None);
    check("<closed without an answer>", "status", None);
}

#[test]
fn what_hides_is_named_and_the_rest_stays() {
    assert_eq!(visible("plain é ✓\n\tשלום"), "plain é ✓\n\tשלום");
    assert_eq!(visible("a\u{1b}[31m\0\r"), "a␛[31m␀␍");
    assert_eq!(
        visible("\u{202e}\u{200d}\u{9b}"),
        "⟨U+202E⟩⟨U+200D⟩⟨U+009B⟩"
    );
    assert_eq!(on_a_line("a\nb"), "a b");
    assert_eq!(clipped("abcd", 4), "abcd");
    assert_eq!(clipped("abcde", 4), "abcd… <5 bytes>");
}
