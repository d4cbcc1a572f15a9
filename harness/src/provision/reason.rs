//! Reasons: why a fixture is not there, or why a case was not judged.
//!
//! A reason is data. Two reasons with the same [`Reason::key`] are the same to a reader, whatever ids, URLs or numbers they
//! hold; text is made only where it is shown.

use std::fmt;

use crate::case::{Given, JobState};
use crate::contract::{Operation, Status};
use crate::target::Failure;
use crate::visible::{masked, on_a_line};
use crate::wire::{Envelope, Response, is_throttled};

/// The most characters of a response that a reason quotes.
const QUOTE_LENGTH_MAX: usize = 160;

/// Why a fixture is not there, or why a case was not judged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reason {
    /// The driver cannot make the endpoint answer an injected error.
    NoInjectedErrors {
        /// The driver.
        driver: &'static str,
    },
    /// The driver has no second started job.
    NoSecondJob {
        /// The driver.
        driver: &'static str,
    },
    /// A job expires only after a day.
    ExpiresAfterADay,
    /// The profile's fixed jobs have none for a state.
    NoFixedJob(JobState),
    /// It takes more active jobs than the endpoint allows.
    ActiveJobs {
        /// How many it takes.
        needed: usize,
        /// How many are allowed.
        limit: usize,
    },
    /// The profile has no credentials to make a signature with.
    NoCredentials,
    /// The request cannot be sent as it is meant.
    Unsendable(String),
    /// An operation was refused.
    Refused {
        /// The operation.
        operation: Operation,
        /// The HTTP status.
        status: u16,
        /// The error type.
        error: Option<String>,
        /// The beginning of the response.
        excerpt: String,
        /// Why the job has no CSV file, where it has none.
        no_file: Option<Box<NoFile>>,
    },
    /// An operation brought no response.
    Unanswered {
        /// The operation.
        operation: Operation,
        /// What happened instead.
        failure: Failure,
    },
    /// The request of the case itself brought no response.
    NoResponse(Failure),
    /// A response said "not now".
    Throttled {
        /// The operation, where it was not the request of a case.
        operation: Option<Operation>,
    },
    /// A server failed on a request that may be luck: it is sent again.
    ServerFailed {
        /// The HTTP status.
        status: u16,
    },
    /// A job stayed in one status for as long as it was watched.
    Stuck {
        /// The status that was waited for.
        wanted: Status,
        /// The status that it stayed in.
        last: Status,
        /// How long, in seconds.
        waited_s: u64,
        /// Why the job has no CSV file, where it has none.
        no_file: Option<Box<NoFile>>,
    },
    /// No job was seen in a status: each was past it when it was read.
    Passed {
        /// The status that was wanted.
        wanted: Status,
        /// The status of the last job.
        last: Status,
        /// Why the job has no CSV file, where it has none.
        no_file: Option<Box<NoFile>>,
    },
    /// A job is in another status than its driver said.
    WrongStatus {
        /// What was asked for.
        given: Given,
        /// What DescribeUserImportJob shows.
        shown: Status,
    },
    /// DescribeUserImportJob shows no readable Status.
    NoStatus {
        /// The status that cannot be told, where one was asked for.
        wanted: Option<Status>,
    },
    /// A fixed job was used before, and shows no Status.
    UsedUp(Given),
    /// Other jobs of ours stayed active for as long as they were waited for.
    OthersActive,
    /// A fixed job is held by another case.
    Busy {
        /// How long it was waited for, in seconds.
        waited_s: u64,
    },
    /// Every shared pool is the job's own.
    NoOtherPool,
    /// Pools cannot be deleted, so that no more are made.
    DeletesFail {
        /// What the last one came to.
        why: String,
    },
    /// A fixture was not made in time.
    SlowToMake {
        /// What was asked for.
        given: Given,
        /// How long it was waited for, in seconds.
        waited_s: u64,
    },
    /// The user's own program or code says that it cannot make it.
    Said(String),
    /// The user's program broke its protocol.
    Program {
        /// The command.
        command: String,
        /// What it did.
        why: String,
    },
    /// The control of a refusal could not be sent.
    Control(Box<Self>),
    /// The job ended by itself around the request.
    EndedByItself,
    /// The state afterwards cannot be read.
    StateUnread,
    /// What the response is compared with was not shown before.
    NotComparable(String),
    /// The endpoint says that it does not implement the operation.
    NotImplemented {
        /// The operation.
        operation: Operation,
        /// The beginning of the response.
        excerpt: String,
    },
    /// What is wrong with the answer is told under these rules.
    Shadowed(Vec<String>),
    /// No case of an invariant was sent.
    NothingSent,
    /// There was no response that an invariant could be held to.
    NothingReceived,
    /// The operation never succeeded, so that keeping an invariant proves nothing.
    NeverSucceeded,
    /// The endpoint stopped answering.
    StoppedAnswering,
    /// The cases of the same requirement brought no response, so that the rest of them was not sent.
    LikeTheOthers(Box<Self>),
    /// The deadline passed first.
    OutOfTime,
    /// The user ended the run.
    Interrupted,
    /// The run is being cleaned up.
    Ending,
    /// What a recording says.
    Recorded {
        /// The key that it was recorded with.
        key: String,
        /// Its words.
        why: String,
        /// Whether the driver ruled it out.
        by_design: bool,
    },
    /// A recording does not hold what a case needs today.
    NotRecorded(String),
    /// fullstop itself failed.
    InternalError(String),
    /// No reason, but a remark on a verdict.
    Note(String),
}

