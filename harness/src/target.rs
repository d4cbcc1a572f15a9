//! How an endpoint is reached: profiles, credentials, the HTTP client, the raw lane and signing.
//!
//! It says what it is told to say, byte for byte, and judges nothing.

mod approach;
#[cfg(feature = "aws-config")]
mod chain;
mod client;
mod compose;
mod config;
mod credentials;
mod encode;
mod environment;
mod failure;
mod keys;
mod lane;
mod library;
mod limiter;
mod overrides;
mod pace;
mod profile;
mod proxy;
mod quota;
mod repair;
mod reply;
mod sign;
mod socket;
mod trust;
mod url;

pub use approach::{Approach, Obstacle};
pub use client::{Answer, Client, RawAnswer};
pub(crate) use compose::{unsigned, written};
pub use config::{Config, ConfigError};
pub use credentials::{CredentialSource, Credentials, Secret};
pub use environment::Environment;
pub use failure::Failure;
pub(crate) use failure::in_ms;
pub use lane::{Delivered, Lane};
pub use limiter::Limiter;
pub use profile::{Api, FixedJob, Profile, Provision, Where};
pub use proxy::Proxy;
pub use quota::{Limit, Quotas};
pub(crate) use sign::sign;
pub use trust::Authorities;
pub(crate) use url::is_loopback;
