//! Ways in which the endpoint is wrong on purpose, to prove that a run would notice.
//!
//! Each is a slip that the author of an emulator could really make, and each breaks something that is established. What the
//! evidence leaves open is a [`Variation`](crate::reference::Variation) instead. Only StopUserImportJob is wrong, so that what a
//! run needs round it still works; the one exception is a stopped job that can be started again.

use crate::reference::named::named;

named! {
    /// A deviation from AWS. An endpoint has at most one.
    Mutant {
        // Lengths.
        /// A JobId of 55 characters is refused.
        JobIdLengthMaxLow = "job-id-length-max-low",
        /// A JobId of 56 characters is accepted.
        JobIdLengthMaxHigh = "job-id-length-max-high",
        /// A JobId may be as long as it likes.
        JobIdLengthUnchecked = "job-id-length-unchecked",
        /// A UserPoolId of 55 characters is refused.
        UserPoolIdLengthMaxLow = "user-pool-id-length-max-low",
        /// A UserPoolId of 56 characters is accepted.
        UserPoolIdLengthMaxHigh = "user-pool-id-length-max-high",
        /// A UserPoolId may be as long as it likes.
        UserPoolIdLengthUnchecked = "user-pool-id-length-unchecked",
        /// An empty JobId is not validated, as a check of truthiness does it.
        JobIdEmptyUnchecked = "job-id-empty-unchecked",
        /// An empty UserPoolId is not validated, as a check of truthiness does it.
        UserPoolIdEmptyUnchecked = "user-pool-id-empty-unchecked",

        // Patterns.
        /// The JobId's pattern may begin anywhere in the value.
        JobIdUnanchoredStart = "job-id-unanchored-start",
        /// The JobId's pattern may end anywhere in the value, as a match from the front does it.
        JobIdUnanchoredEnd = "job-id-unanchored-end",
        /// The UserPoolId's pattern may begin anywhere in the value.
        UserPoolIdUnanchoredStart = "user-pool-id-unanchored-start",
        /// The UserPoolId's pattern may end anywhere in the value, as a match from the front does it.
        UserPoolIdUnanchoredEnd = "user-pool-id-unanchored-end",
        /// The JobId may end in a line feed, as `$` of several languages allows it.
        JobIdTrailingNewline = "job-id-trailing-newline",
        /// The UserPoolId may end in a line feed, as `$` of several languages allows it.
        UserPoolIdTrailingNewline = "user-pool-id-trailing-newline",
        /// Letters and digits of any script count in the JobId.
        JobIdUnicode = "job-id-unicode",
        /// `\w` of the UserPoolId takes letters and digits of any script.
        UserPoolIdUnicode = "user-pool-id-unicode",
        /// The prefix `import-` of a JobId may be in any case.
        JobIdCaseInsensitive = "job-id-case-insensitive",
        /// Blanks round the JobId are taken off before it is validated.
        JobIdTrimmed = "job-id-trimmed",
        /// Blanks round the UserPoolId are taken off before it is validated.
        UserPoolIdTrimmed = "user-pool-id-trimmed",
        /// A JobId of `import-` alone is accepted.
        JobIdPrefixSuffices = "job-id-prefix-suffices",
        /// The JobId must have exactly ten characters behind the prefix, as real ones do.
        JobIdTenOnly = "job-id-ten-only",
        /// A hyphen behind the prefix of a JobId is refused.
        JobIdHyphenRefused = "job-id-hyphen-refused",
        /// An underscore in a JobId is accepted.
        JobIdUnderscoreAccepted = "job-id-underscore-accepted",
        /// A UserPoolId may have nothing behind its last underscore.
        UserPoolIdSuffixOptional = "user-pool-id-suffix-optional",
        /// A UserPoolId may have a hyphen behind its last underscore.
        UserPoolIdHyphenAccepted = "user-pool-id-hyphen-accepted",
        /// A UserPoolId must begin with a region, as real ones do.
        UserPoolIdRegionOnly = "user-pool-id-region-only",
        /// The JobId's pattern is not looked at.
        JobIdPatternUnchecked = "job-id-pattern-unchecked",
        /// The UserPoolId's pattern is not looked at.
        UserPoolIdPatternUnchecked = "user-pool-id-pattern-unchecked",

        // Types of members.
        /// A null is taken for an empty text and not validated.
        NullCoerced = "null-coerced",
        /// A number is taken for the text that it is written as.
        NumberCoerced = "number-coerced",
        /// A boolean is taken for the text that it is written as.
        BooleanCoerced = "boolean-coerced",
        /// A list of one text is taken for that text.
        ListUnwrapped = "list-unwrapped",
        /// A JobId that is missing means the newest job of the pool.
        MissingJobIdAccepted = "missing-job-id-accepted",
        /// A UserPoolId that is missing means the pool of the job.
        MissingUserPoolIdAccepted = "missing-user-pool-id-accepted",
        /// Members that the operation does not know are refused.
        UnknownMembersRefused = "unknown-members-refused",
        /// Member names are matched in any case.
        MemberNamesCaseInsensitive = "member-names-case-insensitive",

        // Error types.
        /// Violated constraints are a `ValidationException`, as in other services.
        ConstraintAsValidation = "constraint-as-validation",
        /// A member of the wrong type is an `InvalidParameterException`.
        WrongTypeAsInvalidParameter = "wrong-type-as-invalid-parameter",
        /// A member that is missing is a `SerializationException`.
        MissingAsSerialization = "missing-as-serialization",
        /// Malformed JSON is an `InvalidParameterException`.
        MalformedAsInvalidParameter = "malformed-as-invalid-parameter",
        /// Malformed JSON is an internal failure with status 500.
        MalformedAsInternal = "malformed-as-internal",
        /// A missing pool is an `InvalidParameterException`.
        MissingPoolAsInvalidParameter = "missing-pool-as-invalid-parameter",
        /// A missing job is an `InvalidParameterException`.
        MissingJobAsInvalidParameter = "missing-job-as-invalid-parameter",
        /// A missing job is an internal error with status 500, as an unchecked look-up does it.
        MissingJobAsInternal = "missing-job-as-internal",
        /// A missing job is answered with success and nothing in it.
        MissingJobSucceeds = "missing-job-succeeds",
        /// Whether the pool exists is not asked: the answer is about the job.
        MissingPoolUnchecked = "missing-pool-unchecked",
        /// `TooManyRequestsException` is called `ThrottlingException`.
        ThrottledAsThrottling = "throttled-as-throttling",

        // Error answers.
        /// `ResourceNotFoundException` has status 404, as the model's trait says and the service does not.
        NotFoundAs404 = "not-found-as-404",
        /// `NotAuthorizedException` has status 403, as the model's trait says and the service does not.
        NotAuthorizedAs403 = "not-authorized-as-403",
        /// `TooManyRequestsException` has status 429, as the model's trait says and the service does not.
        ThrottledAs429 = "throttled-as-429",
        /// `InternalErrorException` has status 400.
        InternalErrorAs400 = "internal-error-as-400",
        /// Errors have status 200.
        ErrorsAs200 = "errors-as-200",
        /// Violated constraints have status 422, as web frameworks have it.
        ConstraintAs422 = "constraint-as-422",
        /// Errors are plain text without a type.
        ErrorsAsText = "errors-as-text",
        /// Errors are an HTML page without a type.
        ErrorsAsHtml = "errors-as-html",
        /// Errors name their type neither in a header nor in the body.
        ErrorsUntyped = "errors-untyped",
        /// Errors have no body and no type.
        ErrorsEmpty = "errors-empty",
        /// The type in errors is in camel case with a small first letter.
        ErrorTypesLowerCamel = "error-types-lower-camel",
        /// Errors have no message.
        MessagesMissing = "messages-missing",
        /// A missing pool is told in other words.
        MissingPoolReworded = "missing-pool-reworded",
        /// Only the first violated constraint is told.
        FirstViolationOnly = "first-violation-only",
        /// Constraint messages are those of a Smithy server.
        SmithyServerMessages = "smithy-server-messages",

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

        // State.
        /// A stop is answered but not stored.
        StopNotStored = "stop-not-stored",
        /// A stopped job is Succeeded from the second reading on: the import went on behind it.
        StoppedJobSucceeds = "stopped-job-succeeds",
        /// A stopped job is gone.
        StopDeletesJob = "stop-deletes-job",
        /// A stopped job is Failed.
        StopFails = "stop-fails",
        /// A throttled stop stops the job all the same.
        ThrottledStopStops = "throttled-stop-stops",
        /// A stop that its job's status refuses marks the job as stopped all the same.
        RefusedStopStops = "refused-stop-stops",
        /// A stop that a wrong signature refuses stops the job all the same.
        UnsignedStopStops = "unsigned-stop-stops",
        /// A job that is InProgress is not stopped, only one that is Pending.
        InProgressRefused = "in-progress-refused",
        /// A stopped job can be started again.
        RestartAccepted = "restart-accepted",
        /// The other started jobs of the pool are stopped too.
        StopsOtherJobs = "stops-other-jobs",
        /// A stop renames the job.
        StopRenames = "stop-renames",
        /// A stop gives the job a new CreationDate.
        StopRedates = "stop-redates",

        // The envelope of requests.
        /// A content type with parameters is refused.
        ContentTypeParametersRefused = "content-type-parameters-refused",
        /// A target is taken whatever its prefix.
        TargetPrefixIgnored = "target-prefix-ignored",
        /// A target is taken in any case.
        TargetCaseIgnored = "target-case-ignored",
        /// An unknown target is a `ResourceNotFoundException` with status 404.
        UnknownTargetAs404 = "unknown-target-as-404",
        /// What follows the JSON object in the body is left unread.
        TrailingBytesIgnored = "trailing-bytes-ignored",
        /// A comma behind the last member is accepted.
        TrailingCommaAccepted = "trailing-comma-accepted",

        // Signatures.
        /// Signatures are not verified.
        SignatureUnchecked = "signature-unchecked",
        /// The age of a signature does not matter.
        SkewUnchecked = "skew-unchecked",
        /// Any access key is known.
        AccessKeyUnchecked = "access-key-unchecked",
        /// Errors of the signature have status 403, as in other protocols.
        SignatureErrorsAs403 = "signature-errors-as-403",

        // Robustness.
        /// A JobId of 55 characters hangs the request.
        HangsOnLongJobId = "hangs-on-long-job-id",
        /// Malformed JSON closes the connection without an answer.
        ClosesOnMalformedJson = "closes-on-malformed-json",
        /// A member of the wrong type closes the connection without an answer, as a crash does it.
        ClosesOnWrongType = "closes-on-wrong-type",
        /// The answer to a missing pool never ends.
        EndlessOnMissingPool = "endless-on-missing-pool",
        /// The answer to a stop breaks off in the middle.
        TruncatedSuccess = "truncated-success",
        /// Stops take 30 seconds.
        SlowStop = "slow-stop",

        // Degenerate endpoints: none of their answers to a stop may pass.
        /// Every stop is answered with 400 and an empty object.
        Always400 = "always-400",
        /// Every stop is answered with 200 and an empty object.
        Always200 = "always-200",
        /// Every stop is answered with its own body.
        Echoes = "echoes",
        /// Every stop is answered by closing the connection.
        AlwaysCloses = "always-closes",
        /// No stop is answered.
        AlwaysHangs = "always-hangs",
        /// Every stop is answered with a body that never ends.
        AlwaysEndless = "always-endless",
    }
}
