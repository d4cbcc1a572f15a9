//! What is wrong about the way in: the envelope of a request, and its signature.

/// Adds the mutants of this area, and hands over to the next one.
macro_rules! requests {
    ([$next:ident $($later:ident)*] $($before:tt)*) => {
        $next! {
            [$($later)*] $($before)*

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
        }
    };
}

pub(super) use requests;
