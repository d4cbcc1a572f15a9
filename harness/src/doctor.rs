//! Looks at an endpoint before it is judged, says what it found, and writes a target profile from that.
//!
//! It judges nothing: whatever it finds is a fact about how to reach the endpoint and what can be made true on it. The
//! number of its requests is bounded, and what it creates it deletes.

mod diagnosis;
mod examine;
mod file;
mod sample;
mod signing;
mod states;
mod text;
mod written;

pub use diagnosis::{
    Clock, Diagnosis, Found, Outcome, Presence, Protocol, Reached, Sample, Signing, Way,
};
pub use examine::{Examined, clock, examine};
pub use file::{FileError, with_target};
pub use signing::opens;
pub use text::shown;
pub use written::written;
