//! Constraints of string members, and what is said where they are broken.

use regex::Regex;

use crate::contract::{Constraint, JOB_ID, USER_POOL_ID};
use crate::reference::Mutant;
use crate::reference::failure::Failure;
use crate::reference::options::Options;
use crate::reference::variation::Variation;

/// What the value of a string member must satisfy.
#[derive(Debug)]
pub(crate) struct Rule {
    path: &'static str,
    length_min: usize,
    length_max: usize,
    /// The pattern as the messages show it.
    shown: &'static str,
    pattern: Regex,
    is_required: bool,
    /// Only a mutant does these.
    is_trimmed: bool,
    is_empty_unchecked: bool,
}

impl Rule {
    /// A rule whose pattern must match the whole value, with `\w` and the like in ASCII, as Java's `matches` has it.
    pub(crate) fn new(
        path: &'static str,
        length_min: usize,
        length_max: usize,
        shown: &'static str,
    ) -> Self {
        Self {
            path,
            length_min,
            length_max,
            shown,
            pattern: compile(&whole(shown)),
            is_required: true,
            is_trimmed: false,
            is_empty_unchecked: false,
        }
    }

    /// The same for a member that may be absent.
    pub(crate) fn optional(mut self) -> Self {
        self.is_required = false;
        self
    }

    /// The rule of a member of the judged operation.
    pub(crate) fn of(constraint: &Constraint) -> Self {
        Self::new(
            constraint.path,
            constraint.length_min,
            constraint.length_max,
            constraint.pattern,
        )
    }

    /// The JobId of a stop, as far as the mutant lets it be.
    pub(crate) fn job_id(mutant: Option<Mutant>) -> Self {
        let mut rule = Self::of(&JOB_ID);
        match mutant {
            Some(Mutant::JobIdLengthMaxLow) => rule.length_max -= 1,
            Some(Mutant::JobIdLengthMaxHigh) => rule.length_max += 1,
            Some(Mutant::JobIdLengthUnchecked) => rule.length_max = usize::MAX,
            Some(Mutant::JobIdEmptyUnchecked | Mutant::NullCoerced) => {
                rule.is_empty_unchecked = true
            }
            Some(Mutant::JobIdTrimmed) => rule.is_trimmed = true,
            _ => {}
        }
        let pattern = match mutant {
            Some(Mutant::JobIdUnanchoredStart) => r"import-[0-9a-zA-Z-]+\z",
            Some(Mutant::JobIdUnanchoredEnd) => r"\Aimport-[0-9a-zA-Z-]+",
            Some(Mutant::JobIdTrailingNewline) => r"\Aimport-[0-9a-zA-Z-]+\n?\z",
            Some(Mutant::JobIdUnicode) => r"\Aimport-[\w-]+\z",
            Some(Mutant::JobIdCaseInsensitive) => r"\A(?i-u:import)-[0-9a-zA-Z-]+\z",
            Some(Mutant::JobIdPrefixSuffices) => r"\Aimport-[0-9a-zA-Z-]*\z",
            Some(Mutant::JobIdTenOnly) => r"\Aimport-[0-9a-zA-Z-]{10}\z",
            Some(Mutant::JobIdHyphenRefused) => r"\Aimport-[0-9a-zA-Z]+\z",
            Some(Mutant::JobIdUnderscoreAccepted) => r"\Aimport-[0-9a-zA-Z_-]+\z",
            Some(Mutant::JobIdPatternUnchecked) => "",
            _ => return rule,
        };
        rule.pattern = compile(pattern);
        rule
    }

