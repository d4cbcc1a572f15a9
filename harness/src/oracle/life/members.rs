//! What two readings of one job must have in common, and what one reading must be in itself.

use serde_json::{Map, Value};

use crate::case::Level;
use crate::contract::Status;
use crate::oracle::life::model::LifeBreach;
use crate::oracle::life::rules::{
    COMPLETION_MEANS_END, COMPLETION_SHOWN, COMPLETION_STAYS, COUNTERS_NEVER_FALL, COUNTERS_REST,
    DATES_IN_ORDER, IDENTITY, READ_AFTER_STOP, READ_AFTER_WRITE, ROLE_STAYS, START_DATE_STAYS,
};
use crate::oracle::rule::Rule;
use crate::oracle::same;
use crate::oracle::violation::{Actual, Expected, Facet, Step, Violation};

/// The members of a job, as an answer shows them.
pub(crate) type Members = Map<String, Value>;

const COUNTERS: [&str; 3] = ["FailedUsers", "ImportedUsers", "SkippedUsers"];
const DATES: [&str; 3] = ["CreationDate", "StartDate", "CompletionDate"];
const COMPLETION: [&str; 2] = ["CompletionDate", "CompletionMessage"];

/// Where a job is shown.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    /// In the response to this.
    pub(crate) step: Step,
    /// At this JSON Pointer in its body.
    pub(crate) pointer: String,
}

impl Place {
    /// As the one job of a response.
    pub(crate) fn alone(step: impl Into<Step>) -> Self {
        Self {
            step: step.into(),
            pointer: "/UserImportJob".to_owned(),
        }
    }

    /// A violation in one of its members.
    pub(crate) fn violation(&self, name: &str, expected: Expected, actual: Actual) -> Violation {
        Violation {
            step: Some(self.step),
            facet: Facet::Body(format!("{}/{name}", self.pointer)),
            expected,
            actual,
        }
    }
}

/// What was done to a job between two readings that may have moved its members.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Since {
    pub(crate) started: bool,
    pub(crate) stopped: bool,
}

/// What one reading breaks by itself.
pub(crate) fn hold_one(now: &Members, place: &Place, found: &mut Vec<LifeBreach>) {
    for (earlier, later) in [(0, 1), (1, 2), (0, 2)].map(|(one, two)| (DATES[one], DATES[two])) {
        if let (Some(first), Some(last)) = (date(now, earlier), date(now, later))
            && first > last
            && !is_rounding(first, last)
        {
            let (member, date) = (earlier, first.into());
            let expected = Expected::NotBefore { member, date };
            add(
                found,
                DATES_IN_ORDER,
                place,
                later,
                expected,
                now.get(later),
            );
        }
    }
    match status(now) {
        Some(Status::Stopped) => {
            for member in COMPLETION
                .into_iter()
                .filter(|name| !now.contains_key(*name))
            {
                let (rule, expected) = (COMPLETION_SHOWN, Expected::Present);
                add(found, rule, place, member, expected, None);
            }
        }
        Some(Status::Created | Status::Pending | Status::InProgress) => {
            let date = now.get("CompletionDate").filter(|date| !date.is_null());
            if date.is_some() {
                let (rule, name) = (COMPLETION_MEANS_END, "CompletionDate");
                add(found, rule, place, name, Expected::Absent, date);
            }
        }
        _ => {}
    }
}

