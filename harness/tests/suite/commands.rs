//! The commands, as the README and `--help` show them.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::command::{FULLSTOP, Scratch, Served, command, fullstop, output, pools};
use crate::root;

#[test]
fn run_without_arguments_judges_the_reference_and_is_green() {
    let output = fullstop(&["run"]);
    assert_eq!(output.code, 0, "{}{}", output.stdout, output.stderr);
    assert!(
        output.stdout.contains("divergence 0.0 %"),
        "{}",
        output.stdout
    );
    assert!(!output.stdout.contains('\x1b'), "a pipe gets no colours");
}

#[test]
fn results_are_json_of_the_documented_shape() {
    let output = fullstop(&["run", "--json", "-", "--filter", "job-id/length"]);
    let results: Value = serde_json::from_str(&output.stdout).expect("standard output is JSON");
    for key in [
        "tool", "version", "target", "seed", "summary", "exit", "excluded", "cases",
    ] {
        assert!(results.get(key).is_some(), "{key} in {results}");
    }
    let names = [
        "pass",
        "tolerated",
        "divergent",
        "observed",
        "unsupported",
        "indeterminate",
        "blocked",
        "vacuous",
        "error",
    ];
    let summary = &results["summary"];
    let counted: u64 = names
        .iter()
        .map(|name| summary[name].as_u64().expect("a count"))
        .sum();
    assert_eq!(Some(counted), summary["cases"].as_u64());
    let cases = results["cases"].as_array().expect("a list");
    assert_eq!(Some(cases.len() as u64), summary["cases"].as_u64());
    for key in [
        "id",
        "level",
        "verdict",
        "reason",
        "flag",
        "snapshot",
        "mismatches",
        "replay",
    ] {
        assert!(cases[0].get(key).is_some(), "{key} in {}", cases[0]);
    }
}

#[test]
fn seed_and_concurrency_change_no_verdict() {
    let verdicts = |arguments: &[&str]| {
        let output = fullstop(&[&["run", "--json", "-"], arguments].concat());
        let results: Value = serde_json::from_str(&output.stdout).expect("standard output is JSON");
        let cases = results["cases"].as_array().cloned().expect("a list");
        cases
            .iter()
            .map(|case| format!("{} {}", case["id"], case["verdict"]))
            .collect::<Vec<_>>()
    };
    let first = verdicts(&["--seed", "1", "--concurrency", "1"]);
    assert_eq!(first, verdicts(&["--seed", "2", "--concurrency", "8"]));
    assert_eq!(first, verdicts(&["--seed", "3", "--concurrency", "64"]));
}

#[test]
fn a_closed_port_is_one_clear_line_and_exit_3() {
    let started = Instant::now();
    let output = fullstop(&["run", "--endpoint", "http://127.0.0.1:9"]);
    assert_eq!(output.code, 3);
    assert_eq!(output.stderr.lines().count(), 1, "{}", output.stderr);
    assert!(
        output
            .stderr
            .contains("http://127.0.0.1:9 cannot be reached"),
        "{}",
        output.stderr
    );
    assert!(started.elapsed() < Duration::from_secs(5));
}

#[test]
fn what_the_user_got_wrong_is_exit_2_and_says_what_would_be_right() {
    usage(
        &["run", "--filter", "no-such-case"],
        &["`no-such-case`", "fullstop list"],
    );
    usage(
        &["run", "--endpoint", "127.0.0.1:80"],
        &["http://127.0.0.1:4566"],
    );
    usage(
        &["run", "--endpoint", "ftp://127.0.0.1"],
        &["neither http nor https"],
    );
    usage(
        &["run", "--endpoint", "http://me:hunter2@127.0.0.1"],
        &["credentials do not belong"],
    );
    usage(
        &["run", "--endpoint", "http://192.0.2.1"],
        &["AWS_ACCESS_KEY_ID"],
    );
    usage(&["run", "--target", "mine"], &["`mine`", "reference, aws"]);
    usage(&["run", "--config", "missing.toml"], &["missing.toml"]);
    usage(&["run", "--cases", "missing"], &["missing"]);
    usage(&["run", "--concurrency", "0"], &["--concurrency"]);
    usage(&["run", "--no-such-flag"], &["--no-such-flag"]);
    usage(
        &["explain", "job-id/length-max/one-ove"],
        &["did you mean `job-id/length-max/one-over`?"],
    );
    usage(
        &["serve", "--address", "0.0.0.0"],
        &["not a loopback address"],
    );
    usage(
        &["serve", "--mutant", "no-such-mutant"],
        &["no-such-mutant"],
    );
    usage(
        &["send", "no/such/case"],
        &["no/such/case", "fullstop list"],
    );
}

