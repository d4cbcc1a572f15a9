//! How an endpoint is reached: profiles, credentials, the HTTP client, the raw lane and signing.
//!
//! It says what it is told to say, byte for byte, and judges nothing.

mod client;
mod config;
mod credentials;
mod failure;
mod profile;
mod raw;
mod signing;
mod url;

pub use client::Client;
pub use config::{Config, ConfigError};
pub use credentials::{CredentialSource, Credentials, Environment, Secret};
pub use failure::Failure;
pub use profile::{FixedJob, Profile, Provision, Where};
