//! Runs cases against a target: make the precondition, send, judge, look at the state afterwards, and measure a refusal
//! against its control.
//!
//! A verdict depends on the answers alone, never on order, clock or concurrency: every case has a precondition of its own.

mod absence;
mod answered;
mod attempt;
mod batch;
mod breaker;
mod classes;
mod control;
mod faults;
mod gate;
mod known;
mod plan;
mod post;
mod probe;
mod progress;
mod record;
mod rehearsal;
mod repeats;
mod replay;
mod run;
mod session;
mod shown;
mod stage;
mod testimony;
mod tries;

pub use absence::Unknown;
pub use faults::faults_of;
pub use gate::{Exit, Gate, MIN_COVERAGE};
pub use known::{Known, KnownEntry, KnownState, recognise};
pub use plan::{Plan, Run, RunError};
pub(crate) use probe::Probe;
pub use progress::Progress;
pub use record::{Exchange, Record, Summary, Verdict};
pub use rehearsal::{Rehearsal, RehearsalError, rehearse};
pub use repeats::{Constancy, Repeats};
pub use replay::{send_line, target_words};
pub use run::Runner;
pub use session::{Session, SessionError};
pub use testimony::Testimony;
pub(crate) use tries::silence;

pub use crate::provision::Reason;
