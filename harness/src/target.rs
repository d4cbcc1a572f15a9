//! How an endpoint is reached: profiles, credentials, the HTTP client, the raw lane and signing.
//!
//! It says what it is told to say, byte for byte, and judges nothing.

mod client;
mod compose;
mod config;
mod credentials;
mod encode;
mod failure;
mod lane;
mod library;
mod pace;
mod profile;
mod repair;
mod reply;
mod sign;
mod socket;
mod url;

pub use client::{Answer, Client, RawAnswer};
pub use config::{Config, ConfigError};
pub use credentials::{CredentialSource, Credentials, Environment, Secret};
pub use failure::Failure;
pub use lane::{Delivered, Lane};
pub use profile::{FixedJob, Profile, Provision, Where};
pub(crate) use url::is_loopback;
