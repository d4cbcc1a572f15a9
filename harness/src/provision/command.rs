//! Preconditions made by a program of the user's: one JSON object a line in, one back for each.

use std::process::Stdio;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::process::{Child, ChildStdin, ChildStdout};
use tokio::sync::Mutex;
use tokio::time::timeout;

use crate::case::{Ids, JobState};
use crate::contract::Status;
use crate::provision::held::{Held, Made, Owned, Unmade};
use crate::provision::reason::Reason;
use crate::provision::{NO_SUCH_JOB, Unavailable};
use crate::target::ConfigError;

/// How long the program may take for one line: it may have to wait for a real import.
const PATIENCE: Duration = Duration::from_secs(60);

/// How long it may take to end once its input has ended.
const FAREWELL: Duration = Duration::from_secs(5);

/// The most bytes of a reply: two ids, or a reason.
const REPLY_SIZE_MAX: u64 = 64 << 10;

#[derive(Debug)]
pub(crate) struct Command {
    shown: String,
    state: Mutex<State>,
}

#[derive(Debug)]
enum State {
    Running(Box<Process>),
    /// It broke the protocol, so that its next reply could answer any question.
    Broken(String),
    Ended,
}

#[derive(Debug)]
struct Process {
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

impl Command {
    pub(crate) fn start(command: &[String], endpoint: &str) -> Result<Self, ConfigError> {
        let shown = command.join(" ");
        let wrong = |why: String| {
            ConfigError::Driver(format!("start the provisioning program `{shown}`: {why}"))
        };
        let (program, arguments) = command
            .split_first()
            .ok_or_else(|| wrong("the command is empty".into()))?;
        let mut child = tokio::process::Command::new(program)
            .args(arguments)
            .env("FULLSTOP_ENDPOINT", endpoint)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .map_err(|error| wrong(error.to_string()))?;
        let (Some(input), Some(output)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(wrong("it has no standard input and output".into()));
        };
        let process = Process {
            child,
            input,
            output: BufReader::new(output),
        };
        Ok(Self {
            shown,
            state: Mutex::new(State::Running(Box::new(process))),
        })
    }

    pub(crate) async fn make(&self, job: JobState, held: &Held) -> Result<Made, Unmade> {
        let (wanted, assumed): (&[Status], _) = match &job {
            JobState::Is(status) => (std::slice::from_ref(status), Some(*status)),
            JobState::Started | JobState::Elsewhere => {
                (&[Status::InProgress, Status::Pending], None)
            }
            JobState::Absent => (&[Status::Created, Status::InProgress], None),
        };
        let first = self.first(wanted).await?;
        held.hold(&first);
        let mut ids = Ids {
            pool: first.pool.clone(),
            job: first.job.clone(),
        };
        let mut owned = vec![first];
        match job {
            JobState::Absent => ids.job = NO_SUCH_JOB.to_owned(),
            JobState::Elsewhere => match self.first(&[Status::Created, Status::InProgress]).await {
                Ok(other) => {
                    held.hold(&other);
                    ids.pool.clone_from(&other.pool);
                    owned.push(other);
                }
                Err(why) => return Err(Unmade { why, owned }),
            },
            JobState::Started | JobState::Is(_) => {}
        }
        Ok(Made {
            owned,
            assumed,
            ..Made::of(ids)
        })
    }

    pub(crate) async fn fault(&self, error: &str) -> Result<(), Unavailable> {
        self.ask(&json!({ "fault": { "error": error, "times": 1 } }))
            .await
            .map(|_| ())
    }

    pub(crate) async fn release(&self, owned: &Owned) -> Result<(), String> {
        let line = json!({ "release": { "UserPoolId": owned.pool, "JobId": owned.job } });
        self.ask(&line)
            .await
            .map(|_| ())
            .map_err(|why| why.to_string())
    }

