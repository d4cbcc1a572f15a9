//! Bytes of a connection through the codec of the served reference: it must neither panic nor hang, what it writes must
//! be answers, and a request that every reader takes in one way must get an answer that the oracle permits.

use std::borrow::Cow;
use std::cell::Cell;
use std::convert::Infallible;
use std::sync::Arc;

use arbitrary::Unstructured;
use http_body_util::Empty;
use httparse::{EMPTY_HEADER, Status as Parsed};
use hyper::body::{Bytes, Incoming};
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use memchr::{memchr_iter, memchr2_iter};
use tokio::runtime::{Builder, Runtime};

use crate::campaign::in_process::duel::hold_state;
use crate::campaign::in_process::memory::Memory;
use crate::campaign::in_process::prepared::{Prepared, STARTED};
use crate::campaign::in_process::{Disagreement, seeds};
use crate::case::{Case, Message, Signature};
use crate::contract::Status;
use crate::generator::{Generator, Kind, Settings};
use crate::oracle::{Known, Place, Sent, Signing, Verdict, permits};
use crate::reference::{self, Endpoint, Job, Options};
use crate::target;
use crate::wire::{Header, Request, Response};

/// The most headers that are read, of a request or of an answer. One with more is left to the codec alone.
const HEADERS_MAX: usize = 64;

/// What a connection came to, for a caller that counts.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Heard {
    /// The status codes of the answers.
    pub statuses: Vec<u16>,
    /// What the oracle made of the answer, where there was one request that every reader takes in one way.
    pub verdict: Option<Verdict>,
}

/// The served reference without its socket, with one started job.
pub struct Codec {
    endpoint: Arc<Endpoint>,
    prepared: Prepared,
    /// Whether a request reached it since the precondition was made.
    is_asked: Cell<bool>,
    generator: Generator,
    /// For the timers of the codec; nothing is spawned on it.
    runtime: Runtime,
}

impl Codec {
    /// A served endpoint with these options.
    pub fn new(options: Options) -> Self {
        let raw = seeds().into_iter().filter(|case| case.is_raw());
        let endpoint = Arc::new(Endpoint::new(options));
        Self {
            prepared: Prepared::new(&endpoint, STARTED),
            endpoint,
            is_asked: Cell::new(false),
            generator: Generator::new(Settings::default(), raw),
            runtime: Builder::new_current_thread()
                .enable_time()
                .build()
                .expect("a runtime without threads and sockets needs nothing"),
        }
    }

    /// Lets the endpoint read the bytes as a connection, and judges what it writes.
    pub fn run(&self, data: &[u8]) -> Result<Heard, Disagreement> {
        // What reached no operation left everything as it was.
        if self.is_asked.replace(false) {
            self.prepared.begin(&self.endpoint);
        }
        let ids = &self.prepared.named;
        let memory = Memory::new(data);
        let service = service_fn(|request: hyper::Request<Incoming>| {
            self.is_asked.set(true);
            reference::exchange(Arc::clone(&self.endpoint), false, request)
        });
        let ended = {
            let _guard = self.runtime.enter();
            let codec = reference::codec(self.endpoint.options());
            memory.drive(codec.serve_connection(TokioIo::new(memory.clone()), service))
        };
        let output = memory.output();
        let found = |what: &str| {
            let (sent, got) = (data.escape_ascii(), output.escape_ascii());
            Disagreement::new(format!("{what}\nsent: {sent}\ngot: {got}"))
        };
        if !ended {
            return Err(found("the connection hangs"));
        }
        let answers = answers(&output, data).map_err(|why| found(&why))?;
        let statuses = answers.iter().map(|answer| answer.status).collect();
        let Some(request) = unambiguous(data) else {
            return Ok(Heard {
                statuses,
                verdict: None,
            });
        };
        let [answer] = &answers[..] else {
            return Err(found("one request gets one answer"));
        };
        let response = &answer.response();
        let sent = Sent {
            request: &request,
            signature: Signature::Unsigned,
        };
        let known = Known {
            ids,
            place: Place::Job(Status::InProgress),
            signing: Signing::Optional,
            fault: None,
        };
        let ruling = permits(sent, &known, response);
        if ruling.verdict == Verdict::Divergent {
            return Err(found(&format!("{ruling:?}")));
        }
        let hold = |after: &Job| hold_state(&request, &self.prepared.job, after, response);
        if let Some(held) = self.prepared.look(&self.endpoint, hold) {
            held.map_err(|why| found(&why))?;
        }
        Ok(Heard {
            statuses,
            verdict: Some(ruling.verdict),
        })
    }

