//! A campaign as it runs: what can be watched, and how it is told to end.

use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};

/// What can be watched while a campaign runs.
#[derive(Debug, Default)]
pub struct Live {
    /// Judged requests to the operation.
    pub executions: AtomicU64,
    /// Places of the stream where the precondition could not be made or the request not be said.
    pub skipped: AtomicU64,
    /// Those of them that the driver rules out, or that wait for their precondition.
    pub ruled_out: AtomicU64,
    /// Judged requests that brought a response.
    pub answered: AtomicU64,
    /// Kinds of answers seen.
    pub novelty: AtomicU64,
    /// Findings that were confirmed.
    pub findings: AtomicU64,
    /// Situations reached.
    pub states: AtomicU64,
    /// Reads of a job after a request.
    pub looks: AtomicU64,
    stop: AtomicBool,
    /// Whether something was suspected in the epoch.
    pub(crate) suspect: AtomicBool,
    /// How many requests in a row had no answer.
    pub(crate) silent: AtomicU32,
    /// The next place of the stream.
    next: AtomicU64,
}

impl Live {
    /// Asks the campaign to end soon.
    pub fn stop(&self) {
        self.stop.store(true, Ordering::Relaxed);
    }

    /// The next place of the stream.
    pub(crate) fn next(&self) -> u64 {
        self.next.fetch_add(1, Ordering::Relaxed)
    }

    /// Where the stream goes on.
    pub(crate) fn place(&self) -> u64 {
        self.next.load(Ordering::Relaxed)
    }

    /// Goes on at another place.
    pub(crate) fn go_on_at(&self, place: u64) {
        self.next.store(place, Ordering::Relaxed);
    }

    pub(crate) fn is_stopped(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }
}
