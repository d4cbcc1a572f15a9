//! Work on an opened target that leaves nothing behind, also when the process is asked to end in the middle of it.

use tokio::signal::unix::{Signal, SignalKind, signal};

use crate::cli::target::TargetArguments;
use crate::cli::{Stop, complain};
use crate::runner::{Exit, Session};

/// The exit code of a command that was interrupted: 128 and the number of SIGINT, as shells have it.
pub(crate) const INTERRUPTED: u8 = 130;

/// The most leftovers that are listed one by one.
const LISTED_MAX: usize = 20;

/// Opens the target, does the work, and undoes what was made. None if the process was asked to end.
///
/// A first Ctrl-C or SIGTERM ends the work and starts the clean-up; a second one ends at once, and says what is left.
pub(crate) async fn guarded<T>(
    target: &TargetArguments,
    work: impl AsyncFnOnce(&Session) -> Result<T, Stop>,
) -> Result<Option<T>, Stop> {
    // Before anything is made: from here on no request to end is missed.
    let mut interrupts = Interrupts::new()?;
    let session = tokio::select! {
        session = target.open() => session?,
        () = interrupts.next() => return Ok(None),
    };
    let result = tokio::select! {
        result = work(&session) => Some(result),
        () = interrupts.next() => None,
    };
    if result.is_none() {
        tell("interrupted: what was made is being deleted; once more, and it is left");
    }
    let (run, provisioner) = (session.run_id.clone(), session.provisioner.clone());
    let leftovers = tokio::select! {
        leftovers = session.close() => leftovers,
        () = interrupts.next() => {
            abandoned(&provisioner.held(), &sweep(target, &run));
            return Ok(None);
        }
    };
    tell_leftovers(target, &run, &leftovers);
    result.transpose()
}

/// Says what could not be deleted, and what tries again.
pub(crate) fn tell_leftovers(target: &TargetArguments, run: &str, leftovers: &[String]) {
    if !target.keeps() && !leftovers.is_empty() {
        list_leftovers(leftovers);
        tell(&format!("`{}` tries again", sweep(target, run)));
    }
}

/// Says what could not be deleted: one by one, as far as anyone reads on.
pub(crate) fn list_leftovers(leftovers: &[String]) {
    for leftover in leftovers.iter().take(LISTED_MAX) {
        complain(&format!("delete {leftover}"));
    }
    let more = leftovers.len().saturating_sub(LISTED_MAX);
    if more > 0 {
        complain(&format!("delete {more} more"));
    }
}

/// Returns when the process is asked to end.
pub(crate) async fn interrupted() {
    match Interrupts::new() {
        Ok(mut interrupts) => interrupts.next().await,
        // Without a handler the system ends the process itself.
        Err(_) => std::future::pending().await,
    }
}

/// Requests to end, as they come.
pub(crate) struct Interrupts {
    interrupt: Signal,
    terminate: Signal,
}

impl Interrupts {
    pub(crate) fn new() -> Result<Self, Stop> {
        let listen = |kind| {
            signal(kind).map_err(|error| Stop {
                exit: Exit::Harness,
                message: format!("listen for signals: {error}"),
            })
        };
        Ok(Self {
            interrupt: listen(SignalKind::interrupt())?,
            terminate: listen(SignalKind::terminate())?,
        })
    }

    pub(crate) async fn next(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}

/// The command that deletes what a run left.
fn sweep(target: &TargetArguments, run: &str) -> String {
    format!("fullstop sweep {} --run {run}", target.words())
}

/// Says what is left behind.
fn abandoned(pools: &[String], sweep: &str) {
    if pools.is_empty() {
        tell(&format!(
            "ended at once; if a pool was just being made, `{sweep}` deletes it"
        ));
        return;
    }
    let listed = pools.iter().take(LISTED_MAX).cloned();
    let more = pools.len().saturating_sub(LISTED_MAX);
    let more = (more > 0).then(|| format!("{more} more"));
    let listed: Vec<_> = listed.chain(more).collect();
    tell(&format!(
        "ended at once; left are the pools {}; `{sweep}` deletes them",
        listed.join(", ")
    ));
}

#[expect(
    clippy::print_stderr,
    reason = "the door is where a message leaves the process"
)]
fn tell(message: &str) {
    eprintln!("{message}");
}
