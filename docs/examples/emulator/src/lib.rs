//! A tiny emulator of Amazon Cognito User Pools: import jobs that can be described and stopped.
//!
//! It knows nothing of fullstop. Its tests do: `tests/conformance.rs` and `tests/gate.rs`.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde_json::{Value, json};

const SERVICE: &str = "AWSCognitoIdentityProviderService.";

/// Import jobs in memory.
#[derive(Debug, Default)]
pub struct Emulator {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    made: usize,
    /// By pool and job.
    jobs: HashMap<(String, String), Job>,
    /// Errors that the next stop of a job answers.
    faults: HashMap<(String, String), String>,
}

#[derive(Clone, Debug)]
struct Job {
    status: String,
}

/// What an operation refuses with: status, error type, message.
struct Refusal(u16, &'static str, String);

impl Emulator {
    /// Makes a job in a status, in a pool of its own, and tells the ids of both.
    pub fn seed(&self, status: &str) -> (String, String) {
        let mut state = self.state();
        state.made += 1;
        let ids = (
            format!("us-east-1_Seeded{:03}", state.made),
            format!("import-Seeded{:04}", state.made),
        );
        let status = status.to_owned();
        state.jobs.insert(ids.clone(), Job { status });
        ids
    }

    /// Makes the next stop of a job fail.
    pub fn fail_next(&self, pool: &str, job: &str, error: &str) {
        let ids = (pool.to_owned(), job.to_owned());
        self.state().faults.insert(ids, error.to_owned());
    }

    /// Answers a request: its `X-Amz-Target`, whether it was signed, and its body. The status and the body come back.
    pub fn answer(&self, target: &str, is_signed: bool, body: &[u8]) -> (u16, Value) {
        let answer = match target.strip_prefix(SERVICE) {
            Some("StopUserImportJob" | "DescribeUserImportJob") if !is_signed => Err(Refusal(
                400,
                "MissingAuthenticationTokenException",
                "Missing Authentication Token".to_owned(),
            )),
            Some("StopUserImportJob") => self.stop(body),
            Some("DescribeUserImportJob") => self.describe(body),
            _ => Err(Refusal(400, "UnknownOperationException", String::new())),
        };
        match answer {
            Ok(body) => (200, body),
            Err(Refusal(status, name, message)) => {
                (status, json!({ "__type": name, "message": message }))
            }
        }
    }

    fn stop(&self, body: &[u8]) -> Result<Value, Refusal> {
        let ids = ids(body)?;
        let mut state = self.state();
        if let Some(error) = state.faults.remove(&ids) {
            let status = if error == "InternalErrorException" {
                500
            } else {
                400
            };
            return Err(Refusal(status, declared(&error), "on purpose".to_owned()));
        }
        let job = state.job(&ids)?;
        match job.status.as_str() {
            "Pending" | "InProgress" => job.status = "Stopped".to_owned(),
            other => {
                return Err(Refusal(
                    400,
                    "PreconditionNotMetException",
                    format!("The job is {other}."),
                ));
            }
        }
        Ok(shown(&ids, job))
    }

    fn describe(&self, body: &[u8]) -> Result<Value, Refusal> {
        let ids = ids(body)?;
        Ok(shown(&ids, self.state().job(&ids)?))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn job(&mut self, ids: &(String, String)) -> Result<&mut Job, Refusal> {
        let missing = |what: String| Refusal(400, "ResourceNotFoundException", what);
        if !self.jobs.keys().any(|(pool, _)| *pool == ids.0) {
            return Err(missing(format!("User pool {} does not exist.", ids.0)));
        }
        let job = self.jobs.get_mut(ids);
        job.ok_or_else(|| missing(format!("Import job {} does not exist.", ids.1)))
    }
}

/// The two ids of a request, if they keep every constraint.
fn ids(body: &[u8]) -> Result<(String, String), Refusal> {
    let malformed = || Refusal(400, "SerializationException", String::new());
    let request: Value = serde_json::from_slice(body).map_err(|_| malformed())?;
    let request = request.as_object().ok_or_else(malformed)?;
    let member = |name: &str| match request.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.clone())),
        Some(_) => Err(malformed()),
    };
    let (pool, job) = (member("UserPoolId")?, member("JobId")?);
    let mut violations = Vec::new();
    violate(
        "userPoolId",
        &pool,
        r"[\w-]+_[0-9a-zA-Z]+",
        is_pool,
        &mut violations,
    );
    violate(
        "jobId",
        &job,
        "import-[0-9a-zA-Z-]+",
        is_job,
        &mut violations,
    );
    match (violations.len(), pool, job) {
        (0, Some(pool), Some(job)) => Ok((pool, job)),
        (count, ..) => {
            let plural = if count == 1 { "" } else { "s" };
            Err(Refusal(
                400,
                "InvalidParameterException",
                format!(
                    "{count} validation error{plural} detected: {}",
                    violations.join("; ")
                ),
            ))
        }
    }
}

