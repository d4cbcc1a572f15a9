//! The raw lane: bytes on a socket, and whatever comes back.

use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::target::Failure;
use crate::target::client::BODY_SIZE_MAX;
use crate::target::url::Url;
use crate::wire::{Header, Response};

/// The most header lines of an answer: AWS sends under ten, and servers refuse over a hundred themselves.
const HEADERS_MAX: usize = 128;

/// The most bytes of an answer's head.
const HEAD_SIZE_MAX: usize = 64 << 10;

/// The most interim answers (1xx) before the real one.
const INTERIM_MAX: usize = 8;

/// What goes out, and how.
pub(crate) struct Outgoing<'a> {
    pub(crate) bytes: &'a [u8],
    /// Offsets at which the bytes are sent as separate writes.
    pub(crate) split: &'a [usize],
    /// Whether the sending side is closed after the last byte.
    pub(crate) shutdown: bool,
    /// Whether the answer is to a HEAD, which has no body whatever its head says.
    pub(crate) head: bool,
}

/// Sends bytes on a connection of their own and reads one answer.
pub(crate) async fn exchange(
    url: &Url,
    outgoing: Outgoing<'_>,
    patience: Duration,
) -> Result<Response, Failure> {
    if url.secure {
        return Err(Failure::Unsayable(
            "raw requests are sent without TLS only".to_owned(),
        ));
    }
    let endpoint = url.to_string();
    let connect = |why: std::io::Error| Failure::Connect {
        endpoint: url.to_string(),
        why: why.to_string(),
    };
    let result = timeout(patience, async {
        let mut stream = TcpStream::connect((url.host.as_str(), url.port))
            .await
            .map_err(connect)?;
        // Each piece of a split request is to travel alone.
        stream.set_nodelay(true).map_err(connect)?;
        write(&mut stream, &outgoing).await;
        read(&mut stream, outgoing.head, &url.to_string()).await
    })
    .await;
    result.unwrap_or(Err(Failure::Timeout {
        endpoint,
        waited_ms: patience.as_millis(),
    }))
}

/// Writes what can be written: an endpoint may answer and close before it has read everything.
async fn write(stream: &mut TcpStream, outgoing: &Outgoing<'_>) {
    let mut start = 0;
    let ends = outgoing
        .split
        .iter()
        .copied()
        .filter(|end| *end < outgoing.bytes.len());
    for end in ends.chain([outgoing.bytes.len()]) {
        let piece = outgoing.bytes.get(start..end).unwrap_or_default();
        if stream.write_all(piece).await.is_err() || stream.flush().await.is_err() {
            return;
        }
        start = end.max(start);
        // Gives the other side a turn, so that the pieces are not read as one.
        tokio::task::yield_now().await;
    }
    if outgoing.shutdown {
        let _ = stream.shutdown().await;
    }
}

async fn read(
    stream: &mut TcpStream,
    head_only: bool,
    endpoint: &str,
) -> Result<Response, Failure> {
    let mut reader = Reader {
        stream,
        bytes: Vec::new(),
        ended: false,
    };
    for _ in 0..INTERIM_MAX {
        let Some((mut response, version)) = reader.head(endpoint).await? else {
            return Err(Failure::Closed {
                endpoint: endpoint.to_owned(),
            });
        };
        if (100..200).contains(&response.status) {
            continue;
        }
        if !head_only && !matches!(response.status, 204 | 304) {
            reader.body(&mut response, version, endpoint).await?;
        }
        return Ok(response);
    }
    Err(garbage(endpoint, "interim answers without end"))
}

struct Reader<'a> {
    stream: &'a mut TcpStream,
    bytes: Vec<u8>,
    ended: bool,
}

