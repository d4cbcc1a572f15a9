//! The quick lane: one kept connection, for callers that send requests by the hundred thousand.
//!
//! It says what [`Client::deliver`] says, byte for byte but for the case of header names, and reads with the same bounds.
//! What does not fit an ordinary head goes over the client's own two lanes.

use std::fmt::Write as _;
use std::pin::Pin;
use std::task::{Context, Waker};
use std::time::{Duration, SystemTime};

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, ReadBuf};
use tokio::time::{Instant, timeout_at};

use crate::case::{Message, Signature};
use crate::contract::{Operation, TARGET_PREFIX};
use crate::target::failure::in_ms;
use crate::target::reply::{BadReply, Progress, Reply};
use crate::target::socket::{Duplex, connect};
use crate::target::{Client, Failure, compose};
use crate::wire::{Request, Response};

/// A larger body may fill the buffers of both sides, and this lane does not read before it has written.
const BODY_SIZE_MAX: usize = 64 * 1_024;

/// Whole answers fit.
const BUFFER_SIZE: usize = 16 * 1_024;

/// Headers that frame the message or steer the connection: those who say them want another lane.
const SPECIAL: [&str; 7] = [
    "connection",
    "content-length",
    "expect",
    "host",
    "te",
    "transfer-encoding",
    "upgrade",
];

/// A connection to one target that is used again for as long as the target keeps it.
pub struct Lane {
    client: Client,
    line: Line,
}

/// What a lane is but for whom it speaks for, so that a client can keep it.
pub(crate) struct Line {
    stream: Option<Box<dyn Duplex>>,
    written: Vec<u8>,
    read: Vec<u8>,
}

/// What came of a request, and when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivered {
    /// The answer.
    pub response: Response,
    /// From the first byte sent to the last one read.
    pub elapsed: Duration,
}

impl Client {
    /// A lane of its own, not yet connected. It shares the client's rate limit.
    pub fn lane(&self) -> Lane {
        Lane {
            client: self.clone(),
            line: Line::default(),
        }
    }

    /// Sends a request with a valid signature, or unsigned if there are no credentials, over a line that is given back.
    pub(crate) async fn over_line(
        &self,
        request: &Request,
        line: Line,
    ) -> (Result<Response, Failure>, Line) {
        let client = self.clone();
        let mut lane = Lane { client, line };
        let answer = lane.once(request).await;
        (answer, lane.line)
    }
}

impl Default for Line {
    fn default() -> Self {
        Self {
            stream: None,
            written: Vec::new(),
            read: vec![0; BUFFER_SIZE],
        }
    }
}

impl Line {
    /// Lets go of a connection on which something came that nobody asked for: mostly its end.
    fn look(&mut self) {
        let Some(stream) = &mut self.stream else {
            return;
        };
        let mut byte = [0];
        let mut byte = ReadBuf::new(&mut byte);
        let mut context = Context::from_waker(Waker::noop());
        if Pin::new(stream)
            .poll_read(&mut context, &mut byte)
            .is_ready()
        {
            self.stream = None;
        }
    }
}

/// Shows where it leads.
impl std::fmt::Debug for Lane {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.client.fmt(f)
    }
}

impl Lane {
    /// Sends what a case says.
    pub async fn deliver(&mut self, message: &Message) -> Result<Delivered, Failure> {
        match message {
            Message::Plain { request, signature }
                if self.client.is_direct() && is_ordinary(request) =>
            {
                let _turn = self.client.turn(Some(request)).await;
                self.write_out(request, *signature)?;
                let start = Instant::now();
                let response = self.exchange(start, is_reading(request)).await?;
                Ok(Delivered {
                    response,
                    elapsed: start.elapsed(),
                })
            }
            Message::Raw { raw, body } => {
                let answer = self.client.exchange_raw(raw, body, false).await?;
                Ok(Delivered {
                    response: answer.response,
                    elapsed: answer.elapsed,
                })
            }
            Message::Plain { .. } => {
                let start = Instant::now();
                let response = self.client.deliver(message).await?;
                Ok(Delivered {
                    response,
                    elapsed: start.elapsed(),
                })
            }
        }
    }

    /// Sends a request with a valid signature.
    async fn once(&mut self, request: &Request) -> Result<Response, Failure> {
        let _turn = self.client.turn(Some(request)).await;
        self.write_out(request, Signature::Valid)?;
        // A pool or a job that is made twice is nobody's.
        self.line.look();
        self.exchange(Instant::now(), is_reading(request)).await
    }

    /// The request's bytes, in the buffer.
    fn write_out(&mut self, request: &Request, signature: Signature) -> Result<(), Failure> {
        self.line.written.clear();
        if self.client.signs(signature) {
            let prepared = self.client.prepare(request, signature, SystemTime::now())?;
            compose::write(&prepared, &mut self.line.written);
            return Ok(());
        }
        // As `Client::prepare` has it, without a copy of the request.
        let out = &mut self.line.written;
        self.client.write_start(request, out);
        for header in &request.headers {
            compose::write_line(header, out);
        }
        self.client.write_rest(request, out);
        let mut length = String::new();
        // Writing to a string cannot fail.
        let _ = write!(length, "Content-Length: {}\r\n\r\n", request.body.len());
        out.extend_from_slice(length.as_bytes());
        out.extend_from_slice(&request.body);
        Ok(())
    }

