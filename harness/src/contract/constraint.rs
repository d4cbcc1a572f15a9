//! The two members of the request, with their length limits and patterns.

/// A required string member of the request and what its value must satisfy.
#[derive(Clone, Copy, Debug)]
pub struct Constraint {
    /// The member's name.
    pub member: &'static str,
    /// The member's name in constraint messages, in lower camel case.
    pub path: &'static str,
    /// The fewest characters, counted as Unicode scalar values.
    pub length_min: usize,
    /// The most characters, counted as Unicode scalar values.
    pub length_max: usize,
    /// The pattern as the model writes it; the service matches it against the whole value.
    pub pattern: &'static str,
    /// Where the figures come from.
    pub cite: &'static str,
}

/// The id of the job to stop.
///
/// Source: API reference, StopUserImportJob, Request Parameters; botocore 1.44.5, shape `UserImportJobIdType`.
pub const JOB_ID: Constraint = Constraint {
    member: "JobId",
    path: "jobId",
    length_min: 1,
    length_max: 55,
    pattern: "import-[0-9a-zA-Z-]+",
    cite: "API reference, StopUserImportJob, Request Parameters, JobId",
};

/// The id of the pool that owns the job.
///
/// Source: API reference, StopUserImportJob, Request Parameters; botocore 1.44.5, shape `UserPoolIdType`. `\w` is ASCII, as
/// in Java, where AWS runs it.
pub const USER_POOL_ID: Constraint = Constraint {
    member: "UserPoolId",
    path: "userPoolId",
    length_min: 1,
    length_max: 55,
    pattern: r"[\w-]+_[0-9a-zA-Z]+",
    cite: "API reference, StopUserImportJob, Request Parameters, UserPoolId",
};
