//! An import job and how time moves it.

use crate::contract::Status;
use crate::reference::Moment;

/// An import job as the endpoint keeps it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Job {
    /// Its id.
    pub id: String,
    /// The name it was given.
    pub name: String,
    /// The pool that owns it.
    pub user_pool_id: String,
    /// The role it was given.
    pub role_arn: String,
    /// Where its CSV file goes.
    pub pre_signed_url: String,
    /// Its status when it was last looked at.
    pub status: Status,
    /// When it was made.
    pub created: Moment,
    /// When it was started.
    pub started: Option<Moment>,
    /// When it ended, in whatever way.
    pub completed: Option<Moment>,
    /// How it ended, in words.
    pub completion_message: Option<&'static str>,
    /// What became of the rows.
    pub counts: Counts,
    /// Whether time leaves it alone.
    pub held: bool,
}

/// What became of the rows of a job's CSV file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Users made.
    pub imported: u64,
    /// Rows left out.
    pub skipped: u64,
    /// Rows that were wrong.
    pub failed: u64,
}
