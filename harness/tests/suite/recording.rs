//! Recordings: judged again they give the verdicts of the run that made them, and nothing can be changed unseen.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::sync::Arc;

use fullstop::recording::Recording;
use fullstop::reference::{Mutant, Options, Variation};
use fullstop::runner::{Plan, Record, Runner, Session};
use fullstop::suite::Suite;
use fullstop::target::Profile;
use serde_json::Value;

use crate::command::{Output, Scratch, Served, command, output};

fn run(scratch: &Scratch, arguments: &[&str]) -> Output {
    output(command(arguments).current_dir(&scratch.folder))
}

/// A run, and what the recording of it is judged to be once it was written and read.
fn both(options: Options, concurrency: usize) -> (Vec<Record>, Vec<Record>) {
    let suite = Arc::new(Suite::embedded().expect("our own cases"));
    let plan = Plan {
        seed: 7,
        concurrency,
        ..Plan::of(suite.ids().map(str::to_owned).collect())
    };
    let scratch = Scratch::new();
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(async {
        let mut session = Session::embedded(Profile::reference(), options).expect("it starts");
        // A stop that is never stored is waited for, and waiting proves nothing here.
        session.settle = std::time::Duration::from_millis(300);
        let mut runner = Runner::new(Arc::clone(&suite), &session, None)
            .await
            .expect("it is there");
        runner.record();
        let run = runner.run(&plan, |_| {}).await.expect("it runs");
        let recording = runner
            .recording(&session, &plan)
            .await
            .expect("it was taken down");
        session.close().await;
        recording.write(&scratch.folder).expect("it is written");
        let read = Recording::read(&scratch.folder).expect("it is read");
        let again = Runner::recorded(Arc::clone(&suite), &read, None);
        let plan = Plan {
            concurrency: 1,
            seed: 8,
            ..plan
        };
        let judged = again.run(&plan, |_| {}).await.expect("it is judged");
        (run.records, judged.records)
    })
}

#[track_caller]
fn same(options: Options, concurrency: usize) {
    let name = format!("{options:?}");
    let (run, judged) = both(options, concurrency);
    assert_eq!(run.len(), judged.len());
    for (one, other) in run.iter().zip(&judged) {
        assert_eq!(one.id, other.id);
        assert_eq!(
            (one.verdict, &one.fingerprint, &one.answer),
            (other.verdict, &other.fingerprint, &other.answer),
            "{} of {name}: {:?} {:?}, then {:?} {:?}",
            one.id,
            one.reason,
            one.violations,
            other.reason,
            other.violations
        );
    }
}

#[test]
fn a_recording_of_the_reference_is_judged_as_the_run_was() {
    same(Options::default(), 8);
}

#[test]
fn a_recording_of_a_mutant_is_judged_as_the_run_was() {
    for mutant in [
        Mutant::ConstraintsUnchecked,
        Mutant::StopNotStored,
        Mutant::SometimesUntypedError,
    ] {
        let options = Options {
            mutant: Some(mutant),
            ..Options::default()
        };
        same(options, 32);
    }
}

#[test]
fn a_recording_of_a_variation_is_judged_as_the_run_was() {
    for variation in Variation::ALL.iter().step_by(9) {
        let options = Options {
            variation: Some(*variation),
            ..Options::default()
        };
        same(options, 8);
    }
}

/// A recording of some cases of the served reference.
fn recorded(scratch: &Scratch, filter: &str) -> String {
    let served = Served::start(&["--control", "--auth", "off"]);
    let text = format!(
        "[target.mine]\nendpoint = \"{}\"\nregion = \"eu-central-1\"\ncredentials = {{ access_key = \"AKIDCANARY\", secret_key = \"canary-secret\", session_token = \"canary-token\" }}\n",
        served.url
    );
    scratch.file("fullstop.toml", &text);
    let done = run(scratch, &["record", "--filter", filter]);
    assert_eq!(done.code, 0, "{}{}", done.stdout, done.stderr);
    scratch.path("transcripts/mine/transcript.jsonl")
}

