//! StopUserImportJob: the operation that the project judges, and the slips that mutants make in it.

use std::borrow::Cow;

use serde_json::Value;

use crate::contract::Status;
use crate::reference::failure::Failure;
use crate::reference::json::Json;
use crate::reference::operation::{Call, lookup, misread, slip};
use crate::reference::options::Options;
use crate::reference::rule::Rule;
use crate::reference::store::Store;
use crate::reference::{Moment, Mutant, Variation, distort, show};

/// The rules of a stop's members. They are compiled once for an endpoint, as a mutant may change them.
#[derive(Debug)]
pub(crate) struct Rules {
    user_pool_id: Rule,
    job_id: Rule,
}

impl Rules {
    pub(crate) fn new(options: &Options) -> Self {
        let mut user_pool_id = Rule::user_pool_id(options.mutant());
        let mut job_id = Rule::job_id(options.mutant());
        if options.is(Mutant::MissingUserPoolIdAccepted) {
            user_pool_id = user_pool_id.optional();
        }
        if options.is(Mutant::MissingJobIdAccepted) {
            job_id = job_id.optional();
        }
        Self {
            user_pool_id,
            job_id,
        }
    }
}

/// Stops a job: types, constraints, existence, status, in this order.
pub(crate) fn stop(call: &Call<'_>, rules: &Rules, store: &mut Store) -> Result<Json, Failure> {
    let members = misread::members(call)?;
    let call = &Call {
        members: &members,
        ..*call
    };
    let wanted = [
        ("UserPoolId", &rules.user_pool_id),
        ("JobId", &rules.job_id),
    ];
    if call.is(Mutant::MembersInTurn) {
        for one in wanted {
            call.texts([one])?;
        }
    }
    let [pool_id, job_id] = match call.texts(wanted) {
        Err(failure) if call.is(Mutant::StoppedBeforeValidation) => {
            lookup::stop_named(call, store);
            return Err(failure);
        }
        read => read?,
    };
    // The rules have seen to it that both are there, unless a mutant does without.
    let pool_id = pool_id.map_or_else(|| lookup::pool_of(job_id, store), Cow::Borrowed);
    let job_id = job_id.map_or_else(|| lookup::newest_of(&pool_id, store), Cow::Borrowed);
    let (pool_id, job_id) = lookup::meant(call, pool_id, job_id, store);
    stop_job(call, &pool_id, &job_id, store)
}

fn stop_job(
    call: &Call<'_>,
    pool_id: &str,
    job_id: &str,
    store: &mut Store,
) -> Result<Json, Failure> {
    let pool = match store.pool(pool_id) {
        Err(failure) if call.is(Mutant::DeletedJobStops) => {
            return slip::unburied(call, Mutant::DeletedJobStops, store, job_id).ok_or(failure);
        }
        Err(_) if call.is(Mutant::MissingPoolUnchecked) => {
            return Err(Failure::missing_job(job_id));
        }
        found => found?,
    };
    let job = match pool.job(job_id, call.now, call.options) {
        Err(_) if call.is(Mutant::MissingJobSucceeds) => return Ok(Json::object([])),
        Err(failure) => return Err(lookup::missing(call, failure, job_id, store)),
        Ok(job) => job,
    };

    if let Some(answer) = slip::meet_stop(call, job) {
        return answer;
    }
    let before = job.status;
    // Documented: "The ID of a running user import job." Recorded: stops within seconds of the start. Not established: what
    // becomes of a stop in any other status.
    let is_stoppable = match before {
        Status::InProgress => !call.is(Mutant::InProgressRefused),
        Status::Created => call.varies(Variation::CreatedStopsToo),
        Status::Succeeded | Status::Failed | Status::Expired => call.is(Mutant::EndedJobStopped),
        status => status.is_started(),
    };
    if !is_stoppable {
        if call.is(Mutant::RefusedStopStops) {
            job.stop(call.now);
        }
        if call.is(Mutant::SecondStopResumes) && before == Status::Stopped {
            job.resume();
            return Ok(show::wrapped(show::job(job, call.options)));
        }
        if call.varies(Variation::EndedStopUnchanged) && before.is_finished() {
            return Ok(show::wrapped(show::job(job, call.options)));
        }
        return Err(not_stoppable(call, job_id, before));
    }
    if call.is(Mutant::SuccessAsInternal) {
        return Err(Failure::fault("InternalErrorException"));
    }

    let untouched = job.clone();
    if call.varies(Variation::StoppingFirst) {
        job.stop_slowly(call.now);
    } else {
        job.stop(call.now);
    }
    match call.options.mutant() {
        Some(Mutant::StopFails) => job.end(Status::Failed, call.now),
        Some(Mutant::StopRenames) => job.name = job.id.clone(),
        Some(Mutant::StopRedates) => job.created = call.now,
        Some(Mutant::StoppingForEver) => job.end(Status::Stopping, Moment::from_ms(u64::MAX)),
        Some(Mutant::UnknownMembersCopied) => {
            if let Some(name) = call.members.get("JobName").and_then(Value::as_str) {
                name.clone_into(&mut job.name);
            }
        }
        _ => {}
    }
    if call.varies(Variation::UsersImported) {
        job.counts.imported = 3;
    }
    let shown = job.clone();
    if call.is(Mutant::StopNotStored) {
        job.clone_from(&untouched);
    }
    if call.is(Mutant::StopDeletesJob) {
        pool.jobs.retain(|job| job.id != job_id);
    }
    if call.is(Mutant::StopsOtherJobs) {
        for other in pool.jobs.iter_mut().filter(|job| job.status.is_started()) {
            other.stop(call.now);
        }
    }
    slip::follow_stop(call, store, pool_id, &untouched);
    let members = show::job(&shown, call.options);
    Ok(distort::success(members, &shown, before, call.options))
}

/// Not established: whether it is this error, and its words.
fn not_stoppable(call: &Call<'_>, job_id: &str, before: Status) -> Failure {
    let mut failure = Failure::not_stoppable(job_id, before);
    match call.options.variation {
        Some(Variation::RefusedStopReworded) => {
            failure.message = Some("The import job is not running.".to_owned());
        }
        Some(Variation::RefusedStopAsInvalidParameter) => {
            "InvalidParameterException".clone_into(&mut failure.name);
        }
        _ => {}
    }
    failure
}
