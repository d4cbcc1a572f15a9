//! Judgement of answers. Pure: no network, no clock, no randomness, and no knowledge of the reference endpoint.
//!
//! [`judge`] holds an answer to what a case expects, [`hold`] to what is true of any answer. [`permits`] needs no
//! case: it works out from the bytes of any request what the evidence permits, and rules on the answer. [`Model`] follows
//! a whole sequence of operations by the table of a job's life.

mod answers;
mod body;
mod brief;
mod constraint;
mod evidence;
mod expected;
mod fingerprint;
mod form;
mod invariant;
mod known;
mod life;
mod owner;
mod permitted;
mod reader;
mod rule;
mod ruling;
mod said;
mod signed;
mod statuses;
mod success;
mod template;
mod violation;

pub use brief::Brief;
pub use constraint::{are_well_formed, job_fault, pool_fault};
pub use evidence::{Breach, Evidence, Held, RequestId, hold};
pub(crate) use expected::same;
pub use expected::{Context, Judgement, judge};
pub use fingerprint::{fingerprint, fingerprint_of_ways, is_within};
pub use invariant::{Observed, Outcome, Silence};
pub use known::{Known, Place, Sent, Signing};
pub use life::{Deed, Entry, Event, LifeBreach, Model, Raced, Wanted, entry, judge_race, table};
pub use owner::{Owned, owned};
pub use permitted::{Answer, Class, Permitted, permitted};
pub use rule::Rule;
pub(crate) use ruling::rule_read;
pub use ruling::{Reason, Ruling, Verdict, permits, rule};
pub use said::expectations;
pub use statuses::Statuses;
pub use template::{JOB_NAME, Likeness, Name, POOL_NAME, names, template};
pub(crate) use violation::quote;
pub use violation::{Actual, Expected, Facet, Step, Violation};