    /// Does the same with a service that answers nothing but 200, and judges nothing: what the codec alone costs. Returns
    /// how many bytes were written.
    pub fn run_empty(&self, data: &[u8]) -> usize {
        let memory = Memory::new(data);
        let service = service_fn(|_: hyper::Request<Incoming>| async {
            Ok::<_, Infallible>(hyper::Response::new(Empty::<Bytes>::new()))
        });
        let _guard = self.runtime.enter();
        let codec = reference::codec(self.endpoint.options());
        memory.drive(codec.serve_connection(TokioIo::new(memory.clone()), service));
        memory.output().len()
    }

    /// The bytes of a generated raw request: what a run without a fuzzer feeds to [`Self::run`].
    pub fn generated(&self, data: &[u8]) -> arbitrary::Result<Vec<u8>> {
        let mut input = Unstructured::new(data);
        let kind = if input.arbitrary()? {
            Kind::Raw
        } else {
            Kind::Seeded
        };
        let case = self.generator.generate(kind, &mut input)?.case;
        Ok(self.bytes_of(&case))
    }

    /// The bytes of a case, with the ids of the job that there is.
    pub fn bytes_of(&self, case: &Case) -> Vec<u8> {
        match case.compose(&self.prepared.named) {
            Message::Raw { raw, body } => target::unsigned(&raw, &body, "localhost"),
            Message::Plain { request, .. } => target::written(&request),
        }
    }
}

/// An answer as it was written. Most are judged by no more than that they are one.
struct Written<'a> {
    status: u16,
    head: &'a [u8],
    body: Cow<'a, [u8]>,
}

impl Written<'_> {
    fn response(&self) -> Response {
        let mut headers = [EMPTY_HEADER; HEADERS_MAX];
        let mut parsed = httparse::Response::new(&mut headers);
        // It was read before.
        let _ = parsed.parse(self.head);
        Response {
            headers: owned(parsed.headers),
            body: self.body.to_vec(),
            ..Response::new(self.status, "")
        }
    }
}

/// The answers on a connection, one after the other, without those that only say to go on. Where something that was sent looks
/// like the method HEAD, an answer may tell the length of a body that does not follow.
fn answers<'a>(mut bytes: &'a [u8], sent: &[u8]) -> Result<Vec<Written<'a>>, String> {
    let is_head = |at: usize| {
        let word = sent[at..].get(..5);
        word.is_some_and(|word| word.eq_ignore_ascii_case(b"HEAD "))
    };
    let mut answers = Vec::new();
    while !bytes.is_empty() {
        let mut headers = [EMPTY_HEADER; HEADERS_MAX];
        let mut parsed = httparse::Response::new(&mut headers);
        let size = match parsed.parse(bytes) {
            Ok(Parsed::Complete(size)) => size,
            Ok(Parsed::Partial) => return Err("the head of an answer is cut off".to_owned()),
            Err(error) => return Err(format!("what was written is no answer: {error}")),
        };
        let status = parsed.code.unwrap_or_default();
        let (head, rest) = bytes.split_at(size);
        bytes = rest;
        if (100..200).contains(&status) {
            continue;
        }
        if !(200..600).contains(&status) {
            return Err(format!("{status} is no status of an answer"));
        }
        // No body of the reference begins as an answer does.
        let may_be_bodiless = bytes.is_empty() || bytes.starts_with(b"HTTP/");
        let is_bodiless = || may_be_bodiless && memchr2_iter(b'H', b'h', sent).any(is_head);
        let length = values(parsed.headers, "content-length").next();
        let length = length.map(|text| std::str::from_utf8(text).ok()?.parse::<usize>().ok());
        let body = match length {
            Some(Some(0)) => Cow::default(),
            _ if is_bodiless() => Cow::default(),
            Some(size) => {
                let parts = size.and_then(|size| bytes.split_at_checked(size));
                let (body, rest) = parts.ok_or("a body is not as long as it says")?;
                bytes = rest;
                body.into()
            }
            // HTTP/1.0 has no chunks: such a body ends with the connection (RFC 9112, section 6.3).
            None if parsed.version == Some(0) => std::mem::take(&mut bytes).into(),
            None => {
                let mut body = Vec::new();
                bytes = unchunked(bytes, &mut body)?;
                body.into()
            }
        };
        answers.push(Written { status, head, body });
    }
    Ok(answers)
}

