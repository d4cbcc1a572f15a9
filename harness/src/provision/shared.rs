//! A few pools that all cases share, where a pool for each would take too long.
//!
//! A case still has a job of its own, and what cases are about is said of one job: two in a pool do not meet.

use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::sync::Mutex;

use crate::provision::pool::Pools;
use crate::provision::reason::Reason;
use crate::provision::{Step, Unavailable};

/// How many preconditions a pool is used for. Each takes a few jobs, and a pool has 1,000 at most.
///
/// Source: quotas page, L-681BB884.
const USES_MAX: usize = 150;

/// Pools in turn.
#[derive(Debug)]
pub(crate) struct Shared {
    pools: Vec<Mutex<Option<Pool>>>,
    next: AtomicUsize,
}

#[derive(Debug)]
struct Pool {
    id: String,
    /// The call that made it.
    step: Step,
    uses: usize,
}

impl Shared {
    pub(crate) fn new(count: usize) -> Self {
        Self {
            pools: (0..count).map(|_| Mutex::default()).collect(),
            next: AtomicUsize::new(0),
        }
    }

    /// The next pool that is not `other`. The first to use a place makes the pool in it, which is held to the end of the
    /// run, also when it is used up and another takes its place.
    pub(crate) async fn pool(
        &self,
        makers: &Pools,
        other: Option<&str>,
    ) -> Result<(String, Step), Unavailable> {
        for _ in 0..self.pools.len() {
            let index = self.next.fetch_add(1, Ordering::Relaxed) % self.pools.len();
            let mut place = self.pools[index].lock().await;
            let mut pool = match place.take().filter(|pool| pool.uses < USES_MAX) {
                Some(pool) => pool,
                None => {
                    let (owned, step) = makers.make().await?;
                    Pool {
                        id: owned.pool,
                        step,
                        uses: 0,
                    }
                }
            };
            let is_other = other == Some(pool.id.as_str());
            pool.uses += 1;
            let chosen = (pool.id.clone(), pool.step.clone());
            *place = Some(pool);
            if !is_other {
                return Ok(chosen);
            }
        }
        Err(Unavailable::Unreachable(Reason::NoOtherPool))
    }
}
