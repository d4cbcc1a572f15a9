//! Structured requests to the endpoint that `FULLSTOP_ENDPOINT` names, guided by the kinds of its answers.

#![no_main]

use std::sync::atomic::AtomicU8;

use fullstop::campaign::black_box::live;
use libfuzzer_sys::{Corpus, fuzz_target};

/// Read by libFuzzer after each input as if they were coverage, where it knows how to: a campaign keeps as many kinds of answers.
#[cfg_attr(
    target_os = "linux",
    expect(unsafe_code, reason = "the section is libFuzzer's way to find them"),
    unsafe(link_section = "__libfuzzer_extra_counters")
)]
static COUNTERS: [AtomicU8; 16_384] = [const { AtomicU8::new(0) }; 16_384];

fuzz_target!(|data: &[u8]| -> Corpus {
    live(data, &COUNTERS).map_or(Corpus::Reject, |_| Corpus::Keep)
});
