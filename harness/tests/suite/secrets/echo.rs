//! An endpoint that writes back what it was sent, in whatever encoding, brings no secret into anything that a command writes.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use regex::Regex;

use crate::command::{Output, Scratch, Served, command, output};
use crate::endpoints::gateway::{Echo, Front, Gateway, Lack};

const ACCESS_KEY: &str = "AKIDCANARYKEY0042";
const SECRET_KEY: &str = "CANARY/secret+key/4W9x";
const SESSION_TOKEN: &str = "CANARY/session+token/7Gq2==";
const BEARER: &str = "CANARY-bearer.token~5Tz8";

/// The secrets that go over the wire with each request.
const SENT: [&str; 3] = [ACCESS_KEY, SESSION_TOKEN, BEARER];

const COMMANDS: &[&[&str]] = &[
    &[
        "run",
        "--filter",
        "job-id/length",
        "--filter",
        "response/",
        "--filter",
        "auth/",
        "--strict",
        "--json",
        "run.json",
        "--html",
        "run.html",
        "--junit",
        "run.xml",
        "--markdown",
        "run.md",
    ],
    &[
        "record",
        "--filter",
        "job-id/length",
        "--filter",
        "state/",
        "--out",
        "transcripts",
        "--snapshots",
        "snapshots",
    ],
    &["judge", "transcripts/it", "--json", "judged.json"],
    &["send", "job-id/length-max/one-over"],
    &["doctor", "--json", "doctor.json"],
    &[
        "compare",
        "it",
        "reference",
        "--filter",
        "job-id/length",
        "--all",
        "--json",
        "compared.json",
    ],
    &[
        "ledger",
        "update",
        "--filter",
        "response/",
        "--reason",
        "as found",
    ],
    &[
        "fuzz",
        "--execs",
        "100",
        "--findings",
        "findings",
        "--corpus",
        "corpus",
        "--json",
        "fuzz.json",
    ],
    &[
        "lifecycle",
        "--no-walk",
        "--sequences",
        "2",
        "--races",
        "1",
        "--save",
        "saved",
        "--json",
        "life.json",
        "--html",
        "life.html",
    ],
];

#[test]
fn no_encoding_brings_a_secret_into_what_is_written() {
    let served = Served::spawn(
        command(&["serve", "--auth", "off", "--access-key", ACCESS_KEY])
            .env("FULLSTOP_SECRET_KEY", SECRET_KEY)
            .env("FULLSTOP_SESSION_TOKEN", SESSION_TOKEN),
    );
    let mut found = BTreeSet::new();
    std::thread::scope(|scope| {
        let runs: Vec<_> = Echo::ALL
            .into_iter()
            .map(|echo| {
                let served = &served;
                scope.spawn(move || leaks(served, echo))
            })
            .collect();
        for run in runs {
            found.extend(run.join().expect("it does not panic"));
        }
    });
    assert!(found.is_empty(), "{}", Vec::from_iter(found).join("\n"));
}

/// Where the commands leave a secret, before an endpoint with this habit.
fn leaks(served: &Served, echo: Echo) -> Vec<String> {
    let gateway = Gateway::start(&served.url, Front::Lacking(Lack::Echoes(echo)));
    let scratch = Scratch::new();
    scratch.file(
        "fullstop.toml",
        &format!(
            "[target.it]\nendpoint = \"http://127.0.0.1:{}\"\ncredentials = {{ access_key = \"{ACCESS_KEY}\", secret_key = \"{SECRET_KEY}\", session_token = \"{SESSION_TOKEN}\" }}\nheaders = {{ X-Api-Key = \"Bearer {BEARER}\" }}\n",
            gateway.port
        ),
    );
    let mut found = Vec::new();
    let mut said = String::new();
    for words in COMMANDS {
        let target: &[&str] = match words[0] {
            "compare" | "judge" => &[],
            _ => &["--target", "it"],
        };
        let mut command = command(&[words, target].concat());
        let Output {
            code,
            stdout,
            stderr,
        } = output(command.current_dir(&scratch.folder));
        assert!(
            (0..=5).contains(&code) && code != 4,
            "{words:?}: exit {code}: {stderr}"
        );
        said.push_str(&stdout);
        let texts = [("standard output", stdout), ("standard error", stderr)];
        for (place, text) in texts {
            found.extend(
                secrets(&text).map(|secret| format!("{echo:?}: {words:?}: {place}: {secret}")),
            );
        }
    }
    let seen = gateway.seen();
    let sent = Regex::new("Signature=([0-9a-f]{64})").expect("it is a pattern");
    let sent: BTreeSet<_> = sent
        .captures_iter(&seen)
        .map(|one| one[1].to_owned())
        .collect();
    assert!(sent.len() > 20, "{}", sent.len());
    let digits = Regex::new("(?i)[0-9a-f]{64}").expect("it is a pattern");
    for (file, text) in written(&scratch.folder) {
        let signatures = digits
            .find_iter(&text)
            .filter(|one| sent.contains(&one.as_str().to_lowercase()));
        found.extend(signatures.map(|_| format!("{echo:?}: {file}: a signature")));
        found.extend(secrets(&text).map(|secret| format!("{echo:?}: {file}: {secret}")));
    }
    assert!(
        said.contains('…'),
        "{echo:?}: nothing was taken out:\n{said}"
    );
    found
}

/// The secrets that a text holds, in any encoding.
fn secrets(text: &str) -> impl Iterator<Item = String> {
    let text = text.to_lowercase();
    let mut found = Vec::new();
    for secret in [SECRET_KEY].into_iter().chain(SENT) {
        for echo in Echo::ALL {
            // Base64 depends on what is in front: a test of its own.
            let form = match echo {
                Echo::Json => secret.replace('/', "\\/"),
                Echo::Base64 | Echo::Base64Url => continue,
                echo => echo.of(secret),
            };
            if text.contains(&form.to_lowercase()) {
                found.push(format!("{secret} as {echo:?}"));
            }
        }
    }
    found.into_iter()
}

fn written(folder: &Path) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            found.extend(written(&path));
        } else if !path.ends_with("fullstop.toml") {
            let bytes = fs::read(&path).expect("a file");
            found.insert(
                path.display().to_string(),
                String::from_utf8_lossy(&bytes).into_owned(),
            );
        }
    }
    found
}
