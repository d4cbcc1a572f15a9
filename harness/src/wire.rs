//! Requests and responses as bytes, and the AWS JSON 1.1 envelope round an answer.
//!
//! Nothing here is typed more closely than the bytes allow: a request may have any method, path, header or body, since saying
//! malformed things is what the harness is for.

mod envelope;
mod message;
mod redact;
mod secrets;

pub use envelope::{Envelope, is_throttled, sanitise};
pub use message::{Header, Request, Response};
pub(crate) use redact::redact_bytes;
pub use redact::{ACCOUNT, redact, redact_account};
pub(crate) use secrets::{keep_secret, keep_signature};
