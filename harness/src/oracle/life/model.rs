//! A model of pools and jobs that follows any sequence of steps and says what each answer breaks.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::case::{Act, Ids, Level};
use crate::contract::{Operation, Status};
use crate::oracle::life::Deed;
use crate::oracle::life::members::{Members, Place, add, status};
use crate::oracle::life::rules::{
    CREATED_FIRST, IDENTITY, IDS_ARE_NEW, JOB_STAYS, LIST_IS_WHOLE, LIST_NEWEST_FIRST,
    NOTHING_THERE, OWN_POOL_ALONE, POOL_DELETABLE, POOL_GONE,
};
use crate::oracle::life::track::Track;
use crate::oracle::rule::Rule;
use crate::oracle::ruling::{is_turned_away, tells_nothing};
use crate::oracle::statuses::Statuses;
use crate::oracle::violation::{Actual, Expected, Step, Violation};
use crate::wire::{Envelope, Request, Response};

/// A rule that an answer breaks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LifeBreach {
    /// The rule.
    pub rule: Rule,
    /// How firmly it is broken: at most as firmly as the rule stands.
    pub level: Level,
    /// Where, what was wanted and what came.
    pub violation: Violation,
    /// Whether a reading shows a status that the job had before, so that it may merely be behind.
    pub is_past: bool,
}

/// What may be true of every pool and job that was made.
#[derive(Clone, Debug, Default)]
pub struct Model {
    pools: BTreeMap<String, Pool>,
}

#[derive(Clone, Debug, Default)]
struct Pool {
    jobs: Vec<Track>,
    is_deleted: bool,
    /// Whether something was lost that may have made a job or deleted the pool: no more is said of what it has.
    is_doubtful: bool,
}

/// What came of a step.
#[derive(Clone, Debug)]
pub(crate) enum Outcome {
    /// It was done.
    Granted,
    /// It was refused with this error, for a reason of its own.
    Refused(Actual),
    /// It was turned away before it was looked at.
    Untold,
    /// Nobody knows whether it was done.
    Lost,
}

const NOT_FOUND: &str = "ResourceNotFoundException";

impl Model {
    /// Takes in a request of one of the service's operations, as far as it is one of a job's life, and its answer.
    /// None: there was no answer, or nobody heard it.
    pub fn follow(
        &mut self,
        operation: Operation,
        request: &Request,
        answer: Option<&Response>,
    ) -> Vec<LifeBreach> {
        match Deed::of(operation, &request.body) {
            Some(deed) => self.step(&deed, answer),
            None => Vec::new(),
        }
    }

    /// Makes a job known that was not made by a step: in that status, where it is known.
    pub fn adopt(&mut self, ids: &Ids, status: Option<Status>) {
        let possible =
            status.map_or_else(|| Statuses::of(&Status::ALL), |one| Statuses::of(&[one]));
        let pool = self.pools.entry(ids.pool.clone()).or_default();
        // Nobody says what else is in it.
        pool.is_doubtful = true;
        pool.jobs.push(Track::new(ids.clone(), possible));
    }

    /// The statuses in which a job may be by now. None if it is not known.
    pub fn possible(&self, ids: &Ids) -> Option<Statuses> {
        self.track(ids).map(Track::possible)
    }

    /// Whether a start of a job must be granted, unless the endpoint allows no more active jobs: it is Created for sure, and has
    /// its file.
    pub(crate) fn must_start(&self, ids: &Ids) -> bool {
        self.track(ids).is_some_and(Track::must_start)
    }

