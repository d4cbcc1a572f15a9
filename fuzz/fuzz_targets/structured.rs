//! Structured requests to the reference, each answer judged by the oracle. An input that comes to a request that was met before
//! is not kept, and libFuzzer need not look at what it reached.

#![no_main]

use fullstop::campaign::in_process::structured;
use libfuzzer_sys::{Corpus, fuzz_target};

fuzz_target!(|data: &[u8]| -> Corpus {
    if let Ok(Some(_)) = structured(data) {
        Corpus::Keep
    } else {
        Corpus::Reject
    }
});
