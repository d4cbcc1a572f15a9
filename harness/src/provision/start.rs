//! Starts of jobs, in the places of those that may be active.

use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use tokio::time::sleep;

use crate::case::Ids;
use crate::contract::Operation;
use crate::provision::Unavailable;
use crate::provision::active_jobs::ActivePlace;
use crate::provision::api::{Api, Making};
use crate::provision::reason::Reason;

/// How long a start is tried again while another job may be active, and how often: an import of our own ends within seconds.
const ACTIVE_PATIENCE: Duration = Duration::from_secs(20);
const ACTIVE_PAUSE: Duration = Duration::from_secs(1);

/// The pauses before each try to start a job beside no other.
const ALONE_PAUSES_MS: [u64; 5] = [0, 100, 300, 1_000, 2_000];

impl Api {
    /// Starts a job in a place of its own. Where a start is refused while other jobs of ours are active, it is tried again
    /// once none is, which tells the limit.
    pub(super) async fn start(
        &self,
        ids: &Ids,
        beside: usize,
        making: &mut Making,
    ) -> Result<ActivePlace, Unavailable> {
        let others_active = || Unavailable::Indeterminate(Reason::OthersActive);
        let place = self.active.place_beside(beside).await;
        let mut place = place.ok_or_else(others_active)?;
        let company = place.company(beside);
        let mut refused = match self.try_start(ids, &mut place, making).await {
            Ok(()) => return Ok(place),
            Err(Unavailable::Unreachable(reason)) if making.no_file.is_none() => reason,
            Err(why) => return Err(why),
        };
        if let Some(limit) = place.suspects_since(company, beside) {
            for pause in ALONE_PAUSES_MS {
                sleep(Duration::from_millis(pause)).await;
                place = place.alone(beside).await.ok_or_else(others_active)?;
                match self.try_start(ids, &mut place, making).await {
                    Ok(()) => {
                        place.learn(limit);
                        return Ok(place);
                    }
                    Err(Unavailable::Unreachable(reason)) => refused = reason,
                    Err(why) => return Err(why),
                }
                // A job whose place is free may need a moment to end on the endpoint. Where none was ever started, there is none.
                if beside > 0 || !place.was_any_started() {
                    break;
                }
            }
            if beside == 0 {
                place.rule_out();
                return self.start_later(ids, place, refused, making).await;
            }
        }
        if beside > 0 {
            // The first job was started in the same way, and keeps this one from it.
            place.learn(beside);
            let limit = beside;
            let needed = beside + 1;
            return Err(Unavailable::Unreachable(Reason::ActiveJobs {
                needed,
                limit,
            }));
        }
        self.start_later(ids, place, refused, making).await
    }

    /// Tries a refused start again for a while, where only so many jobs may be active: another process, or what one left
    /// behind, may be in the way.
    async fn start_later(
        &self,
        ids: &Ids,
        mut place: ActivePlace,
        mut reason: Reason,
        making: &mut Making,
    ) -> Result<ActivePlace, Unavailable> {
        let deadline = Instant::now() + ACTIVE_PATIENCE;
        while self.waits.load(Ordering::Relaxed)
            && !self.held.is_closed()
            && Instant::now() < deadline
        {
            sleep(ACTIVE_PAUSE).await;
            match self.try_start(ids, &mut place, making).await {
                Ok(()) => return Ok(place),
                Err(Unavailable::Unreachable(again)) => reason = again,
                Err(why) => return Err(why),
            }
        }
        // Nobody waits a second time for what never came.
        self.waits.store(false, Ordering::Relaxed);
        Err(Unavailable::Unreachable(reason))
    }

    async fn try_start(
        &self,
        ids: &Ids,
        place: &mut ActivePlace,
        making: &mut Making,
    ) -> Result<(), Unavailable> {
        let started = self.step(Operation::StartUserImportJob, ids, making).await;
        match started {
            Ok(()) => {
                place.start();
                Ok(())
            }
            Err(Unavailable::Unreachable(reason)) => Err(Unavailable::Unreachable(
                reason.without_file(making.no_file.clone()),
            )),
            Err(why) => Err(why),
        }
    }
}
