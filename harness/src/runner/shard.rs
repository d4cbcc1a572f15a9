//! One of several parts of a run, for machines that share the work.

use std::fmt;
use std::str::FromStr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

/// The most parts of a run. The suite has fewer cases.
const COUNT_MAX: u16 = 1000;

/// One of several parts of a run. A case belongs to the part that its id says, whatever else is run and in which order.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
pub struct Shard {
    /// Which, from 1.
    pub index: u16,
    /// Of how many.
    pub count: u16,
}

impl Shard {
    /// Whether a case belongs to it.
    pub fn holds(self, id: &str) -> bool {
        let digest = Sha256::digest(id.as_bytes());
        let number = digest
            .iter()
            .take(8)
            .fold(0_u64, |number, byte| number << 8 | u64::from(*byte));
        number % u64::from(self.count.max(1)) + 1 == u64::from(self.index)
    }
}

impl FromStr for Shard {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wanted = || format!("`{text}` is no shard: write K/N, such as 1/3, with 1 ≤ K ≤ N");
        let (index, count) = text.split_once('/').ok_or_else(wanted)?;
        let number = |text: &str| text.parse::<u16>().map_err(|_| wanted());
        let (index, count) = (number(index)?, number(count)?);
        if index == 0 || index > count {
            return Err(wanted());
        }
        if count > COUNT_MAX {
            return Err(format!("`{text}` is no shard: at most {COUNT_MAX} parts"));
        }
        Ok(Self { index, count })
    }
}

impl fmt::Display for Shard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.index, self.count)
    }
}
