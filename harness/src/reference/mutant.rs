//! Ways in which the endpoint is wrong on purpose, to prove that a run would notice.
//!
//! Each is a slip that the author of an emulator could really make, and each breaks something that is established. What the
//! evidence leaves open is a [`Variation`](crate::reference::Variation) instead. Only StopUserImportJob is wrong, so that what a
//! run needs round it still works; the exceptions are what Start and Describe make of a job that a stop has met.

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
        /// Any line of the JobId may match its pattern, as `^` and `$` of Ruby have it.
        JobIdMultiline = "job-id-multiline",
        /// Any line of the UserPoolId may match its pattern, as `^` and `$` of Ruby have it.
        UserPoolIdMultiline = "user-pool-id-multiline",
        /// Full stops in a JobId are accepted.
        JobIdDotAccepted = "job-id-dot-accepted",
        /// Percent escapes in texts are undone before they are validated.
        PercentDecoded = "percent-decoded",
        /// A UserPoolId needs no underscore.
        UserPoolIdUnderscoreOptional = "user-pool-id-underscore-optional",
        /// A UserPoolId may have nothing in front of its underscore.
        UserPoolIdFrontOptional = "user-pool-id-front-optional",
        /// A UserPoolId may have one underscore only.
        UserPoolIdOneUnderscore = "user-pool-id-one-underscore",
        /// Texts end at their first NUL, as those of C do.
        TextsCutAtNul = "texts-cut-at-nul",
        /// No constraint is checked, so that whatever is malformed is merely not found.
        ConstraintsUnchecked = "constraints-unchecked",

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
        /// A zero and a false are taken for no value.
        FalsyAsMissing = "falsy-as-missing",
        /// An object is taken for the text `[object Object]`.
        ObjectsCoerced = "objects-coerced",
        /// A null is refused, even under a name that the operation does not know.
        NullsRefused = "nulls-refused",
        /// Objects and lists are refused under every name, as a reader of flat bodies does it.
        NestedMembersRefused = "nested-members-refused",
        /// A JobName in the request renames the job, as copying the whole request over it does.
        UnknownMembersCopied = "unknown-members-copied",
        /// Each member is validated before the type of the next is looked at.
        MembersInTurn = "members-in-turn",

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
        /// A missing job is a `UserImportJobNotFoundException`, which the service does not have.
        MissingJobAsOwnType = "missing-job-as-own-type",
        /// `OperationNotEnabledException`, which older models lack, is an `InternalErrorException`.
        NotEnabledAsInternal = "not-enabled-as-internal",
        /// A job of another pool is an internal error with status 500.
        ForeignJobAsInternal = "foreign-job-as-internal",
        /// An empty body is an internal failure with status 500.
        EmptyBodyAsInternal = "empty-body-as-internal",

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
        /// `PreconditionNotMetException` has status 412, as HTTP calls it.
        PreconditionAs412 = "precondition-as-412",
        /// `OperationNotEnabledException` has status 501, as for what is not implemented.
        NotEnabledAs501 = "not-enabled-as-501",
        /// A member of the wrong type has status 500, though the type is right.
        WrongTypeAs500 = "wrong-type-as-500",
        /// Error types lack their ending `Exception`.
        ErrorsWithoutException = "errors-without-exception",
        /// Error types are in capitals with underscores.
        ErrorsUpperSnake = "errors-upper-snake",
        /// Errors are wrapped into a member `error`, and no header names their type.
        ErrorsNested = "errors-nested",
        /// The type of errors is in a member `type` only.
        ErrorsUnderType = "errors-under-type",
        /// Errors have their status under `code`, and their type nowhere.
        ErrorsCodedByNumber = "errors-coded-by-number",
        /// The type of errors is only in front of their message.
        ErrorsTypedInMessage = "errors-typed-in-message",
        /// Errors are XML, as in the query protocol.
        ErrorsAsXml = "errors-as-xml",
        /// The header names every error `ClientError`, whatever the body says.
        ErrorTypesDisagree = "error-types-disagree",
        /// Errors carry the `x-amzn-query-error` of services that once spoke the query protocol.
        QueryErrorHeader = "query-error-header",
        /// The message of errors is a list of texts.
        MessageList = "message-list",
        /// The message of an internal error is a stack trace.
        TraceAsMessage = "trace-as-message",
        /// A throttled request is told to slow down.
        ThrottledReworded = "throttled-reworded",
        /// A message goes into its header as it stands, so that an end of line in it begins another.
        LineEndsInHeaders = "line-ends-in-headers",
        /// Constraint messages name the member as it is in the request, `JobId`.
        PathAsMemberName = "path-as-member-name",
        /// Constraint messages do not show the value.
        ValuesNotEchoed = "values-not-echoed",
        /// Constraint messages show the first 32 characters of the value.
        ValuesCut = "values-cut",
        /// Constraint messages put a null in quotes.
        NullInQuotes = "null-in-quotes",
        /// Constraint messages begin with `1 validation error detected`, however many there are.
        CountAlwaysOne = "count-always-one",
        /// Violated constraints are on lines of their own.
        ViolationsOnLines = "violations-on-lines",
        /// Only the first violated constraint of each member is told.
        OneViolationAMember = "one-violation-a-member",
        /// Constraint messages show the pattern of the UserPoolId for both members.
        OnePatternForAll = "one-pattern-for-all",

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
        /// DescribeUserImportJob dates a stopped job anew; the answer to the stop does not.
        DescribedRedated = "described-redated",
        /// DescribeUserImportJob shows no completion of a stopped job.
        DescribedWithoutCompletion = "described-without-completion",
        /// A stopped job is gone from the second reading on.
        GoneOnSecondRead = "gone-on-second-read",
        /// A stopped job is InProgress again from the second reading on.
        ResumedOnSecondRead = "resumed-on-second-read",
        /// A stopped job is Stopping and never Stopped.
        StoppingForEver = "stopping-for-ever",
        /// A second stop takes the first one back.
        SecondStopResumes = "second-stop-resumes",
        /// A job that has ended is stopped like a running one.
        EndedJobStopped = "ended-job-stopped",
        /// A job that is Stopping can be started again.
        RestartWhileStopping = "restart-while-stopping",
        /// The job is stopped first, and the UserPoolId validated afterwards.
        StoppedBeforeValidation = "stopped-before-validation",

        // Which job is meant.
        /// A job is looked up in all pools, as long as the named one exists.
        JobOfAnyPool = "job-of-any-pool",
        /// A JobId finds the job whose id it begins with.
        JobIdByPrefix = "job-id-by-prefix",
        /// A UserPoolId finds the pool whose id it begins with.
        UserPoolIdByPrefix = "user-pool-id-by-prefix",
        /// A UserPoolId finds its pool in any case.
        UserPoolIdCaseIgnored = "user-pool-id-case-ignored",

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
        /// Requests are taken whatever their method.
        AnyMethodAccepted = "any-method-accepted",
        /// A GET is taken like a POST.
        GetAccepted = "get-accepted",
        /// `X-HTTP-Method-Override` takes the place of the method.
        MethodOverrideHonoured = "method-override-honoured",
        /// An `x-amz-` header that is not known is refused.
        AmzHeadersRefused = "amz-headers-refused",
        /// A content type with a blank in front of its semicolon is refused.
        ContentTypeBlanksRefused = "content-type-blanks-refused",
        /// A content type with another parameter than a charset is refused.
        ContentTypeCharsetOnly = "content-type-charset-only",
        /// A target is taken whatever follows the name of the operation.
        TargetBeginningSuffices = "target-beginning-suffices",
        /// A request without a target is taken for a stop.
        TargetOptional = "target-optional",
        /// Escapes in texts are not undone.
        EscapesKept = "escapes-kept",
        /// The first member is the UserPoolId and the second the JobId, whatever their names.
        MembersByPlace = "members-by-place",
        /// A tab between the members is refused.
        TabsRefused = "tabs-refused",
        /// Comments in the body are accepted.
        CommentsAccepted = "comments-accepted",
        /// Texts may be within apostrophes.
        ApostrophesAccepted = "apostrophes-accepted",
        /// Form feeds count as blanks.
        FormFeedsAccepted = "form-feeds-accepted",
        /// What precedes the first brace of the body is left unread.
        LeadingTextIgnored = "leading-text-ignored",
        /// A body that is a list of one object is taken for that object.
        ListBodyUnwrapped = "list-body-unwrapped",
        /// A body that is a text with an object in it is taken for that object.
        TextBodyUnwrapped = "text-body-unwrapped",

        // Signatures.
        /// Signatures are not verified.
        SignatureUnchecked = "signature-unchecked",
        /// The age of a signature does not matter.
        SkewUnchecked = "skew-unchecked",
        /// Any access key is known.
        AccessKeyUnchecked = "access-key-unchecked",
        /// Errors of the signature have status 403, as in other protocols.
        SignatureErrorsAs403 = "signature-errors-as-403",
        /// A signature may be as old as it likes.
        ExpiredSignatureAccepted = "expired-signature-accepted",
        /// A signature may come from any time ahead.
        EarlySignatureAccepted = "early-signature-accepted",
        /// A signature may be for any region.
        SignedRegionUnchecked = "signed-region-unchecked",
        /// A signature may be for any service.
        SignedServiceUnchecked = "signed-service-unchecked",
        /// Signatures are compared by their length.
        SignatureLengthOnly = "signature-length-only",
        /// An `Authorization` header that cannot be read is passed over.
        IncompleteSignatureAccepted = "incomplete-signature-accepted",
        /// An incomplete signature is an `InvalidSignatureException`.
        IncompleteAsInvalid = "incomplete-as-invalid",
        /// An unknown access key is an `InvalidSignatureException`.
        UnknownKeyAsInvalid = "unknown-key-as-invalid",
        /// Errors of the signature are an `AccessDeniedException`.
        SignatureErrorsAsDenied = "signature-errors-as-denied",
        /// The message about an unknown access key repeats it.
        UnknownKeyTold = "unknown-key-told",
        /// The message about a wrong signature ends with what was signed, as in other services.
        CanonicalRequestTold = "canonical-request-told",

        // Robustness.
        /// A JobId of 55 characters hangs the request.
        HangsOnLongJobId = "hangs-on-long-job-id",
        /// Malformed JSON closes the connection without an answer.
        ClosesOnMalformedJson = "closes-on-malformed-json",
        /// A member of the wrong type closes the connection without an answer, as a crash does it.
        ClosesOnWrongType = "closes-on-wrong-type",
        /// The answer to a missing job never ends.
        EndlessOnMissingJob = "endless-on-missing-job",
        /// The answer to a stop breaks off in the middle.
        TruncatedSuccess = "truncated-success",
        /// Stops take 30 seconds.
        SlowStop = "slow-stop",
        /// A body with characters beyond ASCII closes the connection without an answer.
        ClosesOnUnicode = "closes-on-unicode",
        /// A NUL in a member hangs the request.
        HangsOnNul = "hangs-on-nul",
        /// A body nested 32 deep is an HTML page with status 500.
        HtmlOnDeepNesting = "html-on-deep-nesting",
        /// A member of the wrong type is a stack trace with status 500.
        TraceOnWrongType = "trace-on-wrong-type",
        /// A body of some kilobytes closes the connection without an answer.
        ClosesOnLongValue = "closes-on-long-value",

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

        // Intermittent ones: for most requests they are no mutants. `sometimes` says for how many, and how sure a catch is.
        /// Now and then, a stop is answered but not stored.
        SometimesNotStored = "sometimes-not-stored",
        /// Now and then, a job that could be stopped is met with an internal error.
        SometimesInternalError = "sometimes-internal-error",
        /// Now and then, the JobId of the answer is another one.
        SometimesOtherJobId = "sometimes-other-job-id",
        /// Now and then, members without a value are null.
        SometimesNullMember = "sometimes-null-member",
        /// Now and then, the job is not wrapped into `UserImportJob`.
        SometimesUnwrapped = "sometimes-unwrapped",
        /// Now and then, no constraint is checked.
        SometimesConstraintsUnchecked = "sometimes-constraints-unchecked",
        /// Now and then, violated constraints are a `ValidationException`.
        SometimesConstraintAsValidation = "sometimes-constraint-as-validation",
        /// Now and then, an error names its type nowhere.
        SometimesUntypedError = "sometimes-untyped-error",
        /// Now and then, an error is an HTML page without a type.
        SometimesHtmlError = "sometimes-html-error",
        /// Now and then, an error has status 200.
        SometimesErrorAs200 = "sometimes-error-as-200",
        /// Now and then, an answer has no `x-amzn-RequestId`.
        SometimesRequestIdMissing = "sometimes-request-id-missing",
    }
}

impl Mutant {
    /// Whether it deviates for some requests only, which a hash of each decides.
    pub fn is_intermittent(self) -> bool {
        self.name().starts_with("sometimes-")
    }
}
