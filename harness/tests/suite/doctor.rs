//! `doctor` and `init`, on endpoints that are whole, partly there, or not there at all.

mod clock;

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::thread;

use serde_json::Value;

use crate::command::{Output, Scratch, Served, command, output};
use crate::endpoints::gateway::{Dialect, Front, Gateway, Lack};
use crate::root;

#[test]
fn doctor_names_what_stands_in_the_way() {
    let free = TcpListener::bind("127.0.0.1:0").unwrap();
    let closed_port = free.local_addr().unwrap();
    drop(free);
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let plain = Served::start(&[]);
    let secured = Gateway::start(&plain.url, Front::Tls);
    let port = plain.url.rsplit(':').next().unwrap();
    for (endpoint, obstacles) in [
        (format!("http://{closed_port}"), &["refused"][..]),
        // A resolver without a network may as well say nothing.
        (
            "http://no-such-host.invalid".to_owned(),
            &["name", "timeout"],
        ),
        (
            format!("http://{}", silent.local_addr().unwrap()),
            &["timeout"],
        ),
        (format!("http://{}", says(b"")), &["closed"]),
        (
            format!("http://{}", says(b"220 mail ready\r\n\r\n")),
            &["not-http"],
        ),
        (
            format!("https://localhost:{}", secured.port),
            &["untrusted"],
        ),
        (format!("https://localhost:{port}"), &["tls"]),
    ] {
        let found = Doctor::run(&["--endpoint", &endpoint]);
        assert_eq!(found.code, 3, "{endpoint}");
        let obstacle = found.json["way"]["obstacle"].as_str().expect("an obstacle");
        assert!(
            obstacles.contains(&obstacle),
            "{endpoint}: {}",
            found.json["way"]
        );
        assert!(
            found
                .text
                .contains("cannot be judged here: it cannot be reached")
        );
        assert!(found.json["requests"].as_u64() < Some(3), "{endpoint}");
    }
}

#[test]
fn doctor_tells_what_is_asked_of_signatures() {
    for (auth, unsigned, wrong) in [
        ("required", "refused", "refused"),
        ("optional", "accepted", "refused"),
        ("off", "accepted", "accepted"),
    ] {
        let reference = Served::start(&["--auth", auth]);
        let found = Doctor::run(&["--endpoint", &reference.url]);
        assert_eq!(found.code, 0, "{auth}: {}", found.text);
        let outcome = |name: &str| {
            let lines = found.json["signing"].as_array().expect("a list");
            let line = lines.iter().find(|line| line["signature"] == name);
            line.expect(name)["outcome"].clone()
        };
        assert_eq!(outcome("valid"), "accepted", "{auth}");
        assert_eq!(outcome("none at all"), unsigned, "{auth}");
        for name in ["of a wrong secret", "for another region", "an hour old"] {
            assert_eq!(outcome(name), wrong, "{auth}: {name}");
        }
        assert_eq!(found.json["protocol"]["aws_json"], true);
        assert_eq!(found.json["clock"]["ahead_s"], 0);
        assert_eq!(found.json["leftovers"], serde_json::json!([]));
        assert!(found.json["requests"].as_u64() < Some(1_000));
    }
    let foreign = Served::start(&["--auth", "required", "--access-key", "AKIASOMEONEELSE00000"]);
    let found = Doctor::run(&["--endpoint", &foreign.url]);
    assert_eq!(found.code, 3);
    assert!(
        found.text.contains("refuses the signature"),
        "{}",
        found.text
    );
}

#[test]
fn doctor_tells_which_operation_is_missing_and_what_that_puts_out_of_reach() {
    let reference = Served::start(&[]);
    let lack = Lack::Operations(&["StartUserImportJob"], Dialect::Html);
    let gateway = Gateway::start(&reference.url, Front::Lacking(lack));
    let endpoint = format!("http://127.0.0.1:{}", gateway.port);
    let found = Doctor::run(&["--endpoint", &endpoint]);
    // A run there would judge nothing.
    assert_eq!(found.code, 3, "{}", found.text);
    for operation in found.json["operations"].as_array().expect("a list") {
        let is_missing = operation["operation"] == "StartUserImportJob";
        let wanted = if is_missing { "missing" } else { "there" };
        assert_eq!(operation["presence"], wanted, "{operation}");
    }
    assert_eq!(found.reached("states"), ["absent", "Created"]);

    let lack = Lack::Operations(&["StopUserImportJob"], Dialect::Xml);
    let gateway = Gateway::start(&reference.url, Front::Lacking(lack));
    let endpoint = format!("http://127.0.0.1:{}", gateway.port);
    let scratch = Scratch::new();
    let init = run(&scratch, &["init", "--endpoint", &endpoint]);
    assert_eq!(init.code, 3, "{}", init.stderr);
    assert!(
        init.stderr.contains("has no StopUserImportJob"),
        "{}",
        init.stderr
    );
    assert!(
        fs::read_dir(&scratch.folder).unwrap().next().is_none(),
        "nothing is written"
    );
}

#[test]
fn doctor_reaches_every_state_and_fault_where_a_program_does() {
    let reference = Served::start(&["--control"]);
    let scratch = Scratch::new();
    let driver = root().join("docs/driver.py");
    let text = format!(
        "[target.it]\nendpoint = \"{}\"\ncredentials = \"example\"\n\
         provision = {{ driver = \"command\", command = [\"python3\", \"{}\"] }}\n",
        reference.url,
        driver.display()
    );
    let config = scratch.file("fullstop.toml", &text);
    for arguments in [&["--config", &config][..], &["--target", "reference"]] {
        let found = Doctor::run(arguments);
        assert_eq!(found.code, 0, "{}", found.text);
        assert_eq!(found.reached("states").len(), 11, "{}", found.text);
        assert_eq!(found.reached("faults").len(), 7, "{}", found.text);
    }
}

