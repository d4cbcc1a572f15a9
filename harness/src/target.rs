//! Targets: where an endpoint is, how it is spoken to, and with whose signature.
//!
//! A [`Profile`] says where; a [`Client`] speaks. It has two lanes: one for requests that HTTP libraries can send as they
//! are meant, and one that writes bytes on a socket for all others. This room judges no answer and makes no precondition,
//! and it reads the process's environment in one place only, [`Environment::from_process`].

mod address;
mod client;
mod compose;
mod config;
mod credentials;
mod encode;
mod environment;
mod error;
mod failure;
mod library;
mod pace;
mod profile;
mod repair;
mod reply;
mod sign;
mod socket;

pub use address::Address;
pub use client::{Answer, Client, RawAnswer};
pub use config::Config;
pub use credentials::{Credentials, Key, Secret};
pub use environment::Environment;
pub use error::ConfigError;
pub use failure::Failure;
pub use profile::{Profile, Provision, Reach, Where};
