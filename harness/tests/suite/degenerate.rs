//! Endpoints that answer everything alike, or not at all: nothing passes, and the run ends.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::command::{Scratch, fullstop};

/// How long a run against any of them may take, as the README promises.
const RUN_MAX: Duration = Duration::from_secs(30);

/// How long an answer is waited for where that is not the subject, in milliseconds.
const TIMEOUT_MS: u64 = 300;

#[derive(Clone, Copy, Debug)]
enum Habit {
    Refuse,
    RefuseByName,
    EmptyObject,
    Echo,
    Close,
    Hang,
    HangButKnowTheUnknown,
    Endless,
    Garbage,
    EndlessHead,
    Throttle,
}

#[test]
fn nothing_passes_on_an_endpoint_that_always_refuses() {
    check(Habit::Refuse);
    check(Habit::RefuseByName);
}

#[test]
fn nothing_passes_on_an_endpoint_that_always_succeeds() {
    check(Habit::EmptyObject);
    check(Habit::Echo);
}

#[test]
fn nothing_passes_on_an_endpoint_that_closes_or_talks_nonsense() {
    check(Habit::Close);
    check(Habit::Garbage);
}

#[test]
fn nothing_passes_on_an_endpoint_without_end() {
    check(Habit::Endless);
    check(Habit::EndlessHead);
}

#[test]
fn nothing_passes_on_an_endpoint_that_never_answers() {
    let endpoint = listen(Habit::Hang);
    check_run(
        &Scratch::new(),
        Habit::Hang,
        &endpoint,
        &["--endpoint", &endpoint],
    );
    check(Habit::HangButKnowTheUnknown);
}

#[test]
fn nothing_passes_on_an_endpoint_that_always_throttles() {
    check(Habit::Throttle);
}

#[test]
fn nothing_passes_where_the_jobs_are_said_to_exist() {
    for habit in [
        Habit::Refuse,
        Habit::RefuseByName,
        Habit::EmptyObject,
        Habit::Echo,
    ] {
        let endpoint = listen(habit);
        let scratch = Scratch::new();
        let jobs: Vec<_> = [
            "started",
            "Created",
            "Stopped",
            "Succeeded",
            "Stopping",
            "Failed",
            "Expired",
        ]
        .map(|state| {
            format!("{state} = {{ UserPoolId = \"us-east-1_Pool\", JobId = \"import-Job\" }}")
        })
        .to_vec();
        let config = scratch.file(
            "fullstop.toml",
            &format!(
                "[target.fixed]\nendpoint = \"{endpoint}\"\ncredentials = \"none\"\nprovision = {{ driver = \"fixed\", jobs = {{ {} }} }}\n",
                jobs.join(", ")
            ),
        );
        let results = run(&scratch, &["--config", &config], habit);
        assert_eq!(
            results["summary"]["pass"],
            0,
            "{habit:?}: {}",
            passes(&results)
        );
        assert_ne!(results["exit"], 0, "{habit:?}");
    }
}

/// Judges with a short patience, so that the test is quick.
#[track_caller]
fn check(habit: Habit) {
    let endpoint = listen(habit);
    let scratch = Scratch::new();
    let profile = format!(
        "[target.it]\nendpoint = \"{endpoint}\"\ntimeout_ms = {TIMEOUT_MS}\ncredentials = \"none\"\n"
    );
    let config = scratch.file("fullstop.toml", &profile);
    check_run(&scratch, habit, &endpoint, &["--config", &config]);
}

#[track_caller]
fn check_run(scratch: &Scratch, habit: Habit, endpoint: &str, target: &[&str]) {
    let json = scratch.path("results.json");
    let started = Instant::now();
    let output = fullstop(&[&["run", "--quiet", "--json", &json], target].concat());
    assert!(
        started.elapsed() < RUN_MAX,
        "{habit:?} took {:?}",
        started.elapsed()
    );
    // 1 where an answer was definitely wrong, 3 where nothing could be judged.
    assert!(
        [1, 3].contains(&output.code),
        "{habit:?}: exit {}: {}",
        output.code,
        output.stderr
    );
    assert!(
        !output.stderr.contains("panicked"),
        "{habit:?}: {}",
        output.stderr
    );
    // Without an answer to anything there is one clear line and no result.
    if let Ok(text) = std::fs::read_to_string(&json) {
        let results: Value = serde_json::from_str(&text).expect("results are JSON");
        assert_eq!(
            results["summary"]["pass"],
            0,
            "{habit:?}: {}",
            passes(&results)
        );
    } else {
        assert!(
            output.stderr.contains(endpoint),
            "{habit:?}: {}",
            output.stderr
        );
    }
}

