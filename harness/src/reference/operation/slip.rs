//! Slips in the life of a job: what mutants make of it, of its neighbours and of its pool once a stop has met it.
//!
//! What each does is decided by the state alone. Whether a stop is still under way is part of it: its answer takes as long
//! as the stop does, so that whoever comes in between has come at once with it.

use crate::contract::Status;
use crate::reference::failure::Failure;
use crate::reference::job::EXPIRY_MS;
use crate::reference::json::Json;
use crate::reference::operation::Call;
use crate::reference::options::Options;
use crate::reference::show::Members;
use crate::reference::store::{Pool, Store};
use crate::reference::{Job, Moment, Mutant, show};

/// How long a stop is under way where a mutant minds what comes in between: long enough for sixteen requests to arrive on a
/// busy machine.
pub(crate) const UNDER_WAY_MS: u64 = 300;

/// How long a stopped job rests before it is resumed.
const REST_MS: u64 = 1_000;

/// What a stop is answered at once, if a mutant has its own way with it.
pub(crate) fn meet_stop(call: &Call<'_>, job: &mut Job) -> Option<Result<Json, Failure>> {
    let mutant = call.options.mutant()?;
    job.stops = job.stops.saturating_add(1);
    if job.status != Status::Stopped {
        return None;
    }
    let refusal = Failure::not_stoppable(&job.id, job.status);
    let is_under_way = job.is_under_way(call.now);
    match mutant {
        Mutant::SecondStopFails => Some(Err(Failure::fault("InternalErrorException"))),
        Mutant::SecondStopRecreates => {
            job.recreate();
            Some(Err(refusal))
        }
        Mutant::SecondStopRedates => {
            job.created = call.now.before_ms(1);
            Some(Err(refusal))
        }
        Mutant::ThirdStopFailsJob if job.stops > 2 => {
            job.end(Status::Failed, call.now);
            Some(Err(refusal))
        }
        Mutant::StopsAtOnceFail if is_under_way => {
            Some(Err(Failure::fault("InternalErrorException")))
        }
        Mutant::StopsAtOnceClose if is_under_way => Some(Err(Failure::torn())),
        Mutant::StopsAtOnceConflict if is_under_way => {
            Some(Err(Failure::fault("ConcurrentModificationException")))
        }
        Mutant::StopsAtOnceUndone if is_under_way => {
            let shown = show::job(job, call.options);
            job.undone = true;
            Some(Ok(show::wrapped(shown)))
        }
        _ => None,
    }
}

/// What else a stop that was granted does. `before` is the job as it was.
pub(crate) fn follow_stop(call: &Call<'_>, store: &mut Store, pool_id: &str, before: &Job) {
    let Some(mutant) = call.options.mutant() else {
        return;
    };
    if mutant == Mutant::StopReachesOtherPools {
        let others = store.pools.values_mut().filter(|pool| pool.id != pool_id);
        let jobs = others.flat_map(|pool| &mut pool.jobs);
        jobs.filter(|job| job.status.is_started())
            .for_each(|job| job.stop(call.now));
        return;
    }
    let Ok(pool) = store.pool(pool_id) else {
        return;
    };
    let id = before.id.as_str();
    let is_stopped = |job: &Job| job.id != id && job.status == Status::Stopped;
    let mut others = pool.jobs.iter_mut().filter(|job| job.id != id);
    match mutant {
        Mutant::StopHitsNeighbour => {
            if let Some(other) = others.find(|job| job.status.is_started()) {
                other.stop(call.now);
                put(pool, before.clone());
            }
        }
        Mutant::StopFailsUnstarted => others
            .filter(|job| job.status == Status::Created)
            .for_each(|job| job.end(Status::Failed, call.now)),
        Mutant::StopRenamesNeighbours => others.for_each(|job| job.name.clone_from(&before.name)),
        Mutant::StopDropsNeighbours => pool.jobs.retain(|job| job.id == id),
        Mutant::StopRestoresNeighbours => others
            .filter(|job| is_stopped(job))
            .for_each(|job| job.resume()),
        _ => {
            if let Some(job) = pool.jobs.iter_mut().find(|job| job.id == id) {
                mark(mutant, job, call.now);
            }
        }
    }
}

