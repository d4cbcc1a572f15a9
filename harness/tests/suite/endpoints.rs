//! Endpoints as they are out there: behind TLS, a base path, a proxy, an IPv6 address or a gateway that wants a header.
//!
//! Each is a real server in front of a served reference, and is judged by the command.

pub(crate) mod distorted;
pub(crate) mod gateway;

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde_json::Value;

use crate::command::{Output, Scratch, Served, command, output};
use gateway::{Front, Gateway};

/// A few cases of both lanes: header lines go as bytes on a socket.
const SOME: [&str; 4] = [
    "--filter",
    "wire/header-lines/",
    "--filter",
    "job-id/length",
];

/// A reference that asks nothing of signatures, since a gateway changes what was signed.
fn reference() -> Served {
    Served::start(&["--auth", "off", "--pending-ms", "60000"])
}

#[test]
fn a_private_authority_is_trusted_by_both_lanes_where_the_profile_names_it() {
    let reference = reference();
    let gateway = Gateway::start(&reference.url, Front::Tls);
    let scratch = Scratch::new();
    scratch.file("keys/ca.pem", &gateway.certificate);
    let url = format!("https://localhost:{}", gateway.port);
    let profile = |ca: &str| {
        let text = format!("[target.it]\nendpoint = \"{url}\"\ncredentials = \"example\"\n{ca}\n");
        scratch.file("profiles/fullstop.toml", &text)
    };
    // The path is below the file's folder, wherever the command is run.
    let trusting = profile("ca = \"../keys/ca.pem\"");
    let results = judged(&scratch, &["--config", &trusting], &[]);
    assert_plain(&results);
    assert!(lines(&results).any(|line| line.contains("--cacert")));

    let output = run(&scratch, &["--config", &profile("")], &[]);
    assert_eq!(output.code, 3, "{}", output.stderr);
    assert!(output.stderr.contains("certificate"), "{}", output.stderr);

    for (file, wanted) in [
        ("missing.pem", "No such file"),
        ("fullstop.toml", "-----BEGIN"),
    ] {
        let profile = profile(&format!("ca = \"{file}\""));
        let output = run(&scratch, &["--config", &profile], &[]);
        assert_eq!(output.code, 2, "{}", output.stderr);
        for part in [wanted, file, "[target.it]", "ca:", &profile] {
            assert!(output.stderr.contains(part), "{part} in {}", output.stderr);
        }
    }
    let file = scratch.path("keys/ca.pem");
    let results = judged(&scratch, &["--endpoint", &url], &[("FULLSTOP_CA", &file)]);
    assert_plain(&results);
}

#[test]
fn a_base_path_stands_before_every_request_of_both_lanes() {
    let reference = reference();
    let gateway = Gateway::start(&reference.url, Front::Base("/some/base"));
    let url = format!("http://127.0.0.1:{}/some/base", gateway.port);
    let results = judged(&Scratch::new(), &["--endpoint", &url], &[]);
    assert_plain(&results);
}

#[test]
fn an_ipv6_endpoint_is_judged_like_any_other() {
    if std::net::TcpListener::bind("[::1]:0").is_err() {
        // A machine without IPv6 has no such endpoints.
        return;
    }
    let reference = Served::start(&["--address", "::1", "--auth", "off", "--pending-ms", "60000"]);
    assert!(
        reference.url.starts_with("http://[::1]:"),
        "{}",
        reference.url
    );
    let results = judged(&Scratch::new(), &["--endpoint", &reference.url], &[]);
    assert_plain(&results);
}

#[test]
fn the_environments_proxy_is_passed_by_and_the_profiles_is_used_by_the_lane_that_can() {
    let reference = reference();
    let gateway = Gateway::start(&reference.url, Front::Proxy);
    let scratch = Scratch::new();
    let dead = [
        ("HTTP_PROXY", "http://127.0.0.1:9"),
        ("http_proxy", "http://127.0.0.1:9"),
        ("ALL_PROXY", "http://127.0.0.1:9"),
    ];
    let direct = judged(&scratch, &["--endpoint", &reference.url], &dead);
    assert_plain(&direct);

    let profile = format!(
        "[target.it]\nendpoint = \"{}\"\ncredentials = \"example\"\nproxy = \"http://me:hunter2@127.0.0.1:{}\"\n",
        reference.url, gateway.port
    );
    let profile = scratch.file("fullstop.toml", &profile);
    let results = judged(&scratch, &["--config", &profile], &[]);
    assert!(
        gateway
            .seen()
            .contains(&format!("POST {}/ HTTP/1.1", reference.url))
    );
    let (direct, through) = (verdicts(&direct), verdicts(&results));
    let mut passed = 0;
    for case in results["cases"].as_array().expect("a list") {
        let id = case["id"].as_str().expect("an id");
        if through[id] == direct[id] {
            passed += usize::from(through[id] == "pass");
            continue;
        }
        assert_eq!(through[id], "blocked", "{case}");
        let reason = case["reason"].as_str().expect("a reason");
        assert!(reason.contains("would not survive the proxy"), "{reason}");
    }
    assert!(passed > 3, "the library's lane went through: {passed}");
    let told = results.to_string();
    assert!(!told.contains("hunter2"), "the proxy's password is told");
}

