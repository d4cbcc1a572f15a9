//! The command line's door.

use std::process::ExitCode;

use mimalloc::MiMalloc;

/// A campaign and the reference make and drop small texts by the thousand: the system's allocator takes a quarter of their time.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> ExitCode {
    fullstop::cli::main()
}
