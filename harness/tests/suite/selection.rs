//! What is run of the suite, and what is shown of its faults.

use std::fs;

use serde_json::Value;

use crate::command::{Output, Scratch, Served, command, fullstop, output};

fn run(scratch: &Scratch, arguments: &[&str]) -> Output {
    output(command(arguments).current_dir(&scratch.folder))
}

/// The ids that a run judged, with its results.
fn judged(scratch: &Scratch, arguments: &[&str]) -> (Vec<String>, Value, Output) {
    let base = ["run", "--repeats", "0", "--json", "judged.json"];
    let done = run(scratch, &[&base, arguments].concat());
    let text = fs::read_to_string(scratch.path("judged.json")).expect("results");
    let results: Value = serde_json::from_str(&text).expect("JSON");
    let cases = results["cases"].as_array().expect("a list").iter();
    let ids = cases.map(|case| case["id"].as_str().expect("an id").to_owned());
    (ids.collect(), results, done)
}

#[test]
fn what_is_excluded_is_not_selected_and_an_exclusion_of_nothing_is_an_error() {
    let all = fullstop(&["list", "--filter", "job-id/"]).stdout;
    let excluded = ["--exclude", "job-id/characters", "--exclude", "job-id/end"];
    let left = fullstop(&[&["list", "--filter", "job-id/"], &excluded[..]].concat()).stdout;
    let is_left = |line: &&str| !line.contains("job-id/characters") && !line.contains("job-id/end");
    assert_eq!(
        left.lines().collect::<Vec<_>>(),
        all.lines().filter(is_left).collect::<Vec<_>>()
    );
    assert!(left.lines().count() < all.lines().count());
    let wrong = fullstop(&["list", "--exclude", "job-idd/"]);
    assert_eq!(wrong.code, 2);
    assert!(
        wrong.stderr.contains("did you mean `job-id`?"),
        "{}",
        wrong.stderr
    );
    let nothing = fullstop(&["list", "--filter", "job-id/", "--exclude", "job-id"]);
    assert_eq!(nothing.code, 2);
    assert!(
        nothing.stderr.contains("leaves no case"),
        "{}",
        nothing.stderr
    );
}

#[test]
fn a_level_selects_what_stands_at_it() {
    let must = fullstop(&["list", "--select", "level=must"]).stdout;
    assert!(must.lines().count() > 100);
    assert!(must.lines().all(|line| line.starts_with("must ")), "{must}");
    let both = ["list", "--select", "level=must", "--select", "level=should"];
    let both = fullstop(&both).stdout;
    assert!(both.lines().any(|line| line.starts_with("should ")));
    assert!(!both.lines().any(|line| line.starts_with("observe ")));
    for (wrong, told) in [
        ("must", "level=must"),
        ("level=most", "must, should or observe"),
    ] {
        let output = fullstop(&["list", "--select", wrong]);
        assert_eq!(output.code, 2);
        assert!(output.stderr.contains(told), "{}", output.stderr);
    }
}

#[test]
fn the_cases_that_failed_last_are_run_again_alone() {
    let scratch = Scratch::new();
    let faulty = Served::start(&["--control", "--mutant", "job-id-length-max-high"]);
    let only = ["--filter", "job-id/", "--endpoint", &faulty.url];
    let (_, first, _) = judged(&scratch, &only);
    fs::copy(scratch.path("judged.json"), scratch.path("last.json")).expect("a copy");
    let failed = |results: &Value| {
        let cases = results["cases"].as_array().expect("a list").iter();
        let failed = cases.filter(|case| case["verdict"] == "divergent");
        failed
            .map(|case| case["id"].as_str().expect("an id").to_owned())
            .collect::<Vec<_>>()
    };
    let last = ["--last-failed", "last.json", "--endpoint", &faulty.url];
    let (ids, _, done) = judged(&scratch, &last);
    assert_eq!(ids, failed(&first));
    assert!(!ids.is_empty());
    assert_eq!(done.code, 1, "{}", done.stdout);

    // Where nothing failed, all of it is run: an empty run would be green without a judgement.
    let (before, green, _) = judged(&scratch, &["--filter", "job-id/length-max"]);
    assert!(failed(&green).is_empty());
    fs::copy(scratch.path("judged.json"), scratch.path("last.json")).expect("a copy");
    let again = [
        "--filter",
        "job-id/length-max",
        "--last-failed",
        "last.json",
    ];
    let (ids, _, done) = judged(&scratch, &again);
    assert_eq!(ids, before);
    assert!(done.stderr.contains("running all of it"), "{}", done.stderr);
}

#[test]
fn a_level_that_is_shown_moves_no_gate() {
    let scratch = Scratch::new();
    let faulty = Served::start(&["--control", "--mutant", "job-id-length-max-high"]);
    let only = [
        "run",
        "--repeats",
        "0",
        "--filter",
        "job-id/",
        "--filter",
        "errors/",
    ];
    let only = [&only[..], &["--endpoint", &faulty.url]].concat();
    let shown = |level: &str| run(&scratch, &[&only[..], &["--level", level]].concat());
    let (must, should) = (shown("must"), shown("should"));
    assert_eq!((must.code, should.code), (1, 1), "{}", must.stdout);
    assert!(must.stdout.contains("MUST: 1 fault"), "{}", must.stdout);
    let worded = Served::start(&["--control", "--mutant", "count-always-one"]);
    let only = [
        "run",
        "--repeats",
        "0",
        "--endpoint",
        &worded.url,
        "--level",
    ];
    let (must, should) = (
        run(&scratch, &[&only[..], &["must"]].concat()),
        run(&scratch, &[&only[..], &["should"]].concat()),
    );
    assert_eq!((must.code, should.code), (0, 0), "{}", must.stdout);
    assert!(
        must.stdout.contains("SHOULD: 1 more; --level should shows"),
        "{}",
        must.stdout
    );
    assert!(
        should.stdout.contains("SHOULD: 1 fault"),
        "{}",
        should.stdout
    );
    assert!(
        should.stdout.contains("fullstop send "),
        "{}",
        should.stdout
    );
}

#[test]
fn what_a_profile_waives_is_counted_apart_and_not_run() {
    let scratch = Scratch::new();
    let served = Served::start(&["--control"]);
    let profile = |waive: &str| {
        format!(
            "[target.mine]\nendpoint = \"{}\"\nwaive = [{waive}]\n",
            served.url
        )
    };
    scratch.file("fullstop.toml", &profile("\"auth\""));
    let only = ["--filter", "auth/", "--filter", "job-id/length-max"];
    let (ids, results, done) = judged(&scratch, &only);
    assert!(ids.iter().all(|id| id.starts_with("job-id/")), "{ids:?}");
    let waived = results["waived"]["auth"].as_u64().expect("a number");
    let listed = fullstop(&["list", "--filter", "auth/"])
        .stdout
        .lines()
        .count();
    assert_eq!(waived as usize, listed);
    let shown = run(&scratch, &[&["run", "--repeats", "0"][..], &only].concat());
    let told = format!("waived {waived} (auth)");
    assert!(shown.stdout.contains(&told), "{}", shown.stdout);
    assert_eq!(done.code, 0);

    scratch.file("fullstop.toml", &profile("\"aut\""));
    let wrong = run(&scratch, &["run"]);
    assert_eq!(wrong.code, 2, "{}", wrong.stdout);
    assert!(
        wrong.stderr.contains("did you mean `auth`?"),
        "{}",
        wrong.stderr
    );
}
