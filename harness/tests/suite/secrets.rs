//! No secret reaches anything that a command writes.
//!
//! Canaries are planted wherever a secret can stand; then every command of the table runs, and every byte that it wrote is
//! searched for them and for live signatures. A new command is a new row.

mod echo;
mod redact;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use regex::Regex;

use crate::command::{Output, Scratch, Served, command, output};

const SECRET_KEY: &str = "CANARYsecretkeyWJALRXUTNFEMI";
const SESSION_TOKEN: &str = "CANARYsessiontokenIQOJB3JPZ2LU";
const URL_PASSWORD: &str = "CANARYurlpassword";
const BEARER: &str = "CANARYbearertoken";
const FILE_SECRET: &str = "CANARYfilesecretKEY";

/// What must appear nowhere.
const CANARIES: [&str; 5] = [SECRET_KEY, SESSION_TOKEN, URL_PASSWORD, BEARER, FILE_SECRET];

/// Stands for the URL of the right endpoint among the arguments.
const RIGHT: &str = "RIGHT";

/// Every command that is told a secret or meets one: its arguments, and the exit code that shows that it did its work.
const COMMANDS: &[(&[&str], i32)] = &[
    (
        &[
            "run", "--target", "keyed", "--budget", "25", "--json", "out.json",
        ],
        0,
    ),
    (
        &[
            "run", "--target", "keyed", "--filter", "auth/", "--json", "-",
        ],
        0,
    ),
    // A wrong endpoint: findings with what was sent, what came, and a replay line.
    (
        &[
            "run",
            "--target",
            "wrong",
            "--filter",
            "job-id/length",
            "--filter",
            "response/",
            "--json",
            "wrong.json",
        ],
        1,
    ),
    // Credentials that are not accepted: the answers speak of signatures.
    (
        &["run", "--target", "refused", "--filter", "job-id/length"],
        3,
    ),
    (
        &[
            "send",
            "response/completion-date/present",
            "--target",
            "keyed",
        ],
        0,
    ),
    (
        &[
            "plan",
            "--target",
            "keyed",
            "--budget",
            "5",
            "--json",
            "plan.json",
        ],
        0,
    ),
    (
        &[
            "report",
            "wrong.json",
            "--html",
            "report.html",
            "--junit",
            "junit.xml",
            "--markdown",
            "summary.md",
            "--terminal",
        ],
        0,
    ),
    (
        &[
            "run",
            "--target",
            "keyed",
            "--filter",
            "job-id/length",
            "--header",
            "X-Other-Key: CANARYbearertoken",
        ],
        0,
    ),
    (&["run", "--target", "proxied"], 3),
    (
        &[
            "ledger",
            "update",
            "--target",
            "wrong",
            "--filter",
            "job-id/length",
            "--reason",
            "as found",
        ],
        0,
    ),
    (
        &[
            "run",
            "--target",
            "wrong",
            "--filter",
            "job-id/length",
            "--ledger",
            "fullstop.ledger.toml",
            "--html",
            "known.html",
            "--junit",
            "known.xml",
            "--markdown",
            "known.md",
        ],
        0,
    ),
    (
        &[
            "ledger",
            "prune",
            "--target",
            "keyed",
            "--filter",
            "job-id/length",
        ],
        0,
    ),
    (&["ledger", "check"], 0),
    (&["doctor", "--target", "keyed", "--json", "doctor.json"], 0),
    (&["doctor", "--target", "refused"], 3),
    (&["doctor", "--target", "proxied", "--json", "-"], 3),
    (
        &[
            "init",
            "--endpoint",
            RIGHT,
            "--config",
            "new.toml",
            "--name",
            "new",
        ],
        0,
    ),
    (
        &[
            "record",
            "--target",
            "keyed",
            "--filter",
            "auth/",
            "--filter",
            "job-id/length",
            "--out",
            "transcripts",
            "--snapshots",
            "snapshots",
        ],
        0,
    ),
    (
        &[
            "record",
            "--target",
            "wrong",
            "--filter",
            "job-id/length",
            "--filter",
            "response/",
        ],
        0,
    ),
    (
        &[
            "judge",
            "transcripts/keyed",
            "--filter",
            "auth/",
            "--json",
            "judged.json",
        ],
        0,
    ),
    (
        &[
            "judge",
            "transcripts/wrong",
            "--filter",
            "job-id/length",
            "--html",
            "judged.html",
            "--junit",
            "judged.xml",
            "--markdown",
            "judged.md",
        ],
        1,
    ),
    (
        &[
            "compare",
            "keyed",
            "wrong",
            "transcripts/wrong",
            "wrong.json",
            "--filter",
            "job-id/length",
            "--all",
            "--json",
            "compared.json",
            "--html",
            "compared.html",
        ],
        0,
    ),
    (
        &[
            "fuzz",
            "--target",
            "wrong",
            "--execs",
            "200",
            "--findings",
            "findings",
            "--corpus",
            "corpus",
            "--json",
            "fuzz.json",
        ],
        1,
    ),
    (
        &[
            "lifecycle",
            "--target",
            "keyed",
            "--sequences",
            "2",
            "--races",
            "1",
            "--save",
            "saved",
            "--svg",
            "life.svg",
            "--dot",
            "life.dot",
            "--json",
            "life.json",
        ],
        0,
    ),
    (&["sweep", "--target", "keyed", "--dry-run"], 0),
    (&["sweep", "--target", "keyed"], 0),
    (
        &[
            "run",
            "--endpoint",
            "http://me:CANARYurlpassword@127.0.0.1:1",
        ],
        2,
    ),
    (&["run", "--config", "password.toml"], 2),
    (&["run", "--config", "broken-header.toml"], 2),
    (&["run", "--config", "broken-secret.toml"], 2),
    (&["run", "--config", "wrong-key.toml"], 2),
    (&["run", "--config", "two-names.toml"], 2),
];

