//! Known faults: a gate that is red for a new one, and for one that is known no longer.

mod emulator;
mod entries;
mod files;

use std::fs;

use serde_json::Value;

use crate::command::{Output, Scratch, Served, command, output};

/// A case that the mutant `constraints-unchecked` fails.
pub(super) const FAILING: &str = "job-id/length-max/one-over";

pub(super) fn run(scratch: &Scratch, arguments: &[&str]) -> Output {
    output(command(arguments).current_dir(&scratch.folder))
}

pub(super) fn served(mutant: &str) -> Served {
    Served::start(&["--control", "--mutant", mutant])
}

pub(super) fn driven(scratch: &Scratch, served: &Served, ledger: &str) {
    let text = format!(
        "[target.mine]\nendpoint = \"{}\"\ncredentials = \"none\"\n{ledger}",
        served.url
    );
    scratch.file("fullstop.toml", &text);
}

#[test]
fn a_ledger_makes_the_gate_green_until_a_fault_is_new_or_gone() {
    let scratch = Scratch::new();
    let faulty = served("constraints-unchecked");
    driven(&scratch, &faulty, "ledger = \"known.toml\"\n");
    let only = ["--filter", "job-id/", "--repeats", "0"];
    let run_now = || run(&scratch, &[&["run"][..], &only].concat());
    let first = run(
        &scratch,
        &["run", "--filter", "job-id/", "--ledger", "none.toml"],
    );
    assert_eq!(first.code, 2, "{}", first.stderr);

    let updated = run(
        &scratch,
        &[
            "ledger",
            "update",
            "--ledger",
            "known.toml",
            "--filter",
            "job-id/",
            "--reason",
            "adopted",
        ],
    );
    assert_eq!(updated.code, 0, "{}", updated.stderr);
    let ledger = fs::read_to_string(scratch.path("known.toml")).expect("it was written");
    assert!(ledger.contains(FAILING), "{ledger}");

    let green = run_now();
    assert_eq!(green.code, 0, "{}{}", green.stdout, green.stderr);
    assert!(green.stdout.contains("adopted"), "{}", green.stdout);
    assert!(
        green.stdout.contains("known  unchecked/"),
        "{}",
        green.stdout
    );

    // One case more.
    let without = ledger.replacen(FAILING, "job-id/length-max/far-over-that-is-not", 1);
    fs::write(scratch.path("known.toml"), without).expect("it can be written");
    let unknown = run_now();
    assert_eq!(unknown.code, 2);
    assert!(
        unknown.stderr.contains("known.toml:") && unknown.stderr.contains("far-over-that-is-not"),
        "{}",
        unknown.stderr
    );
    let lines = ledger.lines().filter(|line| !line.contains(FAILING));
    let rest = lines.collect::<Vec<_>>().join("\n");
    fs::write(scratch.path("known.toml"), &rest).expect("it can be written");
    let red = run_now();
    assert_eq!(red.code, 1, "{}", red.stdout);
    assert!(red.stdout.contains(FAILING), "{}", red.stdout);

    // The faults are mended.
    drop(faulty);
    let mended = Served::start(&["--control"]);
    driven(&scratch, &mended, "ledger = \"known.toml\"\n");
    let stale = run_now();
    assert_eq!(stale.code, 5, "{}{}", stale.stdout, stale.stderr);
    assert!(stale.stdout.contains("stale"), "{}", stale.stdout);
    let pruned = run(
        &scratch,
        &[
            "ledger",
            "prune",
            "--ledger",
            "known.toml",
            "--filter",
            "job-id/",
        ],
    );
    assert_eq!(pruned.code, 0, "{}", pruned.stderr);
    assert_eq!(run_now().code, 0);
}

#[test]
fn another_wrong_answer_of_a_listed_case_is_red() {
    let scratch = Scratch::new();
    let faulty = served("constraints-unchecked");
    driven(&scratch, &faulty, "ledger = \"known.toml\"\n");
    let entry = format!(
        "[[known]]\ncase = \"{FAILING}\"\nfingerprint = \"0123456789abcdef\"\nreason = \"it was otherwise\"\n"
    );
    scratch.file("known.toml", &entry);
    let red = run(
        &scratch,
        &[
            "run",
            "--filter",
            FAILING,
            "--json",
            "r.json",
            "--repeats",
            "0",
        ],
    );
    assert_eq!(red.code, 1, "{}", red.stdout);
    assert!(
        red.stdout.contains("another wrong response"),
        "{}",
        red.stdout
    );
    let results = fs::read_to_string(scratch.path("r.json")).expect("results");
    let results: Value = serde_json::from_str(&results).expect("JSON");
    let case = &results["cases"][0];
    assert!(case["repeats"].is_null(), "{case}");
    assert_eq!(case["known"]["state"], "changed");
    assert_eq!(case["known"]["entry"], FAILING);
    assert_eq!(results["ledger"][0]["state"], "changed");
}

