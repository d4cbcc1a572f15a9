//! The two figures in words, and counts by area. The figures are never added: each has its own whole.

use std::collections::BTreeMap;

use crate::report::{CaseResult, Results};
use crate::runner::{Summary, Verdict};

/// A share for people.
pub(crate) fn percent(ratio: Option<f64>) -> String {
    ratio.map_or_else(
        || "–".to_owned(),
        |ratio| {
            let percent = ratio * 100.0;
            // One divergence in thousands is not none, and one pass less than all is not all.
            if percent > 0.0 && percent < 0.05 {
                "< 0.1 %".to_owned()
            } else if percent < 100.0 && percent >= 99.95 {
                "> 99.9 %".to_owned()
            } else {
                format!("{percent:.1} %")
            }
        },
    )
}

/// Divergence with its counts.
pub(crate) fn divergence(summary: &Summary) -> String {
    format!(
        "{} ({} of {} at level must)",
        percent(summary.divergence),
        summary.must_divergent,
        summary.must_judged
    )
}

/// Coverage with its counts.
pub(crate) fn coverage(summary: &Summary) -> String {
    format!(
        "{} ({} of {})",
        percent(summary.coverage),
        summary.judged,
        summary.judgeable
    )
}

/// How many cases of each area came to which verdict.
pub(crate) fn areas(results: &Results) -> BTreeMap<&str, BTreeMap<Verdict, usize>> {
    let mut areas: BTreeMap<&str, BTreeMap<Verdict, usize>> = BTreeMap::new();
    for case in &results.cases {
        let counts = areas.entry(case.area()).or_default();
        *counts.entry(case.verdict).or_default() += 1;
    }
    areas
}

/// The verdicts that occur, in the order of the summary.
pub(crate) fn occurring(results: &Results) -> Vec<Verdict> {
    let occurs = |verdict: &Verdict| results.summary.count(*verdict) > 0;
    Verdict::ALL.into_iter().filter(occurs).collect()
}

/// Whether a case is something that a reader must see.
pub(crate) fn is_finding(case: &CaseResult) -> bool {
    let changed = case.snapshot == Some(crate::snapshot::State::Changed);
    changed
        || matches!(
            case.verdict,
            Verdict::Divergent | Verdict::Vacuous | Verdict::Error | Verdict::Tolerated
        )
}