#[track_caller]
fn usage(arguments: &[&str], told: &[&str]) {
    let output = fullstop(arguments);
    assert_eq!(
        output.code, 2,
        "{arguments:?}: {}{}",
        output.stdout, output.stderr
    );
    for part in told {
        assert!(
            output.stderr.contains(part),
            "{arguments:?}: {part} in {}",
            output.stderr
        );
    }
    assert!(
        !output.stderr.contains("hunter2"),
        "a password is shown: {}",
        output.stderr
    );
}

#[test]
fn a_wrong_profile_is_exit_2_with_file_line_and_key() {
    profile(
        "[target.a]\nendpont = \"http://127.0.0.1\"\n",
        &["line 2", "endpont", "endpoint"],
    );
    profile(
        "[target.a]\nendpoint = \"http://127.0.0.1\"\nprovision = { driver = \"magic\" }\n",
        &["magic", "command"],
    );
    profile(
        "[target.a]\nendpoint = \"http://127.0.0.1\"\nactive_jobs = 0\n",
        &["[target.a]", "active_jobs"],
    );
    profile(
        "[target.a]\nendpoint = \"http://127.0.0.1\"\nreach = [\"Stoped\"]\n",
        &["`Stoped`", "Stopped"],
    );
    profile(
        "[target.a]\nendpoint = \"127.0.0.1\"\n",
        &["[target.a]", "endpoint"],
    );
    profile(
        "[target.a]\nendpoint = \"http://127.0.0.1\"\ncredentials = \"env\"\n",
        &["environment"],
    );
    profile(
        "[target.a]\nendpoint = \"http://127.0.0.1\"\ncredentials = \"none\"\nprovision = { driver = \"command\", command = [\"no-such-program\"] }\n",
        &["no-such-program", "No such file"],
    );
    let two = "[target.a]\nendpoint = \"http://127.0.0.1\"\n[target.b]\nendpoint = \"http://127.0.0.1\"\n";
    profile(two, &["--target", "a, b"]);
}

#[track_caller]
fn profile(text: &str, told: &[&str]) {
    let scratch = Scratch::new();
    let file = scratch.file("fullstop.toml", text);
    let output = fullstop(&["run", "--config", &file]);
    assert_eq!(output.code, 2, "{text}: {}{}", output.stdout, output.stderr);
    for part in told {
        assert!(output.stderr.contains(part), "{part} in {}", output.stderr);
    }
    assert!(
        output.stderr.contains("fullstop.toml")
            || output.stderr.contains("--target")
            || output.stderr.contains("no-such-program")
    );
}

#[test]
fn a_wrong_case_file_is_exit_2_with_file_line_and_caret() {
    let scratch = Scratch::new();
    scratch.file(
        "cases/area/wrong.toml",
        "requirement = \"A sentence.\"\nlevel = \"shall\"\nsources = []\n",
    );
    let output = fullstop(&["run", "--cases", &scratch.path("cases")]);
    assert_eq!(output.code, 2);
    for part in [
        "area/wrong.toml:2:9",
        "level = \"shall\"",
        "^^^^^^^",
        "`must`, `should`, `observe`",
    ] {
        assert!(output.stderr.contains(part), "{part} in {}", output.stderr);
    }
}

#[test]
fn the_programs_driver_reaches_every_state_and_fault() {
    let served = Served::start(&["--control"]);
    let scratch = Scratch::new();
    let driver = root().join("docs/driver.py");
    let lines = fs::read_to_string(&driver).expect("it is there");
    let code = lines.split("\"\"\"").nth(2).expect("it has a docstring");
    assert!(
        code.lines().filter(|line| !line.trim().is_empty()).count() <= 20,
        "20 lines are promised"
    );
    let states = "\"Created\", \"Pending\", \"InProgress\", \"Stopping\", \"Expired\", \"Stopped\", \"Failed\", \"Succeeded\", \"TooManyRequestsException\"";
    let config = scratch.file(
        "fullstop.toml",
        &format!(
            "[target.mine]\nendpoint = \"{}\"\ncredentials = {{ access_key = \"AKIDEXAMPLE\", secret_key = \"wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY\" }}\nreach = [{states}]\nprovision = {{ driver = \"command\", command = [\"python3\", {:?}] }}\n",
            served.url,
            driver.display()
        ),
    );
    let output = fullstop(&["run", "--config", &config, "--json", "-"]);
    let results: Value = serde_json::from_str(&output.stdout)
        .unwrap_or_else(|error| panic!("{error}: {}{}", output.stdout, output.stderr));
    assert_eq!(
        results["summary"]["blocked"],
        0,
        "{}",
        listed(&results, "blocked")
    );
    assert_eq!(
        results["summary"]["divergent"],
        0,
        "{}",
        listed(&results, "divergent")
    );
    assert_eq!(results["exit"], 0);
}

