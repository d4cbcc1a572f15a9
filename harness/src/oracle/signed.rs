//! What the signature of a request permits.

use crate::case::Signature;
use crate::oracle::answers::{
    GARBAGE, INCOMPLETE, OUT_OF_TIME, TAMPERED, UNKNOWN_KEY, UNSIGNED, WRONG_SECRET,
};
use crate::oracle::known::Signing;
use crate::oracle::permitted::Class;

/// What comes of a signature.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Verified {
    /// The request goes on.
    Passes,
    /// The request is refused.
    Refused(Class),
    /// The one or the other, since it is not known what the endpoint asks.
    Either(Class),
    /// Not established.
    Unclear(&'static str),
}

/// What comes of a signature where that much is asked.
pub(crate) fn verify(signature: Signature, signing: Signing) -> Verified {
    if signing == Signing::Ignored {
        return Verified::Passes;
    }
    let refusal = match signature {
        Signature::Valid => return Verified::Passes,
        Signature::Unsigned if signing == Signing::Optional => return Verified::Passes,
        Signature::WrongRegion | Signature::WrongService => {
            return Verified::Unclear("what a signature for another scope gets is not established");
        }
        Signature::Query => {
            return Verified::Unclear("what a signature in the query gets is not established");
        }
        // The recording does not show the status; neighbours have 400 and the page of common errors has 403.
        Signature::Unsigned => Class::refusal(
            UNSIGNED,
            &["MissingAuthenticationTokenException"],
            &[400, 403],
        ),
        Signature::UnknownKey => {
            Class::refusal(UNKNOWN_KEY, &["UnrecognizedClientException"], &[400])
        }
        Signature::WrongSecret => {
            Class::refusal(WRONG_SECRET, &["InvalidSignatureException"], &[400])
        }
        Signature::TamperedBody | Signature::TamperedHeader | Signature::TamperedSignature => {
            Class::refusal(TAMPERED, &["InvalidSignatureException"], &[400])
        }
        Signature::Expired | Signature::Early => Class::refusal(
            OUT_OF_TIME,
            &["InvalidSignatureException", "RequestExpired"],
            &[400],
        ),
        Signature::NoSignature | Signature::NoCredential | Signature::NoSignedHeaders => {
            Class::refusal(
                INCOMPLETE,
                &["IncompleteSignatureException", "IncompleteSignature"],
                &[400],
            )
        }
        Signature::Garbage => Class::refusal(
            GARBAGE,
            &[
                "IncompleteSignatureException",
                "MissingAuthenticationTokenException",
            ],
            &[400],
        ),
    };
    if signing == Signing::Unknown {
        Verified::Either(refusal)
    } else {
        Verified::Refused(refusal)
    }
}
