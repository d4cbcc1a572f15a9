//! What to run, what came of it, and why there was no run.

use std::collections::BTreeSet;
use std::fmt;

use crate::clock::{Cut, Deadline};
use crate::provision::Reason;
use crate::runner::{KnownEntry, Record, Testimony};
use crate::target::Failure;

/// What to run and how.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The ids to report.
    pub selection: BTreeSet<String>,
    /// The ids of the cases that start before the others, in this order.
    pub first: Vec<String>,
    /// Decides the order in which the others start. No verdict depends on it.
    pub seed: u64,
    /// How many cases are under way at once, and how many requests.
    pub concurrency: usize,
    /// When the run ends at the latest.
    pub deadline: Deadline,
}

impl Plan {
    /// How many cases are under way at once if nobody says.
    pub const CONCURRENCY: usize = 8;

    /// A plan for these ids, with nothing else said.
    pub fn of(selection: BTreeSet<String>) -> Self {
        Self {
            selection,
            first: Vec::new(),
            seed: 0,
            concurrency: Self::CONCURRENCY,
            deadline: Deadline::never(),
        }
    }
}

/// A finished run.
#[derive(Clone, Debug)]
pub struct Run {
    /// What came of each selected case and invariant, in the order of their ids.
    pub records: Vec<Record>,
    /// How many ids of the suite were not selected.
    pub excluded: usize,
    /// What the answers say of the selected invariants.
    pub testimony: Testimony,
    /// Why it ended early, if it did.
    pub cut: Option<Cut>,
    /// How the entries of the ledger stand, if it was held to one.
    pub ledger: Vec<KnownEntry>,
    /// How many jobs may be active at once, where that was found out on the way.
    pub active_jobs: Option<usize>,
}

/// Why there was no run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RunError {
    /// The endpoint cannot be reached or does not answer.
    Unreachable(Failure),
    /// A gateway in front of the endpoint answers, and the endpoint does not.
    NotReady {
        /// The HTTP status of the gateway.
        status: u16,
        /// How long it was waited for, in seconds.
        waited_s: u64,
    },
    /// The endpoint redirects every request.
    Redirected {
        /// The HTTP status.
        status: u16,
        /// Where to.
        location: String,
    },
    /// The endpoint refuses the credentials of the profile, or wants some.
    Credentials {
        /// What it answers.
        excerpt: String,
    },
    /// The endpoint does not implement the operation.
    NotImplemented(Box<Reason>),
    /// The deadline passed before the first response.
    OutOfTime,
    /// The user ended it.
    Interrupted,
}

impl RunError {
    /// What a user can do about it, where something helps.
    fn hint(&self) -> Option<&'static str> {
        match self {
            Self::Unreachable(failure) => failure.hint(),
            Self::NotReady { .. } => Some("is the endpoint behind it running?"),
            Self::Redirected { .. } => Some("no client of AWS follows that: give the URL itself"),
            Self::Credentials { .. } => Some("check `credentials` in the profile"),
            Self::NotImplemented(reason) => reason.hint(),
            Self::OutOfTime => Some("give it more time with --deadline"),
            Self::Interrupted => None,
        }
    }
}

impl From<Cut> for RunError {
    fn from(cut: Cut) -> Self {
        match cut {
            Cut::OutOfTime => Self::OutOfTime,
            Cut::Interrupted => Self::Interrupted,
        }
    }
}

impl fmt::Display for RunError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreachable(failure) => failure.fmt(f)?,
            Self::NotReady { status, waited_s } => {
                write!(
                    f,
                    "the gateway answers {status}, and did so for {waited_s} s"
                )?;
            }
            Self::Redirected { status, location } => {
                let location: String = location.chars().take(200).collect();
                write!(
                    f,
                    "the endpoint answers {status}: it redirects to {location}"
                )?;
            }
            Self::Credentials { excerpt } => {
                write!(f, "the endpoint refuses the credentials: {excerpt}")?;
            }
            Self::NotImplemented(reason) => reason.fmt(f)?,
            Self::OutOfTime => f.write_str("the deadline passed before the first response")?,
            Self::Interrupted => f.write_str("interrupted")?,
        }
        match self.hint() {
            Some(hint) => write!(f, "; {hint}"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for RunError {}
