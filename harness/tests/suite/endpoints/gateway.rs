//! What stands between a client and an endpoint.

mod dialect;
mod echo;
mod lacking;

use std::sync::{Arc, Mutex};

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, split};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Runtime;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};

pub(crate) use dialect::Dialect;
pub(crate) use echo::Echo;
pub(crate) use lacking::Lack;

/// The first byte of a TLS connection: a handshake record.
const HANDSHAKE: u8 = 22;

/// What a gateway does with a connection.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Front {
    /// Ends TLS, with a certificate that nobody's system knows. A connection without TLS is let through: the reference
    /// hands out upload URLs of that kind.
    Tls,
    /// Takes a base path away, and knows nothing else.
    Base(&'static str),
    /// Is a forward proxy.
    Proxy,
    /// Lets nobody in without a header line, written in lower case.
    Header(&'static str),
    /// Lacks some operations, or breaks one.
    Lacking(Lack),
}

/// A gateway on a free port, for as long as it is held.
pub(crate) struct Gateway {
    pub(crate) port: u16,
    /// Its certificate as PEM.
    pub(crate) certificate: String,
    seen: Arc<Mutex<Vec<u8>>>,
    _runtime: Runtime,
}

impl Gateway {
    /// In front of an endpoint, given by its URL.
    pub(crate) fn start(upstream: &str, front: Front) -> Self {
        let upstream = upstream.trim_start_matches("http://").to_owned();
        let key = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
        let acceptor = acceptor(&key);
        let runtime = Runtime::new().unwrap();
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
        let port = listener.local_addr().unwrap().port();
        let seen: Arc<Mutex<Vec<u8>>> = Arc::default();
        let log = Arc::clone(&seen);
        runtime.spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                let (upstream, acceptor) = (upstream.clone(), acceptor.clone());
                let log = Arc::clone(&log);
                tokio::spawn(async move {
                    let mut first = [0];
                    let is_tls = front == Front::Tls
                        && stream.peek(&mut first).await.is_ok()
                        && first[0] == HANDSHAKE;
                    if let Front::Lacking(lack) = front {
                        // A connection that ends early is the client's business.
                        let _ = lacking::converse(stream, &upstream, lack, &log).await;
                        return;
                    }
                    if !is_tls {
                        return forward(stream, &upstream, front, &log).await;
                    }
                    if let Ok(stream) = acceptor.accept(stream).await {
                        forward(stream, &upstream, front, &log).await;
                    }
                });
            }
        });
        Self {
            port,
            certificate: key.cert.pem(),
            seen,
            _runtime: runtime,
        }
    }

    /// All that clients sent.
    pub(crate) fn seen(&self) -> String {
        String::from_utf8_lossy(&self.seen.lock().unwrap()).into_owned()
    }
}

fn acceptor(key: &rcgen::CertifiedKey<rcgen::KeyPair>) -> TlsAcceptor {
    let provider = Arc::new(ring::default_provider());
    let secret = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.signing_key.serialize_der()));
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![key.cert.der().clone()], secret)
        .unwrap();
    TlsAcceptor::from(Arc::new(config))
}

/// Forwards a connection until one side ends it.
async fn forward(
    client: impl AsyncRead + AsyncWrite + Send + 'static,
    upstream: &str,
    front: Front,
    seen: &Mutex<Vec<u8>>,
) {
    let Ok(server) = TcpStream::connect(upstream).await else {
        return;
    };
    let (mut from_client, mut to_client) = split(client);
    let (mut from_server, mut to_server) = server.into_split();
    let back = tokio::spawn(async move {
        let mut piece = vec![0; 64 * 1_024];
        while let Ok(size @ 1..) = from_server.read(&mut piece).await {
            if to_client.write_all(&piece[..size]).await.is_err() {
                break;
            }
        }
        let _ = to_client.shutdown().await;
    });
    let mut piece = vec![0; 64 * 1_024];
    while let Ok(size @ 1..) = from_client.read(&mut piece).await {
        seen.lock().unwrap().extend_from_slice(&piece[..size]);
        let Some(bytes) = front.through(&piece[..size], upstream) else {
            // Nobody is let in any more: what is under way ends with the connection to the endpoint.
            break;
        };
        if to_server.write_all(&bytes).await.is_err() {
            break;
        }
    }
    let _ = to_server.shutdown().await;
    let _ = back.await;
}

impl Front {
    /// What goes on to the endpoint of what a client sent. None if it is turned away.
    fn through(self, bytes: &[u8], upstream: &str) -> Option<Vec<u8>> {
        // One char a byte, so that whatever is sent survives.
        let text: String = bytes.iter().copied().map(char::from).collect();
        let is_call = text.starts_with("POST ");
        let text = match self {
            Self::Tls => text,
            Self::Base(base) if is_call && !text.contains(base) => return None,
            Self::Base(base) => text.replace(&format!("{base}/"), "/"),
            Self::Proxy if is_call && !text.starts_with("POST http://") => return None,
            Self::Proxy => text.replace(&format!(" http://{upstream}/"), " /"),
            Self::Header(line) if is_call && !text.to_ascii_lowercase().contains(line) => {
                return None;
            }
            Self::Header(_) | Self::Lacking(_) => text,
        };
        Some(text.chars().map(|letter| letter as u8).collect())
    }
}
