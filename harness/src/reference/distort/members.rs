//! The job in an answer, as mutants show it.

use crate::contract::Status;
use crate::reference::date;
use crate::reference::distort::lower_camel;
use crate::reference::json::Json;
use crate::reference::options::Options;
use crate::reference::show::{Members, timestamp, wrapped};
use crate::reference::{Job, Moment, Mutant};

/// How far a clock that takes local time for UTC is off, two hours east.
const LOCAL_MS: u64 = 7_200_000;

/// The job in the answer to a stop that was `before` in that status.
pub(crate) fn success(mut members: Members, job: &Job, before: Status, options: &Options) -> Json {
    let Some(mutant) = options.mutant() else {
        return wrapped(members);
    };
    let started = job.started.unwrap_or(job.created);
    match mutant {
        Mutant::Unwrapped => return Json::Object(members),
        Mutant::EmptyObject => return Json::object([]),
        Mutant::StaleStatus => set(&mut members, "Status", Json::text(before.name())),
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
        Mutant::CompletionDateZero => set(&mut members, "CompletionDate", Json::count(0)),
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

/// A job as mutants write it in the answers to all operations: an emulator has one serialiser.
pub(crate) fn shown(members: &mut Members, job: &Job, options: &Options) {
    let Some(mutant) = options.mutant() else {
        return;
    };
    let quoted = |moment| Json::text(date::epoch_seconds(moment));
    let iso = |moment| Json::text(date::extended(moment));
    let in_ms = |moment: Moment| Json::count(moment.as_ms());
    match mutant {
        Mutant::NullMembers => {
            members.push(("PasswordHashingAlgorithm".to_owned(), Json::Null));
        }
        Mutant::HashingAlgorithmNone => {
            members.push(("PasswordHashingAlgorithm".to_owned(), Json::text("NONE")));
        }
        Mutant::JobStatusMember => rename(members, "Status", "JobStatus"),
        Mutant::StatusInCapitals => {
            let status = job.status.name().to_ascii_uppercase();
            set(members, "Status", Json::Text(status));
        }
        Mutant::StatusAsNumber => {
            let number = Status::ALL.iter().position(|one| *one == job.status);
            set(
                members,
                "Status",
                Json::count(number.unwrap_or_default() as u64),
            );
        }
        Mutant::IsoTimestamps => each_date(members, job, iso),
        Mutant::MillisecondTimestamps => each_date(members, job, in_ms),
        Mutant::QuotedTimestamps => each_date(members, job, quoted),
        Mutant::LocalTimestamps => each_date(members, job, |moment| {
            timestamp(moment.after_ms(LOCAL_MS), options)
        }),
        Mutant::CreationDateAsIso => set(members, "CreationDate", iso(job.created)),
        Mutant::StartDateInMilliseconds => {
            if let Some(started) = job.started {
                set(members, "StartDate", in_ms(started));
            }
        }
        Mutant::CompletionDateQuoted => {
            if let Some(completed) = job.completed {
                set(members, "CompletionDate", quoted(completed));
            }
        }
        Mutant::QuotedCounters => each_counter(members, |_| Json::text("0")),
        Mutant::CountersAsFractions => each_counter(members, |_| Json::Raw("0.0".to_owned())),
        Mutant::FailedUsersNegative => set(members, "FailedUsers", Json::Raw("-1".to_owned())),
        Mutant::CountersMissing => members.retain(|(name, _)| !name.ends_with("Users")),
        Mutant::MembersLowerCamel => {
            for (name, _) in members {
                *name = lower_camel(name);
            }
        }
        _ => {}
    }
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
