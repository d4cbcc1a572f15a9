//! Profiles, signatures and both lanes, through the room's public doors.

mod config;
mod lanes;
mod limiter;
mod signing;
mod socket;

use std::sync::{Arc, Mutex};
use std::time::Duration;

use fullstop::case::Ids;
use fullstop::contract::Operation;
use fullstop::target::{Client, Environment, Profile};
use fullstop::wire::Request;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

/// What a listener does once it has read a request.
#[derive(Clone, Copy, Debug)]
enum Act {
    /// Writes these bytes and leaves the connection open.
    Say(&'static [u8]),
    /// Writes these bytes and closes.
    SayAndClose(&'static [u8]),
    /// Writes the first, and the second again and again.
    Repeat(&'static [u8], &'static [u8]),
    /// Does nothing.
    Hang,
    /// Says this before it has read anything.
    SayFirst(&'static [u8]),
}

/// A plain answer.
const OK: &[u8] = b"HTTP/1.1 200 OK\r\nX-Mixed-Case: a\r\nContent-Length: 2\r\n\r\n{}";

/// A listener on loopback that keeps what it reads.
struct Listener {
    port: u16,
    received: Arc<Mutex<Vec<u8>>>,
    connections: Arc<Mutex<usize>>,
}

impl Listener {
    async fn start(act: Act) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let (received, connections) = (Arc::default(), Arc::default());
        let this = Self {
            port,
            received: Arc::clone(&received),
            connections: Arc::clone(&connections),
        };
        tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                *connections.lock().unwrap() += 1;
                tokio::spawn(converse(stream, act, Arc::clone(&received)));
            }
        });
        this
    }

    fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// All that was read, as text.
    fn received(&self) -> String {
        String::from_utf8_lossy(&self.received.lock().unwrap()).into_owned()
    }

    fn connections(&self) -> usize {
        *self.connections.lock().unwrap()
    }

    fn client(&self) -> Client {
        let profile = Profile::endpoint(&self.url(), &Environment::default());
        Client::new(&profile.unwrap()).unwrap()
    }

    /// A client for it that gives up soon.
    fn hasty(&self) -> Client {
        let mut profile = Profile::endpoint(&self.url(), &Environment::default()).unwrap();
        profile.timeout = Duration::from_millis(200);
        Client::new(&profile).unwrap()
    }
}

async fn converse(mut stream: TcpStream, act: Act, received: Arc<Mutex<Vec<u8>>>) {
    if let Act::SayFirst(bytes) = act {
        // A client that is gone is no concern of these listeners.
        let _ = stream.write_all(bytes).await;
        tokio::time::sleep(Duration::from_secs(5)).await;
        return;
    }
    let mut buffer = vec![0; 64 * 1_024];
    loop {
        match stream.read(&mut buffer).await {
            Ok(size) if size > 0 => received.lock().unwrap().extend_from_slice(&buffer[..size]),
            _ => return,
        }
        if !is_whole(&received.lock().unwrap()) {
            continue;
        }
        match act {
            Act::Say(bytes) => drop(stream.write_all(bytes).await),
            Act::SayAndClose(bytes) => {
                drop(stream.write_all(bytes).await);
                return;
            }
            Act::Repeat(start, piece) => {
                let mut written = stream.write_all(start).await;
                while written.is_ok() {
                    written = stream.write_all(piece).await;
                }
                return;
            }
            Act::Hang | Act::SayFirst(_) => {}
        }
    }
}

/// Whether the bytes end with a whole request, as far as `Content-Length` tells.
fn is_whole(bytes: &[u8]) -> bool {
    let text = String::from_utf8_lossy(bytes).to_ascii_lowercase();
    let Some(end) = text.rfind("\r\n\r\n") else {
        return false;
    };
    let length = text.rfind("content-length: ").and_then(|at| {
        let digits = text[at + 16..].split("\r\n").next()?;
        digits.trim().parse::<usize>().ok()
    });
    text.len() - end - 4 >= length.unwrap_or_default()
}

fn ids() -> Ids {
    Ids {
        pool: "us-east-1_EXAMPLE00".to_owned(),
        job: "import-mAgUtd8PMm".to_owned(),
    }
}

/// A Stop of a job that nobody has.
fn stop() -> Request {
    let ids = ids();
    let body = format!(r#"{{"UserPoolId":"{}","JobId":"{}"}}"#, ids.pool, ids.job);
    Request::call(Operation::StopUserImportJob, body)
}
