//! The reference's verifier against AWS's own signer.

#![no_main]

use fullstop::campaign::in_process::signature;
use libfuzzer_sys::{Corpus, fuzz_target};

fuzz_target!(|data: &[u8]| -> Corpus { signature(data).map_or(Corpus::Reject, |_| Corpus::Keep) });
