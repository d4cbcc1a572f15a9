//! Which pool and which job of a stop are meant, as mutants and variations look them up.

use std::borrow::Cow;

use serde_json::Value;

use crate::reference::failure::Failure;
use crate::reference::operation::Call;
use crate::reference::store::Store;
use crate::reference::{Job, Mutant, Variation};

/// The ids of the pool and the job that are meant by those in the request: the same ones, but for mutants.
pub(crate) fn meant<'a>(
    call: &Call<'_>,
    pool_id: Cow<'a, str>,
    job_id: Cow<'a, str>,
    store: &Store,
) -> (Cow<'a, str>, Cow<'a, str>) {
    let Some(mutant) = call.options.mutant() else {
        return (pool_id, job_id);
    };
    let mut pools = store.pools.keys();
    let pool_id = match mutant {
        Mutant::MissingPoolUnchecked if !store.pools.contains_key(&*pool_id) => {
            pool_of(Some(&job_id), store)
        }
        Mutant::UserPoolIdByPrefix => found(pools.find(|id| pool_id.starts_with(*id)), pool_id),
        Mutant::UserPoolIdCaseIgnored => {
            let found_id = pools.find(|id| id.eq_ignore_ascii_case(&pool_id));
            found(found_id, pool_id)
        }
        Mutant::JobOfAnyPool if store.pools.contains_key(&*pool_id) => {
            let owner = pool_of(Some(&job_id), store);
            if owner.is_empty() { pool_id } else { owner }
        }
        _ => pool_id,
    };
    let job_id = match (mutant, store.pools.get(&*pool_id)) {
        (Mutant::JobIdByPrefix, Some(pool)) => {
            let job = pool.jobs.iter().find(|job| job_id.starts_with(&job.id));
            found(job.map(|job| &job.id), job_id)
        }
        _ => job_id,
    };
    (pool_id, job_id)
}

/// Not established: what is said of a missing job, or of one that is in another pool.
pub(crate) fn missing(
    call: &Call<'_>,
    mut failure: Failure,
    job_id: &str,
    store: &Store,
) -> Failure {
    let is_foreign = !pool_of(Some(job_id), store).is_empty();
    if is_foreign && call.is(Mutant::ForeignJobAsInternal) {
        return Failure::fault("InternalErrorException");
    }
    if is_foreign && call.varies(Variation::ForeignJobNotAuthorized) {
        return Failure::fault("NotAuthorizedException");
    }
    if call.varies(Variation::MissingJobReworded) {
        failure.message = Some("The import job was not found.".to_owned());
    }
    failure
}

/// Stops the job that is named, whatever else is in the request.
pub(crate) fn stop_named(call: &Call<'_>, store: &mut Store) {
    let name = call.members.get("JobId").and_then(Value::as_str);
    let mut jobs = store.pools.values_mut().flat_map(|pool| &mut pool.jobs);
    if let Some(job) = jobs.find(|job| Some(job.id.as_str()) == name) {
        job.stop(call.now);
    }
}

/// The pool that owns a job, as only a mutant asks.
pub(crate) fn pool_of(job_id: Option<&str>, store: &Store) -> Cow<'static, str> {
    let owns = |job: &&Job| Some(job.id.as_str()) == job_id;
    let mut jobs = store.pools.values().flat_map(|pool| &pool.jobs);
    Cow::Owned(
        jobs.find(owns)
            .map_or_else(String::new, |job| job.user_pool_id.clone()),
    )
}

/// The newest job of a pool, as only a mutant asks.
pub(crate) fn newest_of(pool_id: &str, store: &Store) -> Cow<'static, str> {
    let newest = store.pools.get(pool_id).and_then(|pool| pool.jobs.last());
    Cow::Owned(newest.map_or_else(String::new, |job| job.id.clone()))
}

fn found<'a>(found: Option<&String>, asked: Cow<'a, str>) -> Cow<'a, str> {
    found.map_or(asked, |id| Cow::Owned(id.clone()))
}
