//! One difference between what was expected and what came, as data. Text is made of it when it is shown.

use std::fmt;
use std::str::FromStr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::case::Act;
use crate::contract::{Status, is_known};
use crate::oracle::permitted::Answer;
use crate::oracle::statuses::Statuses;
use crate::visible::on_a_line;
use crate::wire::{Envelope, Response, redact};

/// The most characters of a response that a violation quotes: enough to recognise it, and a hostile one cannot fill a report.
const QUOTE_LENGTH_MAX: usize = 200;

/// One difference between what was expected and what came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// The step of a sequence or a race whose response it is in. None where there is one response only.
    pub step: Option<Step>,
    /// Where.
    pub facet: Facet,
    /// The value that was expected there.
    pub expected: Expected,
    /// The value that came.
    pub actual: Actual,
}

/// A step of a sequence or a race.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Step {
    /// What was done.
    pub act: Act,
    /// Whether it is the look at what a race came to.
    pub is_afterwards: bool,
}

/// A part of a response, or of what became of a job.
#[derive(
    Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(try_from = "String", into = "String")]
#[schemars(with = "String")]
pub enum Facet {
    /// Whether there is a response, and the response as a whole.
    Response,
    /// How long it took.
    Elapsed,
    /// The HTTP status.
    Status,
    /// The error type, wherever it is told.
    ErrorType,
    /// The error message, whichever member tells it.
    Message,
    /// The header of this name, in lower case.
    Header(String),
    /// The body, or what this JSON Pointer leads to in it.
    Body(String),
    /// The job afterwards, or this member of it.
    State(Option<String>),
}

/// The content that a facet should have had.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Expected {
    /// One of these responses.
    Responses(Vec<Answer>),
    /// One of these statuses.
    Statuses(Vec<u16>),
    /// The status of this error.
    StatusOf {
        /// The status.
        status: u16,
        /// The error.
        error: &'static str,
    },
    /// One of these error types.
    ErrorTypes(Vec<String>),
    /// A refusal.
    Refusal,
    /// A job in one of these statuses.
    JobStatus(Statuses),
    /// A job that is stopped, within so many milliseconds or for good.
    Stopped {
        /// How long was waited for it.
        within_ms: Option<u64>,
    },
    /// A job that this request does not stop.
    NotStopped,
    /// A value of this type.
    Type(&'static str),
    /// This value.
    Value(Value),
    /// One of these texts.
    OneOf(Vec<String>),
    /// A text that this pattern matches.
    Matches(String),
    /// The value that it had before.
    Unchanged(Value),
    /// This number, or a higher one.
    AtLeast(Value),
    /// A date not before that of another member.
    NotBefore {
        /// The member.
        member: &'static str,
        /// Its date.
        date: Value,
    },
    /// A number not above the one at this JSON Pointer.
    NotAbove(String),
    /// Something.
    Present,
    /// Nothing.
    Absent,
    /// A response that the unchanged request does not get.
    Distinct,
    /// In words, which no code reads.
    Told(String),
}

/// The content that a facet had.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Actual {
    /// Nothing.
    Missing,
    /// A status, and how the response reads where that says more.
    Status(u16, Option<String>),
    /// An error as status and type.
    Error(u16, Option<String>),
    /// A success, whatever it shows.
    Success,
    /// A job in this status.
    JobStatus(Status),
    /// A job in this status after an operation on it was refused with this error.
    JobStatusAfter(Status, Box<Self>),
    /// A null, a boolean, a number or a string.
    Value(Value),
    /// A list or an object, as it begins.
    Nested(String),
    /// A text: of a header, a message, an error type.
    Text(String),
    /// A close without a response.
    Closed,
    /// In words, which no code reads.
    Told(String),
}

impl Violation {
    /// A violation in a response that is no step of several.
    pub fn new(facet: Facet, expected: Expected, actual: Actual) -> Self {
        Self {
            step: None,
            facet,
            expected,
            actual,
        }
    }

    /// A wrong status of the job afterwards. None: it is not shown.
    pub fn of_job_status(expected: Expected, now: Option<Status>) -> Self {
        let actual = now.map_or(Actual::Missing, Actual::JobStatus);
        Self::new(Facet::state("Status"), expected, actual)
    }

    /// True of a success in place of a refusal, and the other way round.
    pub fn is_swap(&self) -> bool {
        let is_granted = |status: u16| status < 400;
        let came = self.actual.http_status().map(is_granted);
        self.facet == Facet::Status && came.is_some_and(|came| came != self.expected.is_success())
    }

