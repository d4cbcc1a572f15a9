//! The lane through the HTTP library, for requests that it sends as they are meant.

use std::error::Error;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use reqwest::header::{HeaderName, HeaderValue};
use reqwest::redirect::Policy;
use reqwest::{Method, Url};

use crate::target::client::BODY_SIZE_MAX;
use crate::target::failure::in_ms;
use crate::target::trust::Trust;
use crate::target::url::Url as Endpoint;
use crate::target::{ConfigError, Failure, Proxy};
use crate::wire::{Header, Request, Response};

/// What Amazon S3 was told of when the URL was signed. Source: developer guide, "Importing users from a CSV file".
const UPLOAD_HEADER: (&str, &str) = ("x-amz-server-side-encryption", "aws:kms");

/// A file of many rows over a slow line takes longer than any answer. On this machine it does not.
const UPLOAD_TIMEOUT: Duration = Duration::from_secs(60);

/// How long the connections of an endpoint are kept that nobody uses.
const IDLE_MAX: Duration = Duration::from_secs(20);

/// The library, set up to do nothing by itself.
#[derive(Debug)]
pub(crate) struct Library {
    /// Keeps connections.
    client: reqwest::Client,
    /// Opens a connection for each request.
    fresh: reqwest::Client,
    endpoint: String,
    timeout: Duration,
    upload_timeout: Duration,
}

impl Library {
    pub(crate) fn new(
        endpoint: &Endpoint,
        timeout: Duration,
        trust: Option<&Trust>,
        proxy: Option<&Proxy>,
    ) -> Result<Self, ConfigError> {
        let wrong = |error: reqwest::Error| ConfigError::Url {
            url: endpoint.to_string(),
            // Not the library's own words: they can hold a proxy's password.
            why: innermost(&error.without_url()).to_string(),
        };
        let build = |kept: usize| {
            let mut builder = reqwest::Client::builder()
                // A redirect is an answer, and a proxy of the environment would be another endpoint.
                .redirect(Policy::none())
                .no_proxy()
                .http1_only()
                .pool_max_idle_per_host(kept)
                .pool_idle_timeout(IDLE_MAX)
                .timeout(timeout);
            if endpoint.dialled() != endpoint.host {
                let addresses = [
                    SocketAddr::from((Ipv4Addr::LOCALHOST, endpoint.port)),
                    SocketAddr::from((Ipv6Addr::LOCALHOST, endpoint.port)),
                ];
                builder = builder.resolve_to_addrs(&endpoint.host, &addresses);
            }
            builder = trusting(builder, trust);
            if let Some(proxy) = proxy {
                builder = builder.proxy(proxy.for_library().map_err(wrong)?);
            }
            builder.build().map_err(wrong)
        };
        Ok(Self {
            client: build(usize::MAX)?,
            fresh: build(0)?,
            endpoint: endpoint.to_string(),
            timeout,
            upload_timeout: match endpoint.is_loopback() {
                true => timeout,
                false => UPLOAD_TIMEOUT.max(timeout),
            },
        })
    }

    /// Sends a request whose URL and headers were found to be sendable, over a kept connection if one may be used.
    pub(crate) async fn send(
        &self,
        url: Url,
        request: Request,
        may_be_kept: bool,
    ) -> Result<Response, Failure> {
        let client = match may_be_kept {
            true => &self.client,
            false => &self.fresh,
        };
        let failed = |error, partial| self.failed(error, partial, may_be_kept);
        let answer = client.execute(self.message(url, request)?).await;
        let answer = answer.map_err(|error| failed(error, false))?;
        whole(answer).await.map_err(|error| failed(error, true))
    }

    /// The same on a connection of its own. Of a success only the head is read.
    pub(crate) async fn tell(&self, url: Url, request: Request) -> Result<Response, Failure> {
        let failed = |error, partial| self.failed(error, partial, false);
        let answer = self.fresh.execute(self.message(url, request)?).await;
        let answer = answer.map_err(|error| failed(error, false))?;
        if answer.status().is_success() {
            return Ok(head(&answer));
        }
        whole(answer).await.map_err(|error| failed(error, true))
    }

