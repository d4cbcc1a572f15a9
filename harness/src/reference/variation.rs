//! Ways in which an endpoint may differ from this one and still be AWS. None of them may raise an alarm.

use crate::reference::named::named;

named! {
    /// A difference that the evidence permits.
    Variation {
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
    }
}
