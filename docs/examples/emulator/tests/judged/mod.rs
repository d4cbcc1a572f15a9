//! The emulator, given to the suite.

use std::sync::Arc;

use emulator::Emulator;
use fullstop::conformance::{
    Conformance, Header, Job, Level, Preconditions, Request, Response, Status,
};

/// The suite on an emulator in this process.
pub fn conformance() -> Conformance {
    let emulator = Arc::new(Emulator::default());
    let seeds = Seeds(Arc::clone(&emulator));
    Conformance::of(move |request| answer(&emulator, &request))
        .preconditions(seeds)
        .level(Level::Must)
        .ledger(concat!(env!("CARGO_MANIFEST_DIR"), "/fullstop.ledger.toml"))
}

fn answer(emulator: &Emulator, request: &Request) -> Response {
    let target = request.header("X-Amz-Target").unwrap_or_default();
    let is_signed = request.header("Authorization").is_some();
    let (status, body) = emulator.answer(target, is_signed, &request.body);
    let mut response = Response::new(status, body.to_string());
    response.headers = vec![
        Header::new("Content-Type", "application/x-amz-json-1.1"),
        Header::new("x-amzn-RequestId", "00bb3975-0000-4000-8000-000000000000"),
    ];
    response
}

/// Makes any state at once, since the emulator's insides are at hand.
struct Seeds(Arc<Emulator>);

impl Preconditions for Seeds {
    fn acquire(&self, status: Status) -> Result<Job, String> {
        let (pool, job) = self.0.seed(status.name());
        Ok(Job::new(pool, job))
    }

    fn fault(&self, job: &Job, error: &str) -> Result<(), String> {
        self.0.fail_next(&job.user_pool_id, &job.job_id, error);
        Ok(())
    }
}
