//! The ledger of the emulator with seven faults: mending one never turns the gate red, and a fault more always does.

use std::fs;

use super::run;
use crate::command::{Output, Scratch};
use crate::emulator::Emulator;

/// Its faults, by the names that `--fix` takes.
const FAULTS: [&str; 7] = [
    "job-id",
    "dates",
    "not-found",
    "pool",
    "restart",
    "job-name",
    "type",
];

/// The areas in which its faults show: the rest would only take time.
const AREAS: [&str; 12] = [
    "--filter",
    "invariant/",
    "--filter",
    "job-id/",
    "--filter",
    "members/",
    "--filter",
    "response/",
    "--filter",
    "state/no-restart",
    "--filter",
    "state/job-of-another-pool",
];

fn held(emulator: &Emulator, scratch: &Scratch, command: &[&str], more: &[&str]) -> Output {
    let base = ["--endpoint", &emulator.url, "--ledger", "known.toml"];
    let repeats = ["--repeats", "0"];
    run(scratch, &[command, &base, &repeats, &AREAS, more].concat())
}

#[test]
fn each_of_seven_faults_has_one_entry_and_mending_one_turns_no_gate_red() {
    let scratch = Scratch::new();
    let adopt = ["--reason", "as found"];
    let faulty = Emulator::start(&[]);
    let adopted = held(&faulty, &scratch, &["ledger", "update"], &adopt);
    assert_eq!(adopted.code, 0, "{}", adopted.stderr);
    let ledger = fs::read_to_string(scratch.path("known.toml")).expect("it was written");
    assert_eq!(ledger.matches("[[known]]").count(), 7, "{ledger}");
    let green = held(&faulty, &scratch, &["run"], &[]);
    assert_eq!(green.code, 0, "{}", green.stdout);
    drop(faulty);

    for fault in FAULTS {
        let mended = held(&Emulator::start(&[fault]), &scratch, &["run"], &[]);
        assert_eq!(mended.code, 5, "{fault}: {}", mended.stdout);
    }

    // Pruned, the fault that was mended is a new one.
    let pruned = held(
        &Emulator::start(&["job-name"]),
        &scratch,
        &["ledger", "prune"],
        &[],
    );
    assert_eq!(pruned.code, 0, "{}", pruned.stderr);
    assert!(
        pruned.stdout.contains("dropped   member/JobName/missing"),
        "{}",
        pruned.stdout
    );
    let mended = held(&Emulator::start(&["job-name"]), &scratch, &["run"], &[]);
    assert_eq!(mended.code, 0, "{}", mended.stdout);
    let broken = held(&Emulator::start(&[]), &scratch, &["run"], &[]);
    assert_eq!(broken.code, 1, "{}", broken.stdout);
    assert!(
        broken.stdout.contains("MUST: 1 fault") && broken.stdout.contains("JobName is missing"),
        "{}",
        broken.stdout
    );
}