/// Why a job has no CSV file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NoFile {
    /// CreateUserImportJob showed no PreSignedUrl.
    NoUrl,
    /// The PreSignedUrl is none that a file may be put to.
    Forbidden(String),
    /// The upload brought no response.
    Unanswered(Failure),
    /// The upload was refused.
    Refused {
        /// Where the file was put.
        origin: String,
        /// The HTTP status.
        status: u16,
    },
    /// Uploads before it failed, so that this one was not tried.
    LikeTheOthers(Box<Self>),
}

impl Reason {
    /// That an operation was refused.
    pub(crate) fn refused(operation: Operation, response: &Response) -> Self {
        Self::Refused {
            operation,
            status: response.status,
            error: Envelope::read(response).error_type().map(short),
            excerpt: excerpt(response),
            no_file: None,
        }
    }

    /// Whether an operation that a precondition or a control needs was refused.
    pub(crate) fn is_refusal(&self) -> bool {
        match self {
            Self::Refused { .. } => true,
            Self::Control(why) => why.is_refusal(),
            _ => false,
        }
    }

    /// The same reason, with what may be to blame for it.
    pub(crate) fn without_file(self, missing: Option<Box<NoFile>>) -> Self {
        match self {
            Self::Refused {
                operation,
                status,
                error,
                excerpt,
                no_file,
            } => Self::Refused {
                operation,
                status,
                error,
                excerpt,
                no_file: no_file.or(missing),
            },
            other => other,
        }
    }

