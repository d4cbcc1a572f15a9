//! Runs cases against a target: make the precondition, send, judge, look at the state afterwards, and measure a refusal
//! against its control.
//!
//! A verdict depends on the answers alone, never on order, clock or concurrency: every case has a precondition of its own.

mod absence;
mod attempt;
mod breaker;
mod control;
mod gate;
mod known;
mod post;
mod probe;
mod record;
mod rehearsal;
mod repeats;
mod replay;
mod run;
mod session;
mod shard;
mod stage;
mod testimony;

pub use absence::Unknown;
pub(crate) use attempt::is_throttled;
pub use gate::{Exit, Gate};
pub use known::{Known, KnownState, recognise};
pub(crate) use probe::Probe;
pub use record::{Exchange, Record, Summary, Verdict};
pub use rehearsal::{Rehearsal, RehearsalError, rehearse};
pub use repeats::{Constancy, Repeats};
pub use run::{Plan, Run, RunError, Runner};
pub use session::{Session, SessionError};
pub use shard::Shard;
pub use testimony::Testimony;
