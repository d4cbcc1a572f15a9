//! What the fuzz targets run, on their seeds and on bytes made here: no fuzzer is needed. Each target also finds a mutant
//! that was planted for it.

mod seeds;

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::sync::atomic::{AtomicU8, Ordering};
use std::thread;

use arbitrary::Unstructured;
use fullstop::campaign::black_box::{AnswerKind, BlackBox};
use fullstop::campaign::in_process::{
    Codec, Duel, FILE, Judges, Plays, Read, Seen, Soak, Verifier, case_file, case_file_reader,
    codec, judge, ledger, ledger_reader, profile, profile_reader, read, sequence, signature,
    structured,
};
use fullstop::case::Signature;
use fullstop::contract::Status;
use fullstop::generator::{Kind, Part, bytes, mutated};
use fullstop::oracle::{Ruling, Verdict, permits};
use fullstop::reference::{Mutant, Options, Variation};
use fullstop::runner::Session;
use fullstop::target::{Credentials, Environment, Profile};
use tokio::runtime::Builder;

use crate::{files, name, root};

/// How many generated inputs are run: some seconds in a debug build.
const INPUTS: u64 = 4_000;

/// How many executions a planted mutant survives at most.
const CANARY_MAX: u64 = 5_000;

/// How many bytes an input has: more than a request uses.
const INPUT_SIZE: usize = 192;

#[test]
fn every_target_has_seeds_and_they_hold() {
    let mut targets = BTreeSet::new();
    for file in files("fuzz/fuzz_targets") {
        let target = file
            .file_stem()
            .expect("a name")
            .to_string_lossy()
            .into_owned();
        let seeds = files(&format!("fuzz/seeds/{target}"));
        assert!(!seeds.is_empty(), "{target} has seeds");
        for seed in seeds {
            let data = fs::read(&seed).expect("a seed");
            let path = name(&seed);
            assert!(data.len() <= 4_096, "{path} is small");
            match target.as_str() {
                "structured" => drop(structured(&data).expect("a seed makes a request")),
                "codec" => drop(codec(&data)),
                "judge" => drop(judge(&data).expect("a seed makes an answer")),
                "sequence" => drop(sequence(&data).expect("a seed makes a sequence")),
                "live" => drop(seen_from_outside(&data).expect("a seed makes a request")),
                "signature" => drop(signature(&data).expect("a seed makes a request")),
                "case_file" => assert_eq!(case_file(&data), Read::Sound, "{path}"),
                "profile" => assert_eq!(profile(&data), Read::Sound, "{path}"),
                "ledger" => assert_eq!(ledger(&data), Read::Sound, "{path}"),
                other => panic!("{other} is not replayed here"),
            }
        }
        targets.insert(target);
    }
    let manifest = fs::read_to_string(root().join("fuzz/Cargo.toml")).expect("the manifest");
    for target in targets {
        assert!(
            manifest.contains(&format!("fuzz_targets/{target}.rs")),
            "{target} is built"
        );
    }
}

/// What the target `live` makes of its input where no variable names an endpoint, whatever the environment of the tests says.
fn seen_from_outside(data: &[u8]) -> arbitrary::Result<AnswerKind> {
    thread_local!(static BOX: RefCell<BlackBox> = RefCell::new(
        BlackBox::of(&Environment::default()).expect("the reference")
    ));
    let outcome = BOX.with_borrow_mut(|endpoint| endpoint.run(data))?;
    Ok(outcome.unwrap_or_else(|finding| panic!("{finding}")))
}

/// An input that makes the request of another is no execution. On a thread of its own nothing was met before.
#[test]
fn a_request_that_was_met_before_is_not_met_again() {
    let is_new = |data: &[u8]| structured(data).expect("a request").is_some();
    let seeds = files("fuzz/seeds/structured");
    let seeds = seeds.iter().map(|seed| fs::read(seed).expect("a seed"));
    let seeds: Vec<_> = seeds.collect();
    let count = seeds.iter().filter(|seed| is_new(seed)).count();
    // A directed request may be what a seeded one is.
    assert!(count > seeds.len() / 2, "{count} of {}", seeds.len());
    assert!(!seeds.iter().any(|seed| is_new(seed)));
    let elsewhere = thread::spawn(move || structured(&seeds[0]).expect("a request"));
    assert!(elsewhere.join().expect("no panic").is_some());
}

/// Whatever decides the answer tells two requests apart: the situation, the fault, the signature.
#[test]
fn what_is_taken_for_a_repetition_was_answered_before() {
    let duel = Duel::new(Options::default());
    let mut answered = BTreeSet::new();
    for seed in 0..INPUTS {
        let data = bytes(seed, INPUT_SIZE);
        let Ok(outcome) = duel.run(&data) else {
            continue;
        };
        let seen = outcome.unwrap_or_else(|found| panic!("{found}"));
        let answer = (seen.before, seen.status, seen.error_type, seen.verdict);
        if structured(&data).expect("a request").is_some() {
            answered.insert(answer);
        } else {
            assert!(answered.contains(&answer), "never met: {answer:?}");
        }
    }
}

