//! Mutants that deviate for few requests only, as a race or a cache does it, and yet for the same ones in every run.
//!
//! Each is another mutant for the requests that it strikes, and none for all others. Which it strikes is decided by a hash of
//! the request, whose body has the ids; neither order nor time has a say. Since the ids that a case gets depend on which
//! cases run beside it, a catch is a matter of chances, and every kind below has too many of them to escape.

use sha2::{Digest, Sha256};

use crate::reference::Mutant;
use crate::wire::Request;

/// For deviations in every answer or in every refusal: the suite has some 190 refusals that are judged, so that one run in
/// 17,000 misses such a mutant.
const OF_REFUSALS: u32 = 20;

/// For deviations in a success or about a constraint: the suite has some 70 successes and 100 broken constraints that are
/// judged. One in 20 would be missed by one run in 36, one in 8 by one in 11,000.
const OF_FEW: u32 = 8;

/// What an intermittent mutant is now and then, and for one in how many requests.
pub(crate) fn constant(mutant: Mutant) -> Option<(Mutant, u32)> {
    Some(match mutant {
        Mutant::SometimesNotStored => (Mutant::StopNotStored, OF_FEW),
        Mutant::SometimesInternalError => (Mutant::SuccessAsInternal, OF_FEW),
        Mutant::SometimesOtherJobId => (Mutant::OtherJobId, OF_FEW),
        Mutant::SometimesNullMember => (Mutant::NullMembers, OF_FEW),
        Mutant::SometimesUnwrapped => (Mutant::Unwrapped, OF_FEW),
        Mutant::SometimesConstraintsUnchecked => (Mutant::ConstraintsUnchecked, OF_FEW),
        Mutant::SometimesConstraintAsValidation => (Mutant::ConstraintAsValidation, OF_FEW),
        Mutant::SometimesUntypedError => (Mutant::ErrorsUntyped, OF_REFUSALS),
        Mutant::SometimesHtmlError => (Mutant::ErrorsAsHtml, OF_REFUSALS),
        Mutant::SometimesErrorAs200 => (Mutant::ErrorsAs200, OF_REFUSALS),
        Mutant::SometimesRequestIdMissing => (Mutant::RequestIdMissing, OF_REFUSALS),
        _ => return None,
    })
}

/// Whether a request is the one in so many.
///
/// Headers are left out: they have the time and the signature of it.
pub(crate) fn strikes(request: &Request, odds: u32) -> bool {
    let mut hash = Sha256::new();
    for part in [
        request.method.as_bytes(),
        request.path.as_bytes(),
        &request.body,
    ] {
        hash.update(part);
    }
    let digest = hash.finalize();
    let number = u32::from_be_bytes([digest[0], digest[1], digest[2], digest[3]]);
    number.is_multiple_of(odds)
}