#[test]
fn the_command_records_redacts_and_judges_again_without_the_endpoint() {
    let scratch = Scratch::new();
    let file = recorded(&scratch, "success");
    let text = fs::read_to_string(&file).expect("it was written");
    for secret in ["canary", "X-Amz-Signature=0", "X-Amz-Signature=f"] {
        assert!(!text.contains(secret), "{secret}");
    }
    assert!(text.contains("eu-central-1") && text.contains("X-Amz-Signature=…"));
    // The endpoint is gone by now.
    let judged = run(
        &scratch,
        &[
            "judge",
            "transcripts/mine",
            "--filter",
            "success",
            "--json",
            "-",
        ],
    );
    assert_eq!(judged.code, 0, "{}{}", judged.stdout, judged.stderr);
    let results: Value = serde_json::from_str(&judged.stdout).expect("JSON");
    assert!(
        results["summary"]["pass"].as_u64() > Some(1),
        "{}",
        results["summary"]
    );
    assert_eq!(results["target"]["name"], "mine");
    assert!(Path::new(&scratch.path("snapshots/mine")).is_dir());
    let checked = run(
        &scratch,
        &[
            "judge",
            "transcripts/mine",
            "--filter",
            "success",
            "--snapshots",
            "snapshots/mine",
            "--check-snapshots",
        ],
    );
    assert_eq!(checked.code, 0, "{}", checked.stdout);
    assert!(checked.stdout.contains("0 changed"), "{}", checked.stdout);
    // What was not recorded is not judged, and says so.
    let beyond = run(
        &scratch,
        &["judge", file.as_str(), "--filter", "job-id/prefix"],
    );
    assert_eq!(beyond.code, 3, "{}", beyond.stdout);
    assert!(
        beyond.stdout.contains("not in the recording"),
        "{}",
        beyond.stdout
    );
}

#[test]
fn tampering_is_seen_and_the_line_is_named() {
    let scratch = Scratch::new();
    let file = recorded(&scratch, "job-id/prefix");
    let text = fs::read_to_string(&file).expect("it was written");
    let check = |changed: String, wanted: &str| {
        assert_ne!(changed, text);
        fs::write(&file, changed).expect("it can be written");
        let judged = run(&scratch, &["judge", "transcripts/mine"]);
        assert_eq!(judged.code, 2, "{}", judged.stdout);
        assert!(
            judged.stderr.contains(wanted),
            "{wanted} in {}",
            judged.stderr
        );
    };
    check(
        text.replacen("InvalidParameterException", "InvalidParameterExceptiom", 1),
        "jsonl:",
    );
    check(
        text.replacen("eu-central-1", "us-east-1", 1),
        "jsonl:1: it was changed",
    );
    let lines: Vec<_> = text.lines().collect();
    let without = [&lines[..2], &lines[3..]].concat().join("\n");
    check(format!("{without}\n"), "taken out");
    let mut moved = lines.clone();
    moved.swap(1, 2);
    check(format!("{}\n", moved.join("\n")), "moved");
    check("not a recording\n".to_owned(), "transcript.jsonl:1");
    check(String::new(), "transcript.jsonl:1");
}

