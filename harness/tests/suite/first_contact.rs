//! What somebody meets who uses the commands for the first time, with a wrong word or a slow endpoint.

use std::thread;
use std::time::{Duration, Instant};

use crate::command::{Scratch, Served, fullstop};
use crate::endpoints::distorted::{Distorted, Fault};

/// The same defaults hold for an address in a profile and on the command line, in every form of the loopback.
#[test]
fn a_profile_with_only_an_address_is_one_on_this_machine() {
    let served = Served::start(&[]);
    let port = served.url.rsplit(':').next().unwrap();
    let scratch = Scratch::new();
    for host in ["127.0.0.1", "localhost", "localhost.", "0.0.0.0"] {
        let url = format!("http://{host}:{port}");
        let text = format!("[target.it]\nendpoint = \"{url}\"\n");
        let profile = scratch.file("fullstop.toml", &text);
        for target in [["--config", &profile], ["--endpoint", &url]] {
            let output = fullstop(
                &[
                    &["run", "--filter", "job-id/length", "--deadline", "3s"],
                    &target[..],
                ]
                .concat(),
            );
            assert_eq!(
                output.code, 0,
                "{target:?}: {}{}",
                output.stdout, output.stderr
            );
        }
    }
}

/// A name that is none gets the nearest one, and never the whole list.
#[test]
fn a_wrong_name_gets_the_nearest() {
    let rows: &[(&[&str], &str)] = &[
        (&["run", "--filter", "sttae"], "did you mean `state`?"),
        (
            &["explain", "job-id/lenght-max"],
            "did you mean `job-id/length-max`?",
        ),
        (
            &["send", "job-id/length-max/one-ovr"],
            "did you mean `job-id/length-max/one-over`?",
        ),
        (
            &["mutants", "--only", "always-40"],
            "did you mean `always-400`?",
        ),
        (
            &["serve", "--variation", "whole-secnds"],
            "did you mean `whole-seconds`?",
        ),
        (
            &["serve", "--mutant", "zzzzzzzzzzzzzzzzzzzz"],
            "`fullstop mutants` shows every name",
        ),
    ];
    for (arguments, wanted) in rows {
        let output = fullstop(arguments);
        assert_eq!(output.code, 2, "{arguments:?}");
        assert!(
            output.stderr.contains(wanted),
            "{arguments:?}: {}",
            output.stderr
        );
        assert!(
            output.stderr.len() < 600,
            "{arguments:?}: {}",
            output.stderr
        );
    }
}

/// A folder of findings without a finding is judged green; any other folder without a case is an error.
#[test]
fn a_campaign_without_findings_leaves_nothing_to_judge() {
    let scratch = Scratch::new();
    let folder = scratch.path("findings");
    let found = fullstop(&["fuzz", "--execs", "30", "--findings", &folder]);
    assert_eq!(found.code, 0, "{}", found.stderr);
    let judged = fullstop(&["run", "--cases", &folder]);
    assert_eq!(judged.code, 0, "{}", judged.stderr);
    assert!(
        judged.stdout.contains("nothing to judge"),
        "{}",
        judged.stdout
    );
    let other = scratch.path("other");
    std::fs::create_dir_all(&other).unwrap();
    let judged = fullstop(&["run", "--cases", &other]);
    assert_eq!(judged.code, 2, "{}", judged.stdout);
}

/// A campaign ends within a second of its time, and of Ctrl-C, however slow the endpoint is.
#[test]
fn a_campaign_ends_when_it_should() {
    let fault: Fault = |_, response, client| {
        thread::park_timeout(Duration::from_millis(40));
        response.send(client)
    };
    let endpoint = Distorted::start(&["--auth", "off"], fault);
    let scratch = Scratch::new();
    let start = Instant::now();
    let arguments = [
        "fuzz",
        "--endpoint",
        &endpoint.url,
        "--time",
        "2s",
        "--findings",
    ];
    let folder = scratch.path("findings");
    let ended = fullstop(&[&arguments[..], &[&folder]].concat());
    let took = start.elapsed();
    assert!(took < Duration::from_secs(9), "{took:?}: {}", ended.stderr);
    assert!([0, 3].contains(&ended.code), "{}", ended.stderr);
}
