//! Moments and JSON as the reference writes them.

use fullstop::reference::date::{basic, epoch_seconds, exponent_seconds, extended, parse_basic};
use fullstop::reference::{Json, Moment};

#[track_caller]
fn check(ms: u64, want_basic: &str, want_extended: &str) {
    let moment = Moment::from_ms(ms);
    assert_eq!(basic(moment), want_basic);
    assert_eq!(extended(moment), want_extended);
    let whole = Moment::from_ms(ms / 1_000 * 1_000);
    assert_eq!(parse_basic(want_basic), Some(whole));
}

#[test]
fn dates_are_those_of_the_calendar() {
    check(0, "19700101T000000Z", "1970-01-01T00:00:00.000Z");
    check(
        951_782_399_999,
        "20000228T235959Z",
        "2000-02-28T23:59:59.999Z",
    );
    check(
        951_782_400_000,
        "20000229T000000Z",
        "2000-02-29T00:00:00.000Z",
    );
    check(
        1_736_443_496_379,
        "20250109T172456Z",
        "2025-01-09T17:24:56.379Z",
    );
    check(
        4_102_444_800_000,
        "21000101T000000Z",
        "2100-01-01T00:00:00.000Z",
    );
    check(
        4_107_542_400_000,
        "21000301T000000Z",
        "2100-03-01T00:00:00.000Z",
    );
}

#[test]
fn what_is_no_date_is_not_read() {
    for text in [
        "",
        "20250109T172456",
        "20251309T172456Z",
        "20250109T242456Z",
        "19691231T235959Z",
        "2025010+T172456Z",
        "20250109T1724é",
    ] {
        assert_eq!(parse_basic(text), None, "{text}");
    }
}

#[test]
fn seconds_are_written_like_a_double() {
    let check = |ms, decimal: &str, exponent: &str| {
        assert_eq!(epoch_seconds(Moment::from_ms(ms)), decimal);
        assert_eq!(exponent_seconds(Moment::from_ms(ms)), exponent);
    };
    check(1_736_443_496_379, "1736443496.379", "1.736443496379E9");
    check(1_736_443_496_000, "1736443496.0", "1.736443496E9");
    check(1_548_278_576_250, "1548278576.25", "1.54827857625E9");
    check(2_000_000_000_000, "2000000000.0", "2.0E9");
}

#[test]
fn what_is_written_reads_back_as_the_same_value() {
    let value = Json::object([
        ("__type", Json::text("a\"b\\c\n\r\t\u{0}\u{1f}é😀")),
        ("Message", Json::Null),
        ("List", Json::List(vec![Json::count(1), Json::List(vec![])])),
        ("Date", Json::Raw("1.736443496379E9".to_owned())),
        ("Empty", Json::object([])),
    ]);
    let want = serde_json::json!({
        "__type": "a\"b\\c\n\r\t\u{0}\u{1f}é😀",
        "Message": null,
        "List": [1, []],
        "Date": 1_736_443_496.379,
        "Empty": {},
    });
    for text in [value.compact(), value.pretty()] {
        assert_eq!(
            serde_json::from_str::<serde_json::Value>(&text).unwrap(),
            want
        );
    }
    assert!(value.compact().starts_with(r#"{"__type":"#));
}