#[test]
fn a_gateways_header_comes_from_the_profile_the_environment_or_the_command_line() {
    let reference = reference();
    let gateway = Gateway::start(&reference.url, Front::Header("x-key: right"));
    let scratch = Scratch::new();
    let url = format!("http://127.0.0.1:{}", gateway.port);
    let text = format!(
        "[target.it]\nendpoint = \"{url}\"\ncredentials = \"example\"\nheaders = {{ X-Key = \"right\" }}\n"
    );
    let profile = scratch.file("fullstop.toml", &text);
    assert_plain(&judged(&scratch, &["--config", &profile], &[]));
    let wrong = ["--config", &profile, "--header", "x-key: wrong"];
    let refused = run(&scratch, &wrong, &[]);
    assert_eq!(refused.code, 3, "the command line's header is sent instead");
    let line = ["--endpoint", &url, "--header", "X-KEY: right"];
    assert_plain(&judged(&scratch, &line, &[]));
    let variable = [("FULLSTOP_HEADERS", "X-Other: a\nX-Key: right")];
    assert_plain(&judged(&scratch, &["--endpoint", &url], &variable));
    for (line, wanted) in [
        ("X-Key", "colon"),
        ("X-Amz-Target: a", "cases"),
        ("a b: c", "a b"),
    ] {
        let output = run(&scratch, &["--endpoint", &url, "--header", line], &[]);
        assert_eq!(output.code, 2, "{}", output.stderr);
        for part in ["--header", wanted] {
            assert!(output.stderr.contains(part), "{part} in {}", output.stderr);
        }
    }
}

#[test]
fn variables_override_the_keys_of_the_profile_that_is_asked_for() {
    let reference = reference();
    let scratch = Scratch::new();
    let text = "[target.a]\nendpoint = \"http://127.0.0.1:9\"\ncredentials = \"example\"\n\
                [target.b]\nendpoint = \"http://127.0.0.1:9\"\ncredentials = \"example\"\n";
    scratch.file("fullstop.toml", text);
    let target = |arguments: &[&str], variables: &[(&str, &str)]| {
        judged(&scratch, arguments, variables)["target"].clone()
    };
    let endpoint = ("FULLSTOP_ENDPOINT", reference.url.as_str());
    let named = target(&["--target", "a"], &[endpoint]);
    assert_eq!(named["name"], "a");
    assert_eq!(named["endpoint"], reference.url);
    let by_variable = target(&[], &[endpoint, ("FULLSTOP_TARGET", "b")]);
    assert_eq!(by_variable["name"], "b");
    // Where none is asked for, it is an endpoint of its own.
    assert_eq!(target(&[], &[endpoint])["name"], "endpoint");
    // The command line comes first.
    let elsewhere = ("FULLSTOP_ENDPOINT", "http://127.0.0.1:9");
    let first = target(&["--endpoint", &reference.url], &[elsewhere]);
    assert_eq!(first["endpoint"], reference.url);
    let output = run(
        &scratch,
        &["--target", "a"],
        &[("FULLSTOP_TIMEOUT_MS", "soon")],
    );
    assert_eq!(output.code, 2, "{}", output.stderr);
    for part in ["FULLSTOP_TIMEOUT_MS", "`soon`", "5000"] {
        assert!(output.stderr.contains(part), "{part} in {}", output.stderr);
    }
}

/// The verdicts are those on a reference without anything before it.
#[track_caller]
fn assert_plain(results: &Value) {
    let (wanted, got) = (plain(), verdicts(results));
    let passed = wanted.values().filter(|verdict| *verdict == "pass");
    assert!(passed.count() > 5);
    let differ = |id: &&String| got.get(*id) != wanted.get(*id);
    let differing: Vec<_> = wanted.keys().filter(differ).collect();
    assert!(differing.is_empty(), "other verdicts: {differing:?}");
}

fn plain() -> &'static BTreeMap<String, String> {
    static PLAIN: LazyLock<BTreeMap<String, String>> = LazyLock::new(|| {
        let reference = reference();
        let endpoint = ["--endpoint", &reference.url];
        verdicts(&judged(&Scratch::new(), &endpoint, &[]))
    });
    &PLAIN
}

fn run(scratch: &Scratch, arguments: &[&str], variables: &[(&str, &str)]) -> Output {
    let json = scratch.path("results.json");
    let fixed = ["run", "--quiet", "--json", &json];
    let mut command = command(&[&fixed[..], &SOME, arguments].concat());
    output(
        command
            .envs(variables.iter().copied())
            .current_dir(&scratch.folder),
    )
}

#[track_caller]
fn judged(scratch: &Scratch, arguments: &[&str], variables: &[(&str, &str)]) -> Value {
    let output = run(scratch, arguments, variables);
    let text = std::fs::read_to_string(scratch.path("results.json"))
        .unwrap_or_else(|error| panic!("{error}: {}", output.stderr));
    std::fs::remove_file(scratch.path("results.json")).expect("it is there");
    serde_json::from_str(&text).expect("results are JSON")
}

fn verdicts(results: &Value) -> BTreeMap<String, String> {
    let cases = results["cases"].as_array().expect("a list").iter();
    let text = |value: &Value| value.as_str().expect("a text").to_owned();
    cases
        .map(|case| (text(&case["id"]), text(&case["verdict"])))
        .collect()
}

fn lines(results: &Value) -> impl Iterator<Item = &str> {
    let cases = results["cases"].as_array().expect("a list").iter();
    cases.filter_map(|case| case["replay"].as_str())
}