impl Reader<'_> {
    /// Reads on. False at the end of the stream; a reset counts as one.
    async fn more(&mut self) -> bool {
        let mut piece = [0; 16 << 10];
        match self.stream.read(&mut piece).await {
            Ok(size) if size > 0 => self.bytes.extend_from_slice(&piece[..size]),
            _ => self.ended = true,
        }
        !self.ended
    }

    /// The next head, taken from the bytes; none if the stream ends before its first byte.
    async fn head(&mut self, endpoint: &str) -> Result<Option<(Response, u8)>, Failure> {
        loop {
            let mut headers = [httparse::EMPTY_HEADER; HEADERS_MAX];
            let mut parsed = httparse::Response::new(&mut headers);
            let status = parsed
                .parse(&self.bytes)
                .map_err(|error| garbage(endpoint, &format!("{error}: {}", start(&self.bytes))))?;
            if let httparse::Status::Complete(size) = status {
                let mut response = Response::new(parsed.code.unwrap_or_default(), Vec::new());
                response.headers = parsed
                    .headers
                    .iter()
                    .map(|header| Header::new(header.name, header.value))
                    .collect();
                let version = parsed.version.unwrap_or(1);
                self.bytes.drain(..size);
                return Ok(Some((response, version)));
            }
            if self.bytes.len() > HEAD_SIZE_MAX {
                return Err(garbage(
                    endpoint,
                    &format!("a head of more than {HEAD_SIZE_MAX} bytes"),
                ));
            }
            if !self.more().await {
                if self.bytes.is_empty() {
                    return Ok(None);
                }
                return Err(garbage(
                    endpoint,
                    &format!("it ends inside the head: {}", start(&self.bytes)),
                ));
            }
        }
    }

    async fn body(
        &mut self,
        response: &mut Response,
        version: u8,
        endpoint: &str,
    ) -> Result<(), Failure> {
        let chunked = response
            .header("transfer-encoding")
            .is_some_and(|coding| coding.to_ascii_lowercase().contains("chunked"));
        if chunked && version > 0 {
            return self.chunks(response, endpoint).await;
        }
        let length = match response.header("content-length") {
            Some(text) => Some(
                text.parse::<usize>()
                    .map_err(|_| garbage(endpoint, &format!("content-length: {text}")))?,
            ),
            None => None,
        };
        let wanted = length.unwrap_or(usize::MAX);
        while self.bytes.len() < wanted.min(BODY_SIZE_MAX + 1) && self.more().await {}
        if let Some(length) = length
            && self.ended
            && self.bytes.len() < length
        {
            return Err(garbage(
                endpoint,
                &format!(
                    "it ends after {} of {length} bytes of the body",
                    self.bytes.len()
                ),
            ));
        }
        let size = self.bytes.len().min(wanted);
        response.cut = size > BODY_SIZE_MAX;
        response.body = self.bytes[..size.min(BODY_SIZE_MAX)].to_vec();
        Ok(())
    }

    async fn chunks(&mut self, response: &mut Response, endpoint: &str) -> Result<(), Failure> {
        loop {
            let parsed = httparse::parse_chunk_size(&self.bytes)
                .map_err(|_| garbage(endpoint, &format!("a chunk size: {}", start(&self.bytes))))?;
            let httparse::Status::Complete((head, size)) = parsed else {
                if self.bytes.len() > HEAD_SIZE_MAX || !self.more().await {
                    return Err(garbage(endpoint, "it ends inside a chunk"));
                }
                continue;
            };
            let size = usize::try_from(size).unwrap_or(usize::MAX);
            if response.body.len().saturating_add(size) > BODY_SIZE_MAX {
                response.cut = true;
                return Ok(());
            }
            // The chunk and the end of its line.
            let whole = head + size + 2;
            while self.bytes.len() < whole {
                if size == 0 && self.ended {
                    return Ok(());
                }
                if !self.more().await && size > 0 {
                    return Err(garbage(endpoint, "it ends inside a chunk"));
                }
            }
            response
                .body
                .extend_from_slice(&self.bytes[head..head + size]);
            self.bytes.drain(..whole);
            if size == 0 {
                return Ok(());
            }
        }
    }
}

fn garbage(endpoint: &str, why: &str) -> Failure {
    Failure::Garbage {
        endpoint: endpoint.to_owned(),
        why: why.to_owned(),
    }
}

/// The start of what came, for a message.
fn start(bytes: &[u8]) -> String {
    bytes[..bytes.len().min(60)].escape_ascii().to_string()
}
