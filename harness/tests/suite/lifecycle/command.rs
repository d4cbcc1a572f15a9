//! `fullstop lifecycle`, run as a user runs it.

use std::fs;
use std::thread;

use fullstop::lifecycle::Lifecycle;

use crate::command::{Scratch, Served, fullstop};
use crate::endpoints::gateway::{Front, Gateway};

fn learnt(json: &str) -> Lifecycle {
    serde_json::from_str(json).expect("the results are JSON")
}

#[test]
fn the_reference_breaks_no_rule_in_sequences_and_races() {
    let output = fullstop(&[
        "lifecycle",
        "--sequences",
        "100",
        "--races",
        "25",
        "--json",
        "-",
    ]);
    assert_eq!(output.code, 0, "{}{}", output.stdout, output.stderr);
    let learnt = learnt(&output.stdout);
    let sequences = learnt.sequences.expect("sequences");
    assert_eq!((sequences.sequences, sequences.broken), (100, 0));
    let races = learnt.races.expect("races");
    assert_eq!(
        (races.races, races.broken, races.unstarted),
        (25, 0, 0),
        "{:?}",
        races.reason
    );
    assert_eq!(races.seen.len(), 5);
    assert!(learnt.written.len() >= 10);
    assert!(learnt.written.iter().all(|one| one.breaches.is_empty()));
}

#[test]
fn a_sequence_that_breaks_a_rule_is_shrunk_saved_and_played_again() {
    let scratch = Scratch::new();
    let served = Served::start(&[
        "--mutant",
        "restart-on-second-try",
        "--in-progress-ms",
        "300",
    ]);
    let folder = scratch.path("found");
    let endpoint = ["lifecycle", "--endpoint", &served.url];
    let search = ["--sequences", "80", "--save", &folder, "--json", "-"];
    let output = fullstop(&[&endpoint[..], &search[..]].concat());
    assert_eq!(output.code, 1, "{}", output.stderr);
    let sequences = learnt(&output.stdout).sequences.expect("sequences");
    let finding = sequences
        .findings
        .iter()
        .find(|finding| finding.rule == "no-restart")
        .expect("the restart is found");
    // A pool, a job with its file, a start, a stop, and two starts; whatever else it had is gone.
    assert!(finding.sequence.steps.len() <= 8, "{:?}", finding.trace);
    let file = format!("{folder}/no-restart.toml");
    let again = fullstop(&[&endpoint[..], &["--replay", &file]].concat());
    assert_eq!(again.code, 1, "{}", again.stdout);
    assert!(
        again.stdout.contains("different  no-restart  must"),
        "{}",
        again.stdout
    );
    let honest = fullstop(&["lifecycle", "--replay", &file]);
    assert_eq!(honest.code, 0, "{}", honest.stdout);
}

#[test]
fn races_show_what_no_single_request_does() {
    // The last one shows where a start is the last to be served: in every other race of one kind of five.
    let races = [
        ("stops-at-once-fail", "10", "no-server-fault"),
        ("stops-at-once-close", "10", "no-server-fault"),
        ("stops-at-once-undone", "10", "running-job-stops"),
        ("start-during-stop-restarts", "80", "running-job-stops"),
    ];
    thread::scope(|scope| {
        for (mutant, count, rule) in races {
            scope.spawn(move || race_shows(mutant, count, rule));
        }
    });
}

fn race_shows(mutant: &str, count: &str, rule: &str) {
    let served = Served::start(&["--mutant", mutant, "--in-progress-ms", "2000"]);
    let endpoint = ["lifecycle", "--endpoint", &served.url];
    let races = ["--no-walk", "--races", count, "--strict", "--json", "-"];
    let output = fullstop(&[&endpoint[..], &races[..]].concat());
    let races = learnt(&output.stdout).races.expect("races");
    let rules: Vec<_> = races.findings.iter().map(|one| one.rule.as_str()).collect();
    assert!(rules.contains(&rule), "{mutant}: {rules:?}");
    assert_eq!(output.code, 1, "{mutant}: {}", output.stderr);
    let history = &races.findings[0].history;
    assert!(
        history.iter().any(|line| line.contains(" ms  ")),
        "{history:?}"
    );
}

#[test]
fn the_next_race_begins_while_the_job_of_the_last_one_comes_to_rest() {
    // A stop that is answered and does nothing: the job is looked at for as long as one may take to stop.
    let served = Served::start(&["--mutant", "stop-not-stored", "--in-progress-ms", "3600000"]);
    // It lets a client without TLS through, and notes what is sent.
    let gateway = Gateway::start(&served.url, Front::Tls);
    let endpoint = format!("http://127.0.0.1:{}", gateway.port);
    let arguments = ["lifecycle", "--no-walk", "--races", "2", "--endpoint"];
    let output = fullstop(&[&arguments[..], &[&endpoint]].concat());
    let seen = gateway.seen();
    let operation = "AWSCognitoIdentityProviderService.";
    let sent: Vec<_> = seen.split(operation).skip(1).collect();
    let is = |name: &'static str| move |text: &&&str| text.starts_with(name);
    let count = |of: &[&str], name| of.iter().filter(is(name)).count();
    let begun: Vec<_> = (0..sent.len())
        .filter(|at| sent[*at].starts_with("CreateUserPool"))
        .collect();
    let &[_, second] = &begun[..] else {
        panic!("{} races: {}", begun.len(), output.stderr);
    };
    let (before, after) = sent.split_at(second);
    // One race has the endpoint to itself until its sixteen requests are answered. Which of the two is first is chance: one has
    // stops alone, the other stops and starts.
    let acts = ["StopUserImportJob", "StartUserImportJob"];
    let raced: usize = acts.into_iter().map(|name| count(before, name)).sum();
    assert!((17..22).contains(&raced), "{raced}");
    let looks = [before, after].map(|part| count(part, "DescribeUserImportJob"));
    assert!(looks[0] < 20 && looks[1] > 20, "{looks:?}");
}

