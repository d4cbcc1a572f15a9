//! Bytes of a connection to the served reference, without a socket.

#![no_main]

use fullstop::campaign::in_process::codec;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    codec(data);
});
