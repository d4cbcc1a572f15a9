//! The operations on import jobs, but for the stop.

use std::sync::LazyLock;

use crate::contract::{JOB_ID, Status};
use crate::reference::failure::Failure;
use crate::reference::job::Job;
use crate::reference::json::Json;
use crate::reference::operation::pools::POOL;
use crate::reference::operation::{Call, slip};
use crate::reference::rule::Rule;
use crate::reference::store::Store;
use crate::reference::{Mutant, show};

/// The rule that every operation but the judged one has for a JobId, whatever the mutant.
static JOB: LazyLock<Rule> = LazyLock::new(|| Rule::of(&JOB_ID));

/// Source: API reference, CreateUserImportJob, JobName.
static JOB_NAME: LazyLock<Rule> = LazyLock::new(|| Rule::new("jobName", 1, 128, r"[\w\s+=,.@-]+"));

/// Source: API reference, CreateUserImportJob, CloudWatchLogsRoleArn.
static ROLE: LazyLock<Rule> = LazyLock::new(|| {
    let pattern = r"arn:[\w+=/,.@-]+:[\w+=/,.@-]+:([\w+=/,.@-]*)?:[0-9]+:[\w+=/,.@-]+(:[\w+=/,.@-]+)?(:[\w+=/,.@-]+)?";
    Rule::new("cloudWatchLogsRoleArn", 20, 2_048, pattern)
});

/// Source: API reference, ListUserImportJobs, MaxResults.
const PAGE_MAX: u64 = 60;

/// Makes a job and hands out the URL for its CSV file.
pub(crate) fn create(call: &Call<'_>, store: &mut Store) -> Result<Json, Failure> {
    let [pool, name, role] = call.texts([
        ("UserPoolId", &POOL),
        ("JobName", &JOB_NAME),
        ("CloudWatchLogsRoleArn", &ROLE),
    ])?;
    let name = name.unwrap_or_default().to_owned();
    let job = store.make_job(pool.unwrap_or_default(), name, call.now)?;
    role.unwrap_or_default().clone_into(&mut job.role_arn);
    call.host.clone_into(&mut job.host);
    let owner = store.pool(pool.unwrap_or_default())?;
    slip::create(call, owner);
    let Some(job) = owner.jobs.last() else {
        return Err(Failure::missing_pool(&owner.id));
    };
    Ok(show::wrapped(show::job(job, call.options)))
}

/// Starts a job whose CSV file is there.
pub(crate) fn start(call: &Call<'_>, store: &mut Store) -> Result<Json, Failure> {
    let (now, options) = (call.now, call.options);
    let active = match options.active_jobs {
        Some(max) => store.active_count(now, options) >= max,
        None => false,
    };
    let [pool, id] = call.texts([("UserPoolId", &POOL), ("JobId", &JOB)])?;
    let pool = store.pool(pool.unwrap_or_default())?;
    let is_verifying = pool.is_verifying;
    let job = pool.job(id.unwrap_or_default(), now, options)?;

    if let Some(answer) = slip::meet_start(call, job) {
        return answer;
    }
    let is_restart = match job.status {
        Status::Stopped => call.is(Mutant::RestartAccepted),
        Status::Stopping => call.is(Mutant::RestartWhileStopping),
        _ => false,
    };
    if job.status != Status::Created && !is_restart {
        return Err(Failure::not_startable(&job.id, job.status));
    }
    if job.csv.is_none() {
        return Err(Failure::no_csv(&job.id));
    }
    if !is_verifying {
        return Err(Failure::not_verifying(&job.user_pool_id));
    }
    if active {
        return Err(Failure::too_many_active());
    }
    job.start(now);
    Ok(show::wrapped(show::job(job, options)))
}

/// Shows a job.
pub(crate) fn describe(call: &Call<'_>, store: &mut Store) -> Result<Json, Failure> {
    let [pool, id] = call.texts([("UserPoolId", &POOL), ("JobId", &JOB)])?;
    let id = id.unwrap_or_default();
    if let Some(shown) = slip::unburied(call, Mutant::DeletedJobDescribed, store, id) {
        return Ok(shown);
    }
    let pool = store.pool(pool.unwrap_or_default())?;
    let job = pool.job(id, call.now, call.options)?;
    let mut members = show::job(job, call.options);
    if let (Some(mutant), Status::Stopped) = (call.options.mutant(), job.status) {
        job.readings = job.readings.saturating_add(1);
        slip::describe(call, mutant, job, &mut members)?;
        match mutant {
            Mutant::DescribedRedated => {
                // Another date on every reading, also on two within a millisecond.
                let now = call.now.after_ms(u64::from(job.readings) * 1_000);
                let now = show::timestamp(now, call.options);
                let dates = members
                    .iter_mut()
                    .filter(|(name, _)| name == "CreationDate");
                dates.for_each(|(_, date)| *date = now.clone());
            }
            Mutant::DescribedWithoutCompletion => {
                members.retain(|(name, _)| !name.starts_with("Completion"));
            }
            _ if job.readings < 2 => {}
            Mutant::StoppedJobSucceeds => {
                job.end(Status::Succeeded, call.now);
                members = show::job(job, call.options);
            }
            Mutant::ResumedOnSecondRead => {
                job.resume();
                members = show::job(job, call.options);
            }
            Mutant::GoneOnSecondRead => {
                let id = job.id.clone();
                pool.jobs.retain(|job| job.id != id);
                return Err(Failure::missing_job(&id));
            }
            _ => {}
        }
    }
    Ok(show::wrapped(members))
}

/// Lists the jobs of a pool, newest first.
pub(crate) fn list(call: &Call<'_>, store: &mut Store) -> Result<Json, Failure> {
    let [id] = call.texts([("UserPoolId", &POOL)])?;
    let size = call.page_size(PAGE_MAX)?;
    let token = call.text("PaginationToken")?;
    let pool = store.pool(id.unwrap_or_default())?;
    let from = match token {
        None => 0,
        // The token names the last job of the page before, as recorded: pool, job and creation.
        Some(token) => {
            let is_named = |job: &Job| token_of(job) == token;
            let last = pool.jobs.iter().rev().position(is_named);
            // Not established: what is said to a token that was not handed out.
            last.ok_or_else(|| Failure::constraint("Invalid PaginationToken.".to_owned()))? + 1
        }
    };

    let mut jobs = pool.jobs.iter_mut().rev().skip(from);
    let mut page = Vec::new();
    let mut last = None;
    for job in jobs.by_ref().take(size) {
        job.settle(call.now, call.options);
        page.push(Json::Object(show::job(job, call.options)));
        last = Some(token_of(job));
    }
    let next = last.filter(|_| jobs.next().is_some());
    slip::list(call, &mut pool.jobs, &mut page);
    let mut members = Vec::new();
    if let Some(token) = next {
        members.push(("PaginationToken".to_owned(), Json::Text(token)));
    }
    members.push(("UserImportJobs".to_owned(), Json::List(page)));
    Ok(Json::Object(members))
}

fn token_of(job: &Job) -> String {
    format!("{}#{}#{}", job.user_pool_id, job.id, job.created.as_ms())
}
