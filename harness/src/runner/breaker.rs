//! Stops a run whose endpoint has stopped answering.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

/// How many requests in a row may go unanswered before the endpoint is asked a plain question: one or two can be a case that
/// hangs it, four in a row hardly are.
const SILENT_IN_A_ROW_MAX: usize = 4;

/// Counts requests without an answer.
#[derive(Debug, Default)]
pub(crate) struct Breaker {
    silent: AtomicUsize,
    open: AtomicBool,
}

impl Breaker {
    /// Notes that the endpoint answered or closed in time.
    pub(crate) fn answered(&self) {
        self.silent.store(0, Ordering::Relaxed);
    }

    /// Notes a request without an answer. True if it is time for a control request.
    pub(crate) fn went_silent(&self) -> bool {
        self.silent.fetch_add(1, Ordering::Relaxed) + 1 >= SILENT_IN_A_ROW_MAX
    }

    /// Notes that the control request went unanswered too: nothing more is sent.
    pub(crate) fn trip(&self) {
        self.open.store(true, Ordering::Relaxed);
    }

    /// Whether nothing more is sent.
    pub(crate) fn is_open(&self) -> bool {
        self.open.load(Ordering::Relaxed)
    }
}
