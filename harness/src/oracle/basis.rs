//! Why an answer is permitted: one sentence each, with the evidence that carries it.

use crate::case::{Level, SourceKind};

/// Why a class of answers is permitted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Basis {
    /// What holds, in one sentence.
    pub text: &'static str,
    /// How firmly it holds.
    pub level: Level,
    /// What sort of evidence it stands on.
    pub kind: SourceKind,
    /// Where the evidence is found.
    pub cite: &'static str,
}

impl Basis {
    /// What it says to whoever does not ask how firmly it stands: several bases may say the same.
    pub(crate) fn gist(&self) -> &'static str {
        match *self {
            CONSTRAINT | LOOSE_CONSTRAINT => "constraints are refused",
            WRONG_TYPE | WRONG_TYPE_ELSEWHERE => "wrong types are refused",
            MALFORMED | NOTHING => "what is no request is refused",
            _ => self.text.trim_end_matches('.'),
        }
    }
}

pub(crate) const fn must(text: &'static str, kind: SourceKind, cite: &'static str) -> Basis {
    Basis {
        text,
        level: Level::Must,
        kind,
        cite,
    }
}

pub(crate) const fn should(text: &'static str, kind: SourceKind, cite: &'static str) -> Basis {
    Basis {
        text,
        level: Level::Should,
        kind,
        cite,
    }
}

pub(crate) const fn observe(text: &'static str, cite: &'static str) -> Basis {
    Basis {
        text,
        level: Level::Observe,
        kind: SourceKind::Inferred,
        cite,
    }
}

pub(crate) const CONSTRAINT: Basis = must(
    "A member that is missing or breaks a constraint is refused as InvalidParameterException.",
    SourceKind::Recorded,
    "aws/aws-sdk-js#3344, aws-amplify/amplify-js#6460",
);

pub(crate) const LOOSE_CONSTRAINT: Basis = should(
    "A member that only another dialect's pattern accepts is refused as InvalidParameterException.",
    SourceKind::Documented,
    "API reference, StopUserImportJob, Request Parameters: the patterns; Java, java.util.regex.Pattern",
);

pub(crate) const WRONG_TYPE: Basis = must(
    "An object, a whole number or a boolean in place of a text is refused as SerializationException.",
    SourceKind::Recorded,
    "aws-amplify/amplify-js#5165, amazon-archives/amazon-cognito-identity-js#485, pmill/aws-cognito#10",
);

pub(crate) const WRONG_TYPE_ELSEWHERE: Basis = should(
    "A list, a fraction or an enormous number in place of a text is refused as SerializationException.",
    SourceKind::RecordedOther,
    "Amazon Athena, aoyagikouhei/athena-local, docs/dev/measurements/errors.md",
);

pub(crate) const MALFORMED: Basis = should(
    "A body that is no JSON object is refused as SerializationException.",
    SourceKind::RecordedOther,
    "Amazon Athena, aoyagikouhei/athena-local, docs/dev/measurements/errors.md",
);

pub(crate) const NOTHING: Basis = should(
    "A body without an object is refused, as SerializationException or as one without its members.",
    SourceKind::RecordedOther,
    "Amazon Athena, aoyagikouhei/athena-local, docs/dev/measurements/errors.md",
);

pub(crate) const NO_POOL: Basis = must(
    "A pool that does not exist is answered with ResourceNotFoundException.",
    SourceKind::Recorded,
    "aws/aws-sdk-go#2436",
);

pub(crate) const NO_JOB: Basis = must(
    "A job that the pool does not have is answered with ResourceNotFoundException.",
    SourceKind::Documented,
    "API reference, StopUserImportJob, Errors",
);

pub(crate) const OTHER_IDS: Basis = should(
    "Ids that satisfy their constraints and name nothing are answered with ResourceNotFoundException.",
    SourceKind::Documented,
    "API reference, StopUserImportJob, Errors",
);

pub(crate) const OTHER_POOL: Basis = should(
    "A job is not stopped through a pool that is not its own.",
    SourceKind::Inferred,
    "API reference, UserImportJobType, UserPoolId; which error it is has not been recorded",
);

pub(crate) const STOPPED: Basis = must(
    "Stopping a started job answers 200 with the job in Stopped or Stopping.",
    SourceKind::Recorded,
    "API reference, StopUserImportJob, Examples; awscli examples, cognito-idp stop-user-import-job",
);

pub(crate) const NOT_RUNNING: Basis = observe(
    "What a job answers that is not running is not established: a declared error or a success.",
    "API reference, StopUserImportJob, Errors; no recorded answer was found",
);

pub(crate) const UNKNOWN_STATE: Basis = observe(
    "What the ids name is not known: a declared error or a success.",
    "API reference, StopUserImportJob, Errors",
);

pub(crate) const QUEUED: Basis = must(
    "A declared error comes with its type and the status of the API reference.",
    SourceKind::Documented,
    "API reference, StopUserImportJob, Errors; recorded: aws/aws-cli#3348, aws/aws-sdk-java#2301",
);

pub(crate) const QUEUED_COMMON: Basis = should(
    "An error that the endpoint was told to answer comes with its type.",
    SourceKind::Documented,
    "AWS common error types",
);

pub(crate) const UNSIGNED: Basis = must(
    "A request without a signature is refused as MissingAuthenticationTokenException.",
    SourceKind::Recorded,
    "awslabs/aws-sdk-ios-samples#108; the status code is not shown",
);

pub(crate) const UNKNOWN_KEY: Basis = must(
    "A signature by a key that nobody has is refused as UnrecognizedClientException.",
    SourceKind::Recorded,
    "aws/aws-sdk-php#2444, pmill/aws-cognito#16",
);

pub(crate) const WRONG_SECRET: Basis = must(
    "A signature made with another secret is refused as InvalidSignatureException.",
    SourceKind::Recorded,
    "ellaisys/aws-cognito#24, ArranJacques/laravel-aws-cognito-auth#18",
);

pub(crate) const TAMPERED: Basis = should(
    "A request that was changed after it was signed is refused as InvalidSignatureException.",
    SourceKind::Inferred,
    "ellaisys/aws-cognito#24 shows the answer to a signature that does not match",
);

pub(crate) const OUT_OF_TIME: Basis = should(
    "A signature for a moment an hour away is refused.",
    SourceKind::RecordedOther,
    "aws/aws-sdk-js#254",
);

pub(crate) const INCOMPLETE: Basis = should(
    "An Authorization header without one of its parts is refused as IncompleteSignatureException.",
    SourceKind::RecordedOther,
    "Amazon Kinesis, mhart/kinesalite c76689da, test/connection.js",
);

pub(crate) const GARBAGE: Basis = should(
    "An Authorization header that is no signature is refused as one that is incomplete or missing.",
    SourceKind::RecordedOther,
    "Amazon Kinesis, mhart/kinesalite c76689da, test/connection.js",
);
