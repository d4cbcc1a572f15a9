//! Bytes to requests. Pure: the same bytes make the same request, and nothing here knows what the right answer is.
//!
//! What is generated is an ordinary [`Case`] without expectations, so that a finding is one step from a case file.

mod member;
mod sequence;
mod stop;

pub use sequence::Steps;
pub use stop::Stop;
