//! The operations of the service that a run calls, by their names on the wire.

use std::fmt;
use std::str::FromStr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The service name in a request's `X-Amz-Target`, without the full stop.
///
/// Source: `targetPrefix` in the service model, botocore 1.44.5.
pub const TARGET_PREFIX: &str = "AWSCognitoIdentityProviderService";

/// The media type of requests and answers.
///
/// Source: AWS JSON 1.1 protocol, Smithy documentation; recorded answers of the service carry it.
pub const CONTENT_TYPE: &str = "application/x-amz-json-1.1";

/// The service name in the scope of a signature.
///
/// Source: the `aws.auth#sigv4` trait of the service model.
pub const SIGNING_NAME: &str = "cognito-idp";

/// An operation of Amazon Cognito User Pools that takes part in the life of an import job.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
pub enum Operation {
    /// Makes a user pool.
    CreateUserPool,
    /// Reads one user pool.
    DescribeUserPool,
    /// Deletes a user pool, and with it its import jobs: no operation deletes a job alone.
    DeleteUserPool,
    /// Lists user pools.
    ListUserPools,
    /// Names the columns that the CSV file of an import must have.
    GetCSVHeader,
    /// Makes an import job and hands out the URL for its CSV file.
    CreateUserImportJob,
    /// Starts an import job whose CSV file was uploaded.
    StartUserImportJob,
    /// Stops a running import job: the operation this project judges.
    StopUserImportJob,
    /// Reads one import job.
    DescribeUserImportJob,
    /// Lists the import jobs of a pool, newest first.
    ListUserImportJobs,
}

impl Operation {
    /// Whether it only reads, so that calling it twice is as good as once.
    pub fn is_reading(self) -> bool {
        matches!(
            self,
            Self::DescribeUserImportJob
                | Self::ListUserImportJobs
                | Self::ListUserPools
                | Self::GetCSVHeader
        )
    }

    /// All of them, in the order of a job's life.
    pub const ALL: [Self; 10] = [
        Self::CreateUserPool,
        Self::DescribeUserPool,
        Self::DeleteUserPool,
        Self::ListUserPools,
        Self::GetCSVHeader,
        Self::CreateUserImportJob,
        Self::StartUserImportJob,
        Self::StopUserImportJob,
        Self::DescribeUserImportJob,
        Self::ListUserImportJobs,
    ];

    /// The name on the wire.
    pub fn name(self) -> &'static str {
        match self {
            Self::CreateUserPool => "CreateUserPool",
            Self::DescribeUserPool => "DescribeUserPool",
            Self::DeleteUserPool => "DeleteUserPool",
            Self::ListUserPools => "ListUserPools",
            Self::GetCSVHeader => "GetCSVHeader",
            Self::CreateUserImportJob => "CreateUserImportJob",
            Self::StartUserImportJob => "StartUserImportJob",
            Self::StopUserImportJob => "StopUserImportJob",
            Self::DescribeUserImportJob => "DescribeUserImportJob",
            Self::ListUserImportJobs => "ListUserImportJobs",
        }
    }

    /// The value of `X-Amz-Target` for it.
    pub fn target(self) -> String {
        let mut target = String::with_capacity(TARGET_PREFIX.len() + 1 + self.name().len());
        target.push_str(TARGET_PREFIX);
        target.push('.');
        target.push_str(self.name());
        target
    }
}

impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Operation {
    type Err = ();

    fn from_str(name: &str) -> Result<Self, ()> {
        Self::ALL
            .into_iter()
            .find(|operation| operation.name() == name)
            .ok_or(())
    }
}