/// What a stop leaves at its own job.
fn mark(mutant: Mutant, job: &mut Job, now: Moment) {
    match mutant {
        Mutant::StopClearsRole => {
            "arn:aws:iam::123456789012:role/default".clone_into(&mut job.role_arn)
        }
        Mutant::StopMovesStart => job.started = Some(now),
        Mutant::CountersFall => job.counts.imported = 3,
        _ if is_about_overlaps(mutant) => job.under_way_until = Some(now.after_ms(UNDER_WAY_MS)),
        _ => {}
    }
}

/// Whether a mutant minds what comes while a stop is under way.
pub(crate) fn is_about_overlaps(mutant: Mutant) -> bool {
    matches!(
        mutant,
        Mutant::StopsAtOnceFail
            | Mutant::StopsAtOnceClose
            | Mutant::StopsAtOnceConflict
            | Mutant::StopsAtOnceUndone
            | Mutant::StartDuringStopRestarts
            | Mutant::ReadDuringStopUndoes
            | Mutant::ReadDuringStopMisses
    )
}

/// What a start of a stopped job is answered, if a mutant has its own way with it.
pub(crate) fn meet_start(call: &Call<'_>, job: &mut Job) -> Option<Result<Json, Failure>> {
    let mutant = call.options.mutant()?;
    if job.status != Status::Stopped {
        return None;
    }
    match mutant {
        Mutant::RestartOnSecondTry => {
            job.starts_refused += 1;
            (job.starts_refused > 1).then(|| {
                job.start(call.now);
                Ok(show::wrapped(show::job(job, call.options)))
            })
        }
        Mutant::RestartAnswered => {
            let mut started = job.clone();
            started.start(call.now);
            Some(Ok(show::wrapped(show::job(&started, call.options))))
        }
        Mutant::RefusedRestartRestarts => {
            let refusal = Failure::not_startable(&job.id, job.status);
            job.start(call.now);
            Some(Err(refusal))
        }
        Mutant::StartDuringStopRestarts if job.is_under_way(call.now) => {
            job.start(call.now);
            Some(Ok(show::wrapped(show::job(job, call.options))))
        }
        _ => None,
    }
}

/// A reading of a stopped job, as a mutant has its own way with it. The job's readings were counted already.
pub(crate) fn describe(
    call: &Call<'_>,
    mutant: Mutant,
    job: &mut Job,
    members: &mut Members,
) -> Result<(), Failure> {
    let is_under_way = job.is_under_way(call.now);
    match mutant {
        Mutant::CountersMoveOn => {
            job.counts.imported += 1;
            *members = show::job(job, call.options);
        }
        Mutant::CountersFall if job.readings > 1 => {
            job.counts.imported = 0;
            *members = show::job(job, call.options);
        }
        Mutant::CompletionMoves => redate(members, "CompletionDate", call),
        Mutant::CompletionForgotten if job.readings > 1 => without_completion(members),
        Mutant::ReadDuringStopUndoes if is_under_way => job.undone = true,
        Mutant::ReadDuringStopMisses if is_under_way => return Err(Failure::missing_job(&job.id)),
        _ => {}
    }
    Ok(())
}

/// A page of a list, as mutants show it.
pub(crate) fn list(call: &Call<'_>, jobs: &mut [Job], page: &mut Vec<Json>) {
    let Some(mutant) = call.options.mutant() else {
        return;
    };
    if !jobs.iter().any(|job| job.status == Status::Stopped) {
        return;
    }
    if mutant == Mutant::ListOldestFirst {
        page.reverse();
        return;
    }
    let is_stopped = |members: &Members| {
        let status = members.iter().find(|(name, _)| name == "Status");
        status.is_some_and(|(_, status)| *status == Json::text(Status::Stopped.name()))
    };
    let mut shown = Vec::new();
    for item in page.drain(..) {
        let Json::Object(mut members) = item else {
            shown.push(item);
            continue;
        };
        if is_stopped(&members) {
            match mutant {
                Mutant::ListShowsStale => {
                    without_completion(&mut members);
                    for (_, status) in members.iter_mut().filter(|(name, _)| name == "Status") {
                        *status = Json::text(Status::InProgress.name());
                    }
                }
                Mutant::ListOmitsStopped => continue,
                Mutant::ListWithoutCompletion => without_completion(&mut members),
                Mutant::ListRedates => redate(&mut members, "CreationDate", call),
                Mutant::ListRepeatsStopped => shown.push(Json::Object(members.clone())),
                _ => {}
            }
        }
        shown.push(Json::Object(members));
    }
    *page = shown;
    if mutant == Mutant::ListResumes {
        let stopped = jobs.iter_mut().filter(|job| job.status == Status::Stopped);
        stopped.for_each(Job::resume);
    }
}

