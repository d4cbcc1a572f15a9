//! The way to an endpoint, one step after the other, so that the step which fails can be named.

use std::io::{self, ErrorKind};
use std::net::SocketAddr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tokio::net::{TcpStream, lookup_host};
use tokio::time::{Instant, timeout_at};

use crate::target::socket::encrypt;
use crate::target::{Client, Failure};

/// What stands between a client and an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Obstacle {
    /// The host's name has no address.
    Name,
    /// Nobody listens on the port.
    Refused,
    /// There is no way to the address.
    Unroutable,
    /// Nothing came in time.
    Timeout,
    /// Its certificate is of an authority that nobody here trusts.
    Untrusted,
    /// Its certificate is of another host, has expired or is otherwise not right.
    Certificate,
    /// It does not speak TLS as it should.
    Tls,
    /// It closes the connection without an answer.
    Closed,
    /// What it answers is not HTTP.
    NotHttp,
    /// Anything else.
    Other,
}

/// How far one comes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Approach {
    /// The addresses of the host.
    pub addresses: Vec<SocketAddr>,
    /// What stands in the way, and what the system says of it.
    pub obstacle: Option<(Obstacle, String)>,
}

impl Obstacle {
    /// The obstacle that a failed request met.
    pub fn of(failure: &Failure) -> Self {
        match failure {
            Failure::Timeout { .. } => Self::Timeout,
            Failure::Closed { .. } | Failure::Truncated { .. } => Self::Closed,
            Failure::Garbage { .. } | Failure::TooMuch { .. } => Self::NotHttp,
            Failure::Connect { .. }
            | Failure::NoCredentials { .. }
            | Failure::Unsayable { .. }
            | Failure::Recorded { .. } => Self::Other,
        }
    }

    /// What to look at first.
    pub fn hint(self) -> &'static str {
        match self {
            Self::Name => "look at the spelling of the host",
            Self::Refused => "is it running, and on this port?",
            Self::Unroutable => "is the machine on the network that the address belongs to?",
            Self::Timeout => "is it busy, or behind a firewall? `timeout_ms` makes the wait longer",
            Self::Untrusted => "name its authority in the profile: ca = \"authority.pem\"",
            Self::Certificate => "its certificate must be for this host and for today",
            Self::Tls => "if it speaks without TLS, write http://",
            Self::Closed | Self::NotHttp => "if it speaks TLS, write https://",
            Self::Other => "the message is the system's own",
        }
    }
}

impl Client {
    /// Resolves, connects and, for https, shakes hands. Behind a proxy that is the proxy's, and nothing is looked at.
    pub async fn approach(&self) -> Approach {
        let mut approach = Approach {
            addresses: Vec::new(),
            obstacle: None,
        };
        if self.is_proxied() {
            return approach;
        }
        let deadline = Instant::now() + self.timeout();
        let steps = self.steps(&mut approach.addresses);
        approach.obstacle = match timeout_at(deadline, steps).await {
            Ok(Ok(())) => None,
            Ok(Err(obstacle)) => Some(obstacle),
            Err(_) => {
                let waited = self.timeout().as_millis();
                Some((
                    Obstacle::Timeout,
                    format!("nothing came within {waited} ms"),
                ))
            }
        };
        approach
    }

    async fn steps(&self, addresses: &mut Vec<SocketAddr>) -> Result<(), (Obstacle, String)> {
        let (url, trust) = self.way();
        let found = lookup_host((url.dialled(), url.port)).await;
        addresses.extend(found.map_err(|error| (Obstacle::Name, error.to_string()))?);
        let stream = TcpStream::connect(addresses.as_slice());
        let stream = stream
            .await
            .map_err(|error| (kind(&error), error.to_string()))?;
        match trust {
            Some(trust) if url.secure => {
                let secured = encrypt(stream, &url.host, trust).await;
                secured
                    .map(drop)
                    .map_err(|error| (of_handshake(&error), error.to_string()))
            }
            _ => Ok(()),
        }
    }
}

fn kind(error: &io::Error) -> Obstacle {
    match error.kind() {
        ErrorKind::ConnectionRefused => Obstacle::Refused,
        ErrorKind::HostUnreachable | ErrorKind::NetworkUnreachable => Obstacle::Unroutable,
        ErrorKind::TimedOut => Obstacle::Timeout,
        _ => Obstacle::Other,
    }
}

#[cfg(feature = "tls")]
fn of_handshake(error: &io::Error) -> Obstacle {
    use rustls::{CertificateError, Error};

    let cause = error.get_ref().and_then(|cause| cause.downcast_ref());
    match cause {
        Some(Error::InvalidCertificate(CertificateError::UnknownIssuer)) => Obstacle::Untrusted,
        Some(Error::InvalidCertificate(_)) => Obstacle::Certificate,
        _ => Obstacle::Tls,
    }
}

#[cfg(not(feature = "tls"))]
fn of_handshake(_: &io::Error) -> Obstacle {
    Obstacle::Tls
}