    /// What it shares with reasons that mean the same to a reader.
    pub fn key(&self) -> String {
        match self {
            Self::NoInjectedErrors { driver } => format!("no-injected-errors {driver}"),
            Self::NoSecondJob { driver } => format!("no-second-job {driver}"),
            Self::ExpiresAfterADay => "expires-after-a-day".to_owned(),
            Self::NoFixedJob(state) => format!("no-fixed-job {}", String::from(*state)),
            Self::ActiveJobs { .. } => "active-jobs".to_owned(),
            Self::NoCredentials => "no-credentials".to_owned(),
            Self::Unsendable(_) => "unsendable".to_owned(),
            Self::Refused {
                operation,
                status,
                error,
                no_file,
                ..
            } => format!(
                "refused {operation} {status} {}{}",
                error.as_deref().unwrap_or("-"),
                of_file(no_file.as_deref())
            ),
            Self::Unanswered { operation, failure } => {
                format!("unanswered {operation} {}", failure.kind())
            }
            Self::NoResponse(failure) => format!("no-response {}", failure.kind()),
            Self::Throttled { .. } => "throttled".to_owned(),
            Self::ServerFailed { .. } => "server-failed".to_owned(),
            Self::Stuck {
                wanted,
                last,
                no_file,
                ..
            } => format!("stuck {wanted} {last}{}", of_file(no_file.as_deref())),
            Self::Passed {
                wanted,
                last,
                no_file,
            } => format!("passed {wanted} {last}{}", of_file(no_file.as_deref())),
            Self::WrongStatus { given, shown } => format!("wrong-status {given} {shown}"),
            Self::NoStatus { .. } => "no-status".to_owned(),
            Self::UsedUp(given) => format!("used-up {given}"),
            Self::OthersActive => "others-active".to_owned(),
            Self::Busy { .. } => "busy".to_owned(),
            Self::NoOtherPool => "no-other-pool".to_owned(),
            Self::DeletesFail { .. } => "deletes-fail".to_owned(),
            Self::SlowToMake { given, .. } => format!("slow-to-make {given}"),
            Self::Said(why) => format!("said {}", masked(why)),
            Self::Program { .. } => "program".to_owned(),
            Self::Control(reason) => reason.key(),
            Self::EndedByItself => "ended-by-itself".to_owned(),
            Self::StateUnread => "state-unread".to_owned(),
            Self::NotComparable(_) => "not-comparable".to_owned(),
            Self::NotImplemented { operation, .. } => format!("not-implemented {operation}"),
            Self::Shadowed(rules) => format!("shadowed {}", rules.join(" ")),
            Self::NothingSent => "nothing-sent".to_owned(),
            Self::NothingReceived => "nothing-received".to_owned(),
            Self::NeverSucceeded => "never-succeeded".to_owned(),
            Self::StoppedAnswering => "stopped-answering".to_owned(),
            Self::LikeTheOthers(reason) => reason.key(),
            Self::OutOfTime => "out-of-time".to_owned(),
            Self::Interrupted => "interrupted".to_owned(),
            Self::Ending => "ending".to_owned(),
            Self::Recorded { key, .. } => key.clone(),
            Self::NotRecorded(_) => "not-recorded".to_owned(),
            Self::InternalError(_) => "internal-error".to_owned(),
            Self::Note(text) => format!("note {}", masked(text)),
        }
    }

    /// What a user can do about it: a setting or a flag, where one helps.
    pub fn hint(&self) -> Option<&'static str> {
        Some(match self {
            Self::NoInjectedErrors { .. } | Self::NoSecondJob { .. } => {
                "a `command` driver in the profile can make it: docs/profiles.md"
            }
            Self::ExpiresAfterADay => "give an expired job with the `fixed` or `command` driver",
            Self::NoFixedJob(_) => "add it to `provision.jobs` in the profile",
            Self::NoCredentials => "set `credentials` in the profile",
            Self::Refused {
                no_file: Some(file),
                ..
            }
            | Self::Stuck {
                no_file: Some(file),
                ..
            }
            | Self::Passed {
                no_file: Some(file),
                ..
            } => return file.hint(),
            Self::Refused {
                status: 401 | 403, ..
            } => "check `credentials` in the profile",
            Self::Unanswered { failure, .. } | Self::NoResponse(failure) => return failure.hint(),
            Self::Throttled { .. } => {
                "lower the rate: `requests_per_second` in the profile, or FULLSTOP_REQUESTS_PER_SECOND=5"
            }
            Self::Passed { .. } => "imports end too quickly: try `users = 5000` under `provision`",
            Self::Stuck { .. } => {
                "jobs must reach that status by themselves, or through a `command` driver"
            }
            Self::DeletesFail { .. } => "make DeleteUserPool work, or say --keep",
            Self::Control(reason) | Self::LikeTheOthers(reason) => return reason.hint(),
            Self::EndedByItself => "imports end too quickly: try `users = 5000` under `provision`",
            Self::NotImplemented { .. } => "`fullstop doctor` shows which operations are there",
            Self::StoppedAnswering => "try --concurrency 2",
            Self::OutOfTime => "give it more time with --deadline",
            _ => return None,
        })
    }

    /// Whether no endpoint could do anything about it: the driver or the profile rules it out. An invariant sends nothing by
    /// itself: where nothing came to hold it to, the cases say why.
    pub fn is_by_design(&self) -> bool {
        match self {
            Self::NothingSent | Self::NothingReceived => true,
            Self::NoInjectedErrors { .. }
            | Self::NoSecondJob { .. }
            | Self::ExpiresAfterADay
            | Self::NoFixedJob(_)
            | Self::ActiveJobs { .. }
            | Self::NoCredentials
            | Self::Unsendable(_) => true,
            Self::Control(reason) => reason.is_by_design(),
            Self::Recorded { by_design, .. } => *by_design,
            _ => false,
        }
    }
}

