//! Entries beside those for whole faults: fewer cases than known, rules, what came with a later suite.

use std::fs;

use serde_json::Value;

use super::{FAILING, driven, run, served};
use crate::command::{Scratch, Served};

/// The results of a run.
fn results(scratch: &Scratch, arguments: &[&str]) -> (i32, Value) {
    let base = ["run", "--repeats", "0", "--json", "r.json"];
    let done = run(scratch, &[&base, arguments].concat());
    let text = fs::read_to_string(scratch.path("r.json")).expect("results");
    let results = serde_json::from_str(&text).expect("JSON");
    (done.code, results)
}

fn adopt(scratch: &Scratch, more: &[&str]) -> String {
    let base = [
        "ledger",
        "update",
        "--ledger",
        "known.toml",
        "--reason",
        "r",
    ];
    let done = run(scratch, &[&base, more].concat());
    assert_eq!(done.code, 0, "{}", done.stderr);
    fs::read_to_string(scratch.path("known.toml")).expect("it was written")
}

#[test]
fn fewer_failing_cases_are_an_improvement_and_no_red_gate() {
    let scratch = Scratch::new();
    let faulty = served("constraints-unchecked");
    driven(&scratch, &faulty, "ledger = \"known.toml\"\n");
    let only = ["--filter", "job-id/length-max", "--filter", "state/start"];
    let ledger = adopt(&scratch, &only);
    // A case that passes, as if it had failed once.
    let passing = "state/start-after-stop";
    let listed = run(&scratch, &["list", "--filter", "state/"]).stdout;
    let passing = listed
        .lines()
        .filter_map(|line| line.strip_prefix("must"))
        .map(str::trim)
        .find(|id| id.starts_with("state/stop-started/"))
        .unwrap_or(passing);
    let more = format!("{ledger}\"{passing}\" = \"0123456789abcdef\"\n");
    scratch.file("known.toml", &more);
    let only = ["--filter", "job-id/length-max", "--filter", passing];
    let (code, results) = results(&scratch, &only);
    assert_eq!(code, 0, "{results}");
    let entry = &results["ledger"][0];
    assert_eq!(entry["state"], "improved", "{entry}");
    assert!(entry["failing"].as_u64() < entry["judged"].as_u64());
    let shown = run(&scratch, &[&["run", "--repeats", "0"][..], &only].concat());
    assert!(
        shown.stdout.contains("`fullstop ledger prune` drops"),
        "{}",
        shown.stdout
    );
    let prune = ["ledger", "prune", "--ledger", "known.toml"];
    let pruned = run(&scratch, &[&prune[..], &only].concat());
    assert!(
        pruned.stdout.contains("0 dropped, 1 with fewer cases"),
        "{}",
        pruned.stdout
    );
    let text = fs::read_to_string(scratch.path("known.toml")).expect("it is there");
    assert_eq!(text, ledger);
}

#[test]
fn a_rule_is_known_whatever_fails_it_and_stale_when_nothing_does() {
    let scratch = Scratch::new();
    let rule = "[[known]]\nrule = \"job-id/length-max\"\nreason = \"ours\"\n";
    scratch.file("known.toml", rule);
    let faulty = served("constraints-unchecked");
    driven(&scratch, &faulty, "ledger = \"known.toml\"\n");
    let only = ["--filter", "job-id/length-max"];
    let (code, found) = results(&scratch, &only);
    assert_eq!((code, &found["ledger"][0]["state"]), (0, &"known".into()));
    // One of its cases alone says nothing of the rule.
    let mended = Served::start(&["--control"]);
    driven(&scratch, &mended, "ledger = \"known.toml\"\n");
    let (code, _) = results(&scratch, &["--filter", FAILING]);
    assert_eq!(code, 0);
    let (code, found) = results(&scratch, &only);
    assert_eq!((code, &found["ledger"][0]["state"]), (5, &"stale".into()));
    let prune = ["ledger", "prune", "--ledger", "known.toml"];
    let pruned = run(&scratch, &[&prune[..], &only].concat());
    assert!(pruned.stdout.contains("1 dropped"), "{}", pruned.stdout);
}

