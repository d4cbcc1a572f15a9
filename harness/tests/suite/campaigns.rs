//! `fullstop fuzz`: campaigns over the wire, as a user runs them.

mod one_fault;

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::command::{Output, Scratch, Served, command, output};
use crate::endpoints::gateway::{Dialect, Front, Gateway, Lack};

/// A served mutant or variation whose jobs stay as they are once they were started.
fn served(arguments: &[&str]) -> Served {
    Served::start(&[arguments, &["--pending-ms", "3600000"]].concat())
}

/// A reference behind a gateway that lacks something, and where that is.
fn lacking(lack: Lack) -> (Served, Gateway, String) {
    let reference = served(&[]);
    let (gateway, endpoint) = before(&reference, lack);
    (reference, gateway, endpoint)
}

/// A gateway before an endpoint, and where it is.
fn before(endpoint: &Served, lack: Lack) -> (Gateway, String) {
    let gateway = Gateway::start(&endpoint.url, Front::Lacking(lack));
    let url = format!("http://127.0.0.1:{}", gateway.port);
    (gateway, url)
}

/// A campaign with these arguments, in a folder of its own.
fn campaign(scratch: &Scratch, arguments: &[&str]) -> (Output, Value) {
    let all = [&["fuzz", "--json", "fuzz.json"], arguments].concat();
    let output = output(command(&all).current_dir(&scratch.folder));
    let json = fs::read_to_string(scratch.path("fuzz.json")).unwrap_or_default();
    (output, serde_json::from_str(&json).unwrap_or_default())
}

/// A campaign on an endpoint, of which nothing is read but what it says.
fn against(url: &str, arguments: &[&str]) -> (Output, Value) {
    campaign(&Scratch::new(), &[arguments, &["--endpoint", url]].concat())
}

fn digest(arguments: &[&str]) -> u64 {
    let (output, json) = campaign(&Scratch::new(), arguments);
    assert_eq!(output.code, 0, "{}{}", output.stdout, output.stderr);
    let digest = json["digest"].as_str().expect("a digest");
    u64::from_str_radix(digest, 16).expect("sixteen digits")
}

#[test]
fn the_stream_is_the_same_at_every_concurrency_and_its_shards_add_up() {
    let of = |more: &[&str]| {
        let base = ["--execs", "1536", "--seed", "7", "--generators", "directed"];
        digest(&[&base, more].concat())
    };
    let alone = of(&["--concurrency", "1"]);
    for concurrency in ["8", "64"] {
        assert_eq!(of(&["--concurrency", concurrency]), alone, "{concurrency}");
    }
    let shards = ["1/3", "2/3", "3/3"].map(|shard| of(&["--shard", shard]));
    let sum = shards.into_iter().fold(0, u64::wrapping_add);
    assert_eq!(sum, alone, "the digests of shards add up");
    let other = digest(&["--execs", "1536", "--seed", "8", "--generators", "directed"]);
    assert_ne!(other, alone, "another seed is another stream");
}

#[test]
fn what_was_learnt_changes_the_stream() {
    // Two epochs, so that what was learnt in the first decides the second.
    let of = |more: &[&str]| {
        let base = ["--execs", "1280", "--generators", "seeded,raw"];
        digest(&[&base, more].concat())
    };
    let alone = of(&["--concurrency", "1"]);
    assert_eq!(
        of(&["--concurrency", "32"]),
        alone,
        "concurrency decides nothing"
    );
    assert_ne!(of(&["--feedback", "off"]), alone, "feedback is used");
}

#[test]
fn without_feedback_the_stream_is_the_same_on_any_target() {
    let base = [
        "--execs",
        "1024",
        "--generators",
        "directed",
        "--feedback",
        "off",
    ];
    let reference = digest(&base);
    let scratch = Scratch::new();
    let served = served(&["--mutant", "always-400"]);
    let (_, json) = campaign(
        &scratch,
        &[&base[..], &["--endpoint", &served.url]].concat(),
    );
    assert_eq!(json["digest"], format!("{reference:016x}"));
}

