//! Records made readable: for people on a terminal, for machines as JSON. It cannot reach a target.

mod compare;
mod explain;
mod results;
mod terminal;

pub use compare::{Cell, Column, Comparison, Pair, Row, Shown, Truth, compare_text};
pub use explain::explain;
pub use results::{CaseResult, Results, TargetResult};
pub use terminal::{Style, terminal};
