//! One trial for each case that stands on what AWS documents, models or was recorded to do.

mod judged;

use std::process::ExitCode;

fn main() -> ExitCode {
    judged::conformance().main()
}
