//! How endpoints say that there is no such operation.

use fullstop::runner::Unknown;
use fullstop::wire::Response;

fn answer(status: u16, body: &str) -> Response {
    Response::new(status, body)
}

#[track_caller]
fn check(unknown: [&str; 2], status: u16, body: &str, want: bool) {
    let [one, other] = unknown.map(|body| answer(status, body));
    let unknown = Unknown::of(("NoSuch", &one), ("NoOther", &other));
    assert_eq!(
        unknown.is_said("Stop", &answer(status, body)),
        want,
        "{body}"
    );
}

#[test]
fn what_varies_between_two_made_up_operations_tells_nothing() {
    let page = |id: &str, name: &str| format!("<h1>{name}</h1><p>Request {id} failed</p>");
    let (one, other) = (page("a1-f", "no_such"), page("77", "NoOther"));
    check([&one, &other], 500, &page("c-9", "stop"), true);
    check(
        [&one, &other],
        500,
        "<h1>stop</h1><p>Request 1 crashed</p>",
        false,
    );
    check([&one, &one], 500, &page("c-9", "stop"), false);
    check(["<p>a b</p>", "<p>a b c</p>"], 404, "<p>a b d e</p>", true);
    check(["", ""], 400, "", true);
    check(["", ""], 200, "", false);
}

#[test]
fn an_error_of_the_operation_or_of_the_way_to_it_is_no_absence() {
    for name in [
        "ResourceNotFoundException",
        "UnrecognizedClientException",
        "TooManyRequestsException",
        "SerializationException",
    ] {
        let body = format!(r#"{{"__type":"{name}"}}"#);
        check([&body, &body], 400, &body, false);
    }
    check(["no", "no"], 403, "no", false);
    check(["no", "no"], 503, "no", false);
}

#[test]
fn an_endpoint_may_say_it_of_a_name_that_it_knows() {
    check(["a", "a"], 501, "b", true);
    check(["a", "a"], 400, r#"{"__type":"x#Unsupported"}"#, true);
    check(["a", "a"], 400, r#"{"code":"InvalidAction"}"#, true);
    check(
        ["a", "a"],
        400,
        r#"{"__type":"UnsupportedUserStateException"}"#,
        false,
    );
    check(["a", "a"], 500, r#"{"__type":"InternalFailure"}"#, false);
}
