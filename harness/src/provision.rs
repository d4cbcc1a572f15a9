//! Preconditions: makes one true on a target before a case, and undoes it afterwards.
//!
//! What cannot be made true is [`Unavailable`] and never a failed case. This room judges no answer. Every pool that it
//! creates is held until it is released, and what is still held when a run ends is released then.

mod lease;

use std::sync::Arc;

use crate::case::{Given, Ids};
use crate::reference;
use crate::target::{Client, ConfigError, Failure, Profile};

pub use lease::{Capture, Described, Lease, Leftover, Step, Unavailable};

/// How a run wants its preconditions made.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Whether what is created stays: for looking at it afterwards.
    pub keep: bool,
    /// Whether user pools may be created on endpoints that are not on this machine.
    pub yes: bool,
    /// What tells this run from others in the names of its pools.
    pub run_id: String,
}

/// Makes preconditions true on one target. Cloning it shares everything.
#[derive(Clone, Debug)]
pub struct Provisioner {}

impl Provisioner {
    /// Starts provisioning for a target; a driver that is a program is started here.
    pub async fn start(
        profile: &Profile,
        client: Client,
        options: Options,
    ) -> Result<Self, ConfigError> {
        todo!("{profile:?} {client:?} {options:?}")
    }

    /// Provisions the endpoint in this process, which `client` speaks to. It reaches everything.
    pub fn embedded(endpoint: Arc<reference::Endpoint>, client: Client) -> Self {
        todo!("{endpoint:?} {client:?}")
    }

    /// Makes a precondition true.
    ///
    /// Where the target bounds its active jobs this waits for one to be released: release a lease before asking for the
    /// next one.
    pub async fn acquire(&self, given: Given) -> Result<Lease, Unavailable> {
        todo!("{given:?}")
    }

    /// Makes the next StopUserImportJob be answered with that error, on the lease's pool where the driver can bind it.
    pub async fn fault(&self, lease: &Lease, error: &str) -> Result<(), Unavailable> {
        todo!("{lease:?} {error:?}")
    }

    /// Reads a job.
    pub async fn describe(&self, ids: &Ids) -> Result<Described, Failure> {
        todo!("{ids:?}")
    }

    /// Undoes a precondition. What cannot be undone is remembered for [`Provisioner::finish`].
    pub async fn release(&self, lease: Lease) {
        todo!("{lease:?}")
    }

    /// Undoes everything that is still held, ends the driver, and tells what is left behind.
    pub async fn finish(&self) -> Vec<Leftover> {
        todo!()
    }
}
