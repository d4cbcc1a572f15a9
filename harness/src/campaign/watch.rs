//! Which suspicions are looked into, and when again.

use std::collections::BTreeMap;

/// How many kinds of suspicion are watched. Beyond it new ones are passed over.
const KINDS_MAX: usize = 4_096;

/// How often a suspicion is looked into whenever it is met.
const MET_MIN: u32 = 3;

/// How many reasons for one are remembered.
const WHY_MAX: usize = 8;

/// The suspicions that a campaign met, by their marks.
#[derive(Debug, Default)]
pub(crate) struct Watch(BTreeMap<String, Standing>);

#[derive(Debug)]
enum Standing {
    /// It is a finding.
    Known,
    /// It is none so far.
    Doubted {
        /// How often it was met.
        met: u32,
        /// What was told each time it was looked into.
        why: Vec<String>,
    },
}

impl Watch {
    /// Whether a suspicion that was met is looked into now.
    ///
    /// One that was not confirmed three times is so again when it was met twice as often: it may be there now and then, or
    /// others may have brought it about. What is never confirmed costs little in the long run.
    pub(crate) fn is_due(&mut self, mark: &str) -> bool {
        let has_room = self.0.len() < KINDS_MAX;
        match self.0.get_mut(mark) {
            Some(Standing::Known) => false,
            Some(Standing::Doubted { met, .. }) => {
                *met = met.saturating_add(1);
                *met <= MET_MIN || met.is_power_of_two()
            }
            None if has_room => {
                let (met, why) = (1, Vec::new());
                self.0
                    .insert(mark.to_owned(), Standing::Doubted { met, why });
                true
            }
            None => false,
        }
    }

    /// Whether a suspicion was met and is no finding so far.
    pub(crate) fn is_open(&self, mark: &str) -> bool {
        matches!(self.0.get(mark), Some(Standing::Doubted { .. }))
    }

    /// A suspicion is a finding, and is not looked into again.
    pub(crate) fn know(&mut self, mark: String) {
        self.0.insert(mark, Standing::Known);
    }

    /// A suspicion was looked into and not confirmed, for this reason.
    pub(crate) fn doubt(&mut self, mark: &str, reason: String) {
        if let Some(Standing::Doubted { why, .. }) = self.0.get_mut(mark)
            && why.len() < WHY_MAX
        {
            why.push(reason);
        }
    }

    /// What was looked into and never confirmed, once for each time.
    pub(crate) fn unconfirmed(self) -> impl Iterator<Item = String> {
        self.0.into_values().flat_map(|standing| match standing {
            Standing::Known => Vec::new(),
            Standing::Doubted { why, .. } => why,
        })
    }
}
