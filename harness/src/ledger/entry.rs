//! One known failure, and the days on which it is put up with.

use std::fmt;
use std::str::FromStr;

use serde::Deserialize;
use time::OffsetDateTime;
use toml::Spanned;
use toml::value::Datetime;

/// One known failure.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    pub(crate) case: Spanned<String>,
    fingerprint: Spanned<String>,
    /// Why it is put up with.
    pub reason: String,
    /// Who looks after it.
    pub owner: Option<String>,
    expires: Option<Spanned<Datetime>>,
    /// Whether it is known to fail now and then only, so that a pass says nothing.
    #[serde(default)]
    pub flaky: bool,
}

impl Entry {
    /// The id of the case or the invariant.
    pub fn case(&self) -> &str {
        self.case.get_ref()
    }

    /// The fingerprint of the wrong answer.
    pub fn fingerprint(&self) -> &str {
        self.fingerprint.get_ref()
    }

    /// The last day on which it is put up with.
    pub fn expires(&self) -> Option<Day> {
        day(self.expires.as_ref()?.get_ref())
    }

    /// What is wrong with it, and where.
    pub(crate) fn fault(&self) -> Option<(usize, String)> {
        let hexadecimal = |way: &str| {
            way.len() >= 8
                && way
                    .bytes()
                    .all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
        };
        if !self.fingerprint().split('.').all(hexadecimal) {
            let wrong = format!(
                "`{}` is no fingerprint: `fullstop run --json` and `fullstop ledger update` write it",
                self.fingerprint()
            );
            return Some((self.fingerprint.span().start, wrong));
        }
        if self.reason.trim().is_empty() {
            let wrong = "an entry without a reason: say why the failure is put up with";
            return Some((self.case.span().start, wrong.to_owned()));
        }
        let expires = self.expires.as_ref()?;
        if day(expires.get_ref()).is_none() {
            let wrong = "`expires` is a date without a time, such as 2027-03-31";
            return Some((expires.span().start, wrong.to_owned()));
        }
        None
    }
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
