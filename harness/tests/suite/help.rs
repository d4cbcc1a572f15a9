//! `--help` of every command: it has examples, and each of them does what it says.
//!
//! An example is a line of the help that begins with `fullstop `. It runs in a shell, in a scratch folder that the examples
//! of its command share, in the order of the help, against a served reference. It must end with 0, or with the code that a
//! comment behind it tells (`# exit 1`).

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Mutex;
use std::sync::mpsc;
use std::time::Duration;
use std::{env, thread};

use crate::command::{FULLSTOP, Output, Scratch, Served, command};
use crate::drift;

/// The widest line of a help.
const COLUMNS_MAX: usize = 100;

/// How long one example may take: most take a second, the longest runs the suite some tens of times.
const PATIENCE: Duration = Duration::from_secs(300);

/// How many commands' examples run at once: most of their time they wait for a job of the served reference to go on.
const PAGES_AT_ONCE: usize = 6;

/// What an example says, and what stands in its place when it is run.
const PLACEHOLDERS: &[(&str, Filling)] = &[
    ("http://127.0.0.1:4566", Filling::Served),
    ("--port 4566", Filling::Text("--port 0")),
];

/// What is put in the place of a placeholder.
#[derive(Clone, Copy)]
enum Filling {
    /// The address of a served reference.
    Served,
    Text(&'static str),
}

/// The help of one command.
pub(crate) struct Page {
    /// The command, such as `fullstop run`.
    name: String,
    text: String,
    /// Options and arguments without a help of their own.
    untold: Vec<String>,
    /// The examples of the command that this is a part of, which may serve it too.
    above: Vec<String>,
}

/// Every command, those that hold others included, and the whole.
pub(crate) fn commands() -> Vec<Page> {
    fn collect(command: &mut clap::Command, name: &str, above: &[String], pages: &mut Vec<Page>) {
        let arguments = command.get_arguments();
        let untold = arguments.filter(|argument| argument.get_help().is_none());
        let page = Page {
            name: name.to_owned(),
            untold: untold.map(|argument| argument.to_string()).collect(),
            text: command.render_long_help().to_string(),
            above: above.to_vec(),
        };
        // The whole's examples are for a first look: each command has some of its own.
        let is_whole = !name.contains(' ');
        let examples = if is_whole {
            Vec::new()
        } else {
            page.examples()
        };
        pages.push(page);
        for below in command.get_subcommands_mut() {
            if below.get_name() != "help" && !below.is_hide_set() {
                let name = format!("{name} {}", below.get_name());
                collect(below, &name, &examples, pages);
            }
        }
    }
    let mut pages = Vec::new();
    let mut whole = fullstop::cli::command();
    whole.build();
    collect(&mut whole, "fullstop", &[], &mut pages);
    pages
}

impl Page {
    /// The examples in order, each a whole shell command: a backslash at the end of a line goes on in the next.
    fn examples(&self) -> Vec<String> {
        let mut examples = Vec::new();
        let mut lines = self.text.lines().map(str::trim);
        while let Some(line) = lines.next() {
            if !line.starts_with("fullstop ") {
                continue;
            }
            let mut example = line.to_owned();
            while let Some(open) = example.strip_suffix('\\') {
                example = format!("{}{}", open, lines.next().unwrap_or_default());
            }
            examples.push(example);
        }
        examples
    }

    /// What a reader would miss.
    pub(crate) fn faults(&self) -> Vec<String> {
        let Self { name, .. } = self;
        let mut faults: Vec<_> = (self.untold.iter())
            .map(|argument| format!("{name}: {argument} has no help: document its field"))
            .collect();
        let is_own = |example: &String| {
            let rest = example.strip_prefix(name.as_str());
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with([' ', '\n']))
        };
        let mut examples = self.examples();
        examples.extend(self.above.iter().cloned());
        if !examples.iter().any(is_own) {
            faults.push(format!(
                "{name}: --help has no example: give its arguments `#[command(after_help = EXAMPLES)]`"
            ));
        }
        for line in self.text.lines() {
            if line.chars().count() > COLUMNS_MAX {
                faults.push(format!("{name}: wider than {COLUMNS_MAX} columns: {line}"));
            }
        }
        faults
    }
}