/// What the making of a job does to the jobs that were stopped in its pool. The new job is the last one.
pub(crate) fn create(call: &Call<'_>, pool: &mut Pool) {
    let is_stopped = |job: &Job| job.status == Status::Stopped;
    let Some(stopped) = pool.jobs.iter().position(is_stopped) else {
        return;
    };
    let id = pool.jobs[stopped].id.clone();
    match (call.options.mutant(), pool.jobs.last_mut()) {
        (Some(Mutant::IdTakenFromStopped), Some(job)) => {
            job.id = id;
            pool.jobs.remove(stopped);
        }
        (Some(Mutant::BornStopped), Some(job)) => job.end(Status::Stopped, call.now),
        (Some(Mutant::CreateDropsStopped), _) => pool.jobs.retain(|job| !is_stopped(job)),
        _ => {}
    }
}

/// What an upload does to a stopped job.
pub(crate) fn upload(job: &mut Job, now: Moment, options: &Options) {
    match options.mutant() {
        Some(Mutant::UploadRevives) => job.recreate(),
        Some(Mutant::UploadStarts) => job.start(now),
        _ => {}
    }
}

/// Whether a stopped job keeps its pool from being deleted.
pub(crate) fn keeps_pool(call: &Call<'_>, pool: &Pool) -> bool {
    call.is(Mutant::DeleteRefusedAfterStop)
        && pool.jobs.iter().any(|job| job.status == Status::Stopped)
}

/// Remembers the stopped jobs of a pool that is deleted.
pub(crate) fn bury(call: &Call<'_>, store: &mut Store, pool: &str) {
    if !call.is(Mutant::DeletedJobDescribed) && !call.is(Mutant::DeletedJobStops) {
        return;
    }
    let jobs = store.pools.get(pool).map_or_else(Vec::new, |pool| {
        let stopped = pool.jobs.iter().filter(|job| job.status == Status::Stopped);
        stopped.cloned().collect()
    });
    store.buried.extend(jobs);
}

/// A stopped job of a pool that was deleted, where a mutant still shows it.
pub(crate) fn unburied(call: &Call<'_>, mutant: Mutant, store: &Store, job: &str) -> Option<Json> {
    let found = store.buried.iter().find(|one| one.id == job)?;
    call.is(mutant)
        .then(|| show::wrapped(show::job(found, call.options)))
}

/// What time does to a stopped job.
pub(crate) fn age(job: &mut Job, now: Moment, done: Moment, mutant: Mutant) {
    let rested = job.completed.map(|completed| completed.after_ms(REST_MS));
    let expired = job.created.after_ms(EXPIRY_MS);
    match mutant {
        Mutant::StoppedImportEnds if now >= done => job.end(Status::Succeeded, done),
        Mutant::StoppedResumesLater if rested.is_some_and(|rested| now >= rested) => job.resume(),
        Mutant::StoppedExpires if now >= expired => job.end(Status::Expired, expired),
        // What was written back shows once the stop is over.
        _ if job.undone && !job.is_under_way(now) => job.resume(),
        _ => {}
    }
}

fn put(pool: &mut Pool, job: Job) {
    if let Some(place) = pool.jobs.iter_mut().find(|one| one.id == job.id) {
        *place = job;
    }
}

fn redate(members: &mut Members, name: &str, call: &Call<'_>) {
    let now = show::timestamp(call.now, call.options);
    let dates = members.iter_mut().filter(|(member, _)| member == name);
    dates.for_each(|(_, date)| *date = now.clone());
}

fn without_completion(members: &mut Members) {
    members.retain(|(name, _)| !name.starts_with("Completion"));
}
