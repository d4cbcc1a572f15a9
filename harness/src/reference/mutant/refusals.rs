//! What is wrong about refusals: their types, and how they are told.

/// Adds the mutants of this area, and hands over to the next one.
macro_rules! refusals {
    ([$next:ident $($later:ident)*] $($before:tt)*) => {
        $next! {
            [$($later)*] $($before)*

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
        }
    };
}

pub(super) use refusals;
