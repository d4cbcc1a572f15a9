//! One trial per case and invariant, named by its id: against the embedded reference, whose answers must also be the
//! recorded ones, or against `FULLSTOP_ENDPOINT`.

use std::path::Path;
use std::process::ExitCode;

use fullstop::conformance::Conformance;
use fullstop::snapshot;

fn main() -> ExitCode {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    // First of all, since it sets environment variables.
    snapshot::prepare(root);
    let suite = match std::env::var("FULLSTOP_ENDPOINT") {
        Ok(url) => Conformance::at(url),
        Err(_) => Conformance::reference().snapshots(root.join("snapshots/reference")),
    };
    suite.main()
}
