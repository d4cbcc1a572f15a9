//! The embedded endpoint, through its public doors.

mod life;
mod mutants;
mod notation;
mod refusals;
mod server;
mod signature;
mod stop;

use fullstop::contract::{CONTENT_TYPE, Operation, Status};
use fullstop::reference::{Endpoint, JobIds, Moment, Options, Reply, Seed};
use fullstop::wire::{Envelope, Header, Request};
use serde_json::Value;

/// The end of the job whose answer AWS publishes.
const NOW: Moment = Moment::from_ms(1_736_443_496_379);

/// An endpoint with one held job.
struct Scene {
    endpoint: Endpoint,
    ids: JobIds,
}

impl Scene {
    fn new(options: Options, status: Status) -> Self {
        let endpoint = Endpoint::new(options);
        let ids = endpoint.seed_job(Seed::new(status), NOW).unwrap();
        Self { endpoint, ids }
    }

    fn honest(status: Status) -> Self {
        Self::new(Options::default(), status)
    }

    /// The body that names the job.
    fn body(&self) -> String {
        body(&self.ids.user_pool_id, &self.ids.job_id)
    }

    fn send(&self, operation: Operation, body: &str, now: Moment) -> Reply {
        self.endpoint.handle(&request(operation, body), now)
    }

    /// The answer to an operation on the job.
    fn ask(&self, operation: Operation, now: Moment) -> Value {
        let reply = self.send(operation, &self.body(), now);
        json(&reply)["UserImportJob"].clone()
    }

    fn stop(&self) -> Reply {
        self.send(Operation::StopUserImportJob, &self.body(), NOW)
    }
}

fn body(pool: &str, job: &str) -> String {
    serde_json::json!({ "UserPoolId": pool, "JobId": job }).to_string()
}

fn request(operation: Operation, body: &str) -> Request {
    Request {
        method: "POST".to_owned(),
        path: "/".to_owned(),
        headers: vec![
            Header::new("Host", "localhost:8000"),
            Header::new("Content-Type", CONTENT_TYPE),
            Header::new("X-Amz-Target", operation.target()),
        ],
        body: body.into(),
    }
}

#[track_caller]
fn json(reply: &Reply) -> Value {
    serde_json::from_slice(&reply.response.body).expect("the answer is JSON")
}

/// Status, error type and message, as a client reads them.
fn told(reply: &Reply) -> (u16, String, String) {
    let envelope = Envelope::read(&reply.response);
    let name = envelope.error_type().unwrap_or_default().to_owned();
    (
        reply.response.status,
        name,
        envelope.message.unwrap_or_default(),
    )
}
