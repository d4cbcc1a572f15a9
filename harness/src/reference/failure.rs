//! Refusals: an error type, a status, and a message as the service words it.

use crate::contract::{self, Status};

/// Why a request is refused, and as what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Failure {
    pub(crate) cause: Cause,
    /// The error type.
    pub(crate) name: String,
    /// The HTTP status.
    pub(crate) status: u16,
    pub(crate) message: Option<String>,
}

/// What was wrong, which a type alone does not tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cause {
    Unroutable,
    MediaType,
    TooLarge,
    EmptyBody,
    Malformed,
    Target,
    Signature,
    Fault,
    WrongType,
    Constraint,
    MissingPool,
    MissingJob,
    JobStatus,
    Torn,
    Other,
}

impl Failure {
    fn new(cause: Cause, name: &str, message: impl Into<Option<String>>) -> Self {
        Self {
            cause,
            name: name.to_owned(),
            status: contract::declared(name).map_or(400, |declared| declared.status),
            message: message.into(),
        }
    }

    /// A request that no operation answers to: another method or path. Recorded for other paths of the host.
    ///
    /// Not established: the status; 400 and 404 were both reported.
    pub(crate) fn unroutable() -> Self {
        let message = "The server did not understand the operation that was requested.";
        Self::new(Cause::Unroutable, "BadRequest", message.to_owned())
    }

    /// A content type that is not AWS JSON 1.1.
    ///
    /// Not established for this service: Athena answers so to a missing or an older one.
    pub(crate) fn media_type() -> Self {
        Self {
            status: 404,
            ..Self::new(Cause::MediaType, "UnknownOperationException", None)
        }
    }

    /// A body over the bound.
    ///
    /// Not established: the size, the type and whether there is a body; the type and the status are those of the common
    /// errors.
    pub(crate) fn too_large() -> Self {
        Self {
            status: 413,
            ..Self::new(Cause::TooLarge, "RequestEntityTooLargeException", None)
        }
    }

    /// A body that is no JSON object.
    pub(crate) fn malformed(message: Option<&str>) -> Self {
        let message = message.map(str::to_owned);
        Self::new(Cause::Malformed, "SerializationException", message)
    }

    /// No body at all.
    pub(crate) fn empty_body() -> Self {
        Self::new(Cause::EmptyBody, "SerializationException", None)
    }

    /// A target that names no operation of the service, or none at all.
    pub(crate) fn target() -> Self {
        Self::new(Cause::Target, "UnknownOperationException", None)
    }

    pub(crate) fn signature(name: &str, message: impl Into<String>) -> Self {
        Self::new(Cause::Signature, name, message.into())
    }

    /// A member whose JSON type is not the model's.
    pub(crate) fn wrong_type(message: &str) -> Self {
        Self::new(
            Cause::WrongType,
            "SerializationException",
            message.to_owned(),
        )
    }

    pub(crate) fn constraint(message: String) -> Self {
        Self::new(Cause::Constraint, "InvalidParameterException", message)
    }

    /// Recorded: aws/aws-sdk-go#2436.
    pub(crate) fn missing_pool(pool: &str) -> Self {
        let message = format!("User pool {pool} does not exist.");
        Self::new(Cause::MissingPool, "ResourceNotFoundException", message)
    }

    /// Not established: the text, and that a job of another pool is told so too.
    pub(crate) fn missing_job(job: &str) -> Self {
        let message = format!("User import job {job} does not exist.");
        Self::new(Cause::MissingJob, "ResourceNotFoundException", message)
    }

    /// Not established: what a stop of a job that is not running is told.
    pub(crate) fn not_stoppable(job: &str, status: Status) -> Self {
        let message = format!("User import job {job} cannot be stopped in the status {status}.");
        Self::new(Cause::JobStatus, "PreconditionNotMetException", message)
    }

    /// Documented: "After you stop the job, it cannot be restarted." Not established: the text.
    pub(crate) fn not_startable(job: &str, status: Status) -> Self {
        let message = format!("User import job {job} cannot be started in the status {status}.");
        Self::new(Cause::JobStatus, "PreconditionNotMetException", message)
    }

    /// Recorded: aws-amplify/amplify-js#6416.
    pub(crate) fn no_csv(job: &str) -> Self {
        let message = format!("No csv file was uploaded for {job}");
        Self::new(Cause::Other, "PreconditionNotMetException", message)
    }

    /// Documented: "If the user pool has no auto-verified attributes, the import job will not start." Not established: how
    /// that is told.
    pub(crate) fn not_verifying(pool: &str) -> Self {
        let message = format!("User pool {pool} has no auto-verified attributes.");
        Self::new(Cause::Other, "PreconditionNotMetException", message)
    }

    /// Documented: "Only one import job can be active at a time per account." Not established: the text.
    pub(crate) fn too_many_active() -> Self {
        let message = "Another user import job is already active.".to_owned();
        Self::new(Cause::Other, "PreconditionNotMetException", message)
    }

    /// Documented for DeleteUserPool. Not established: the text.
    pub(crate) fn import_in_progress(pool: &str) -> Self {
        let message = format!("A user import job of user pool {pool} is in progress.");
        Self::new(Cause::Other, "UserImportInProgressException", message)
    }

    /// Documented for the making of pools and jobs. Not established: the text.
    pub(crate) fn limit_exceeded(what: &str, max: usize) -> Self {
        let message = format!("There may be at most {max} {what}.");
        Self::new(Cause::Other, "LimitExceededException", message)
    }

    /// Recorded: aws-amplify/amplify-js#3554.
    pub(crate) fn throttled() -> Self {
        Self::new(
            Cause::Fault,
            "TooManyRequestsException",
            "Rate exceeded".to_owned(),
        )
    }

    /// A connection that a crash closes: nobody sees the answer.
    pub(crate) fn torn() -> Self {
        Self::new(Cause::Torn, "InternalErrorException", None)
    }

    /// An error that was queued.
    pub(crate) fn fault(name: &str) -> Self {
        let message = match name {
            // Recorded: aws-amplify/amplify-js#3554, aws-amplify/aws-sdk-android#2022, aws/aws-cli#3348.
            "TooManyRequestsException" => "Rate exceeded",
            "InternalErrorException" => "Internal server error.",
            "NotAuthorizedException" => "User is not authorized to get auth details.",
            // Not established: the texts of all others.
            "OperationNotEnabledException" => {
                "This operation is not available for the current user pool configuration."
            }
            _ => "The request was refused.",
        };
        let failure = Self::new(Cause::Fault, name, message.to_owned());
        match name {
            "InternalFailure" => Self {
                status: 500,
                ..failure
            },
            "ServiceUnavailable" => Self {
                status: 503,
                ..failure
            },
            _ => failure,
        }
    }
}
