//! An import job, and how time and requests move it.

use crate::contract::Status;
use crate::reference::Moment;
use crate::reference::operation::slip;
use crate::reference::options::Options;

/// Recorded, like the three texts below it: API reference and AWS CLI examples of StopUserImportJob and
/// ListUserImportJobs.
pub(crate) const STOPPED: &str = "The Import Job was stopped by the developer.";
const SUCCEEDED: &str = "Import Job Completed Successfully.";
const FAILED: &str = "Too many users have failed or been skipped during the import.";
const EXPIRED: &str = "The user import job has expired.";

/// How long after its creation a job that was not started expires: "24-48 hours" (developer guide, "Importing users from
/// a CSV file").
pub(crate) const EXPIRY_MS: u64 = 24 * 3_600_000;

/// How long a job is Stopping before it is Stopped, where it is Stopping at all.
pub(crate) const STOPPING_MS: u64 = 200;

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
    /// Where the client reached the endpoint when it made the job, and sends the CSV file.
    pub host: String,
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
    /// The rows of its CSV file, once that was uploaded.
    pub csv: Option<Csv>,
    /// What became of the rows.
    pub counts: Counts,
    /// Whether time leaves it alone.
    pub held: bool,
    /// How often it was read since it was stopped; only a mutant asks.
    pub(crate) readings: u32,
    /// How often a stop met it, and how many starts it refused since; only mutants ask.
    pub(crate) stops: u32,
    pub(crate) starts_refused: u32,
    /// Until when its stop is under way, and whether someone who came in between writes it back; only mutants ask.
    pub(crate) under_way_until: Option<Moment>,
    pub(crate) undone: bool,
}

/// What is remembered of a CSV file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Csv {
    /// Rows below the header.
    pub rows: u64,
    /// Those with a verified address or telephone number, which alone can be imported.
    pub verified: u64,
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

impl Job {
    /// A job just made.
    pub(crate) fn created(id: String, name: String, pool: &str, now: Moment) -> Self {
        Self {
            id,
            name,
            user_pool_id: pool.to_owned(),
            role_arn: String::new(),
            host: String::new(),
            status: Status::Created,
            created: now,
            started: None,
            completed: None,
            completion_message: None,
            csv: None,
            counts: Counts::default(),
            held: false,
            readings: 0,
            stops: 0,
            starts_refused: 0,
            under_way_until: None,
            undone: false,
        }
    }

    /// Whether it counts against the limit on active jobs and keeps its pool from being deleted.
    pub(crate) fn is_active(&self) -> bool {
        self.status.is_started() || self.status == Status::Stopping
    }

    /// Lets time do what it does up to a moment.
    pub(crate) fn settle(&mut self, now: Moment, options: &Options) {
        if self.held {
            return;
        }
        let started = self.started.unwrap_or(self.created);
        if let (Some(mutant), Status::Stopped) = (options.mutant(), self.status) {
            let done = started.after_ms(options.pending_ms + options.in_progress_ms);
            slip::age(self, now, done, mutant);
        }
        let importing = started.after_ms(options.pending_ms);
        let done = importing.after_ms(options.in_progress_ms);
        if self.status == Status::Created && now >= self.created.after_ms(EXPIRY_MS) {
            self.end(Status::Expired, self.created.after_ms(EXPIRY_MS));
        }
        if self.status == Status::Pending && now >= importing {
            self.status = Status::InProgress;
        }
        if self.status == Status::InProgress && now >= done {
            let csv = self.csv.unwrap_or_default();
            let is_failed = csv.verified == 0 && csv.rows > 0;
            let status = if is_failed {
                Status::Failed
            } else {
                Status::Succeeded
            };
            self.end(status, done);
        }
        if self.status == Status::Stopping
            && let Some(completed) = self.completed
            && now >= completed
        {
            self.status = Status::Stopped;
        }
    }

    /// Starts it.
    pub(crate) fn start(&mut self, now: Moment) {
        self.status = Status::Pending;
        self.started = Some(now);
        self.completed = None;
        self.completion_message = None;
    }

    /// Stops it: at once, as every recorded answer shows it.
    pub(crate) fn stop(&mut self, now: Moment) {
        self.end(Status::Stopped, now);
    }

    /// Stops it by way of Stopping.
    pub(crate) fn stop_slowly(&mut self, now: Moment) {
        self.end(Status::Stopping, now.after_ms(STOPPING_MS));
        self.held = false;
    }

    /// Takes a stop back, as only a mutant does.
    pub(crate) fn resume(&mut self) {
        self.status = Status::InProgress;
        self.completed = None;
        self.completion_message = None;
        self.undone = false;
    }

    /// Makes it as it was before it was started, as only a mutant does.
    pub(crate) fn recreate(&mut self) {
        self.status = Status::Created;
        self.started = None;
        self.completed = None;
        self.completion_message = None;
    }

    /// Whether its stop is still under way, as only a mutant asks.
    pub(crate) fn is_under_way(&self, now: Moment) -> bool {
        self.under_way_until.is_some_and(|until| now < until)
    }

    /// Puts it into a final status.
    pub(crate) fn end(&mut self, status: Status, at: Moment) {
        self.status = status;
        // A clock that was set back must not end a job before its start.
        self.completed = Some(self.started.map_or(at, |started| started.max(at)));
        let csv = self.csv.unwrap_or_default();
        self.completion_message = match status {
            Status::Expired => Some(EXPIRED),
            Status::Failed => Some(FAILED),
            Status::Succeeded => Some(SUCCEEDED),
            _ => Some(STOPPED),
        };
        if matches!(status, Status::Failed | Status::Succeeded) {
            self.counts = Counts {
                imported: csv.verified,
                skipped: 0,
                failed: csv.rows - csv.verified,
            };
        }
    }

    /// Puts it into a status as if it had come there by itself a moment ago. The intervals are those of recorded samples.
    pub(crate) fn pose(&mut self, status: Status, now: Moment, options: &Options) {
        const CREATED_TO_STARTED_MS: u64 = 22_373;
        const STARTED_TO_ENDED_MS: u64 = 509;
        const CREATED_TO_EXPIRED_MS: u64 = 88_165_000;
        let started = match status {
            Status::Created | Status::Expired => None,
            Status::Pending => Some(now),
            Status::InProgress => Some(now.before_ms(options.pending_ms)),
            _ => Some(now.before_ms(STARTED_TO_ENDED_MS)),
        };
        self.created = match status {
            Status::Created => now,
            Status::Expired => now.before_ms(CREATED_TO_EXPIRED_MS),
            _ => started.unwrap_or(now).before_ms(CREATED_TO_STARTED_MS),
        };
        self.started = started;
        // With a CSV file, a posed job can be started like one that was made by requests.
        let verified = u64::from(status != Status::Failed);
        self.csv = Some(Csv { rows: 1, verified });
        match status {
            Status::Created | Status::Pending | Status::InProgress => self.status = status,
            // Not established: what a job that is still Stopping shows; a CompletionDate would be a promise.
            Status::Stopping => self.end(status, now.after_ms(STOPPING_MS)),
            _ => self.end(status, now),
        }
    }
}
