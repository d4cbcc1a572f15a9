//! A served reference behind a proxy that distorts what it answers.
//!
//! Requests go through byte by byte, so that malformed ones survive; each response is read whole and handed to a fault.

use std::io::{self, Read as _, Write as _};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use serde_json::Value;

use crate::command::Served;

/// What becomes of a connection behind a response.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Next {
    Keep,
    Close,
}

/// A fault: what of a response reaches the client, and how.
pub(crate) type Fault = fn(&Request, Response, &mut TcpStream) -> io::Result<Next>;

/// The request that a response is to.
#[derive(Debug)]
pub(crate) struct Request {
    /// The operation that it names, or an empty text.
    pub(crate) operation: String,
    /// Whether it uploads a file.
    pub(crate) is_upload: bool,
    /// All of it.
    pub(crate) text: String,
    /// How many came before it, over all connections.
    pub(crate) number: usize,
}

/// What the reference answered.
#[derive(Clone, Debug)]
pub(crate) struct Response {
    pub(crate) version: String,
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

/// The endpoint, for as long as it is held.
pub(crate) struct Distorted {
    pub(crate) url: String,
    /// The reference behind it.
    pub(crate) served: Served,
}

impl Distorted {
    /// In front of a reference with these arguments.
    pub(crate) fn start(arguments: &[&str], fault: Fault) -> Self {
        let served = Served::start(arguments);
        let upstream = served.url.trim_start_matches("http://").to_owned();
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("it is bound");
        let count = Arc::new(AtomicUsize::new(0));
        thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let (upstream, count) = (upstream.clone(), Arc::clone(&count));
                // A connection that ends early is the client's business.
                thread::spawn(move || drop(converse(client, &upstream, fault, &count)));
            }
        });
        let url = format!("http://{address}");
        Self { url, served }
    }
}

/// Passes requests on and distorts the responses, until one side ends the connection.
fn converse(
    mut client: TcpStream,
    upstream: &str,
    fault: Fault,
    count: &AtomicUsize,
) -> io::Result<()> {
    client.set_nodelay(true)?;
    let mut server = TcpStream::connect(upstream)?;
    server.set_nodelay(true)?;
    let sent: Arc<Mutex<Vec<u8>>> = Arc::default();
    let (mut from_client, mut to_server) = (client.try_clone()?, server.try_clone()?);
    let record = Arc::clone(&sent);
    thread::spawn(move || {
        let mut piece = vec![0; 64 * 1_024];
        while let Ok(size @ 1..) = from_client.read(&mut piece) {
            let bytes = &piece[..size];
            let mut record = record.lock().unwrap_or_else(PoisonError::into_inner);
            record.extend_from_slice(bytes);
            drop(record);
            if to_server.write_all(bytes).is_err() {
                break;
            }
        }
        let _ = to_server.shutdown(Shutdown::Write);
    });
    let mut rest = Vec::new();
    let is_head = || {
        let sent = sent.lock().unwrap_or_else(PoisonError::into_inner);
        sent.starts_with(b"HEAD ")
    };
    while let Some(response) = Response::read(&mut server, &mut rest, is_head)? {
        if response.status < 200 {
            client.write_all(&response.bytes())?;
            continue;
        }
        let bytes = std::mem::take(&mut *sent.lock().unwrap_or_else(PoisonError::into_inner));
        let request = Request::of(&bytes, count.fetch_add(1, Ordering::Relaxed));
        if fault(&request, response, &mut client)? == Next::Close {
            break;
        }
    }
    let _ = client.shutdown(Shutdown::Both);
    let _ = server.shutdown(Shutdown::Both);
    Ok(())
}

impl Request {
    fn of(bytes: &[u8], number: usize) -> Self {
        let text = String::from_utf8_lossy(bytes).into_owned();
        let named = text
            .lines()
            .filter_map(|line| line.split_once(':'))
            .find(|(name, _)| name.eq_ignore_ascii_case("x-amz-target"));
        let operation = named.and_then(|(_, target)| target.trim().rsplit('.').next());
        Self {
            operation: operation.unwrap_or_default().to_owned(),
            is_upload: text.starts_with("PUT "),
            text,
            number,
        }
    }

    pub(crate) fn is_stop(&self) -> bool {
        self.operation == "StopUserImportJob"
    }
}

