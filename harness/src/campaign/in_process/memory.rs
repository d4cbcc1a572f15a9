//! A connection in memory, and the loop that drives a server on it: no socket, no thread, no waiting.
//!
//! The client writes everything, and half-closes once the server wants more. A server that then neither goes on nor
//! ends hangs: nothing that it could wait for will ever come.

use std::cell::RefCell;
use std::future::Future;
use std::io;
use std::pin::{Pin, pin};
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Wake, Waker};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// How often a server may say that it has more to do. An honest one needs some dozens.
const POLLS_MAX: usize = 10_000;

/// The most bytes of answers that are kept: a thousand times an answer.
const OUTPUT_SIZE_MAX: usize = 1 << 20;

/// The server's end of a connection.
#[derive(Clone, Debug, Default)]
pub(crate) struct Memory(Rc<RefCell<Wire>>);

#[derive(Debug, Default)]
struct Wire {
    input: Vec<u8>,
    /// How much of it was read.
    at: usize,
    is_ended: bool,
    output: Vec<u8>,
}

impl Memory {
    pub(crate) fn new(input: &[u8]) -> Self {
        Self(Rc::new(RefCell::new(Wire {
            input: input.to_vec(),
            ..Wire::default()
        })))
    }

    /// Drives a server on this connection to its end. False if it hangs.
    pub(crate) fn drive(&self, server: impl Future) -> bool {
        let again = Arc::new(Again(AtomicBool::new(false)));
        let waker = Waker::from(Arc::clone(&again));
        let mut context = Context::from_waker(&waker);
        let mut server = pin!(server);
        for _ in 0..POLLS_MAX {
            if server.as_mut().poll(&mut context).is_ready() {
                return true;
            }
            if again.0.swap(false, Ordering::Relaxed) {
                continue;
            }
            let mut wire = self.0.borrow_mut();
            if wire.is_ended {
                return false;
            }
            wire.is_ended = true;
        }
        false
    }

    /// What the server wrote.
    pub(crate) fn output(self) -> Vec<u8> {
        std::mem::take(&mut self.0.borrow_mut().output)
    }
}

impl AsyncRead for Memory {
    fn poll_read(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let mut wire = self.0.borrow_mut();
        let left = &wire.input[wire.at..];
        if left.is_empty() && !wire.is_ended {
            // The driver polls again once it has closed this side.
            return Poll::Pending;
        }
        let size = left.len().min(buffer.remaining());
        buffer.put_slice(&left[..size]);
        wire.at += size;
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Memory {
    fn poll_write(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let mut wire = self.0.borrow_mut();
        if wire.output.len() + bytes.len() > OUTPUT_SIZE_MAX {
            return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
        }
        wire.output.extend_from_slice(bytes);
        Poll::Ready(Ok(bytes.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

/// Whether the server asked to be polled again.
struct Again(AtomicBool);

impl Wake for Again {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Ordering::Relaxed);
    }
}