/// What every sequence file begins with.
const HEAD: &str = "kind = \"sequence\"\nrequirement = \"a\"\nwhy = \"b\"\n";

#[test]
fn without_the_walk_something_must_be_left() {
    let output = fullstop(&["lifecycle", "--no-walk"]);
    assert_eq!(output.code, 2);
    assert!(output.stderr.contains("--races"), "{}", output.stderr);
}

#[test]
fn a_sequence_file_that_is_wrong_is_shown_with_its_line_and_what_would_be_right() {
    let scratch = Scratch::new();
    for (text, wanted, right) in [
        (
            "[[step]]\ndo = \"wait\"\n",
            "step 1: `wait` needs `ms`",
            "ms = 100",
        ),
        (
            "[[step]]\ndo = \"StopUserImportJob\"\n",
            "step 1: `StopUserImportJob` needs `job`",
            "job = \"one\"",
        ),
        (
            "[[step]]\ndo = \"wait\"\nms = 172800001\n",
            "step 1: `ms` is more than two days",
            "wait less",
        ),
        (
            "[[step]]\ndo = \"Nothing\"\n",
            "unknown variant `Nothing`",
            "--> ",
        ),
        ("step = []\n", "needs a [[step]]", "do = \"CreateUserPool\""),
    ] {
        let file = scratch.file("one.toml", &format!("{HEAD}{text}"));
        let alone = fullstop(&["lifecycle", "--replay", &file]);
        // Among case files it is read as what it says it is, and refused in the same words.
        scratch.file("cases/area/one.toml", &format!("{HEAD}{text}"));
        let among = fullstop(&["run", "--cases", &scratch.path("cases")]);
        for output in [alone, among] {
            assert_eq!(output.code, 2, "{}", output.stderr);
            for part in ["one.toml:", wanted, right] {
                assert!(output.stderr.contains(part), "{part}: {}", output.stderr);
            }
        }
    }
    let missing = fullstop(&["lifecycle", "--replay", "nowhere.toml"]);
    assert_eq!(missing.code, 2, "{}", missing.stderr);
    assert!(
        missing.stderr.contains("restart-after-stop"),
        "{}",
        missing.stderr
    );
}

#[test]
fn a_run_leaves_sequences_beside_its_cases_alone() {
    let scratch = Scratch::new();
    let sequence = scratch.file(
        "cases/found/no-restart.toml",
        &format!("{HEAD}[[step]]\ndo = \"CreateUserPool\"\npool = \"a\"\n"),
    );
    let alone = |path: &str| {
        let output = fullstop(&["run", "--cases", path]);
        assert_eq!(output.code, 2, "{}{}", output.stdout, output.stderr);
        let wanted = "`fullstop lifecycle --replay FILE`";
        assert!(output.stderr.contains(wanted), "{}", output.stderr);
    };
    // A gate that holds nothing is no gate.
    alone(&scratch.path("cases"));
    alone(&sequence);
    let case = fs::read_to_string(crate::root().join("cases/job-id/length-max.toml"));
    let case = scratch.file("cases/job-id/length-max.toml", &case.expect("a case file"));
    for path in [&scratch.path("cases"), &case] {
        let output = fullstop(&["list", "--cases", path]);
        assert_eq!(output.code, 0, "{}", output.stderr);
        assert!(
            output.stdout.contains("job-id/length-max/one-over"),
            "{}",
            output.stdout
        );
        assert!(!output.stdout.contains("no-restart"), "{}", output.stdout);
    }
    assert_eq!(fullstop(&["lifecycle", "--replay", &sequence]).code, 0);
}

#[test]
fn an_endpoint_that_is_not_there_teaches_nothing() {
    let output = fullstop(&["lifecycle", "--endpoint", "http://127.0.0.1:9"]);
    assert_eq!(output.code, 3, "{}{}", output.stdout, output.stderr);
    let scratch = Scratch::new();
    let remote = "[target.far]\nendpoint = \"http://192.0.2.1\"\ncredentials = \"none\"\n\
        provision = { driver = \"api\", yes = true }\n";
    let file = scratch.file("fullstop.toml", remote);
    let output = fullstop(&[
        "lifecycle",
        "--config",
        &file,
        "--target",
        "far",
        "--races",
        "1",
    ]);
    assert_eq!(output.code, 2, "{}{}", output.stdout, output.stderr);
    assert!(output.stderr.contains("loopback"), "{}", output.stderr);
}