#[test]
fn few_requests_use_up_a_job_and_the_others_are_sent_all_the_same() {
    let of = |execs: &str, generators: &str| {
        let base = ["--seed", "7", "--concurrency", "1"];
        let more = ["--execs", execs, "--generators", generators];
        let (_, json) = campaign(&Scratch::new(), &[base, more].concat());
        assert_eq!(json["executions"].to_string(), execs);
        assert_eq!(json["skipped"], 0);
        let number = |name: &str| json[name].as_u64().expect("a number");
        (number("preconditions"), number("novelty"))
    };
    // One for each of thirteen situations, and for one in 64 of what may use up a job.
    let (made, _) = of("2048", "directed,raw");
    assert!((14..=32).contains(&made), "{made} preconditions");
    // Were they left out, it would be 40.
    let (_, kinds) = of("4096", "directed");
    assert!(kinds >= 48, "{kinds} kinds of answers");
}

#[test]
fn the_reference_and_permitted_variations_are_not_accused() {
    for arguments in [
        &["--variation", "stopping-first"][..],
        &["--variation", "type-in-code"],
    ] {
        let served = served(arguments);
        let scratch = Scratch::new();
        let more = [
            "--endpoint",
            &served.url,
            "--execs",
            "600",
            "--generators",
            "directed",
        ];
        let (output, json) = campaign(&scratch, &more);
        assert_eq!(output.code, 0, "{arguments:?}: {}", output.stdout);
        assert_eq!(json["findings"], Value::Array(Vec::new()), "{arguments:?}");
        assert!(json["executions"].as_u64() > Some(200), "{json}");
    }
}

/// A planted fault must be found within so many executions.
const CANARY_WITHIN: u64 = 1_024;

#[test]
fn a_planted_mutant_is_found_written_down_and_shown_again() {
    let served = served(&["--mutant", "job-id-pattern-unchecked"]);
    let scratch = Scratch::new();
    let within = CANARY_WITHIN.to_string();
    let more = [
        "--endpoint",
        &served.url,
        "--execs",
        &within,
        "--generators",
        "directed",
    ];
    let (output, json) = campaign(&scratch, &more);
    assert_eq!(output.code, 1, "{}{}", output.stdout, output.stderr);
    let findings = json["findings"].as_array().expect("findings");
    let finding = findings.first().expect("the mutant is found");
    for key in ["id", "requirement", "wanted", "got", "case_file"] {
        assert!(
            finding[key].as_str().is_some_and(|text| !text.is_empty()),
            "{key}"
        );
    }
    assert!(finding["executions_to_find"].as_u64() <= Some(CANARY_WITHIN));

    // An ordinary case file: it fails on that endpoint, and on the reference it does not.
    let file = finding["case_file"].as_str().expect("a file");
    assert!(Path::new(&scratch.path(file)).is_file(), "{file}");
    let run = |more: &[&str]| {
        let all = [&["run", "--strict", "--cases", "findings"], more].concat();
        self::output(command(&all).current_dir(&scratch.folder))
    };
    let again = run(&["--endpoint", &served.url]);
    assert_eq!(again.code, 1, "{}", again.stdout);
    let reference = run(&[]);
    assert_eq!(reference.code, 0, "{}", reference.stdout);

    let replay = ["fuzz", "--endpoint", &served.url, "--replay", file];
    let replayed = self::output(command(&replay).current_dir(&scratch.folder));
    assert_eq!(replayed.code, 1, "{}{}", replayed.stdout, replayed.stderr);
    assert!(replayed.stdout.contains("it shows again"));
    let replay = ["fuzz", "--replay", file];
    let replayed = self::output(command(&replay).current_dir(&scratch.folder));
    assert_eq!(replayed.code, 0, "{}", replayed.stdout);
}

