//! A body on lines of its own, each with its place.

use fullstop::report::layout;

#[track_caller]
fn check(body: &str, wanted: &[(&str, Option<&str>)]) {
    let lines = layout(body);
    let found: Vec<_> = lines
        .iter()
        .map(|line| (line.text.as_str(), line.place.as_deref()))
        .collect();
    assert_eq!(found, wanted, "{body}");
}

#[test]
fn each_line_knows_its_place_and_no_lexeme_is_changed() {
    check(
        r#"{"a":{"b":1.50E3,"b":null},"c":[],"d":[true,"x\"y"]}"#,
        &[
            ("{", Some("")),
            ("  \"a\": {", Some("/a")),
            ("    \"b\": 1.50E3,", Some("/a/b")),
            ("    \"b\": null", Some("/a/b")),
            ("  },", None),
            ("  \"c\": [],", Some("/c")),
            ("  \"d\": [", Some("/d")),
            ("    true,", Some("/d/0")),
            ("    \"x\\\"y\"", Some("/d/1")),
            ("  ]", None),
            ("}", None),
        ],
    );
    check("\"text\"", &[("\"text\"", Some(""))]);
}

#[test]
fn what_is_no_json_stays_as_it_is() {
    check("<html>\nno\n", &[("<html>", Some("")), ("no", None)]);
    check("", &[]);
    check(
        r#"{"a":"cut… <9 bytes>"#,
        &[
            ("{", Some("")),
            ("  \"a\": ", Some("/a")),
            ("\"cut… <9 bytes>", None),
        ],
    );
    check("{} {}", &[("{}", Some("")), ("{}", None)]);
    check("{]}", &[("{", Some("")), ("]}", None)]);
    assert_eq!(layout(&"[".repeat(2_000)).len(), 2_000);
}
