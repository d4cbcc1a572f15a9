//! Any text as a ledger of known failures.

#![no_main]

use fullstop::campaign::in_process::ledger;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    ledger(data);
});
