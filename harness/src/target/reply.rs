//! One HTTP/1 answer, read from bytes as they come, with a bound on everything.

use std::fmt;

use httparse::{EMPTY_HEADER, Status as Parsed};

use crate::target::client::BODY_SIZE_MAX;
use crate::wire::{Header, Response};

/// As many as the other lane takes.
const HEADERS_MAX: usize = 100;

/// Far above what any answer has: 100 headers of 640 bytes each.
const HEAD_SIZE_MAX: usize = 64 * 1_024;

/// A server may send interim answers, and one that sends nothing else is broken.
const INTERIM_MAX: usize = 8;

/// What frames a chunked body may take beside it. A body in chunks of one byte has six bytes for each, so that much of it
/// is not read to the bound.
const FRAMING_SIZE_MAX: usize = BODY_SIZE_MAX;

/// An answer that is being read.
#[derive(Debug)]
pub(crate) struct Reply {
    /// All bytes so far.
    bytes: Vec<u8>,
    /// Up to where they are understood.
    at: usize,
    is_head: bool,
    interim: usize,
    head: Option<Response>,
    /// Whether the connection may be used again, by the version and the `Connection` header.
    persists: bool,
    framing: Framing,
}

/// Why what came is no response.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum BadReply {
    /// It is not HTTP/1.
    Garbage(String),
    /// It went past a limit.
    TooMuch(String),
}

/// What ends the body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Framing {
    /// So many bytes more.
    Length(u64),
    /// The next chunk's head.
    Chunk,
    /// So many bytes of a chunk more.
    ChunkRest(u64),
    /// The end of line behind a chunk.
    ChunkEnd,
    /// The lines behind the last chunk.
    Trailers,
    /// The end of the connection.
    Close,
}

/// Whether the answer is whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Progress {
    /// Whole, or cut at the bound.
    Whole,
    /// More bytes are needed.
    Partial,
}

impl Reply {
    /// Nothing yet. The answer to `HEAD` has no body, whatever its headers say.
    pub(crate) fn new(is_head: bool) -> Self {
        Self {
            bytes: Vec::new(),
            at: 0,
            is_head,
            interim: 0,
            head: None,
            persists: false,
            framing: Framing::Close,
        }
    }

    /// Takes more bytes.
    pub(crate) fn feed(&mut self, bytes: &[u8]) -> Result<Progress, BadReply> {
        self.bytes.extend_from_slice(bytes);
        while self.head.is_none() {
            if self.read_head()? == Progress::Partial {
                return Ok(Progress::Partial);
            }
        }
        loop {
            match self.read_body()? {
                Some(progress) => return Ok(progress),
                None => continue,
            }
        }
    }

    /// Takes the end of the connection: the answer is whole if it ends there, else this says what is missing.
    pub(crate) fn close(&self) -> Result<(), String> {
        match (&self.head, self.framing) {
            (Some(_), Framing::Close) => Ok(()),
            (Some(_), Framing::Length(rest)) => Err(format!("{rest} bytes of the body missing")),
            (Some(_), _) => Err("the last chunk missing".to_owned()),
            (None, _) => Err("the head is not complete".to_owned()),
        }
    }

    /// Whether the connection may be used again behind this response.
    pub(crate) fn persists(&self) -> bool {
        self.persists
    }

    /// Whether nothing came.
    pub(crate) fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    /// The answer, all of its bytes, and those behind it.
    pub(crate) fn finish(mut self) -> Option<(Response, Vec<u8>, Vec<u8>)> {
        let trailing = self.bytes.split_off(self.at);
        Some((self.head?, self.bytes, trailing))
    }

    fn read_head(&mut self) -> Result<Progress, BadReply> {
        let mut headers = [EMPTY_HEADER; HEADERS_MAX];
        let mut parsed = httparse::Response::new(&mut headers);
        let rest = &self.bytes[self.at..];
        let size = match parsed.parse(rest) {
            Ok(Parsed::Complete(size)) => size,
            Ok(Parsed::Partial) if rest.len() <= HEAD_SIZE_MAX => return Ok(Progress::Partial),
            Ok(Parsed::Partial) => {
                let what = format!("a head of more than {HEAD_SIZE_MAX} bytes");
                return Err(BadReply::TooMuch(what));
            }
            Err(httparse::Error::TooManyHeaders) => {
                let what = format!("more than {HEADERS_MAX} headers");
                return Err(BadReply::TooMuch(what));
            }
            Err(_) if is_http2(rest) => {
                let why = "it speaks HTTP/2 only";
                return Err(BadReply::Garbage(why.to_owned()));
            }
            Err(error) => {
                let why = format!("{error} in {}", excerpt(rest));
                return Err(BadReply::Garbage(why));
            }
        };
        let status = parsed.code.unwrap_or_default();
        let is_1_1 = parsed.version == Some(1);
        let headers = parsed
            .headers
            .iter()
            .map(|header| Header::new(header.name, header.value))
            .collect();
        self.at += size;
        // 101 is an answer for good: what follows it is another protocol.
        if (100..200).contains(&status) && status != 101 {
            self.interim += 1;
            return if self.interim > INTERIM_MAX {
                let what = format!("more than {INTERIM_MAX} interim responses");
                Err(BadReply::TooMuch(what))
            } else if self.at == self.bytes.len() {
                Ok(Progress::Partial)
            } else {
                Ok(Progress::Whole)
            };
        }
        let mut response = Response::new(status, "");
        response.headers = headers;
        self.persists = persists(&response, is_1_1);
        self.framing = framing(&response, self.is_head).map_err(BadReply::Garbage)?;
        self.head = Some(response);
        Ok(Progress::Whole)
    }

