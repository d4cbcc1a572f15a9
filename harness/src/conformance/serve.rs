//! An endpoint in the test's own process, on a loopback port of ours.

use std::convert::Infallible;
use std::error::Error;
use std::fmt;
use std::future::Future;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use http_body_util::{BodyExt as _, Full, Limited};
use hyper::body::{Body, Bytes, Incoming};
use hyper::header::{HeaderName, HeaderValue};
use hyper::server::conn::http1;
use hyper::service::{Service, service_fn};
use hyper::{Response as Answer, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{JoinHandle, JoinSet, spawn_blocking};

use crate::wire::{Header, Request, Response};

/// The largest body that a closure is given: twice that of the largest case.
const BODY_SIZE_MAX: usize = 16 << 20;

/// A failing accept (too many open files) is tried again after a pause, not in a busy loop.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// What answers one connection.
#[derive(Clone)]
pub(crate) struct Handler {
    connection: Arc<dyn Fn(TcpStream) -> Connection + Send + Sync>,
}

type Connection = Pin<Box<dyn Future<Output = ()> + Send>>;

impl Handler {
    /// A closure that answers whole requests. It may block.
    pub(crate) fn closure(answer: impl Fn(Request) -> Response + Send + Sync + 'static) -> Self {
        let answer = Arc::new(answer);
        Self::service(service_fn(move |request: hyper::Request<Incoming>| {
            let answer = Arc::clone(&answer);
            async move {
                let Some(request) = whole(request).await else {
                    return Ok(status(StatusCode::PAYLOAD_TOO_LARGE));
                };
                match spawn_blocking(move || answer(request)).await {
                    Ok(response) => Ok(said(response)),
                    // A panic in an emulator is its way to close the connection.
                    Err(error) => Err(io::Error::other(error)),
                }
            }
        }))
    }

    /// A hyper service.
    pub(crate) fn service<S, B>(service: S) -> Self
    where
        S: Service<hyper::Request<Incoming>, Response = Answer<B>> + Clone + Send + Sync + 'static,
        S::Future: Send,
        S::Error: Into<Box<dyn Error + Send + Sync>>,
        B: Body + Send + 'static,
        B::Data: Send,
        B::Error: Into<Box<dyn Error + Send + Sync>>,
    {
        Self {
            connection: Arc::new(move |stream| {
                let service = service.clone();
                Box::pin(async move {
                    let mut server = http1::Builder::new();
                    server.timer(TokioTimer::new()).half_close(true);
                    // A connection that breaks is seen by the client, who judges it.
                    let _ = server.serve_connection(TokioIo::new(stream), service).await;
                })
            }),
        }
    }
}

impl fmt::Debug for Handler {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Handler").finish_non_exhaustive()
    }
}

/// A handler on a free loopback port. Dropping it ends it.
#[derive(Debug)]
pub(crate) struct Serving {
    address: SocketAddr,
    task: JoinHandle<Infallible>,
}

impl Serving {
    pub(crate) async fn start(handler: Handler) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        let task = tokio::spawn(async move {
            // Dropping the set, as an abort of this task does, ends every connection.
            let mut connections = JoinSet::new();
            loop {
                while connections.try_join_next().is_some() {}
                let Ok((stream, _)) = listener.accept().await else {
                    tokio::time::sleep(ACCEPT_PAUSE).await;
                    continue;
                };
                connections.spawn((handler.connection)(stream));
            }
        });
        Ok(Self { address, task })
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// A request with its whole body, or none if that is too large or breaks off.
async fn whole(request: hyper::Request<Incoming>) -> Option<Request> {
    let (head, body) = request.into_parts();
    let body = Limited::new(body, BODY_SIZE_MAX).collect().await.ok()?;
    let headers = head.headers.iter();
    Some(Request {
        method: head.method.to_string(),
        path: head
            .uri
            .path_and_query()
            .map_or("/", |path| path.as_str())
            .to_owned(),
        headers: headers
            .map(|(name, value)| Header::new(name.as_str(), value.as_bytes()))
            .collect(),
        body: body.to_bytes().to_vec(),
    })
}

/// A closure's response, said over HTTP. One that HTTP cannot say is the emulator's own fault, and told as a 500.
fn said(response: Response) -> Answer<Full<Bytes>> {
    let Ok(code) = StatusCode::from_u16(response.status) else {
        return status(StatusCode::INTERNAL_SERVER_ERROR);
    };
    let mut answer = status(code);
    for header in response.headers {
        let name = HeaderName::from_bytes(header.name.as_bytes());
        let (Ok(name), Ok(value)) = (name, HeaderValue::from_bytes(&header.value)) else {
            return status(StatusCode::INTERNAL_SERVER_ERROR);
        };
        answer.headers_mut().append(name, value);
    }
    *answer.body_mut() = Full::from(response.body);
    answer
}

fn status(code: StatusCode) -> Answer<Full<Bytes>> {
    let mut answer = Answer::new(Full::default());
    *answer.status_mut() = code;
    answer
}