#[test]
fn generated_requests_hold_and_reach_every_state() {
    let duel = Duel::new(Options::default());
    let mut seen: BTreeMap<Seen, u64> = BTreeMap::new();
    for seed in 0..INPUTS {
        if let Ok(outcome) = duel.run(&bytes(seed, INPUT_SIZE)) {
            let outcome = outcome.unwrap_or_else(|found| panic!("{found}"));
            *seen.entry(outcome).or_default() += 1;
        }
    }
    let count = |test: &dyn Fn(&Seen) -> bool| -> u64 {
        seen.iter()
            .filter(|(outcome, _)| test(outcome))
            .map(|(_, count)| count)
            .sum()
    };
    let is_common = |what: &str, least: u64, test: &dyn Fn(&Seen) -> bool| {
        let count = count(test);
        assert!(count > least, "{what}: {count}");
    };
    let of_type =
        |name: &'static str| move |outcome: &Seen| outcome.error_type.as_deref() == Some(name);
    for status in Status::ALL {
        is_common(status.name(), INPUTS / 120, &|one| one.before == status);
    }
    for kind in [Kind::Directed, Kind::Seeded] {
        is_common(kind.name(), INPUTS / 3, &|one| one.kind == kind);
    }
    for part in [
        Part::JobId,
        Part::UserPoolId,
        Part::Body,
        Part::Signature,
        Part::Header,
    ] {
        is_common(part.name(), INPUTS / 50, &|one| {
            one.facets.iter().any(|facet| facet.part == part)
        });
    }
    is_common("stops", INPUTS / 25, &|one| one.status == 200);
    is_common(
        "precondition",
        INPUTS / 50,
        &of_type("PreconditionNotMetException"),
    );
    is_common(
        "not found",
        INPUTS / 50,
        &of_type("ResourceNotFoundException"),
    );
    is_common(
        "invalid",
        INPUTS / 10,
        &of_type("InvalidParameterException"),
    );
    is_common(
        "serialization",
        INPUTS / 20,
        &of_type("SerializationException"),
    );
    is_common(
        "signature",
        INPUTS / 100,
        &of_type("InvalidSignatureException"),
    );
    is_common("judged", INPUTS / 2, &|one| {
        one.verdict == Verdict::Conformant
    });
}

#[test]
fn connections_hold_and_are_judged() {
    let served = Codec::new(Options::default());
    let (mut judged, mut answered, mut several) = (0, 0, 0);
    for seed in 0..INPUTS {
        let Ok(data) = served.generated(&bytes(seed, INPUT_SIZE)) else {
            continue;
        };
        let heard = codec(&data);
        judged += u64::from(heard.verdict.is_some());
        answered += u64::from(!heard.statuses.is_empty());
        several += u64::from(heard.statuses.len() > 1);
    }
    assert!(answered > INPUTS / 2, "{answered} are answered");
    assert!(judged > INPUTS / 10, "{judged} are judged");
    assert!(several > INPUTS / 100, "{several} have several answers");
}

#[test]
fn a_word_like_a_method_takes_no_body_off_an_answer() {
    let request =
        "POST / HTTP/1.1\r\nHost: localhost\r\nX-Word: head of\r\nContent-Length: 0\r\n\r\n";
    let two = codec(request.repeat(2).as_bytes());
    assert_eq!(two.statuses.len(), 2, "{two:?}");
    let head = "HEAD / HTTP/1.1\r\nHost: localhost\r\n\r\n";
    let two = codec(head.repeat(2).as_bytes());
    assert_eq!(two.statuses.len(), 2, "{two:?}");
}

#[test]
fn an_answer_of_http_1_0_without_a_length_ends_with_the_connection() {
    let codec = Codec::new(Options {
        variation: Some(Variation::ChunkedAnswers),
        ..Options::default()
    });
    let request = "POST / HTTP/1.0\r\nHost: localhost\r\nContent-Length: 1\r\n\r\n:";
    let heard = codec.run(request.as_bytes()).expect("nothing is wrong");
    assert_eq!(heard.statuses.len(), 1, "{heard:?}");
}

