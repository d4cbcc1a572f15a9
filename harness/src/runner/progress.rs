//! What a run tells while it goes on.

use crate::runner::Record;

/// A step of a run.
#[derive(Clone, Copy, Debug)]
pub enum Progress<'a> {
    /// A case or an invariant has its verdict.
    Judged(&'a Record),
    /// So many repeats of divergences begin.
    Repeating(usize),
    /// One of them is done.
    Repeated,
}
