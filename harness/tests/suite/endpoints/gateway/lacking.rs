//! Conversations of a gateway that reads whole requests and answers some of them itself.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use fullstop::contract::Operation;
use serde_json::{Value, json};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::dialect::{Dialect, Said};
use super::echo::Echo;

/// What such a gateway lacks or breaks.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Lack {
    /// These operations.
    Operations(&'static [&'static str], Dialect),
    /// Stop answers ids that nothing has as what it does not know, and crashes on all others.
    StopCrashes(Dialect),
    /// Stop stops the job, and answers as what it does not know.
    StopIsMute(Dialect),
    /// Start answers without a request id.
    StartIsAnonymous,
    /// Stop answers without a request id for a while, and never again.
    StopsAreAnonymousOnce,
    /// Errors repeat what a request said, without quotation marks: the operation, or the job that is no such job.
    Discretion,
    /// Job ids have another prefix, which breaks their pattern, and Stop answers without a media type.
    OwnIds,
    /// Every answer about a job repeats the whole request: as a message, and in a header.
    Echoes(Echo),
}

/// The stops that [`Lack::StopsAreAnonymousOnce`] is about, counted over all such gateways.
const ANONYMOUS: std::ops::Range<usize> = 100..120;

/// How a job id begins in a body, there and with [`Lack::OwnIds`]: as long, so that no length changes.
const ID: &str = r#""import-"#;
const OWN_ID: &str = r#""ticket-"#;

