//! Ways in which the endpoint is wrong on purpose, to prove that a run would notice.
//!
//! Each is a slip that the author of an emulator could really make, and each breaks something that is established. What the
//! evidence leaves open is a [`Variation`](crate::reference::Variation) instead. Only StopUserImportJob is wrong, so that what a
//! run needs round it still works. The exceptions are how a job is written, which is the same in the answers to all operations,
//! and what Start and Describe make of a job that a stop has met.
//!
//! The enum is one, and its variants are declared by area: each area's file adds its own and hands over to the next.

mod life;
mod members;
mod refusals;
mod requests;
mod robustness;
mod state;
mod successes;

use crate::reference::named::named;

use life::life;
use members::members;
use refusals::refusals;
use requests::requests;
use robustness::robustness;
use state::state;
use successes::successes;

/// Comes last: declares the enum with all that the areas have added.
macro_rules! declare {
    ([] $($all:tt)*) => {
        named! {
            /// A deviation from AWS. An endpoint has at most one.
            Mutant, listed by "mutants" {
                $($all)*
            }
        }
    };
}

members! { [refusals successes state life requests robustness declare] }

impl Mutant {
    /// Whether it is about the life of a job, which shows over several requests.
    pub fn is_about_life(self) -> bool {
        let (first, last) = (Self::StoppedImportEnds, Self::ReadDuringStopMisses);
        (first as usize..=last as usize).contains(&(self as usize))
    }

    /// Whether it lets whoever asks wait in vain for some answers, or for all. Every other one answers in a moment.
    pub fn withholds_answers(self) -> bool {
        matches!(
            self,
            Self::HangsOnLongJobId
                | Self::HangsOnNul
                | Self::AlwaysHangs
                | Self::AlwaysEndless
                | Self::EndlessOnMissingJob
                | Self::SlowStop
        )
    }

    /// Whether it deviates for some requests only, which a hash of each decides.
    pub fn is_intermittent(self) -> bool {
        self.name().starts_with("sometimes-")
    }
}
