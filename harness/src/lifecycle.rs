//! The life of a job on a target: what each status makes of each operation, sequences of operations, and many at once.
//!
//! What is right is the oracle's: the table of a job's life and the model that follows it. This room does things, and tells
//! and draws what came of them.

mod automaton;
mod cast;
mod difference;
mod dot;
mod drawing;
mod play;
mod races;
mod results;
mod sequences;
mod stage;
mod starting;
mod svg;
mod walk;
mod written;

pub use automaton::{Automaton, Edge, Standing, State};
pub use difference::Difference;
pub use dot::dot;
pub use play::{Played, play};
pub(crate) use races::races_that_break;
pub use races::{Kind, RaceFinding, RaceReport, races};
pub use results::{FORMAT, Lifecycle, LifecycleKind};
pub use sequences::{SequenceFinding, SequenceReport, sequences, shrink};
pub use stage::{Stage, Target};
pub use svg::{inline_svg, svg};
pub use walk::{VISITS, Walk, walk};
pub use written::{Replayed, ReplayedBreach, replay};
