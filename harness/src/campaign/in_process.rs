//! What the fuzz targets run on each input, in process and without a socket.
//!
//! Each door takes bytes and panics on a disagreement, which is how a fuzzer hears of one. What stands behind it returns
//! the disagreement instead, so that a test can plant a mutant and see it found.

mod codec;
mod duel;
mod files;
mod judged;
mod memory;
mod met;
mod prepared;
mod sequenced;
mod signed;
mod soak;

use std::cell::RefCell;
use std::fmt;
use std::sync::{Arc, LazyLock};

use crate::campaign::in_process::met::Met;
use crate::case::Case;
use crate::published;
use crate::reference::{Moment, Options};
use crate::suite::Suite;

pub use codec::{Codec, Heard};
pub use duel::{Duel, Seen};
pub use files::{
    FILE, Read, case_file, case_file_reader, ledger, ledger_reader, profile, profile_reader, read,
};
pub use judged::{Judged, Judges, judge};
pub use sequenced::{Plays, Said, sequence};
pub use signed::{Signed, Verifier, signature};
pub use soak::{Soak, Soaked};

/// The moment at which everything happens: in process nothing depends on the clock.
const NOW: Moment = Moment::from_ms(1_736_443_496_379);

/// What two witnesses disagree about: a fault of one of ours, or of a mutant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Disagreement(String);

impl Disagreement {
    fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }
}

impl fmt::Display for Disagreement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Disagreement {}

/// Every case, and every exchange that AWS published: what seeded requests are made from.
pub fn seeds() -> Vec<Arc<Case>> {
    static SEEDS: LazyLock<Vec<Arc<Case>>> = LazyLock::new(|| {
        let suite = Suite::embedded().expect("the files of this version are read by its tests");
        let published = published::all();
        let published = published.iter().map(|one| Arc::new(one.case()));
        suite.cases().cloned().chain(published).collect()
    });
    SEEDS.clone()
}

/// Structured requests to the reference, judged by the oracle. None where the same request was met before: five of six
/// inputs that a fuzzer makes of others come to a request that it has had.
pub fn structured(data: &[u8]) -> arbitrary::Result<Option<Seen>> {
    thread_local! {
        static DUEL: Duel = Duel::new(Options::default());
        static MET: RefCell<Met> = RefCell::new(Met::new());
    }
    let outcome = MET.with_borrow_mut(|met| DUEL.with(|duel| duel.run_new(data, met)))?;
    Ok(outcome.map(agreed))
}

/// Bytes of a connection, through the codec that the served reference has.
pub fn codec(data: &[u8]) -> Heard {
    thread_local!(static CODEC: Codec = Codec::new(Options::default()));
    agreed(CODEC.with(|codec| codec.run(data)))
}

/// The same codec and driver round a service that does nothing: what the codec itself costs.
pub fn empty_codec(data: &[u8]) -> usize {
    thread_local!(static CODEC: Codec = Codec::new(Options::default()));
    CODEC.with(|codec| codec.run_empty(data))
}

fn agreed<T>(outcome: Result<T, Disagreement>) -> T {
    outcome.unwrap_or_else(|disagreement| panic!("{disagreement}"))
}
