//! Looks at an endpoint before a run: is it there, and does it have the operation at all?
//!
//! Each operation is asked for with two bodies, as two operations that exist nowhere are: an endpoint that refuses all
//! alike does not know either. One answer that is different shows that the operation is there, however wrong it may be.

use crate::contract::{Operation, TARGET_PREFIX};
use crate::runner::absence::Unknown;
use crate::target::{Client, Failure};
use crate::wire::{Request, Response};

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
    /// Asks for the operations that do not exist. Fails if there is no answer at all.
    pub(crate) async fn ask(client: &Client) -> Result<Self, Failure> {
        let first = client.ping(&request(MADE_UP[0], BODIES[0])).await?;
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
        client.ping(&request(MADE_UP[0], BODIES[0])).await.is_ok()
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
