//! What commands read and write: outputs are checked before anything is sent, and inputs are bounded and never written over.

use std::fs;
use std::io::Read as _;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::command::{Scratch, Served, command, fullstop, output, until};

#[test]
fn an_output_that_cannot_be_written_is_told_before_anything_is_sent() {
    let scratch = Scratch::new();
    let ledger = scratch.file("ledger.toml", "");
    let results = scratch.path("results.json");
    let made = fullstop(&["run", "--filter", "response/", "--json", &results]);
    assert_eq!(made.code, 0, "{}", made.stderr);
    let (there, missing) = (
        scratch.path("there.html"),
        scratch.path("missing/file.json"),
    );
    let folder = scratch.folder.to_string_lossy().into_owned();
    // There is nobody: a command that sends anything first says so, with another exit code.
    let nobody = ["--endpoint", "http://127.0.0.1:9"];
    let rows: &[(&[&str], &str)] = &[
        (&["run", "--json", &missing], "missing/file.json"),
        (&["run", "--html", &folder], "directory"),
        (
            &["run", "--ledger", &ledger, "--json", &ledger],
            "it is what is read",
        ),
        (
            &["run", "--html", &there, "--junit", &there],
            "another report goes there",
        ),
        (&["doctor", "--json", &missing], "missing/file.json"),
        (&["fuzz", "--json", &missing], "missing/file.json"),
        (&["fuzz", "--findings", "/proc/nothing"], "/proc/nothing"),
        (&["lifecycle", "--json", &missing], "missing/file.json"),
        (&["record", "--out", "/proc/nothing"], "/proc/nothing"),
    ];
    for (arguments, wanted) in rows {
        let came = fullstop(&[arguments, &nobody[..]].concat());
        assert_eq!(came.code, 2, "{arguments:?}: {}", came.stderr);
        assert!(
            came.stderr.contains(wanted),
            "{arguments:?}: {}",
            came.stderr
        );
    }
    let before = fs::read(&results).expect("it is there");
    for arguments in [
        &["report", &results, "--html", &results][..],
        &["compare", &results, "reference", "--json", &results],
    ] {
        let came = fullstop(arguments);
        assert_eq!(came.code, 2, "{arguments:?}: {}", came.stderr);
        assert!(
            came.stderr.contains("it is what is read"),
            "{}",
            came.stderr
        );
        assert_eq!(fs::read(&results).expect("it is there"), before);
    }
    assert!(!scratch.folder.join("there.html").exists());
}

#[test]
fn no_input_is_read_without_end() {
    let rows: &[&[&str]] = &[
        &["run", "--config", "/dev/zero"],
        &["run", "--ledger", "/dev/zero"],
        &["run", "--cases", "/dev/zero"],
        &["report", "/dev/zero"],
        &["drift", "/dev/zero"],
        &["fuzz", "--replay", "/dev/zero"],
        &["lifecycle", "--replay", "/dev/zero"],
    ];
    for arguments in rows {
        let start = Instant::now();
        let came = fullstop(arguments);
        assert_eq!(came.code, 2, "{arguments:?}: {}", came.stderr);
        assert!(
            came.stderr.contains("/dev/zero"),
            "{arguments:?}: {}",
            came.stderr
        );
        assert!(start.elapsed() < Duration::from_secs(10), "{arguments:?}");
    }
}

#[test]
fn results_of_another_format_are_refused_wherever_they_are_read() {
    let scratch = Scratch::new();
    let old = r#"{"tool":"fullstop","version":"0.0.1","format":0,"exit":0}"#;
    let old = scratch.file("old.json", old);
    for arguments in [
        &["compare", &old, "reference"][..],
        &["report", &old],
        &["ledger", "update", "--from", &old, "--reason", "as found"],
    ] {
        let came = fullstop(arguments);
        assert_eq!(came.code, 2, "{arguments:?}: {}", came.stderr);
        assert!(
            came.stderr.contains("in format 0"),
            "{arguments:?}: {}",
            came.stderr
        );
    }
}

