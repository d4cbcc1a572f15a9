//! The tries of one case: why the last one came to nothing, and what the next one has to know.

use crate::oracle::{Outcome, Silence};
use crate::provision::{Reason, Unavailable};
use crate::target::Failure;

/// How often a case is tried when its answer tells nothing: once more for bad luck, and once more after that.
const ATTEMPTS_MAX: usize = 3;

/// How often one that is waited for to the end of the timeout is tried.
const SILENT_ATTEMPTS_MAX: usize = 2;

/// Why an attempt ended without a verdict.
#[derive(Clone, Debug)]
pub(crate) enum Halt {
    /// Something that the case needs is not to be had.
    Blocked(Reason),
    /// The state or the fault of this name, which a profile may demand, cannot be made true.
    OutOfReach(String, Reason),
    /// Nothing can be told this time. With what was seen, if the request of the case itself went unanswered.
    Again(Reason, Option<Box<Outcome>>),
}

impl From<Unavailable> for Halt {
    fn from(unavailable: Unavailable) -> Self {
        match unavailable {
            Unavailable::Unreachable(reason) => Self::Blocked(reason),
            Unavailable::Indeterminate(reason) => Self::Again(reason, None),
        }
    }
}

impl Halt {
    /// From what kept a state or a fault of this name from being made true.
    pub(crate) fn short_of(name: impl Into<String>) -> impl FnOnce(Unavailable) -> Self {
        move |unavailable| match unavailable {
            Unavailable::Unreachable(reason) => Self::OutOfReach(name.into(), reason),
            other => other.into(),
        }
    }

    /// Whether another attempt would wait as long for nothing.
    pub(crate) fn is_silence(&self) -> bool {
        matches!(
            self,
            Self::Again(
                Reason::NoResponse(
                    Failure::Timeout { .. } | Failure::Recorded { is_late: true, .. }
                ),
                _
            )
        )
    }
}

/// The attempts at one case so far.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tries {
    pub(crate) count: usize,
    pub(crate) last: Option<Halt>,
    /// What the request itself was met with, where it brought no response.
    pub(crate) outcome: Option<Outcome>,
    pub(crate) before: Before,
    /// Whether the case was sent before, and is sent again whatever came of others like it.
    pub(crate) is_repeat: bool,
}

/// What the attempt before this one met, as far as the next one has to know.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Before {
    /// The status of a server error: if the last try meets one as well, it is the answer.
    pub(crate) failed: Option<u16>,
    /// Whether no other try comes after it.
    pub(crate) is_last: bool,
    /// A close of a connection that had been used: the next request needs one of its own.
    pub(crate) was_closed: bool,
    /// A start that was refused beside other active jobs: the next one is beside none.
    pub(crate) is_alone: bool,
}

impl Tries {
    /// None yet, of a case that is repeated.
    pub(crate) fn repeat() -> Self {
        Self {
            is_repeat: true,
            ..Self::default()
        }
    }

    pub(crate) fn take(&mut self, halt: Halt) {
        self.count += 1;
        self.before.is_last = self.count + 1 == ATTEMPTS_MAX;
        match &halt {
            Halt::Again(Reason::ServerFailed { status }, _) => self.before.failed = Some(*status),
            Halt::Again(Reason::NoResponse(Failure::Closed { was_kept: true, .. }), _) => {
                self.before.was_closed = true;
            }
            Halt::Again(Reason::OthersActive, _) => self.before.is_alone = true,
            Halt::Again(_, Some(outcome)) => self.outcome = Some(Outcome::clone(outcome)),
            _ => {}
        }
        self.last = Some(halt);
    }

    pub(crate) fn stop(&mut self, reason: Reason) {
        let outcome = self.outcome.take();
        self.last = Some(Halt::Again(reason, outcome.map(Box::new)));
    }

    pub(crate) fn is_over(&self, last: &Halt) -> bool {
        match last {
            Halt::Again(..) if last.is_silence() => self.count >= SILENT_ATTEMPTS_MAX,
            Halt::Again(..) => self.count >= ATTEMPTS_MAX,
            Halt::Blocked(_) | Halt::OutOfReach(..) => true,
        }
    }
}

/// What a request was met with that brought no response.
pub(crate) fn silence(failure: &Failure) -> Silence {
    Silence {
        kind: failure.kind(),
        told: failure.to_string(),
    }
}