impl Response {
    /// The next one, by its length. None at the end of the connection.
    fn read(
        server: &mut TcpStream,
        rest: &mut Vec<u8>,
        is_head: impl Fn() -> bool,
    ) -> io::Result<Option<Self>> {
        let mut piece = vec![0; 64 * 1_024];
        loop {
            let end = rest.windows(4).position(|four| four == b"\r\n\r\n");
            if let Some(end) = end {
                let head = String::from_utf8_lossy(&rest[..end]).into_owned();
                let mut response = Self::of(&head);
                let length = response.header("content-length");
                let length = length.and_then(|text| text.parse().ok());
                let whole = end + 4 + length.filter(|_| !is_head()).unwrap_or(0);
                if rest.len() >= whole {
                    response.body = rest[end + 4..whole].to_vec();
                    rest.drain(..whole);
                    return Ok(Some(response));
                }
            }
            match server.read(&mut piece)? {
                0 => return Ok(None),
                size => rest.extend_from_slice(&piece[..size]),
            }
        }
    }

    fn of(head: &str) -> Self {
        let mut lines = head.lines();
        let mut first = lines.next().unwrap_or_default().split(' ');
        let version = first.next().unwrap_or_default().to_owned();
        let status = first.next().and_then(|code| code.parse().ok());
        let pair = |line: &str| {
            let (name, value) = line.split_once(':')?;
            Some((name.to_owned(), value.trim().to_owned()))
        };
        Self {
            version,
            status: status.unwrap_or(0),
            headers: lines.filter_map(pair).collect(),
            body: Vec::new(),
        }
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let is_it = |(other, _): &&(String, String)| other.eq_ignore_ascii_case(name);
        let found = self.headers.iter().find(is_it);
        found.map(|(_, value)| value.as_str())
    }

    pub(crate) fn without(mut self, name: &str) -> Self {
        self.headers
            .retain(|(other, _)| !other.eq_ignore_ascii_case(name));
        self
    }

    pub(crate) fn with(self, name: &str, value: &str) -> Self {
        let mut changed = self.without(name);
        changed.headers.push((name.to_owned(), value.to_owned()));
        changed
    }

    /// The same with another text in its body.
    pub(crate) fn saying(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = body.into();
        let length = self.body.len().to_string();
        self.with("content-length", &length)
    }

    /// An error of the service in its place.
    pub(crate) fn error(mut self, status: u16, kind: &str, message: &str) -> Self {
        self.status = status;
        let body = serde_json::json!({ "__type": kind, "message": message });
        self.with("x-amzn-errortype", kind)
            .with("x-amzn-errormessage", message)
            .saying(body.to_string())
    }

    /// An HTML page of a gateway in its place.
    pub(crate) fn page(mut self, status: u16, title: &str) -> Self {
        self.status = status;
        self.headers.clear();
        self.with("content-type", "text/html").saying(format!(
            "<!DOCTYPE html>\n<html>\n  <head><title>{title}</title></head>\n</html>\n"
        ))
    }

    /// Changes the JSON of the body, where it is some.
    pub(crate) fn edit(self, change: impl FnOnce(&mut Value)) -> Self {
        match serde_json::from_slice(&self.body) {
            Ok(mut json) => {
                change(&mut json);
                self.saying(json.to_string())
            }
            Err(_) => self,
        }
    }

    /// Changes every date in the body.
    pub(crate) fn dates(self, change: fn(f64) -> Value) -> Self {
        self.edit(|json| dates(json, change))
    }

    pub(crate) fn bytes(&self) -> Vec<u8> {
        let mut head = format!("{} {} X\r\n", self.version, self.status);
        for (name, value) in &self.headers {
            head += &format!("{name}: {value}\r\n");
        }
        let mut bytes = (head + "\r\n").into_bytes();
        bytes.extend_from_slice(&self.body);
        bytes
    }

    /// Sends it, and keeps the connection as it says itself.
    pub(crate) fn send(&self, client: &mut TcpStream) -> io::Result<Next> {
        client.write_all(&self.bytes())?;
        let closes = self.header("connection").is_some_and(|value| {
            value
                .split(',')
                .any(|one| one.trim().eq_ignore_ascii_case("close"))
        });
        Ok(if closes { Next::Close } else { Next::Keep })
    }
}

fn dates(json: &mut Value, change: fn(f64) -> Value) {
    match json {
        Value::Object(members) => {
            for (name, value) in members {
                match value.as_f64() {
                    Some(date) if name.ends_with("Date") => *value = change(date),
                    _ => dates(value, change),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| dates(item, change)),
        _ => {}
    }
}

/// Says nothing more until the client ends the connection.
pub(crate) fn hang(client: &mut TcpStream) -> io::Result<Next> {
    let mut piece = [0; 4_096];
    while client.read(&mut piece)? > 0 {}
    Ok(Next::Close)
}

/// Says the same without end.
pub(crate) fn endless(client: &mut TcpStream, head: &[u8], piece: &[u8]) -> io::Result<Next> {
    client.write_all(head)?;
    let piece = piece.repeat((64 * 1_024 / piece.len()).max(1));
    loop {
        client.write_all(&piece)?;
    }
}
