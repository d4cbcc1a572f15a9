//! Constraints of string members, and what is said where they are broken.

mod violations;

use std::sync::LazyLock;

use regex::Regex;

use crate::contract::{Constraint, JOB_ID, USER_POOL_ID};
use crate::reference::Mutant;

pub(crate) use violations::Violations;

/// What the value of a string member must satisfy.
#[derive(Clone, Debug)]
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
    is_cut_at_nul: bool,
    is_unchecked: bool,
    is_told_once: bool,
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
            is_cut_at_nul: false,
            is_unchecked: false,
            is_told_once: false,
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

    /// What mutants do to both members of a stop.
    fn loosened(mut self, mutant: Option<Mutant>) -> Self {
        self.is_cut_at_nul = mutant == Some(Mutant::TextsCutAtNul);
        self.is_unchecked = mutant == Some(Mutant::ConstraintsUnchecked);
        self.is_told_once = mutant == Some(Mutant::OneViolationAMember);
        self
    }

    /// The JobId of a stop, as far as the mutant lets it be.
    pub(crate) fn job_id(mutant: Option<Mutant>) -> Self {
        // Compiling a pattern takes longer than answering a request, and tests make many endpoints.
        static HONEST: LazyLock<Rule> = LazyLock::new(|| Rule::of(&JOB_ID));
        let mut rule = HONEST.clone().loosened(mutant);
        match mutant {
            Some(Mutant::JobIdLengthMaxLow) => rule.length_max -= 1,
            Some(Mutant::JobIdLengthMaxHigh) => rule.length_max += 1,
            Some(Mutant::JobIdLengthUnchecked) => rule.length_max = usize::MAX,
            Some(Mutant::JobIdEmptyUnchecked | Mutant::NullCoerced) => {
                rule.is_empty_unchecked = true
            }
            Some(Mutant::JobIdTrimmed) => rule.is_trimmed = true,
            Some(Mutant::OnePatternForAll) => rule.shown = USER_POOL_ID.pattern,
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
            Some(Mutant::JobIdMultiline) => r"(?m)^import-[0-9a-zA-Z-]+$",
            Some(Mutant::JobIdDotAccepted) => r"\Aimport-[0-9a-zA-Z.-]+\z",
            Some(Mutant::JobIdPatternUnchecked) => "",
            _ => return rule,
        };
        rule.pattern = compile(pattern);
        rule
    }

    /// The UserPoolId of a stop, as far as the mutant lets it be.
    pub(crate) fn user_pool_id(mutant: Option<Mutant>) -> Self {
        static HONEST: LazyLock<Rule> = LazyLock::new(|| Rule::of(&USER_POOL_ID));
        let mut rule = HONEST.clone().loosened(mutant);
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
            Some(Mutant::UserPoolIdMultiline) => r"(?m)^[0-9a-zA-Z_-]+_[0-9a-zA-Z]+$",
            Some(Mutant::UserPoolIdUnderscoreOptional) => r"\A[0-9a-zA-Z_-]+\z",
            Some(Mutant::UserPoolIdFrontOptional) => r"\A[0-9a-zA-Z_-]*_[0-9a-zA-Z]+\z",
            Some(Mutant::UserPoolIdOneUnderscore) => r"\A[0-9a-zA-Z-]+_[0-9a-zA-Z]+\z",
            Some(Mutant::UserPoolIdPatternUnchecked) => "",
            _ => return rule,
        };
        rule.pattern = compile(pattern);
        rule
    }

    /// The value as the operation goes on with it.
    pub(crate) fn effective<'a>(&self, value: Option<&'a str>) -> Option<&'a str> {
        value.map(|text| match text.split_once('\0') {
            Some((text, _)) if self.is_cut_at_nul => text,
            _ if self.is_trimmed => text.trim(),
            _ => text,
        })
    }

    /// Notes what a value breaks: length before pattern, both where both are broken.
    pub(crate) fn check(&self, value: Option<&str>, violations: &mut Violations) {
        if self.is_unchecked {
            return;
        }
        let Some(value) = value else {
            if self.is_required {
                violations.note(self.path, None, "Member must not be null");
            }
            return;
        };
        if value.is_empty() && self.is_empty_unchecked {
            return;
        }
        let mut told = 0;
        let mut note = |what: &str| {
            told += 1;
            if told == 1 || !self.is_told_once {
                violations.note(self.path, Some(value), what);
            }
        };
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

/// A pattern over the whole value in ASCII.
fn whole(shown: &str) -> String {
    format!(r"\A(?-u:{shown})\z")
}

fn compile(pattern: &str) -> Regex {
    Regex::new(pattern).expect("the patterns of this file and of the contract are well-formed")
}