#[test]
fn init_writes_a_profile_with_which_run_is_green_and_keeps_what_is_there() {
    let reference = Served::start(&["--auth", "required", "--active-jobs", "1"]);
    let other = Served::start(&["--auth", "required"]);
    let scratch = Scratch::new();
    let init = |arguments: &[&str]| run(&scratch, &[&["init"], arguments].concat());
    let file = || fs::read_to_string(scratch.path("fullstop.toml")).unwrap_or_default();

    let header = ["--header", "X-Api-Key: opens"];
    let printed = init(&[&["--endpoint", &reference.url, "--print"][..], &header].concat());
    assert_eq!(printed.code, 0, "{}", printed.stderr);
    assert!(
        printed
            .stdout
            .contains("# headers = { \"X-Api-Key\" = \"…\" }")
            && !printed.stdout.contains("opens\""),
        "the name of a header is written down, and not its value: {}",
        printed.stdout
    );
    assert!(
        printed.stdout.contains("[target.local]"),
        "{}",
        printed.stdout
    );
    assert_eq!(file(), "", "--print writes nothing");

    let first = init(&["--endpoint", &reference.url]);
    assert_eq!(first.code, 0, "{}", first.stderr);
    let written = file();
    assert!(written.contains("\nactive_jobs = 1\n"), "{written}");
    assert!(
        written.contains("\ncredentials = \"example\"\n"),
        "{written}"
    );
    assert!(!written.contains("wJalr"), "a key is never written down");
    let judged = run(&scratch, &["run", "--quiet", "--filter", "job-id/length"]);
    assert_eq!(judged.code, 0, "{}{}", judged.stdout, judged.stderr);

    let again = init(&["--endpoint", &other.url]);
    assert_eq!(again.code, 2);
    for part in ["fullstop.toml", "--name", "--force"] {
        assert!(again.stderr.contains(part), "{}", again.stderr);
    }
    assert_eq!(file(), written);

    let mine = format!("{written}\n# Mine, and it stays.\n");
    scratch.file("fullstop.toml", &mine);
    let second = init(&["--endpoint", &other.url, "--name", "second"]);
    assert_eq!(second.code, 0, "{}", second.stderr);
    let both = file();
    assert!(both.starts_with(&mine), "what was there stays: {both}");
    let judged = [
        "run",
        "--quiet",
        "--target",
        "second",
        "--filter",
        "state/stop-started",
    ];
    let judged = run(&scratch, &judged);
    assert_eq!(judged.code, 0, "{}{}", judged.stdout, judged.stderr);

    let taken = init(&["--endpoint", &other.url, "--name", "second"]);
    assert_eq!(taken.code, 2);
    assert!(taken.stderr.contains("`second`") && taken.stderr.contains("--force"));
    assert_eq!(file(), both);
    let replaced = init(&["--endpoint", &reference.url, "--name", "second", "--force"]);
    assert_eq!(replaced.code, 0, "{}", replaced.stderr);
    let whole = file();
    assert!(whole.starts_with(&mine), "{whole}");
    assert_eq!(whole.matches("[target.second]").count(), 1);
    assert_eq!(whole.matches(&reference.url).count(), 2, "{whole}");

    for (name, told) in [("a b", "letters"), ("reference", "none of")] {
        let refused = init(&["--endpoint", &other.url, "--name", name]);
        assert_eq!(refused.code, 2);
        assert!(refused.stderr.contains(told), "{}", refused.stderr);
    }
    scratch.file(
        "fullstop.toml",
        "target = { a = { endpoint = \"http://127.0.0.1\" } }\n",
    );
    let refused = init(&["--endpoint", &other.url, "--name", "b"]);
    assert_eq!(refused.code, 2);
    assert!(
        refused.stderr.contains("[target.NAME]"),
        "{}",
        refused.stderr
    );
}

/// What `doctor` said.
struct Doctor {
    code: i32,
    text: String,
    json: Value,
}

impl Doctor {
    fn run(arguments: &[&str]) -> Self {
        let scratch = Scratch::new();
        let file = scratch.path("doctor.json");
        let output = run(
            &scratch,
            &[&["doctor", "--json", &file], arguments].concat(),
        );
        let json =
            fs::read_to_string(&file).unwrap_or_else(|error| panic!("{error}: {}", output.stderr));
        Self {
            code: output.code,
            text: output.stdout,
            json: serde_json::from_str(&json).expect("it is JSON"),
        }
    }

    fn reached(&self, what: &str) -> Vec<&str> {
        let lines = self.json[what].as_array().expect("a list").iter();
        let reached = lines.filter(|line| line["reached"] == true);
        reached.filter_map(|line| line["name"].as_str()).collect()
    }
}

fn run(scratch: &Scratch, arguments: &[&str]) -> Output {
    let is_off_machine = arguments
        .iter()
        .any(|argument| argument.contains(".invalid"));
    let mut command = command(arguments);
    if is_off_machine {
        command.env("FULLSTOP_CREDENTIALS", "none");
    }
    if arguments.first() == Some(&"doctor") && !arguments.contains(&"--config") {
        // Long enough for a busy machine, short enough to wait for silence.
        command.env("FULLSTOP_TIMEOUT_MS", "3000");
    }
    output(command.current_dir(&scratch.folder))
}

/// Listens for as long as the test process lives, says this to each client and closes.
fn says(bytes: &'static [u8]) -> std::net::SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            // A client that is gone is no concern of this listener.
            let _ = stream.read(&mut [0; 4_096]);
            let _ = stream.write_all(bytes);
        }
    });
    address
}
