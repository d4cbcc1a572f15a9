//! What a campaign is asked to do, and the bounds that keep it flat.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;
use std::time::Duration;

/// How many independent strands a stream is made of. A shard takes whole strands, so this is also the most shards that a
/// campaign can be cut into: as many as a machine has processors, and few enough that each strand learns something.
pub(crate) const STRANDS: u64 = 16;

/// How many executions in a row belong to one strand. With [`STRANDS`] it makes the first epoch.
pub(crate) const BLOCK: u64 = 64;

/// How many executions an epoch has at first and at most. It begins short, so that the first novelty and the first finding
/// are told soon, and grows, so that the wait for the last answer of an epoch is paid more seldom.
pub(crate) const EPOCH_MIN: u64 = STRANDS * BLOCK;
pub(crate) const EPOCH_MAX: u64 = 16 * EPOCH_MIN;

/// Beside requests, one place of the stream in so many is a sequence: one has some twenty requests, and waits.
pub(crate) const SEQUENCE_ONE_IN: u64 = 32;

/// How many requests a strand remembers because their answers were new. Beyond it the oldest give way.
pub(crate) const CORPUS_MAX: usize = 256;

/// How many kinds of answers a strand remembers. An endpoint with more has something random in every answer.
pub(crate) const NOVELTY_MAX: usize = 16_384;

/// How many findings a campaign keeps: nobody reads more, and an endpoint with more has been told enough.
pub(crate) const FINDINGS_MAX: usize = 256;

/// Where requests come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Source {
    /// A valid request with one thing changed.
    Directed,
    /// The cases of the suite, each once as it stands, then changed; and whatever brought something new.
    Seeded,
    /// Bytes on a socket.
    Raw,
    /// Operations on jobs, one after the other, held to what is known of a job's life.
    Sequence,
}

impl Source {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Directed, Self::Seeded, Self::Raw, Self::Sequence];

    /// The name on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Directed => "directed",
            Self::Seeded => "seeded",
            Self::Raw => "raw",
            Self::Sequence => "sequence",
        }
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Source {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        Self::ALL
            .into_iter()
            .find(|one| one.name() == name)
            .ok_or_else(|| {
                let names = Self::ALL.map(Self::name).join(", ");
                format!("unknown generator `{name}`, expected one of {names}")
            })
    }
}

/// One part of a campaign that runs in several.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shard {
    /// Which, from 1.
    pub number: u64,
    /// Of how many.
    pub count: u64,
}

impl Shard {
    /// The campaign in one piece.
    pub const WHOLE: Self = Self {
        number: 1,
        count: 1,
    };

    /// Whether a strand belongs to it.
    pub(crate) fn has(self, strand: u64) -> bool {
        strand % self.count == self.number - 1
    }
}

impl FromStr for Shard {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || {
            format!("`{text}` is no shard: say which of how many, as in 2/4, and at most {STRANDS}")
        };
        let (number, count) = text.split_once('/').ok_or_else(wrong)?;
        let (Ok(number), Ok(count)) = (number.parse::<u64>(), count.parse::<u64>()) else {
            return Err(wrong());
        };
        if number == 0 || number > count || count > STRANDS {
            return Err(wrong());
        }
        Ok(Self { number, count })
    }
}

impl fmt::Display for Shard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.number, self.count)
    }
}

/// What a campaign is asked to do.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Decides every request.
    pub seed: u64,
    /// How many executions at most.
    pub executions: Option<u64>,
    /// How long at most.
    pub time: Option<Duration>,
    /// How many requests are under way at once. No request depends on it.
    pub concurrency: usize,
    /// Where requests come from.
    pub generators: BTreeSet<Source>,
    /// Whether requests whose answers were new are changed further.
    pub feedback: bool,
    /// Which part of the campaign this is.
    pub shard: Shard,
    /// Whether the first confirmed finding ends it.
    pub stop_at_first: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            seed: 0,
            executions: None,
            time: None,
            concurrency: 16,
            generators: Source::ALL.into(),
            feedback: true,
            shard: Shard::WHOLE,
            stop_at_first: false,
        }
    }
}