#[test]
fn an_expired_entry_is_exit_5_and_its_last_day_is_still_good() {
    let scratch = Scratch::new();
    let faulty = served("constraints-unchecked");
    driven(&scratch, &faulty, "ledger = \"known.toml\"\n");
    let update = |expires: &str| {
        let _ = fs::remove_file(scratch.path("known.toml"));
        let done = run(
            &scratch,
            &[
                "ledger",
                "update",
                "--ledger",
                "known.toml",
                "--filter",
                FAILING,
                "--reason",
                "r",
                "--owner",
                "o",
                "--expires",
                expires,
            ],
        );
        assert_eq!(done.code, 0, "{}", done.stderr);
    };
    update("2001-01-01");
    let expired = run(&scratch, &["run", "--filter", FAILING]);
    assert_eq!(expired.code, 5, "{}", expired.stdout);
    let checked = run(&scratch, &["ledger", "check", "known.toml"]);
    assert_eq!(checked.code, 5);
    assert!(checked.stderr.contains("known.toml:"), "{}", checked.stderr);
    update("2999-12-31");
    assert_eq!(run(&scratch, &["run", "--filter", FAILING]).code, 0);
    assert_eq!(run(&scratch, &["ledger", "check", "known.toml"]).code, 0);
}

#[test]
fn an_update_keeps_comments_order_and_reasons() {
    let scratch = Scratch::new();
    let faulty = served("constraints-unchecked");
    driven(&scratch, &faulty, "");
    let text = "# ours, by hand\n\n[[known]]\n# waits for a release\ncase = \"job-id/characters/none-yet\"\nfingerprint = \"00000000deadbeef\" # old\nreason = \"mine\"\n";
    let ids = run(&scratch, &["list", "--filter", "job-id/"]).stdout;
    let case = ids
        .lines()
        .filter_map(|line| line.split_whitespace().last())
        .find(|id| id.starts_with("job-id/characters/"))
        .expect("a case that the mutant fails");
    scratch.file(
        "known.toml",
        &text.replace("job-id/characters/none-yet", case),
    );
    scratch.file("results.json", "{}");
    let wrong = run(
        &scratch,
        &[
            "ledger",
            "update",
            "--ledger",
            "known.toml",
            "--from",
            "results.json",
            "--reason",
            "r",
        ],
    );
    assert_eq!(wrong.code, 2, "{}", wrong.stderr);
    assert!(wrong.stderr.contains("results.json"), "{}", wrong.stderr);
    run(
        &scratch,
        &[
            "run",
            "--filter",
            "job-id/",
            "--json",
            "results.json",
            "--repeats",
            "0",
        ],
    );
    let updated = run(
        &scratch,
        &[
            "ledger",
            "update",
            "--ledger",
            "known.toml",
            "--from",
            "results.json",
            "--reason",
            "new",
        ],
    );
    assert_eq!(updated.code, 0, "{}", updated.stderr);
    for part in [
        "1 refreshed",
        "converted  1 entry of one case into faults",
        "next: fullstop run",
    ] {
        assert!(updated.stdout.contains(part), "{}", updated.stdout);
    }
    let ledger = fs::read_to_string(scratch.path("known.toml")).expect("it was written");
    assert!(
        ledger.starts_with("# ours, by hand\n\n[[known]]\n# waits for a release\n"),
        "{ledger}"
    );
    assert!(
        ledger.contains("# old") && !ledger.contains("deadbeef"),
        "{ledger}"
    );
    assert!(ledger.contains("reason = \"mine\""), "{ledger}");
    let again = run(
        &scratch,
        &[
            "ledger",
            "update",
            "--ledger",
            "known.toml",
            "--from",
            "results.json",
            "--reason",
            "x",
        ],
    );
    assert!(
        again.stdout.contains("0 cases added, 0 refreshed"),
        "{}",
        again.stdout
    );
    assert_eq!(
        fs::read_to_string(scratch.path("known.toml")).expect("it is there"),
        ledger
    );
}

#[test]
fn entries_at_level_should_count_under_strict_only() {
    let scratch = Scratch::new();
    let served = Served::start(&["--control"]);
    driven(&scratch, &served, "ledger = \"known.toml\"\n");
    let listed = run(&scratch, &["list"]).stdout;
    let should = listed
        .lines()
        .filter_map(|line| line.strip_prefix("should "))
        .map(str::trim)
        .find(|id| id.starts_with("job-id/") || id.starts_with("user-pool-id/"))
        .expect("a case at level should")
        .to_owned();
    let entry = format!(
        "[[known]]\ncase = \"{should}\"\nfingerprint = \"0123456789abcdef\"\nreason = \"wording\"\n"
    );
    scratch.file("known.toml", &entry);
    assert_eq!(run(&scratch, &["run", "--filter", &should]).code, 0);
    assert_eq!(
        run(&scratch, &["run", "--filter", &should, "--strict"]).code,
        5
    );
}

#[test]
fn fingerprints_are_the_same_in_every_run() {
    let scratch = Scratch::new();
    let prints = |arguments: &[&str]| {
        let faulty = served("errors-as-html");
        let base = [
            "run",
            "--endpoint",
            &faulty.url,
            "--json",
            "r.json",
            "--repeats",
            "0",
            "--filter",
            "job-id/",
        ];
        run(&scratch, &[&base[..], arguments].concat());
        let results = fs::read_to_string(scratch.path("r.json")).expect("results");
        let results: Value = serde_json::from_str(&results).expect("JSON");
        let cases = results["cases"].as_array().cloned().expect("a list");
        let found: Vec<_> = cases
            .iter()
            .filter(|case| !case["fingerprint"].is_null())
            .map(|case| format!("{} {}", case["id"], case["fingerprint"]))
            .collect();
        assert!(found.len() > 20, "{}", found.len());
        found
    };
    let first = prints(&["--seed", "1", "--concurrency", "1"]);
    assert_eq!(first, prints(&["--seed", "2", "--concurrency", "32"]));
}
