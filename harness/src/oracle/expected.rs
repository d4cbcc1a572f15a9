//! Holds one answer to what a case expects.

use regex::Regex;
use serde_json::Value;

use crate::case::{Answer, Assertion, Expectation, Grade, HeaderAssertion, Ids, JsonType};
use crate::oracle::violation::{Actual, Expected, Facet, Violation, quote};
use crate::wire::{Envelope, Response};

/// What is known besides the answer.
#[derive(Clone, Copy, Debug)]
pub struct Context<'a> {
    /// The ids of the precondition.
    pub ids: &'a Ids,
    /// The job as DescribeUserImportJob showed it before the request.
    pub before: Option<&'a Value>,
}

/// What an answer is worth.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Judgement {
    /// It meets a conformant expectation.
    Conformant {
        /// Whether that expectation is a refusal.
        refusal: bool,
    },
    /// It meets a tolerated expectation of that name.
    Tolerated {
        /// The departure's name.
        flag: String,
        /// Whether that expectation is a refusal.
        refusal: bool,
    },
    /// It meets none. The violations are those of the expectation that came nearest.
    Divergent(Vec<Violation>),
    /// It contradicts none, but something that it is measured by is not known.
    Unknown(String),
}

/// Judges an answer by a case's expectations, of which the first that is met decides.
pub fn judge(expectations: &[Expectation], response: &Response, context: Context<'_>) -> Judgement {
    let envelope = Envelope::read(response);
    let mut nearest: Option<Vec<Violation>> = None;
    let mut unknown = None;
    for expectation in expectations {
        let mut differences = Differences::default();
        compare(expectation, response, &envelope, context, &mut differences);
        if differences.violations.is_empty() {
            if let Some(reason) = differences.unknown {
                unknown.get_or_insert(reason);
                continue;
            }
            let refusal = expectation.is_refusal();
            return match (expectation.grade, &expectation.flag) {
                (Grade::Tolerated, Some(flag)) => Judgement::Tolerated {
                    flag: flag.clone(),
                    refusal,
                },
                _ => Judgement::Conformant { refusal },
            };
        }
        if nearest
            .as_ref()
            .is_none_or(|best| differences.violations.len() < best.len())
        {
            nearest = Some(differences.violations);
        }
    }
    match unknown {
        Some(reason) => Judgement::Unknown(reason),
        None => Judgement::Divergent(nearest.unwrap_or_default()),
    }
}

#[derive(Default)]
struct Differences {
    violations: Vec<Violation>,
    unknown: Option<String>,
}

impl Differences {
    fn add(&mut self, facet: Facet, expected: Expected, actual: Actual) {
        self.violations
            .push(Violation::new(facet, expected, actual));
    }
}

fn compare(
    expectation: &Expectation,
    response: &Response,
    envelope: &Envelope,
    context: Context<'_>,
    differences: &mut Differences,
) {
    if expectation.answer == Some(Answer::Any) {
        return;
    }
    if let Some(status) = expectation.status
        && status != response.status
    {
        let (expected, actual) = (Expected::Statuses(vec![status]), Actual::status(response));
        differences.add(Facet::Status, expected, actual);
    }
    if !expectation.error.is_empty() {
        let got = envelope.error_type();
        if !got.is_some_and(|name| expectation.error.iter().any(|wanted| wanted == name)) {
            let expected = Expected::ErrorTypes(expectation.error.clone());
            differences.add(Facet::ErrorType, expected, Actual::text(got));
        }
    }
    if let Some(pattern) = &expectation.message {
        let got = envelope.message.as_deref();
        if !got.is_some_and(|message| matches_whole(pattern, message)) {
            let expected = Expected::Matches(pattern.clone());
            differences.add(Facet::Message, expected, Actual::text(got));
        }
    }
    for header in &expectation.headers {
        compare_header(header, response, differences);
    }
    if expectation.body.is_empty() {
        return;
    }
    match &envelope.json {
        Ok(json) => {
            for assertion in &expectation.body {
                compare_body(assertion, json, context, differences);
            }
        }
        Err(error) => {
            let body = quote(&String::from_utf8_lossy(&response.body));
            let actual = Actual::told(format!("{body} ({error})"));
            differences.add(Facet::body(""), Expected::Type("JSON"), actual);
        }
    }
}

fn compare_header(assertion: &HeaderAssertion, response: &Response, differences: &mut Differences) {
    let got = response.header(&assertion.name);
    let facet = Facet::header(&assertion.name);
    if let Some(present) = assertion.present
        && present != got.is_some()
    {
        let expected = match present {
            true => Expected::Present,
            false => Expected::Absent,
        };
        differences.add(facet.clone(), expected, Actual::text(got));
    }
    if let Some(pattern) = &assertion.matches
        && !got.is_some_and(|value| matches_whole(pattern, value))
    {
        differences.add(facet, Expected::Matches(pattern.clone()), Actual::text(got));
    }
}

