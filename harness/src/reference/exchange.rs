//! One exchange over HTTP: hyper's request into ours, our reply into hyper's response.

use std::convert::Infallible;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt as _, Full};
use hyper::body::{Body, Bytes, Frame, Incoming};
use hyper::header::{CONNECTION, CONTENT_LENGTH, HeaderName, HeaderValue};
use tokio::time::{sleep, timeout};

use crate::reference::front::BODY_SIZE_MAX;
use crate::reference::upload::{self, FILE_SIZE_MAX, Tally};
use crate::reference::{Delivery, Endpoint, Moment, Reply, control};
use crate::wire::{Header, Request, Response};

/// The body of an API request comes at once; the deadline is for clients that stop in the middle.
const BODY_TIMEOUT: Duration = Duration::from_secs(30);

/// The most bytes of a body that are read at all: twice the 7 MiB past which Kinesis refuses one.
const DRAINED_SIZE_MAX: usize = 16 << 20;

/// 100 MB over loopback take a second.
const UPLOAD_TIMEOUT: Duration = Duration::from_secs(120);

/// A hung or delayed request is given up or answered after this, so that a forgotten client holds no connection for good.
const HANG_MAX: Duration = Duration::from_secs(300);

/// What an endless body is made of: JSON that goes on for ever.
const ENDLESS_PIECE: &[u8] = &[b' '; 1_024];

/// An endless body trickles, so that it costs the machine nothing.
const PAUSE: Duration = Duration::from_millis(10);

type Outgoing = BoxBody<Bytes, io::Error>;

/// Answers one request. An error closes the connection without an answer.
pub(crate) async fn answer(
    endpoint: Arc<Endpoint>,
    control: bool,
    request: hyper::Request<Incoming>,
) -> io::Result<hyper::Response<Outgoing>> {
    let (head, body) = request.into_parts();
    let path = head.uri.path_and_query().map_or("/", |path| path.as_str());
    let mut request = Request {
        method: head.method.as_str().to_owned(),
        path: path.to_owned(),
        headers: head
            .headers
            .iter()
            .map(|(name, value)| Header::new(name.as_str(), value.as_bytes()))
            .collect(),
        body: Vec::new(),
    };
    if upload::is_upload(&request.method, &request.path) {
        let tally = timeout(UPLOAD_TIMEOUT, tallied(body)).await??;
        return sent(Reply::whole(endpoint.receive(&request, tally, now()))).await;
    }
    request.body = timeout(BODY_TIMEOUT, collected(body)).await??;
    let reply = if !control::is_control(&request.path) {
        endpoint.handle(&request, now())
    } else if control {
        Reply::whole(control::answer(&endpoint, &request, now()))
    } else {
        Reply::whole(control::not_found(
            "the control is off; serve with --control",
        ))
    };
    sent(reply).await
}

/// The body, up to one byte more than the endpoint takes: it then refuses by itself. The rest is read and thrown away, since
/// a client that still writes when the connection is closed may never see the refusal.
async fn collected(mut body: Incoming) -> io::Result<Vec<u8>> {
    let (mut bytes, mut size) = (Vec::new(), 0);
    while let Some(frame) = body.frame().await {
        if let Ok(piece) = frame.map_err(io::Error::other)?.into_data() {
            let room = BODY_SIZE_MAX + 1 - bytes.len();
            bytes.extend_from_slice(&piece[..piece.len().min(room)]);
            size += piece.len();
            if size > DRAINED_SIZE_MAX {
                break;
            }
        }
    }
    Ok(bytes)
}

/// The rows of a file, counted as they come.
async fn tallied(mut body: Incoming) -> io::Result<Tally> {
    let mut tally = Tally::default();
    let mut size = 0_u64;
    while let Some(frame) = body.frame().await {
        if let Ok(piece) = frame.map_err(io::Error::other)?.into_data() {
            tally.feed(&piece);
            size = size.saturating_add(u64::try_from(piece.len()).unwrap_or(u64::MAX));
            if size > FILE_SIZE_MAX {
                break;
            }
        }
    }
    Ok(tally)
}

