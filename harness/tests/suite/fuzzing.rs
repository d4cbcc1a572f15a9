//! What the fuzz targets run, on their seeds and on bytes made here: no fuzzer is needed.

use std::collections::BTreeMap;
use std::fs;

use fullstop::campaign::{Seen, structured};
use fullstop::contract::Status;

use crate::files;

/// How many generated inputs are run: a second in a debug build.
const INPUTS: u64 = 20_000;

/// How many bytes an input has: more than a request uses.
const INPUT_SIZE: usize = 96;

#[test]
fn seeds_of_the_structured_target_hold() {
    let seeds = files("fuzz/seeds/structured");
    assert!(!seeds.is_empty(), "the target has seeds");
    for seed in seeds {
        structured(&fs::read(&seed).expect("a seed")).expect("a seed makes a request");
    }
}

#[test]
fn generated_requests_hold_and_reach_every_state() {
    let mut seen: BTreeMap<Seen, u64> = BTreeMap::new();
    for seed in 0..INPUTS {
        if let Ok(outcome) = structured(&bytes(seed)) {
            *seen.entry(outcome).or_default() += 1;
        }
    }
    let count = |test: &dyn Fn(&Seen) -> bool| -> u64 {
        seen.iter()
            .filter(|(outcome, _)| test(outcome))
            .map(|(_, count)| count)
            .sum()
    };
    let of_type = |name: &str| count(&|outcome| outcome.error_type.as_deref() == Some(name));
    for status in Status::ALL {
        assert!(
            count(&|outcome| outcome.before == Some(status)) > INPUTS / 50,
            "{status} is reached"
        );
    }
    assert!(
        count(&|outcome| outcome.status == 200) > INPUTS / 50,
        "jobs are stopped"
    );
    assert!(of_type("PreconditionNotMetException") > INPUTS / 50);
    assert!(of_type("ResourceNotFoundException") > INPUTS / 50);
    assert!(of_type("InvalidParameterException") > INPUTS / 20);
    assert!(of_type("SerializationException") > INPUTS / 100);
}

/// Bytes that a seed decides: splitmix64.
fn bytes(seed: u64) -> Vec<u8> {
    let mut state = seed;
    let mut bytes = Vec::with_capacity(INPUT_SIZE);
    while bytes.len() < INPUT_SIZE {
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        bytes.extend((mixed ^ (mixed >> 31)).to_le_bytes());
    }
    bytes
}
