//! The endpoint: one request in, one reply out, and the control in process.

use crate::reference::{ControlError, Fault, Job, JobIds, Moment, Options, Reply, Seed};
use crate::wire::{Request, Response};

/// An endpoint that behaves like AWS, held in memory.
#[derive(Debug)]
pub struct Endpoint {
    options: Options,
}

impl Endpoint {
    /// An endpoint without pools.
    pub fn new(options: Options) -> Self {
        Self { options }
    }

    /// Answers one request at a moment.
    ///
    /// A signature covers the `Host` header: a signed request must have it among its headers.
    pub fn handle(&self, _request: &Request, _now: Moment) -> Reply {
        // TODO: skeleton, so that other rooms can be built against it.
        let _ = &self.options;
        Reply::whole(Response::new(500, ""))
    }

    /// Makes a job in whatever status, and a pool for it if none is named.
    pub fn seed_job(&self, _seed: Seed, _now: Moment) -> Result<JobIds, ControlError> {
        Ok(JobIds {
            user_pool_id: String::new(),
            job_id: String::new(),
        })
    }

    /// Drops a pool and its jobs, whatever their status. An unknown pool is as good as dropped.
    pub fn release(&self, _pool: &str) {}

    /// Queues a fault.
    pub fn fault(&self, _fault: Fault) -> Result<(), ControlError> {
        Ok(())
    }

    /// Moves the endpoint's own time on. Signatures are still judged by the time passed in, or an hour's advance would
    /// make every client's clock wrong.
    pub fn advance(&self, _ms: u64) {}

    /// A job as it stands at a moment.
    pub fn job(&self, _pool: &str, _job: &str, _now: Moment) -> Option<Job> {
        None
    }
}
