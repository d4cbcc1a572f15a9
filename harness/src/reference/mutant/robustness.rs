//! What is wrong about being there at all, always or now and then.

/// Adds the mutants of this area, and hands over to the next one.
macro_rules! robustness {
    ([$next:ident $($later:ident)*] $($before:tt)*) => {
        $next! {
            [$($later)*] $($before)*

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
    };
}

pub(super) use robustness;
