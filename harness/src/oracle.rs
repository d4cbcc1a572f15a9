//! Judgement of answers. Pure: no network, no clock, no randomness, and no knowledge of the reference endpoint.

mod expected;
mod invariant;
mod mismatch;
mod template;

pub(crate) use expected::same;
pub use expected::{Context, Judgement, judge};
pub use invariant::{Breach, Held, Observed, Outcome, hold};
pub use mismatch::Mismatch;
pub use template::{Likeness, template};