#[test]
fn the_api_driver_is_green_on_the_served_reference_and_leaves_nothing_behind() {
    let served = Served::start(&["--auth", "required"]);
    let output = fullstop(&["run", "--endpoint", &served.url, "--json", "-"]);
    let results: Value = serde_json::from_str(&output.stdout)
        .unwrap_or_else(|error| panic!("{error}: {}{}", output.stdout, output.stderr));
    assert_eq!(
        results["summary"]["divergent"],
        0,
        "{}",
        listed(&results, "divergent")
    );
    assert_eq!(results["exit"], 0);
    assert_eq!(pools(&served.url), Vec::<String>::new());
}

#[test]
fn a_replay_line_shows_again_what_the_run_saw() {
    let served = Served::start(&[
        "--mutant",
        "missing-pool-as-invalid-parameter",
        "--pending-ms",
        "60000",
    ]);
    check_replays(&served.url, "state/missing-pool");
    let served = Served::start(&["--mutant", "job-status-member", "--pending-ms", "60000"]);
    check_replays(&served.url, "state/stop-started/answers-stopped");
}

/// Pastes the replay lines of what diverges into a shell, and compares the class of the answer.
#[track_caller]
fn check_replays(url: &str, filter: &str) {
    let output = fullstop(&["run", "--endpoint", url, "--filter", filter, "--json", "-"]);
    let results: Value = serde_json::from_str(&output.stdout).expect("standard output is JSON");
    let cases = results["cases"].as_array().expect("a list");
    let divergent: Vec<_> = cases
        .iter()
        .filter(|case| case["verdict"] == "divergent")
        .collect();
    assert!(!divergent.is_empty(), "the mutant is caught: {results}");
    for case in divergent {
        let line = case["replay"].as_str().expect("a replay line");
        let came = case["exchange"]["came"].as_str().expect("an answer");
        let path = format!(
            "{}:{}",
            std::path::Path::new(FULLSTOP)
                .parent()
                .expect("a folder")
                .display(),
            std::env::var("PATH").unwrap_or_default()
        );
        let shown = self::output(Command::new("sh").args(["-c", line]).env("PATH", path));
        let status = came.lines().next().expect("a status");
        assert!(
            shown
                .stdout
                .lines()
                .any(|line| line.starts_with("HTTP/1.1 ") && line.contains(status)),
            "{status} in\n{}{}\nof\n{line}",
            shown.stdout,
            shown.stderr
        );
    }
    assert_eq!(pools(url), Vec::<String>::new(), "the replay cleans up");
}

#[test]
fn an_interrupted_run_deletes_what_it_created() {
    // Every answer is late, so that the run is under way when it is interrupted.
    let served = Served::start(&["--variation", "slow-answers"]);
    let mut run = command(&["run", "--endpoint", &served.url, "--concurrency", "4"])
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the command starts");
    let deadline = Instant::now() + Duration::from_secs(20);
    while pools(&served.url).is_empty() {
        assert!(Instant::now() < deadline, "the run creates pools");
    }
    let id = run.id().to_string();
    assert!(
        Command::new("kill")
            .args(["-INT", &id])
            .status()
            .expect("kill runs")
            .success()
    );
    let status = run.wait().expect("it ends");
    assert_eq!(status.code(), Some(130));
    assert_eq!(pools(&served.url), Vec::<String>::new());
}

#[test]
fn serve_ends_cleanly_when_it_is_asked_to() {
    for signal in ["-INT", "-TERM"] {
        let mut served = Served::start(&[]);
        assert!(
            served.url.starts_with("http://127.0.0.1:"),
            "{}",
            served.url
        );
        let id = served.process.id().to_string();
        assert!(
            Command::new("kill")
                .args([signal, &id])
                .status()
                .expect("kill runs")
                .success()
        );
        assert_eq!(
            served.process.wait().expect("it ends").code(),
            Some(0),
            "{signal}"
        );
    }
}

#[test]
fn list_and_explain_tell_every_case() {
    let listed = fullstop(&["list"]);
    assert_eq!(listed.code, 0);
    let first = listed
        .stdout
        .lines()
        .next()
        .expect("a case")
        .split_whitespace()
        .last()
        .expect("an id");
    let told = fullstop(&["explain", first]);
    assert_eq!(told.code, 0, "{}", told.stderr);
    assert!(
        told.stdout.contains("source") && told.stdout.contains("sends"),
        "{}",
        told.stdout
    );
}

#[test]
fn a_reader_that_goes_away_is_no_fault() {
    let mut list = command(&["list"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it starts");
    let mut line = String::new();
    BufReader::new(list.stdout.take().expect("it is piped"))
        .read_line(&mut line)
        .expect("a line");
    let output = list.wait_with_output().expect("it ends");
    assert_eq!(
        output.status.code(),
        Some(0),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

fn listed(results: &Value, verdict: &str) -> String {
    let cases = results["cases"].as_array().cloned().unwrap_or_default();
    let of_verdict = cases.iter().filter(|case| case["verdict"] == verdict);
    of_verdict
        .map(|case| format!("{} {} {}\n", case["id"], case["reason"], case["mismatches"]))
        .collect()
}