/// What a reading breaks beside an earlier one.
pub(crate) fn hold_two(
    before: &Members,
    now: &Members,
    since: Since,
    place: &Place,
    found: &mut Vec<LifeBreach>,
) {
    let mut unchanged = |rule: Rule, name: &str| {
        if let (Some(old), Some(new)) = (before.get(name), now.get(name))
            && !same(old, new)
            && !are_rounded(old, new)
        {
            let expected = Expected::unchanged(old);
            add(found, rule, place, name, expected, Some(new));
        }
    };
    for name in ["JobId", "JobName", "UserPoolId", "CreationDate"] {
        unchanged(IDENTITY, name);
    }
    unchanged(ROLE_STAYS, "CloudWatchLogsRoleArn");
    let (old, new) = (status(before), status(now));
    // A job that waits is dated anew when it begins.
    let has_begun = |status: Status| {
        status.is_finished() || matches!(status, Status::InProgress | Status::Stopped)
    };
    if !since.started && old.is_some_and(has_begun) {
        unchanged(START_DATE_STAYS, "StartDate");
    }
    let is_ended = |status: Option<Status>| {
        status.is_some_and(|status| status.is_finished() || status == Status::Stopped)
    };
    let is_undisturbed = !since.started && !since.stopped;
    if is_undisturbed && old == new && is_ended(new) {
        for name in COMPLETION {
            unchanged(COMPLETION_STAYS, name);
        }
    }
    let is_stopped = is_undisturbed && old == new && new == Some(Status::Stopped);
    if is_stopped {
        for name in COUNTERS {
            unchanged(COUNTERS_REST, name);
        }
    }
    if !since.started {
        let dates = date(before, "StartDate").zip(date(now, "StartDate"));
        if let Some((old, new)) = dates.filter(|_| !old.is_some_and(has_begun))
            && new < old
            && !is_rounding(new, old)
        {
            let (rule, expected) = (START_DATE_STAYS, Expected::AtLeast(old.into()));
            add(
                found,
                rule,
                place,
                "StartDate",
                expected,
                now.get("StartDate"),
            );
        }
    }
    if !since.started && !is_stopped {
        for name in COUNTERS {
            let count = |members: &Members| members.get(name).and_then(Value::as_i64);
            if let (Some(old), Some(new)) = (count(before), count(now))
                && new < old
            {
                let (rule, expected) = (COUNTERS_NEVER_FALL, Expected::AtLeast(old.into()));
                add(found, rule, place, name, expected, now.get(name));
            }
        }
    }
}

fn date(members: &Members, name: &str) -> Option<f64> {
    members.get(name)?.as_f64()
}

/// The status that a reading shows, as far as it is one.
pub(crate) fn status(members: &Members) -> Option<Status> {
    members.get("Status")?.as_str()?.parse().ok()
}

/// Adds a breach about one member.
pub(crate) fn add(
    found: &mut Vec<LifeBreach>,
    rule: Rule,
    place: &Place,
    name: &str,
    expected: Expected,
    actual: Option<&Value>,
) {
    let violation = place.violation(name, expected, Actual::value(actual));
    found.push(LifeBreach::new(rule, violation));
}

impl LifeBreach {
    pub(crate) fn new(rule: Rule, violation: Violation) -> Self {
        Self {
            rule,
            level: rule.level,
            violation,
            is_past: false,
        }
    }

    /// Of a response as a whole.
    pub(crate) fn of_response(
        rule: Rule,
        step: impl Into<Step>,
        expected: Expected,
        actual: Actual,
    ) -> Self {
        let violation = Violation {
            step: Some(step.into()),
            facet: Facet::Response,
            expected,
            actual,
        };
        Self::new(rule, violation)
    }

    /// The same of a reading that was behind, and has caught up since.
    pub(crate) fn behind(self) -> Self {
        let rule = match self.rule {
            READ_AFTER_STOP => READ_AFTER_STOP,
            _ => READ_AFTER_WRITE,
        };
        Self::new(rule, self.violation)
    }

    /// The same, at most as firm as a level.
    pub(crate) fn at_most(mut self, level: Level) -> Self {
        self.level = self.level.max(level);
        self
    }
}

/// Recorded samples have dates with and without a fraction: one moment may be written both ways.
fn are_rounded(one: &Value, other: &Value) -> bool {
    matches!((one.as_f64(), other.as_f64()), (Some(one), Some(other)) if is_rounding(one, other))
}

fn is_rounding(one: f64, other: f64) -> bool {
    let is_whole = |date: f64| date.fract() == 0.0;
    // Counters are whole numbers on both sides and never meet here with a difference below one.
    (is_whole(one) != is_whole(other)) && (one - other).abs() < 1.0
}
