//! Judges how faithfully an HTTP endpoint implements one AWS operation, Amazon Cognito User Pools `StopUserImportJob`.
//!
//! The rooms stand on floors and import downward only; `ARCHITECTURE.md` draws them.

pub mod case;
pub mod contract;
pub mod oracle;
pub mod provision;
pub mod reference;
pub mod snapshot;
pub mod suite;
pub mod target;
pub mod wire;