#[test]
fn a_broken_invariant_is_one_finding_whose_file_fails_there_only() {
    let served = served(&["--mutant", "errors-as-html"]);
    let scratch = Scratch::new();
    let more = [
        "--endpoint",
        &served.url,
        "--execs",
        "512",
        "--generators",
        "directed",
    ];
    let (_, json) = campaign(&scratch, &more);
    let findings = json["findings"].as_array().expect("findings");
    let of = |words: &str| {
        let is_of = |one: &&Value| {
            one["requirement"]
                .as_str()
                .is_some_and(|text| text.contains(words))
        };
        findings.iter().filter(is_of).count()
    };
    assert_eq!(of("JSON object"), 1, "{findings:#?}");
    let run = |more: &[&str]| {
        let all = [&["run", "--strict", "--cases", "findings"], more].concat();
        output(command(&all).current_dir(&scratch.folder)).code
    };
    assert_eq!(run(&["--endpoint", &served.url]), 1);
    assert_eq!(run(&[]), 0);
}

#[test]
fn a_fault_that_only_a_sequence_shows_is_found_shrunk_and_played_again() {
    let served = served(&["--mutant", "restart-accepted"]);
    let scratch = Scratch::new();
    let more = [
        "--endpoint",
        &served.url,
        "--execs",
        "64",
        "--generators",
        "sequence",
    ];
    let (output, json) = campaign(&scratch, &more);
    assert_eq!(output.code, 1, "{}{}", output.stdout, output.stderr);
    let findings = json["findings"].as_array().expect("findings");
    let is_it = |one: &&Value| {
        let id = one["id"].as_str();
        id.is_some_and(|id| id.starts_with("sequences/no-restart"))
    };
    let finding = findings.iter().find(is_it).expect("the mutant is found");
    let file = finding["case_file"].as_str().expect("a file");
    let text = fs::read_to_string(scratch.path(file)).expect("it was written");
    assert!(text.matches("[[step]]").count() <= 7, "{text}");
    let replay = |more: &[&str]| {
        let all = [&["lifecycle", "--replay", file], more].concat();
        self::output(command(&all).current_dir(&scratch.folder)).code
    };
    assert_eq!(replay(&["--endpoint", &served.url]), 1);
    assert_eq!(replay(&[]), 0);
}

#[test]
fn a_fault_that_only_a_race_shows_is_found_and_told_with_what_was_sent() {
    let served = served(&["--mutant", "stops-at-once-fail"]);
    let scratch = Scratch::new();
    let endpoint = ["--endpoint", &served.url];
    let stream = ["--generators", "directed,sequence", "--execs", "1024"];
    let (output, json) = campaign(&scratch, &[&endpoint[..], &stream[..]].concat());
    // It breaks a rule of level should.
    assert_eq!(output.code, 0, "{}{}", output.stdout, output.stderr);
    let findings = json["findings"].as_array().expect("findings");
    let [finding] = findings.as_slice() else {
        panic!("one fault is one finding: {json:#}");
    };
    assert_eq!(finding["id"], "races/no-server-fault");
    let file = finding["case_file"].as_str().expect("a file");
    let text = fs::read_to_string(scratch.path(file)).expect("it was written");
    assert!(text.contains("InternalErrorException"), "{text}");
    assert_eq!(
        output.stderr,
        "found races/no-server-fault: race: no-server-fault\n"
    );
    let replay = finding["replay"].as_str().expect("a shell line");
    assert!(replay.ends_with("--no-walk --races 50") && text.contains(replay));
    let arguments: Vec<_> = replay.split(' ').skip(1).chain(["--strict"]).collect();
    assert_eq!(self::output(&mut command(&arguments)).code, 1, "{replay}");
}

