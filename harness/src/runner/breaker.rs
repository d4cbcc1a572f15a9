//! Stops a run whose endpoint has stopped answering.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

/// How many attempts in a row may come to nothing before the endpoint is asked a plain question: one or two can be a case
/// that hangs it, four in a row hardly are.
const SILENT_IN_A_ROW_MAX: usize = 4;

/// How many attempts in a row may come to nothing although the plain question is answered: an endpoint can know that an
/// operation does not exist, and hang in all that do.
const FRUITLESS_IN_A_ROW_MAX: usize = 16;

/// Counts attempts without an answer.
#[derive(Debug, Default)]
pub(crate) struct Breaker {
    silent: AtomicUsize,
    fruitless: AtomicUsize,
    open: AtomicBool,
}

impl Breaker {
    /// Notes that a case's request was answered, or met with a close in time.
    pub(crate) fn answered(&self) {
        self.silent.store(0, Ordering::Relaxed);
        self.fruitless.store(0, Ordering::Relaxed);
    }

    /// Notes that the plain question was answered.
    pub(crate) fn alive(&self) {
        self.silent.store(0, Ordering::Relaxed);
    }

    /// Notes an attempt that came to nothing. True if it is time for the plain question.
    pub(crate) fn went_silent(&self) -> bool {
        if self.fruitless.fetch_add(1, Ordering::Relaxed) + 1 >= FRUITLESS_IN_A_ROW_MAX {
            self.trip();
            return false;
        }
        self.silent.fetch_add(1, Ordering::Relaxed) + 1 >= SILENT_IN_A_ROW_MAX
    }

    /// Nothing more is sent.
    pub(crate) fn trip(&self) {
        self.open.store(true, Ordering::Relaxed);
    }

    /// Whether nothing more is sent.
    pub(crate) fn is_open(&self) -> bool {
        self.open.load(Ordering::Relaxed)
    }
}
