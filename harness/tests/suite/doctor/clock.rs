//! How far an endpoint's clock is off.

use std::time::SystemTime;

use fullstop::doctor::clock;
use fullstop::wire::{Header, Response};

#[track_caller]
fn check(date: &str, want: Option<i64>) {
    let now = httpdate::parse_http_date("Wed, 25 Nov 2026 20:00:00 GMT").unwrap();
    let mut answer = Response::new(400, "");
    answer.headers.push(Header::new("Date", date));
    assert_eq!(clock(&answer, now).unwrap().ahead_s, want, "{date}");
}

#[test]
fn a_clock_is_measured_by_the_date_of_an_answer() {
    check("Wed, 25 Nov 2026 20:00:01 GMT", Some(0));
    check("Wed, 25 Nov 2026 20:10:00 GMT", Some(600));
    check("Wed, 25 Nov 2026 19:59:00 GMT", Some(-60));
    check("tomorrow", None);
    assert_eq!(clock(&Response::new(400, ""), SystemTime::now()), None);
}
