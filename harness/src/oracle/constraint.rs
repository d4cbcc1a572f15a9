//! Whether a text satisfies a member's constraints, and how firmly it does not.
//!
//! The two patterns are matched by hand. A matcher shared with the reference endpoint would hide a slip of its own.

use crate::case::{Ids, Level};
use crate::contract::{Constraint, JOB_ID, USER_POOL_ID};

/// How firmly a text must be refused as a UserPoolId; not at all where it satisfies the constraints.
pub fn pool_fault(text: &str) -> Option<Level> {
    fault(&USER_POOL_ID, text, is_pool, |text| {
        if text.is_ascii() {
            return is_pool(text);
        }
        is_pool(text.chars().map(ascii_word).collect::<String>().as_str())
            // Behind the last underscore the pattern names its letters.
            && text.rsplit('_').next().is_some_and(str::is_ascii)
    })
}

/// How firmly a text must be refused as a JobId; not at all where it satisfies the constraints.
pub fn job_fault(text: &str) -> Option<Level> {
    fault(&JOB_ID, text, is_job, is_job)
}

/// Whether ids satisfy their constraints. An endpoint may hand out others, and then no request is as valid as it seems.
pub fn are_well_formed(ids: &Ids) -> bool {
    pool_fault(&ids.pool).is_none() && job_fault(&ids.job).is_none()
}

/// Lengths and patterns are documented and modelled, and the recorded matches are of the whole value
/// (aws/aws-sdk-js#3344). Yet AWS exports the patterns between `^` and `$`, which in some languages leaves room for an
/// end of line, and `\w` is wider than ASCII in some: what only such a reading accepts should be refused, no more.
fn fault(
    constraint: &Constraint,
    text: &str,
    matches: fn(&str) -> bool,
    matches_loosely: impl Fn(&str) -> bool,
) -> Option<Level> {
    let length = text.chars().count();
    if length < constraint.length_min || length > constraint.length_max {
        return Some(Level::Must);
    }
    if matches(text) {
        return None;
    }
    let is_loose = matches_loosely(without_line_end(text));
    Some(if is_loose { Level::Should } else { Level::Must })
}

/// `import-[0-9a-zA-Z-]+`.
fn is_job(text: &str) -> bool {
    let is_part = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    text.strip_prefix("import-")
        .is_some_and(|rest| !rest.is_empty() && rest.bytes().all(is_part))
}

/// `[\w-]+_[0-9a-zA-Z]+`, in which only the last underscore can be the one that stands by itself.
fn is_pool(text: &str) -> bool {
    let is_word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-';
    text.rsplit_once('_').is_some_and(|(head, tail)| {
        !head.is_empty()
            && head.bytes().all(is_word)
            && !tail.is_empty()
            && tail.bytes().all(|byte| byte.is_ascii_alphanumeric())
    })
}

/// A letter of ASCII for one that some `\w` takes for a word character.
fn ascii_word(letter: char) -> char {
    if letter.is_ascii() || letter.is_whitespace() || letter.is_control() {
        letter
    } else {
        'a'
    }
}

/// The text without the one end of line that a dollar sign may stand in front of.
fn without_line_end(text: &str) -> &str {
    text.strip_suffix("\r\n")
        .or_else(|| text.strip_suffix(['\n', '\r', '\u{85}', '\u{2028}', '\u{2029}']))
        .unwrap_or(text)
}
