//! One entry: a known fault with its cases, or a rule whose failures are put up with.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use semver::Version;
use serde::Deserialize;
use time::OffsetDateTime;
use toml::Spanned;
use toml::value::Datetime;

use crate::oracle::is_within;
use crate::suite::is_part_of;

/// One entry of a ledger.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    fault: Option<Spanned<String>>,
    rule: Option<Spanned<String>>,
    /// The form of a time when an entry was one case: `update` converts it.
    case: Option<Spanned<String>>,
    fingerprint: Option<Spanned<String>>,
    /// Why it is put up with.
    pub reason: String,
    /// Who looks after it.
    pub owner: Option<String>,
    expires: Option<Spanned<Datetime>>,
    suite: Option<Spanned<String>>,
    /// True if it is known to fail now and then only, so that a pass says nothing.
    #[serde(default)]
    pub flaky: bool,
    #[serde(default)]
    cases: BTreeMap<Spanned<String>, Spanned<String>>,
}

/// What an entry names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Subject<'a> {
    /// A fault, by its key. The entry lists its cases.
    Fault(&'a str),
    /// A requirement, an invariant or a case, by its id. Whatever fails it is known.
    Rule(&'a str),
    /// One case.
    Case(&'a str),
}

impl Entry {
    /// What it names.
    pub fn subject(&self) -> Subject<'_> {
        match (&self.fault, &self.rule, &self.case) {
            (Some(key), ..) => Subject::Fault(key.get_ref()),
            (None, Some(id), _) => Subject::Rule(id.get_ref()),
            (None, None, id) => Subject::Case(id.as_ref().map_or("", |id| id.get_ref())),
        }
    }

    /// The key or the id that it names.
    pub fn name(&self) -> &str {
        match self.subject() {
            Subject::Fault(name) | Subject::Rule(name) | Subject::Case(name) => name,
        }
    }

    /// The ids of its cases and invariants, each with the fingerprint of its wrong response.
    pub fn cases(&self) -> impl Iterator<Item = (&str, &str)> {
        let listed = self.spans().map(|(id, print)| (id.get_ref(), print));
        listed.map(|(id, print)| (id.as_str(), print.get_ref().as_str()))
    }

    /// True of an entry that this case or invariant belongs to.
    pub fn lists(&self, id: &str) -> bool {
        match self.subject() {
            Subject::Rule(rule) => is_part_of(id, rule),
            _ => self.cases().any(|(listed, _)| listed == id),
        }
    }

    /// True of an entry that this wrong response of a case belongs to.
    pub fn knows(&self, id: &str, fingerprint: Option<&str>) -> bool {
        match self.subject() {
            Subject::Rule(rule) => is_part_of(id, rule),
            _ => fingerprint.is_some_and(|came| {
                let mut cases = self.cases();
                cases.any(|(listed, known)| listed == id && is_within(came, known))
            }),
        }
    }

    /// The last day on which it is put up with.
    pub fn expires(&self) -> Option<Day> {
        day(self.expires.as_ref()?.get_ref())
    }

    /// The version of the suite whose cases it lists.
    pub fn suite(&self) -> Option<Version> {
        self.suite.as_ref()?.get_ref().parse().ok()
    }

    /// Where its name stands in the file.
    pub(crate) fn start(&self) -> usize {
        let name = self.fault.as_ref().or(self.rule.as_ref());
        let name = name.or(self.case.as_ref());
        name.map_or(0, |name| name.span().start)
    }

    /// Its cases, each with the places in the file.
    pub(crate) fn spans(&self) -> impl Iterator<Item = (&Spanned<String>, &Spanned<String>)> {
        let own = self.case.as_ref().zip(self.fingerprint.as_ref());
        self.cases.iter().chain(own)
    }

    /// What is wrong with it, and where. `start` is where it begins.
    pub(crate) fn wrong(&self, start: usize) -> Option<(usize, String)> {
        let wrong = |at: usize, what: &str| Some((at, what.to_owned()));
        let names = [&self.fault, &self.rule, &self.case];
        if names.iter().filter(|name| name.is_some()).count() != 1 {
            return wrong(start, "an entry names one `fault` or one `rule`");
        }
        match self.subject() {
            Subject::Fault(_) if self.cases.is_empty() => {
                return wrong(
                    self.start(),
                    "a fault without `cases`: `fullstop ledger update` writes them",
                );
            }
            Subject::Case(_) if self.fingerprint.is_none() => {
                return wrong(self.start(), "a case without its `fingerprint`");
            }
            Subject::Rule(_) | Subject::Case(_) if !self.cases.is_empty() => {
                return wrong(self.start(), "only a `fault` lists `cases`");
            }
            Subject::Fault(_) | Subject::Rule(_) if self.fingerprint.is_some() => {
                return wrong(self.start(), "only a `case` has a `fingerprint`");
            }
            _ => {}
        }
        let is_wrong = |(_, print): &(_, &Spanned<String>)| !is_fingerprint(print.get_ref());
        if let Some((_, print)) = self.spans().find(is_wrong) {
            let what = format!(
                "`{}` is no fingerprint: `fullstop run --json` and `fullstop ledger update` write it",
                print.get_ref()
            );
            return Some((print.span().start, what));
        }
        if self.reason.trim().is_empty() {
            let what = "an entry without a reason: say why the failure is put up with";
            return wrong(self.start(), what);
        }
        if let Some(version) = self.suite.as_ref().filter(|_| self.suite().is_none()) {
            let what = "`suite` is a version of the suite, such as \"0.1.0\"";
            return wrong(version.span().start, what);
        }
        let expires = self.expires.as_ref()?;
        if day(expires.get_ref()).is_none() {
            let what = "`expires` is a date without a time, such as 2027-03-31";
            return wrong(expires.span().start, what);
        }
        None
    }
}

impl Subject<'_> {
    /// The word for it in the file.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Fault(_) => "fault",
            Self::Rule(_) => "rule",
            Self::Case(_) => "case",
        }
    }
}

fn is_fingerprint(text: &str) -> bool {
    let is_hexadecimal = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
    text.split('.')
        .all(|way| way.len() >= 8 && way.bytes().all(is_hexadecimal))
}

fn day(datetime: &Datetime) -> Option<Day> {
    let date = datetime.date.filter(|_| datetime.time.is_none())?;
    Some(Day(date.year, date.month, date.day))
}

/// A day of the calendar, in UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Day(u16, u8, u8);

impl Day {
    /// The day of a moment.
    pub fn of(moment: OffsetDateTime) -> Self {
        let year = u16::try_from(moment.year()).unwrap_or(u16::MAX);
        Self(year, u8::from(moment.month()), moment.day())
    }
}

impl FromStr for Day {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        text.parse::<Datetime>()
            .ok()
            .and_then(|datetime| day(&datetime))
            .ok_or_else(|| format!("`{text}` is no date such as 2027-03-31"))
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.0, self.1, self.2)
    }
}
