//! Looks at an endpoint before a run: is it there, and does it have the operation at all?
//!
//! Each operation is asked for with two bodies, as two operations that exist nowhere are: an endpoint that refuses all
//! alike does not know either. One answer that is different shows that the operation is there, however wrong it may be.

use std::time::{Duration, Instant};

use tokio::time::sleep;

use crate::clock::Deadline;
use crate::contract::{Operation, TARGET_PREFIX};
use crate::provision::excerpt;
use crate::runner::RunError;
use crate::runner::absence::Unknown;
use crate::target::{Client, Failure};
use crate::wire::{Envelope, Request, Response};

/// How long a gateway may answer in place of an endpoint that is starting, and between two looks.
const READY_MAX: Duration = Duration::from_secs(10);
const READY_PAUSE: Duration = Duration::from_millis(250);

/// Errors by which an endpoint says that the credentials are wrong, or that it wants some.
const OF_CREDENTIALS: [&str; 7] = [
    "ExpiredTokenException",
    "IncompleteSignatureException",
    "InvalidClientTokenId",
    "InvalidSignatureException",
    "MissingAuthenticationTokenException",
    "SignatureDoesNotMatch",
    "UnrecognizedClientException",
];

/// Why nobody gets to the operation, by an answer.
fn turned_away(answer: &Response) -> Option<RunError> {
    let location = answer.header("location");
    match location {
        Some(location) if (300..400).contains(&answer.status) => Some(RunError::Redirected {
            status: answer.status,
            location: location.to_owned(),
        }),
        _ => refuses_credentials(answer).then(|| RunError::Credentials {
            excerpt: excerpt(answer),
        }),
    }
}

/// Operations that the service does not have.
const MADE_UP: [&str; 2] = ["FullstopNoSuchOperation", "FullstopUnheardOfOperation"];

/// Bodies that change nothing: valid ids that nothing has, and nothing at all.
const BODIES: [&str; 2] = [
    r#"{"UserPoolId":"us-east-1_NoSuchPool","JobId":"import-NoSuchJob0"}"#,
    "{}",
];

/// What an endpoint says to operations that do not exist.
#[derive(Clone, Debug)]
pub(crate) struct Probe {
    /// To each body, where it was answered.
    unknown: Vec<(&'static str, Unknown)>,
    /// Its first answer of all.
    pub(crate) first: Response,
}

/// What an endpoint says to an operation.
#[derive(Clone, Debug)]
pub(crate) struct Look {
    /// The answer that was looked at.
    pub(crate) answer: Response,
    /// Whether it says that there is no such operation.
    pub(crate) is_absent: bool,
}

impl Probe {
    /// Asks for the operations that do not exist, once the endpoint is ready. Fails if there is no answer at all.
    pub(crate) async fn ask(client: &Client, deadline: &Deadline) -> Result<Self, RunError> {
        // With time left to say that it was in vain.
        let patience = deadline.left().unwrap_or(READY_MAX).mul_f64(0.8);
        let first = Self::first(client, patience.min(READY_MAX)).await?;
        let mut this = Self {
            unknown: Vec::new(),
            first,
        };
        for body in BODIES {
            // A body that is not answered is no measure.
            let _ = this.learn(client, body).await;
        }
        Ok(this)
    }

    /// Fails if the operation is answered with nothing but a redirect, or that the credentials are wrong.
    pub(crate) async fn check(&self, client: &Client) -> Result<(), RunError> {
        if let Some(error) = turned_away(&self.first) {
            let stop = request(Operation::StopUserImportJob.name(), BODIES[0]);
            let answer = client.ping(&stop).await;
            if answer.is_ok_and(|answer| turned_away(&answer).as_ref() == Some(&error)) {
                return Err(error);
            }
        }
        Ok(())
    }

    /// The first response. A gateway whose endpoint is starting is asked again for a while.
    async fn first(client: &Client, patience: Duration) -> Result<Response, RunError> {
        let start = Instant::now();
        loop {
            let first = client.greet(&request(MADE_UP[0], BODIES[0])).await;
            let first = first.map_err(RunError::Unreachable)?;
            if !is_of_gateway(&first) {
                return Ok(first);
            }
            if start.elapsed() >= patience {
                return Err(RunError::NotReady {
                    status: first.status,
                    waited_s: start.elapsed().as_secs(),
                });
            }
            sleep(READY_PAUSE).await;
        }
    }

    async fn learn(&mut self, client: &Client, body: &'static str) -> Result<(), Failure> {
        let unknown = self.measure(client, body).await?;
        self.unknown.push((body, unknown));
        Ok(())
    }

    /// How operations that do not exist are answered to a body.
    async fn measure(&self, client: &Client, body: &str) -> Result<Unknown, Failure> {
        let [one, other] = MADE_UP;
        let first = if body == BODIES[0] {
            self.first.clone()
        } else {
            client.ping(&request(one, body)).await?
        };
        let second = client.ping(&request(other, body)).await?;
        Ok(Unknown::of((one, &first), (other, &second)))
    }

    /// Whether the endpoint answers anything at all.
    pub(crate) async fn is_answered(client: &Client) -> bool {
        client.greet(&request(MADE_UP[0], BODIES[0])).await.is_ok()
    }

    /// Looks at an operation, by requests that change nothing.
    pub(crate) async fn look(
        &self,
        client: &Client,
        operation: Operation,
    ) -> Result<Look, Failure> {
        let name = operation.name();
        let answer = client.ping(&request(name, BODIES[0])).await?;
        let mut is_absent = !self.unknown.is_empty();
        for (body, unknown) in &self.unknown {
            let other = if *body == BODIES[0] {
                Ok(answer.clone())
            } else {
                client.ping(&request(name, body)).await
            };
            // No answer is another one than that to an operation that does not exist.
            is_absent &= other.is_ok_and(|answer| unknown.is_said(name, &answer));
        }
        Ok(Look { answer, is_absent })
    }

    /// Whether an answer to an operation with a body of its own says that there is no such operation.
    pub(crate) async fn is_absence(
        &self,
        client: &Client,
        operation: Operation,
        body: &str,
        answer: &Response,
    ) -> Result<bool, Failure> {
        let unknown = self.measure(client, body).await?;
        Ok(unknown.is_said(operation.name(), answer))
    }
}

fn request(operation: &str, body: &str) -> Request {
    let mut request = Request::call(Operation::StopUserImportJob, body);
    request.set("X-Amz-Target", format!("{TARGET_PREFIX}.{operation}"));
    request
}

/// Whether a response is a page of something in front of the endpoint.
fn is_of_gateway(response: &Response) -> bool {
    let is_json = Envelope::read(response).json.is_ok();
    matches!(response.status, 502..=504) && !is_json
}

/// Whether a response refuses the credentials of a request that is signed as the profile says.
pub(crate) fn refuses_credentials(response: &Response) -> bool {
    let envelope = Envelope::read(response);
    envelope
        .error_type()
        .is_some_and(|name| OF_CREDENTIALS.contains(&name))
}
