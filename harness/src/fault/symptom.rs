//! Something wrong that was seen once, as far as its cause is looked for in it.

use crate::case::{Case, Invariant};
use crate::oracle::{Actual, Outcome, Violation, quote};
use crate::wire::{Envelope, Response, redact};

/// Something wrong, seen once.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Symptom<'a> {
    /// The sort of fault that it may be.
    pub(crate) kind: Kind,
    /// The request that brought it.
    pub(crate) case: &'a Case,
    /// The id of the requirement or the rule that is broken.
    pub(crate) rule: &'a str,
    /// The response in few words, where it is a response that is wrong.
    pub(crate) gist: Option<&'a Gist>,
    /// The violations.
    pub(crate) violations: &'a [Violation],
}

/// The sort of fault that it may be, which decides how it is looked into.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    /// An answer that the request must not get.
    Answer,
    /// An answer that no request may get.
    Invariant(Invariant),
    /// An answer with something in it that belongs in a log.
    Leak,
    /// An answer that comes too late for what was asked.
    Latency,
    /// A state afterwards that must not be.
    State,
    /// A case of the suite that diverges.
    Case,
}

/// An answer in few words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Gist {
    pub(crate) status: u16,
    pub(crate) error_type: Option<String>,
    /// True where it shows a job.
    pub(crate) has_job: bool,
}

impl Gist {
    pub(crate) fn of(response: &Response) -> Self {
        let envelope = Envelope::read(response);
        let json = envelope.json.as_ref().ok();
        let job = json.and_then(|json| json.get("UserImportJob"));
        let has = |member: &&str| job.is_some_and(|job| job.get(member).is_some());
        Self {
            status: response.status,
            error_type: envelope.error_type().map(|name| quote(&redact(name))),
            has_job: ["JobId", "UserPoolId", "Status"].iter().any(has),
        }
    }

    pub(crate) fn of_outcome(outcome: &Outcome) -> Option<Self> {
        match outcome {
            Outcome::Answered(response) => Some(Self::of(response)),
            Outcome::Closed | Outcome::Silent(_) => None,
        }
    }

    /// True of a success that shows nothing.
    pub(crate) fn is_jobless(&self) -> bool {
        self.status < 400 && self.error_type.is_none() && !self.has_job
    }

    /// The error that a violation tells.
    pub(crate) fn of_error(actual: &Actual) -> Option<Self> {
        match actual {
            Actual::Error(status, error_type) => Some(Self {
                status: *status,
                error_type: error_type.clone(),
                has_job: false,
            }),
            _ => None,
        }
    }
}
