//! Records made readable: for people on a terminal, for machines as JSON. It cannot reach a target.

mod explain;
mod merge;
mod results;
mod stored;
mod terminal;

pub use explain::explain;
pub use merge::{MergeError, Met, merge};
pub use results::{CaseResult, FORMAT, RequirementResult, Results, ShardResult, TargetResult};
pub use stored::{Stored, StoredError};
pub use terminal::{Style, terminal};
