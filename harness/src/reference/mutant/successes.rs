//! What is wrong about the answer to a stop that is granted.

/// Adds the mutants of this area, and hands over to the next one.
macro_rules! successes {
    ([$next:ident $($later:ident)*] $($before:tt)*) => {
        $next! {
            [$($later)*] $($before)*

            // The answer to a stop.
            /// The job is not wrapped into `UserImportJob`.
            Unwrapped = "unwrapped",
            /// The answer is an empty object.
            EmptyObject = "empty-object",
            /// The answer has no body.
            EmptyBody = "empty-body",
            /// Members without a value are null.
            NullMembers = "null-members",
            /// The status is in `JobStatus`.
            JobStatusMember = "job-status-member",
            /// The status is in capitals, as in `STOPPED`.
            StatusInCapitals = "status-in-capitals",
            /// The answer shows the status from before the stop.
            StaleStatus = "stale-status",
            /// Timestamps are ISO 8601 texts.
            IsoTimestamps = "iso-timestamps",
            /// Timestamps count milliseconds.
            MillisecondTimestamps = "millisecond-timestamps",
            /// Timestamps are local time taken for UTC, two hours ahead.
            LocalTimestamps = "local-timestamps",
            /// Timestamps are numbers within quotes.
            QuotedTimestamps = "quoted-timestamps",
            /// Counters are numbers within quotes.
            QuotedCounters = "quoted-counters",
            /// Counters are left out while they are zero.
            CountersMissing = "counters-missing",
            /// The CompletionDate lies before the StartDate.
            CompletedBeforeStart = "completed-before-start",
            /// A stopped job has no CompletionDate.
            CompletionDateMissing = "completion-date-missing",
            /// The StartDate of a stopped job is gone.
            StartDateMissing = "start-date-missing",
            /// A stopped job has no CompletionMessage.
            CompletionMessageMissing = "completion-message-missing",
            /// The CompletionMessage is in other words.
            CompletionMessageReworded = "completion-message-reworded",
            /// The JobId of the answer is another one.
            OtherJobId = "other-job-id",
            /// The UserPoolId of the answer is another one.
            OtherUserPoolId = "other-user-pool-id",
            /// The answer has no JobId.
            JobIdMissing = "job-id-missing",
            /// The answer has no JobName.
            JobNameMissing = "job-name-missing",
            /// Members are in camel case with a small first letter.
            MembersLowerCamel = "members-lower-camel",
            /// A success has status 202.
            SuccessAs202 = "success-as-202",
            /// Answers are of the type `text/html`, as web frameworks have it when none is set.
            ContentTypeHtml = "content-type-html",
            /// Answers have no `x-amzn-RequestId`.
            RequestIdMissing = "request-id-missing",
            /// The answer has no UserPoolId.
            UserPoolIdMissing = "user-pool-id-missing",
            /// The answer has no Status.
            StatusMissing = "status-missing",
            /// The answer has no CreationDate.
            CreationDateMissing = "creation-date-missing",
            /// The answer has no ImportedUsers.
            ImportedUsersMissing = "imported-users-missing",
            /// The answer has no SkippedUsers.
            SkippedUsersMissing = "skipped-users-missing",
            /// The answer has no FailedUsers.
            FailedUsersMissing = "failed-users-missing",
            /// The answer has no CloudWatchLogsRoleArn.
            LogsRoleMissing = "logs-role-missing",
            /// The answer has no PreSignedUrl.
            PreSignedUrlMissing = "pre-signed-url-missing",
            /// The CloudWatchLogsRoleArn of the answer is a default one.
            LogsRoleInvented = "logs-role-invented",
            /// The JobName of the answer is the JobId.
            JobNameIsJobId = "job-name-is-job-id",
            /// The JobId of the answer lacks its prefix `import-`.
            JobIdWithoutPrefix = "job-id-without-prefix",
            /// The UserPoolId of the answer is the ARN of the pool.
            UserPoolArn = "user-pool-arn",
            /// The status is `Cancelled`, which the service does not have.
            StatusCancelled = "status-cancelled",
            /// The status is a number, as enumerations are kept.
            StatusAsNumber = "status-as-number",
            /// The PasswordHashingAlgorithm of a job without one is `NONE`.
            HashingAlgorithmNone = "hashing-algorithm-none",
            /// The CreationDate alone is an ISO 8601 text.
            CreationDateAsIso = "creation-date-as-iso",
            /// The CompletionDate alone is a number within quotes.
            CompletionDateQuoted = "completion-date-quoted",
            /// The CompletionDate is zero.
            CompletionDateZero = "completion-date-zero",
            /// The StartDate alone counts milliseconds.
            StartDateInMilliseconds = "start-date-in-milliseconds",
            /// The StartDate of the answer is the moment of the stop.
            StartDateIsNow = "start-date-is-now",
            /// The CreationDate of the answer is the moment of the stop.
            CreationDateIsNow = "creation-date-is-now",
            /// Counters have a fraction, as in `0.0`.
            CountersAsFractions = "counters-as-fractions",
            /// FailedUsers is below zero.
            FailedUsersNegative = "failed-users-negative",
            /// The job is wrapped into `UserImportJob` twice.
            WrappedTwice = "wrapped-twice",
            /// `UserImportJob` is a list of the one job.
            WrappedInList = "wrapped-in-list",
            /// The job is wrapped into `userImportJob`.
            WrappedLowerCamel = "wrapped-lower-camel",
            /// A success names its shape in `__type`.
            SuccessTyped = "success-typed",
            /// A job that could be stopped is met with an internal error.
            SuccessAsInternal = "success-as-internal",
            /// Answers are of the type `application/x-amz-json-1.0`.
            ContentTypeOf10 = "content-type-of-1-0",
            /// Errors are of the type `application/json`.
            ContentTypePlainOnErrors = "content-type-plain-on-errors",
            /// Errors have no `x-amzn-RequestId`.
            RequestIdMissingOnErrors = "request-id-missing-on-errors",
            /// Every answer has the same `x-amzn-RequestId`.
            RequestIdsRepeated = "request-ids-repeated",
            /// The `x-amzn-RequestId` has no hyphens.
            RequestIdWithoutHyphens = "request-id-without-hyphens",
            /// The `Date` header is in ISO 8601.
            DateInIso = "date-in-iso",
            /// Answers are said to be compressed and are not.
            GzipClaimed = "gzip-claimed",
        }
    };
}

pub(super) use successes;
