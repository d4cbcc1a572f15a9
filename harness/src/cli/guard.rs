//! Work on an opened target that leaves nothing behind, also when the process is asked to end in the middle of it.
//!
//! A first Ctrl-C or SIGTERM ends the work: what was done so far is kept, and the clean-up starts. A second one ends the
//! process at once, and says what is left.

use std::process::exit;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;
use std::{io, thread};

use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::task::JoinHandle;

use crate::cli::limits::Limits;
use crate::cli::target::TargetArguments;
use crate::cli::{Stop, complain, note as tell};
use crate::clock::{Cut, Deadline};
use crate::provision::Provisioner;
use crate::runner::{Exit, Session};

/// The exit code of a command that was interrupted: 128 and the number of SIGINT, as shells have it.
pub(crate) const INTERRUPTED: u8 = 130;

/// The most leftovers that are listed one by one.
const LISTED_MAX: usize = 20;

/// How long work may go on once it is over: it has what it needs to end by itself.
const GRACE: Duration = Duration::from_secs(3);

/// Waits for requests to end, and ends the work by the deadline that it hands out.
#[derive(Debug)]
pub(crate) struct Guard {
    deadline: Deadline,
    watched: Arc<Mutex<Watched>>,
    listening: JoinHandle<()>,
}

/// What is left if the process ends at once.
#[derive(Debug, Default)]
struct Watched {
    targets: Vec<(Arc<Provisioner>, String)>,
}

impl Guard {
    /// Begins to listen. From here on no request to end is missed.
    pub(crate) fn new() -> Result<Self, Stop> {
        let mut interrupts = Interrupts::new()?;
        let deadline = Deadline::never();
        let watched: Arc<Mutex<Watched>> = Arc::default();
        let (ended, left) = (deadline.clone(), Arc::clone(&watched));
        let listening = tokio::spawn(async move {
            interrupts.next().await;
            ended.interrupt();
            let pools = locked(&left).pools();
            tell(&match pools {
                0 => "interrupted; press Ctrl-C again to end at once".to_owned(),
                1 => "interrupted: deleting 1 pool; press Ctrl-C again to leave it".to_owned(),
                _ => {
                    format!("interrupted: deleting {pools} pools; press Ctrl-C again to leave them")
                }
            });
            interrupts.next().await;
            locked(&left).tell();
            exit(i32::from(INTERRUPTED));
        });
        Ok(Self {
            deadline,
            watched,
            listening,
        })
    }

    /// Ends the work when the process is asked to. It has no time limit of its own.
    pub(crate) fn deadline(&self) -> &Deadline {
        &self.deadline
    }

    /// Whether the process was asked to end.
    pub(crate) fn is_interrupted(&self) -> bool {
        self.deadline.cut() == Some(Cut::Interrupted)
    }

    /// Names what a session made if the process ends at once.
    pub(crate) fn watch(&self, session: &Session, target: &TargetArguments) {
        let provisioner = Arc::clone(&session.provisioner);
        let sweep = sweep(target, &session.run_id);
        locked(&self.watched).targets.push((provisioner, sweep));
    }

    /// Opens a target, unless the process is asked to end meanwhile.
    pub(crate) async fn open<T>(
        &self,
        opening: impl Future<Output = Result<T, Stop>>,
    ) -> Result<T, Stop> {
        match self.deadline.cap(opening).await {
            Ok(opened) => opened,
            Err(_) => Err(interrupted()),
        }
    }

    /// Undoes what a session made, and says what could not be undone.
    pub(crate) async fn close(&self, session: Session, target: &TargetArguments) {
        let run = session.run_id.clone();
        let leftovers = session.close().await;
        tell_leftovers(target, &run, &leftovers);
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        self.listening.abort();
    }
}

impl Watched {
    fn pools(&self) -> usize {
        let pools = self.targets.iter().map(|(target, _)| target.held().len());
        pools.sum()
    }

    /// Says what is left behind.
    fn tell(&self) {
        for (provisioner, sweep) in &self.targets {
            abandoned(&provisioner.held(), sweep);
        }
    }
}

