//! The end of a run: everything that is still held is undone, for a bounded time.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::task::JoinSet;
use tokio::time::timeout_at;

use crate::provision::{Driver, Provisioner};

/// How long the clean-up at the end of a run may take on this machine, and how much longer elsewhere for each pool: a quota may
/// allow five requests a second.
const CLEAN_UP_MAX: Duration = Duration::from_secs(5);
const CLEAN_UP_A_POOL: Duration = Duration::from_secs(1);
const CLEAN_UP_POOLS_MAX: u32 = 120;

/// How many things are undone at once when a run ends.
const UNDOING_MAX: usize = 16;

impl Provisioner {
    /// Undoes everything that is still held and ends the driver, for a bounded time. Returns what could not be deleted. From
    /// now on nothing can be acquired.
    pub async fn finish(&self) -> Vec<String> {
        self.shared.held.close();
        let deadline = Instant::now() + self.clean_up_max();
        // Who makes something must be let to finish it, or nobody would know what to undo.
        let half = Instant::now() + self.clean_up_max() / 2;
        let alone = timeout_at(half.into(), self.shared.work.write()).await;
        let undone = timeout_at(deadline.into(), self.undo_all()).await;
        if undone.is_err() {
            self.shared.held.abandon();
            if let Driver::Api(api) = &self.shared.driver {
                api.abandon();
            }
        }
        if let Driver::Command(command) = &self.shared.driver {
            command.stop().await;
        }
        drop(alone);
        self.shared.held.take_leftovers()
    }

    /// How long the clean-up may take.
    fn clean_up_max(&self) -> Duration {
        let pools = u32::try_from(self.held().len()).unwrap_or(u32::MAX);
        match self.shared.client.is_local() {
            true => CLEAN_UP_MAX,
            false => CLEAN_UP_MAX + CLEAN_UP_A_POOL * pools.min(CLEAN_UP_POOLS_MAX),
        }
    }

    async fn undo_all(&self) {
        // An endpoint that answers nobody any more is waited for in each of them.
        let at_once = match &self.shared.driver {
            Driver::Api(_) => UNDOING_MAX,
            _ => 1,
        };
        let mut undoing = JoinSet::new();
        for owned in self.shared.held.all() {
            // A panic in one of them is a bug of ours, and is told as one.
            if undoing.len() == at_once
                && let Some(Err(error)) = undoing.join_next().await
            {
                std::panic::resume_unwind(error.into_panic());
            }
            let shared = Arc::clone(&self.shared);
            undoing.spawn(async move { shared.undo(owned).await });
        }
        undoing.join_all().await;
        if let (Driver::Api(api), false) = (&self.shared.driver, self.shared.keep) {
            api.sweep().await;
        }
    }
}