/// Takes the chunks of a body off the bytes, and returns what is left.
fn unchunked<'a>(mut bytes: &'a [u8], body: &mut Vec<u8>) -> Result<&'a [u8], String> {
    loop {
        let Ok(Parsed::Complete((head, size))) = httparse::parse_chunk_size(bytes) else {
            return Err("a body has neither a length nor chunks".to_owned());
        };
        let size = usize::try_from(size).unwrap_or(usize::MAX);
        let rest = &bytes[head..];
        let (Some(chunk), Some(b"\r\n")) =
            (rest.get(..size), rest.get(size..size.saturating_add(2)))
        else {
            return Err("a chunk is not as long as it says".to_owned());
        };
        body.extend_from_slice(chunk);
        bytes = &rest[size + 2..];
        if size == 0 {
            return Ok(bytes);
        }
    }
}

/// The bytes as one request, if there is exactly one and every reader of HTTP/1.1 takes it in the same way.
fn unambiguous(bytes: &[u8]) -> Option<Request> {
    let mut headers = [EMPTY_HEADER; HEADERS_MAX];
    let mut parsed = httparse::Request::new(&mut headers);
    let Ok(Parsed::Complete(size)) = parsed.parse(bytes) else {
        return None;
    };
    // A reader may pass over empty lines and bare line feeds, and another may not.
    let head = &bytes[..size];
    let is_strict = head.first().is_some_and(u8::is_ascii_alphabetic)
        && memchr_iter(b'\n', head).all(|at| head[..at].ends_with(b"\r"));
    if !is_strict || parsed.version != Some(1) {
        return None;
    }
    let body = &bytes[size..];
    let values = |name| values(parsed.headers, name);
    let is_plain = ["transfer-encoding", "expect", "upgrade", "connection"]
        .into_iter()
        .all(|name| values(name).next().is_none());
    let mut lengths = values("content-length");
    let is_measured = match (lengths.next(), lengths.next()) {
        (None, _) => body.is_empty(),
        (Some(length), None) => length == body.len().to_string().as_bytes(),
        _ => false,
    };
    let is_one_host = values("host").count() == 1;
    let method = parsed.method.filter(|method| *method != "HEAD")?;
    if !(is_plain && is_measured && is_one_host) {
        return None;
    }
    Some(Request {
        method: method.to_owned(),
        path: parsed.path?.to_owned(),
        headers: owned(parsed.headers),
        body: body.to_vec(),
    })
}

/// The values of all headers of a name.
fn values<'a>(
    headers: &'a [httparse::Header<'a>],
    name: &'static str,
) -> impl Iterator<Item = &'a [u8]> {
    let is_it = move |header: &&httparse::Header<'_>| header.name.eq_ignore_ascii_case(name);
    headers.iter().filter(is_it).map(|header| header.value)
}

fn owned(headers: &[httparse::Header<'_>]) -> Vec<Header> {
    let headers = headers.iter();
    headers
        .map(|header| Header::new(header.name, header.value))
        .collect()
}
