//! The service's quotas: how many requests a second an account may send, and how many of them to one user pool.

use std::fmt;
use std::str::FromStr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::contract::Operation;

/// Operations that are counted together.
///
/// Source: developer guide, "Quotas in Amazon Cognito", API request rate quotas.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
pub enum QuotaClass {
    /// The making, starting and stopping of import jobs, among others.
    UserPoolResourceUpdate,
    /// The reading of import jobs and of the CSV header, among others.
    UserPoolResourceRead,
    /// User pools themselves: made, read, listed, deleted. Here one class, whose quota is not established.
    UserPools,
}

/// The requests a second that a class may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quota {
    /// From one account, in one region.
    pub account: u32,
    /// Of these, to one user pool.
    pub pool: u32,
}

/// How much of a quota a run used.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct QuotaUse {
    /// The class of requests.
    pub class: QuotaClass,
    /// How many were sent.
    pub requests: u64,
    /// How many the account may send in a second, all shares together.
    pub account_limit: u32,
    /// The most that were sent in any one second.
    pub account_peak: u32,
    /// How many were sent in a second, over the whole run.
    pub account_mean: f64,
    /// How many one pool may get in a second.
    pub pool_limit: Option<u32>,
    /// The most that one pool got in any one second.
    pub pool_peak: u32,
}

impl QuotaClass {
    /// All of them.
    pub const ALL: [Self; 3] = [
        Self::UserPoolResourceUpdate,
        Self::UserPoolResourceRead,
        Self::UserPools,
    ];

    /// The service's name for it; `UserPools` is ours.
    pub fn name(self) -> &'static str {
        match self {
            Self::UserPoolResourceUpdate => "UserPoolResourceUpdate",
            Self::UserPoolResourceRead => "UserPoolResourceRead",
            Self::UserPools => "UserPools",
        }
    }

    /// Its quota, where that is established. It cannot be raised.
    ///
    /// Source: developer guide, as above; its third note: no operation may be called "at a rate higher than 5 RPS for a
    /// single user pool".
    pub fn quota(self) -> Option<Quota> {
        match self {
            Self::UserPoolResourceUpdate => Some(Quota {
                account: 15,
                pool: 5,
            }),
            Self::UserPoolResourceRead => Some(Quota {
                account: 20,
                pool: 5,
            }),
            Self::UserPools => None,
        }
    }
}

impl fmt::Display for QuotaClass {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for QuotaClass {
    type Err = ();

    fn from_str(name: &str) -> Result<Self, ()> {
        Self::ALL
            .into_iter()
            .find(|class| class.name() == name)
            .ok_or(())
    }
}

impl Operation {
    /// The class in which it is counted.
    pub fn quota_class(self) -> QuotaClass {
        match self {
            Self::CreateUserImportJob | Self::StartUserImportJob | Self::StopUserImportJob => {
                QuotaClass::UserPoolResourceUpdate
            }
            Self::DescribeUserImportJob | Self::ListUserImportJobs | Self::GetCSVHeader => {
                QuotaClass::UserPoolResourceRead
            }
            Self::CreateUserPool
            | Self::DescribeUserPool
            | Self::DeleteUserPool
            | Self::ListUserPools => QuotaClass::UserPools,
        }
    }
}
