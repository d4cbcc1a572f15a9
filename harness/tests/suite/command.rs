//! The installed command, run as a user runs it.

use std::io::{BufRead as _, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use std::{env, fs, thread};

use serde_json::Value;

/// The command's path.
pub(crate) const FULLSTOP: &str = env!("CARGO_BIN_EXE_fullstop");

/// What a finished command left.
#[derive(Debug)]
pub(crate) struct Output {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

/// Runs the command in an empty folder, with an environment that says nothing of AWS.
pub(crate) fn fullstop(arguments: &[&str]) -> Output {
    let scratch = Scratch::new();
    output(command(arguments).current_dir(&scratch.folder))
}

/// The command, not yet run.
pub(crate) fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(FULLSTOP);
    command
        .args(arguments)
        .env_remove("FULLSTOP_ENDPOINT")
        .env("HOME", "/nonexistent");
    for (name, _) in env::vars().filter(|(name, _)| name.starts_with("AWS_")) {
        command.env_remove(name);
    }
    command
}

/// Runs a command to its end.
#[track_caller]
pub(crate) fn output(command: &mut Command) -> Output {
    let output = command
        .stdin(Stdio::null())
        .output()
        .expect("the command starts");
    Output {
        code: output.status.code().unwrap_or(-1),
        stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

/// A running `fullstop serve`, ended when it is dropped.
pub(crate) struct Served {
    pub(crate) process: Child,
    pub(crate) url: String,
}

impl Served {
    /// Starts the reference endpoint with these arguments, and waits for its address.
    pub(crate) fn start(arguments: &[&str]) -> Self {
        Self::spawn(&mut command(&[&["serve"], arguments].concat()))
    }

    /// The same, of a command that was made ready.
    pub(crate) fn spawn(command: &mut Command) -> Self {
        let mut process = command
            .stdout(Stdio::piped())
            .spawn()
            .expect("the command starts");
        let output = process.stdout.take().expect("it is piped");
        let mut url = String::new();
        BufReader::new(output)
            .read_line(&mut url)
            .expect("the address is the first line");
        Self {
            process,
            url: url.trim().to_owned(),
        }
    }
}

impl Served {
    /// The number of pools there, as far as one page lists them.
    pub(crate) fn pools(&self) -> usize {
        pools(&self.url).len()
    }
}

/// Looks again and again whether something has come about, and fails if it has not within a while.
#[track_caller]
pub(crate) fn until(what: &str, limit: Duration, mut is_so: impl FnMut() -> bool) {
    let start = Instant::now();
    while !is_so() {
        assert!(start.elapsed() < limit, "{what}: not within {limit:?}");
        thread::park_timeout(Duration::from_millis(5));
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// A folder of a test's own, deleted when it is dropped.
pub(crate) struct Scratch {
    pub(crate) folder: PathBuf,
}

impl Scratch {
    pub(crate) fn new() -> Self {
        static NEXT: AtomicUsize = AtomicUsize::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR"))
            .join(format!("{}-{number}", std::process::id()));
        fs::create_dir_all(&folder).expect("a folder for the test");
        Self { folder }
    }

    /// The path of a file in it.
    pub(crate) fn path(&self, name: &str) -> String {
        self.folder.join(name).to_string_lossy().into_owned()
    }

    /// Writes a file in it.
    pub(crate) fn file(&self, name: &str, text: &str) -> String {
        let path = self.folder.join(name);
        fs::create_dir_all(path.parent().expect("it is below the folder")).expect("its folder");
        fs::write(path, text).expect("a file for the test");
        self.path(name)
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// The pools of an endpoint, asked for with curl: nothing of ours is between.
pub(crate) fn pools(url: &str) -> Vec<String> {
    let shown = output(Command::new("curl").args([
        "-sS",
        url,
        "-H",
        "Content-Type: application/x-amz-json-1.1",
        "-H",
        "X-Amz-Target: AWSCognitoIdentityProviderService.ListUserPools",
        "--aws-sigv4",
        "aws:amz:us-east-1:cognito-idp",
        "--user",
        "AKIDEXAMPLE:wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
        "--data-raw",
        r#"{"MaxResults":60}"#,
    ]));
    let listed: Value = serde_json::from_str(&shown.stdout)
        .unwrap_or_else(|error| panic!("{error}: {}{}", shown.stdout, shown.stderr));
    let pools = listed["UserPools"]
        .as_array()
        .cloned()
        .expect("a list of pools");
    pools.iter().map(|pool| pool["Id"].to_string()).collect()
}