impl NoFile {
    fn key(&self) -> String {
        match self {
            Self::NoUrl => "no-url".to_owned(),
            Self::Forbidden(_) => "forbidden-url".to_owned(),
            Self::Unanswered(failure) => format!("upload-unanswered {}", failure.kind()),
            Self::Refused { status, .. } => format!("upload-refused {status}"),
            Self::LikeTheOthers(other) => other.key(),
        }
    }

    fn hint(&self) -> Option<&'static str> {
        Some(match self {
            Self::NoUrl => return None,
            Self::Forbidden(_) => {
                "the PreSignedUrl must lead back to the endpoint, or name its host in `upload_hosts` of the profile"
            }
            Self::Unanswered(_) | Self::Refused { .. } => {
                "the PreSignedUrl must accept the CSV file"
            }
            Self::LikeTheOthers(other) => return other.hint(),
        })
    }
}

/// The part of a key that says why a job has no file.
fn of_file(no_file: Option<&NoFile>) -> String {
    no_file.map_or_else(String::new, |file| format!(" ({})", file.key()))
}

/// A response in short, on one line.
pub(crate) fn excerpt(response: &Response) -> String {
    let head = &response.body[..response.body.len().min(4 * QUOTE_LENGTH_MAX)];
    let body = String::from_utf8_lossy(head);
    let body = match page_title(&body) {
        Some(title) => format!("an HTML page, \"{title}\""),
        None => body.split_whitespace().collect::<Vec<_>>().join(" "),
    };
    let to = response.header("location");
    let to = to.map_or_else(String::new, |place| format!(" to {place}"));
    short(&format!("{}{to} {body}", response.status))
        .trim_end()
        .to_owned()
}

/// The title of an HTML page. Gateways and servers for files tell their errors in one.
fn page_title(body: &str) -> Option<&str> {
    let (start, end) = ("<title>", "</title>");
    let lower = body.to_ascii_lowercase();
    let from = lower.find(start)? + start.len();
    let length = lower[from..].find(end)?;
    Some(body[from..from + length].trim())
}

