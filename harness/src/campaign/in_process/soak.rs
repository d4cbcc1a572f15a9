//! Millions of executions without a fuzzer: the reference and everything that the evidence permits, on all processors.
//! There must be no disagreement.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

use crate::campaign::in_process::{Codec, Disagreement, Duel, Judges, Verifier};
use crate::generator::bytes;
use crate::oracle::permits;
use crate::reference::{Options, Variation};

/// How many executions a worker does before it takes up something else. Making an endpoint and a generator costs as much
/// as some dozens of them.
const BLOCK: u64 = 1_000;

/// How many blocks make a round, in which everything has its turn.
const ROUND: u64 = 64;

/// How many bytes an input has: more than a request uses.
const INPUT_SIZE: usize = 192;

/// What is to be done.
#[derive(Clone, Copy, Debug)]
pub struct Soak {
    /// How many executions; rounded up to whole thousands.
    pub executions: u64,
    /// Decides every input.
    pub seed: u64,
    /// How many workers there are. What is done does not depend on it.
    pub threads: usize,
}

/// What came of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Soaked {
    /// How many executions each part had, by the target's name and the endpoint's.
    pub executions: BTreeMap<(&'static str, &'static str), u64>,
    /// The disagreements, by the number of the execution: the first of each part.
    pub disagreements: BTreeMap<(&'static str, &'static str), (u64, Disagreement)>,
}

/// A target and the endpoint that it has.
#[derive(Clone, Copy, Debug)]
enum Part {
    Structured(Option<Variation>),
    Codec(Option<Variation>),
    Judge,
    Signature,
}

impl Soak {
    /// Does it, and tells how many executions are done from time to time.
    pub fn run(self, progress: impl Fn(u64) + Sync) -> Soaked {
        let blocks = self.executions.div_ceil(BLOCK);
        let next = AtomicU64::new(0);
        let soaked = Mutex::new(Soaked::default());
        let work = || {
            loop {
                let block = next.fetch_add(1, Ordering::Relaxed);
                if block >= blocks {
                    break;
                }
                let part = Part::of(block);
                let found = part.block(self.seed, block);
                let mut soaked = soaked.lock().expect("no worker panics with the lock");
                *soaked.executions.entry(part.name()).or_default() += BLOCK;
                if let Some(found) = found {
                    let first = soaked.disagreements.entry(part.name());
                    let first = first.or_insert_with(|| found.clone());
                    if found.0 < first.0 {
                        *first = found;
                    }
                }
                drop(soaked);
                progress(BLOCK);
            }
        };
        thread::scope(|scope| {
            for _ in 0..self.threads.max(1) {
                scope.spawn(work);
            }
        });
        soaked.into_inner().expect("no worker panics with the lock")
    }
}

impl Part {
    /// What a block is about. Half of them are about the variations, which differ from one another and from the reference.
    fn of(block: u64) -> Self {
        // A step that has no divisor with the round, so that a short run has something of everything.
        let (round, turn) = (block / ROUND, block * 37 % ROUND);
        let count = Variation::ALL.len() as u64;
        let variation = |number: u64| Variation::ALL[(number % count) as usize];
        match turn {
            0..=15 => Self::Structured(None),
            16..=47 => Self::Structured(Some(variation(round * 32 + turn - 16))),
            48..=51 => Self::Codec(None),
            52..=56 => match variation(round * 5 + turn - 52) {
                // All it does is to wait, and here nothing waits.
                Variation::SlowAnswers => Self::Codec(None),
                variation => Self::Codec(Some(variation)),
            },
            57..=62 => Self::Judge,
            _ => Self::Signature,
        }
    }

    fn name(self) -> (&'static str, &'static str) {
        let endpoint =
            |variation: Option<Variation>| variation.map_or("reference", Variation::name);
        match self {
            Self::Structured(variation) => ("structured", endpoint(variation)),
            Self::Codec(variation) => ("codec", endpoint(variation)),
            Self::Judge => ("judge", "any answer"),
            Self::Signature => ("signature", "reference"),
        }
    }

    /// The first disagreement of a block, with the number of its execution.
    fn block(self, seed: u64, block: u64) -> Option<(u64, Disagreement)> {
        let options = |variation| Options {
            variation,
            ..Options::default()
        };
        let first = |run: &dyn Fn(&[u8]) -> Option<Disagreement>| {
            (block * BLOCK..(block + 1) * BLOCK).find_map(|number| {
                let data = bytes(seed ^ number.rotate_left(32), INPUT_SIZE);
                run(&data).map(|found| (number, found))
            })
        };
        match self {
            Self::Structured(variation) => {
                let duel = Duel::new(options(variation));
                first(&|data| duel.run(data).ok()?.err())
            }
            Self::Codec(variation) => {
                let codec = Codec::new(options(variation));
                first(&|data| codec.run(&codec.generated(data).ok()?).err())
            }
            Self::Judge => {
                let judges = Judges::new();
                first(&|data| judges.run(data, permits).ok()?.err())
            }
            Self::Signature => {
                let verifier = Verifier::new(Options::default());
                first(&|data| verifier.run(data).ok()?.err())
            }
        }
    }
}