/// Sends a signal to a process.
fn signal(name: &str, process: u32) {
    let sent = Command::new("kill")
        .args([name, &process.to_string()])
        .status();
    assert!(sent.expect("kill is there").success());
}

/// How long a command may take to end once it was asked to: its clean-up has five seconds.
const PATIENCE: Duration = Duration::from_secs(8);

/// Starts a command whose output nobody reads, and waits until it has made a pool.
fn begun(served: &Served, scratch: &Scratch, arguments: &[&str]) -> Child {
    let mut child = command(&[arguments, &["--endpoint", &served.url]].concat())
        .current_dir(&scratch.folder)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the command starts");
    // A closed pipe is no reason to leave pools behind.
    drop((child.stdout.take(), child.stderr.take()));
    until("a pool", PATIENCE, || served.pools() > 0);
    child
}

fn has_ended(child: &mut Child) -> bool {
    child.try_wait().expect("it is a child").is_some()
}

#[test]
fn a_report_to_a_pipe_that_nobody_reads_can_be_ended() {
    let (served, scratch) = (Served::start(&["--pending-ms", "60000"]), Scratch::new());
    let pipe = scratch.path("pipe");
    let made = Command::new("mkfifo").arg(&pipe).status();
    assert!(made.expect("mkfifo is there").success());
    let mut child = begun(&served, &scratch, &["run", "--json", &pipe]);
    signal("-INT", child.id());
    // What it made is deleted, and then it waits for somebody to read.
    until("no pool", PATIENCE, || served.pools() == 0);
    assert!(!has_ended(&mut child), "it waits");
    until("the end", PATIENCE, || {
        signal("-INT", child.id());
        has_ended(&mut child)
    });
    assert_eq!(child.wait().expect("it ended").code(), Some(130));
}

#[test]
fn a_signal_ends_each_command_with_130_and_without_pools() {
    let (served, scratch) = (Served::start(&["--pending-ms", "60000"]), Scratch::new());
    let findings = scratch.path("findings");
    let commands: [&[&str]; 3] = [
        &["run", "--concurrency", "1"],
        &["fuzz", "--time", "60s", "--findings", &findings],
        &["lifecycle", "--sequences", "100000"],
    ];
    for (name, arguments) in ["-INT", "-TERM", "-INT"].into_iter().zip(commands) {
        let mut child = begun(&served, &scratch, arguments);
        signal(name, child.id());
        until(arguments[0], PATIENCE, || has_ended(&mut child));
        let code = child.wait().expect("it ended").code();
        assert_eq!(code, Some(130), "{arguments:?}");
        assert_eq!(served.pools(), 0, "{arguments:?}");
    }
}

#[test]
fn a_sweep_that_cannot_list_is_no_success() {
    use crate::endpoints::distorted::{Distorted, Fault};
    let page: Fault = |request, response, client| match request.operation == "ListUserPools" {
        true => response.page(200, "Welcome").send(client),
        false => response.send(client),
    };
    let null: Fault = |request, response, client| match request.operation == "ListUserPools" {
        true => response.saying("null").send(client),
        false => response.send(client),
    };
    for fault in [page, null] {
        let endpoint = Distorted::start(&["--auth", "off"], fault);
        let swept = fullstop(&["sweep", "--endpoint", &endpoint.url]);
        assert_eq!(swept.code, 3, "{}{}", swept.stdout, swept.stderr);
    }
}

#[test]
fn results_go_to_a_pipe_that_is_read() {
    let mut child = command(&["run", "--filter", "response/", "--json", "-"])
        .current_dir(Scratch::new().folder.parent().expect("a folder"))
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("the command starts");
    let mut text = String::new();
    let mut out = child.stdout.take().expect("it is piped");
    out.read_to_string(&mut text).expect("it is text");
    assert!(child.wait().expect("it ends").success());
    let results: serde_json::Value = serde_json::from_str(&text).expect("JSON and nothing else");
    assert_eq!(results["exit"], 0);
    let alone = output(&mut command(&["run", "--json", "-", "--html", "-"]));
    assert_eq!(alone.code, 2, "{}", alone.stderr);
}
