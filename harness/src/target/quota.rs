//! Quotas of an endpoint: how many requests of a class one account, and one pool of it, may get in a second.

use std::collections::BTreeMap;
use std::fmt;

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

/// The quotas of a target: what each class has that has one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Quotas(pub BTreeMap<QuotaClass, Limit>);

/// Requests a second.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Limit {
    /// From the account.
    pub account: u32,
    /// Of these, to one pool.
    pub pool: Option<u32>,
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
        let classes = QuotaClass::ALL.into_iter();
        Self(classes.map(|class| (class, limit(class))).collect())
    }

    /// What is wrong with them, if anything.
    pub(crate) fn fault(&self) -> Option<String> {
        let numbers = self.0.iter().flat_map(|(class, limit)| {
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
        match self {
            Self::Aws => Quotas::aws(),
            Self::None => Quotas(BTreeMap::new()),
            Self::Classes(classes) => Quotas(classes.clone()),
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
