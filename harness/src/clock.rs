//! How long work may take, and who may end it: a deadline, and an interrupt.
//!
//! Both end a command early in the same way: what was done so far is kept, and the rest says why it was not reached.

use std::sync::Arc;
use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tokio::sync::watch;
use tokio::time::{Instant, sleep_until};

/// Why work ended before it was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Cut {
    /// The deadline passed.
    OutOfTime,
    /// The user ended it.
    Interrupted,
}

/// When work ends at the latest. Clones share the interrupt.
#[derive(Clone, Debug)]
pub struct Deadline {
    at: Option<Instant>,
    interrupt: Arc<watch::Sender<bool>>,
}

impl Deadline {
    /// No deadline; work can still be interrupted.
    pub fn never() -> Self {
        Self {
            at: None,
            interrupt: Arc::new(watch::Sender::new(false)),
        }
    }

    /// So long from now.
    pub fn after(limit: Duration) -> Self {
        Self::never().within(limit)
    }

    /// The same interrupt, with the deadline so long from now.
    pub fn within(&self, limit: Duration) -> Self {
        Self {
            // A limit of centuries is none.
            at: Instant::now().checked_add(limit),
            interrupt: Arc::clone(&self.interrupt),
        }
    }

    /// The same interrupt, with the earlier of this deadline and another, so long from now.
    pub fn at_most(&self, limit: Duration) -> Self {
        let other = self.within(limit);
        match (self.at, other.at) {
            (Some(at), Some(later)) if at < later => self.clone(),
            _ => other,
        }
    }

    /// Ends the work now.
    pub fn interrupt(&self) {
        self.interrupt.send_replace(true);
    }

    /// Why the work is over, if it is.
    pub fn cut(&self) -> Option<Cut> {
        if *self.interrupt.borrow() {
            Some(Cut::Interrupted)
        } else if self.at.is_some_and(|at| Instant::now() >= at) {
            Some(Cut::OutOfTime)
        } else {
            None
        }
    }

    /// How much time is left. None where there is no deadline.
    pub fn left(&self) -> Option<Duration> {
        self.at
            .map(|at| at.saturating_duration_since(Instant::now()))
    }

    /// Returns when the work is over.
    pub async fn passed(&self) -> Cut {
        let mut interrupt = self.interrupt.subscribe();
        // The sender is kept by this deadline, so that waiting for it cannot fail.
        let interrupted = async {
            let _ = interrupt.wait_for(|is_set| *is_set).await;
        };
        match self.at {
            Some(at) => tokio::select! {
                biased;
                () = interrupted => Cut::Interrupted,
                () = sleep_until(at) => Cut::OutOfTime,
            },
            None => {
                interrupted.await;
                Cut::Interrupted
            }
        }
    }

    /// Does work until the deadline passes.
    pub async fn cap<T>(&self, work: impl Future<Output = T>) -> Result<T, Cut> {
        tokio::select! {
            biased;
            cut = self.passed() => Err(cut),
            done = work => Ok(done),
        }
    }
}