#[test]
fn a_black_box_counts_the_kinds_of_its_answers_and_the_reference_is_not_accused() {
    let counters = [const { AtomicU8::new(0) }; 1_024];
    let mut endpoint = BlackBox::of(&Environment::default()).expect("the reference");
    for seed in 0..INPUTS / 8 {
        if let Ok(outcome) = endpoint.count(&bytes(seed, INPUT_SIZE), &counters) {
            outcome.unwrap_or_else(|finding| panic!("{finding}"));
        }
    }
    let kinds = counters
        .iter()
        .filter(|one| one.load(Ordering::Relaxed) == 1);
    let kinds = kinds.count();
    assert!((40..600).contains(&kinds), "{kinds} kinds of answers");
}

#[test]
fn a_black_box_is_one_of_this_machine() {
    for (url, why) in [
        ("http://192.0.2.1:80", "is not on this machine"),
        ("127.0.0.1", "127.0.0.1"),
    ] {
        let environment = Environment::of(Some(Credentials::example()), None);
        let environment = environment.with("FULLSTOP_ENDPOINT", url);
        let error = BlackBox::of(&environment).expect_err("it is refused");
        assert!(error.contains(why), "{error}");
    }
}

#[test]
fn any_answer_is_judged_and_sense_is_reached() {
    let mut seen = BTreeMap::new();
    for seed in 0..INPUTS {
        if let Ok(outcome) = judge(&bytes(seed, INPUT_SIZE)) {
            *seen.entry(outcome).or_insert(0_u64) += 1;
        }
    }
    let of = |verdict: Verdict| -> u64 {
        seen.iter()
            .filter(|(one, _)| one.verdict == verdict)
            .map(|(_, count)| count)
            .sum()
    };
    assert!(of(Verdict::Conformant) > INPUTS / 200, "{seen:?}");
    assert!(of(Verdict::Divergent) > INPUTS / 4, "{seen:?}");
}

#[test]
fn signed_requests_verify_and_changed_ones_do_not() {
    let mut changes = BTreeMap::new();
    for seed in 0..INPUTS / 8 {
        if let Ok(signed) = signature(&bytes(seed, INPUT_SIZE)) {
            *changes.entry(signed.change).or_insert(0_u64) += 1;
        }
    }
    assert_eq!(changes.len(), 7, "{changes:?}");
    assert!(
        changes.values().all(|count| *count > INPUTS / 400),
        "{changes:?}"
    );
}

#[test]
fn mutated_files_are_read_or_refused() {
    let mut outcomes = BTreeMap::new();
    for (target, run) in [
        ("case_file", case_file as fn(&[u8]) -> Read),
        ("profile", profile),
        ("ledger", ledger),
    ] {
        for (seed, text) in mutated_files(target, INPUTS / 10) {
            let outcome = run(text.as_bytes());
            *outcomes.entry((target, outcome)).or_insert(0_u64) += 1;
            assert_ne!(outcome, Read::NotText, "{seed}");
        }
    }
    for target in ["case_file", "profile"] {
        for outcome in [Read::Refused, Read::Sound] {
            let count = outcomes
                .get(&(target, outcome))
                .copied()
                .unwrap_or_default();
            assert!(count > INPUTS / 200, "{outcomes:?}");
        }
    }
}

/// The seeds of a target that are texts, with a few tokens changed.
fn mutated_files(target: &str, count: u64) -> impl Iterator<Item = (u64, String)> {
    let seeds: Vec<String> = files(&format!("fuzz/seeds/{target}"))
        .iter()
        .map(|seed| fs::read_to_string(seed).expect("a text"))
        .collect();
    (0..count).filter_map(move |seed| {
        let data = bytes(seed, INPUT_SIZE);
        let text = &seeds[(seed % seeds.len() as u64) as usize];
        let text = mutated(text, &mut Unstructured::new(&data)).ok()?;
        Some((seed, text))
    })
}

#[test]
fn a_soak_is_the_same_for_any_number_of_threads_and_finds_nothing() {
    let soak = |threads| {
        Soak {
            executions: 6_000,
            seed: 1,
            threads,
        }
        .run(|_| {})
    };
    let soaked = soak(1);
    assert_eq!(soaked.disagreements, BTreeMap::new());
    assert_eq!(soaked.executions.values().sum::<u64>(), 6_000);
    assert_eq!(soaked, soak(2));
}

/// The number of the execution that finds a mutant.
#[track_caller]
fn found(what: &str, run: impl Fn(&[u8]) -> bool) -> u64 {
    let found = (0..CANARY_MAX).find(|seed| run(&bytes(*seed, INPUT_SIZE)));
    found.unwrap_or_else(|| panic!("{what} survives {CANARY_MAX} executions"))
}

fn wrong(name: &str) -> Options {
    let mutant = Mutant::ALL.iter().copied().find(|one| one.name() == name);
    Options {
        mutant: Some(mutant.unwrap_or_else(|| panic!("{name} is a mutant"))),
        ..Options::default()
    }
}

