//! Values for a member: valid ones, near misses, and ones of the wrong kind.
//!
//! Blind bytes never match a pattern, so that most choices start from something valid and break one thing.

use arbitrary::{Result, Unstructured};

use crate::case::MemberValue;
use crate::contract::Constraint;

/// Letters that a careless pattern takes for word characters, that a trim takes away, or that break a line or a string.
const ODD: [char; 16] = [
    ' ',
    '\t',
    '\n',
    '\r',
    '\0',
    '_',
    '-',
    '.',
    '/',
    '%',
    '"',
    '\\',
    'é',
    '١',
    'ａ',
    '\u{1f600}',
];

/// JSON that is no string.
const FRAGMENTS: [&str; 12] = [
    "null",
    "true",
    "false",
    "0",
    "-1",
    "1.5",
    "1e400",
    "[]",
    "[\"import-a\"]",
    "{}",
    "{\"a\":{}}",
    "\"\\ud800\"",
];

/// The most characters of a generated value: well past the limit, and short enough to be read in a finding.
const LENGTH_MAX: usize = 80;

/// A value for a constrained member.
pub(crate) fn value(constraint: &Constraint, input: &mut Unstructured<'_>) -> Result<MemberValue> {
    match input.int_in_range(0..=9u8)? {
        0..=2 => given(constraint, input),
        3..=5 => Ok(text(valid(constraint, input)?)),
        6..=7 => Ok(text(near_miss(valid(constraint, input)?, input)?)),
        8 => Ok(MemberValue {
            json: Some((*input.choose(&FRAGMENTS)?).to_owned()),
            ..MemberValue::default()
        }),
        _ => Ok(text(
            input
                .arbitrary::<String>()?
                .chars()
                .take(LENGTH_MAX)
                .collect(),
        )),
    }
}

/// The real id with something before or behind it: an endpoint that trims or searches finds it.
fn given(constraint: &Constraint, input: &mut Unstructured<'_>) -> Result<MemberValue> {
    let odd = input.choose(&ODD)?.to_string();
    let (prefix, suffix) = if input.arbitrary()? {
        (odd, String::new())
    } else {
        (String::new(), odd)
    };
    Ok(MemberValue {
        given: Some(constraint.member.to_owned()),
        prefix,
        suffix,
        ..MemberValue::default()
    })
}

/// A text that matches, of a length that is often at a limit.
fn valid(constraint: &Constraint, input: &mut Unstructured<'_>) -> Result<String> {
    let head = if constraint.member == "JobId" {
        "import-"
    } else {
        "us-east-1_"
    };
    let max = constraint.length_max;
    let length = match input.int_in_range(0..=3u8)? {
        0 => max,
        1 => max + 1,
        2 => head.len() + 1,
        _ => input.int_in_range(head.len() + 1..=LENGTH_MAX)?,
    };
    let mut text = head.to_owned();
    while text.len() < length {
        text.push(char::from(*input.choose(b"0189azAZ")?));
    }
    Ok(text)
}

/// A text with one letter put in, taken out or exchanged.
fn near_miss(text: String, input: &mut Unstructured<'_>) -> Result<String> {
    let mut letters: Vec<char> = text.chars().collect();
    let at = input.choose_index(letters.len().max(1))?;
    let odd = *input.choose(&ODD)?;
    match input.int_in_range(0..=3u8)? {
        0 => letters.insert(at, odd),
        1 => letters[at] = odd,
        2 => {
            letters.remove(at);
        }
        _ => letters.push(odd),
    }
    Ok(letters.into_iter().collect())
}

fn text(text: String) -> MemberValue {
    MemberValue {
        text: Some(text),
        ..MemberValue::default()
    }
}
