//! The client of one target.

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use serde_json::Value;
use tokio::time::Instant;

use crate::case::{Raw, Signature};
use crate::contract::Operation;
use crate::target::library::Library;
use crate::target::pace::Pace;
use crate::target::repair::unrepaired;
use crate::target::sign::sign;
use crate::target::socket::Bytes;
use crate::target::{Address, ConfigError, Credentials, Failure, Profile, Where, compose};
use crate::wire::{Header, Request, Response};

/// No answer of the service comes near: the largest, sixty described jobs, has some 100 KiB.
pub(crate) const BODY_SIZE_MAX: usize = 1 << 20;

/// Who is speaking, for whoever reads the endpoint's log.
const USER_AGENT: &str = concat!("fullstop/", env!("CARGO_PKG_VERSION"));

/// An answer to a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The answer.
    pub response: Response,
    /// From the connection to the last byte.
    pub elapsed: Duration,
    /// The request as it was sent, with host and signature, but with a session token taken out.
    pub sent: Request,
}

/// An answer to bytes on a socket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RawAnswer {
    /// The answer.
    pub response: Response,
    /// Its bytes as they came, as far as they were read.
    pub reply: Vec<u8>,
    /// What came after the end of the answer: for example the answer to a second request.
    pub trailing: Vec<u8>,
    /// From the connection to the last byte.
    pub elapsed: Duration,
    /// The bytes as they were sent, but with a session token taken out.
    pub sent: Vec<u8>,
}

/// Sends requests to one target. Cloning it shares the connections and the rate limit.
#[derive(Clone)]
pub struct Client {
    shared: Arc<Shared>,
}

struct Shared {
    address: Address,
    region: String,
    credentials: Credentials,
    headers: Vec<Header>,
    timeout: Duration,
    pace: Option<Pace>,
    library: Library,
}

impl Client {
    /// A client for a target that is at an address.
    pub fn new(profile: &Profile) -> Result<Self, ConfigError> {
        let Where::At(address) = &profile.place else {
            return Err(ConfigError::Embedded);
        };
        let shared = Shared {
            address: address.clone(),
            region: profile.region.clone(),
            credentials: profile.credentials.clone(),
            headers: profile.headers.clone(),
            timeout: profile.timeout,
            pace: profile.requests_per_second.map(Pace::new),
            library: Library::new(address, profile.timeout)?,
        };
        Ok(Self {
            shared: Arc::new(shared),
        })
    }

    /// The endpoint's address.
    pub fn address(&self) -> &Address {
        &self.shared.address
    }

    /// Whether the endpoint is on this machine.
    pub fn is_loopback(&self) -> bool {
        self.address().is_loopback()
    }

    /// The region that requests are signed for.
    pub fn region(&self) -> &str {
        &self.shared.region
    }

    /// The request as [`Client::send`] would send it at a moment: with host, length and signature.
    pub fn prepare(
        &self,
        request: &Request,
        signature: Signature,
        now: SystemTime,
    ) -> Result<Request, Failure> {
        let mut request = request.clone();
        request.path = self.address().below(&request.path);
        for header in &self.shared.headers {
            put(&mut request, &header.name, header.value.clone());
        }
        if request.header("Host").is_none() {
            let host = Header::new("Host", self.address().authority());
            request.headers.insert(0, host);
        }
        put(&mut request, "User-Agent", USER_AGENT);
        // The HTTP library sends it in any case.
        put(&mut request, "Accept", "*/*");
        self.sign(&mut request, signature, now)?;
        let is_framed = ["Content-Length", "Transfer-Encoding"]
            .iter()
            .any(|name| request.headers.iter().any(|header| header.is(name)));
        let may_be_bare = matches!(request.method.as_str(), "GET" | "HEAD" | "DELETE");
        if !is_framed && !(request.body.is_empty() && may_be_bare) {
            request.set("Content-Length", request.body.len().to_string());
        }
        Ok(request)
    }

