//! Stops a run whose endpoint has stopped answering, or throttles everything.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use crate::provision::Reason;
use crate::target::Failure;

/// How many attempts in a row may come to nothing before the endpoint is asked a plain question: one or two can be a case
/// that hangs it, four in a row hardly are.
const SILENT_IN_A_ROW_MAX: usize = 4;

/// How many attempts in a row may come to nothing although the plain question is answered: an endpoint can know that an
/// operation does not exist, and hang in all that do.
const FRUITLESS_IN_A_ROW_MAX: usize = 48;

/// How many attempts in a row may be throttled, each of which was sent several times with longer and longer pauses.
const THROTTLED_IN_A_ROW_MAX: usize = 16;

/// Counts attempts that came to nothing.
#[derive(Debug, Default)]
pub(crate) struct Breaker {
    silent: AtomicUsize,
    fruitless: AtomicUsize,
    throttled: AtomicUsize,
    tripped: Mutex<Option<Reason>>,
}

impl Breaker {
    /// Notes that a case's request was answered, or met with a close in time.
    pub(crate) fn answered(&self) {
        for counter in [&self.silent, &self.fruitless, &self.throttled] {
            counter.store(0, Ordering::Relaxed);
        }
    }

    /// Notes that the plain question was answered.
    pub(crate) fn alive(&self) {
        self.silent.store(0, Ordering::Relaxed);
    }

    /// Notes an attempt that came to nothing. True if it is time for the plain question.
    pub(crate) fn came_to_nothing(&self, reason: &Reason) -> bool {
        let count = |counter: &AtomicUsize| counter.fetch_add(1, Ordering::Relaxed) + 1;
        match reason {
            Reason::Throttled { .. } => {
                self.silent.store(0, Ordering::Relaxed);
                if count(&self.throttled) >= THROTTLED_IN_A_ROW_MAX {
                    self.trip(reason.clone());
                }
                false
            }
            // The close may have come before the request did.
            Reason::NoResponse(Failure::Closed { was_kept: true, .. }) => false,
            // What does not answer while a precondition is made is not made again and again as it is.
            Reason::NoResponse(_) => {
                if count(&self.fruitless) >= FRUITLESS_IN_A_ROW_MAX {
                    self.trip(Reason::StoppedAnswering);
                    return false;
                }
                count(&self.silent) >= SILENT_IN_A_ROW_MAX
            }
            _ => false,
        }
    }

    /// Nothing more is sent.
    pub(crate) fn trip(&self, reason: Reason) {
        let mut tripped = self.tripped.lock().unwrap_or_else(PoisonError::into_inner);
        tripped.get_or_insert(reason);
    }

    /// Why nothing more is sent, if so.
    pub(crate) fn reason(&self) -> Option<Reason> {
        let tripped = self.tripped.lock().unwrap_or_else(PoisonError::into_inner);
        tripped.clone()
    }

    /// Whether nothing more is sent.
    pub(crate) fn is_open(&self) -> bool {
        self.reason().is_some()
    }
}
