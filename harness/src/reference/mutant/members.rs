//! What is wrong about the members of a request: lengths, patterns, types.

/// Adds the mutants of this area, and hands over to the next one.
macro_rules! members {
    ([$next:ident $($later:ident)*] $($before:tt)*) => {
        $next! {
            [$($later)*] $($before)*

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
        }
    };
}

pub(super) use members;
