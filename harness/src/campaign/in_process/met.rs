//! What was met before, so that it need not be done again.

use std::hash::{DefaultHasher, Hash, Hasher};

/// How many things are remembered: two megabytes of hashes. A later thing takes the place of an earlier one.
const SLOTS: usize = 1 << 18;

/// The hashes of what was met. Two things with one hash of 64 bits are not to be expected, and cost one execution.
#[derive(Debug)]
pub(crate) struct Met(Vec<u64>);

impl Met {
    pub(crate) fn new() -> Self {
        Self(vec![0; SLOTS])
    }

    /// Whether a thing is not known to have been met. From now on it is.
    pub(crate) fn is_new(&mut self, thing: &impl Hash) -> bool {
        // Without the random keys of a table: whether a thing is new depends on what was met, and on nothing else.
        let mut hasher = DefaultHasher::new();
        thing.hash(&mut hasher);
        // A slot that was never used has a hash that no thing has.
        let hash = hasher.finish().max(1);
        #[expect(clippy::cast_possible_truncation, reason = "any bits will do")]
        let slot = &mut self.0[hash as usize % SLOTS];
        std::mem::replace(slot, hash) != hash
    }
}
