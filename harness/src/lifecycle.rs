//! The life of a job on a target: sequences of operations, what each status makes of each, and many at once.
//!
//! What is right is the oracle's: the table of a job's life and the model that follows it. This room does things and
//! tells what came of them.

mod cast;
mod play;
mod stage;

pub use play::{Played, play};
pub use stage::{Stage, Target};
