//! Campaigns: generated requests, sent and judged by the thousand.

pub mod in_process;
