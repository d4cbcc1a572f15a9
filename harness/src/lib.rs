//! Judges how faithfully an HTTP endpoint implements one AWS operation, Amazon Cognito User Pools `StopUserImportJob`.
//!
//! The rooms stand on floors and import downward only; `ARCHITECTURE.md` draws them.

pub mod campaign;
pub mod case;
#[cfg(feature = "cli")]
pub mod cli;
pub mod clock;
pub mod conformance;
pub mod contract;
pub mod doctor;
#[cfg(feature = "cli")]
pub mod drift;
mod exchange;
pub mod fault;
mod files;
pub mod generator;
pub mod ledger;
pub mod lifecycle;
mod nearest;
pub mod oracle;
pub mod power;
pub mod provision;
pub mod published;
pub mod recording;
pub mod reference;
pub mod report;
pub mod runner;
mod shell;
pub mod snapshot;
pub mod suite;
pub mod target;
mod visible;
pub mod wire;
