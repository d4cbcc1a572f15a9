//! What mutants do to an answer to StopUserImportJob. What they do to its checks is in `rule` and `operation/stop`.

use crate::contract::Status;
use crate::reference::date;
use crate::reference::failure::{Cause, Failure};
use crate::reference::json::Json;
use crate::reference::options::Options;
use crate::reference::show::{Members, timestamp, wrapped};
use crate::reference::{Job, Moment, Mutant};
use crate::wire::Response;

/// The job in the answer to a stop that was `before` in that status.
pub(crate) fn success(mut members: Members, job: &Job, before: Status, options: &Options) -> Json {
    let Some(mutant) = options.mutant else {
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
        Mutant::CompletionDateMissing => remove(&mut members, "CompletionDate"),
        Mutant::StartDateMissing => remove(&mut members, "StartDate"),
        Mutant::CompletionMessageMissing => remove(&mut members, "CompletionMessage"),
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
        Mutant::JobIdMissing => remove(&mut members, "JobId"),
        Mutant::JobNameMissing => remove(&mut members, "JobName"),
        Mutant::MembersLowerCamel => {
            for (name, _) in &mut members {
                *name = lower_camel(name);
            }
        }
        _ => {}
    }
    wrapped(members)
}

/// A refusal of a stop.
pub(crate) fn failure(mut failure: Failure, options: &Options) -> Failure {
    let Some(mutant) = options.mutant else {
        return failure;
    };
    let name = failure.name.clone();
    let becomes = match (mutant, failure.cause) {
        (Mutant::ConstraintAsValidation, Cause::Constraint) => Some(("ValidationException", 400)),
        (Mutant::ConstraintAs422, Cause::Constraint) => Some((&*name, 422)),
        (Mutant::WrongTypeAsInvalidParameter, Cause::WrongType)
        | (Mutant::MalformedAsInvalidParameter, Cause::Malformed)
        | (Mutant::MissingPoolAsInvalidParameter, Cause::MissingPool)
        | (Mutant::MissingJobAsInvalidParameter, Cause::MissingJob) => {
            Some(("InvalidParameterException", 400))
        }
        (Mutant::MalformedAsInternal, Cause::Malformed) => Some(("InternalFailure", 500)),
        (Mutant::MissingJobAsInternal, Cause::MissingJob) => Some(("InternalErrorException", 500)),
        (Mutant::UnknownTargetAs404, Cause::Target) => Some(("ResourceNotFoundException", 404)),
        (Mutant::SignatureErrorsAs403, Cause::Signature) => Some((&*name, 403)),
        (Mutant::ErrorsAs200, _) => Some((&*name, 200)),
        _ => None,
    };
    if let Some((name, status)) = becomes {
        name.clone_into(&mut failure.name);
        failure.status = status;
    }
    match (mutant, &*name) {
        (Mutant::NotFoundAs404, "ResourceNotFoundException") => failure.status = 404,
        (Mutant::NotAuthorizedAs403, "NotAuthorizedException") => failure.status = 403,
        (Mutant::ThrottledAs429, "TooManyRequestsException") => failure.status = 429,
        (Mutant::InternalErrorAs400, "InternalErrorException") => failure.status = 400,
        (Mutant::ThrottledAsThrottling, "TooManyRequestsException") => {
            "ThrottlingException".clone_into(&mut failure.name);
        }
        (Mutant::ErrorTypesLowerCamel, _) => failure.name = lower_camel(&failure.name),
        (Mutant::MessagesMissing, _) => failure.message = None,
        (Mutant::MissingPoolReworded, "ResourceNotFoundException")
            if failure.cause == Cause::MissingPool =>
        {
            failure.message = Some("The user pool was not found.".to_owned());
        }
        _ => {}
    }
    failure
}

/// The answer to a stop, once it is written.
pub(crate) fn response(mut response: Response, body: &[u8], options: &Options) -> Response {
    let Some(mutant) = options.mutant else {
        return response;
    };
    let is_error = response.header("x-amzn-errortype").is_some() || response.status >= 400;
    match mutant {
        Mutant::Always400 => {
            response.status = 400;
            response.body = b"{}".to_vec();
            drop_header(&mut response, "x-amzn-error");
        }
        Mutant::Always200 => {
            response.status = 200;
            response.body = b"{}".to_vec();
            drop_header(&mut response, "x-amzn-error");
        }
        Mutant::Echoes => {
            response.status = 200;
            response.body = body.to_vec();
            drop_header(&mut response, "x-amzn-error");
        }
        Mutant::EmptyBody if !is_error => response.body.clear(),
        Mutant::SuccessAs202 if !is_error => response.status = 202,
        Mutant::ContentTypeHtml => set_content_type(&mut response, "text/html; charset=utf-8"),
        Mutant::RequestIdMissing => drop_header(&mut response, "x-amzn-requestid"),
        Mutant::ErrorsAsText if is_error => {
            response.body = b"Bad Request".to_vec();
            set_content_type(&mut response, "text/plain");
            drop_header(&mut response, "x-amzn-error");
        }
        Mutant::ErrorsAsHtml if is_error => {
            response.body = b"<html><body><h1>Bad Request</h1></body></html>".to_vec();
            set_content_type(&mut response, "text/html");
            drop_header(&mut response, "x-amzn-error");
        }
        Mutant::ErrorsUntyped if is_error => {
            response.body = br#"{"message":"Bad Request"}"#.to_vec();
            drop_header(&mut response, "x-amzn-error");
        }
        Mutant::ErrorsEmpty if is_error => {
            response.body.clear();
            drop_header(&mut response, "x-amzn-error");
        }
        _ => {}
    }
    response
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

fn lower_camel(name: &str) -> String {
    let mut chars = name.chars();
    chars.next().map_or_else(String::new, |first| {
        format!("{}{}", first.to_ascii_lowercase(), chars.as_str())
    })
}

fn set_content_type(response: &mut Response, value: &str) {
    for header in &mut response.headers {
        if header.is("content-type") {
            header.value = value.into();
        }
    }
}

fn drop_header(response: &mut Response, prefix: &str) {
    response
        .headers
        .retain(|header| !header.name.to_ascii_lowercase().starts_with(prefix));
}
