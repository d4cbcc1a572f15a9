//! Sets of statuses, and what time makes of them.

use std::fmt;

use crate::contract::Status;

/// The statuses in which a job may be.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Statuses(u8);

impl Statuses {
    /// Those of a job that is stopped, or is being stopped.
    pub const STOPPED: Self = Self(bit(Status::Stopping) | bit(Status::Stopped));

    /// These statuses.
    pub fn of(statuses: &[Status]) -> Self {
        statuses.iter().copied().collect()
    }

    /// Whether a status is among them.
    pub fn has(self, status: Status) -> bool {
        self.0 & bit(status) != 0
    }

    /// Whether every one of them is among others.
    pub fn are_among(self, others: Self) -> bool {
        self.0 & !others.0 == 0
    }

    /// Whether there are none.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// These and others.
    pub fn or(self, others: Self) -> Self {
        Self(self.0 | others.0)
    }

    /// In the model's order.
    pub fn iter(self) -> impl Iterator<Item = Status> {
        Status::ALL
            .into_iter()
            .filter(move |status| self.has(*status))
    }

    /// These and what time alone may make of them.
    pub fn in_time(self) -> Self {
        self.iter()
            .map(|status| Self::of(in_time(status)))
            .fold(self, Self::or)
    }
}

impl FromIterator<Status> for Statuses {
    fn from_iter<I: IntoIterator<Item = Status>>(statuses: I) -> Self {
        Self(statuses.into_iter().fold(0, |set, one| set | bit(one)))
    }
}

impl fmt::Display for Statuses {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = self.iter().map(Status::name).collect();
        f.write_str(&names.join(" or "))
    }
}

/// What time alone may make of a status, sooner or later.
///
/// Source: API reference, UserImportJobType, Status; developer guide, "Importing users from a CSV file".
pub(crate) fn in_time(status: Status) -> &'static [Status] {
    match status {
        Status::Created => &[Status::Created, Status::Expired],
        Status::Pending => &[
            Status::Pending,
            Status::InProgress,
            Status::Failed,
            Status::Succeeded,
        ],
        Status::InProgress => &[Status::InProgress, Status::Failed, Status::Succeeded],
        Status::Stopping => &[Status::Stopping, Status::Stopped],
        Status::Expired => &[Status::Expired],
        Status::Stopped => &[Status::Stopped],
        Status::Failed => &[Status::Failed],
        Status::Succeeded => &[Status::Succeeded],
    }
}

const fn bit(status: Status) -> u8 {
    1 << status as u8
}
