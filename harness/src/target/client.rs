//! The client of one target.

use std::time::{Duration, SystemTime};

use serde_json::Value;

use crate::case::{Raw, Signature};
use crate::contract::Operation;
use crate::target::{Address, ConfigError, Failure, Profile};
use crate::wire::{Request, Response};

/// An answer to a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The answer.
    pub response: Response,
    /// From the connection to the last byte.
    pub elapsed: Duration,
    /// The request as it was sent, with host and signature, but with a session token taken out.
    pub sent: Request,
}

/// An answer to bytes on a socket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RawAnswer {
    /// The answer.
    pub response: Response,
    /// Its bytes as they came, as far as they were read.
    pub reply: Vec<u8>,
    /// What came after the end of the answer: for example the answer to a second request.
    pub trailing: Vec<u8>,
    /// From the connection to the last byte.
    pub elapsed: Duration,
    /// The bytes as they were sent, but with a session token taken out.
    pub sent: Vec<u8>,
}

/// Sends requests to one target. Cloning it shares the connections and the rate limit.
#[derive(Clone, Debug)]
pub struct Client {}

impl Client {
    /// A client for a target that is at an address.
    pub fn new(profile: &Profile) -> Result<Self, ConfigError> {
        todo!("{profile:?}")
    }

    /// The endpoint's address.
    pub fn address(&self) -> &Address {
        todo!()
    }

    /// Whether the endpoint is on this machine.
    pub fn is_loopback(&self) -> bool {
        self.address().is_loopback()
    }

    /// The request as [`Client::send`] would send it at a moment: with host, length and signature.
    pub fn prepare(
        &self,
        request: &Request,
        signature: Signature,
        now: SystemTime,
    ) -> Result<Request, Failure> {
        todo!("{request:?} {signature:?} {now:?}")
    }

    /// Sends a request as it is asked for, over whichever lane says it unchanged.
    ///
    /// A target without credentials gets requests unsigned that should be signed validly; every other signature is
    /// [`Failure::NoCredentials`] there.
    pub async fn send(&self, request: &Request, signature: Signature) -> Result<Answer, Failure> {
        todo!("{request:?} {signature:?}")
    }

    /// Sends bytes on a socket of their own, after filling `${Host}`, `${Length}` and `${Signature}` in the head.
    pub async fn send_raw(&self, raw: &Raw, body: &[u8]) -> Result<RawAnswer, Failure> {
        todo!("{raw:?} {body:?}")
    }

    /// Calls an operation, validly signed.
    pub async fn call(&self, operation: Operation, body: &Value) -> Result<Answer, Failure> {
        todo!("{operation:?} {body:?}")
    }
}