    /// Ends the program: its input ends, and if that does not help it is killed.
    pub(crate) async fn stop(&self) {
        let state = std::mem::replace(&mut *self.state.lock().await, State::Ended);
        let State::Running(process) = state else {
            return;
        };
        let Process {
            mut child,
            input,
            output,
        } = *process;
        drop((input, output));
        if timeout(FAREWELL, child.wait()).await.is_err() {
            // It is killed when it is dropped, whatever this says.
            let _ = child.kill().await;
        }
    }

    /// A job in the first of these statuses that the program reaches.
    async fn first(&self, wanted: &[Status]) -> Result<Owned, Unavailable> {
        let mut last = Unavailable::Unreachable(Reason::Said("no status is wanted".to_owned()));
        for status in wanted {
            match self.ask(&json!({ "acquire": status.name() })).await {
                Ok(reply) => return self.owned(&reply),
                Err(why) => last = why,
            }
        }
        Err(last)
    }

    fn owned(&self, reply: &Value) -> Result<Owned, Unavailable> {
        let id = |member: &str| reply.get(member).and_then(Value::as_str).map(str::to_owned);
        match (id("UserPoolId"), id("JobId")) {
            (Some(pool), Some(job)) => Ok(Owned { pool, job }),
            _ => Err(self.broken(&format!(
                "it answered {reply}, not {{\"UserPoolId\":\"…\",\"JobId\":\"…\"}} or {{\"unreachable\":\"why\"}}"
            ))),
        }
    }

    /// Sends one line and reads one. `{"unreachable": …}` is an error.
    async fn ask(&self, line: &Value) -> Result<Value, Unavailable> {
        let mut state = self.state.lock().await;
        let reply = match &mut *state {
            State::Running(process) => converse(process, line).await,
            State::Broken(why) => Err(why.clone()),
            State::Ended => Err("it has ended".to_owned()),
        };
        let reply = reply.map_err(|why| {
            // Dropping the process kills it.
            *state = State::Broken(why.clone());
            self.broken(&why)
        })?;
        if let Some(why) = reply.get("unreachable") {
            let why = why.as_str().map_or_else(|| why.to_string(), str::to_owned);
            return Err(Unavailable::Unreachable(Reason::Said(why)));
        }
        Ok(reply)
    }

    fn broken(&self, why: &str) -> Unavailable {
        Unavailable::Unreachable(Reason::Program {
            command: self.shown.clone(),
            why: why.to_owned(),
        })
    }
}

/// One line to the program, and its reply.
async fn converse(process: &mut Process, line: &Value) -> Result<Value, String> {
    let reply = match timeout(PATIENCE, exchange(process, line)).await {
        Ok(reply) => reply?,
        Err(_) => {
            return Err(format!(
                "it did not answer {line} within {} s",
                PATIENCE.as_secs()
            ));
        }
    };
    let parsed: Value = serde_json::from_str(&reply)
        .map_err(|error| format!("it answered {line} with {reply:?}: {error}"))?;
    if parsed.is_object() {
        Ok(parsed)
    } else {
        Err(format!(
            "it answered {line} with {parsed}, which is no JSON object"
        ))
    }
}

async fn exchange(process: &mut Process, line: &Value) -> Result<String, String> {
    let sent = format!("{line}\n");
    let refused = |error| format!("it took no line {line}: {error}");
    let written = process.input.write_all(sent.as_bytes()).await;
    written.map_err(refused)?;
    process.input.flush().await.map_err(refused)?;
    let mut reply = String::new();
    let mut bounded = (&mut process.output).take(REPLY_SIZE_MAX);
    let size = bounded
        .read_line(&mut reply)
        .await
        .map_err(|error| format!("its answer to {line} cannot be read: {error}"))?;
    match size {
        0 => Err(format!("it ended instead of answering {line}")),
        _ if !reply.ends_with('\n') && reply.len() as u64 >= REPLY_SIZE_MAX => Err(format!(
            "its answer to {line} is longer than {REPLY_SIZE_MAX} bytes"
        )),
        _ => Ok(reply.trim().to_owned()),
    }
}