#[test]
fn what_a_case_file_hardly_says_and_what_shows_now_and_then_is_found() {
    let mutants = [
        "hashing-algorithm-none",
        "success-typed",
        "sometimes-request-id-missing",
        "stop-renames",
        "unknown-members-copied",
    ];
    let only = mutants.map(|mutant| ["--only", mutant]).concat();
    let measure = ["fuzz", "--mutants", "--runs", "1", "--execs", "2048"];
    let measured = output(&mut command(&[&measure[..], &only].concat()));
    assert_eq!(measured.code, 0, "{}{}", measured.stdout, measured.stderr);
}

#[test]
fn what_others_brought_about_at_first_is_looked_into_again() {
    // A stop there stops jobs of all pools: what a sequence with one pool shows beside others does not show by itself.
    let only = ["--only", "stop-reaches-other-pools", "--seed", "3"];
    let measure = ["fuzz", "--mutants", "--runs", "1", "--execs", "65536"];
    let measured = output(&mut command(&[&measure[..], &only].concat()));
    assert_eq!(measured.code, 0, "{}{}", measured.stdout, measured.stderr);
}

#[test]
fn what_other_operations_answer_is_held_to_the_invariants() {
    let scratch = Scratch::new();
    let (_reference, _gateway, endpoint) = lacking(Lack::StartIsAnonymous);
    let target = ["--endpoint", &endpoint];
    // Every case of the suite once.
    let base = [
        "--execs",
        "400",
        "--generators",
        "seeded",
        "--findings",
        "found",
    ];
    let (_, json) = campaign(&scratch, &[&base[..], &target].concat());
    let findings = json["findings"].as_array().expect("findings");
    let [one] = &findings[..] else {
        panic!("one operation answers without a request id: {findings:#?}")
    };
    assert_eq!(one["wanted"], "header x-amzn-requestid: a value");
    let file = one["case_file"].as_str().expect("a case file");
    let replayed = [&["fuzz", "--replay", file], &target[..]].concat();
    let suite = ["run", "--strict", "--cases", "found"];
    for (arguments, code) in [
        (&replayed[..], 1),
        (&[&suite[..], &target].concat(), 1),
        (&suite, 0),
    ] {
        let seen = output(command(arguments).current_dir(&scratch.folder));
        assert_eq!(
            seen.code, code,
            "{arguments:?}: {}{}",
            seen.stdout, seen.stderr
        );
    }
}

#[test]
fn what_does_not_show_again_is_no_finding_and_says_so() {
    let (_reference, _gateway, endpoint) = lacking(Lack::StopsAreAnonymousOnce);
    let base = ["--execs", "512", "--generators", "directed"];
    let (output, json) = against(&endpoint, &base);
    assert_eq!(output.code, 0, "{}{}", output.stdout, output.stderr);
    assert_eq!(json["findings"], Value::Array(Vec::new()));
    let told: Vec<_> = (output.stdout.lines())
        .filter(|line| line.starts_with("not confirmed  "))
        .collect();
    let [one] = &told[..] else {
        panic!("one fault was seen, and not again: {}", output.stdout)
    };
    assert!(one.contains("RequestId"), "{one}");
    assert!(one.contains("it did not show again"), "{one}");
}

#[test]
fn nothing_waits_for_a_precondition_that_takes_long() {
    // No job ends by itself there, which is known after ten seconds only.
    let served = served(&[]);
    let base = ["--execs", "64", "--generators", "directed"];
    let (output, json) = against(&served.url, &base);
    assert_eq!(output.code, 0, "{}{}", output.stdout, output.stderr);
    assert!(json["executions"].as_u64() > Some(32), "{json}");
    let late = "out of reach  a job in status Succeeded: out of time";
    assert!(output.stdout.contains(late), "{}", output.stdout);
}

