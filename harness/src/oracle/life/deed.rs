//! What is done to an endpoint, with the ids that it handed out.

use serde_json::{Value, json};

use crate::case::{Act, Ids};
use crate::contract::Operation;
use crate::wire::Request;

/// The most jobs that a page of a list has.
///
/// Source: API reference, ListUserImportJobs, MaxResults.
const PAGE_MAX: u64 = 60;

/// Something that is done to an endpoint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Deed {
    /// CreateUserPool.
    CreatePool {
        /// Its name.
        name: String,
    },
    /// DeleteUserPool.
    DeletePool {
        /// The pool's id.
        pool: String,
    },
    /// CreateUserImportJob.
    CreateJob {
        /// The pool's id.
        pool: String,
        /// The job's name.
        name: String,
        /// Its role.
        role: String,
    },
    /// The CSV file goes to the job's URL.
    Upload(Ids),
    /// StartUserImportJob.
    Start(Ids),
    /// StopUserImportJob.
    Stop(Ids),
    /// DescribeUserImportJob.
    Describe(Ids),
    /// ListUserImportJobs, from the first page.
    List {
        /// The pool's id.
        pool: String,
    },
    /// Time passes.
    Wait,
}

impl Deed {
    /// What a request of one of the service's operations does, as far as its body says so in the ordinary form.
    pub fn of(operation: Operation, body: &[u8]) -> Option<Self> {
        let body: Value = serde_json::from_slice(body).ok()?;
        let text = |member: &str| body.get(member)?.as_str().map(str::to_owned);
        let ids = || {
            Some(Ids {
                pool: text("UserPoolId")?,
                job: text("JobId")?,
            })
        };
        Some(match operation {
            Operation::CreateUserPool => Self::CreatePool {
                name: text("PoolName")?,
            },
            Operation::DeleteUserPool => Self::DeletePool {
                pool: text("UserPoolId")?,
            },
            Operation::CreateUserImportJob => Self::CreateJob {
                pool: text("UserPoolId")?,
                name: text("JobName")?,
                role: text("CloudWatchLogsRoleArn")?,
            },
            Operation::StartUserImportJob => Self::Start(ids()?),
            Operation::StopUserImportJob => Self::Stop(ids()?),
            Operation::DescribeUserImportJob => Self::Describe(ids()?),
            // A later page is no list of the pool.
            Operation::ListUserImportJobs if body.get("PaginationToken").is_none() => Self::List {
                pool: text("UserPoolId")?,
            },
            Operation::ListUserImportJobs
            | Operation::DescribeUserPool
            | Operation::ListUserPools
            | Operation::GetCSVHeader => return None,
        })
    }

    /// The request that does it. None for an upload, whose URL the endpoint chose, and for time.
    pub fn request(&self) -> Option<Request> {
        let of = |ids: &Ids| json!({ "UserPoolId": ids.pool, "JobId": ids.job });
        let (operation, body) = match self {
            Self::CreatePool { name } => (
                Operation::CreateUserPool,
                // Developer guide: without an auto-verified attribute an import job will not start.
                json!({ "PoolName": name, "AutoVerifiedAttributes": ["email"] }),
            ),
            Self::DeletePool { pool } => (Operation::DeleteUserPool, json!({ "UserPoolId": pool })),
            Self::CreateJob { pool, name, role } => (
                Operation::CreateUserImportJob,
                json!({ "UserPoolId": pool, "JobName": name, "CloudWatchLogsRoleArn": role }),
            ),
            Self::Start(ids) => (Operation::StartUserImportJob, of(ids)),
            Self::Stop(ids) => (Operation::StopUserImportJob, of(ids)),
            Self::Describe(ids) => (Operation::DescribeUserImportJob, of(ids)),
            Self::List { pool } => (
                Operation::ListUserImportJobs,
                json!({ "UserPoolId": pool, "MaxResults": PAGE_MAX }),
            ),
            Self::Upload(_) | Self::Wait => return None,
        };
        Some(Request::call(operation, body.to_string()))
    }

    /// What sort of step it is.
    pub fn act(&self) -> Act {
        match self {
            Self::CreatePool { .. } => Act::CreateUserPool,
            Self::DeletePool { .. } => Act::DeleteUserPool,
            Self::CreateJob { .. } => Act::CreateUserImportJob,
            Self::Upload(_) => Act::Upload,
            Self::Start(_) => Act::StartUserImportJob,
            Self::Stop(_) => Act::StopUserImportJob,
            Self::Describe(_) => Act::DescribeUserImportJob,
            Self::List { .. } => Act::ListUserImportJobs,
            Self::Wait => Act::Wait,
        }
    }

    /// The job that it is done to, if it is done to one that was made before.
    pub fn ids(&self) -> Option<&Ids> {
        match self {
            Self::Upload(ids) | Self::Start(ids) | Self::Stop(ids) | Self::Describe(ids) => {
                Some(ids)
            }
            _ => None,
        }
    }

    /// The pool that it is done to or in, if that was made before.
    pub fn pool(&self) -> Option<&str> {
        match self {
            Self::DeletePool { pool } | Self::CreateJob { pool, .. } | Self::List { pool } => {
                Some(pool)
            }
            _ => self.ids().map(|ids| ids.pool.as_str()),
        }
    }
}
