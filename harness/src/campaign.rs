//! Campaigns: generated requests, sent and judged by the thousand.

mod in_process;

pub use in_process::{Seen, structured};