/// Opens the target, does the work by a deadline, and undoes what was made. The work gets the limit that the arguments set, or
/// that follows from the target, and ends by itself once it has passed.
pub(crate) async fn guarded<T>(
    target: &TargetArguments,
    limits: &Limits,
    work: impl AsyncFnOnce(&Session, &Deadline) -> Result<T, Stop>,
) -> Result<(T, bool), Stop> {
    let guard = Guard::new()?;
    let session = guard.open(target.open()).await?;
    guard.watch(&session, target);
    let limit = limits.time(&session, guard.deadline()).await;
    let (limit, result) = match limit {
        Ok(limit) => {
            let deadline = guard.deadline().within(limit);
            let done = within(&deadline, work(&session, &deadline)).await;
            (limit, done)
        }
        Err(stop) => (Duration::ZERO, Some(Err(stop))),
    };
    guard.close(session, target).await;
    let was_interrupted = guard.is_interrupted();
    match result {
        Some(result) => Ok((result?, was_interrupted)),
        None if was_interrupted => Err(interrupted()),
        None => Err(Stop {
            exit: Exit::Unjudged,
            message: format!(
                "finish within {} s: nothing was judged; give it more time with --deadline",
                limit.as_secs()
            ),
        }),
    }
}

/// Does work that ends by itself soon after a deadline. None if it does not.
pub(crate) async fn within<T>(deadline: &Deadline, work: impl Future<Output = T>) -> Option<T> {
    let late = async {
        deadline.passed().await;
        tokio::time::sleep(GRACE).await;
    };
    tokio::select! {
        done = work => Some(done),
        () = late => None,
    }
}

/// That a command was asked to end before it had anything to show.
pub(crate) fn interrupted() -> Stop {
    Stop {
        exit: Exit::Interrupted,
        message: "finish: it was interrupted, and nothing was judged".to_owned(),
    }
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

/// Requests to end, as they come: Ctrl-C and SIGTERM.
///
/// They are listened to on a thread of their own, which outlives the runtime of the work: whoever writes a report to a pipe that
/// nobody reads can still be ended.
pub(crate) struct Interrupts(UnboundedReceiver<()>);

/// Who hears of requests to end. Without anybody they end the process.
type Listener = Mutex<Option<UnboundedSender<()>>>;

impl Interrupts {
    pub(crate) fn new() -> Result<Self, Stop> {
        static LISTENER: OnceLock<Result<Arc<Listener>, String>> = OnceLock::new();
        let listener = LISTENER.get_or_init(|| listen().map_err(|error| error.to_string()));
        let listener = listener.as_ref().map_err(|error| Stop {
            exit: Exit::Harness,
            message: format!("listen for signals: {error}"),
        })?;
        let (sender, receiver) = unbounded_channel();
        *listener.lock().unwrap_or_else(PoisonError::into_inner) = Some(sender);
        Ok(Self(receiver))
    }

    pub(crate) async fn next(&mut self) {
        if self.0.recv().await.is_none() {
            // Somebody else listens now.
            std::future::pending().await
        }
    }
}

/// Begins to listen, for as long as the process lives.
fn listen() -> io::Result<Arc<Listener>> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_io()
        .build()?;
    let entered = runtime.enter();
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    drop(entered);
    let listener = Arc::new(Listener::default());
    let heard = Arc::clone(&listener);
    let wait = move || {
        runtime.block_on(async {
            loop {
                tokio::select! {
                    _ = interrupt.recv() => {}
                    _ = terminate.recv() => {}
                }
                let heard = heard.lock().unwrap_or_else(PoisonError::into_inner);
                let is_heard = heard.as_ref().is_some_and(|sender| sender.send(()).is_ok());
                if !is_heard {
                    exit(i32::from(INTERRUPTED));
                }
            }
        })
    };
    thread::Builder::new()
        .name("signals".to_owned())
        .spawn(wait)?;
    Ok(listener)
}

/// The command that deletes what a run left.
fn sweep(target: &TargetArguments, run: &str) -> String {
    format!("fullstop sweep {} --run {run}", target.words())
}

/// Says what is left behind.
fn abandoned(pools: &[String], sweep: &str) {
    if pools.is_empty() {
        tell(&format!(
            "ended at once; if a pool was just being created, `{sweep}` deletes it"
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

fn locked(watched: &Mutex<Watched>) -> std::sync::MutexGuard<'_, Watched> {
    watched.lock().unwrap_or_else(PoisonError::into_inner)
}
