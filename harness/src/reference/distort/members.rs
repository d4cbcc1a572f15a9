//! The job in an answer, as mutants show it.

use crate::contract::Status;
use crate::reference::date;
use crate::reference::distort::lower_camel;
use crate::reference::json::Json;
use crate::reference::options::Options;
use crate::reference::show::{Members, timestamp, wrapped};
use crate::reference::{Job, Moment, Mutant};

/// The job in the answer to a stop that was `before` in that status.
pub(crate) fn success(mut members: Members, job: &Job, before: Status, options: &Options) -> Json {
    let Some(mutant) = options.mutant() else {
        return wrapped(members);
    };
    let started = job.started.unwrap_or(job.created);
    match mutant {
        Mutant::Unwrapped => return Json::Object(members),
        Mutant::EmptyObject => return Json::object([]),
        Mutant::NullMembers => {
            members.push(("PasswordHashingAlgorithm".to_owned(), Json::Null));
        }
        Mutant::JobStatusMember => rename(&mut members, "Status", "JobStatus"),
        Mutant::StatusInCapitals => set(&mut members, "Status", Json::text("STOPPED")),
        Mutant::StaleStatus => set(&mut members, "Status", Json::text(before.name())),
        Mutant::IsoTimestamps => each_date(&mut members, job, |moment| {
            Json::text(date::extended(moment))
        }),
        Mutant::MillisecondTimestamps => {
            each_date(&mut members, job, |moment| Json::count(moment.as_ms()));
        }
        Mutant::QuotedTimestamps => each_date(&mut members, job, |moment| {
            Json::text(date::epoch_seconds(moment))
        }),
        Mutant::QuotedCounters => each_counter(&mut members, |_| Json::text("0")),
        Mutant::CountersMissing => members.retain(|(name, _)| !name.ends_with("Users")),
        Mutant::CompletedBeforeStart => {
            let early = timestamp(started.before_ms(1_000), options);
            set(&mut members, "CompletionDate", early);
        }
        Mutant::CompletionMessageReworded => {
            set(&mut members, "CompletionMessage", Json::text("Job stopped"));
        }
        Mutant::OtherJobId => set(&mut members, "JobId", Json::text("import-0000000000")),
        Mutant::OtherUserPoolId => {
            set(
                &mut members,
                "UserPoolId",
                Json::text("us-east-1_000000000"),
            );
        }
        Mutant::MembersLowerCamel => {
            for (name, _) in &mut members {
                *name = lower_camel(name);
            }
        }
        Mutant::CreationDateAsIso => {
            set(
                &mut members,
                "CreationDate",
                Json::text(date::extended(job.created)),
            );
        }
        Mutant::CompletionDateQuoted => {
            let text = date::epoch_seconds(job.completed.unwrap_or(started));
            set(&mut members, "CompletionDate", Json::text(text));
        }
        Mutant::CompletionDateZero => set(&mut members, "CompletionDate", Json::count(0)),
        Mutant::StartDateInMilliseconds => {
            set(&mut members, "StartDate", Json::count(started.as_ms()));
        }
        Mutant::StartDateIsNow | Mutant::CreationDateIsNow => {
            let is_start = mutant == Mutant::StartDateIsNow;
            let name = if is_start {
                "StartDate"
            } else {
                "CreationDate"
            };
            // The moment of the stop, and a little more where the job was started in the same millisecond.
            let now = job.completed.unwrap_or(started).max(started.after_ms(1));
            set(&mut members, name, timestamp(now, options));
        }
        Mutant::CountersAsFractions => each_counter(&mut members, |_| Json::Raw("0.0".to_owned())),
        Mutant::FailedUsersNegative => {
            set(&mut members, "FailedUsers", Json::Raw("-1".to_owned()));
        }
        Mutant::LogsRoleInvented => {
            let role = "arn:aws:iam::000000000000:role/default";
            set(&mut members, "CloudWatchLogsRoleArn", Json::text(role));
        }
        Mutant::JobNameIsJobId => set(&mut members, "JobName", Json::text(&job.id)),
        Mutant::JobIdWithoutPrefix => {
            let bare = job.id.trim_start_matches("import-");
            set(&mut members, "JobId", Json::text(bare));
        }
        Mutant::UserPoolArn => {
            let (region, account) = (&options.region, &options.account_id);
            let pool = &job.user_pool_id;
            let arn = format!("arn:aws:cognito-idp:{region}:{account}:userpool/{pool}");
            set(&mut members, "UserPoolId", Json::Text(arn));
        }
        Mutant::StatusCancelled => set(&mut members, "Status", Json::text("Cancelled")),
        Mutant::StatusAsNumber => set(&mut members, "Status", Json::count(5)),
        Mutant::HashingAlgorithmNone => {
            members.push(("PasswordHashingAlgorithm".to_owned(), Json::text("NONE")));
        }
        Mutant::WrappedTwice => members = vec![("UserImportJob".to_owned(), Json::Object(members))],
        Mutant::WrappedInList => {
            return Json::object([("UserImportJob", Json::List(vec![Json::Object(members)]))]);
        }
        Mutant::WrappedLowerCamel => {
            return Json::object([("userImportJob", Json::Object(members))]);
        }
        Mutant::SuccessTyped => {
            return Json::object([
                ("__type", Json::text("StopUserImportJobResponse")),
                ("UserImportJob", Json::Object(members)),
            ]);
        }
        _ => {
            if let Some(name) = dropped(mutant) {
                remove(&mut members, name);
            }
        }
    }
    wrapped(members)
}

/// The one member that a mutant leaves out.
fn dropped(mutant: Mutant) -> Option<&'static str> {
    Some(match mutant {
        Mutant::CompletionDateMissing => "CompletionDate",
        Mutant::StartDateMissing => "StartDate",
        Mutant::CompletionMessageMissing => "CompletionMessage",
        Mutant::JobIdMissing => "JobId",
        Mutant::JobNameMissing => "JobName",
        Mutant::UserPoolIdMissing => "UserPoolId",
        Mutant::StatusMissing => "Status",
        Mutant::CreationDateMissing => "CreationDate",
        Mutant::ImportedUsersMissing => "ImportedUsers",
        Mutant::SkippedUsersMissing => "SkippedUsers",
        Mutant::FailedUsersMissing => "FailedUsers",
        Mutant::LogsRoleMissing => "CloudWatchLogsRoleArn",
        Mutant::PreSignedUrlMissing => "PreSignedUrl",
        _ => return None,
    })
}

fn each_date(members: &mut Members, job: &Job, write: impl Fn(Moment) -> Json) {
    let dates = [
        ("CompletionDate", job.completed),
        ("CreationDate", Some(job.created)),
        ("StartDate", job.started),
    ];
    for (name, moment) in dates {
        if let Some(moment) = moment {
            set(members, name, write(moment));
        }
    }
}

fn each_counter(members: &mut Members, write: impl Fn(&Json) -> Json) {
    for (name, value) in members {
        if name.ends_with("Users") {
            *value = write(value);
        }
    }
}

/// Changes a member that is there.
fn set(members: &mut Members, name: &str, value: Json) {
    if let Some((_, old)) = members.iter_mut().find(|(each, _)| each == name) {
        *old = value;
    }
}

fn remove(members: &mut Members, name: &str) {
    members.retain(|(each, _)| each != name);
}

fn rename(members: &mut Members, from: &str, to: &str) {
    if let Some((name, _)) = members.iter_mut().find(|(each, _)| each == from) {
        to.clone_into(name);
    }
}
