//! Mutants that deviate for few requests only, as a race or a cache does it, and yet for the same ones in every run.
//!
//! Each is another mutant for the requests that it strikes, and none for all others. Which it strikes is decided by a hash of
//! the request, whose body has the ids; neither order nor time has a say. Since the ids that a case gets depend on which
//! cases run beside it, a catch is a matter of chances, and every kind below has too many of them to escape.

use sha2::{Digest, Sha256};

use crate::reference::Mutant;
use crate::wire::Request;

/// For deviations in every answer or in every refusal. More than 200 refusals of the suite are judged one by one, so that
/// one run in 28,000 misses such a mutant.
const OF_REFUSALS: u32 = 20;

/// For deviations in a success. 53 successes of the suite are judged one by one: at one in 20, every 15th run would miss the
/// mutant, at one in 5 one run in 137,000 does.
const OF_SUCCESSES: u32 = 5;

/// For deviations about constraints. The suite breaks one in 104 cases that are judged: one run in a million misses it.
const OF_CONSTRAINTS: u32 = 8;

/// What an intermittent mutant is now and then, and for one in how many requests.
pub(crate) fn constant(mutant: Mutant) -> Option<(Mutant, u32)> {
    Some(match mutant {
        Mutant::SometimesNotStored => (Mutant::StopNotStored, OF_SUCCESSES),
        Mutant::SometimesInternalError => (Mutant::SuccessAsInternal, OF_SUCCESSES),
        Mutant::SometimesOtherJobId => (Mutant::OtherJobId, OF_SUCCESSES),
        Mutant::SometimesNullMember => (Mutant::NullMembers, OF_SUCCESSES),
        Mutant::SometimesUnwrapped => (Mutant::Unwrapped, OF_SUCCESSES),
        Mutant::SometimesConstraintsUnchecked => (Mutant::ConstraintsUnchecked, OF_CONSTRAINTS),
        Mutant::SometimesConstraintAsValidation => (Mutant::ConstraintAsValidation, OF_CONSTRAINTS),
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
