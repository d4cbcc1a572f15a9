//! Structured requests to the reference endpoint, each answer held to what is true of any answer.

#![no_main]

use fullstop::campaign::structured;
use libfuzzer_sys::{Corpus, fuzz_target};

fuzz_target!(|data: &[u8]| -> Corpus { structured(data).map_or(Corpus::Reject, |_| Corpus::Keep) });
