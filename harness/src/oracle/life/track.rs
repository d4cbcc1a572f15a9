//! What may be true of one job, after the steps so far.

use crate::case::{Act, Ids, Level};
use crate::contract::Status;
use crate::oracle::life::members::{Members, Place, Since, hold_one, hold_two, status};
use crate::oracle::life::model::{LifeBreach, Outcome};
use crate::oracle::life::rules::{
    ENDED_IS_FINAL, NO_RESTART, NO_RESTART_WHILE_STOPPING, READ_AFTER_STOP, READ_AFTER_WRITE,
    RUNNING_JOB_STOPS, START_NEEDS_FILE, STATUS_GOES_FORWARD, STOPPED_BY_STOP_ALONE,
    STOPPED_IS_FINAL,
};
use crate::oracle::life::table::entry;
use crate::oracle::rule::Rule;
use crate::oracle::statuses::Statuses;
use crate::oracle::violation::{Actual, Expected, Violation};

/// One job.
#[derive(Clone, Debug)]
pub(crate) struct Track {
    pub(crate) ids: Ids,
    /// The statuses in which it may have been at the last step. What time adds is added where they are used.
    possible: Statuses,
    /// The statuses in which it may have been before.
    had: Statuses,
    /// Whether its CSV file was uploaded, where that is known.
    has_file: Option<bool>,
    /// Whether a start or a stop was lost, and may act yet.
    is_doubtful: bool,
    /// Whether a stop was granted.
    is_stop_granted: bool,
    /// Where it may have been before what was granted last: as long as no reading has shown what became of it, readings may
    /// merely be behind.
    behind: Statuses,
    /// Whether a reading has shown it.
    pub(crate) is_read: bool,
    /// Whether a stop was sent and refused.
    is_stop_refused: bool,
    /// How the last stop was refused, while it may have been running. It was wrong to be if the job still runs.
    refused: Option<Actual>,
    since: Since,
    /// The members as last shown.
    seen: Members,
    /// Whether it was found missing. Nothing more is said of it.
    pub(crate) is_gone: bool,
}

impl Track {
    /// A job that may be in some statuses.
    pub(crate) fn new(ids: Ids, possible: Statuses) -> Self {
        Self {
            ids,
            possible,
            had: Statuses::default(),
            has_file: None,
            is_doubtful: false,
            is_stop_granted: false,
            behind: Statuses::default(),
            is_read: false,
            is_stop_refused: false,
            refused: None,
            since: Since::default(),
            seen: Members::new(),
            is_gone: false,
        }
    }

    /// A job just made, without a file.
    pub(crate) fn created(ids: Ids) -> Self {
        Self {
            has_file: Some(false),
            ..Self::new(ids, Statuses::of(&[Status::Created]))
        }
    }

    /// The statuses in which it may be by now.
    pub(crate) fn possible(&self) -> Statuses {
        let possible = self.possible.in_time();
        let is_stopped = possible.are_among(Statuses::of(&[Status::Stopped]));
        if self.is_doubtful && !is_stopped {
            let started = Statuses::of(&[Status::Pending]).in_time();
            possible.or(started).or(Statuses::STOPPED)
        } else {
            possible
        }
    }

    /// Whether a start of it must be granted.
    pub(crate) fn must_start(&self) -> bool {
        let created = Statuses::of(&[Status::Created]);
        self.possible.are_among(created) && self.has_file == Some(true) && !self.is_doubtful
    }

    /// Takes in what an operation on it was answered, but for what the answer shows.
    pub(crate) fn meet(&mut self, act: Act, outcome: &Outcome, found: &mut Vec<LifeBreach>) {
        let before = self.possible();
        self.had = self.had.or(self.possible);
        let granted = || {
            let entries = before.iter().filter_map(|from| entry(Some(from), act));
            entries.fold(Statuses::default(), |all, entry| all.or(entry.to))
        };
        match (act, outcome) {
            (Act::Upload, Outcome::Granted) => self.has_file = Some(true),
            (Act::Upload, _) => self.has_file = self.has_file.filter(|has| *has),
            (Act::StartUserImportJob | Act::StopUserImportJob, Outcome::Lost) => {
                self.is_doubtful = true;
                self.refused = None;
                self.note(act);
            }
            (Act::StartUserImportJob, Outcome::Granted) => {
                self.behind = self.behind.or(before);
                if before.are_among(Statuses::of(&[Status::Stopped])) && !self.is_doubtful {
                    found.push(granted_wrongly(NO_RESTART, act));
                    self.possible = Statuses::of(&[Status::Pending]).in_time().or(before);
                } else {
                    let unstarted = Statuses::of(&[Status::Created, Status::Expired]);
                    if self.has_file == Some(false) && before.are_among(unstarted) {
                        found.push(granted_wrongly(START_NEEDS_FILE, act));
                    }
                    self.possible = granted();
                }
                self.refused = None;
                self.note(act);
            }
            (Act::StopUserImportJob, Outcome::Granted) => {
                self.behind = self.behind.or(before);
                self.possible = granted();
                self.is_stop_granted = true;
                self.refused = None;
                self.note(act);
            }
            (Act::StopUserImportJob, Outcome::Refused(answer)) => {
                self.possible = before;
                self.is_stop_refused = true;
                if !self.is_doubtful {
                    self.refused = Some(answer.clone());
                }
                self.note(act);
            }
            _ => self.possible = before,
        }
    }