    /// Sends a request as it is asked for, over whichever lane says it unchanged. Header names in the two usual spellings
    /// go out in lower case.
    ///
    /// A target without credentials gets requests unsigned that should be signed validly; every other signature is
    /// [`Failure::NoCredentials`] there.
    pub async fn send(&self, request: &Request, signature: Signature) -> Result<Answer, Failure> {
        self.turn().await;
        let prepared = self.prepare(request, signature, SystemTime::now())?;
        let start = Instant::now();
        let sent = compose::redacted(&prepared);
        let origin = self.address().origin();
        if let Some(url) = unrepaired(request, &prepared, &origin) {
            let response = self.shared.library.send(url, prepared).await?;
            return Ok(Answer {
                response,
                elapsed: start.elapsed(),
                sent,
            });
        }
        let bytes = Bytes {
            bytes: &compose::written(&prepared),
            split: &[],
            shutdown: false,
            linger: false,
        };
        let exchange = bytes.exchange(self.address(), self.shared.timeout).await?;
        Ok(Answer {
            response: exchange.response,
            elapsed: exchange.elapsed,
            sent,
        })
    }

    /// Sends bytes on a socket of their own, after filling `${Host}`, `${Length}` and `${Signature}` in the head.
    ///
    /// Nothing is added: the headers of the profile come with `${Signature}` or not at all.
    pub async fn send_raw(&self, raw: &Raw, body: &[u8]) -> Result<RawAnswer, Failure> {
        self.turn().await;
        let host = self.address().authority();
        let mut head = compose::filled(raw, &host, body.len());
        let marks = self.marks(&compose::reading(&head, body, &host))?;
        compose::insert(&mut head, &marks);
        let marks_shown: Vec<_> = marks.iter().map(compose::shown).collect();
        let mut head_shown = compose::filled(raw, &host, body.len());
        compose::insert(&mut head_shown, &marks_shown);
        let bytes = Bytes {
            bytes: &compose::joined(&head, &raw.eol, body),
            split: &raw.split,
            shutdown: raw.shutdown,
            linger: true,
        };
        let exchange = bytes.exchange(self.address(), self.shared.timeout).await?;
        Ok(RawAnswer {
            response: exchange.response,
            reply: exchange.reply,
            trailing: exchange.trailing,
            elapsed: exchange.elapsed,
            sent: compose::joined(&head_shown, &raw.eol, body),
        })
    }

    /// Calls an operation, validly signed.
    pub async fn call(&self, operation: Operation, body: &Value) -> Result<Answer, Failure> {
        let request = Request::call(operation, body.to_string());
        self.send(&request, Signature::Valid).await
    }

    /// Puts a CSV file to a pre-signed URL. Neither signature nor the profile's headers go there: it may be another host.
    pub async fn upload(&self, url: &str, csv: Vec<u8>) -> Result<Response, Failure> {
        self.turn().await;
        self.shared.library.upload(url, csv).await
    }

    async fn turn(&self) {
        if let Some(pace) = &self.shared.pace {
            pace.turn().await;
        }
    }

    fn sign(
        &self,
        request: &mut Request,
        signature: Signature,
        now: SystemTime,
    ) -> Result<(), Failure> {
        match (&self.shared.credentials, signature) {
            (Credentials::Unsigned, Signature::Valid | Signature::Unsigned) => Ok(()),
            (Credentials::Unsigned, _) => Err(Failure::NoCredentials {
                endpoint: self.address().to_string(),
                signature,
            }),
            (Credentials::Key(key), _) => sign(request, signature, key, self.region(), now)
                .map_err(|cause| Failure::Unsendable {
                    endpoint: self.address().to_string(),
                    cause: format!("the signer refuses it: {cause}"),
                }),
        }
    }

    /// The headers that make raw bytes a signed request, as far as they can be read as a request.
    fn marks(&self, request: &Request) -> Result<Vec<Header>, Failure> {
        let mut signed = request.clone();
        for header in &self.shared.headers {
            put(&mut signed, &header.name, header.value.clone());
        }
        self.sign(&mut signed, Signature::Valid, SystemTime::now())?;
        Ok(signed.headers.split_off(request.headers.len()))
    }
}

/// Shows where it speaks to, and nothing of how it signs.
impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("address", self.address())
            .finish_non_exhaustive()
    }
}

/// Adds a header unless the request has one of its name.
fn put(request: &mut Request, name: &str, value: impl Into<Vec<u8>>) {
    if !request.headers.iter().any(|header| header.is(name)) {
        request.headers.push(Header::new(name, value));
    }
}
