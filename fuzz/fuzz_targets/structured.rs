//! Structured requests to the reference, each answer judged by the oracle.

#![no_main]

use fullstop::campaign::in_process::structured;
use libfuzzer_sys::{Corpus, fuzz_target};

fuzz_target!(|data: &[u8]| -> Corpus { structured(data).map_or(Corpus::Reject, |_| Corpus::Keep) });