    /// Where it is, as reports show it: `status`, `body/UserImportJob/Status`, `StopUserImportJob: body/UserImportJob/Status`.
    pub fn at(&self) -> String {
        match (&self.step, &self.facet) {
            (None, facet) => facet.to_string(),
            (Some(step), Facet::Response) => step.to_string(),
            (Some(step), facet) => format!("{step}: {facet}"),
        }
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sides = [
            self.at(),
            self.expected.to_string(),
            self.actual.to_string(),
        ];
        let [at, expected, actual] = sides.map(|text| on_a_line(&text));
        write!(f, "{at}: wanted {expected}, got {actual}")
    }
}

impl From<Act> for Step {
    fn from(act: Act) -> Self {
        Self {
            act,
            is_afterwards: false,
        }
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let afterwards = if self.is_afterwards {
            ", afterwards"
        } else {
            ""
        };
        write!(f, "{}{afterwards}", self.act.name())
    }
}

impl Facet {
    /// A header.
    pub fn header(name: &str) -> Self {
        Self::Header(name.to_ascii_lowercase())
    }

    /// What a JSON Pointer leads to in the body.
    pub fn body(pointer: &str) -> Self {
        Self::Body(pointer.to_owned())
    }

    /// A member of the job that a success shows.
    pub fn job(member: &str) -> Self {
        Self::Body(format!("/UserImportJob/{member}"))
    }

    /// A member of the job afterwards.
    pub fn state(member: &str) -> Self {
        Self::State(Some(member.to_owned()))
    }

    /// Its name, unless it is what first comes to mind: the status and the error type.
    pub fn of_rest(&self) -> Option<String> {
        let is_first = matches!(self, Self::Status | Self::ErrorType | Self::Response);
        (!is_first).then(|| self.to_string())
    }

    /// True of the message of an error, and of the members that tell it.
    pub fn is_message(&self) -> bool {
        match self {
            Self::Message => true,
            Self::Body(pointer) => matches!(pointer.as_str(), "/message" | "/Message"),
            _ => false,
        }
    }

    /// The member of a job that it is about, of one job or of the jobs of a list, in a response.
    pub fn member(&self) -> Option<&str> {
        let Self::Body(pointer) = self else {
            return None;
        };
        let mut names = pointer.split('/').skip(1);
        match names.next()? {
            "UserImportJob" => names.next(),
            "UserImportJobs" => names.nth(1),
            _ => None,
        }
    }
}

/// As results and reports name it, which is also how it is read back.
impl fmt::Display for Facet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Response => f.write_str("answer"),
            Self::Elapsed => f.write_str("elapsed"),
            Self::Status => f.write_str("status"),
            Self::ErrorType => f.write_str("error type"),
            Self::Message => f.write_str("message"),
            Self::Header(name) => write!(f, "header {name}"),
            Self::Body(pointer) => write!(f, "body{pointer}"),
            Self::State(None) => f.write_str("post"),
            Self::State(Some(member)) => write!(f, "post/{member}"),
        }
    }
}

impl From<Facet> for String {
    fn from(facet: Facet) -> Self {
        facet.to_string()
    }
}

impl TryFrom<String> for Facet {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl FromStr for Facet {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Ok(match text {
            "answer" => Self::Response,
            "elapsed" => Self::Elapsed,
            "status" => Self::Status,
            "error type" => Self::ErrorType,
            "message" => Self::Message,
            "post" => Self::State(None),
            _ => {
                let after = |prefix| text.strip_prefix(prefix);
                let header = after("header ").map(Self::header);
                let body = || after("body").map(Self::body);
                let state = || after("post/").map(Self::state);
                let facet = header.or_else(body).or_else(state);
                facet.ok_or_else(|| format!("`{text}` is no part of a response"))?
            }
        })
    }
}

impl Expected {
    /// In words.
    pub fn told(words: impl Into<String>) -> Self {
        Self::Told(words.into())
    }

    /// What it was before. Endpoints may have shown anything there.
    pub fn unchanged(before: &Value) -> Self {
        match Actual::value(Some(before)) {
            Actual::Value(before) => Self::Unchanged(before),
            other => Self::Told(format!("{other}, as before")),
        }
    }

    /// One job status.
    pub fn status(status: Status) -> Self {
        Self::JobStatus(Statuses::of(&[status]))
    }

    /// One error type.
    pub fn error(name: impl Into<String>) -> Self {
        Self::ErrorTypes(vec![name.into()])
    }

    /// The error types that it names.
    pub fn error_types(&self) -> impl Iterator<Item = &str> {
        let names: Vec<&str> = match self {
            Self::Responses(answers) => {
                let types = answers.iter().flat_map(Answer::error_types);
                types.collect()
            }
            Self::ErrorTypes(names) => names.iter().map(String::as_str).collect(),
            Self::StatusOf { error, .. } => vec![error],
            // A pattern may be the name of a type, with the colon that the header has behind it.
            Self::Matches(pattern) => {
                let name = pattern.trim_end_matches(':');
                is_known(name).then_some(name).into_iter().collect()
            }
            _ => Vec::new(),
        };
        names.into_iter()
    }

