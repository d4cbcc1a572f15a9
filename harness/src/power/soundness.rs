//! That nothing is accused which does nothing wrong: whole runs, sequences and races on the reference and on every permitted
//! variation, over sockets.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::clock::Deadline;
use crate::lifecycle::{Stage, Target, races, sequences};
use crate::power::life::LIFECYCLE;
use crate::power::matrix::{everything, records};
use crate::reference::{Options, Variation};
use crate::runner::{Record, Session, SessionError, Verdict};
use crate::suite::Suite;
use crate::target::Profile;

/// The concurrencies that runs take in turn: as by default, alone, and many more than the processors.
const CONCURRENCIES: [usize; 3] = [8, 1, 64];

/// How many sequences are under way at once, and how many requests a race has: a third of them each.
const AT_ONCE: [usize; 3] = [16, 8, 2];

/// What stands in the place of a rule for a race that could not be run, which would prove nothing.
const UNSTARTED: &str = "not-started";

/// What one endpoint has to stand.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Share {
    /// Runs of the whole suite.
    pub runs: u64,
    /// Generated sequences over several jobs and pools.
    pub sequences: u64,
    /// Races of several requests on one job.
    pub races: u64,
}

/// What is run how often.
#[derive(Clone, Copy, Debug)]
pub struct Setting {
    /// On the reference as it is.
    pub reference: Share,
    /// On each variation.
    pub variation: Share,
}

/// What was accused although nothing was wrong.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Alarms {
    /// How many runs there were.
    pub runs: u64,
    /// How many verdicts they gave.
    pub verdicts: u64,
    /// How many sequences were played.
    pub sequences: u64,
    /// How many steps they had.
    pub steps: u64,
    /// How many races were run.
    pub races: u64,
    /// Each alarm (target, case, verdict) and how often it came.
    pub alarms: BTreeMap<(String, String, Verdict), u64>,
}

impl Share {
    /// How many runs, sequences and races that is.
    pub fn count(self) -> u64 {
        self.runs + self.sequences + self.races
    }
}

/// Runs the suite over and over on the reference and on these variations, each time in another order and at another
/// concurrency, and lets them live through sequences and races. `progress` hears of each run, sequence and race.
pub async fn soundness(
    suite: &Arc<Suite>,
    setting: Setting,
    variations: &[Variation],
    progress: impl Fn(),
) -> Result<Alarms, SessionError> {
    let everything = everything(suite);
    let mut alarms = Alarms::default();
    let varied = variations.iter().map(|one| (Some(*one), setting.variation));
    for (variation, share) in [(None, setting.reference)].into_iter().chain(varied) {
        let name = variation.map_or("reference", |one| one.name());
        let options = Options {
            variation,
            ..Options::default()
        };
        for seed in 0..share.runs {
            let options = options.clone();
            let records = records(suite, options, &everything, seed, concurrency(seed)).await?;
            alarms.count(name, &records);
            progress();
        }
        if share.sequences + share.races > 0 {
            alarms.live(name, options, share, &progress).await?;
        }
    }
    Ok(alarms)
}

fn concurrency(seed: u64) -> usize {
    CONCURRENCIES[(seed % CONCURRENCIES.len() as u64) as usize]
}

impl Alarms {
    fn count(&mut self, target: &str, records: &[Record]) {
        self.runs += 1;
        self.verdicts += records.len() as u64;
        for record in records {
            let accused = [Verdict::Divergent, Verdict::Vacuous, Verdict::Error];
            if accused.contains(&record.verdict) {
                self.alarm(target, &record.id, record.verdict, 1);
            }
        }
    }

    fn alarm(&mut self, target: &str, id: &str, verdict: Verdict, count: u64) {
        let key = (target.to_owned(), id.to_owned(), verdict);
        *self.alarms.entry(key).or_default() += count;
    }

    /// Plays sequences and runs races on the embedded endpoint.
    async fn live(
        &mut self,
        name: &str,
        options: Options,
        share: Share,
        progress: &impl Fn(),
    ) -> Result<(), SessionError> {
        let session = Session::embedded(Profile::reference(), options)?;
        let provisioner = Arc::clone(&session.provisioner);
        let client = session.client.clone();
        let target = Target::new(&session.profile, client, provisioner, &session.run_id);
        let never = Deadline::never();
        let stage = Stage::Target(Arc::new(target));
        for (part, at_once) in AT_ONCE.into_iter().enumerate() {
            let seed = part as u64;
            let of = |whole: u64| (whole + seed) / AT_ONCE.len() as u64;
            let count = of(share.sequences);
            let played = sequences(&stage, count, seed, at_once, &never, progress).await;
            self.sequences += played.sequences;
            self.steps += played.steps;
            for finding in &played.findings {
                let id = format!("{LIFECYCLE}{}", finding.rule);
                self.alarm(name, &id, Verdict::Divergent, 1);
            }
            let count = of(share.races);
            let raced = races(&stage, 0..count, seed, at_once, &never, progress).await;
            self.races += raced.races;
            for finding in &raced.findings {
                let id = format!("{LIFECYCLE}{}", finding.rule);
                self.alarm(name, &id, Verdict::Divergent, 1);
            }
            if raced.unstarted > 0 {
                let id = format!("{LIFECYCLE}{UNSTARTED}");
                self.alarm(name, &id, Verdict::Error, raced.unstarted);
            }
        }
        session.close().await;
        Ok(())
    }
}
