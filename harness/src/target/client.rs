//! The client of one endpoint: signs, sends over the transport that can say the request, and bounds what comes back.

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use reqwest::Method;
use reqwest::header::{HeaderName, HeaderValue};
use tokio::sync::Mutex;
use tokio::time::{Instant, sleep_until};

use crate::case::{Message, Raw, Signature};
use crate::target::raw::{Outgoing, exchange};
use crate::target::signing::Signer;
use crate::target::url::Url;
use crate::target::{ConfigError, Credentials, Failure, Profile, Where};
use crate::wire::{Header, Request, Response};

/// The most bytes of an answer's body. A thousand times what the operation answers; an endless one is left there.
pub(crate) const BODY_SIZE_MAX: usize = 1 << 20;

/// The client of one endpoint. Cheap to clone; clones share connections and the rate limit.
#[derive(Clone)]
pub struct Client {
    shared: Arc<Shared>,
}

struct Shared {
    http: reqwest::Client,
    url: Url,
    region: String,
    credentials: Option<Credentials>,
    headers: Vec<Header>,
    timeout: Duration,
    /// The time between two requests, and the moment before which the next one waits.
    pace: Option<(Duration, Mutex<Instant>)>,
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Client({})", self.shared.url)
    }
}

impl Client {
    /// A client for a profile that has a URL.
    pub fn new(profile: &Profile) -> Result<Self, ConfigError> {
        let Where::Remote(url) = &profile.place else {
            return Err(ConfigError::Url {
                url: "embedded".into(),
                why: "it does not listen yet".into(),
            });
        };
        let url = Url::parse(url)?;
        #[cfg(feature = "tls")]
        // Fails only if a provider is there already, which serves as well.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let http = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .http1_only()
            .tcp_nodelay(true)
            .timeout(profile.timeout)
            .build()
            .map_err(|error| ConfigError::Url {
                url: url.to_string(),
                why: chain(&error),
            })?;
        let pace = profile.requests_per_second.map(|rate| {
            (
                Duration::from_secs_f64(1.0 / rate),
                Mutex::new(Instant::now()),
            )
        });
        Ok(Self {
            shared: Arc::new(Shared {
                http,
                url,
                region: profile.region.clone(),
                credentials: profile.credentials.clone(),
                headers: profile
                    .headers
                    .iter()
                    .map(|(name, value)| Header::new(name, value.as_str()))
                    .collect(),
                timeout: profile.timeout,
                pace,
            }),
        })
    }

    /// Whether the endpoint is on this machine.
    pub fn is_loopback(&self) -> bool {
        self.shared.url.is_loopback()
    }

    /// The endpoint's URL.
    pub fn url(&self) -> String {
        self.shared.url.to_string()
    }

    /// The host part of the endpoint's URL, without the port.
    pub(crate) fn host(&self) -> &str {
        &self.shared.url.host
    }

    /// Sends what a case says.
    pub async fn deliver(&self, message: &Message) -> Result<Response, Failure> {
        match message {
            Message::Plain { request, signature } => self.send(request.clone(), *signature).await,
            Message::Raw { raw, body } => self.send_raw(raw, body).await,
        }
    }

    /// Sends a request with a valid signature, or unsigned if there are no credentials.
    pub async fn ping(&self, request: &Request) -> Result<Response, Failure> {
        self.send(request.clone(), Signature::Valid).await
    }

    /// Puts a file at a URL that an answer handed out: never signed, and with none of the profile's headers.
    pub(crate) async fn upload(&self, url: &str, csv: Vec<u8>) -> Result<Response, Failure> {
        self.wait_for_turn().await;
        let url = reqwest::Url::parse(url)
            .map_err(|error| Failure::Unsayable(format!("the pre-signed URL: {error}")))?;
        let request = self
            .shared
            .http
            .put(url)
            // Developer guide, "Importing users from a CSV file": the upload names this encryption.
            .header("x-amz-server-side-encryption", "aws:kms")
            .body(csv);
        self.read(request).await
    }