async fn sent(reply: Reply) -> io::Result<hyper::Response<Outgoing>> {
    if reply.delay_ms > 0 {
        sleep(Duration::from_millis(reply.delay_ms).min(HANG_MAX)).await;
    }
    let Reply {
        response,
        delivery,
        close,
        ..
    } = reply;
    let size = response.body.len();
    let mut answer = match delivery {
        Delivery::Whole => head(response, |body| Full::from(body).map_err(never).boxed()),
        Delivery::Chunked => head(response, |body| Pieces::finite(body).boxed()),
        Delivery::Truncated => head(response, |mut body| {
            body.truncate(size / 2);
            Pieces::broken(body).boxed()
        }),
        Delivery::Endless => head(response, |body| Pieces::endless(body).boxed()),
        Delivery::Close => return Err(io::ErrorKind::ConnectionAborted.into()),
        Delivery::Hang => {
            sleep(HANG_MAX).await;
            return Err(io::ErrorKind::TimedOut.into());
        }
    }?;
    if delivery == Delivery::Truncated {
        answer
            .headers_mut()
            .insert(CONTENT_LENGTH, HeaderValue::from(size));
    }
    if close {
        answer
            .headers_mut()
            .insert(CONNECTION, HeaderValue::from_static("close"));
    }
    Ok(answer)
}

fn head(
    response: Response,
    body: impl FnOnce(Vec<u8>) -> Outgoing,
) -> io::Result<hyper::Response<Outgoing>> {
    let mut builder = hyper::Response::builder().status(response.status);
    for header in response.headers {
        let name = HeaderName::from_bytes(header.name.as_bytes()).map_err(io::Error::other)?;
        builder = builder.header(name, header.value);
    }
    builder.body(body(response.body)).map_err(io::Error::other)
}

fn never(error: Infallible) -> io::Error {
    match error {}
}

/// The system's clock. It is read here and nowhere else in the room.
fn now() -> Moment {
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    Moment::from_ms(u64::try_from(since.as_millis()).unwrap_or(u64::MAX))
}

/// A body whose size is not told beforehand.
#[derive(Debug)]
struct Pieces {
    first: Option<Vec<u8>>,
    end: End,
    pause: Option<Pin<Box<tokio::time::Sleep>>>,
}

/// What comes after the first piece.
#[derive(Clone, Copy, Debug)]
enum End {
    Regular,
    Broken,
    Never,
}

impl Pieces {
    fn finite(body: Vec<u8>) -> Self {
        Self::new(body, End::Regular)
    }

    fn broken(body: Vec<u8>) -> Self {
        Self::new(body, End::Broken)
    }

    /// The closing brace never comes.
    fn endless(mut body: Vec<u8>) -> Self {
        body.pop();
        Self::new(body, End::Never)
    }

    fn new(body: Vec<u8>, end: End) -> Self {
        let first = (!body.is_empty()).then_some(body);
        Self {
            first,
            end,
            pause: None,
        }
    }
}

impl Body for Pieces {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        let pieces = self.get_mut();
        if let Some(first) = pieces.first.take() {
            return Poll::Ready(Some(Ok(Frame::data(first.into()))));
        }
        if matches!(pieces.end, End::Regular) {
            return Poll::Ready(None);
        }
        // During the pause hyper flushes what it has: it would drop that if the error came at once.
        let pause = pieces.pause.get_or_insert_with(|| Box::pin(sleep(PAUSE)));
        std::task::ready!(pause.as_mut().poll(context));
        pieces.pause = None;
        Poll::Ready(Some(match pieces.end {
            End::Broken => Err(io::ErrorKind::BrokenPipe.into()),
            _ => Ok(Frame::data(Bytes::from_static(ENDLESS_PIECE))),
        }))
    }
}
