//! How an endpoint is reached: profiles, credentials, the HTTP client, the raw lane and signing.
//!
//! It says what it is told to say, byte for byte, and judges nothing.

mod client;
mod compose;
mod config;
mod credentials;
mod encode;
mod failure;
mod keys;
mod library;
mod overrides;
mod pace;
mod profile;
mod proxy;
mod repair;
mod reply;
mod sign;
mod socket;
mod trust;
mod url;

pub use client::{Answer, Client, RawAnswer};
pub use config::{Config, ConfigError};
pub use credentials::{CredentialSource, Credentials, Environment, Secret};
pub use failure::Failure;
pub use profile::{FixedJob, Profile, Provision, Where};
pub use proxy::Proxy;
pub use trust::Authorities;
pub(crate) use url::is_loopback;
