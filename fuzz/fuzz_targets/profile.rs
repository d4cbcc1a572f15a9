//! Any text as a file of target profiles.

#![no_main]

use fullstop::campaign::in_process::profile;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    profile(data);
});
