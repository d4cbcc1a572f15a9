//! StopUserImportJob: the operation that the project judges, and the slips that mutants make in it.

use std::borrow::Cow;

use serde_json::{Map, Value};

use crate::contract::Status;
use crate::reference::failure::Failure;
use crate::reference::json::Json;
use crate::reference::operation::Call;
use crate::reference::options::Options;
use crate::reference::rule::Rule;
use crate::reference::store::Store;
use crate::reference::{Mutant, Variation, distort, show};

/// The rules of a stop's members. They are compiled once for an endpoint, as a mutant may change them.
#[derive(Debug)]
pub(crate) struct Rules {
    user_pool_id: Rule,
    job_id: Rule,
}

impl Rules {
    pub(crate) fn new(options: &Options) -> Self {
        let mut user_pool_id = Rule::user_pool_id(options.mutant);
        let mut job_id = Rule::job_id(options.mutant);
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
    let members = misread(call)?;
    let call = &Call {
        members: &members,
        ..*call
    };
    let [pool_id, job_id] = call.texts([
        ("UserPoolId", &rules.user_pool_id),
        ("JobId", &rules.job_id),
    ])?;
    // The rules have seen to it that both are there, unless a mutant does without.
    let pool_id = pool_id.map_or_else(|| pool_of(job_id, store), Cow::Borrowed);
    let job_id = job_id.map_or_else(|| newest_of(&pool_id, store), Cow::Borrowed);
    let pool_id = if call.is(Mutant::MissingPoolUnchecked) && !store.pools.contains_key(&*pool_id) {
        pool_of(Some(&job_id), store)
    } else {
        pool_id
    };
    stop_job(call, &pool_id, &job_id, store)
}

fn stop_job(
    call: &Call<'_>,
    pool_id: &str,
    job_id: &str,
    store: &mut Store,
) -> Result<Json, Failure> {
    let pool = match store.pool(pool_id) {
        Err(_) if call.is(Mutant::MissingPoolUnchecked) => {
            return Err(Failure::missing_job(job_id));
        }
        found => found?,
    };
    let job = match pool.job(job_id, call.now, call.options) {
        Err(_) if call.is(Mutant::MissingJobSucceeds) => return Ok(Json::object([])),
        found => found?,
    };

    let before = job.status;
    // Documented: "The ID of a running user import job." Recorded: stops within seconds of the start. Not established: what
    // becomes of a stop in any other status.
    let is_stoppable = match before {
        Status::InProgress => !call.is(Mutant::InProgressRefused),
        status => status.is_started(),
    };
    if !is_stoppable {
        if call.is(Mutant::RefusedStopStops) {
            job.stop(call.now);
        }
        return Err(Failure::not_stoppable(job_id, before));
    }

    let untouched = job.clone();
    if call.varies(Variation::StoppingFirst) {
        job.stop_slowly(call.now);
    } else {
        job.stop(call.now);
    }
    match call.options.mutant {
        Some(Mutant::StopFails) => job.end(Status::Failed, call.now),
        Some(Mutant::StopRenames) => job.name = job.id.clone(),
        Some(Mutant::StopRedates) => job.created = call.now,
        _ => {}
    }
    let shown = job.clone();
    if call.is(Mutant::StopNotStored) {
        *job = untouched;
    }
    if call.is(Mutant::StopDeletesJob) {
        pool.jobs.retain(|job| job.id != job_id);
    }
    if call.is(Mutant::StopsOtherJobs) {
        for other in pool.jobs.iter_mut().filter(|job| job.status.is_started()) {
            other.stop(call.now);
        }
    }
    let members = show::job(&shown, call.options);
    Ok(distort::success(members, &shown, before, call.options))
}

/// The members as a mutant misreads them.
fn misread<'a>(call: &Call<'a>) -> Result<Cow<'a, Map<String, Value>>, Failure> {
    const NAMES: [&str; 2] = ["UserPoolId", "JobId"];
    let is_missing = |name: &str| call.members.get(name).is_none_or(Value::is_null);
    if call.is(Mutant::MissingAsSerialization) && NAMES.into_iter().any(is_missing) {
        return Err(Failure::malformed(Some("missing field")));
    }
    let is_unknown = |name: &String| !NAMES.contains(&name.as_str());
    if call.is(Mutant::UnknownMembersRefused) && call.members.keys().any(is_unknown) {
        return Err(Failure::malformed(Some("unknown field")));
    }
    let coerce = |value: &Value| match (call.options.mutant, value) {
        (Some(Mutant::NullCoerced), Value::Null) => Some(String::new()),
        (Some(Mutant::NumberCoerced), Value::Number(number)) => Some(number.to_string()),
        (Some(Mutant::BooleanCoerced), Value::Bool(truth)) => Some(truth.to_string()),
        (Some(Mutant::ListUnwrapped), Value::Array(values)) => match values.as_slice() {
            [Value::String(text)] => Some(text.clone()),
            _ => None,
        },
        _ => None,
    };
    let mut members = Cow::Borrowed(call.members);
    for (name, value) in call.members {
        let known = NAMES
            .into_iter()
            .find(|known| known.eq_ignore_ascii_case(name));
        let Some(known) = known else { continue };
        if let Some(text) = coerce(value) {
            members.to_mut().insert(name.clone(), Value::String(text));
        }
        if call.is(Mutant::MemberNamesCaseInsensitive) && known != name {
            members.to_mut().insert(known.to_owned(), value.clone());
        }
    }
    Ok(members)
}

/// The pool that owns a job, as only a mutant asks.
fn pool_of(job_id: Option<&str>, store: &Store) -> Cow<'static, str> {
    let owns = |job: &&crate::reference::Job| Some(job.id.as_str()) == job_id;
    let mut jobs = store.pools.values().flat_map(|pool| &pool.jobs);
    Cow::Owned(
        jobs.find(owns)
            .map_or_else(String::new, |job| job.user_pool_id.clone()),
    )
}

/// The newest job of a pool, as only a mutant asks.
fn newest_of(pool_id: &str, store: &Store) -> Cow<'static, str> {
    let newest = store.pools.get(pool_id).and_then(|pool| pool.jobs.last());
    Cow::Owned(newest.map_or_else(String::new, |job| job.id.clone()))
}
