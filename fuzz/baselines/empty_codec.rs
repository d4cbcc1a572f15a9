//! The codec of the served reference round a service that does nothing: what the codec itself costs.

#![no_main]

use fullstop::campaign::in_process::empty_codec;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    empty_codec(data);
});
