//! The job as answers show it: members in alphabetical order, as recorded, and none without a value.

use crate::contract::Status;
use crate::reference::date;
use crate::reference::json::Json;
use crate::reference::options::Options;
use crate::reference::{Job, Moment, Variation, distort};

/// Members in the order in which they are written.
pub(crate) type Members = Vec<(String, Json)>;

/// The members of a job.
///
/// Source: the answers that AWS publishes for each status (API reference, AWS CLI examples). The counters are always there.
pub(crate) fn job(job: &Job, options: &Options) -> Members {
    // Not established: what a job that is still Stopping shows. An end that has not come yet is not shown.
    let is_ended = job.status != Status::Stopping;
    let date = |moment: Option<Moment>| moment.map(|moment| timestamp(moment, options));
    let algorithm = options
        .varies(Variation::HashingAlgorithmShown)
        .then(|| Json::text("BCRYPT"));
    let extra = options
        .varies(Variation::ExtraMembers)
        .then(|| Json::object([("Kind", Json::text("CSV"))]));

    let all = [
        ("CloudWatchLogsRoleArn", Some(Json::text(&job.role_arn))),
        ("CompletionDate", date(job.completed.filter(|_| is_ended))),
        (
            "CompletionMessage",
            job.completion_message.filter(|_| is_ended).map(Json::text),
        ),
        ("CreationDate", date(Some(job.created))),
        ("FailedUsers", Some(Json::count(job.counts.failed))),
        ("ImportSource", extra),
        ("ImportedUsers", Some(Json::count(job.counts.imported))),
        ("JobId", Some(Json::text(&job.id))),
        ("JobName", Some(Json::text(&job.name))),
        ("PasswordHashingAlgorithm", algorithm),
        (
            "PreSignedUrl",
            Some(Json::Text(job.pre_signed_url(options))),
        ),
        ("SkippedUsers", Some(Json::count(job.counts.skipped))),
        ("StartDate", date(job.started)),
        ("Status", Some(Json::text(job.status.name()))),
        ("UserPoolId", Some(Json::text(&job.user_pool_id))),
    ];
    let mut members: Members = all
        .into_iter()
        .filter_map(|(name, value)| Some((name.to_owned(), value?)))
        .collect();
    distort::shown(&mut members, job, options);
    if options.varies(Variation::ReversedMembers) {
        members.reverse();
    }
    members
}

/// The answer of the operations on one job.
pub(crate) fn wrapped(members: Members) -> Json {
    Json::object([("UserImportJob", Json::Object(members))])
}

/// Seconds since the epoch, to the millisecond.
pub(crate) fn timestamp(moment: Moment, options: &Options) -> Json {
    Json::Raw(match options.variation {
        Some(Variation::ExponentTimestamps) => date::exponent_seconds(moment),
        Some(Variation::WholeSeconds) => (moment.as_ms() / 1_000).to_string(),
        _ => date::epoch_seconds(moment),
    })
}
