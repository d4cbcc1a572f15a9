//! Campaigns: generated requests, sent and judged by the thousand.

mod apart;
pub mod black_box;
mod confirm;
pub mod corpus;
mod differ;
mod engine;
mod epoch;
mod execute;
mod finding;
mod gate;
pub mod in_process;
mod kill;
mod kind;
mod latency;
mod live;
mod race;
mod replay;
mod sequence;
mod settings;
mod shrink;
mod stream;
mod suspicion;
mod watch;

pub use differ::{Difference, Side, differences};
pub use engine::{Campaign, Summary};
pub use finding::{Finding, Told};
#[cfg(feature = "cli")]
pub(crate) use finding::{found_nothing, prepare};
pub use kill::{Killed, distribution, time_to_kill};
pub use live::Live;
pub use replay::{Again, replay};
pub use settings::{Settings, Shard, Source};
