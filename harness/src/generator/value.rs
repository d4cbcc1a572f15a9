//! Values for the two members: valid ones, and ones with exactly one thing wrong.
//!
//! Blind bytes never match a pattern, so everything starts from a text that does.

use arbitrary::{Result, Unstructured};

use crate::case::{Change, Letters, MemberValue};
use crate::contract::{Constraint, JOB_ID, USER_POOL_ID};
use crate::generator::facet::{Facet, Part};
use crate::generator::letters::{ODD, look_alike};
use crate::generator::pattern::Pattern;

/// Fragments of JSON that are no text, by what is wrong with them.
const FRAGMENTS: [(&str, &str); 22] = [
    ("null", "null"),
    ("boolean", "true"),
    ("boolean", "false"),
    ("number", "0"),
    ("number", "-1"),
    ("number", "7"),
    ("number", "20250109173804"),
    ("fraction", "1.5"),
    ("exponent", "1e3"),
    ("enormous-number", "1e400"),
    ("enormous-number", "123456789012345678901234567890"),
    ("list", "[]"),
    ("list", "[\"import-a\"]"),
    ("list", "[null]"),
    ("object", "{}"),
    ("object", "{\"a\":{}}"),
    ("object", "{\"S\":\"import-a\"}"),
    ("no-json", "import-a"),
    ("no-json", "NaN"),
    ("no-json", "'import-a'"),
    ("half-a-surrogate", "\"\\ud800\""),
    ("unfinished-escape", "\"\\u00\""),
];

/// A member with its pattern parsed.
#[derive(Clone, Debug)]
pub(crate) struct Member {
    part: Part,
    constraint: Constraint,
    pattern: Pattern,
}

/// How a value is made.
#[derive(Clone, Copy, Debug)]
enum Way {
    Missing,
    Fragment,
    Empty,
    TooLong,
    Foreign,
    Around,
    LookAlike,
    Incomplete,
    Unknown,
    OtherCase,
    Exchanged,
}

/// Those that show most come more than once.
const WAYS: [Way; 16] = [
    Way::Missing,
    Way::Fragment,
    Way::Fragment,
    Way::Fragment,
    Way::Empty,
    Way::TooLong,
    Way::TooLong,
    Way::Foreign,
    Way::Foreign,
    Way::Around,
    Way::Around,
    Way::LookAlike,
    Way::Incomplete,
    Way::Unknown,
    Way::OtherCase,
    Way::Exchanged,
];

impl Member {
    pub(crate) fn both() -> [Self; 2] {
        [(Part::UserPoolId, USER_POOL_ID), (Part::JobId, JOB_ID)].map(|(part, constraint)| Self {
            part,
            constraint,
            pattern: Pattern::new(constraint.pattern),
        })
    }

    /// A change that makes the member wrong in one way, or a name for something else.
    pub(crate) fn broken(
        &self,
        length_max: usize,
        input: &mut Unstructured<'_>,
    ) -> Result<(Change, Facet)> {
        let way = *input.choose(&WAYS)?;
        if matches!(way, Way::Missing) {
            let change = Change::Remove(self.constraint.member.to_owned());
            return Ok((change, Facet::new(self.part, "missing")));
        }
        let (value, way) = match way {
            Way::Missing | Way::Empty => (text(String::new()), "empty"),
            Way::Fragment => {
                let (way, fragment) = *input.choose(&FRAGMENTS)?;
                (json(fragment), way)
            }
            Way::TooLong => {
                let length = match input.int_in_range(0..=3u8)? {
                    0 | 1 => self.constraint.length_max + 1,
                    2 => self.constraint.length_max + 2,
                    _ => input.int_in_range(self.constraint.length_max + 3..=length_max)?,
                };
                (
                    text(self.pattern.text(length, input.arbitrary()?)),
                    "too-long",
                )
            }
            Way::Foreign => (text(self.foreign(input)?), "foreign-letter"),
            Way::Around => self.around(input)?,
            Way::LookAlike => {
                let valid = self.valid(input)?;
                let from = input.int_in_range(0..=valid.len())?;
                let other = look_alike(&valid, from).unwrap_or(valid + "\u{ff41}");
                (text(other), "look-alike")
            }
            Way::Incomplete => (text(self.incomplete(input)?), "incomplete"),
            Way::Unknown => (text(self.valid(input)?), "unknown"),
            Way::OtherCase => {
                let letters = *input.choose(&[Letters::Upper, Letters::Lower, Letters::Swapped])?;
                let value = MemberValue {
                    given: Some(self.constraint.member.to_owned()),
                    letters: Some(letters),
                    ..MemberValue::default()
                };
                (value, "other-case")
            }
            Way::Exchanged => (given(self.other(), "", ""), "exchanged"),
        };
        let change = Change::Set(self.constraint.member.to_owned(), value);
        Ok((change, Facet::new(self.part, way)))
    }