    /// The UserPoolId of a stop, as far as the mutant lets it be.
    pub(crate) fn user_pool_id(mutant: Option<Mutant>) -> Self {
        let mut rule = Self::of(&USER_POOL_ID);
        match mutant {
            Some(Mutant::UserPoolIdLengthMaxLow) => rule.length_max -= 1,
            Some(Mutant::UserPoolIdLengthMaxHigh) => rule.length_max += 1,
            Some(Mutant::UserPoolIdLengthUnchecked) => rule.length_max = usize::MAX,
            Some(Mutant::UserPoolIdEmptyUnchecked | Mutant::NullCoerced) => {
                rule.is_empty_unchecked = true
            }
            Some(Mutant::UserPoolIdTrimmed) => rule.is_trimmed = true,
            _ => {}
        }
        let pattern = match mutant {
            Some(Mutant::UserPoolIdUnanchoredStart) => r"[0-9a-zA-Z_-]+_[0-9a-zA-Z]+\z",
            Some(Mutant::UserPoolIdUnanchoredEnd) => r"\A[0-9a-zA-Z_-]+_[0-9a-zA-Z]+",
            Some(Mutant::UserPoolIdTrailingNewline) => r"\A[0-9a-zA-Z_-]+_[0-9a-zA-Z]+\n?\z",
            Some(Mutant::UserPoolIdUnicode) => r"\A[\w-]+_[0-9a-zA-Z]+\z",
            Some(Mutant::UserPoolIdSuffixOptional) => r"\A[0-9a-zA-Z_-]+_[0-9a-zA-Z]*\z",
            Some(Mutant::UserPoolIdHyphenAccepted) => r"\A[0-9a-zA-Z_-]+_[0-9a-zA-Z-]+\z",
            Some(Mutant::UserPoolIdRegionOnly) => r"\A[a-z]+(-[a-z]+)+-[0-9]+_[0-9a-zA-Z]+\z",
            Some(Mutant::UserPoolIdPatternUnchecked) => "",
            _ => return rule,
        };
        rule.pattern = compile(pattern);
        rule
    }

    /// The value as the operation goes on with it.
    pub(crate) fn effective<'a>(&self, value: Option<&'a str>) -> Option<&'a str> {
        value.map(|text| if self.is_trimmed { text.trim() } else { text })
    }

    /// Notes what a value breaks: length before pattern, both where both are broken.
    pub(crate) fn check(&self, value: Option<&str>, violations: &mut Violations) {
        let Some(value) = value else {
            if self.is_required {
                violations.note(self.path, None, "Member must not be null");
            }
            return;
        };
        if value.is_empty() && self.is_empty_unchecked {
            return;
        }
        let mut note = |what: &str| violations.note(self.path, Some(value), what);
        let length = value.chars().count();
        if length < self.length_min {
            let min = self.length_min;
            note(&format!(
                "Member must have length greater than or equal to {min}"
            ));
        }
        if length > self.length_max {
            let max = self.length_max;
            note(&format!(
                "Member must have length less than or equal to {max}"
            ));
        }
        if !self.pattern.is_match(value) {
            let shown = self.shown;
            note(&format!(
                "Member must satisfy regular expression pattern: {shown}"
            ));
        }
    }
}

/// The constraints that a request breaks.
#[derive(Debug, Default)]
pub(crate) struct Violations(Vec<Violation>);

#[derive(Debug)]
struct Violation {
    path: &'static str,
    value: Option<String>,
    what: String,
}

impl Violations {
    /// Notes one.
    pub(crate) fn note(&mut self, path: &'static str, value: Option<&str>, what: &str) {
        self.0.push(Violation {
            path,
            value: value.map(str::to_owned),
            what: what.to_owned(),
        });
    }

    /// The refusal that names them all, if there are any.
    ///
    /// The form is recorded: aws/aws-sdk-js#3344 for one, amazon-archives/amazon-cognito-identity-js#388 for several.
    pub(crate) fn into_result(mut self, options: &Options) -> Result<(), Failure> {
        if self.0.is_empty() {
            return Ok(());
        }
        if options.varies(Variation::ReversedViolations) {
            self.0.reverse();
        }
        if options.is(Mutant::FirstViolationOnly) {
            self.0.truncate(1);
        }
        let is_smithy = options.is(Mutant::SmithyServerMessages);
        let told: Vec<String> = self
            .0
            .iter()
            .map(|violation| violation.tell(is_smithy))
            .collect();
        let count = told.len();
        let errors = if count == 1 { "error" } else { "errors" };
        let colon = if is_smithy { '.' } else { ':' };
        Err(Failure::constraint(format!(
            "{count} validation {errors} detected{colon} {}",
            told.join("; ")
        )))
    }
}

impl Violation {
    fn tell(&self, is_smithy: bool) -> String {
        let Self { path, value, what } = self;
        let value = match value {
            Some(text) if is_smithy => format!("with length {}", text.chars().count()),
            Some(text) => format!("'{text}'"),
            None => "null".to_owned(),
        };
        let slash = if is_smithy { "/" } else { "" };
        format!("Value {value} at '{slash}{path}' failed to satisfy constraint: {what}")
    }
}

/// A pattern over the whole value in ASCII.
fn whole(shown: &str) -> String {
    format!(r"\A(?-u:{shown})\z")
}

fn compile(pattern: &str) -> Regex {
    Regex::new(pattern).expect("the patterns of this file and of the contract are well-formed")
}