#[test]
fn a_comparison_shows_who_differs_and_who_is_nearest_to_the_truth() {
    let scratch = Scratch::new();
    let faulty = Served::start(&["--control", "--mutant", "constraints-unchecked"]);
    let json = scratch.path("faulty.json");
    run(
        &scratch,
        &[
            "run",
            "--endpoint",
            &faulty.url,
            "--filter",
            "job-id/",
            "--repeats",
            "0",
            "--json",
            &json,
        ],
    );
    recorded(&scratch, "job-id/");
    let base = [
        "compare",
        "reference",
        "transcripts/mine",
        json.as_str(),
        "--config",
        "none.toml",
    ];
    fs::write(scratch.path("none.toml"), "").expect("an empty file");
    let told = run(&scratch, &[&base[..], &["--filter", "job-id/"]].concat());
    assert_eq!(told.code, 0, "{}", told.stderr);
    assert!(
        told.stdout.contains("job-id/length-max/one-over"),
        "{}",
        told.stdout
    );
    assert!(
        told.stdout.contains("nearest to aws-published"),
        "{}",
        told.stdout
    );
    let truth = [
        "--filter",
        "job-id/",
        "--truth",
        "transcripts/mine",
        "--json",
        "-",
    ];
    let told = run(&scratch, &[&base[..], &truth].concat());
    let comparison: Value = serde_json::from_str(&told.stdout).expect("JSON");
    let nearest: BTreeSet<_> = comparison["nearest"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    assert_eq!(nearest, BTreeSet::from(["reference", "transcripts/mine"]));
    let columns = &comparison["columns"];
    assert_eq!(columns[1]["measured"], columns[1]["as_truth"]);
    assert!(
        columns[2]["as_truth"].as_u64() < columns[2]["measured"].as_u64(),
        "{columns}"
    );
    let page = scratch.path("compared.html");
    let shown = ["--filter", "job-id/", "--html", page.as_str()];
    let told = run(&scratch, &[&base[..], &shown].concat());
    assert_eq!(told.code, 0, "{}", told.stderr);
    let page = fs::read_to_string(page).expect("it was written");
    for line in told.stdout.lines().filter(|line| line.ends_with(" alike")) {
        let line = line.replace('/', "&#x2f;");
        assert!(page.contains(&format!("<li>{line}</li>")), "{line}");
    }
    assert!(page.contains("<li>nearest to aws-published: "));
    let lost = run(&scratch, &["compare", "reference", "no/such.json"]);
    assert_eq!(lost.code, 2, "{}", lost.stderr);
}

/// A recording of the served reference that claims to be of AWS, as its own writer would have written it.
fn as_of_aws(scratch: &Scratch, file: &str) {
    let mut recording = Recording::read(Path::new(file)).expect("it is read");
    recording.head.aws = true;
    recording.head.endpoint = "https://cognito-idp.eu-central-1.amazonaws.com".to_owned();
    recording
        .write(&scratch.folder.join("transcripts/aws"))
        .expect("it is written");
}

/// A requirement at level observe of which the cases are copied, so that the test may edit it.
const OBSERVED: &str = "state/stop-not-running";

fn copied(scratch: &Scratch) -> String {
    let text = fs::read_to_string(crate::root().join(format!("cases/{OBSERVED}.toml")))
        .expect("a case file");
    scratch.file(&format!("cases/{OBSERVED}.toml"), &text)
}

#[test]
fn what_was_observed_becomes_a_must_by_a_recording_of_aws_alone() {
    let scratch = Scratch::new();
    let file = recorded(&scratch, OBSERVED);
    let cases = copied(&scratch);
    let before = fs::read_to_string(&cases).expect("it is there");
    let suite = Suite::embedded().expect("our own cases");
    let case = suite
        .cases()
        .find(|case| case.requirement() == OBSERVED)
        .map(|case| case.id.clone())
        .expect("a case");
    let promote = |more: &[&str]| {
        let base = ["promote", case.as_str(), "--cases", "cases"];
        run(&scratch, &[&base[..], more].concat())
    };

    let refused = promote(&["--from", "transcripts/mine"]);
    assert_eq!(refused.code, 2);
    assert!(refused.stderr.contains("not AWS"), "{}", refused.stderr);
    assert_eq!(fs::read_to_string(&cases).expect("it is there"), before);

    as_of_aws(&scratch, &file);
    let promoted = promote(&["--from", "transcripts/aws"]);
    assert_eq!(promoted.code, 0, "{}{}", promoted.stdout, promoted.stderr);
    let after = fs::read_to_string(&cases).expect("it is there");
    for line in before
        .lines()
        .filter(|line| line.starts_with('#') || line.starts_with("why"))
    {
        assert!(after.contains(line), "{line} is gone from {after}");
    }
    assert!(
        after.contains("kind = \"recorded\"") && after.contains("eu-central-1"),
        "{after}"
    );
    assert!(after.contains("sha256 "), "{after}");
    let listed = run(&scratch, &["list", "--cases", "cases"]).stdout;
    let levels: Vec<_> = listed
        .lines()
        .filter(|line| line.contains("must"))
        .collect();
    assert_eq!(levels.len(), 1, "{listed}");
    assert!(levels[0].contains(&case), "{listed}");
    let again = promote(&["--from", "transcripts/aws"]);
    assert_eq!(again.code, 2);
    assert!(again.stderr.contains("at level must"), "{}", again.stderr);

    // What is not AWS makes a should of it, when it is named, and never a must.
    copied(&scratch);
    let named = promote(&["--from", "transcripts/mine", "--not-aws", "the reference"]);
    assert_eq!(named.code, 0, "{}", named.stderr);
    let after = fs::read_to_string(&cases).expect("it is there");
    assert!(
        after.contains("level = \"should\"") && !after.contains("level = \"must\""),
        "{after}"
    );
    assert!(
        after.contains("kind = \"wild\"") && after.contains("the reference"),
        "{after}"
    );

    copied(&scratch);
    let tampered =
        fs::read_to_string(scratch.path("transcripts/aws/transcript.jsonl")).expect("it is there");
    let tampered = tampered.replacen("\"status\":400", "\"status\":200", 1);
    fs::write(scratch.path("transcripts/aws/transcript.jsonl"), tampered)
        .expect("it can be written");
    let refused = promote(&["--from", "transcripts/aws"]);
    assert_eq!(refused.code, 2);
    assert!(refused.stderr.contains("hash"), "{}", refused.stderr);
}
