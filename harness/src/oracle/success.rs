//! What a success shows.

use serde_json::{Map, Value};

use crate::case::Level;
use crate::oracle::statuses::Statuses;
use crate::oracle::violation::{Actual, Expected, Facet, Violation};
use crate::wire::{Envelope, Response};

/// Seconds since 1970 that no date of a job comes to, and milliseconds since 1970 have come to since 1973.
const SECONDS_MAX: f64 = 1e11;

/// The members that every recorded answer to a stop has, whatever comes of the job. Their types are an invariant.
pub(crate) const PRESENT: [(&str, Level); 11] = [
    ("CloudWatchLogsRoleArn", Level::Must),
    ("CreationDate", Level::Must),
    ("FailedUsers", Level::Must),
    ("ImportedUsers", Level::Must),
    ("JobId", Level::Must),
    ("JobName", Level::Must),
    ("PreSignedUrl", Level::Should),
    ("SkippedUsers", Level::Must),
    ("StartDate", Level::Must),
    ("Status", Level::Must),
    ("UserPoolId", Level::Must),
];

/// The members that an answer with status Stopped has besides.
pub(crate) const PRESENT_ONCE_STOPPED: [&str; 2] = ["CompletionDate", "CompletionMessage"];

const DATES: [&str; 3] = ["CreationDate", "StartDate", "CompletionDate"];
const COUNTERS: [&str; 3] = ["FailedUsers", "ImportedUsers", "SkippedUsers"];

/// Source: botocore 1.44.5, UserImportJobType.
pub(crate) const ALGORITHMS: [&str; 4] = ["BCRYPT", "SCRYPT", "ARGON2ID", "PBKDF2_SHA256"];

/// What a success with some job breaks.
pub(crate) fn hold_shown(response: &Response, envelope: &Envelope) -> Vec<(Level, Violation)> {
    let mut found = Vec::new();
    if response.status != 200 {
        let expected = Expected::Statuses(vec![200]);
        let actual = Actual::Status(response.status, None);
        let violation = Violation::new(Facet::Status, expected, actual);
        found.push((Level::Must, violation));
    }
    if let Some(name) = envelope.error_type() {
        let actual = Actual::text(Some(name));
        let violation = Violation::new(Facet::ErrorType, Expected::Absent, actual);
        found.push((Level::Should, violation));
    }
    let Some(job) = job(envelope) else {
        let facet = Facet::body("/UserImportJob");
        let actual = Actual::value(envelope.json.as_ref().ok());
        let violation = Violation::new(facet, Expected::Type("an object"), actual);
        found.push((Level::Must, violation));
        return found;
    };
    let mut add = |name: &str, expected: Expected| {
        let actual = Actual::value(job.get(name));
        let violation = Violation::new(Facet::job(name), expected, actual);
        found.push((Level::Must, violation));
    };
    for name in COUNTERS {
        let is_negative = |count: i64| count < 0;
        if job
            .get(name)
            .and_then(Value::as_i64)
            .is_some_and(is_negative)
        {
            add(name, Expected::AtLeast(0.into()));
        }
    }
    for name in DATES {
        if date(job, name).is_some_and(|date| date >= SECONDS_MAX) {
            add(name, Expected::told("seconds since 1970"));
        }
    }
    for (earlier, later) in [(0, 1), (1, 2), (0, 2)].map(|(one, two)| (DATES[one], DATES[two])) {
        if let (Some(first), Some(last)) = (date(job, earlier), date(job, later))
            && first > last
        {
            let (member, date) = (earlier, first.into());
            add(later, Expected::NotBefore { member, date });
        }
    }
    let algorithm = job.get("PasswordHashingAlgorithm").and_then(Value::as_str);
    if algorithm.is_some_and(|name| !ALGORITHMS.contains(&name)) {
        let expected = ALGORITHMS.map(str::to_owned).to_vec();
        add("PasswordHashingAlgorithm", Expected::OneOf(expected));
    }
    found
}

/// What the answer to a stop that was granted breaks.
pub(crate) fn hold_stopped(response: &Response, envelope: &Envelope) -> Vec<(Level, Violation)> {
    let mut found = hold_shown(response, envelope);
    let Some(job) = job(envelope) else {
        return found;
    };
    let status = job.get("Status").and_then(Value::as_str);
    if job.contains_key("Status") && !matches!(status, Some("Stopped" | "Stopping")) {
        let expected = Expected::JobStatus(Statuses::STOPPED);
        let actual = Actual::value(job.get("Status"));
        let violation = Violation::new(Facet::job("Status"), expected, actual);
        found.push((Level::Must, violation));
    }
    let once_stopped = PRESENT_ONCE_STOPPED.map(|name| (name, Level::Must));
    let once_stopped = once_stopped.iter().filter(|_| status == Some("Stopped"));
    for (name, level) in PRESENT.iter().chain(once_stopped) {
        if !job.contains_key(*name) {
            let facet = Facet::job(name);
            let violation = Violation::new(facet, Expected::Present, Actual::Missing);
            found.push((*level, violation));
        }
    }
    found
}

fn job(envelope: &Envelope) -> Option<&Map<String, Value>> {
    envelope
        .json
        .as_ref()
        .ok()?
        .get("UserImportJob")?
        .as_object()
}

fn date(job: &Map<String, Value>, name: &str) -> Option<f64> {
    job.get(name)?.as_f64()
}
