//! The endpoint on a loopback socket: HTTP/1.1, with a bound on everything that a client could make large or long.

use std::future::poll_fn;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Handle;
use tokio::sync::{Semaphore, watch};
use tokio::task::{JoinHandle, JoinSet};
use tokio::time::timeout;

use crate::reference::options::Options;
use crate::reference::{Endpoint, Variation, exchange};

/// More than a run has requests under way; further clients wait to be accepted. With the bound on bodies, all of them
/// together hold some 256 MB at most.
const CONNECTIONS_MAX: usize = 256;

/// Hyper's own default, written down since a test relies on it.
const HEADERS_MAX: usize = 100;

/// Heads of a pre-signed query and a session token have some 4 KiB.
const BUFFER_SIZE_MAX: usize = 64 * 1_024;

/// A client that does not finish the head of a request is no client.
const HEAD_TIMEOUT: Duration = Duration::from_secs(30);

/// How long answers under way may take when the server is stopped. All but the late and hung ones are out by then.
const STOP_TIMEOUT: Duration = Duration::from_millis(500);

/// How long, and over how many bytes, a client that still sends is listened to behind the last answer.
const LINGER: Duration = Duration::from_millis(500);
const UNREAD_SIZE_MAX: usize = 1 << 20;

/// A failing accept (too many open files) is tried again after a pause, not in a busy loop.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// An HTTP/1 server round an endpoint. Dropping it ends it at once.
#[derive(Debug)]
pub struct Server {
    address: SocketAddr,
    stop: watch::Sender<bool>,
    task: JoinHandle<()>,
}

impl Server {
    /// Listens on a loopback address, on the current tokio runtime; port 0 picks a free one.
    ///
    /// With `control`, `POST /_fullstop/{jobs,advance,faults,release}` is answered too. Any other address is refused: the
    /// endpoint knows no secrets, but it lets everyone in.
    pub fn start(endpoint: Arc<Endpoint>, address: SocketAddr, control: bool) -> io::Result<Self> {
        if !address.ip().is_loopback() {
            return Err(io::Error::new(
                io::ErrorKind::InvalidInput,
                format!("{address} is not a loopback address"),
            ));
        }
        let runtime = Handle::try_current().map_err(io::Error::other)?;
        let listener = std::net::TcpListener::bind(address)?;
        listener.set_nonblocking(true)?;
        let listener = TcpListener::from_std(listener)?;
        let address = listener.local_addr()?;
        let (stop, stopped) = watch::channel(false);
        let task = runtime.spawn(serve(listener, endpoint, control, stopped));
        Ok(Self {
            address,
            stop,
            task,
        })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Takes no more connections, lets the answers under way go out until a deadline, and ends.
    pub async fn stop(mut self) {
        self.stop.send_replace(true);
        // It ends by itself; if it should not, dropping it aborts it.
        let _ = timeout(STOP_TIMEOUT * 2, &mut self.task).await;
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Accepts connections until it is stopped, then waits for those that are left.
async fn serve(
    listener: TcpListener,
    endpoint: Arc<Endpoint>,
    control: bool,
    mut stopped: watch::Receiver<bool>,
) {
    let room = Arc::new(Semaphore::new(CONNECTIONS_MAX));
    // Dropping the set, as an abort of this task does, ends every connection.
    let mut connections = JoinSet::new();
    let mut stop = stopped.clone();
    let accepting = async {
        loop {
            while connections.try_join_next().is_some() {}
            let Ok(permit) = Arc::clone(&room).acquire_owned().await else {
                break;
            };
            let Ok((stream, _)) = listener.accept().await else {
                tokio::time::sleep(ACCEPT_PAUSE).await;
                continue;
            };
            let (endpoint, stopped) = (Arc::clone(&endpoint), stopped.clone());
            connections.spawn(async move {
                connection(stream, endpoint, control, stopped).await;
                drop(permit);
            });
        }
    };
    tokio::select! {
        () = accepting => {}
        _ = stop.wait_for(|is_stopped| *is_stopped) => {}
    }
    drop(listener);
    let _ = stopped.borrow_and_update();
    let all = async { while connections.join_next().await.is_some() {} };
    let _ = timeout(STOP_TIMEOUT, all).await;
}

/// Serves one connection until the client closes it or the server is stopped.
async fn connection(
    stream: TcpStream,
    endpoint: Arc<Endpoint>,
    control: bool,
    mut stopped: watch::Receiver<bool>,
) {
    // Small answers are not to wait for one another.
    let _ = stream.set_nodelay(true);
    let service = service_fn({
        let endpoint = Arc::clone(&endpoint);
        // Boxed, since a connection that is taken back may be moved.
        move |request| Box::pin(exchange::answer(Arc::clone(&endpoint), control, request))
    });
    let mut serving = codec(endpoint.options()).serve_connection(TokioIo::new(stream), service);
    let is_over = tokio::select! {
        // A client that breaks off is its own affair.
        _ = poll_fn(|context| serving.poll_without_shutdown(context)) => true,
        _ = stopped.wait_for(|is_stopped| *is_stopped) => false,
    };
    if !is_over {
        Pin::new(&mut serving).graceful_shutdown();
        let _ = poll_fn(|context| serving.poll_without_shutdown(context)).await;
    }
    let _ = timeout(LINGER, part(serving.into_parts().io.into_inner())).await;
}

/// Ends a connection so that the last answer arrives: a socket that is closed while bytes of the client are unread takes
/// back what was said on it (RFC 9112, section 9.6).
async fn part(mut stream: TcpStream) -> io::Result<()> {
    stream.shutdown().await?;
    let mut unread = [0; 4_096];
    let mut size = 0;
    while size < UNREAD_SIZE_MAX {
        match stream.read(&mut unread).await? {
            0 => break,
            read => size += read,
        }
    }
    Ok(())
}

/// The codec of a connection, with all its bounds.
pub(crate) fn codec(options: &Options) -> http1::Builder {
    let mut builder = http1::Builder::new();
    builder
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_TIMEOUT)
        .max_headers(HEADERS_MAX)
        .max_buf_size(BUFFER_SIZE_MAX)
        // A client that has said all it wants to say may still want to hear.
        .half_close(true)
        .title_case_headers(options.varies(Variation::TitleCaseHeaders));
    builder
}