/// Adds what a value violates.
fn violate(
    path: &str,
    value: &Option<String>,
    pattern: &str,
    matches: fn(&str) -> bool,
    violations: &mut Vec<String>,
) {
    let Some(value) = value else {
        violations.push(format!(
            "Value null at '{path}' failed to satisfy constraint: Member must not be null"
        ));
        return;
    };
    let mut violated = |what: String| {
        violations.push(format!(
            "Value '{value}' at '{path}' failed to satisfy constraint: Member must {what}"
        ));
    };
    if value.chars().count() > 55 {
        violated("have length less than or equal to 55".to_owned());
    }
    if value.is_empty() {
        violated("have length greater than or equal to 1".to_owned());
    }
    if !matches(value) {
        violated(format!("satisfy regular expression pattern: {pattern}"));
    }
}

fn is_pool(value: &str) -> bool {
    value.rsplit_once('_').is_some_and(|(region, id)| {
        let word = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_');
        !region.is_empty() && region.chars().all(word) && is_alphanumeric(id)
    })
}

fn is_job(value: &str) -> bool {
    let id = value.strip_prefix("import-");
    id.is_some_and(|id| is_alphanumeric(&id.replace('-', "x")))
}

fn is_alphanumeric(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|letter| letter.is_ascii_alphanumeric())
}

fn declared(error: &str) -> &'static str {
    const DECLARED: [&str; 7] = [
        "InternalErrorException",
        "InvalidParameterException",
        "NotAuthorizedException",
        "OperationNotEnabledException",
        "PreconditionNotMetException",
        "ResourceNotFoundException",
        "TooManyRequestsException",
    ];
    let known = DECLARED.into_iter().find(|name| *name == error);
    known.unwrap_or("InternalErrorException")
}

fn shown((pool, id): &(String, String), job: &Job) -> Value {
    let mut shown = json!({
        "JobId": id,
        "JobName": "seeded",
        "UserPoolId": pool,
        "Status": job.status,
        "CreationDate": 1_736_443_471.781,
        "CloudWatchLogsRoleArn": "arn:aws:iam::123456789012:role/import",
        "PreSignedUrl": "https://example.com/upload",
        "ImportedUsers": 0,
        "SkippedUsers": 0,
        "FailedUsers": 0,
    });
    if !matches!(job.status.as_str(), "Created" | "Expired") {
        shown["StartDate"] = json!(1_736_443_494.154);
    }
    let message = match job.status.as_str() {
        "Stopped" => Some("The Import Job was stopped by the developer."),
        "Succeeded" => Some("Import Job Completed Successfully."),
        "Failed" => Some("Too many users have failed or been skipped during the import."),
        "Expired" => Some("The user import job has expired."),
        _ => None,
    };
    if let Some(message) = message {
        shown["CompletionDate"] = json!(1_736_443_496.379);
        shown["CompletionMessage"] = json!(message);
    }
    json!({ "UserImportJob": shown })
}
