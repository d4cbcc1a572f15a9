//! The life of a job: what each operation may make of each status, as one table, and a model that follows any sequence.
//!
//! [`entry`] is the table. [`Model`] keeps what may be true of each pool and job after the steps so far, and says of
//! every answer what it breaks. Wherever nothing is established it takes what came for granted, so that an endpoint is
//! accused only of what no reading of the evidence permits.

mod deed;
mod members;
mod model;
mod race;
mod rules;
mod table;
mod track;

pub use deed::Deed;
pub use model::{LifeBreach, Model};
pub use race::{Event, Raced, judge_race};
pub(crate) use rules::ALL as RULES;
pub use table::{Entry, Wanted, entry, table};