fn compare_body(
    assertion: &Assertion,
    json: &Value,
    context: Context<'_>,
    differences: &mut Differences,
) {
    let facet = Facet::body(&assertion.at);
    let Some(value) = json.pointer(&assertion.at) else {
        if assertion.absent.is_none() && !assertion.optional {
            differences.add(facet, expected(assertion), Actual::Missing);
        }
        return;
    };
    let holds = if let Some(json_type) = assertion.json_type {
        is_of(value, json_type)
    } else if !assertion.one_of.is_empty() {
        value
            .as_str()
            .is_some_and(|text| assertion.one_of.iter().any(|one| one == text))
    } else if let Some(member) = &assertion.given {
        value.as_str() == Some(context.ids.of(member))
    } else if let Some(least) = assertion.at_least {
        value.as_f64().is_some_and(|number| number >= least as f64)
    } else if let Some(other) = &assertion.not_after {
        match (value.as_f64(), json.pointer(other).map(Value::as_f64)) {
            (Some(earlier), Some(Some(later))) => earlier <= later,
            // Without the later one there is no order to break.
            (Some(_), None) => true,
            _ => false,
        }
    } else if let Some(pattern) = &assertion.matches {
        value
            .as_str()
            .is_some_and(|text| matches_whole(pattern, text))
    } else if assertion.unchanged.is_some() || assertion.not_lowered.is_some() {
        let place = assertion
            .at
            .strip_prefix("/UserImportJob")
            .unwrap_or(&assertion.at);
        match context.before.and_then(|job| job.pointer(place)) {
            Some(before) => return compare_before(assertion, before, value, differences),
            None => {
                differences.unknown.get_or_insert(format!(
                    "DescribeUserImportJob showed no {} to compare with before the request",
                    place.trim_start_matches('/')
                ));
                return;
            }
        }
    } else {
        // Only `absent` is left, and the place is there.
        false
    };
    if !holds {
        differences.add(facet, expected(assertion), Actual::value(Some(value)));
    }
}

/// Holds a value to what it was before the request.
fn compare_before(
    assertion: &Assertion,
    before: &Value,
    value: &Value,
    differences: &mut Differences,
) {
    let (holds, expected) = match (before.as_f64(), value.as_f64()) {
        (Some(old), Some(new)) if assertion.not_lowered.is_some() => {
            (old <= new, Expected::AtLeast(before.clone()))
        }
        _ => (same(before, value), Expected::unchanged(before)),
    };
    if !holds {
        let facet = Facet::body(&assertion.at);
        differences.add(facet, expected, Actual::value(Some(value)));
    }
}

/// Whether two values say the same: numbers by their value, since 1.5E9 and 1500000000 are one moment.
pub(crate) fn same(one: &Value, other: &Value) -> bool {
    match (one.as_f64(), other.as_f64()) {
        (Some(one), Some(other)) => one == other,
        _ => one == other,
    }
}

fn expected(assertion: &Assertion) -> Expected {
    if let Some(json_type) = assertion.json_type {
        Expected::Type(json_type.name())
    } else if !assertion.one_of.is_empty() {
        Expected::OneOf(assertion.one_of.clone())
    } else if let Some(member) = &assertion.given {
        Expected::told(format!("the {member} of the request"))
    } else if let Some(least) = assertion.at_least {
        Expected::AtLeast(least.into())
    } else if let Some(other) = &assertion.not_after {
        Expected::NotAbove(other.clone())
    } else if let Some(pattern) = &assertion.matches {
        Expected::Matches(pattern.clone())
    } else if assertion.unchanged.is_some() {
        Expected::told("what it was before the request")
    } else if assertion.not_lowered.is_some() {
        Expected::told("not below what it was before the request")
    } else {
        Expected::Absent
    }
}

fn is_of(value: &Value, json_type: JsonType) -> bool {
    match json_type {
        JsonType::String => value.is_string(),
        JsonType::Number => value.is_number(),
        JsonType::Integer => value.is_i64() || value.is_u64(),
        JsonType::Boolean => value.is_boolean(),
        JsonType::Object => value.is_object(),
        JsonType::Array => value.is_array(),
        JsonType::Null => value.is_null(),
    }
}

/// Whether a pattern matches the whole text. The suite's check has compiled it once already.
fn matches_whole(pattern: &str, text: &str) -> bool {
    Regex::new(&format!(r"\A(?:{pattern})\z")).is_ok_and(|regex| regex.is_match(text))
}
