//! What hostile endpoints do, by name.

use std::io::{self, Write as _};
use std::net::TcpStream;
use std::thread;
use std::time::Duration;

use serde_json::{Value, json};

use crate::endpoints::distorted::{Fault, Next, Request, Response, endless, hang};

/// A name, and what the endpoint does.
pub(crate) type Behaviour = (&'static str, Fault);

/// Says the same without end, four megabytes a second: several at once leave time for whoever is tested.
fn dripping(client: &mut TcpStream, piece: &[u8]) -> io::Result<Next> {
    let piece = piece.repeat((4_096 / piece.len()).max(1));
    loop {
        client.write_all(&piece)?;
        thread::park_timeout(Duration::from_millis(1));
    }
}

/// Bytes in place of the response to a stop; the connection stays.
fn in_place(
    request: &Request,
    response: Response,
    client: &mut TcpStream,
    bytes: &[u8],
) -> io::Result<Next> {
    if !request.is_stop() {
        return response.send(client);
    }
    client.write_all(bytes)?;
    Ok(Next::Keep)
}

/// A body in place of that to a stop.
fn saying(
    request: &Request,
    response: Response,
    client: &mut TcpStream,
    body: impl FnOnce() -> Vec<u8>,
) -> io::Result<Next> {
    match request.is_stop() {
        true => response.saying(body()).send(client),
        false => response.send(client),
    }
}

/// Changes the body of the response to an operation.
fn editing(
    request: &Request,
    response: Response,
    client: &mut TcpStream,
    operation: &str,
    change: impl FnOnce(&mut Value),
) -> io::Result<Next> {
    match request.operation == operation {
        true => response.edit(change).send(client),
        false => response.send(client),
    }
}

fn with_header(
    request: &Request,
    response: Response,
    client: &mut TcpStream,
    line: &[u8],
) -> io::Result<Next> {
    if !request.is_stop() {
        return response.send(client);
    }
    let bytes = response.bytes();
    let head = bytes.windows(2).position(|two| two == b"\r\n").unwrap_or(0) + 2;
    client.write_all(&[&bytes[..head], line, b"\r\n", &bytes[head..]].concat())?;
    Ok(Next::Keep)
}

/// What steers a terminal, a log or the reading direction.
const STEERING: &str =
    "\u{1b}[2J\u{1b}]0;owned\u{7}\r\n::error::owned\n##[error]owned\u{202e}\u{9b}31m";

pub(crate) const BEHAVIOURS: &[Behaviour] = &[
    (
        "an endless body",
        |request, response, client| match request.is_stop() {
            true => endless(client, b"HTTP/1.1 200 OK\r\n\r\n", b"{"),
            false => response.send(client),
        },
    ),
    (
        "an endless head",
        |request, response, client| match request.is_stop() {
            true => endless(client, b"HTTP/1.1 200 OK\r\n", b"x-more: and more\r\n"),
            false => response.send(client),
        },
    ),
    (
        "endless chunks",
        |request, response, client| match request.is_stop() {
            true => endless(
                client,
                b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
                b"1\r\n{\r\n",
            ),
            false => response.send(client),
        },
    ),
    ("endless bodies everywhere", |_, _, client| {
        endless(client, b"HTTP/1.1 200 OK\r\n\r\n", b" ")
    }),
    (
        "endless interim responses",
        |request, response, client| match request.is_stop() {
            true => dripping(client, b"HTTP/1.1 100 Continue\r\n\r\n"),
            false => response.send(client),
        },
    ),
    (
        "endless early hints",
        |request, response, client| match request.is_stop() {
            true => dripping(client, b"HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n"),
            false => response.send(client),
        },
    ),
    ("a protocol switched", |request, response, client| {
        in_place(
            request,
            response,
            client,
            b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\n\r\n",
        )
    }),
    ("less than its length", |request, response, client| {
        in_place(
            request,
            response,
            client,
            b"HTTP/1.1 200 OK\r\nContent-Length: 90\r\n\r\n{}",
        )
    }),
    (
        "less than its length, closed",
        |request, response, client| {
            in_place(
                request,
                response,
                client,
                b"HTTP/1.1 200 OK\r\nContent-Length: 90\r\n\r\n{}",
            )?;
            Ok(Next::Close)
        },
    ),
    ("a length of exabytes", |request, response, client| {
        in_place(
            request,
            response,
            client,
            b"HTTP/1.1 200 OK\r\nContent-Length: 9223372036854775807\r\n\r\n{}",
        )
    }),
    ("a length that is negative", |request, response, client| {
        in_place(
            request,
            response,
            client,
            b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n{}",
        )
    }),
    ("two lengths", |request, response, client| {
        in_place(
            request,
            response,
            client,
            b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}",
        )
    }),
    ("a length and chunks", |request, response, client| {
        in_place(
            request,
            response,
            client,
            b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        )
    }),
    ("a chunk of no size", |request, response, client| {
        in_place(
            request,
            response,
            client,
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n",
        )
    }),
    ("a chunk of exabytes", |request, response, client| {
        in_place(
            request,
            response,
            client,
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n{}",
        )
    }),
    (
        "two responses to each request",
        |request, response, client| {
            if request.is_stop() {
                client.write_all(&response.bytes())?;
            }
            response.send(client)
        },
    ),
    ("a status of three nines", |request, response, client| {
        in_place(
            request,
            response,
            client,
            b"HTTP/1.1 999 Beyond\r\nContent-Length: 2\r\n\r\n{}",
        )
    }),
    ("a status of none", |request, response, client| {
        in_place(
            request,
            response,
            client,
            b"HTTP/1.1 000 Nil\r\nContent-Length: 2\r\n\r\n{}",
        )
    }),
    ("a version from the future", |request, response, client| {
        in_place(
            request,
            response,
            client,
            b"HTTP/9.9 200 OK\r\nContent-Length: 2\r\n\r\n{}",
        )
    }),
    ("no HTTP at all", |_, _, client| {
        client.write_all(b"SSH-2.0-OpenSSH_9.9\r\n")?;
        Ok(Next::Close)
    }),
    ("a body without a head", |request, response, client| {
        in_place(request, response, client, b"{\"UserImportJob\":{}}\r\n\r\n")?;
        Ok(Next::Close)
    }),
    ("no content with content", |request, response, client| {
        in_place(
            request,
            response,
            client,
            b"HTTP/1.1 204 No Content\r\n\r\n{}",
        )
    }),
    ("a redirect to itself", |request, mut response, client| {
        if request.is_stop() {
            response.status = 307;
            response = response.with("location", "/");
        }
        response.send(client)
    }),
    (
        "a redirect to a foreign address",
        |_, mut response, client| {
            response.status = 302;
            response
                .with("location", "http://169.254.169.254/latest/meta-data/")
                .send(client)
        },
    ),
    ("a header of 60 kB", |request, response, client| {
        let line = [b"set-cookie: ".as_slice(), &b"a".repeat(60_000)].concat();
        with_header(request, response, client, &line)
    }),
    ("a header without a colon", |request, response, client| {
        with_header(request, response, client, b"what is this")
    }),
    ("a folded header", |request, response, client| {
        with_header(request, response, client, b"x-long: one\r\n two")
    }),
    ("a header with a NUL", |request, response, client| {
        with_header(request, response, client, b"x-nul: a\0b")
    }),
    ("a request id that steers", |request, response, client| {
        with_header(
            request,
            response,
            client,
            b"x-amzn-requestid: \x1b[2J::error::\x9b",
        )
    }),
    ("a megabyte of blanks", |request, response, client| {
        saying(request, response, client, || b" ".repeat(1 << 20))
    }),
    ("a hundred thousand members", |request, response, client| {
        saying(request, response, client, || {
            let members: Vec<_> = (0..100_000).map(|n| format!("\"{n:x}\":0")).collect();
            format!("{{{}}}", members.join(",")).into_bytes()
        })
    }),
    (
        "twenty thousand members, within bounds",
        |request, response, client| {
            saying(request, response, client, || {
                let members: Vec<_> = (0..20_000).map(|n| format!("\"{n:x}\":0")).collect();
                format!("{{\"UserImportJob\":{{{}}}}}", members.join(",")).into_bytes()
            })
        },
    ),
    ("deep nesting", |request, response, client| {
        saying(request, response, client, || b"[".repeat(120_000))
    }),
    ("bytes that are no text", |request, response, client| {
        saying(request, response, client, || {
            b"{\"message\":\"\xff\xfe\xc0\"}".to_vec()
        })
    }),
    ("a byte order mark", |request, response, client| {
        saying(request, response, client, || b"\xef\xbb\xbf{}".to_vec())
    }),
    (
        "a number of ten thousand digits",
        |request, response, client| {
            saying(request, response, client, || {
                format!(
                    "{{\"UserImportJob\":{{\"ImportedUsers\":{}}}}}",
                    "9".repeat(10_000)
                )
                .into_bytes()
            })
        },
    ),
    ("dates beyond all time", |request, response, client| {
        saying(request, response, client, || {
            br#"{"UserImportJob":{"CreationDate":1e308,"StartDate":-1e308,"Status":"Stopped"}}"#
                .to_vec()
        })
    }),
    ("each member twice", |request, response, client| {
        saying(request, response, client, || {
            br#"{"UserImportJob":{"Status":"Stopped","Status":"Created"},"UserImportJob":null}"#
                .to_vec()
        })
    }),
    (
        "a terminal's commands in messages",
        |_, response, client| match response.status {
            400.. => response
                .edit(|json| json["message"] = json!(STEERING))
                .send(client),
            _ => response
                .edit(|json| json[STEERING] = json!(STEERING))
                .send(client),
        },
    ),
    (
        "a terminal's commands in types",
        |_, response, client| match response.status {
            400.. => response
                .without("x-amzn-errortype")
                .edit(|json| json["__type"] = json!(STEERING))
                .send(client),
            _ => response.send(client),
        },
    ),
    (
        "a terminal's commands in ids",
        |request, response, client| {
            editing(request, response, client, "CreateUserPool", |json| {
                json["UserPool"]["Id"] = json!(format!("us-east-1_{STEERING}"));
            })
        },
    ),
    (
        "a terminal's commands in statuses",
        |request, response, client| {
            editing(request, response, client, "DescribeUserImportJob", |json| {
                json["UserImportJob"]["Status"] = json!(STEERING);
            })
        },
    ),
    (
        "the same pool for everybody",
        |request, response, client| {
            editing(request, response, client, "CreateUserPool", |json| {
                json["UserPool"]["Id"] = json!("us-east-1_Same12345");
            })
        },
    ),
    ("a pool without an id", |request, response, client| {
        editing(request, response, client, "CreateUserPool", |json| {
            *json = Value::Null
        })
    }),
    ("an upload to a file", |_, response, client| {
        response
            .edit(|json| upload_to(json, "file:///tmp/fullstop-owned"))
            .send(client)
    }),
    ("an upload to another port", |_, response, client| {
        response
            .edit(|json| upload_to(json, "http://127.0.0.1:9/"))
            .send(client)
    }),
    (
        "an upload that is never answered",
        |request, response, client| match request.is_upload {
            true => hang(client),
            false => response.send(client),
        },
    ),
    (
        "a column for every letter of a megabyte",
        |request, response, client| {
            editing(request, response, client, "GetCSVHeader", |json| {
                json["CSVHeader"] = json!(vec!["a"; 1 << 18]);
            })
        },
    ),
    ("lists of jobs without end", |request, response, client| {
        let number = request.number;
        editing(request, response, client, "ListUserImportJobs", |json| {
            json["UserImportJobs"] = json!((0..1_000)
                .map(|n| json!({ "JobId": format!("import-{number}x{n}"), "Status": "InProgress" }))
                .collect::<Vec<_>>());
            json["PaginationToken"] = json!(number.to_string());
        })
    }),
    ("lists of pools without end", |request, response, client| {
        let number = request.number;
        editing(request, response, client, "ListUserPools", |json| {
            json["NextToken"] = json!(number.to_string());
        })
    }),
    (
        "lists of pools that are a page",
        |request, response, client| match request.operation == "ListUserPools"
            || request.operation == "CreateUserPool"
        {
            true => response.page(200, "Welcome").send(client),
            false => response.send(client),
        },
    ),
    ("jobs that end at once", |_, response, client| {
        response
            .edit(|json| {
                if json
                    .pointer("/UserImportJob/Status")
                    .is_some_and(|status| status != "Created")
                {
                    json["UserImportJob"]["Status"] = json!("Succeeded");
                }
            })
            .send(client)
    }),
    ("jobs that are Stopping for ever", |_, response, client| {
        response
            .edit(|json| {
                if json
                    .pointer("/UserImportJob/Status")
                    .is_some_and(|status| status == "Stopped")
                {
                    json["UserImportJob"]["Status"] = json!("Stopping");
                }
            })
            .send(client)
    }),
    (
        "stops that are never answered",
        |request, response, client| match request.is_stop() {
            true => hang(client),
            false => response.send(client),
        },
    ),
    (
        "stops that fail",
        |request, response, client| match request.is_stop() {
            true => response
                .error(500, "InternalErrorException", "no")
                .send(client),
            false => response.send(client),
        },
    ),
    ("everything is throttled", |_, response, client| {
        response
            .error(400, "TooManyRequestsException", "Rate exceeded")
            .send(client)
    }),
    ("everything fails", |_, response, client| {
        response
            .error(500, "InternalErrorException", "no")
            .send(client)
    }),
    (
        "pools that cannot be deleted",
        |request, response, client| match request.operation == "DeleteUserPool" {
            true => response
                .error(400, "NotAuthorizedException", "no")
                .send(client),
            false => response.send(client),
        },
    ),
    ("a byte at a time", |request, response, client| {
        if !request.is_stop() {
            return response.send(client);
        }
        for byte in response.bytes() {
            client.write_all(&[byte])?;
            thread::park_timeout(Duration::from_millis(20));
        }
        Ok(Next::Keep)
    }),
    (
        "silence after 60 requests",
        |request, response, client| match request.number < 60 {
            true => response.send(client),
            false => hang(client),
        },
    ),
    (
        "the end after 60 requests",
        |request, response, client| match request.number < 60 {
            true => response.send(client),
            false => Ok(Next::Close),
        },
    ),
    (
        "half a response, and the end",
        |request, response, client| {
            if !request.is_stop() {
                return response.send(client);
            }
            let bytes = response.bytes();
            client.write_all(&bytes[..bytes.len() / 2])?;
            Ok(Next::Close)
        },
    ),
];

/// Changes where a job's file goes.
fn upload_to(json: &mut Value, url: &str) {
    if json.pointer("/UserImportJob/PreSignedUrl").is_some() {
        json["UserImportJob"]["PreSignedUrl"] = json!(url);
    }
}
