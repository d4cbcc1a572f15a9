//! Time to kill: how many executions a campaign needs until its first confirmed finding, for every mutant.
//!
//! It is the campaign itself, its judge and its confirmation, over sockets, with a short patience for answers that never
//! come.

use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::campaign::{Campaign, Settings};
use crate::clock::Deadline;
use crate::reference::{Mutant, Options};
use crate::runner::{Session, SessionError};
use crate::suite::Suite;
use crate::target::Profile;

/// How long an answer may take that a mutant may withhold: what the reference takes for sixteen megabytes on a busy machine,
/// and less than the five seconds of a run.
const TIMEOUT: Duration = Duration::from_secs(2);

/// How long a stopped job may take to show Stopped. The reference needs no time for it.
const SETTLE: Duration = Duration::from_millis(300);

/// What the campaigns against one mutant came to.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Killed {
    /// The mutant's name.
    pub mutant: String,
    /// The executions until the first confirmed finding, one a seed; none where there was none.
    pub executions: Vec<Option<u64>>,
    /// What the first campaign found.
    pub by: Option<String>,
}

/// Runs campaigns against a mutant, each until its first finding.
pub async fn time_to_kill(
    mutant: Mutant,
    seeds: std::ops::Range<u64>,
    settings: &Settings,
    suite: &Arc<Suite>,
) -> Result<Killed, SessionError> {
    let mut killed = Killed {
        mutant: mutant.name().to_owned(),
        executions: Vec::new(),
        by: None,
    };
    for seed in seeds {
        let mut profile = Profile::reference();
        if mutant.withholds_answers() {
            profile.timeout = TIMEOUT;
        }
        let options = Options {
            mutant: Some(mutant),
            ..Options::default()
        };
        let mut session = Session::embedded(profile, options)?;
        session.settle = SETTLE;
        let settings = Settings {
            seed,
            stop_at_first: true,
            ..settings.clone()
        };
        let campaign = Campaign::new(settings, &session, Arc::clone(suite), None, Vec::new()).await;
        // The embedded endpoint is not probed, so that there is no way to miss it.
        if let Ok(campaign) = campaign {
            let summary = campaign.run(&Deadline::never(), |_| {}).await;
            let first = summary.findings.first();
            killed
                .executions
                .push(first.map(|finding| finding.executions_to_find));
            killed.by = killed
                .by
                .or_else(|| first.map(|finding| finding.key.clone()));
        }
        session.close().await;
    }
    Ok(killed)
}

/// The distribution of executions over all runs: median, 90th percentile, and how many killed at all.
pub fn distribution(killed: &[Killed]) -> (Option<u64>, Option<u64>, usize, usize) {
    let mut all: Vec<u64> = killed
        .iter()
        .flat_map(|one| &one.executions)
        // A run without a kill is longer than any other.
        .map(|executions| executions.unwrap_or(u64::MAX))
        .collect();
    all.sort_unstable();
    let at = |share: usize| {
        let place = (all.len() * share).div_ceil(100).saturating_sub(1);
        all.get(place)
            .copied()
            .filter(|executions| *executions < u64::MAX)
    };
    let kills = all
        .iter()
        .filter(|executions| **executions < u64::MAX)
        .count();
    (at(50), at(90), kills, all.len())
}