    async fn send(&self, mut request: Request, signature: Signature) -> Result<Response, Failure> {
        let shared = &self.shared;
        let path = format!("{}{}", shared.url.base, request.path);
        request.path = path;
        for header in &shared.headers {
            request.set(&header.name, header.value.clone());
        }
        self.signer().sign(&mut request, signature)?;
        self.wait_for_turn().await;
        match self.plain(&request) {
            Some(plain) => self.read(plain).await,
            None => self.on_socket(&request).await,
        }
    }

    /// The request as reqwest says it, or none if reqwest would say something else.
    fn plain(&self, request: &Request) -> Option<reqwest::RequestBuilder> {
        let written = format!(
            "{}://{}{}",
            self.scheme(),
            self.shared.url.authority,
            request.path
        );
        let url = reqwest::Url::parse(&written).ok()?;
        // It normalises paths, computes lengths and codings itself, and leaves the length of an empty body out.
        let repaired = request.headers.iter().any(|header| {
            [
                "content-length",
                "transfer-encoding",
                "host",
                "connection",
                "expect",
            ]
            .iter()
            .any(|name| header.is(name))
        });
        if url.as_str() != written || repaired || request.body.is_empty() {
            return None;
        }
        let method = Method::from_bytes(request.method.as_bytes()).ok()?;
        let mut plain = self
            .shared
            .http
            .request(method, url)
            .body(request.body.clone());
        for header in &request.headers {
            let name = HeaderName::from_bytes(header.name.as_bytes()).ok()?;
            let value = HeaderValue::from_bytes(&header.value).ok()?;
            plain = plain.header(name, value);
        }
        Some(plain)
    }

    async fn read(&self, request: reqwest::RequestBuilder) -> Result<Response, Failure> {
        let mut answer = request.send().await.map_err(|error| self.failure(&error))?;
        let mut response = Response::new(answer.status().as_u16(), Vec::new());
        response.headers = answer
            .headers()
            .iter()
            .map(|(name, value)| Header::new(name.as_str(), value.as_bytes()))
            .collect();
        while let Some(piece) = answer.chunk().await.map_err(|error| self.failure(&error))? {
            let room = BODY_SIZE_MAX - response.body.len();
            response
                .body
                .extend_from_slice(&piece[..piece.len().min(room)]);
            if piece.len() > room {
                response.cut = true;
                break;
            }
        }
        Ok(response)
    }

    /// A request that HTTP can say and reqwest cannot.
    async fn on_socket(&self, request: &Request) -> Result<Response, Failure> {
        let mut bytes = format!("{} {} HTTP/1.1\r\n", request.method, request.path).into_bytes();
        let authority = &self.shared.url.authority;
        for (name, value) in [
            ("host", authority.clone()),
            ("content-length", request.body.len().to_string()),
        ] {
            if !request.headers.iter().any(|header| header.is(name)) {
                bytes.extend_from_slice(format!("{name}: {value}\r\n").as_bytes());
            }
        }
        for header in &request.headers {
            bytes.extend_from_slice(header.name.as_bytes());
            bytes.extend_from_slice(b": ");
            bytes.extend_from_slice(&header.value);
            bytes.extend_from_slice(b"\r\n");
        }
        bytes.extend_from_slice(b"\r\n");
        bytes.extend_from_slice(&request.body);
        let head = request.method == "HEAD";
        let outgoing = Outgoing {
            bytes: &bytes,
            split: &[],
            shutdown: false,
            head,
        };
        exchange(&self.shared.url, outgoing, self.shared.timeout).await
    }