#[test]
fn structured_requests_find_planted_mutants() {
    for name in STRUCTURED_CANARIES {
        let duel = Duel::new(wrong(name));
        found(name, |data| matches!(duel.run(data), Ok(Err(_))));
    }
}

#[test]
fn connections_find_planted_mutants() {
    for name in CODEC_CANARIES {
        let codec = Codec::new(wrong(name));
        found(name, |data| match codec.generated(data) {
            Ok(data) => codec.run(&data).is_err(),
            Err(_) => false,
        });
    }
}

#[test]
fn answers_of_a_black_box_find_planted_mutants() {
    for name in ["null-members", "stop-not-stored", "stop-renames"] {
        let runtime = Builder::new_current_thread().enable_all().build();
        let runtime = runtime.expect("a runtime");
        let session =
            runtime.block_on(async { Session::embedded(Profile::reference(), wrong(name)) });
        let session = session.expect("an endpoint in this process");
        let mut endpoint = BlackBox::over(session, runtime).expect("it is up");
        let found = (0..CANARY_MAX).find_map(|seed| {
            let outcome = endpoint.run(&bytes(seed, INPUT_SIZE));
            outcome.ok()?.err()
        });
        let finding = found.unwrap_or_else(|| panic!("{name} survives"));
        assert!(finding.to_string().contains("wanted"), "{finding}");
    }
}

#[test]
fn sequences_find_planted_mutants() {
    for name in SEQUENCE_CANARIES {
        let plays = Plays::new(wrong(name));
        found(name, |data| matches!(plays.run(data), Ok(Err(_))));
    }
}

#[test]
fn changed_signatures_find_planted_mutants() {
    for name in ["signature-unchecked", "signature-length-only"] {
        let verifier = Verifier::new(wrong(name));
        found(name, |data| matches!(verifier.run(data), Ok(Err(_))));
    }
}

#[test]
fn any_answer_finds_an_oracle_that_praises_nonsense() {
    let judges = Judges::new();
    // It believes the status alone.
    found("a credulous oracle", |data| {
        let credulous = judges.run(data, |sent, known, response| {
            let ruling = permits(sent, known, response);
            let is_praised = response.status == 200 && sent.signature == Signature::Valid;
            Ruling {
                verdict: if is_praised {
                    Verdict::Conformant
                } else {
                    ruling.verdict
                },
                ..ruling
            }
        });
        matches!(credulous, Ok(Err(_)))
    });
}

#[test]
fn mutated_files_find_readers_that_lose_something() {
    type Reader<'a> = &'a dyn Fn(&str) -> Result<Option<String>, String>;
    let first = |target: &str, reader: Reader| {
        mutated_files(target, CANARY_MAX).find(|(_, text)| read(text.as_bytes(), reader).is_err())
    };
    let readers: [(&str, Reader); 3] = [
        ("case_file", &case_file_reader),
        ("profile", &profile_reader),
        ("ledger", &ledger_reader),
    ];
    for (target, reader) in readers {
        // It forgets the file in one of its errors.
        let forgetful = |text: &str| match reader(text) {
            Err(error) if error.contains("unknown field") => Err(error.replace(FILE, "a file")),
            other => other,
        };
        assert!(
            first(target, &forgetful).is_some(),
            "{target}: an error without its file is found"
        );
    }
    // It writes a number that is one more than what it read.
    let careless = |text: &str| {
        let written = case_file_reader(text)?;
        let add_one = |text: String| {
            let later = text.replace("status = 401", "status = 402");
            later.replace("status = 400", "status = 401")
        };
        Ok(written.map(add_one))
    };
    assert!(
        first("case_file", &careless).is_some(),
        "a number written wrongly is found"
    );
}

/// What shows in the state, in the members, in the letters of an id, in the notation of a body, in the type of an error,
/// behind a fault that was asked for, and once in several answers.
const STRUCTURED_CANARIES: [&str; 10] = [
    "stop-not-stored",
    "refused-stop-stops",
    "job-of-any-pool",
    "null-members",
    "job-id-trailing-newline",
    "job-id-unicode",
    "trailing-comma-accepted",
    "error-types-disagree",
    "throttled-stop-stops",
    "sometimes-null-member",
];

/// What shows when one operation follows another: in what is stored, in the order of a life, and in a list.
const SEQUENCE_CANARIES: [&str; 5] = [
    "stop-not-stored",
    "stops-other-jobs",
    "stop-renames",
    "list-omits-stopped",
    "deleted-job-stops",
];

/// What shows on a connection only: no answer, half of one, and one without an end.
const CODEC_CANARIES: [&str; 5] = [
    "closes-on-malformed-json",
    "truncated-success",
    "closes-on-wrong-type",
    "always-hangs",
    "always-endless",
];
