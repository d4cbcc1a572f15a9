//! Which exchanges a page shows: all of them, unless it would grow past what a browser opens at once.

use std::collections::BTreeSet;

use crate::report::figures::is_finding;
use crate::report::{CaseResult, Labelled};

/// The most bytes of exchanges on a page. Three targets with every case diverging have a quarter of it.
const SIZE_MAX: usize = 12 << 20;

/// The exchanges that a page shows, by the number of the target and the case's id.
pub(crate) fn shown(all: &[Labelled]) -> BTreeSet<(usize, &str)> {
    let mut shown = BTreeSet::new();
    let mut left = SIZE_MAX;
    // Findings are what the page is for: they come first.
    for findings in [true, false] {
        for (target, one) in all.iter().enumerate() {
            for case in &one.results.cases {
                let size = size(case);
                if is_finding(case) == findings && size <= left {
                    left -= size;
                    shown.insert((target, case.id.as_str()));
                }
            }
        }
    }
    shown
}

fn size(case: &CaseResult) -> usize {
    let exchange = case.exchange.as_ref();
    let exchange = exchange.map_or(0, |exchange| exchange.sent.len() + exchange.came.len());
    exchange + case.replay.as_ref().map_or(0, String::len)
}
