//! What an endpoint makes of signatures: each is sent with a request that reads, and compared with the valid one.

use serde_json::json;

use crate::case::{Ids, Signature};
use crate::contract::Operation;
use crate::doctor::diagnosis::{Outcome, Signing};
use crate::doctor::examine::quoted;
use crate::oracle::Likeness;
use crate::target::{Client, ConfigError, Credentials, Failure, Profile};
use crate::wire::{Envelope, Request, Response};

/// The signatures that tell most about a verifier, with what they are called in reports.
const TRIED: [(Signature, &str); 7] = [
    (Signature::Unsigned, "none at all"),
    (Signature::WrongSecret, "of a wrong secret"),
    (Signature::UnknownKey, "of an unknown key"),
    (Signature::TamperedBody, "of another body"),
    (Signature::WrongRegion, "for another region"),
    (Signature::WrongService, "for another service"),
    (Signature::Expired, "an hour old"),
];

/// What the valid one is called.
const VALID: &str = "valid";

/// Errors that are about who asks, not about what is asked for.
const OF_IDENTITY: [&str; 14] = [
    "AccessDenied",
    "AccessDeniedException",
    "ExpiredTokenException",
    "IncompleteSignature",
    "IncompleteSignatureException",
    "InvalidClientTokenId",
    "InvalidSignatureException",
    "MissingAuthenticationToken",
    "MissingAuthenticationTokenException",
    "NotAuthorized",
    "OptInRequired",
    "RequestExpired",
    "SignatureDoesNotMatch",
    "UnrecognizedClientException",
];

/// Sends a request that reads under each signature.
pub(crate) async fn examine(client: &Client, profile: &Profile) -> Vec<Signing> {
    let valid = client.send(&question(), Signature::Valid).await;
    let measure = valid.as_ref().ok().map(|answer| likeness(&answer.response));
    let mut lines = vec![line(VALID, valid.map(|answer| answer.response), None)];
    for (signature, name) in TRIED {
        if profile.credentials.is_none() {
            break;
        }
        let answer = client.send(&question(), signature).await;
        let answer = answer.map(|answer| answer.response);
        lines.push(line(name, answer, measure.as_ref()));
    }
    lines
}

/// Whether even the valid signature is refused.
pub(crate) fn is_locked_out(lines: &[Signing]) -> bool {
    lines
        .iter()
        .any(|line| line.signature == VALID && line.outcome == Outcome::Refused)
}

/// Whether an endpoint serves requests under some credentials, by one request that reads.
pub async fn opens(
    profile: &Profile,
    credentials: Option<Credentials>,
) -> Result<bool, ConfigError> {
    let profile = Profile {
        credentials,
        ..profile.clone()
    };
    let answer = Client::new(&profile)?.ping(&question()).await;
    Ok(answer.is_ok_and(|answer| !is_of_identity(&answer)))
}

fn line(name: &str, answer: Result<Response, Failure>, measure: Option<&Likeness>) -> Signing {
    let (outcome, answer) = match answer {
        Ok(answer) if is_of_identity(&answer) => (Outcome::Refused, quoted(&answer)),
        Ok(answer) => {
            let alike = measure.is_none_or(|measure| *measure == likeness(&answer));
            let outcome = if alike {
                Outcome::Accepted
            } else {
                Outcome::Other
            };
            (outcome, quoted(&answer))
        }
        Err(failure) => (Outcome::Untried, failure.to_string()),
    };
    Signing {
        signature: name.to_owned(),
        outcome,
        answer,
    }
}

fn is_of_identity(answer: &Response) -> bool {
    let envelope = Envelope::read(answer);
    let name = envelope.error_type().unwrap_or_default();
    OF_IDENTITY.contains(&name) || matches!(answer.status, 401 | 403)
}

/// The pools that there are may change between two answers, so that only their shape counts.
fn likeness(answer: &Response) -> Likeness {
    let nobody = Ids {
        pool: String::new(),
        job: String::new(),
    };
    let mut likeness = Likeness::of(answer, &nobody);
    if answer.status == 200 {
        likeness.message.clear();
    }
    likeness
}

fn question() -> Request {
    let body = json!({ "MaxResults": 1 }).to_string();
    Request::call(Operation::ListUserPools, body)
}