    /// Takes in a step and its answer, and says what the answer breaks. None: there was no answer, or nobody heard it.
    pub fn step(&mut self, deed: &Deed, answer: Option<&Response>) -> Vec<LifeBreach> {
        let mut found = Vec::new();
        let envelope = answer.map(Envelope::read);
        let outcome = outcome(answer, envelope.as_ref());
        let json = envelope.as_ref().and_then(|read| read.json.as_ref().ok());
        let name = envelope.as_ref().and_then(Envelope::error_type);

        if let Deed::CreatePool { .. } = deed {
            if let (Outcome::Granted, Some(id)) = (&outcome, text(json, "/UserPool/Id")) {
                self.pools.entry(id.to_owned()).or_default();
            }
            return found;
        }
        let Some(pool) = deed.pool().and_then(|id| self.pools.get(id)) else {
            return found;
        };
        if pool.is_deleted && deed.act() != Act::Upload {
            hold_not_found(POOL_GONE, &outcome, name, deed.act(), &mut found);
            return found;
        }
        match deed {
            Deed::CreateJob { pool, name, role } => {
                let job = job(json);
                self.create(pool, (name, role), &outcome, job, &mut found);
            }
            Deed::DeletePool { pool } => self.delete(pool, &outcome, name, &mut found),
            Deed::List { pool } => {
                let jobs = json.and_then(|json| json.get("UserImportJobs")?.as_array());
                let has_more = text(json, "/PaginationToken").is_some();
                if let (Outcome::Granted, Some(jobs)) = (outcome, jobs) {
                    self.list(pool, jobs, has_more, &mut found);
                }
            }
            Deed::Upload(ids) | Deed::Start(ids) | Deed::Stop(ids) | Deed::Describe(ids) => {
                self.meet(deed.act(), ids, (&outcome, name), job(json), &mut found);
            }
            Deed::CreatePool { .. } | Deed::Wait => {}
        }
        found
    }

    fn meet(
        &mut self,
        act: Act,
        ids: &Ids,
        (outcome, name): (&Outcome, Option<&str>),
        shown: Option<&Members>,
        found: &mut Vec<LifeBreach>,
    ) {
        if self.track(ids).is_none() {
            self.meet_unknown(act, ids, (outcome, name), found);
            return;
        }
        let Some(track) = self.track_mut(ids).filter(|track| !track.is_gone) else {
            return;
        };
        // What became of an expired job's data is documented: it was deleted.
        let may_be_gone = track.possible().has(Status::Expired);
        if matches!(outcome, Outcome::Refused(_)) && name == Some(NOT_FOUND) && act != Act::Upload {
            if !may_be_gone {
                let expected =
                    Expected::told("an answer about the job, which was made in this pool");
                let actual = Actual::text(Some(NOT_FOUND));
                let missing = LifeBreach::of_response(JOB_STAYS, act, expected, actual);
                // A reading may be behind the making of the job.
                let is_late = act == Act::DescribeUserImportJob && !track.is_read;
                found.push(match is_late {
                    true => missing.at_most(Level::Should),
                    false => missing,
                });
            }
            track.is_gone = true;
            return;
        }
        track.meet(act, outcome, found);
        if let (Outcome::Granted, Some(shown)) = (outcome, shown) {
            let place = Place::alone(act);
            hold_ids(ids, shown, &place, found);
            track.show(act, shown, &place, found);
        }
    }

    /// A job that was not made in the pool that is named.
    fn meet_unknown(
        &mut self,
        act: Act,
        ids: &Ids,
        (outcome, name): (&Outcome, Option<&str>),
        found: &mut Vec<LifeBreach>,
    ) {
        let is_clear = self
            .pools
            .get(&ids.pool)
            .is_some_and(|pool| !pool.is_doubtful);
        if act == Act::Upload || !is_clear {
            return;
        }
        let mut all = self.pools.values_mut().flat_map(|pool| &mut pool.jobs);
        match all.find(|track| track.ids.job == ids.job) {
            None => hold_not_found(NOTHING_THERE, outcome, name, act, found),
            Some(track) => {
                if let Outcome::Granted = outcome {
                    let (rule, expected) = (OWN_POOL_ALONE, Expected::Refusal);
                    let actual = Actual::Success;
                    found.push(LifeBreach::of_response(rule, act, expected, actual));
                    // What it did to the job is the same fault.
                    track.meet(act, &Outcome::Lost, found);
                }
            }
        }
    }

