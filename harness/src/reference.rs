//! The embedded endpoint: a small Cognito User Pools that behaves like AWS wherever AWS is known to behave in some way.
//!
//! It is one of three independent witnesses, beside the cases and the oracle, and shares nothing with them but `contract`.
//! The core, [`Endpoint`], is synchronous and pure: no clock, no randomness, no environment and no IO; the time is passed
//! in. [`Server`] puts it on a loopback socket. A [`Mutant`] makes it wrong on purpose; a [`Variation`] makes it different
//! where AWS may be too.
//!
//! It must never look at a case or ask the oracle what is right. A choice made where the evidence is silent is marked
//! `Not established:`.
//!
//! ```
//! use fullstop::contract::{Operation, Status};
//! use fullstop::reference::{Endpoint, Moment, Options, Seed};
//! use fullstop::wire::{Header, Request};
//!
//! let endpoint = Endpoint::new(Options::default());
//! let now = Moment::from_ms(1_736_443_496_379);
//! let ids = endpoint.seed_job(Seed::new(Status::InProgress), now)?;
//! let request = Request {
//!     method: "POST".to_owned(),
//!     path: "/".to_owned(),
//!     headers: vec![
//!         Header::new("Content-Type", "application/x-amz-json-1.1"),
//!         Header::new("X-Amz-Target", Operation::StopUserImportJob.target()),
//!     ],
//!     body: format!(r#"{{"UserPoolId":"{}","JobId":"{}"}}"#, ids.user_pool_id, ids.job_id).into(),
//! };
//! assert_eq!(endpoint.handle(&request, now).response.status, 200);
//! # Ok::<(), fullstop::reference::ControlError>(())
//! ```

mod answer;
mod control;
pub mod date;
mod delivery;
mod distort;
mod endpoint;
mod exchange;
mod failure;
mod front;
mod id;
mod job;
mod json;
mod moment;
mod mutant;
mod named;
mod operation;
mod options;
mod received;
mod reply;
mod rule;
mod seed;
mod server;
mod show;
mod signature;
mod sometimes;
mod store;
mod upload;
mod variation;

pub use endpoint::{Endpoint, State};
pub(crate) use exchange::answer as exchange;
pub use job::{Counts, Csv, Job};
pub use json::Json;
pub use moment::Moment;
pub use mutant::Mutant;
pub use options::{Auth, Credentials, Options};
pub use received::Received;
pub use reply::{Delivery, Reply};
pub use seed::{ControlError, Effect, Fault, JobIds, Seed};
pub use server::Server;
pub(crate) use server::codec;
pub use variation::Variation;
