//! The rules about the answer to a request.

use crate::case::Level::{Must, Observe, Should};
use crate::case::SourceKind::{Documented, Inferred, Recorded, RecordedOther};
use crate::oracle::rule::{Rule, rules};

rules! {
    CONSTRAINT = "constraint-refused", Must(
        "A member that is missing or breaks a constraint is refused as InvalidParameterException.",
        Recorded,
        "aws/aws-sdk-js#3344, aws-amplify/amplify-js#6460",
    );
    LOOSE_CONSTRAINT = "loose-constraint-refused", Should(
        "A member that only another dialect's pattern accepts is refused as InvalidParameterException.",
        Documented,
        "API reference, StopUserImportJob, Request Parameters: the patterns; Java, java.util.regex.Pattern",
    );
    WRONG_TYPE = "wrong-type-refused", Must(
        "An object, a whole number or a boolean in place of a text is refused as SerializationException.",
        Recorded,
        "aws-amplify/amplify-js#5165, amazon-archives/amazon-cognito-identity-js#485, pmill/aws-cognito#10",
    );
    WRONG_TYPE_ELSEWHERE = "unusual-type-refused", Should(
        "A list, a fraction or an enormous number in place of a text is refused as SerializationException.",
        RecordedOther,
        "Amazon Athena, aoyagikouhei/athena-local, docs/dev/measurements/errors.md",
    );
    MALFORMED = "malformed-body-refused", Should(
        "A body that is no JSON object is refused as SerializationException.",
        RecordedOther,
        "Amazon Athena, aoyagikouhei/athena-local, docs/dev/measurements/errors.md",
    );
    NOTHING = "empty-body-refused", Should(
        "A body without an object is refused, as SerializationException or as one without its members.",
        RecordedOther,
        "Amazon Athena, aoyagikouhei/athena-local, docs/dev/measurements/errors.md",
    );
    NO_POOL = "pool-not-found", Must(
        "A pool that does not exist is answered with ResourceNotFoundException.",
        Recorded,
        "aws/aws-sdk-go#2436",
    );
    NO_JOB = "job-not-found", Must(
        "A job that the pool does not have is answered with ResourceNotFoundException.",
        Documented,
        "API reference, StopUserImportJob, Errors",
    );
    OTHER_IDS = "ids-not-found", Should(
        "Ids that satisfy their constraints and name nothing are answered with ResourceNotFoundException.",
        Documented,
        "API reference, StopUserImportJob, Errors",
    );
    OTHER_POOL = "other-pool-refused", Should(
        "A job is not stopped through a pool that is not its own.",
        Inferred,
        "API reference, UserImportJobType, UserPoolId; which error it is has not been recorded",
    );
    STOPPED = "started-job-stops", Must(
        "Stopping a started job answers 200 with the job in Stopped or Stopping.",
        Recorded,
        "API reference, StopUserImportJob, Examples; awscli examples, cognito-idp stop-user-import-job",
    );
    NOT_RUNNING = "not-running-open", Observe(
        "What a job answers that is not running is not established: a declared error or a success.",
        Inferred,
        "API reference, StopUserImportJob, Errors; no recorded answer was found",
    );
    UNKNOWN_STATE = "unknown-state-open", Observe(
        "What the ids name is not known: a declared error or a success.",
        Inferred,
        "API reference, StopUserImportJob, Errors",
    );
    QUEUED = "injected-error", Must(
        "A declared error comes with its type and the status of the API reference.",
        Documented,
        "API reference, StopUserImportJob, Errors; recorded: aws/aws-cli#3348, aws/aws-sdk-java#2301",
    );
    QUEUED_COMMON = "injected-common-error", Should(
        "An error that the endpoint was told to answer comes with its type.",
        Documented,
        "AWS common error types",
    );
    UNSIGNED = "unsigned-refused", Must(
        "A request without a signature is refused as MissingAuthenticationTokenException.",
        Recorded,
        "awslabs/aws-sdk-ios-samples#108; the status code is not shown",
    );
    UNKNOWN_KEY = "unknown-key-refused", Must(
        "A signature by a key that nobody has is refused as UnrecognizedClientException.",
        Recorded,
        "aws/aws-sdk-php#2444, pmill/aws-cognito#16",
    );
    WRONG_SECRET = "wrong-secret-refused", Must(
        "A signature made with another secret is refused as InvalidSignatureException.",
        Recorded,
        "ellaisys/aws-cognito#24, ArranJacques/laravel-aws-cognito-auth#18",
    );
    TAMPERED = "tampered-refused", Should(
        "A request that was changed after it was signed is refused as InvalidSignatureException.",
        Inferred,
        "ellaisys/aws-cognito#24 shows the answer to a signature that does not match",
    );
    OUT_OF_TIME = "out-of-time-refused", Should(
        "A signature for a moment an hour away is refused.",
        RecordedOther,
        "aws/aws-sdk-js#254",
    );
    INCOMPLETE = "incomplete-signature-refused", Should(
        "An Authorization header without one of its parts is refused as IncompleteSignatureException.",
        RecordedOther,
        "Amazon Kinesis, mhart/kinesalite c76689da, test/connection.js",
    );
    GARBAGE = "garbage-signature-refused", Should(
        "An Authorization header that is no signature is refused as one that is incomplete or missing.",
        RecordedOther,
        "Amazon Kinesis, mhart/kinesalite c76689da, test/connection.js",
    );
}

impl Rule {
    /// What it says to whoever does not ask how firmly it stands: several rules may say the same.
    pub(crate) fn gist(&self) -> &'static str {
        match *self {
            CONSTRAINT | LOOSE_CONSTRAINT => "constraints are refused",
            WRONG_TYPE | WRONG_TYPE_ELSEWHERE => "wrong types are refused",
            MALFORMED | NOTHING => "what is no request is refused",
            _ => self.text.trim_end_matches('.'),
        }
    }
}