    fn create(
        &mut self,
        pool_id: &str,
        (name, role): (&str, &str),
        outcome: &Outcome,
        shown: Option<&Members>,
        found: &mut Vec<LifeBreach>,
    ) {
        let Some(pool) = self.pools.get_mut(pool_id) else {
            return;
        };
        let id = shown.and_then(|job| job.get("JobId")?.as_str());
        match (outcome, id, shown) {
            (Outcome::Refused(_) | Outcome::Untold, ..) => {}
            (Outcome::Granted, Some(id), Some(shown)) => {
                let place = &Place::alone(Act::CreateUserImportJob);
                if pool.jobs.iter().any(|track| track.ids.job == id) {
                    let expected = Expected::told("an id that no other job has");
                    let id = shown.get("JobId");
                    add(found, IDS_ARE_NEW, place, "JobId", expected, id);
                    return;
                }
                let ids = Ids {
                    pool: pool_id.to_owned(),
                    job: id.to_owned(),
                };
                let mut track = Track::created(ids);
                hold_created(pool_id, name, role, shown, place, found);
                if status(shown).is_none_or(|status| status == Status::Created) {
                    track.show(Act::CreateUserImportJob, shown, place, found);
                } else {
                    // Said once; from here on its life is that of a job in this status.
                    track = Track::new(track.ids, Statuses::of(&Status::ALL));
                }
                pool.jobs.push(track);
            }
            _ => pool.is_doubtful = true,
        }
    }

    fn delete(
        &mut self,
        pool: &str,
        outcome: &Outcome,
        name: Option<&str>,
        found: &mut Vec<LifeBreach>,
    ) {
        let Some(owner) = self.pools.get_mut(pool) else {
            return;
        };
        let active = Statuses::of(&[Status::Pending, Status::InProgress, Status::Stopping]);
        match outcome {
            Outcome::Granted => owner.is_deleted = true,
            Outcome::Refused(_) if name == Some("UserImportInProgressException") => {
                let may_be_active =
                    |track: &Track| track.possible().iter().any(|one| active.has(one));
                if !owner.is_doubtful && !owner.jobs.iter().any(may_be_active) {
                    let expected = Expected::told(
                        "no import in progress: every job was stopped, has ended or was not started",
                    );
                    let (rule, act) = (POOL_DELETABLE, Act::DeleteUserPool);
                    let actual = Actual::text(name);
                    found.push(LifeBreach::of_response(rule, act, expected, actual));
                }
            }
            Outcome::Refused(_) | Outcome::Untold => {}
            // Whether it is there is not known any more, and may change at any time.
            Outcome::Lost => {
                self.pools.remove(pool);
            }
        }
    }

    fn list(&mut self, pool: &str, jobs: &[Value], has_more: bool, found: &mut Vec<LifeBreach>) {
        let Some(pool) = self.pools.get_mut(pool) else {
            return;
        };
        let act = Act::ListUserImportJobs;
        let mut listed = Vec::new();
        let mut newest = f64::INFINITY;
        for (index, job) in jobs.iter().enumerate() {
            let Some(job) = job.as_object() else { continue };
            let place = Place {
                step: act.into(),
                pointer: format!("/UserImportJobs/{index}"),
            };
            if let Some(date) = job.get("CreationDate").and_then(Value::as_f64) {
                if date > newest {
                    let expected = Expected::told("a date not after that of the job before it");
                    let (rule, got) = (LIST_NEWEST_FIRST, job.get("CreationDate"));
                    add(found, rule, &place, "CreationDate", expected, got);
                }
                newest = date;
            }
            let Some(id) = job.get("JobId").and_then(Value::as_str) else {
                continue;
            };
            let track = pool.jobs.iter_mut().find(|track| track.ids.job == id);
            match track {
                _ if listed.contains(&id) => {
                    let (rule, expected) = (LIST_IS_WHOLE, Expected::told("each job once"));
                    add(found, rule, &place, "JobId", expected, job.get("JobId"));
                }
                Some(track) if !track.is_gone => {
                    track.show(act, job, &place, found);
                }
                Some(_) => {}
                None if pool.is_doubtful => {}
                None => {
                    let expected = Expected::told("a job that was made in this pool");
                    let (rule, id) = (LIST_IS_WHOLE, job.get("JobId"));
                    add(found, rule, &place, "JobId", expected, id);
                }
            }
            listed.push(id);
        }
        let is_missing =
            |track: &&Track| !track.is_gone && !listed.contains(&track.ids.job.as_str());
        if let Some(missing) = pool.jobs.iter().find(is_missing)
            && !has_more
            && !missing.possible().has(Status::Expired)
        {
            let expected = format!("{} among {} jobs", missing.ids.job, pool.jobs.len());
            let expected = Expected::Told(expected);
            let actual = Actual::told(format!("{} jobs without it", jobs.len()));
            found.push(LifeBreach::of_response(
                LIST_IS_WHOLE,
                act,
                expected,
                actual,
            ));
        }
    }

