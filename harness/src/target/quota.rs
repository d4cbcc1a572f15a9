//! Quotas of an endpoint: how many requests of a class one account, and one pool of it, may get in a second.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use serde::Deserialize;
use serde::de::{Deserializer, Error, MapAccess, Visitor, value::MapAccessDeserializer};

use crate::contract::QuotaClass;

/// What the making and deleting of pools is held to on AWS. That class has a quota of its own, which is not established
/// here: a third of the lowest one that is.
const POOLS_ON_AWS: Limit = Limit {
    account: 5,
    pool: None,
};

/// More than any endpoint answers.
const LIMIT_MAX: u32 = 100_000;

/// Into how many shares a quota may be divided: a class of fifteen requests a second gives each of fifteen one.
const SHARES_MAX: u32 = 15;

/// The quotas of a target, and which part of them this process may use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Quotas {
    /// For each class that has one.
    pub classes: BTreeMap<QuotaClass, Limit>,
    /// The part that is ours.
    pub share: Share,
}

/// Requests a second.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Limit {
    /// From the account.
    pub account: u32,
    /// Of these, to one pool.
    pub pool: Option<u32>,
}

/// A part of a quota: so many of so many equal ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Share {
    parts: u32,
    of: u32,
}

impl Quotas {
    /// Those of AWS.
    pub fn aws() -> Self {
        let limit = |class: QuotaClass| {
            class.quota().map_or(POOLS_ON_AWS, |quota| Limit {
                account: quota.account,
                pool: Some(quota.pool),
            })
        };
        let classes = QuotaClass::ALL
            .into_iter()
            .map(|class| (class, limit(class)))
            .collect();
        Self {
            classes,
            share: Share::WHOLE,
        }
    }

    /// What is wrong with them, if anything.
    pub(crate) fn fault(&self) -> Option<String> {
        let numbers = self.classes.iter().flat_map(|(class, limit)| {
            [Some(limit.account), limit.pool]
                .into_iter()
                .flatten()
                .map(move |number| (class, number))
        });
        let out_of_range = |(class, number): (&QuotaClass, u32)| {
            let is_fine = (1..=LIMIT_MAX).contains(&number);
            (!is_fine).then(|| format!("{class}: say 1 to {LIMIT_MAX} requests a second"))
        };
        numbers.filter_map(out_of_range).next()
    }
}

impl Share {
    /// All of it.
    pub const WHOLE: Self = Self { parts: 1, of: 1 };

    /// One of so many.
    pub fn one_of(count: u32) -> Self {
        Self {
            parts: 1,
            of: count.max(1),
        }
    }

    /// As much of an account's limit.
    pub fn of(self, limit: u32) -> f64 {
        f64::from(limit) * f64::from(self.parts) / f64::from(self.of)
    }
}

impl FromStr for Share {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let parsed = text
            .split_once('/')
            .and_then(|(parts, of)| Some((parts.parse().ok()?, of.parse().ok()?)));
        match parsed {
            Some((parts, of)) if (1..=of).contains(&parts) && of <= SHARES_MAX => {
                Ok(Self { parts, of })
            }
            _ => Err(format!(
                "`{text}` is no share of a quota: say 1/4 for each of four shards, and at most {SHARES_MAX} of them"
            )),
        }
    }
}

impl fmt::Display for Share {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.parts, self.of)
    }
}

/// What a profile says of quotas.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum QuotaSetting {
    Aws,
    None,
    Classes(BTreeMap<QuotaClass, Limit>),
}

impl QuotaSetting {
    /// The setting of that name.
    pub(crate) fn named(name: &str) -> Option<Self> {
        match name {
            "aws" => Some(Self::Aws),
            "none" => Some(Self::None),
            _ => None,
        }
    }

    pub(crate) fn quotas(&self) -> Quotas {
        let of = |classes| Quotas {
            classes,
            share: Share::WHOLE,
        };
        match self {
            Self::Aws => Quotas::aws(),
            Self::None => of(BTreeMap::new()),
            Self::Classes(classes) => of(classes.clone()),
        }
    }
}

impl<'de> Deserialize<'de> for QuotaSetting {
    fn deserialize<D: Deserializer<'de>>(input: D) -> Result<Self, D::Error> {
        struct Settings;

        impl<'de> Visitor<'de> for Settings {
            type Value = QuotaSetting;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(
                    "\"aws\", \"none\" or a table such as { UserPoolResourceUpdate = { account = 15, pool = 5 } }",
                )
            }

            fn visit_str<E: Error>(self, name: &str) -> Result<QuotaSetting, E> {
                QuotaSetting::named(name)
                    .ok_or_else(|| E::invalid_value(serde::de::Unexpected::Str(name), &self))
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<QuotaSetting, A::Error> {
                BTreeMap::deserialize(MapAccessDeserializer::new(map)).map(QuotaSetting::Classes)
            }
        }

        input.deserialize_any(Settings)
    }
}
