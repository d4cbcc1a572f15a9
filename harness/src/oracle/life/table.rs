//! The table: for each status and each operation, what the evidence permits.

use crate::case::Act;
use crate::contract::Status::{
    self, Created, Expired, Failed, InProgress, Pending, Stopped, Stopping, Succeeded,
};
use crate::oracle::life::rules::{
    CREATED_FIRST, ENDED_IS_FINAL, JOB_STAYS, NO_RESTART, NO_RESTART_WHILE_STOPPING, NOTHING_THERE,
    OPEN_DELETE, OPEN_START, OPEN_STOP, OPEN_UPLOAD, POOL_DELETABLE, RUNNING_JOB_STOPS,
    START_BEGINS, STATUS_GOES_FORWARD, STOPPED_IS_FINAL, UPLOAD_MOVES_NOTHING,
};
use crate::oracle::rule::Rule;
use crate::oracle::statuses::{Statuses, in_time};

/// What an operation is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Wanted {
    /// It is granted.
    Granted,
    /// It is refused.
    Refused,
    /// Either: nothing is established.
    Either,
}

/// What the evidence permits where one operation meets one status.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The status that is met. None: there is no such job.
    pub from: Option<Status>,
    /// The operation.
    pub act: Act,
    /// What it is answered.
    pub wanted: Wanted,
    /// The statuses in which the job may be from then on, if it is granted; empty where there is no job any more. Time
    /// may move it further.
    pub to: Statuses,
    /// What carries the answer.
    pub answer: Rule,
    /// What carries the status that follows.
    pub status: Rule,
}

/// The whole table, in the order of the statuses and of a job's life.
pub fn table() -> Vec<Entry> {
    let none = [None].into_iter();
    let froms = none.chain(Status::ALL.map(Some));
    froms
        .flat_map(|from| Act::ALL.map(|act| entry(from, act)))
        .flatten()
        .collect()
}

/// What the evidence permits where an operation meets a status. None where the two never meet: a pool is made without a
/// job, and a job is made where there was none.
pub fn entry(from: Option<Status>, act: Act) -> Option<Entry> {
    let Some(status) = from else {
        return absent(act);
    };
    let is_started = status.is_started();
    // What keeps a status that the operation leaves alone.
    let keeps = match status {
        Stopped | Stopping => STOPPED_IS_FINAL,
        Expired | Failed | Succeeded => ENDED_IS_FINAL,
        _ => STATUS_GOES_FORWARD,
    };
    let same = Statuses::of(&[status]);
    let stopped = Statuses::of(&[Stopping, Stopped]);
    let (wanted, to, answer, follows) = match (act, status) {
        (Act::CreateUserPool | Act::CreateUserImportJob, _) => return None,

        (Act::Upload, Created) => {
            let rule = UPLOAD_MOVES_NOTHING;
            (Wanted::Granted, same, rule, rule)
        }
        (Act::Upload, _) => (Wanted::Either, same, OPEN_UPLOAD, keeps),

        (Act::StartUserImportJob, Created) => {
            let started = Statuses::of(&[Pending]);
            (Wanted::Granted, started, START_BEGINS, START_BEGINS)
        }
        (Act::StartUserImportJob, Stopped) => (Wanted::Refused, same, NO_RESTART, NO_RESTART),
        // Documented for a job that was stopped; that its stop has not come to an end yet is another matter.
        (Act::StartUserImportJob, Stopping) => (
            Wanted::Either,
            stopped,
            OPEN_START,
            NO_RESTART_WHILE_STOPPING,
        ),
        (Act::StartUserImportJob, _) => {
            let started = Statuses::of(&[Pending, InProgress]).or(same);
            (Wanted::Either, started, OPEN_START, OPEN_START)
        }

        (Act::StopUserImportJob, Pending | InProgress) => (
            Wanted::Granted,
            stopped,
            RUNNING_JOB_STOPS,
            RUNNING_JOB_STOPS,
        ),
        (Act::StopUserImportJob, Created) => {
            (Wanted::Either, stopped.or(same), OPEN_STOP, OPEN_STOP)
        }
        (Act::StopUserImportJob, Stopping) => {
            (Wanted::Either, stopped, OPEN_STOP, STOPPED_IS_FINAL)
        }
        (Act::StopUserImportJob, _) => (Wanted::Either, same, OPEN_STOP, keeps),

        (Act::DescribeUserImportJob | Act::ListUserImportJobs, _) => {
            (Wanted::Granted, same, JOB_STAYS, keeps)
        }

        (Act::DeleteUserPool, _) if is_started || status == Stopping => {
            let gone = Statuses::default();
            (Wanted::Either, gone, OPEN_DELETE, OPEN_DELETE)
        }
        (Act::DeleteUserPool, _) => {
            let gone = Statuses::default();
            (Wanted::Granted, gone, POOL_DELETABLE, POOL_DELETABLE)
        }

        (Act::Wait, _) => (Wanted::Granted, Statuses::of(in_time(status)), keeps, keeps),
    };
    Some(Entry {
        from,
        act,
        wanted,
        to,
        answer,
        status: follows,
    })
}

/// What an operation makes of a job that is not there.
fn absent(act: Act) -> Option<Entry> {
    let (wanted, to, rule) = match act {
        Act::CreateUserImportJob => (Wanted::Granted, Statuses::of(&[Created]), CREATED_FIRST),
        Act::StartUserImportJob | Act::StopUserImportJob | Act::DescribeUserImportJob => {
            (Wanted::Refused, Statuses::default(), NOTHING_THERE)
        }
        Act::CreateUserPool
        | Act::Upload
        | Act::ListUserImportJobs
        | Act::DeleteUserPool
        | Act::Wait => return None,
    };
    Some(Entry {
        from: None,
        act,
        wanted,
        to,
        answer: rule,
        status: rule,
    })
}