#[track_caller]
fn run(scratch: &Scratch, arguments: &[&str], habit: Habit) -> Value {
    let json = scratch.path("results.json");
    let output = fullstop(&[&["run", "--quiet", "--json", &json], arguments].concat());
    let text = std::fs::read_to_string(&json)
        .unwrap_or_else(|error| panic!("{habit:?}: {error}: {}", output.stderr));
    serde_json::from_str(&text).expect("results are JSON")
}

fn passes(results: &Value) -> String {
    let cases = results["cases"].as_array().cloned().unwrap_or_default();
    let passed = cases.iter().filter(|case| case["verdict"] == "pass");
    passed
        .filter_map(|case| case["id"].as_str())
        .collect::<Vec<_>>()
        .join(", ")
}

/// Listens on a free port with a habit, for as long as the test process lives.
fn listen(habit: Habit) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = listener.local_addr().expect("it is bound");
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            thread::spawn(move || drop(serve(stream, habit)));
        }
    });
    format!("http://{address}")
}

/// Answers requests on one connection until it ends.
fn serve(mut stream: TcpStream, habit: Habit) -> std::io::Result<()> {
    stream.set_read_timeout(Some(RUN_MAX))?;
    while let Some((head, body)) = request(&mut stream)? {
        let known = !head.contains("FullstopNoSuchOperation");
        match habit {
            Habit::Refuse => answer(&mut stream, 400, b"")?,
            Habit::RefuseByName => {
                answer(
                    &mut stream,
                    400,
                    br#"{"__type":"ResourceNotFoundException","message":"no"}"#,
                )?;
            }
            Habit::Throttle => {
                answer(
                    &mut stream,
                    400,
                    br#"{"__type":"TooManyRequestsException","message":"no"}"#,
                )?;
            }
            Habit::EmptyObject => answer(&mut stream, 200, b"{}")?,
            Habit::Echo => answer(&mut stream, 200, &body)?,
            Habit::Close => return Ok(()),
            Habit::HangButKnowTheUnknown if !known => answer(&mut stream, 501, b"{}")?,
            Habit::Hang | Habit::HangButKnowTheUnknown => {
                // Until the client gives up.
                let _ = stream.read(&mut [0; 1]);
                return Ok(());
            }
            Habit::Garbage => {
                stream.write_all(b"what?\r\n\r\n")?;
                return Ok(());
            }
            Habit::Endless => {
                stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n")?;
                loop {
                    stream.write_all(&[b'{'; 4096])?;
                }
            }
            Habit::EndlessHead => {
                stream.write_all(b"HTTP/1.1 200 OK\r\n")?;
                loop {
                    stream.write_all(b"x-more: and more\r\n")?;
                }
            }
        }
    }
    Ok(())
}

fn answer(stream: &mut TcpStream, status: u16, body: &[u8]) -> std::io::Result<()> {
    write!(
        stream,
        "HTTP/1.1 {status} X\r\nContent-Length: {}\r\n\r\n",
        body.len()
    )?;
    stream.write_all(body)
}

/// The head and the body of the next request, if it has a length.
fn request(stream: &mut TcpStream) -> std::io::Result<Option<(String, Vec<u8>)>> {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") {
        if stream.read(&mut byte)? == 0 {
            return Ok(None);
        }
        head.push(byte[0]);
    }
    let head = String::from_utf8_lossy(&head).into_owned();
    let length = head
        .lines()
        .filter_map(|line| line.split_once(':'))
        .find(|(name, _)| name.eq_ignore_ascii_case("content-length"))
        .and_then(|(_, value)| value.trim().parse().ok())
        .unwrap_or(0);
    let mut body = vec![0; length];
    stream.read_exact(&mut body)?;
    Ok(Some((head, body)))
}
