//! Any text as a case file.

#![no_main]

use fullstop::campaign::in_process::case_file;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    case_file(data);
});