    /// A text that matches and is no longer than permitted, often of a length at a limit.
    pub(crate) fn valid(&self, input: &mut Unstructured<'_>) -> Result<String> {
        let (min, max) = (self.pattern.length_min(), self.constraint.length_max);
        let length = match input.int_in_range(0..=3u8)? {
            0 => max,
            1 => max - 1,
            2 => min,
            _ => input.int_in_range(min..=max)?,
        };
        Ok(self.pattern.text(length, input.arbitrary()?))
    }

    /// A text with one letter that the pattern has nowhere: put in, or in the place of another.
    fn foreign(&self, input: &mut Unstructured<'_>) -> Result<String> {
        let mut letters: Vec<char> = self.valid(input)?.chars().collect();
        let mut odd = *input.choose(&ODD)?;
        if !self.pattern.is_foreign(odd) {
            odd = ' ';
        }
        let at = match input.int_in_range(0..=3u8)? {
            0 => 0,
            1 => letters.len() - 1,
            _ => input.choose_index(letters.len())?,
        };
        if input.arbitrary()? && letters.len() < self.constraint.length_max {
            letters.insert(at, odd);
        } else {
            letters[at] = odd;
        }
        Ok(letters.into_iter().collect())
    }

    /// The real id with something before or behind it: an endpoint that trims or searches finds it.
    fn around(&self, input: &mut Unstructured<'_>) -> Result<(MemberValue, &'static str)> {
        let mut odd = *input.choose(&ODD)?;
        if !self.pattern.is_foreign(odd) {
            odd = ' ';
        }
        let odd = odd.to_string();
        let member = self.constraint.member;
        Ok(if input.arbitrary()? {
            (given(member, &odd, ""), "something-before")
        } else {
            (given(member, "", &odd), "something-behind")
        })
    }

    /// A text that has only letters of the pattern, without one of its parts.
    fn incomplete(&self, input: &mut Unstructured<'_>) -> Result<String> {
        // One letter is added below.
        let max = self.constraint.length_max - 1;
        let length = input.int_in_range(self.pattern.length_min() + 1..=max)?;
        let valid = self.pattern.text(length, input.arbitrary()?);
        let shape = input.int_in_range(0..=3u8)?;
        Ok(if self.part == Part::JobId {
            let (head, tail) = valid.split_once('-').unwrap_or((&valid, ""));
            match shape {
                0 => format!("{head}-"),
                1 => tail.replace("import", "export"),
                2 => format!("{}-{tail}", &head[1..]),
                _ => format!("{}-{tail}", head.to_uppercase()),
            }
        } else {
            match shape {
                0 => valid.replace('_', ""),
                1 => format!("_{}", valid.replace(['_', '-'], "x")),
                2 => format!("{}_", valid.replace('_', "-")),
                _ => "_".to_owned(),
            }
        })
    }

    fn other(&self) -> &'static str {
        if self.part == Part::JobId {
            USER_POOL_ID.member
        } else {
            JOB_ID.member
        }
    }
}

fn text(text: String) -> MemberValue {
    MemberValue {
        text: Some(text),
        ..MemberValue::default()
    }
}

fn json(fragment: &str) -> MemberValue {
    MemberValue {
        json: Some(fragment.to_owned()),
        ..MemberValue::default()
    }
}

fn given(member: &str, prefix: &str, suffix: &str) -> MemberValue {
    MemberValue {
        given: Some(member.to_owned()),
        prefix: prefix.to_owned(),
        suffix: suffix.to_owned(),
        ..MemberValue::default()
    }
}