#[test]
fn no_command_writes_a_secret() {
    let scratch = Scratch::new();
    let served = |more: &[&str]| {
        let arguments = [
            &["serve", "--auth", "required", "--access-key", "AKIDCANARY"],
            more,
        ]
        .concat();
        Served::spawn(
            command(&arguments)
                .env("FULLSTOP_SECRET_KEY", SECRET_KEY)
                .env("FULLSTOP_SESSION_TOKEN", SESSION_TOKEN),
        )
    };
    let (right, wrong) = (
        served(&[]),
        served(&["--mutant", "job-id-length-unchecked"]),
    );
    let planted = plant(&scratch, &right.url, &wrong.url);

    let mut found = Vec::new();
    for (arguments, code) in COMMANDS {
        let words: Vec<_> = arguments
            .iter()
            .map(|word| {
                if *word == RIGHT {
                    right.url.as_str()
                } else {
                    *word
                }
            })
            .collect();
        let mut command = command(&words);
        command
            .current_dir(&scratch.folder)
            .env("HOME", &scratch.folder)
            .env("AWS_ACCESS_KEY_ID", "AKIDCANARY")
            .env("AWS_SECRET_ACCESS_KEY", SECRET_KEY)
            .env("AWS_SESSION_TOKEN", SESSION_TOKEN);
        let Output {
            code: got,
            stdout,
            stderr,
        } = output(&mut command);
        // On a busy machine a campaign may come to no confirmation of what it suspects.
        let is_unconfirmed = words[0] == "fuzz" && got == 0;
        assert!(
            got == *code || is_unconfirmed,
            "{words:?}: exit {got}: {stdout}{stderr}"
        );
        for (place, text) in [("standard output", stdout), ("standard error", stderr)] {
            found.extend(
                secrets(text.as_bytes()).map(|secret| format!("{words:?}: {place}: {secret}")),
            );
        }
        for (path, bytes) in written(&scratch.folder, &planted) {
            found.extend(
                secrets(&bytes).map(|secret| format!("{words:?}: {}: {secret}", path.display())),
            );
        }
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn the_search_finds_what_it_is_for() {
    let live = "X-Amz-Credential=AKIDCANARY%2F20250101%2Fus-east-1&X-Amz-Signature=0123456789abcdef0123456789abcdef";
    assert_eq!(secrets(live.as_bytes()).count(), 2);
    let header = "Authorization: AWS4-HMAC-SHA256 Credential=AKIDCANARY/20250101/us-east-1/cognito-idp/aws4_request, SignedHeaders=host, Signature=0123456789abcdef0123456789abcdef";
    assert_eq!(secrets(header.as_bytes()).count(), 1);
    for canary in CANARIES {
        let encoded = STANDARD.encode(canary);
        assert!(secrets(encoded.as_bytes()).count() > 0, "{encoded}");
        assert!(secrets(format!("x{canary}x").as_bytes()).count() > 0);
    }
    assert_eq!(
        secrets(b"X-Amz-Signature=\xe2\x80\xa6&X-Amz-Date=20250101").count(),
        0
    );
}

/// Writes the profiles and shared files in which secrets stand.
fn plant(scratch: &Scratch, right: &str, wrong: &str) -> BTreeMap<PathBuf, Vec<u8>> {
    let headers = format!(
        "headers = {{ X-Api-Key = \"{BEARER}\", Proxy-Authorization = \"Bearer {BEARER}\" }}"
    );
    let keys = |secret: &str| {
        format!(
            "credentials = {{ access_key = \"AKIDCANARY\", secret_key = \"{secret}\", session_token = \"{SESSION_TOKEN}\" }}"
        )
    };
    let target = |name: &str, url: &str, keys: &str| {
        format!("[target.{name}]\nendpoint = \"{url}\"\n{keys}\n{headers}\n")
    };
    let all = target("keyed", right, "credentials = \"environment\"")
        + &target("wrong", wrong, &keys(SECRET_KEY))
        + &target("refused", right, &keys(FILE_SECRET))
        + &target(
            "proxied",
            right,
            &format!(
                "{}\nproxy = \"http://me:{URL_PASSWORD}@127.0.0.1:9\"",
                keys(SECRET_KEY)
            ),
        );
    scratch.file("fullstop.toml", &all);
    scratch.file(
        "password.toml",
        &format!("[target.a]\nendpoint = \"http://me:{URL_PASSWORD}@127.0.0.1:1\"\n"),
    );
    scratch.file(
        "broken-header.toml",
        &format!("[target.a]\nendpoint = \"{right}\"\nheaders = {{ X-Api-Key = \"{BEARER}\" ]\n"),
    );
    scratch.file("broken-secret.toml", &format!("[target.a]\nendpoint = \"{right}\"\n[target.a.credentials]\naccess_key = \"A\"\nsecret_key = \"{SECRET_KEY}\n"));
    scratch.file("wrong-key.toml", &format!("[target.a]\nendpoint = \"{right}\"\ncredentials = {{ access_key = \"A\", secret = \"{FILE_SECRET}\" }}\n"));
    scratch.file("two-names.toml", &format!("[target.a]\nendpoint = \"{right}\"\n[target.a.headers]\nX-Api-Key = \"{BEARER}\"\nX-Api-Key = \"{BEARER}\"\n"));
    scratch.file(
        ".aws/credentials",
        &format!("[default]\naws_access_key_id = A\naws_secret_access_key = {FILE_SECRET}\n"),
    );
    written(&scratch.folder, &BTreeMap::new())
}

/// The files below a folder that are not as they were planted.
fn written(folder: &Path, planted: &BTreeMap<PathBuf, Vec<u8>>) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(written(&path, planted));
        } else {
            let bytes = fs::read(&path).unwrap();
            if planted.get(&path) != Some(&bytes) {
                found.insert(path, bytes);
            }
        }
    }
    found
}

/// The canaries in some bytes, plain and in the forms that they may take on the way, and live signatures.
fn secrets(bytes: &[u8]) -> impl Iterator<Item = String> {
    let text = String::from_utf8_lossy(bytes).into_owned();
    let mut found = Vec::new();
    for canary in CANARIES {
        // At each of the three places that a text can have in the groups of base64.
        let encoded = (0..3).map(|skipped| {
            let padded = STANDARD.encode(format!("{}{canary}", &"xxx"[..skipped]));
            padded[4..padded.len() - 4].to_owned()
        });
        let forms = encoded.chain([canary.to_owned()]);
        found.extend(forms.filter(|form| text.contains(form.as_str())));
    }
    let live = Regex::new(
        r"(?i)X-Amz-Signature=[0-9a-f]{16,}|X-Amz-Credential=[A-Z0-9]{4,}%2F|X-Amz-Security-Token=[A-Za-z0-9%]{8,}|\bSignature=[0-9a-f]{32,}",
    )
    .expect("it is a pattern");
    found.extend(live.find_iter(&text).map(|live| live.as_str().to_owned()));
    found.into_iter()
}
