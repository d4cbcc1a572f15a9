//! The import job as answers show it: its statuses and members.

use std::fmt;
use std::str::FromStr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The status of an import job.
///
/// Source: API reference, UserImportJobType, Status; botocore 1.44.5, shape `UserImportJobStatusType`.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
pub enum Status {
    /// Made, not started.
    Created,
    /// Started, not yet importing.
    Pending,
    /// Importing.
    InProgress,
    /// Stopped by the developer, but users are still being imported.
    Stopping,
    /// Not started within 24 to 48 hours; its data is gone.
    Expired,
    /// Stopped by the developer. It cannot be restarted.
    Stopped,
    /// Ended by an error.
    Failed,
    /// Ended with every user handled.
    Succeeded,
}

impl Status {
    /// All eight, in the model's order.
    pub const ALL: [Self; 8] = [
        Self::Created,
        Self::Pending,
        Self::InProgress,
        Self::Stopping,
        Self::Expired,
        Self::Stopped,
        Self::Failed,
        Self::Succeeded,
    ];

    /// The name on the wire.
    pub fn name(self) -> &'static str {
        match self {
            Self::Created => "Created",
            Self::Pending => "Pending",
            Self::InProgress => "InProgress",
            Self::Stopping => "Stopping",
            Self::Expired => "Expired",
            Self::Stopped => "Stopped",
            Self::Failed => "Failed",
            Self::Succeeded => "Succeeded",
        }
    }

    /// Started and neither stopped nor ended: what a Stop is for.
    pub fn is_started(self) -> bool {
        matches!(self, Self::Pending | Self::InProgress)
    }

    /// Ended by itself. A Stop has nothing left to stop.
    pub fn is_finished(self) -> bool {
        matches!(self, Self::Expired | Self::Failed | Self::Succeeded)
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Status {
    type Err = ();

    fn from_str(name: &str) -> Result<Self, ()> {
        Self::ALL
            .into_iter()
            .find(|status| status.name() == name)
            .ok_or(())
    }
}

/// The values of `PasswordHashingAlgorithm`.
///
/// Source: botocore 1.43.51, shape `PasswordHashingAlgorithmType`.
pub const HASHING_ALGORITHMS: [&str; 4] = ["BCRYPT", "SCRYPT", "ARGON2ID", "PBKDF2_SHA256"];

/// The JSON type of a member of the job.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A string.
    Text,
    /// A number of seconds since 1970-01-01T00:00:00Z, with or without a fraction or an exponent.
    Timestamp,
    /// A whole number.
    Count,
}

/// A member of `UserImportJob`.
#[derive(Clone, Copy, Debug)]
pub struct Member {
    /// Its name.
    pub name: &'static str,
    /// Its JSON type.
    pub kind: Kind,
}

/// The members of `UserImportJob`, none of them required.
///
/// Source: API reference, UserImportJobType; botocore 1.44.5. `PasswordHashingAlgorithm` came on 2026-07-17 (1.43.51). The
/// documented lengths and patterns are left out on purpose: AWS breaks them itself (`CompletionMessage` has spaces).
pub const MEMBERS: [Member; 14] = [
    Member {
        name: "CloudWatchLogsRoleArn",
        kind: Kind::Text,
    },
    Member {
        name: "CompletionDate",
        kind: Kind::Timestamp,
    },
    Member {
        name: "CompletionMessage",
        kind: Kind::Text,
    },
    Member {
        name: "CreationDate",
        kind: Kind::Timestamp,
    },
    Member {
        name: "FailedUsers",
        kind: Kind::Count,
    },
    Member {
        name: "ImportedUsers",
        kind: Kind::Count,
    },
    Member {
        name: "JobId",
        kind: Kind::Text,
    },
    Member {
        name: "JobName",
        kind: Kind::Text,
    },
    Member {
        name: "PasswordHashingAlgorithm",
        kind: Kind::Text,
    },
    Member {
        name: "PreSignedUrl",
        kind: Kind::Text,
    },
    Member {
        name: "SkippedUsers",
        kind: Kind::Count,
    },
    Member {
        name: "StartDate",
        kind: Kind::Timestamp,
    },
    Member {
        name: "Status",
        kind: Kind::Text,
    },
    Member {
        name: "UserPoolId",
        kind: Kind::Text,
    },
];