#[test]
fn no_epoch_waits_for_a_case_of_the_suite() {
    // Some cases want a job that has ended. No job does there, which the runner of the suite believes after ten seconds.
    let served = served(&[]);
    // One request at a time and a part of an epoch: a busy machine gets through it, and nobody else goes on in place of who waits.
    let base = [
        "--time",
        "9s",
        "--generators",
        "seeded",
        "--concurrency",
        "1",
    ];
    let (output, json) = against(&served.url, &[&base[..], &["--shard", "1/16"]].concat());
    assert_eq!(output.code, 0, "{}{}", output.stdout, output.stderr);
    // What is new is learnt when an epoch ends.
    assert_ne!(json["novelty"], 0, "no epoch was whole: {json}");
}

#[test]
fn an_answer_is_not_new_for_an_id_that_it_repeats() {
    let base = ["--execs", "8192", "--generators", "directed"];
    let (_, json) = campaign(&Scratch::new(), &base);
    let novelty = json["novelty"].as_u64().expect("a number");
    // Some thousand ids of their own, many of them in a message without quotation marks.
    assert!((10..100).contains(&novelty), "{json:#}");
}

#[test]
fn nor_is_it_new_for_whatever_else_it_repeats_of_a_request() {
    let (_reference, _gateway, endpoint) = lacking(Lack::Discretion);
    let base = ["--execs", "2048", "--generators", "directed,seeded"];
    let (_, json) = against(&endpoint, &base);
    let novelty = json["novelty"].as_u64().expect("a number");
    // Each text in place of an id and each operation that nobody knows would be one of its own: over 300.
    assert!((10..200).contains(&novelty), "{json:#}");
}

#[test]
fn a_campaign_goes_on_where_its_corpus_ends() {
    let scratch = Scratch::new();
    let of = |execs: &str, more: &[&str]| {
        let base = [
            "--generators",
            "directed",
            "--corpus",
            "corpus",
            "--execs",
            execs,
        ];
        campaign(&scratch, &[&base, more].concat())
    };
    let (output, first) = of("1024", &[]);
    assert_eq!(output.code, 0, "{}", output.stderr);
    let corpus = fs::read_dir(scratch.path("corpus"))
        .expect("a corpus")
        .count();
    assert!(corpus > 10, "{corpus} files");
    let (output, second) = of("1536", &["--resume"]);
    assert_eq!(output.code, 0, "{}", output.stderr);
    let sent = |json: &Value| json["executions"].as_u64().expect("a number");
    assert!(sent(&second) <= 1024, "only what is left is sent: {second}");
    assert!(sent(&first) > 500, "{first}");
    let (output, _) = of("4096", &["--resume", "--seed", "1"]);
    assert_eq!(output.code, 2);
    assert!(output.stderr.contains("--seed 0"), "{}", output.stderr);
}

#[test]
fn two_endpoints_are_told_apart_by_a_small_request() {
    let served = served(&["--mutant", "job-id-trimmed"]);
    let all = [
        "fuzz",
        "--endpoint",
        &served.url,
        "--against",
        "reference",
        "--execs",
        "1500",
        "--generators",
        "directed",
    ];
    let scratch = Scratch::new();
    let output = output(command(&all).current_dir(&scratch.folder));
    assert_eq!(output.code, 0, "{}", output.stderr);
    assert!(
        output.stdout.contains("JobId of another form"),
        "{}",
        output.stdout
    );
    assert!(
        output.stdout.contains("a fault: the evidence forbids it"),
        "{}",
        output.stdout
    );
}

