//! Looks at an endpoint before a run: is it there, and does it have the operation at all?
//!
//! Emulators say "not implemented" in many dialects, so the answer is compared with that to an operation which exists
//! nowhere: an endpoint that treats both alike does not know either.

use crate::case::Ids;
use crate::contract::{Operation, TARGET_PREFIX, declared};
use crate::oracle::Likeness;
use crate::target::{Client, Failure};
use crate::wire::{Envelope, Request, Response};

/// An operation that the service does not have.
const MADE_UP: &str = "FullstopNoSuchOperation";

/// What an endpoint says to an operation that does not exist.
#[derive(Clone, Debug)]
pub(crate) struct Probe {
    made_up: Response,
}

impl Probe {
    /// Asks for the operation that does not exist. Fails if there is no answer at all.
    pub(crate) async fn ask(client: &Client) -> Result<Self, Failure> {
        client
            .ping(&made_up())
            .await
            .map(|made_up| Self { made_up })
    }

    /// Why the endpoint does not implement an operation, if it says so.
    pub(crate) async fn unsupported(
        &self,
        client: &Client,
        operation: Operation,
    ) -> Result<Option<String>, Failure> {
        let body = format!(
            r#"{{"UserPoolId":"{}","JobId":"{}"}}"#,
            nowhere().pool,
            nowhere().job
        );
        let answer = client.ping(&Request::call(operation, body)).await?;
        Ok(self.is_same_refusal(&answer, operation).then(|| {
            format!(
                "it answers {operation} as it answers an operation that does not exist: {answer}"
            )
        }))
    }

    fn is_same_refusal(&self, answer: &Response, operation: Operation) -> bool {
        let (known, made_up) = (
            likeness(answer, operation.name()),
            likeness(&self.made_up, MADE_UP),
        );
        // A declared error shows that the operation was reached; so does any success.
        let reached = known
            .error_type
            .as_deref()
            .is_some_and(|name| declared(name).is_some());
        known == made_up && answer.status >= 400 && !reached && speaks_of_absence(answer)
    }
}

/// Whether an error can mean that there is no such operation: by its status, or by its type.
fn speaks_of_absence(answer: &Response) -> bool {
    const STATUSES: [u16; 5] = [404, 405, 500, 501, 502];
    const WORDS: [&str; 6] = [
        "unknownoperation",
        "invalidaction",
        "notimplemented",
        "unsupported",
        "notsupported",
        "internalfailure",
    ];
    let envelope = Envelope::read(answer);
    let name = envelope
        .error_type()
        .unwrap_or_default()
        .to_ascii_lowercase();
    STATUSES.contains(&answer.status) || WORDS.iter().any(|word| name.contains(word))
}

fn likeness(answer: &Response, operation: &str) -> Likeness {
    let mut likeness = Likeness::of(answer, &nowhere());
    likeness.message = likeness.message.replace(operation, "<operation>");
    likeness
}

/// Valid ids that nothing has.
fn nowhere() -> Ids {
    Ids {
        pool: "us-east-1_NoSuchPool".to_owned(),
        job: "import-NoSuchJob0".to_owned(),
    }
}

fn made_up() -> Request {
    let mut request = Request::call(Operation::StopUserImportJob, "{}");
    request.set("X-Amz-Target", format!("{TARGET_PREFIX}.{MADE_UP}"));
    request
}
