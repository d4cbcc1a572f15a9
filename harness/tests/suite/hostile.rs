//! Endpoints that are broken or hostile: whatever they do, every command ends in time and in little memory, panics over nothing,
//! is green only if it has judged, and accounts for each pool that it made.

mod behaviours;

use std::fs;
use std::io::Write as _;
use std::process::{Child, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::command::{Scratch, command};
use crate::endpoints::distorted::Distorted;
use behaviours::{BEHAVIOURS, Behaviour};

/// How long after its deadline a command may end, on a machine that runs other tests beside it.
const GRACE: Duration = Duration::from_secs(15);

/// How much memory a command may use, in kilobytes.
const MEMORY_MAX_KB: u64 = 300_000;

/// How many commands run at once.
const AT_ONCE: usize = 2;

const COMMANDS: [&str; 6] = ["run", "doctor", "lifecycle", "fuzz", "compare", "record"];

/// One behaviour of each kind: framing, size, content, life, clean-up.
const SAMPLE: [&str; 6] = [
    "an endless body",
    "deep nesting",
    "a terminal's commands in messages",
    "lists of pools without end",
    "a column for every letter of a megabyte",
    "pools that cannot be deleted",
];

/// The variable that asks for all of them, which takes minutes.
const ALL: &str = "FULLSTOP_TEST_ALL_HOSTILE";

#[test]
fn hostile_endpoints_are_survived() {
    assert!(BEHAVIOURS.len() >= 40);
    let sampled = |behaviour: &&Behaviour| SAMPLE.contains(&behaviour.0);
    let sample: Vec<_> = BEHAVIOURS.iter().filter(sampled).collect();
    assert_eq!(sample.len(), SAMPLE.len());
    match std::env::var_os(ALL) {
        Some(_) => check(&BEHAVIOURS.iter().collect::<Vec<_>>()),
        None => check(&sample),
    }
}

#[track_caller]
fn check(behaviours: &[&Behaviour]) {
    let rows: Vec<_> = behaviours
        .iter()
        .flat_map(|behaviour| COMMANDS.map(|command| (*behaviour, command)))
        .collect();
    let (next, wrong) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(|| {
                while let Some(((name, fault), command)) =
                    rows.get(next.fetch_add(1, Ordering::Relaxed))
                {
                    let came =
                        survive(name, command, &Distorted::start(&["--auth", "off"], *fault));
                    let row = format!("{name:45} {command:10} {came}");
                    // Whoever asks for the table reads it with --nocapture.
                    let _ = writeln!(std::io::stderr(), "{row}");
                    if !came.wrong.is_empty() {
                        wrong.lock().unwrap().push(format!("{row}\n{}", came.said));
                    }
                }
            });
        }
    });
    let wrong = wrong.into_inner().unwrap();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What a command came to.
struct Came {
    code: i32,
    took: Duration,
    memory_kb: u64,
    wrong: Vec<String>,
    said: String,
}

impl std::fmt::Display for Came {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (took, memory) = (self.took.as_secs_f64(), self.memory_kb / 1_000);
        write!(f, "exit {}  {took:5.1} s  {memory:3} MB", self.code)?;
        for wrong in &self.wrong {
            write!(f, "  {wrong}")?;
        }
        Ok(())
    }
}

fn survive(behaviour: &str, name: &str, endpoint: &Distorted) -> Came {
    let scratch = Scratch::new();
    let url = endpoint.url.as_str();
    // `compare` asks two targets, one after the other.
    let targets = if name == "compare" { 2 } else { 1 };
    let deadline = Duration::from_secs(3) * targets;
    let base: &[&str] = match name {
        "lifecycle" => &[
            "lifecycle",
            "--sequences",
            "4",
            "--races",
            "4",
            "--endpoint",
            url,
        ],
        "fuzz" => &["fuzz", "--execs", "200", "--endpoint", url],
        "compare" => &["compare", url, "reference"],
        "record" => &["record", "--endpoint", url],
        "doctor" => &["doctor", "--json", "results.json", "--endpoint", url],
        _ => &["run", "--json", "results.json", "--endpoint", url],
    };
    let mut command = command(&[base, &["--deadline", "3s"]].concat());
    let file = |name| fs::File::create(scratch.path(name)).expect("a file for the output");
    let command = command
        .current_dir(&scratch.folder)
        .stdin(Stdio::null())
        .stdout(file("stdout"))
        .stderr(file("stderr"));
    let start = Instant::now();
    let mut child = command.spawn().expect("the command starts");
    let (code, memory_kb) = watched(&mut child, deadline + 3 * GRACE);
    let took = start.elapsed();
    let read = |name| {
        let bytes = fs::read(scratch.path(name)).unwrap_or_default();
        String::from_utf8_lossy(&bytes).into_owned()
    };
    let said = read("stdout") + &read("stderr");
    let mut wrong = Vec::new();
    if said.contains("panicked") || ![0, 1, 3].contains(&code) {
        wrong.push(format!("it ended with {code}"));
    }
    if took > deadline + GRACE {
        wrong.push("it took too long".to_owned());
    }
    if memory_kb > MEMORY_MAX_KB {
        wrong.push("it took too much memory".to_owned());
    }
    let results: Value = serde_json::from_str(&read("results.json")).unwrap_or_default();
    let coverage = results.pointer("/summary/must_coverage");
    let coverage = coverage.and_then(Value::as_f64);
    if name == "run" && code != 3 && coverage < Some(0.75) {
        wrong.push(format!("it judged {coverage:?} and ended with {code}"));
    }
    let is_raw = |letter: char| letter.is_control() && letter != '\n' && letter != '\t';
    if said.contains(is_raw) || said.contains('\u{202e}') {
        wrong.push("it wrote what steers a terminal".to_owned());
    }
    if said.lines().any(|line| line.trim_start().starts_with("::")) {
        wrong.push("it wrote a command of a CI server".to_owned());
    }
    let left = endpoint.served.pools();
    // What an endpoint says that it did not do, nobody looks for.
    let is_denied = ["throttled", "redirect", "two responses"]
        .iter()
        .any(|part| behaviour.contains(part));
    if left > 0 && !is_denied && !said.contains("fullstop sweep ") && !said.contains("left ") {
        wrong.push(format!("it left {left} pools, and said nothing"));
    }
    Came {
        code,
        took,
        memory_kb,
        wrong,
        said,
    }
}

/// The exit code and the most memory of a process, which is ended after a while.
fn watched(child: &mut Child, limit: Duration) -> (i32, u64) {
    let status = format!("/proc/{}/status", child.id());
    let (start, mut most) = (Instant::now(), 0);
    loop {
        let text = fs::read_to_string(&status).unwrap_or_default();
        // Before it is the command, the process is a copy of this one.
        let is_it = text.starts_with("Name:\tfullstop\n");
        let text = if is_it { text.as_str() } else { "" };
        let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let kilobytes = line.and_then(|line| line.trim().strip_suffix(" kB")?.parse().ok());
        most = most.max(kilobytes.unwrap_or(0));
        if let Some(ended) = child.try_wait().expect("it is a child") {
            return (ended.code().unwrap_or(-1), most);
        }
        if start.elapsed() > limit {
            let _ = child.kill();
        }
        thread::park_timeout(Duration::from_millis(10));
    }
}
