//! How long a command may take, and how much it has to judge.

use std::sync::Arc;
use std::time::{Duration, Instant};

use clap::Args;

use crate::cli::Stop;
use crate::cli::plan::bounds;
use crate::cli::target::load_suite;
use crate::clock::Deadline;
use crate::report::{Forecast, TargetResult};
use crate::runner::{MIN_COVERAGE, Plan, Probe, Session, rehearse};
use crate::target::Profile;

/// How long a command may take on this machine, where nothing takes long but waiting for what does not come.
const LIMIT: Duration = Duration::from_secs(120);

/// How many requests in a row elsewhere each add their latency to that: as many as a run with one active job sends.
const REQUESTS: u32 = 1_300;

/// How much longer than planned a run under quotas may take.
const SLACK: f64 = 2.0;

/// How long a command may take, and how much it has to judge.
#[derive(Clone, Copy, Debug, Default, Args)]
pub(crate) struct Limits {
    /// End after this long with what was judged so far: 90, 90s, 15m or 2h. Without it two minutes nearby, and longer where
    /// responses take longer or quotas have to be kept.
    #[arg(long, value_name = "TIME", value_parser = duration)]
    deadline: Option<Duration>,
    /// Exit 3 unless this share of the cases at level must is judged, of those that the driver can reach: 75, 75% or 0.75.
    /// Without it `min_coverage` of the profile, or 75%.
    #[arg(long, value_name = "SHARE", value_parser = share)]
    min_coverage: Option<f64>,
}

impl Limits {
    /// How long work on a session's target may take.
    pub(crate) async fn time(&self, session: &Session, until: &Deadline) -> Result<Duration, Stop> {
        if let Some(limit) = self.deadline {
            return Ok(limit);
        }
        let usual = usual(session);
        // Whoever ends the command does not wait for it.
        until.cap(usual).await.unwrap_or(Ok(LIMIT))
    }

    /// The same for work that is bounded otherwise as well.
    pub(crate) fn explicit(&self) -> Option<Duration> {
        self.deadline
    }

    /// The share of the cases at level must that has to be judged.
    pub(crate) fn min_coverage(&self, profile: &Profile) -> f64 {
        let share = self.min_coverage.or(profile.min_coverage);
        share.unwrap_or(MIN_COVERAGE)
    }
}

async fn usual(session: &Session) -> Result<Duration, Stop> {
    if session.is_embedded() || session.client.is_local() {
        return Ok(LIMIT);
    }
    if session.profile.quotas.is_some() {
        let minutes = planned(&session.profile).await?;
        return Ok(LIMIT + Duration::from_secs_f64(minutes * 60.0 * SLACK));
    }
    let start = Instant::now();
    let is_answered = Probe::is_answered(&session.client).await;
    let latency = if is_answered {
        start.elapsed()
    } else {
        Duration::ZERO
    };
    Ok(LIMIT + latency * REQUESTS)
}

/// How many minutes a whole run takes under the quotas of a target.
async fn planned(profile: &Profile) -> Result<f64, Stop> {
    let suite = load_suite(None)?;
    let plan = Plan::of(suite.ids().map(str::to_owned).collect());
    let rehearsal = rehearse(Arc::clone(&suite), profile, &plan).await;
    // What cannot be planned is given an hour.
    const MINUTES_UNKNOWN: f64 = 60.0;
    Ok(rehearsal.map_or(MINUTES_UNKNOWN, |rehearsal| {
        let target = TargetResult {
            name: profile.name.clone(),
            endpoint: profile.url(),
        };
        let bounds = bounds(profile);
        Forecast::of(&rehearsal, target, &bounds).minutes
    }))
}

/// A time with a unit, or seconds.
pub(crate) fn duration(text: &str) -> Result<Duration, String> {
    let wrong = || format!("`{text}` is no time: write 90, 90s, 15m or 2h");
    let (number, unit) = match text.strip_suffix(['s', 'm', 'h']) {
        Some(number) => (number, text.chars().last()),
        None => (text, None),
    };
    let number: f64 = number.parse().map_err(|_| wrong())?;
    let seconds = match unit {
        Some('m') => number * 60.0,
        Some('h') => number * 3_600.0,
        _ => number,
    };
    Duration::try_from_secs_f64(seconds)
        .ok()
        .filter(|time| !time.is_zero())
        .ok_or_else(wrong)
}

/// A share: a fraction of one, or a percentage.
fn share(text: &str) -> Result<f64, String> {
    let wrong = || format!("`{text}` is no share: write 75, 75% or 0.75");
    let number: f64 = text.trim_end_matches('%').parse().map_err(|_| wrong())?;
    let is_percentage = text.ends_with('%') || number > 1.0;
    let share = if is_percentage {
        number / 100.0
    } else {
        number
    };
    (0.0..=1.0)
        .contains(&share)
        .then_some(share)
        .ok_or_else(wrong)
}
