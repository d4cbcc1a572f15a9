//! The case schema: what a case file can say, and the cases that come out of it.
//!
//! A [`Requirement`] is one sentence with its level, its sources and its cases; it exists only if it is sound. This room
//! reads no files (`suite` does) and sends nothing: [`Case::compose`] says what a case would send, as bytes.

mod check;
mod compose;
mod entry;
mod expectation;
mod file;
mod given;
mod level;
mod payload;
mod requirement;
mod sequence;

pub use check::{Fault, Place};
pub use compose::{Ids, Message, Signature};
pub use expectation::{Answer, Assertion, Expectation, Grade, HeaderAssertion, JsonType, Post};
pub use file::{CaseEntry, File};
pub use given::{Given, JobState, PoolState};
pub use level::{Level, Source, SourceKind};
pub use payload::{HeaderChange, HeaderEdit, Letters, MemberValue, Payload, Raw};
pub use requirement::{Case, Change, Invariant, Requirement};
pub use sequence::{Act, Sequence, SequenceKind, Step};