#[test]
fn bad_arguments_of_a_campaign_are_told() {
    for (arguments, word) in [
        (&["--shard", "0/4"][..], "no shard"),
        (&["--shard", "1/99"], "at most 16"),
        (&["--time", "soon"], "no time"),
        (&["--generators", "psychic"], "expected one of"),
        (&["--resume"], "--corpus"),
        (&["--allow-remote"], "--rps"),
        // Its credentials come from the environment below: nothing is sent with them.
        (
            &["--endpoint", "http://192.0.2.1:1", "--yes"],
            "--allow-remote",
        ),
        (&["--replay", "nowhere.toml"], "nowhere.toml"),
    ] {
        let scratch = Scratch::new();
        let all = [&["fuzz"], arguments].concat();
        let mut command = command(&all);
        command
            .current_dir(&scratch.folder)
            .env("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE")
            .env("AWS_SECRET_ACCESS_KEY", "example");
        let output = output(&mut command);
        assert_eq!(output.code, 2, "{arguments:?}: {}", output.stderr);
        assert!(
            output.stderr.contains(word),
            "{arguments:?}: {}",
            output.stderr
        );
    }
}

/// Two requests in one go: the first is refused for its two hosts, the second is a valid stop.
const REFUSED_THEN_GRANTED: &str = r#"
requirement = "Bytes on a socket may be several requests."
level = "observe"
sources = [{ kind = "documented", cite = "RFC 9112, section 9.3.2, Pipelining" }]
given = { job = "started" }

[[case]]
name = "two-hosts-then-valid"
why = "One is refused and another granted, and it was the other that stopped the job."

[case.raw]
head = [
  "POST / HTTP/1.1", "Host: ${Host}", "Host: ${Host}", "Content-Length: 0", "",
  "POST / HTTP/1.1", "Host: ${Host}", "Content-Type: application/x-amz-json-1.1",
  "X-Amz-Target: AWSCognitoIdentityProviderService.StopUserImportJob", "Content-Length: ${Length}",
]
body = '{"UserPoolId":"${UserPoolId}","JobId":"${JobId}"}'
shutdown = true
"#;

#[test]
fn of_several_requests_on_a_socket_one_may_be_refused_and_another_granted() {
    let scratch = Scratch::new();
    let served = Served::start(&[]);
    let file = scratch.file("wire/pipelined.toml", REFUSED_THEN_GRANTED);
    let replay = ["fuzz", "--endpoint", &served.url, "--replay", &file];
    let replayed = output(&mut command(&replay));
    assert_eq!(replayed.code, 0, "{}{}", replayed.stdout, replayed.stderr);
}

#[test]
fn a_refusal_that_stops_its_job_is_found_although_jobs_are_read_now_and_then() {
    let scratch = Scratch::new();
    let served = served(&["--mutant", "refused-stop-stops", "--auth", "off"]);
    let endpoint = ["--endpoint", &served.url, "--unsigned"];
    let stream = ["--generators", "directed", "--execs", "2048"];
    let (output, json) = campaign(&scratch, &[&endpoint[..], &stream[..]].concat());
    assert_eq!(output.code, 1, "{}{}", output.stdout, output.stderr);
    let wanted = "post/Status: a job that this request does not stop";
    let findings = json["findings"].as_array().expect("findings");
    assert!(
        findings.iter().any(|one| one["wanted"] == wanted),
        "{json:#}"
    );
}

#[test]
fn pools_that_cannot_be_deleted_are_told_and_do_not_fill_the_screen() {
    let reference = served(&[]);
    let lack = Lack::Operations(&["DeleteUserPool"], Dialect::InternalFailure);
    let gateway = Gateway::start(&reference.url, Front::Lacking(lack));
    let endpoint = format!("http://127.0.0.1:{}", gateway.port);
    let base = ["--execs", "1200", "--generators", "directed"];
    let (output, _) = against(&endpoint, &base);
    let lines: Vec<_> = output.stderr.lines().collect();
    let [.., told, hint] = &lines[..] else {
        panic!("{}", output.stderr)
    };
    assert!(told.starts_with("error: failed to delete "), "{told}");
    assert!(told.contains(" pools, us-east-1_"), "{told}");
    assert!(told.len() < 1_000, "{told}");
    let sweep = format!("`fullstop sweep --endpoint {endpoint} ");
    assert!(hint.starts_with(&sweep), "{hint}");
}