    async fn send_raw(&self, raw: &Raw, body: &[u8]) -> Result<Response, Failure> {
        let mut lines = Vec::new();
        for line in &raw.head {
            if line == "${Signature}" {
                lines.extend(self.signature_lines(body)?);
            } else {
                lines.push(
                    line.replace("${Host}", &self.shared.url.authority)
                        .replace("${Length}", &body.len().to_string()),
                );
            }
        }
        let mut bytes = Vec::new();
        for line in &lines {
            bytes.extend_from_slice(line.as_bytes());
            bytes.extend_from_slice(raw.eol.as_bytes());
        }
        bytes.extend_from_slice(raw.eol.as_bytes());
        bytes.extend_from_slice(body);
        self.wait_for_turn().await;
        let head = raw
            .head
            .first()
            .is_some_and(|line| line.starts_with("HEAD "));
        let outgoing = Outgoing {
            bytes: &bytes,
            split: &raw.split,
            shutdown: raw.shutdown,
            head,
        };
        exchange(&self.shared.url, outgoing, self.shared.timeout).await
    }

    /// The header lines of a valid signature of a POST to `/` with that body; none without credentials.
    fn signature_lines(&self, body: &[u8]) -> Result<Vec<String>, Failure> {
        let path = format!("{}/", self.shared.url.base);
        let mut request = Request {
            method: "POST".into(),
            path,
            headers: Vec::new(),
            body: body.to_vec(),
        };
        self.signer().sign(&mut request, Signature::Valid)?;
        let line = |header: &Header| {
            format!(
                "{}: {}",
                header.name,
                String::from_utf8_lossy(&header.value)
            )
        };
        Ok(request.headers.iter().map(line).collect())
    }

    fn signer(&self) -> Signer<'_> {
        Signer {
            credentials: self.shared.credentials.as_ref(),
            region: &self.shared.region,
            scheme: self.scheme(),
            authority: &self.shared.url.authority,
            now: SystemTime::now(),
        }
    }

    fn scheme(&self) -> &'static str {
        if self.shared.url.secure {
            "https"
        } else {
            "http"
        }
    }

    async fn wait_for_turn(&self) {
        let Some((gap, next)) = &self.shared.pace else {
            return;
        };
        let turn = {
            let mut next = next.lock().await;
            let turn = (*next).max(Instant::now());
            *next = turn + *gap;
            turn
        };
        sleep_until(turn).await;
    }

    fn failure(&self, error: &reqwest::Error) -> Failure {
        let endpoint = self.url();
        let why = chain(error);
        if error.is_timeout() {
            Failure::Timeout {
                endpoint,
                waited_ms: self.shared.timeout.as_millis(),
            }
        } else if error.is_connect() {
            Failure::Connect { endpoint, why }
        } else if closed(error) {
            Failure::Closed { endpoint }
        } else {
            Failure::Garbage { endpoint, why }
        }
    }
}

/// Whether the connection ended before an answer.
fn closed(error: &reqwest::Error) -> bool {
    let mut source: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(error) = source {
        if let Some(hyper) = error.downcast_ref::<hyper::Error>()
            && (hyper.is_incomplete_message() || hyper.is_closed() || hyper.is_canceled())
        {
            return true;
        }
        if let Some(io) = error.downcast_ref::<std::io::Error>() {
            use std::io::ErrorKind;
            let kinds = [
                ErrorKind::ConnectionReset,
                ErrorKind::BrokenPipe,
                ErrorKind::UnexpectedEof,
            ];
            if kinds.contains(&io.kind()) {
                return true;
            }
        }
        source = error.source();
    }
    false
}

/// An error with its causes, and without the URL that each of them repeats.
fn chain(error: &(dyn std::error::Error + 'static)) -> String {
    let mut parts: Vec<String> = Vec::new();
    let mut source = Some(error);
    while let Some(error) = source {
        let text = error.to_string();
        if !parts.iter().any(|part| part.contains(&text)) {
            parts.push(text);
        }
        source = error.source();
    }
    // The innermost says what the system said; the outer ones only that something went wrong.
    parts.pop().unwrap_or_default()
}
