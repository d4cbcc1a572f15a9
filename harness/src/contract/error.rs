//! The errors that the operation declares, and those that any operation of the service can meet on the way.

/// An error that the operation declares.
#[derive(Clone, Copy, Debug)]
pub struct Declared {
    /// The shape's name, as in `__type`.
    pub name: &'static str,
    /// The HTTP status on the wire.
    ///
    /// The model's `httpError` traits say 404, 403 and 429 for three of these; the API reference and every recorded answer
    /// say 400, and AWS JSON ignores HTTP binding traits.
    pub status: u16,
    /// Where name and status come from.
    pub cite: &'static str,
}

/// The declared errors: six of the first model, and `OperationNotEnabledException` since 2026-06-01 (botocore 1.43.19).
pub const DECLARED: [Declared; 7] = [
    Declared {
        name: "InternalErrorException",
        status: 500,
        cite: "API reference, StopUserImportJob, Errors; recorded: aws-amplify/aws-sdk-android#2022",
    },
    Declared {
        name: "InvalidParameterException",
        status: 400,
        cite: "API reference, StopUserImportJob, Errors; recorded: aws/aws-sdk-js#3344",
    },
    Declared {
        name: "NotAuthorizedException",
        status: 400,
        cite: "API reference, StopUserImportJob, Errors; recorded: aws/aws-cli#3348",
    },
    Declared {
        name: "OperationNotEnabledException",
        status: 400,
        cite: "API reference, StopUserImportJob, Errors; model: botocore 1.43.19",
    },
    Declared {
        name: "PreconditionNotMetException",
        status: 400,
        cite: "API reference, StopUserImportJob, Errors; recorded for StartUserImportJob: aws-amplify/amplify-js#6416",
    },
    Declared {
        name: "ResourceNotFoundException",
        status: 400,
        cite: "API reference, StopUserImportJob, Errors; recorded: aws/aws-sdk-go#2436",
    },
    Declared {
        name: "TooManyRequestsException",
        status: 400,
        cite: "API reference, StopUserImportJob, Errors; recorded: aws/aws-sdk-java#2301",
    },
];

/// Errors that no operation declares but that its callers can meet: the common errors of the API reference in both
/// editions, and those of the service's front end and of its signature check as recorded.
pub const REACHABLE: [&str; 31] = [
    "AccessDenied",
    "AccessDeniedException",
    "ExpiredTokenException",
    "IncompleteSignature",
    "IncompleteSignatureException",
    "InternalFailure",
    "InvalidAction",
    "InvalidClientTokenId",
    "InvalidParameterCombination",
    "InvalidParameterValue",
    "InvalidQueryParameter",
    "InvalidSignatureException",
    "MalformedHttpRequestException",
    "MalformedQueryString",
    "MissingAction",
    "MissingAuthenticationToken",
    "MissingAuthenticationTokenException",
    "MissingParameter",
    "NotAuthorized",
    "OptInRequired",
    "RequestAbortedException",
    "RequestEntityTooLargeException",
    "RequestExpired",
    "RequestTimeoutException",
    "SerializationException",
    "ServiceUnavailable",
    "Throttling",
    "ThrottlingException",
    "UnknownOperationException",
    "UnrecognizedClientException",
    "ValidationError",
];

/// The declared error of that name.
pub fn declared(name: &str) -> Option<&'static Declared> {
    DECLARED.iter().find(|error| error.name == name)
}

/// Whether a caller of the operation can meet an error of that name.
pub fn is_known(name: &str) -> bool {
    declared(name).is_some() || REACHABLE.contains(&name)
}

/// The other errors that a caller can meet and that differ from a name in spelling only: by `Exception` at its end, by capitals,
/// by underscores.
pub fn spelled_alike(name: &str) -> impl Iterator<Item = &'static str> {
    let letters = letters(name);
    let declared = DECLARED.iter().map(|error| error.name);
    let known = declared.chain(REACHABLE);
    known.filter(move |known| *known != name && self::letters(known) == letters)
}

/// The letters that tell a name from others.
fn letters(name: &str) -> String {
    let letters = name.chars().filter(char::is_ascii_alphanumeric);
    let mut letters: String = letters.map(|letter| letter.to_ascii_lowercase()).collect();
    if let Some(stem) = letters.strip_suffix("exception") {
        letters.truncate(stem.len());
    }
    letters
}