    /// Takes in what the answer to an operation shows of it.
    pub(crate) fn show(
        &mut self,
        act: Act,
        now: &Members,
        place: &Place,
        found: &mut Vec<LifeBreach>,
    ) {
        let is_reading = matches!(act, Act::DescribeUserImportJob | Act::ListUserImportJobs);
        self.is_read |= is_reading;
        if let Some(status) = status(now) {
            let is_late = is_reading && self.is_late(status);
            let known = found.len();
            self.show_status(status, is_late, place, found);
            for breach in &mut found[known..] {
                breach.is_past = is_reading && self.had.has(status);
            }
            self.had = self.had.or(self.possible);
            if is_late {
                // The other members are as old.
                return;
            }
            if is_reading && !self.behind.has(status) {
                self.behind = Statuses::default();
            }
        }
        hold_one(now, place, found);
        hold_two(&self.seen, now, self.since, place, found);
        // A member that one answer leaves out is still known from another.
        for (name, value) in now {
            self.seen.insert(name.clone(), value.clone());
        }
        self.since = Since::default();
    }

    fn show_status(
        &mut self,
        now: Status,
        is_late: bool,
        place: &Place,
        found: &mut Vec<LifeBreach>,
    ) {
        let wrong = |expected, actual| place.violation("Status", expected, actual);
        let possible = self.possible();
        if !possible.has(now) {
            let violation = wrong(Expected::JobStatus(possible), Actual::JobStatus(now));
            found.push(self.accusation(now, is_late, violation));
        } else if let Some(refused) = self.refused.take()
            && now.is_started()
        {
            let expected = Expected::JobStatus(Statuses::STOPPED);
            let actual = Actual::JobStatusAfter(now, Box::new(refused));
            found.push(LifeBreach::new(RUNNING_JOB_STOPS, wrong(expected, actual)));
        }
        self.refused = None;
        let shown = Statuses::of(&[now]);
        self.possible = match is_late {
            true => shown.or(possible),
            false => shown,
        };
    }

    /// Whether a reading may merely be behind: what it shows was before what was granted last, and no reading has shown that
    /// yet.
    fn is_late(&self, now: Status) -> bool {
        self.behind.has(now) && !self.possible().has(now)
    }

    /// Which rule a status breaks in which the job cannot be.
    fn accusation(&self, now: Status, is_late: bool, violation: Violation) -> LifeBreach {
        let was_among = |statuses: &[Status]| self.possible.are_among(Statuses::of(statuses));
        let was_among_stopped = self.possible.are_among(Statuses::STOPPED);
        let is_stopped = Statuses::STOPPED.has(now);
        let ended = [Status::Expired, Status::Failed, Status::Succeeded];
        let of = |rule: Rule| LifeBreach::new(rule, violation);
        if is_late && was_among_stopped && !self.since.started {
            of(READ_AFTER_STOP)
        } else if is_late && !self.is_stop_granted {
            of(READ_AFTER_WRITE)
        } else if was_among(&[Status::Stopped]) {
            of(STOPPED_IS_FINAL)
        } else if was_among(&[Status::Stopping]) && self.since.started {
            of(NO_RESTART_WHILE_STOPPING)
        } else if was_among_stopped {
            of(STOPPED_IS_FINAL)
        } else if was_among(&ended) {
            of(ENDED_IS_FINAL)
        } else if is_stopped && self.is_stop_refused {
            // A stop that says no and acts all the same: what it should have said is not established.
            of(STOPPED_BY_STOP_ALONE).at_most(Level::Should)
        } else if is_stopped {
            of(STOPPED_BY_STOP_ALONE)
        } else if self.is_stop_granted {
            of(RUNNING_JOB_STOPS)
        } else {
            of(STATUS_GOES_FORWARD)
        }
    }

    fn note(&mut self, act: Act) {
        self.since.started |= act == Act::StartUserImportJob;
        self.since.stopped |= act == Act::StopUserImportJob;
    }
}

fn granted_wrongly(rule: Rule, act: Act) -> LifeBreach {
    LifeBreach::of_response(rule, act, Expected::Refusal, Actual::Success)
}
