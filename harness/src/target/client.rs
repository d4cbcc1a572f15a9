//! The client of one target.

use std::fmt;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use serde_json::Value;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::Instant;

use crate::case::{Message, Raw, Signature};
use crate::contract::{Operation, QuotaUse};
use crate::target::lane::{Line, is_ordinary, is_reading};
use crate::target::library::Library;
use crate::target::limiter::Limiter;
use crate::target::pace::Pace;
use crate::target::repair::unrepaired;
use crate::target::sign::sign;
use crate::target::socket::{Bytes, Exchange};
use crate::target::trust::Trust;
use crate::target::url::Url;
use crate::target::{ConfigError, Credentials, Failure, Profile, Proxy, Where, compose};
use crate::wire::{Header, Request, Response};

/// No response of the service comes near: the largest that is asked for, twenty described jobs, has some 30 KiB.
pub(crate) const BODY_SIZE_MAX: usize = 1 << 16;

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
    url: Url,
    region: String,
    credentials: Option<Credentials>,
    headers: Vec<Header>,
    timeout: Duration,
    pace: Option<Pace>,
    limiter: Option<Limiter>,
    library: Library,
    trust: Option<Trust>,
    proxy: Option<Proxy>,
    sent: AtomicUsize,
    /// How many of them were answered with "not now".
    throttled: AtomicUsize,
    /// How many requests may be under way at once, where that is bounded.
    at_once: Mutex<Option<Arc<Semaphore>>>,
    /// Whether a kept connection was closed without notice, so that none is kept any more.
    is_closing: AtomicBool,
    /// Whether the body of a success never ended.
    is_endless: AtomicBool,
    /// The kept lines that nobody uses just now. None where the library keeps them.
    idle: Mutex<Option<Vec<Line>>>,
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
        let headers = profile.headers.iter();
        // Without https there is nobody to believe; uploads to other hosts believe the system's.
        let authorities = profile.authorities.as_ref();
        let trust = (url.secure || authorities.is_some())
            .then(|| Trust::of(authorities))
            .transpose()
            .map_err(|why| ConfigError::Url {
                url: url.to_string(),
                why,
            })?;
        let proxy = profile.proxy.clone();
        profile.keep_secrets();
        let shared = Shared {
            library: Library::new(&url, profile.timeout, trust.as_ref(), proxy.as_ref())?,
            trust,
            proxy,
            sent: AtomicUsize::new(0),
            throttled: AtomicUsize::new(0),
            at_once: Mutex::default(),
            is_closing: AtomicBool::new(false),
            is_endless: AtomicBool::new(false),
            idle: Mutex::default(),
            url,
            region: profile.region.clone(),
            credentials: profile.credentials.clone(),
            headers: headers
                .map(|(name, value)| Header::new(name, value.as_str()))
                .collect(),
            timeout: profile.timeout,
            pace: profile.requests_per_second.map(Pace::new),
            limiter: profile
                .quotas
                .clone()
                .filter(|quotas| !quotas.0.is_empty())
                .map(Limiter::new),
        };
        Ok(Self {
            shared: Arc::new(shared),
        })
    }

    /// Whether the endpoint is on this machine.
    pub fn is_loopback(&self) -> bool {
        self.shared.url.is_loopback()
    }

    /// Whether the endpoint is on this machine or on a network of its own.
    pub fn is_local(&self) -> bool {
        self.shared.url.is_local()
    }

    /// The endpoint's URL.
    pub fn url(&self) -> String {
        self.shared.url.to_string()
    }

    /// How many requests were sent, uploads included.
    pub fn sent(&self) -> usize {
        self.shared.sent.load(Ordering::Relaxed)
    }

    /// Notes that a request was answered with "not now".
    pub(crate) fn note_throttle(&self) {
        self.shared.throttled.fetch_add(1, Ordering::Relaxed);
    }

    /// Whether that was what most of them were answered.
    pub(crate) fn is_throttled(&self) -> bool {
        2 * self.shared.throttled.load(Ordering::Relaxed) > self.sent()
    }

    /// Whether a proxy stands between.
    pub(crate) fn is_proxied(&self) -> bool {
        self.shared.proxy.is_some()
    }

    /// Where a connection goes, and whom it believes.
    pub(crate) fn way(&self) -> (&Url, Option<&Trust>) {
        (&self.shared.url, self.shared.trust.as_ref())
    }

    /// The host and the port of the endpoint's URL.
    pub(crate) fn host_and_port(&self) -> (&str, u16) {
        (&self.shared.url.host, self.shared.url.port)
    }

    /// Sends what a case says.
    pub async fn deliver(&self, message: &Message) -> Result<Response, Failure> {
        match message {
            Message::Plain { request, signature } => {
                let answer = self.send(request, *signature).await?;
                Ok(answer.response)
            }
            Message::Raw { raw, body } => Ok(self.send_raw(raw, body).await?.response),
        }
    }

    /// The same, over a connection that nothing else was sent on.
    pub(crate) async fn deliver_alone(&self, message: &Message) -> Result<Response, Failure> {
        match message {
            Message::Plain { request, signature } => {
                let answer = self.send_over(request, *signature, false).await?;
                Ok(answer.response)
            }
            Message::Raw { .. } => self.deliver(message).await,
        }
    }

    /// Sends a request with a valid signature, or unsigned if there are no credentials.
    pub async fn ping(&self, request: &Request) -> Result<Response, Failure> {
        let line = is_ordinary(request).then(|| self.line()).flatten();
        let Some(line) = line else {
            let answer = match self.send(request, Signature::Valid).await {
                // The close may have come before the request did.
                Err(Failure::Closed { was_kept: true, .. }) if is_reading(request) => {
                    self.send(request, Signature::Valid).await
                }
                answer => answer,
            };
            return Ok(answer?.response);
        };
        let (answer, line) = self.over_line(request, line).await;
        if let Some(idle) = &mut *self.idle() {
            idle.push(line);
        }
        answer
    }

    /// The same for a request whose success is all that matters. The body of a success is not waited for once one never ended.
    pub(crate) async fn tell(&self, request: &Request) -> Result<Response, Failure> {
        if !self.shared.is_endless.load(Ordering::Relaxed) {
            match self.ping(request).await {
                Err(Failure::Timeout { partial: true, .. }) => {
                    self.shared.is_endless.store(true, Ordering::Relaxed);
                }
                answer => return answer,
            }
        }
        let turn = self.turn(Some(request)).await;
        let prepared = self.prepare(request, Signature::Valid, SystemTime::now())?;
        let Some(url) = unrepaired(request, &prepared, &self.shared.url.origin()) else {
            drop(turn);
            return self.ping(request).await;
        };
        self.shared.library.tell(url, prepared).await
    }

    /// From now on [`Client::ping`] goes over lines like those of [`Client::lane`], which cost less: for callers that make
    /// preconditions by the thousand.
    pub fn hurry(&self) {
        if self.is_direct() {
            self.idle().get_or_insert_default();
        }
    }

    fn line(&self) -> Option<Line> {
        Some(self.idle().as_mut()?.pop().unwrap_or_default())
    }

    fn idle(&self) -> MutexGuard<'_, Option<Vec<Line>>> {
        locked(&self.shared.idle)
    }

    /// The request as [`Client::send`] would send it at a moment: with host, length and signature.
    pub fn prepare(
        &self,
        request: &Request,
        signature: Signature,
        now: SystemTime,
    ) -> Result<Request, Failure> {
        let mut request = request.clone();
        request.path = self.shared.url.below(&request.path);
        for header in &self.shared.headers {
            put(&mut request, &header.name, header.value.clone());
        }
        if request.header("Host").is_none() {
            let host = Header::new("Host", self.shared.url.authority.clone());
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
        if !(is_framed || request.body.is_empty() && may_be_bare) {
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
        self.send_over(request, signature, self.keeps_connections())
            .await
    }

    async fn send_over(
        &self,
        request: &Request,
        signature: Signature,
        may_be_kept: bool,
    ) -> Result<Answer, Failure> {
        let _turn = self.turn(Some(request)).await;
        let prepared = self.prepare(request, signature, SystemTime::now())?;
        let start = Instant::now();
        let sent = compose::redacted(&prepared);
        let origin = self.shared.url.origin();
        if let Some(url) = unrepaired(request, &prepared, &origin) {
            let answer = self.shared.library.send(url, prepared, may_be_kept).await;
            if let Err(Failure::Closed { was_kept: true, .. }) = answer
                && is_reading(request)
            {
                self.doubt_connections();
            }
            let response = answer?;
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
        let exchange = self.over_socket(&bytes).await?;
        Ok(Answer {
            response: exchange.response,
            elapsed: exchange.elapsed,
            sent,
        })
    }

    /// Sends a request that nothing is known of the endpoint yet: over a socket, where every limit is ours.
    pub(crate) async fn greet(&self, request: &Request) -> Result<Response, Failure> {
        if self.is_proxied() {
            return self.ping(request).await;
        }
        let _turn = self.turn(Some(request)).await;
        let prepared = self.prepare(request, Signature::Valid, SystemTime::now())?;
        let bytes = Bytes {
            bytes: &compose::written(&prepared),
            split: &[],
            shutdown: false,
            linger: false,
        };
        Ok(self.over_socket(&bytes).await?.response)
    }

    /// Whether connections are kept: not once one was closed without notice.
    pub(crate) fn keeps_connections(&self) -> bool {
        !self.shared.is_closing.load(Ordering::Relaxed)
    }

    /// Keeps no connections any more.
    pub(crate) fn doubt_connections(&self) {
        self.shared.is_closing.store(true, Ordering::Relaxed);
    }

    /// Sends bytes on a socket of their own, after filling `${Host}`, `${Length}` and `${Signature}` in the head.
    ///
    /// Nothing is added: the headers of the profile come with `${Signature}` or not at all.
    pub async fn send_raw(&self, raw: &Raw, body: &[u8]) -> Result<RawAnswer, Failure> {
        self.exchange_raw(raw, body, true).await
    }

    /// The same, which waits for bytes behind the answer only if that is asked.
    pub(crate) async fn exchange_raw(
        &self,
        raw: &Raw,
        body: &[u8],
        linger: bool,
    ) -> Result<RawAnswer, Failure> {
        let host = self.shared.url.authority.clone();
        let filled = || compose::filled(raw, &host, &self.shared.url.base, body.len());
        let mut head = filled();
        let reading = compose::reading(&head, body, &host);
        let _turn = self.turn(Some(&reading)).await;
        let marks = self.marks(&reading)?;
        compose::insert(&mut head, &marks);
        let marks_shown: Vec<_> = marks.iter().map(compose::shown).collect();
        let mut head_shown = filled();
        compose::insert(&mut head_shown, &marks_shown);
        let bytes = Bytes {
            bytes: &compose::joined(&head, &raw.eol, body),
            split: &raw.split,
            shutdown: raw.shutdown,
            linger,
        };
        let exchange = self.over_socket(&bytes).await?;
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

    /// Puts a CSV file to a pre-signed URL. Neither signature nor the profile's headers go there: it may be another host. Of the
    /// response only the head is read.
    pub async fn upload(&self, url: &str, csv: Vec<u8>) -> Result<Response, Failure> {
        let _turn = self.turn(None).await;
        self.shared.library.upload(url, csv).await
    }

    /// Sends bytes to the endpoint itself.
    async fn over_socket(&self, bytes: &Bytes<'_>) -> Result<Exchange, Failure> {
        let Shared {
            url,
            trust,
            timeout,
            ..
        } = &*self.shared;
        if let Some(proxy) = &self.shared.proxy {
            return Err(Failure::Unsayable {
                endpoint: self.url(),
                why: format!("its exact bytes would not survive the proxy {proxy} of the profile"),
            });
        }
        bytes.exchange(url, trust.as_ref(), *timeout).await
    }

    /// How much of each quota was used, where the profile has any.
    pub fn usage(&self) -> Vec<QuotaUse> {
        self.shared
            .limiter
            .as_ref()
            .map_or_else(Vec::new, Limiter::usage)
    }

    /// Whether requests wait for a quota, so that asking often only keeps others waiting.
    pub fn is_limited(&self) -> bool {
        self.shared.limiter.is_some() || self.shared.pace.is_some()
    }

    /// From now on has at most so many requests under way at once.
    pub(crate) fn send_at_most(&self, at_once: usize) {
        let at_once = Arc::new(Semaphore::new(at_once.max(1)));
        *locked(&self.shared.at_once) = Some(at_once);
    }

    /// Waits until a request may be sent; an upload is none of the service's. It is under way until what this returns is
    /// dropped.
    pub(crate) async fn turn(&self, request: Option<&Request>) -> Option<OwnedSemaphorePermit> {
        self.shared.sent.fetch_add(1, Ordering::Relaxed);
        if let Some(pace) = &self.shared.pace {
            pace.turn().await;
        }
        if let (Some(limiter), Some(request)) = (&self.shared.limiter, request) {
            limiter.turn(request).await;
        }
        let at_once = locked(&self.shared.at_once).clone()?;
        // It is never closed.
        at_once.acquire_owned().await.ok()
    }

    /// Whether a signature of that kind adds anything to a request.
    pub(crate) fn signs(&self, signature: Signature) -> bool {
        match (&self.shared.credentials, signature) {
            (_, Signature::Unsigned) | (None, Signature::Valid) => false,
            // Without credentials the other kinds are refused by `prepare`, which says so.
            _ => true,
        }
    }

    pub(crate) fn address(&self) -> &Url {
        &self.shared.url
    }

    /// Whose certificates are believed.
    pub(crate) fn trust(&self) -> Option<&Trust> {
        self.shared.trust.as_ref()
    }

    /// Whether a socket of one's own leads to it.
    pub(crate) fn is_direct(&self) -> bool {
        self.shared.proxy.is_none()
    }

    pub(crate) fn timeout(&self) -> Duration {
        self.shared.timeout
    }

    /// The request line and the host of an unsigned request that names none.
    pub(crate) fn write_start(&self, request: &Request, out: &mut Vec<u8>) {
        let base = if request.path.starts_with('/') {
            &*self.shared.url.base
        } else {
            ""
        };
        let host = &*self.shared.url.authority;
        let parts = [
            &*request.method,
            " ",
            base,
            &request.path,
            " HTTP/1.1\r\nHost: ",
            host,
        ];
        for part in parts.into_iter().chain(["\r\n"]) {
            out.extend_from_slice(part.as_bytes());
        }
    }

    /// The headers that every request gets, as far as it does not bring them itself.
    pub(crate) fn write_rest(&self, request: &Request, out: &mut Vec<u8>) {
        let has = |name: &str| request.headers.iter().any(|header| header.is(name));
        for header in self
            .shared
            .headers
            .iter()
            .filter(|header| !has(&header.name))
        {
            compose::write_line(header, out);
        }
        let profile = |name: &str| self.shared.headers.iter().any(|header| header.is(name));
        for (name, value) in [("User-Agent", USER_AGENT), ("Accept", "*/*")] {
            if !has(name) && !profile(name) {
                for part in [name, ": ", value, "\r\n"] {
                    out.extend_from_slice(part.as_bytes());
                }
            }
        }
    }

    fn sign(
        &self,
        request: &mut Request,
        signature: Signature,
        now: SystemTime,
    ) -> Result<(), Failure> {
        match (&self.shared.credentials, signature) {
            (None, Signature::Valid | Signature::Unsigned) => Ok(()),
            (None, _) => Err(Failure::NoCredentials {
                endpoint: self.url(),
                signature,
            }),
            (Some(credentials), _) => {
                sign(request, signature, credentials, &self.shared.region, now).map_err(|cause| {
                    Failure::Unsayable {
                        endpoint: self.url(),
                        why: format!("the signer refuses it: {cause}"),
                    }
                })
            }
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
            .field("url", &self.url())
            .finish_non_exhaustive()
    }
}

/// Adds a header unless the request has one of its name.
fn put(request: &mut Request, name: &str, value: impl Into<Vec<u8>>) {
    if !request.headers.iter().any(|header| header.is(name)) {
        request.headers.push(Header::new(name, value));
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