    fn message(&self, url: Url, request: Request) -> Result<reqwest::Request, Failure> {
        let method = Method::from_bytes(request.method.as_bytes())
            .map_err(|error| self.unsayable(&error))?;
        let mut message = reqwest::Request::new(method, url);
        for header in &request.headers {
            let name = HeaderName::from_bytes(header.name.as_bytes())
                .map_err(|error| self.unsayable(&error))?;
            let value =
                HeaderValue::from_bytes(&header.value).map_err(|error| self.unsayable(&error))?;
            message.headers_mut().append(name, value);
        }
        *message.body_mut() = Some(request.body.into());
        Ok(message)
    }

    fn failed(&self, error: reqwest::Error, partial: bool, was_kept: bool) -> Failure {
        let endpoint = self.endpoint.clone();
        failure(error, endpoint, self.timeout, partial, was_kept)
    }

    /// Puts a file to a pre-signed URL. Whether it was taken is said by the head of the response: the body is not waited for.
    pub(crate) async fn upload(&self, url: &str, file: Vec<u8>) -> Result<Response, Failure> {
        let (name, value) = UPLOAD_HEADER;
        let message = self
            .fresh
            .put(url)
            .header(name, value)
            .timeout(self.upload_timeout)
            .body(file)
            .build()
            .map_err(|error| self.unsayable(&error.without_url()))?;
        let origin = message.url().origin().ascii_serialization();
        let answer = self.fresh.execute(message).await;
        let answer =
            answer.map_err(|error| failure(error, origin, self.upload_timeout, false, false))?;
        Ok(head(&answer))
    }

    fn unsayable(&self, cause: &dyn std::fmt::Display) -> Failure {
        Failure::Unsayable {
            endpoint: self.endpoint.clone(),
            why: cause.to_string(),
        }
    }
}

/// A response with its body, up to a limit.
async fn whole(mut answer: reqwest::Response) -> reqwest::Result<Response> {
    let mut response = head(&answer);
    while let Some(piece) = answer.chunk().await? {
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

/// The head of a response.
fn head(answer: &reqwest::Response) -> Response {
    let mut response = Response::new(answer.status().as_u16(), "");
    response.headers = answer
        .headers()
        .iter()
        .map(|(name, value)| Header::new(name.as_str(), value.as_bytes()))
        .collect();
    response
}

/// What the library's error means. Its text is not repeated, since it can hold a signed URL; that of its cause is.
fn failure(
    error: reqwest::Error,
    endpoint: String,
    limit: Duration,
    partial: bool,
    was_kept: bool,
) -> Failure {
    if error.is_timeout() {
        return Failure::Timeout {
            endpoint,
            waited_ms: in_ms(limit),
            partial,
        };
    }
    let error = error.without_url();
    let why = innermost(&error).to_string();
    let is_garbage = causes(&error)
        .filter_map(|cause| cause.downcast_ref::<hyper::Error>())
        .any(hyper::Error::is_parse);
    if error.is_connect() {
        Failure::Connect { endpoint, why }
    } else if is_garbage {
        Failure::Garbage { endpoint, why }
    } else if error.is_body() || error.is_decode() {
        Failure::Truncated { endpoint, why }
    } else if error.is_builder() {
        Failure::Unsayable { endpoint, why }
    } else {
        Failure::Closed { endpoint, was_kept }
    }
}

/// With the trust of a profile. Without one, with the system's, for uploads to other hosts.
#[cfg(feature = "tls")]
fn trusting(builder: reqwest::ClientBuilder, trust: Option<&Trust>) -> reqwest::ClientBuilder {
    // Fails only if a provider is there already, which serves as well.
    let _ = rustls::crypto::ring::default_provider().install_default();
    match trust {
        Some(trust) => builder.tls_backend_preconfigured(rustls::ClientConfig::clone(&trust.0)),
        None => builder,
    }
}

#[cfg(not(feature = "tls"))]
fn trusting(builder: reqwest::ClientBuilder, _: Option<&Trust>) -> reqwest::ClientBuilder {
    builder
}

/// An error and what caused it, outermost first.
fn causes<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    std::iter::successors(Some(error), |error: &&'a (dyn Error + 'static)| {
        (*error).source()
    })
}

/// What the system said; the outer errors only say that something went wrong.
fn innermost<'a>(error: &'a (dyn Error + 'static)) -> &'a (dyn Error + 'static) {
    causes(error).last().unwrap_or(error)
}
