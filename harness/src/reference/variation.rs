//! Ways in which an endpoint may differ from this one and still be AWS. None of them may raise an alarm.

use crate::reference::named::named;

named! {
    /// A difference that the evidence permits.
    Variation, listed by "variations" {
        /// Timestamps are written with an exponent, as in `1.736443496379E9`; recorded samples of the service have both forms.
        ExponentTimestamps = "exponent-timestamps",
        /// Timestamps have no fraction of a second.
        WholeSeconds = "whole-seconds",
        /// A stop answers `Stopping`, and the job is `Stopped` 200 ms later.
        StoppingFirst = "stopping-first",
        /// The error type in the body has its namespace, as in `com.amazonaws.cognitoidentityprovider#X`.
        NamespacedType = "namespaced-type",
        /// The error type is in the header only.
        TypeInHeaderOnly = "type-in-header-only",
        /// The error type is in the body only, as neighbouring services have it.
        TypeInBodyOnly = "type-in-body-only",
        /// A `SerializationException` has no message.
        SerializationWithoutMessage = "serialization-without-message",
        /// Every error has its text under `Message`.
        CapitalMessage = "capital-message",
        /// Violated constraints are listed in the opposite order.
        ReversedViolations = "reversed-violations",
        /// The job has members that the contract does not know.
        ExtraMembers = "extra-members",
        /// The optional `PasswordHashingAlgorithm` is shown.
        HashingAlgorithmShown = "hashing-algorithm-shown",
        /// Members of the job come in the opposite order.
        ReversedMembers = "reversed-members",
        /// Header names are in lower case.
        LowerCaseHeaders = "lower-case-headers",
        /// Header names are in title case.
        TitleCaseHeaders = "title-case-headers",
        /// Answers come in chunks.
        ChunkedAnswers = "chunked-answers",
        /// The connection is closed behind every answer.
        ClosesConnections = "closes-connections",
        /// Every answer takes 100 ms.
        SlowAnswers = "slow-answers",
        /// JSON is written with blanks and line ends.
        PrettyBodies = "pretty-bodies",
        /// Capital letters and slashes within JSON texts and names are escaped, as in `\u004a`.
        EscapedTexts = "escaped-texts",
        /// Answers carry headers for browsers, two cookies and one header twice.
        ExtraHeaders = "extra-headers",
        /// The error type is in the member `code` only.
        TypeInCode = "type-in-code",
        /// The error type in the header has no colon behind it.
        TypeHeaderWithoutColon = "type-header-without-colon",
        /// Violated constraints are told without details, as one recorded answer of 2026 does it.
        ConstraintsUntold = "constraints-untold",
        /// Patterns are told with `^` and `$`, as AWS exports them.
        PatternsAnchored = "patterns-anchored",
        /// A stopped job has imported three users.
        UsersImported = "users-imported",
        /// The PreSignedUrl is another one in every answer.
        UrlsSignedAnew = "urls-signed-anew",
        /// A missing job is told in other words.
        MissingJobReworded = "missing-job-reworded",
        /// A job of another pool is a `NotAuthorizedException`.
        ForeignJobNotAuthorized = "foreign-job-not-authorized",
        /// A stop that its job's status refuses is told in other words.
        RefusedStopReworded = "refused-stop-reworded",
        /// A stop that its job's status refuses is an `InvalidParameterException`.
        RefusedStopAsInvalidParameter = "refused-stop-as-invalid-parameter",
        /// A stop of a job that has ended shows the job and changes nothing.
        EndedStopUnchanged = "ended-stop-unchanged",
        /// A job that was never started can be stopped.
        CreatedStopsToo = "created-stops-too",
    }
}
