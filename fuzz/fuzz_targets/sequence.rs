//! Sequences of operations against the reference, held to the model of a job's life.

#![no_main]

use fullstop::campaign::in_process::sequence;
use libfuzzer_sys::{Corpus, fuzz_target};

fuzz_target!(|data: &[u8]| -> Corpus { sequence(data).map_or(Corpus::Reject, |_| Corpus::Keep) });