    /// Whether it is a success first of all.
    pub fn is_success(&self) -> bool {
        match self {
            Self::Responses(answers) => answers.first().is_some_and(Answer::is_success),
            Self::Statuses(statuses) => statuses.first() == Some(&200),
            _ => false,
        }
    }
}

impl fmt::Display for Expected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Responses(answers) => f.write_str(&or(answers)),
            Self::Statuses(statuses) => f.write_str(&or(statuses)),
            Self::StatusOf { status, error } => write!(f, "{status} for {error}"),
            Self::ErrorTypes(names) => f.write_str(&or(names)),
            Self::Refusal => f.write_str("a refusal"),
            Self::JobStatus(statuses) => write!(f, "{statuses}"),
            Self::Stopped { within_ms: None } => f.write_str("Stopped on every further read"),
            Self::Stopped {
                within_ms: Some(time),
            } => write!(f, "Stopped within {time} ms"),
            Self::NotStopped => f.write_str("a job that this request does not stop"),
            Self::Type(name) => f.write_str(name),
            Self::Value(value) => write!(f, "{value}"),
            Self::OneOf(values) => f.write_str(&or(values)),
            Self::Matches(pattern) => write!(f, "/{pattern}/"),
            Self::Unchanged(value) => write!(f, "{value}, as before"),
            Self::AtLeast(value) => write!(f, "at least {value}"),
            Self::NotBefore { member, date } => {
                write!(f, "a date not before the {member}, {date}")
            }
            Self::NotAbove(pointer) => write!(f, "a number not above that at {pointer}"),
            Self::Present => f.write_str("a value"),
            Self::Absent => f.write_str("nothing"),
            Self::Distinct => f.write_str("an answer that the unchanged request does not get"),
            Self::Told(words) => f.write_str(words),
        }
    }
}

fn or<T: ToString>(choices: &[T]) -> String {
    let choices: Vec<_> = choices.iter().map(T::to_string).collect();
    choices.join(" or ")
}

impl Actual {
    /// A JSON value, or that there is none.
    pub fn value(value: Option<&Value>) -> Self {
        match value {
            None => Self::Missing,
            Some(Value::String(text)) => Self::Value(Value::String(excerpt(text))),
            Some(value @ (Value::Array(_) | Value::Object(_))) => {
                Self::Nested(excerpt(&value.to_string()))
            }
            Some(value) => Self::Value(value.clone()),
        }
    }

    /// A text, or that there is none.
    pub fn text(text: Option<&str>) -> Self {
        text.map_or(Self::Missing, |text| Self::Text(excerpt(text)))
    }

    /// In words.
    pub fn told(words: impl AsRef<str>) -> Self {
        Self::Told(excerpt(words.as_ref()))
    }

    /// A status with the body beside it.
    pub fn status(response: &Response) -> Self {
        let body = excerpt(&String::from_utf8_lossy(&response.body));
        Self::Status(response.status, Some(body))
    }

    /// An error as its status and its type.
    pub fn error(response: &Response, envelope: &Envelope) -> Self {
        Self::Error(response.status, envelope.error_type().map(excerpt))
    }

    /// The HTTP status that it tells.
    pub fn http_status(&self) -> Option<u16> {
        match self {
            Self::Status(status, _) | Self::Error(status, _) => Some(*status),
            _ => None,
        }
    }

    /// The number that it is.
    pub fn number(&self) -> Option<f64> {
        match self {
            Self::Value(value) => value.as_f64(),
            _ => None,
        }
    }
}

impl fmt::Display for Actual {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing => f.write_str("nothing"),
            Self::Status(status, body) => {
                let body = body.as_deref().unwrap_or_default();
                f.write_str(format!("{status} {body}").trim_end())
            }
            Self::Error(status, Some(name)) => write!(f, "{status} {name}"),
            Self::Error(status, None) => write!(f, "{status} without an error type"),
            Self::Success => f.write_str("a success"),
            Self::JobStatus(status) => write!(f, "{status}"),
            Self::JobStatusAfter(status, refused) => write!(f, "{status}, after {refused}"),
            Self::Value(value) => write!(f, "{value}"),
            Self::Nested(text) | Self::Text(text) | Self::Told(text) => f.write_str(text),
            Self::Closed => f.write_str("a close without an answer"),
        }
    }
}

/// Text without secrets, on one line, shortened.
fn excerpt(text: &str) -> String {
    quote(&redact(text))
}

/// Text on one line, shortened.
pub(crate) fn quote(text: &str) -> String {
    let printable = |letter: char| {
        if letter.is_control() {
            '\u{fffd}'
        } else {
            letter
        }
    };
    let mut quoted: String = text.chars().take(QUOTE_LENGTH_MAX).map(printable).collect();
    if text.chars().nth(QUOTE_LENGTH_MAX).is_some() {
        quoted.push('…');
    }
    quoted
}
