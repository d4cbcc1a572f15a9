//! The oracle and the judge of cases on any answer: total, and never in praise of nonsense.

#![no_main]

use fullstop::campaign::in_process::judge;
use libfuzzer_sys::{Corpus, fuzz_target};

fuzz_target!(|data: &[u8]| -> Corpus { judge(data).map_or(Corpus::Reject, |_| Corpus::Keep) });
