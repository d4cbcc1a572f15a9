//! Many requests on one job at once: what holds in whatever order they were taken.
//!
//! Two requests that overlap may be taken in either order. One that began after another was answered came after it. How
//! soon a reading follows a stop, whether a second stop is refused and which of several stops reports the end is not
//! established: that is told as a histogram elsewhere, and not judged here.

use crate::case::{Act, Ids, Level};
use crate::contract::{Status, is_known};
use crate::oracle::invariant::KNOWN_ERROR;
use crate::oracle::life::Deed;
use crate::oracle::life::members::{Members, Place, Since, hold_one, hold_two, status};
use crate::oracle::life::model::{LifeBreach, hold_ids};
use crate::oracle::life::rules::{
    JOB_STAYS, KNOWN_ANSWER, NO_RESTART, NO_SERVER_FAULT, POOL_GONE, RUNNING_JOB_STOPS,
    STOPPED_IS_FINAL,
};
use crate::oracle::ruling::is_turned_away;
use crate::oracle::violation::{Actual, Expected, Step};
use crate::wire::{Envelope, Response};

const NOT_FOUND: &str = "ResourceNotFoundException";

/// One request of a race.
#[derive(Clone, Debug)]
pub struct Event {
    /// What it does.
    pub deed: Deed,
    /// When it was sent, in microseconds since the race began.
    pub began_us: u64,
    /// When its answer was there.
    pub ended_us: u64,
    /// The answer, or what was seen instead.
    pub answer: Result<Response, String>,
}

/// A race, seen from its end.
#[derive(Clone, Copy, Debug)]
pub struct Raced<'a> {
    /// The job.
    pub ids: &'a Ids,
    /// The job as it was read before, where it could be.
    pub before: Option<&'a Response>,
    /// The requests.
    pub events: &'a [Event],
    /// The job as it was read afterwards, when it had come to rest.
    pub after: &'a [Option<Response>],
}

/// What the answers of a race break.
pub fn judge_race(race: Raced<'_>) -> Vec<LifeBreach> {
    let mut found = Vec::new();
    let before = race.before.and_then(members).unwrap_or_default();
    let may_go = race
        .events
        .iter()
        .any(|event| matches!(event.deed, Deed::DeletePool { .. }));
    for event in race.events {
        if !may_go {
            hold_there(event, &mut found);
        }
        hold_event(event, race.ids, &before, &mut found);
    }
    hold_order(race, &mut found);
    hold_end(race, &before, &mut found);
    found
}

/// That a job is there, where nobody deletes its pool.
fn hold_there(event: &Event, found: &mut Vec<LifeBreach>) {
    let name = event.answer.as_ref().ok().map(Envelope::read);
    let is_missing = name.is_some_and(|read| read.error_type() == Some(NOT_FOUND));
    if is_missing && event.deed.ids().is_some() {
        let expected = Expected::told("an answer about the job");
        let (act, actual) = (event.deed.act(), Actual::text(Some(NOT_FOUND)));
        found.push(LifeBreach::of_response(JOB_STAYS, act, expected, actual));
    }
}

/// What one answer breaks, whatever came before it.
fn hold_event(event: &Event, ids: &Ids, before: &Members, found: &mut Vec<LifeBreach>) {
    let act = event.deed.act();
    let breach = |rule, expected: &str, actual| {
        LifeBreach::of_response(rule, act, Expected::told(expected), actual)
    };
    if let Deed::Wait | Deed::Upload(_) = event.deed {
        return;
    }
    let answer = match &event.answer {
        Ok(answer) => answer,
        Err(failure) => {
            found.push(breach(NO_SERVER_FAULT, "an answer", Actual::told(failure)));
            return;
        }
    };
    let envelope = Envelope::read(answer);
    if is_turned_away(answer, &envelope) {
        return;
    }
    let name = envelope.error_type();
    let actual = || Actual::error(answer, &envelope);
    if answer.status >= 500 {
        let expected = "no fault of the server";
        found.push(breach(NO_SERVER_FAULT, expected, actual()));
    }
    if answer.status >= 400 {
        match name {
            None => found.push(breach(KNOWN_ANSWER, "an error type", actual())),
            Some(name) if matches!(event.deed, Deed::Stop(_)) && !is_known(name) => {
                let one = breach(KNOWN_ANSWER, KNOWN_ERROR, actual());
                found.push(one.at_most(Level::Should));
            }
            Some(_) => {}
        }
        return;
    }
    if !matches!(
        event.deed,
        Deed::Stop(_) | Deed::Start(_) | Deed::Describe(_)
    ) {
        return;
    }
    let Some(now) = members(answer) else {
        let expected = "a job in UserImportJob";
        found.push(breach(KNOWN_ANSWER, expected, actual()));
        return;
    };
    let place = Place::alone(act);
    if now.contains_key("Status") && status(&now).is_none() {
        let expected = Expected::JobStatus(Status::ALL.into_iter().collect());
        let violation = place.violation("Status", expected, Actual::value(now.get("Status")));
        found.push(LifeBreach::new(KNOWN_ANSWER, violation));
    }
    let anything = Since {
        started: true,
        stopped: true,
    };
    hold_ids(ids, &now, &place, found);
    hold_one(&now, &place, found);
    hold_two(before, &now, anything, &place, found);
}