fn short(text: &str) -> String {
    on_a_line(text).chars().take(QUOTE_LENGTH_MAX).collect()
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoInjectedErrors { driver } => {
                write!(f, "the `{driver}` driver cannot inject errors")
            }
            Self::NoSecondJob { driver } => {
                write!(f, "the `{driver}` driver has no second started job")
            }
            Self::ExpiresAfterADay => {
                f.write_str("a job expires 24 to 48 hours after it was created")
            }
            Self::NoFixedJob(state) => write!(
                f,
                "the profile's fixed jobs have none for `{}`",
                String::from(*state)
            ),
            Self::ActiveJobs { needed, limit } => write!(
                f,
                "it takes {needed} active jobs, and the endpoint allows {limit}"
            ),
            Self::NoCredentials => {
                f.write_str("the profile has no credentials to make this signature with")
            }
            Self::Unsendable(why) | Self::Said(why) | Self::NotComparable(why) => f.write_str(why),
            Self::Refused {
                operation,
                excerpt,
                no_file,
                ..
            } => {
                write!(f, "{operation} was answered with {excerpt}")?;
                excuse(f, no_file.as_deref())
            }
            Self::Unanswered { operation, failure } => write!(f, "{operation}: {failure}"),
            Self::NoResponse(failure) => failure.fmt(f),
            Self::Throttled { operation: None } => f.write_str("the endpoint throttles"),
            Self::Throttled {
                operation: Some(operation),
            } => write!(f, "the endpoint throttles {operation}"),
            Self::ServerFailed { status } => write!(f, "the endpoint failed with {status}"),
            Self::Stuck {
                wanted,
                last,
                waited_s,
                no_file,
            } => {
                write!(
                    f,
                    "a job stayed {last} for {waited_s} s and never was {wanted}"
                )?;
                excuse(f, no_file.as_deref())
            }
            Self::Passed {
                wanted,
                last,
                no_file,
            } => {
                write!(f, "no job was seen in {wanted}: the last was {last}")?;
                excuse(f, no_file.as_deref())
            }
            Self::WrongStatus { given, shown } => write!(
                f,
                "{given} was asked for, and DescribeUserImportJob shows {shown}"
            ),
            Self::NoStatus { wanted: None } => {
                f.write_str("DescribeUserImportJob shows no readable Status")
            }
            Self::NoStatus {
                wanted: Some(wanted),
            } => write!(
                f,
                "DescribeUserImportJob shows no readable Status, so that {wanted} cannot be told"
            ),
            Self::UsedUp(given) => write!(
                f,
                "the profile's job for {given} was used before, and DescribeUserImportJob shows no Status of it"
            ),
            Self::OthersActive => f.write_str(
                "other jobs of this run stayed active, and kept this one from being started",
            ),
            Self::Busy { waited_s } => {
                write!(f, "another case has held the job for more than {waited_s} s")
            }
            Self::NoOtherPool => f.write_str("every shared pool is the job's own"),
            Self::DeletesFail { why } => write!(
                f,
                "pools cannot be deleted, so that no more are created: {why}"
            ),
            Self::SlowToMake { given, waited_s } => {
                write!(f, "{given} was not made within {waited_s} s")
            }
            Self::Program { command, why } => {
                write!(f, "the provisioning program `{command}`: {why}")
            }
            Self::Control(reason) => write!(f, "its control: {reason}"),
            Self::EndedByItself => f.write_str("the job ended by itself around the request"),
            Self::StateUnread => f.write_str(
                "the state afterwards is not known, since DescribeUserImportJob shows no readable Status",
            ),
            Self::NotImplemented { operation, excerpt } => write!(
                f,
                "it answers {operation} as one does that has no such operation: {excerpt}"
            ),
            Self::Shadowed(rules) => write!(f, "told under {}", rules.join(" and ")),
            Self::NothingSent => f.write_str("no case of the operation was sent"),
            Self::NothingReceived => f.write_str("there was no response to hold it to"),
            Self::NeverSucceeded => f.write_str(
                "the operation never succeeded, so that keeping it proves nothing",
            ),
            Self::StoppedAnswering => {
                f.write_str("the endpoint has stopped answering, so that nothing more is sent")
            }
            Self::LikeTheOthers(reason) => {
                write!(f, "not sent, since others of its kind came to nothing: {reason}")
            }
            Self::OutOfTime => f.write_str("out of time"),
            Self::Interrupted => f.write_str("the run was interrupted"),
            Self::Ending => f.write_str("the run is ending"),
            Self::Recorded { why, .. } | Self::NotRecorded(why) => f.write_str(why),
            Self::InternalError(why) => write!(f, "fullstop failed: {why}"),
            Self::Note(text) => f.write_str(text),
        }
    }
}

impl fmt::Display for NoFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoUrl => f.write_str("CreateUserImportJob showed no PreSignedUrl"),
            Self::Forbidden(why) => f.write_str(why),
            Self::Unanswered(failure) => write!(f, "the upload: {failure}"),
            Self::Refused { origin, status } => {
                write!(f, "the upload to {origin} was answered with {status}")
            }
            Self::LikeTheOthers(other) => write!(f, "uploads before it failed: {other}"),
        }
    }
}

/// What may be to blame for a job that did not do as it should.
fn excuse(f: &mut fmt::Formatter<'_>, no_file: Option<&NoFile>) -> fmt::Result {
    match no_file {
        Some(why) => write!(f, " (it has no CSV file: {why})"),
        None => Ok(()),
    }
}

/// Whether a response is neither an answer nor a refusal: a throttle, or a server that failed.
pub(crate) fn is_passing(response: &Response) -> bool {
    response.status >= 500 || is_throttled(response)
}