/// Of an invariant that a few responses keep, nobody knows whether the others do.
#[test]
fn a_sample_of_the_suite_makes_no_entry_stale() {
    let scratch = Scratch::new();
    let faulty = served("precondition-as-412");
    driven(&scratch, &faulty, "ledger = \"known.toml\"\n");
    scratch.file("known.toml", "");
    let ledger = adopt(&scratch, &[]);
    assert!(ledger.contains("invariant/error-status"), "{ledger}");
    let (code, sample) = results(&scratch, &["--budget", "3"]);
    assert_eq!(code, 0, "{sample}");
    assert_eq!(sample["ledger"][0]["state"], "unjudged");
    let prune = [
        "ledger",
        "prune",
        "--ledger",
        "known.toml",
        "--from",
        "r.json",
    ];
    let pruned = run(&scratch, &prune);
    assert!(pruned.stdout.contains("0 dropped"), "{}", pruned.stdout);
    let text = fs::read_to_string(scratch.path("known.toml")).expect("it is there");
    assert_eq!(text, ledger);
}

/// A listed case that shows another known fault is known, and an update moves it there: it drops nothing.
#[test]
fn a_case_that_moved_to_another_known_fault_is_kept_by_an_update() {
    let scratch = Scratch::new();
    let faulty = served("constraints-unchecked");
    driven(&scratch, &faulty, "");
    let only = ["--filter", "job-id/length-max"];
    let ledger = adopt(&scratch, &only);
    let line = ledger.lines().find(|line| line.contains(FAILING));
    let line = line.expect("it is listed");
    let other = format!(
        "[[known]]\nfault = \"job-missing\"\nreason = \"hid it\"\n[known.cases]\n\"{FAILING}\" = \"0123456789abcdef\"\n"
    );
    scratch.file(
        "known.toml",
        &format!("{}\n{other}", ledger.replace(line, "")),
    );
    let held = [&only[..], &["--ledger", "known.toml"]].concat();
    let (code, found) = results(&scratch, &held);
    assert_eq!(code, 0, "{found}");
    let from = ["--from", "r.json"];
    let moved = adopt(&scratch, &from);
    assert!(moved.contains(line), "{moved}");
    assert!(!moved.contains("job-missing"), "{moved}");
    assert_eq!(results(&scratch, &held).0, 0);
}

#[test]
fn a_tolerated_departure_can_be_listed_for_a_strict_gate() {
    let scratch = Scratch::new();
    let varied = Served::start(&["--control", "--variation", "type-in-body-only"]);
    driven(&scratch, &varied, "ledger = \"known.toml\"\n");
    let only = ["--filter", "errors/type-header"];
    let strict = [&only[..], &["--strict"]].concat();
    scratch.file("known.toml", "");
    assert_eq!(results(&scratch, &only).0, 0);
    assert_eq!(results(&scratch, &strict).0, 1);
    let ledger = adopt(&scratch, &strict);
    assert!(ledger.contains("rule = \"errors/type-header/"), "{ledger}");
    assert_eq!(results(&scratch, &strict).0, 0);
}

#[test]
fn a_case_that_is_newer_than_its_entry_is_part_of_the_known_fault() {
    let scratch = Scratch::new();
    let faulty = served("constraints-unchecked");
    driven(&scratch, &faulty, "");
    let cases = scratch.path("cases/job-id");
    fs::create_dir_all(&cases).expect("a folder");
    let text = fs::read_to_string("cases/job-id/length-max.toml").expect("a case file");
    let newer = text.replacen(
        "name = \"ten-thousand\"",
        "name = \"ten-thousand\"\nsince = \"0.2.0\"",
        1,
    );
    assert_ne!(text, newer);
    let file = format!("{cases}/length-max.toml");
    fs::write(file, format!("since = \"0.1.0\"\n{newer}")).expect("written");
    let of_suite = ["--cases", "cases"];
    let ledger = adopt(&scratch, &of_suite);
    let lines = ledger.lines().filter(|line| !line.contains("ten-thousand"));
    let without = lines.collect::<Vec<_>>().join("\n");
    assert_ne!(ledger.trim(), without.trim());
    let held = [&of_suite[..], &["--ledger", "known.toml"]].concat();
    scratch.file("known.toml", &without);
    assert_eq!(results(&scratch, &held).0, 0);
    scratch.file(
        "known.toml",
        &without.replace("suite = \"0.1.0\"", "suite = \"0.2.0\""),
    );
    assert_eq!(results(&scratch, &held).0, 1);
}