/// What becomes of a request.
enum Fate {
    Forwarded,
    /// Forwarded, and answered without this header.
    Without(&'static str),
    /// Forwarded, and answered with the request in it.
    Echoed(Echo),
    /// Forwarded, but answered with this.
    Replaced(Said),
    Answered(Said),
}

/// Answers the requests of one connection until it ends.
pub(crate) async fn converse(
    mut client: impl AsyncRead + AsyncWrite + Unpin,
    upstream: &str,
    lack: Lack,
    seen: &Mutex<Vec<u8>>,
) -> std::io::Result<()> {
    let mut server = TcpStream::connect(upstream).await?;
    let mut rest = Vec::new();
    while let Some(mut request) = message(&mut client, &mut rest).await? {
        seen.lock().unwrap().extend_from_slice(&request);
        if lack == Lack::OwnIds {
            request = replaced(request, OWN_ID, ID);
        }
        let said = match lack.fate(&request) {
            Fate::Answered(said) => said,
            fate @ (Fate::Forwarded | Fate::Without(_) | Fate::Echoed(_)) => {
                server.write_all(&request).await?;
                let Some(mut answer) = message(&mut server, &mut Vec::new()).await? else {
                    return Ok(());
                };
                if let Fate::Without(name) = fate {
                    answer = without(answer, name);
                }
                if let Fate::Echoed(echo) = fate {
                    answer = echo.in_answer(&answer, &request);
                }
                if lack == Lack::OwnIds {
                    answer = replaced(
                        answer,
                        &format!(r#""JobId":{ID}"#),
                        &format!(r#""JobId":{OWN_ID}"#),
                    );
                }
                client.write_all(&answer).await?;
                continue;
            }
            Fate::Replaced(said) => {
                server.write_all(&request).await?;
                message(&mut server, &mut Vec::new()).await?;
                said
            }
        };
        let (status, media_type, body) = said;
        let head = format!(
            "HTTP/1.1 {status} X\r\nContent-Type: {media_type}\r\nContent-Length: {}\r\n\r\n",
            body.len()
        );
        client.write_all((head + &body).as_bytes()).await?;
    }
    Ok(())
}

impl Lack {
    fn fate(self, request: &[u8]) -> Fate {
        static NUMBER: AtomicUsize = AtomicUsize::new(1);
        let number = NUMBER.fetch_add(7, Ordering::Relaxed);
        let text = String::from_utf8_lossy(request);
        let Some(target) = header(&text, "x-amz-target") else {
            return Fate::Forwarded;
        };
        let operation = target.rsplit('.').next().unwrap_or_default();
        let is_known = Operation::ALL.iter().any(|known| known.name() == operation);
        let is_stop = operation == Operation::StopUserImportJob.name();
        let says = |dialect: Dialect| dialect.says(operation, is_known, number);
        let crash = r#"{"__type":"InternalErrorException","message":"crash"}"#;
        match self {
            Self::Operations(_, dialect)
            | Self::StopCrashes(dialect)
            | Self::StopIsMute(dialect)
                if !is_known =>
            {
                Fate::Answered(says(dialect))
            }
            Self::Operations(missing, dialect) if missing.contains(&operation) => {
                Fate::Answered(says(dialect))
            }
            Self::StopCrashes(dialect) if is_stop => {
                if text.contains("NoSuch") || text.ends_with("\r\n\r\n{}") {
                    Fate::Answered(says(dialect))
                } else {
                    Fate::Answered((500, "application/x-amz-json-1.1", crash.to_owned()))
                }
            }
            Self::StopIsMute(dialect) if is_stop => Fate::Replaced(says(dialect)),
            Self::StartIsAnonymous if operation == Operation::StartUserImportJob.name() => {
                Fate::Without("x-amzn-requestid")
            }
            Self::Echoes(echo) if operation.ends_with("UserImportJob") => Fate::Echoed(echo),
            Self::OwnIds if is_stop => Fate::Without("content-type"),
            Self::StopsAreAnonymousOnce if is_stop => {
                static STOPS: AtomicUsize = AtomicUsize::new(0);
                match ANONYMOUS.contains(&STOPS.fetch_add(1, Ordering::Relaxed)) {
                    true => Fate::Without("x-amzn-requestid"),
                    false => Fate::Forwarded,
                }
            }
            Self::Discretion => match repeated(&text, operation, is_known) {
                Some(message) => {
                    let body = json!({"__type": "ResourceNotFoundException", "message": message});
                    Fate::Answered((400, "application/x-amz-json-1.1", body.to_string()))
                }
                None => Fate::Forwarded,
            },
            _ => Fate::Forwarded,
        }
    }
}

/// What [`Lack::Discretion`] says. None where the request names a job that may be there.
fn repeated(request: &str, operation: &str, is_known: bool) -> Option<String> {
    if !is_known {
        return Some(format!("There is no operation {operation} here."));
    }
    let (_, body) = request.split_once("\r\n\r\n")?;
    let body: Value = serde_json::from_str(body).ok()?;
    let job = body.get("JobId")?.as_str()?;
    let is_one = job.len() < 56 && job.starts_with("import-") && !job.contains("NoSuch");
    (!is_one).then(|| format!("Import job {job} does not exist."))
}

/// The next whole message, by its content length. None at the end of the connection.
async fn message(
    stream: &mut (impl AsyncRead + Unpin),
    rest: &mut Vec<u8>,
) -> std::io::Result<Option<Vec<u8>>> {
    let mut piece = vec![0; 64 * 1_024];
    loop {
        let end = rest.windows(4).position(|four| four == b"\r\n\r\n");
        if let Some(end) = end {
            let head = String::from_utf8_lossy(&rest[..end]).into_owned();
            let length = header(&head, "content-length");
            let length = length.and_then(|text| text.parse().ok()).unwrap_or(0);
            let whole: usize = end + 4 + length;
            if rest.len() >= whole {
                let behind = rest.split_off(whole);
                return Ok(Some(std::mem::replace(rest, behind)));
            }
        }
        match stream.read(&mut piece).await? {
            0 => return Ok(None),
            size => rest.extend_from_slice(&piece[..size]),
        }
    }
}

/// An answer without one of its headers.
fn without(answer: Vec<u8>, name: &str) -> Vec<u8> {
    let text = String::from_utf8(answer).expect("the reference answers in UTF-8");
    let (head, body) = text.split_once("\r\n\r\n").expect("a whole answer");
    let is_other = |line: &&str| {
        let own = line.split(':').next().unwrap_or_default();
        !own.eq_ignore_ascii_case(name)
    };
    let lines: Vec<_> = head.lines().filter(is_other).collect();
    format!("{}\r\n\r\n{body}", lines.join("\r\n")).into_bytes()
}

/// A message with another text in place of one of the same length.
fn replaced(message: Vec<u8>, from: &str, to: &str) -> Vec<u8> {
    match String::from_utf8(message) {
        Ok(text) => text.replace(from, to).into_bytes(),
        // Some requests are none in UTF-8 on purpose.
        Err(other) => other.into_bytes(),
    }
}

/// A header of a message's text.
pub(super) fn header<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    let head = text.split("\r\n\r\n").next()?;
    let mut pairs = head.lines().filter_map(|line| line.split_once(':'));
    let found = pairs.find(|(other, _)| other.eq_ignore_ascii_case(name))?;
    Some(found.1.trim())
}
