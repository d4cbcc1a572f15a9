//! That nothing is accused which does nothing wrong: whole runs on the reference and on every permitted variation.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::power::matrix::{everything, records};
use crate::reference::{Options, Variation};
use crate::runner::{Record, SessionError, Verdict};
use crate::suite::Suite;

/// The concurrencies that runs take in turn: as by default, alone, and many more than the processors.
const CONCURRENCIES: [usize; 3] = [8, 1, 64];

/// What is run how often.
#[derive(Clone, Copy, Debug)]
pub struct Setting {
    /// Runs on the reference as it is.
    pub runs: u64,
    /// Runs on each variation.
    pub runs_of_variation: u64,
}

/// What was accused although nothing was wrong.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Alarms {
    /// How many runs there were.
    pub runs: u64,
    /// How many verdicts they gave.
    pub verdicts: u64,
    /// Each alarm (target, case, verdict) and how often it came.
    pub alarms: BTreeMap<(String, String, Verdict), u64>,
}

/// Runs the suite over and over on the reference and on these variations, each time in another order and at another concurrency.
pub async fn soundness(
    suite: &Arc<Suite>,
    setting: Setting,
    variations: &[Variation],
    progress: impl Fn(&str),
) -> Result<Alarms, SessionError> {
    let everything = everything(suite);
    let mut alarms = Alarms::default();
    for seed in 0..setting.runs {
        let records = records(
            suite,
            Options::default(),
            &everything,
            seed,
            concurrency(seed),
        )
        .await?;
        alarms.count("reference", &records);
        progress("reference");
    }
    for variation in variations {
        for seed in 0..setting.runs_of_variation {
            let options = Options {
                variation: Some(*variation),
                ..Options::default()
            };
            let records = records(suite, options, &everything, seed, concurrency(seed)).await?;
            alarms.count(variation.name(), &records);
            progress(variation.name());
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
                let key = (target.to_owned(), record.id.clone(), record.verdict);
                *self.alarms.entry(key).or_default() += 1;
            }
        }
    }
}
