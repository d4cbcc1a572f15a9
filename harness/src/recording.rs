//! What a target did, kept: for each case what it was asked and what it answered, redacted, with hashes that show when
//! something was changed afterwards. It judges nothing and sends nothing.
//!
//! A recording is a folder with one file, `transcript.jsonl`: a head, a line for each case and each control in the order
//! of their names, and an end. The hashes show an accident or a careless edit, not a forger, who can compute them as well.

mod event;
mod file;
mod promote;
mod redact;
mod tape;

pub use event::{Event, Stored, StoredBytes, digest};
pub use file::{FILE, Head, Recording, RecordingError, Track, Unsupported};
pub use promote::{Promotion, PromotionError, Standing, promote};
pub use redact::redact_text;
pub use tape::{Player, Tape};
