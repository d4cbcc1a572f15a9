//! Requirements whose cases bring no response: each is waited for a few times, not once for every case.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use crate::case::Case;
use crate::provision::Reason;

/// How many cases of one requirement in a row may bring no response before the rest of them is not sent.
const SILENT_IN_A_ROW_MAX: usize = 2;

/// The requirements whose cases brought no response, with how many in a row did, and why.
#[derive(Debug, Default)]
pub(crate) struct Classes {
    silent: Mutex<BTreeMap<String, (usize, Reason)>>,
}

impl Classes {
    /// Notes that a case got a verdict.
    pub(crate) fn told(&self, case: &Case) {
        let mut silent = self.silent.lock().unwrap_or_else(PoisonError::into_inner);
        if !silent.is_empty() {
            silent.remove(case.requirement());
        }
    }

    /// Notes that a case brought no response.
    pub(crate) fn silent(&self, case: &Case, reason: &Reason) {
        let mut silent = self.silent.lock().unwrap_or_else(PoisonError::into_inner);
        let known = silent.entry(case.requirement().to_owned());
        let known = known.or_insert_with(|| (0, reason.clone()));
        known.0 += 1;
    }

    /// Why a case would bring no response, if enough others of its requirement brought none.
    pub(crate) fn known(&self, case: &Case) -> Option<Reason> {
        let silent = self.silent.lock().unwrap_or_else(PoisonError::into_inner);
        let (count, reason) = silent.get(case.requirement())?;
        (*count >= SILENT_IN_A_ROW_MAX).then(|| Reason::LikeTheOthers(Box::new(reason.clone())))
    }
}