#[test]
fn every_example_in_a_help_runs() {
    let queue = Mutex::new(commands().into_iter());
    let faults = Mutex::new(Vec::new());
    let next = || queue.lock().expect("no panic holds it").next();
    thread::scope(|scope| {
        for _ in 0..PAGES_AT_ONCE {
            scope.spawn(|| {
                while let Some(page) = next() {
                    let found = run(&page);
                    faults.lock().expect("no panic holds it").extend(found);
                }
            });
        }
    });
    let faults = faults.into_inner().expect("no panic holds it");
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn a_broken_example_is_seen() {
    let page = |text: &str| Page {
        name: "fullstop list".to_owned(),
        text: text.to_owned(),
        untold: Vec::new(),
        above: Vec::new(),
    };
    let wrong = page(
        "Examples:\n  # A filter that selects nothing.\n  fullstop list \\\n    --filter no-such-case",
    );
    assert!(wrong.faults().is_empty());
    assert_eq!(run(&wrong).len(), 1);
    assert_eq!(
        run(&page("  fullstop list --filter no-such-case # exit 2")),
        Vec::<String>::new()
    );
    assert_eq!(page("Usage: fullstop list").faults().len(), 1);
    assert_eq!(page("  fullstop lists").faults().len(), 1);
}

/// Runs the examples of a page, and tells those that did not end as they should.
fn run(page: &Page) -> Vec<String> {
    let scratch = Scratch::new();
    let served = Served::start(&["--control", "--pending-ms", "150"]);
    prepare(&scratch, &served);
    let mut faults = Vec::new();
    for example in page.examples() {
        let filled = PLACEHOLDERS
            .iter()
            .fold(example.clone(), |line, (placeholder, filling)| {
                line.replace(
                    placeholder,
                    match filling {
                        Filling::Served => &served.url,
                        Filling::Text(text) => text,
                    },
                )
            });
        let wanted = example
            .rsplit_once("# exit ")
            .and_then(|(_, code)| code.parse().ok())
            .unwrap_or(0);
        // `exec`: a signal is for the command, not for the shell.
        let filled = match filled.contains(['|', ';', '&']) {
            true => filled,
            false => format!("exec {filled}"),
        };
        let output = if filled.starts_with("exec fullstop serve") {
            until_it_listens(shell(&filled, &scratch.folder))
        } else {
            until_it_ends(shell(&filled, &scratch.folder))
        };
        if output.code != wanted {
            faults.push(format!(
                "{}: `{example}` ended with {}, not {wanted}\n{}{}",
                page.name, output.code, output.stdout, output.stderr
            ));
        }
    }
    faults
}

/// What examples may expect to find in the folder that they run in.
fn prepare(scratch: &Scratch, served: &Served) {
    let target = |name: &str| {
        format!(
            "[target.{name}]\nendpoint = \"{}\"\ncredentials = {{ access_key = \"AKIDEXAMPLE\", secret_key = \"wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY\" }}\n",
            served.url
        )
    };
    scratch.file("fullstop.toml", &target("mine"));
    let model = scratch.folder.join("service-2.json.gz");
    std::fs::write(model, drift::gzipped()).expect("a file for the test");
}

fn shell(line: &str, folder: &Path) -> Command {
    let commands = Path::new(FULLSTOP).parent().expect("a folder");
    let path = env::var("PATH").unwrap_or_default();
    let mut shell = Command::new("sh");
    let environment = command(&[]);
    for (name, value) in environment.get_envs() {
        match value {
            Some(value) => shell.env(name, value),
            None => shell.env_remove(name),
        };
    }
    shell
        .args(["-c", line])
        .env("PATH", format!("{}:{path}", commands.display()))
        .current_dir(folder)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    shell
}

/// Runs an example to its end. One that takes too long is killed, and so shows no code.
fn until_it_ends(mut shell: Command) -> Output {
    let child = shell.spawn().expect("a shell");
    let id = child.id();
    let (tell, told) = mpsc::channel();
    thread::spawn(move || tell.send(child.wait_with_output()));
    let ended = told.recv_timeout(PATIENCE).or_else(|_| {
        signal("-KILL", id);
        told.recv()
    });
    let output = ended.expect("it was waited for").expect("its output");
    Output {
        code: output.status.code().unwrap_or(-1),
        stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

/// Runs an example that serves: until its first line, then asks it to end.
fn until_it_listens(mut shell: Command) -> Output {
    let mut child = shell.spawn().expect("a shell");
    let mut line = String::new();
    let mut stdout = BufReader::new(child.stdout.take().expect("it is piped"));
    stdout.read_line(&mut line).expect("its first line");
    signal("-TERM", child.id());
    let output = child.wait_with_output().expect("it ends");
    Output {
        code: output.status.code().unwrap_or(-1),
        stdout: line,
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

fn signal(signal: &str, id: u32) {
    let told = Command::new("kill")
        .args([signal, &id.to_string()])
        .status();
    told.expect("kill runs");
}