    /// Reads the next piece of the body. None if there may be another one.
    fn read_body(&mut self) -> Result<Option<Progress>, BadReply> {
        let Some(response) = &mut self.head else {
            return Ok(Some(Progress::Partial));
        };
        let rest = &self.bytes[self.at..];
        if self.at > HEAD_SIZE_MAX + BODY_SIZE_MAX + FRAMING_SIZE_MAX {
            response.cut = true;
            return Ok(Some(Progress::Whole));
        }
        let wanted = match self.framing {
            Framing::Length(0) => return Ok(Some(Progress::Whole)),
            Framing::Length(size) | Framing::ChunkRest(size) => size,
            Framing::Close => u64::MAX,
            Framing::Chunk => {
                return match httparse::parse_chunk_size(rest) {
                    Ok(Parsed::Complete((size, chunk))) => {
                        self.at += size;
                        self.framing = match chunk {
                            0 => Framing::Trailers,
                            chunk => Framing::ChunkRest(chunk),
                        };
                        Ok(None)
                    }
                    Ok(Parsed::Partial) if rest.len() <= HEAD_SIZE_MAX => {
                        Ok(Some(Progress::Partial))
                    }
                    _ => Err(BadReply::Garbage(format!(
                        "no size of a chunk in {}",
                        excerpt(rest)
                    ))),
                };
            }
            Framing::ChunkEnd => {
                if rest.len() < 2 {
                    return Ok(Some(Progress::Partial));
                }
                if !rest.starts_with(b"\r\n") {
                    let why = format!("no end of a chunk in {}", excerpt(rest));
                    return Err(BadReply::Garbage(why));
                }
                self.at += 2;
                self.framing = Framing::Chunk;
                return Ok(None);
            }
            Framing::Trailers => {
                let Some(end) = rest.windows(2).position(|pair| pair == b"\r\n") else {
                    return if rest.len() <= HEAD_SIZE_MAX {
                        Ok(Some(Progress::Partial))
                    } else {
                        Err(BadReply::TooMuch("an endless trailer".to_owned()))
                    };
                };
                self.at += end + 2;
                return Ok((end == 0).then_some(Progress::Whole));
            }
        };
        let room = BODY_SIZE_MAX - response.body.len();
        let here = usize::try_from(wanted).map_or(rest.len(), |wanted| wanted.min(rest.len()));
        response.body.extend_from_slice(&rest[..here.min(room)]);
        self.at += here.min(room);
        if here > room {
            response.cut = true;
            return Ok(Some(Progress::Whole));
        }
        let left = wanted.saturating_sub(u64::try_from(here).unwrap_or(u64::MAX));
        match self.framing {
            Framing::Length(_) => self.framing = Framing::Length(left),
            Framing::ChunkRest(_) if left == 0 => self.framing = Framing::ChunkEnd,
            Framing::ChunkRest(_) => self.framing = Framing::ChunkRest(left),
            _ => {}
        }
        let is_done = self.at == self.bytes.len() && self.framing != Framing::Length(0);
        Ok(is_done.then_some(Progress::Partial))
    }
}

/// What ends the body of an answer: RFC 9112, section 6.3.
fn framing(response: &Response, is_head: bool) -> Result<Framing, String> {
    if is_head || matches!(response.status, 204 | 304) {
        return Ok(Framing::Length(0));
    }
    if let Some(encoding) = response.header("transfer-encoding") {
        let last = encoding.rsplit(',').next().unwrap_or_default().trim();
        return Ok(if last.eq_ignore_ascii_case("chunked") {
            Framing::Chunk
        } else {
            Framing::Close
        });
    }
    let mut lengths = response
        .headers
        .iter()
        .filter(|header| header.is("content-length"))
        .map(|header| {
            let text = std::str::from_utf8(&header.value).unwrap_or_default();
            let is_number = text.bytes().all(|byte| byte.is_ascii_digit());
            let length = text.parse().ok().filter(|_| is_number);
            length.ok_or_else(|| format!("a content length of {text:?}"))
        });
    let Some(length) = lengths.next().transpose()? else {
        return Ok(Framing::Close);
    };
    for other in lengths {
        if other? != length {
            return Err("two content lengths".to_owned());
        }
    }
    Ok(Framing::Length(length))
}

/// Whether a connection persists: RFC 9112, section 9.3.
fn persists(response: &Response, is_1_1: bool) -> bool {
    let has = |option: &str| {
        let values = response
            .headers
            .iter()
            .filter(|header| header.is("connection"));
        let values = values.filter_map(|header| std::str::from_utf8(&header.value).ok());
        let mut options = values.flat_map(|value| value.split(','));
        options.any(|one| one.trim().eq_ignore_ascii_case(option))
    };
    !has("close") && (is_1_1 || has("keep-alive"))
}

/// Whether bytes begin with a SETTINGS frame of HTTP/2, or with one that follows its preface: RFC 9113, sections 4.1 and 3.4.
fn is_http2(bytes: &[u8]) -> bool {
    matches!(bytes, [0, 0, _, 4 | 7, 0 | 1, 0, 0, 0, 0, ..])
}

/// The beginning of something unreadable, short enough for a message.
fn excerpt(bytes: &[u8]) -> String {
    const SIZE_MAX: usize = 40;
    let start = &bytes[..bytes.len().min(SIZE_MAX)];
    format!("{:?}", String::from_utf8_lossy(start))
}

impl fmt::Display for BadReply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Garbage(why) | Self::TooMuch(why) => f.write_str(why),
        }
    }
}
