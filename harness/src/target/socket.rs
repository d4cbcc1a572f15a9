//! The lane that writes bytes on a socket as they are, and reads the answer to its end.

use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, split};
use tokio::net::TcpStream;
use tokio::time::{Instant, sleep, timeout, timeout_at};

use crate::target::Failure;
use crate::target::failure::in_ms;
use crate::target::reply::{Progress, Reply};
use crate::target::trust::Trust;
use crate::target::url::Url;
use crate::wire::Response;

/// Between two writes that must not arrive as one. Longer than a server takes to read what is there already.
const SPLIT_PAUSE: Duration = Duration::from_millis(10);

/// How long bytes behind an answer are waited for: the answer to a second request in the same bytes comes at once.
const TRAILING_WAIT: Duration = Duration::from_millis(50);

/// What comes behind the answer is looked at, not stored.
const TRAILING_SIZE_MAX: usize = 64 * 1_024;

/// What goes out on a connection of its own.
#[derive(Debug)]
pub(crate) struct Bytes<'a> {
    pub(crate) bytes: &'a [u8],
    /// Offsets at which a new write begins.
    pub(crate) split: &'a [usize],
    /// Whether the sending side is closed behind the last byte.
    pub(crate) shutdown: bool,
    /// Whether bytes behind the answer are waited for.
    pub(crate) linger: bool,
}

/// What came back.
#[derive(Debug)]
pub(crate) struct Exchange {
    pub(crate) response: Response,
    pub(crate) reply: Vec<u8>,
    pub(crate) trailing: Vec<u8>,
    pub(crate) elapsed: Duration,
}

/// A connection, encrypted or not.
pub(crate) trait Duplex: AsyncRead + AsyncWrite + Unpin + Send {}

impl<T: AsyncRead + AsyncWrite + Unpin + Send> Duplex for T {}

impl Bytes<'_> {
    /// Sends them to an address and reads one answer.
    pub(crate) async fn exchange(
        &self,
        address: &Url,
        trust: Option<&Trust>,
        limit: Duration,
    ) -> Result<Exchange, Failure> {
        let start = Instant::now();
        let has_begun = AtomicBool::new(false);
        let late = |_| Failure::Timeout {
            endpoint: address.to_string(),
            waited_ms: in_ms(limit),
            partial: has_begun.load(Ordering::Relaxed),
        };
        let connection = timeout_at(start + limit, connect(address, trust));
        let mut stream = connection
            .await
            .map_err(late)?
            .map_err(|error| Failure::Connect {
                endpoint: address.to_string(),
                why: error.to_string(),
            })?;
        let answer = timeout_at(
            start + limit,
            self.converse(&mut stream, address, &has_begun),
        );
        let (response, reply, mut trailing) = answer.await.map_err(late)??;
        let elapsed = start.elapsed();
        if self.linger {
            // Neither the end of the connection nor that of the wait is of interest.
            let _ = timeout(TRAILING_WAIT, linger(&mut stream, &mut trailing)).await;
        }
        Ok(Exchange {
            response,
            reply,
            trailing,
            elapsed,
        })
    }

    async fn converse(
        &self,
        stream: &mut (impl AsyncRead + AsyncWrite + Unpin),
        address: &Url,
        has_begun: &AtomicBool,
    ) -> Result<(Response, Vec<u8>, Vec<u8>), Failure> {
        let endpoint = address.to_string();
        let closed = |endpoint| Failure::Closed {
            endpoint,
            was_kept: false,
        };
        let (mut reader, mut writer) = split(stream);
        let mut reply = Reply::new(self.bytes.starts_with(b"HEAD "));
        let mut buffer = vec![0; 16 * 1_024];
        // Both at once: a server may answer before it has read everything, and then read no more.
        let write = self.write(&mut writer);
        tokio::pin!(write);
        let mut is_written = false;
        loop {
            let read = tokio::select! {
                read = reader.read(&mut buffer) => read,
                // A server that refuses the rest may have answered: what it said is still to be read.
                _ = &mut write, if !is_written => {
                    is_written = true;
                    continue;
                }
            };
            match read {
                Ok(size) if size > 0 => {
                    has_begun.store(true, Ordering::Relaxed);
                    match reply.feed(&buffer[..size]) {
                        Ok(Progress::Whole) => break,
                        Ok(Progress::Partial) => {}
                        Err(bad) => return Err(Failure::of_reply(endpoint, bad)),
                    }
                }
                _ if reply.is_empty() => return Err(closed(endpoint)),
                _ => match reply.close() {
                    Ok(()) => break,
                    Err(why) => return Err(Failure::Truncated { endpoint, why }),
                },
            }
        }
        reply.finish().ok_or_else(|| closed(endpoint))
    }

    async fn write(&self, writer: &mut (impl AsyncWrite + Unpin)) -> io::Result<()> {
        let mut start = 0;
        for end in self.split.iter().copied().chain([self.bytes.len()]) {
            let end = end.clamp(start, self.bytes.len());
            if start > 0 {
                sleep(SPLIT_PAUSE).await;
            }
            writer.write_all(&self.bytes[start..end]).await?;
            writer.flush().await?;
            start = end;
        }
        if self.shutdown {
            writer.shutdown().await?;
        }
        Ok(())
    }
}

/// Reads what comes behind the answer until the connection ends.
async fn linger(stream: &mut (impl AsyncRead + Unpin), trailing: &mut Vec<u8>) -> io::Result<()> {
    let mut buffer = [0; 1_024];
    while trailing.len() < TRAILING_SIZE_MAX {
        match stream.read(&mut buffer).await? {
            0 => break,
            size => trailing.extend_from_slice(&buffer[..size]),
        }
    }
    Ok(())
}

pub(crate) async fn connect(address: &Url, trust: Option<&Trust>) -> io::Result<Box<dyn Duplex>> {
    let stream = TcpStream::connect((address.dialled(), address.port)).await?;
    // Each write is a segment of its own, as the splits mean it.
    stream.set_nodelay(true)?;
    match trust {
        Some(trust) if address.secure => encrypt(stream, &address.host, trust).await,
        _ => Ok(Box::new(stream)),
    }
}

#[cfg(feature = "tls")]
pub(crate) async fn encrypt(
    stream: TcpStream,
    host: &str,
    trust: &Trust,
) -> io::Result<Box<dyn Duplex>> {
    let name =
        rustls::pki_types::ServerName::try_from(host.to_owned()).map_err(io::Error::other)?;
    let connector = tokio_rustls::TlsConnector::from(std::sync::Arc::clone(&trust.0));
    Ok(Box::new(connector.connect(name, stream).await?))
}

/// A URL that needs it is refused when it is read, so that this is for completeness.
#[cfg(not(feature = "tls"))]
pub(crate) async fn encrypt(_: TcpStream, _: &str, _: &Trust) -> io::Result<Box<dyn Duplex>> {
    Err(io::Error::other("this build has no TLS"))
}
