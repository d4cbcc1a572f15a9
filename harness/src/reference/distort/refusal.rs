//! A refusal, as mutants have it: another type, another status, other words.

use crate::reference::Mutant;
use crate::reference::distort::lower_camel;
use crate::reference::failure::{Cause, Failure};
use crate::reference::options::Options;

/// What a framework prints where nobody caught what was thrown.
pub(crate) const TRACE: &str = "NullPointerException\n    at JobStore.find(JobStore.java:42)";

/// A refusal of a stop.
pub(crate) fn failure(mut failure: Failure, options: &Options) -> Failure {
    let Some(mutant) = options.mutant() else {
        return failure;
    };
    let name = failure.name.clone();
    let becomes = match (mutant, failure.cause) {
        (Mutant::ConstraintAsValidation, Cause::Constraint) => Some(("ValidationException", 400)),
        (Mutant::ConstraintAs422, Cause::Constraint) => Some((&*name, 422)),
        (Mutant::WrongTypeAsInvalidParameter, Cause::WrongType)
        | (Mutant::MalformedAsInvalidParameter, Cause::Malformed | Cause::EmptyBody)
        | (Mutant::MissingPoolAsInvalidParameter, Cause::MissingPool)
        | (Mutant::MissingJobAsInvalidParameter, Cause::MissingJob) => {
            Some(("InvalidParameterException", 400))
        }
        (Mutant::MalformedAsInternal, Cause::Malformed | Cause::EmptyBody) => {
            Some(("InternalFailure", 500))
        }
        (Mutant::MissingJobAsInternal, Cause::MissingJob) => Some(("InternalErrorException", 500)),
        (Mutant::MissingJobAsOwnType, Cause::MissingJob) => {
            Some(("UserImportJobNotFoundException", 400))
        }
        (Mutant::EmptyBodyAsInternal, Cause::EmptyBody) => Some(("InternalFailure", 500)),
        (Mutant::WrongTypeAs500, Cause::WrongType) => Some((&*name, 500)),
        (Mutant::SignatureErrorsAsDenied, Cause::Signature) => Some(("AccessDeniedException", 400)),
        (Mutant::UnknownTargetAs404, Cause::Target) => Some(("ResourceNotFoundException", 404)),
        (Mutant::SignatureErrorsAs403, Cause::Signature) => Some((&*name, 403)),
        (Mutant::ErrorsAs200, _) => Some((&*name, 200)),
        _ => None,
    };
    if let Some((name, status)) = becomes {
        name.clone_into(&mut failure.name);
        failure.status = status;
    }
    renamed(failure, mutant, &name)
}

/// What mutants do to errors of one type, or to all of them.
fn renamed(mut failure: Failure, mutant: Mutant, name: &str) -> Failure {
    match (mutant, name) {
        (Mutant::NotFoundAs404, "ResourceNotFoundException") => failure.status = 404,
        (Mutant::NotAuthorizedAs403, "NotAuthorizedException") => failure.status = 403,
        (Mutant::ThrottledAs429, "TooManyRequestsException") => failure.status = 429,
        (Mutant::InternalErrorAs400, "InternalErrorException") => failure.status = 400,
        (Mutant::ThrottledAsThrottling, "TooManyRequestsException") => {
            "ThrottlingException".clone_into(&mut failure.name);
        }
        (Mutant::PreconditionAs412, "PreconditionNotMetException") => failure.status = 412,
        (Mutant::NotEnabledAs501, "OperationNotEnabledException") => failure.status = 501,
        (Mutant::NotEnabledAsInternal, "OperationNotEnabledException") => {
            failure = Failure::fault("InternalErrorException");
        }
        (Mutant::IncompleteAsInvalid, "IncompleteSignatureException")
        | (Mutant::UnknownKeyAsInvalid, "UnrecognizedClientException") => {
            "InvalidSignatureException".clone_into(&mut failure.name);
        }
        (Mutant::ThrottledReworded, "TooManyRequestsException") => {
            failure.message = Some("Please slow down.".to_owned());
        }
        (Mutant::TraceAsMessage, "InternalErrorException") => {
            failure.message = Some(TRACE.to_owned());
        }
        (Mutant::ErrorsUpperSnake, _) => failure.name = upper_snake(&failure.name),
        (Mutant::ErrorsWithoutException, _) => {
            let name = failure.name.trim_end_matches("Exception");
            failure.name = name.to_owned();
        }
        (Mutant::ErrorTypesLowerCamel, _) => failure.name = lower_camel(&failure.name),
        (Mutant::MessagesMissing, _) => failure.message = None,
        (Mutant::MissingPoolReworded, "ResourceNotFoundException")
            if failure.cause == Cause::MissingPool =>
        {
            failure.message = Some("The user pool was not found.".to_owned());
        }
        _ => {}
    }
    failure
}

fn upper_snake(name: &str) -> String {
    let mut out = String::new();
    for c in name.chars() {
        if c.is_ascii_uppercase() && !out.is_empty() {
            out.push('_');
        }
        out.push(c.to_ascii_uppercase());
    }
    out
}