    /// Sends what is written. A kept connection may be closed while nobody uses it (RFC 9112, section 9.3.1): then only a request
    /// that reads is sent again, and from then on each has a connection of its own. Whoever sends another one decides for himself.
    async fn exchange(&mut self, start: Instant, is_reading: bool) -> Result<Response, Failure> {
        let deadline = start + self.client.timeout();
        if !self.client.keeps_connections() {
            self.line.stream = None;
        }
        let mut answer = self.within(deadline).await;
        if let Err(Failure::Closed { was_kept: true, .. }) = answer {
            self.line.stream = None;
            if is_reading {
                self.client.doubt_connections();
                answer = self.within(deadline).await;
            }
        }
        if answer.is_err() {
            self.line.stream = None;
        }
        answer
    }

    /// One request and its answer, unless that takes too long.
    async fn within(&mut self, deadline: Instant) -> Result<Response, Failure> {
        let mut has_begun = false;
        let answer = timeout_at(deadline, self.converse(&mut has_begun)).await;
        answer.unwrap_or_else(|_| {
            Err(Failure::Timeout {
                endpoint: self.client.url(),
                waited_ms: in_ms(self.client.timeout()),
                partial: has_begun,
            })
        })
    }

    /// One request and its answer. The connection is left out of the line unless it can be used again.
    async fn converse(&mut self, has_begun: &mut bool) -> Result<Response, Failure> {
        let was_kept = self.line.stream.is_some();
        let mut stream = match self.line.stream.take() {
            Some(stream) => stream,
            None => connect(self.client.address(), self.client.trust())
                .await
                .map_err(|error| Failure::Connect {
                    endpoint: self.client.url(),
                    why: error.to_string(),
                })?,
        };
        // A server that refuses early may close before it has read all: what it said is still to be read.
        let written = stream.write_all(&self.line.written).await;
        let written_to = &self.line.written;
        let read = read_reply(&mut stream, &mut self.line.read, written_to, has_begun).await;
        let endpoint = || self.client.url();
        let reply = read.map_err(|broken| match broken {
            Broken::Closed => Failure::Closed {
                endpoint: endpoint(),
                was_kept,
            },
            Broken::Truncated(why) => Failure::Truncated {
                endpoint: endpoint(),
                why,
            },
            Broken::Bad(bad) => Failure::of_reply(endpoint(), bad),
        })?;
        if written.is_ok() && reply.is_kept {
            self.line.stream = Some(stream);
        }
        Ok(reply.response)
    }
}

/// An answer, and whether the connection can be used again behind it.
struct Read {
    response: Response,
    is_kept: bool,
}

enum Broken {
    Closed,
    Truncated(String),
    Bad(BadReply),
}

async fn read_reply(
    stream: &mut (impl AsyncRead + AsyncWrite + Unpin),
    buffer: &mut [u8],
    written: &[u8],
    has_begun: &mut bool,
) -> Result<Read, Broken> {
    let mut reply = Reply::new(written.starts_with(b"HEAD "));
    let mut is_closed = false;
    loop {
        match stream.read(buffer).await {
            Ok(size) if size > 0 => {
                *has_begun = true;
                match reply.feed(&buffer[..size]) {
                    Ok(Progress::Whole) => break,
                    Ok(Progress::Partial) => {}
                    Err(bad) => return Err(Broken::Bad(bad)),
                }
            }
            _ if reply.is_empty() => return Err(Broken::Closed),
            _ => match reply.close() {
                Ok(()) => {
                    is_closed = true;
                    break;
                }
                Err(why) => return Err(Broken::Truncated(why)),
            },
        }
    }
    let persists = reply.persists() && !is_closed;
    let (response, _, trailing) = reply.finish().ok_or(Broken::Closed)?;
    Ok(Read {
        is_kept: persists && !response.cut && trailing.is_empty(),
        response,
    })
}

/// Whether a request only reads, so that sending it twice is as good as once.
pub(crate) fn is_reading(request: &Request) -> bool {
    let operation = request
        .header("x-amz-target")
        .and_then(|target| target.strip_prefix(TARGET_PREFIX)?.strip_prefix('.'))
        .and_then(|name| name.parse::<Operation>().ok());
    operation.is_some_and(Operation::is_reading)
}

/// Whether a request is one that this lane says as every other client would.
pub(crate) fn is_ordinary(request: &Request) -> bool {
    let is_token = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    request.body.len() <= BODY_SIZE_MAX
        && request.path.starts_with('/')
        && request.path.bytes().all(|byte| byte.is_ascii_graphic())
        && !matches!(request.method.as_str(), "HEAD" | "CONNECT" | "")
        && request.method.bytes().all(is_token)
        && request.headers.iter().all(|header| {
            !header.name.is_empty()
                && header.name.bytes().all(is_token)
                && !SPECIAL.iter().any(|name| header.is(name))
                && header
                    .value
                    .iter()
                    .all(|byte| (32..127).contains(byte) || *byte == b'\t')
        })
}