    fn track(&self, ids: &Ids) -> Option<&Track> {
        let jobs = &self.pools.get(&ids.pool)?.jobs;
        jobs.iter().find(|track| track.ids.job == ids.job)
    }

    fn track_mut(&mut self, ids: &Ids) -> Option<&mut Track> {
        let jobs = &mut self.pools.get_mut(&ids.pool)?.jobs;
        jobs.iter_mut().find(|track| track.ids.job == ids.job)
    }
}

/// What came of a step, by its answer.
fn outcome(answer: Option<&Response>, envelope: Option<&Envelope>) -> Outcome {
    let (Some(answer), Some(envelope)) = (answer, envelope) else {
        return Outcome::Lost;
    };
    match answer.status {
        200..=299 => Outcome::Granted,
        _ if is_turned_away(answer, envelope) => Outcome::Untold,
        // Something failed on the way, before or after the job was touched.
        500.. => Outcome::Lost,
        _ if envelope.error_type().is_some_and(tells_nothing) => Outcome::Untold,
        _ => Outcome::Refused(Actual::error(answer, envelope)),
    }
}

/// The ids that an answer repeats are those of the request.
pub(crate) fn hold_ids(ids: &Ids, shown: &Members, place: &Place, found: &mut Vec<LifeBreach>) {
    for member in ["JobId", "UserPoolId"] {
        let got = shown.get(member);
        if got.is_some_and(|got| got.as_str() != Some(ids.of(member))) {
            let expected = Expected::Value(ids.of(member).into());
            add(found, IDENTITY, place, member, expected, got);
        }
    }
}

/// What the answer to a making must show.
fn hold_created(
    pool: &str,
    name: &str,
    role: &str,
    shown: &Members,
    place: &Place,
    found: &mut Vec<LifeBreach>,
) {
    let wanted = [
        ("UserPoolId", pool),
        ("JobName", name),
        ("CloudWatchLogsRoleArn", role),
        ("Status", Status::Created.name()),
    ];
    for (member, wanted) in wanted {
        let got = shown.get(member);
        if got.is_some_and(|got| got.as_str() != Some(wanted)) {
            let expected = Expected::Value(wanted.into());
            add(found, CREATED_FIRST, place, member, expected, got);
        }
    }
    for member in ["StartDate", "CompletionDate"] {
        if let Some(got) = shown.get(member).filter(|got| !got.is_null()) {
            let (rule, expected) = (CREATED_FIRST, Expected::Absent);
            add(found, rule, place, member, expected, Some(got));
        }
    }
}

/// That an answer says of ids that they name nothing.
fn hold_not_found(
    rule: Rule,
    outcome: &Outcome,
    name: Option<&str>,
    step: impl Into<Step>,
    found: &mut Vec<LifeBreach>,
) {
    let actual = match (outcome, name) {
        (Outcome::Granted, _) => Actual::Success,
        (Outcome::Refused(_), Some(NOT_FOUND)) => return,
        (Outcome::Refused(error), _) => error.clone(),
        (Outcome::Untold | Outcome::Lost, _) => return,
    };
    let expected = Expected::error(NOT_FOUND);
    found.push(LifeBreach::of_response(rule, step, expected, actual));
}

fn job(json: Option<&Value>) -> Option<&Members> {
    json?.get("UserImportJob")?.as_object()
}

fn text<'a>(json: Option<&'a Value>, place: &str) -> Option<&'a str> {
    json?.pointer(place)?.as_str()
}