/// What answers break that came after others in real time.
fn hold_order(race: Raced<'_>, found: &mut Vec<LifeBreach>) {
    let ended = |is_end: &dyn Fn(&Event) -> bool| {
        let ends = race.events.iter().filter(|event| is_end(event));
        ends.map(|event| event.ended_us).min()
    };
    let stopped = ended(&|event| claims_stop(event) == Some(Status::Stopped));
    let deleted =
        ended(&|event| matches!(event.deed, Deed::DeletePool { .. }) && is_granted(event));
    for event in race.events.iter().filter(|event| is_granted(event)) {
        let is_after = |moment: Option<u64>| moment.is_some_and(|moment| event.began_us > moment);
        let granted = |rule| {
            let (act, actual) = (event.deed.act(), Actual::Success);
            LifeBreach::of_response(rule, act, Expected::Refusal, actual)
        };
        if is_after(stopped) && matches!(event.deed, Deed::Start(_)) {
            found.push(granted(NO_RESTART));
        }
        let is_on_job = event.deed.ids().is_some() && !matches!(event.deed, Deed::Upload(_));
        if is_after(deleted) && is_on_job {
            found.push(granted(POOL_GONE));
        }
    }
}

/// What the job came to.
fn hold_end(race: Raced<'_>, before: &Members, found: &mut Vec<LifeBreach>) {
    let afterwards = Step {
        act: Act::DescribeUserImportJob,
        is_afterwards: true,
    };
    let deletions = || {
        let is_one = |event: &&Event| matches!(event.deed, Deed::DeletePool { .. });
        race.events.iter().filter(is_one)
    };
    let is_deleted = deletions().any(is_granted);
    let may_be_deleted = deletions().any(may_be_granted);
    let is_stopped = race.events.iter().any(|event| claims_stop(event).is_some());
    let mut was_stopped = false;
    for answer in race.after.iter().flatten() {
        let envelope = Envelope::read(answer);
        if is_turned_away(answer, &envelope) || answer.status >= 500 {
            continue;
        }
        let is_missing = envelope.error_type() == Some(NOT_FOUND);
        let now = members(answer);
        match (is_deleted, &now) {
            (true, Some(_)) => {
                let (rule, expected) = (POOL_GONE, Expected::error(NOT_FOUND));
                let actual = Actual::told("the job");
                found.push(LifeBreach::of_response(rule, afterwards, expected, actual));
                return;
            }
            (true, None) => continue,
            (false, _) if is_missing && may_be_deleted => return,
            (false, _) if is_missing => {
                let expected = Expected::told("the job, whose pool is still there");
                let (rule, actual) = (JOB_STAYS, Actual::text(Some(NOT_FOUND)));
                found.push(LifeBreach::of_response(rule, afterwards, expected, actual));
                return;
            }
            (false, _) => {}
        }
        let Some(now) = now else { continue };
        let place = Place::alone(afterwards);
        let anything = Since {
            started: true,
            stopped: true,
        };
        hold_ids(race.ids, &now, &place, found);
        hold_one(&now, &place, found);
        hold_two(before, &now, anything, &place, found);
        let Some(status) = status(&now) else { continue };
        if is_stopped && status != Status::Stopped {
            let rule = if was_stopped {
                STOPPED_IS_FINAL
            } else {
                RUNNING_JOB_STOPS
            };
            let (expected, actual) = (Expected::status(Status::Stopped), Actual::JobStatus(status));
            let violation = place.violation("Status", expected, actual);
            found.push(LifeBreach::new(rule, violation));
            return;
        }
        was_stopped |= status == Status::Stopped;
    }
}

/// The status that a granted stop shows, if it says that the job is stopped.
fn claims_stop(event: &Event) -> Option<Status> {
    let Deed::Stop(_) = event.deed else {
        return None;
    };
    let answer = event.answer.as_ref().ok()?;
    let shown = members(answer)?;
    status(&shown).filter(|status| matches!(status, Status::Stopping | Status::Stopped))
}

fn is_granted(event: &Event) -> bool {
    let status = event.answer.as_ref().map(|answer| answer.status);
    status.is_ok_and(|status| (200..300).contains(&status))
}

/// Whether it may have been done: nobody refused it.
fn may_be_granted(event: &Event) -> bool {
    let status = event.answer.as_ref().map(|answer| answer.status);
    status.map_or(true, |status| !(300..500).contains(&status))
}

fn members(answer: &Response) -> Option<Members> {
    if !(200..300).contains(&answer.status) {
        return None;
    }
    let json = Envelope::read(answer).json.ok()?;
    json.get("UserImportJob")?.as_object().cloned()
}
