//! The two figures in words, and counts by area. The figures are never added: each has its own whole.

use std::collections::BTreeMap;

use crate::report::{CaseResult, Results};
use crate::runner::{Known, KnownEntry, KnownState, Repeats, Summary, Verdict};
use crate::snapshot;
use crate::visible::counted;

/// A share for people.
pub(crate) fn percent(ratio: Option<f64>) -> String {
    ratio.map_or_else(
        || "–".to_owned(),
        |ratio| {
            let percent = ratio * 100.0;
            // One divergence in thousands is not none, and one pass less than all is not all.
            if percent > 0.0 && percent < 0.05 {
                "< 0.1 %".to_owned()
            } else if (99.95..100.0).contains(&percent) {
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

/// Whether a case is something that a reader must see. What the ledger knows of is told beside it.
pub(crate) fn is_finding(case: &CaseResult) -> bool {
    match case.known.as_ref().map(|known| known.state) {
        Some(KnownState::Known | KnownState::Improved) => return false,
        Some(KnownState::Stale | KnownState::Expired) => return true,
        Some(KnownState::Changed | KnownState::Unjudged) | None => {}
    }
    matches!(
        case.verdict,
        Verdict::Divergent | Verdict::Vacuous | Verdict::Error | Verdict::Tolerated
    ) || case.snapshot == Some(snapshot::State::Changed)
}

/// How a case stands to its entry in the ledger, in words.
pub(crate) fn entry(known: &Known) -> String {
    let what = match known.state {
        KnownState::Changed => "another wrong response than the known one",
        KnownState::Improved => "it passes; others of its entry fail",
        KnownState::Stale => "it fails no longer: remove the entry",
        KnownState::Expired => "the last day of the entry has passed",
        KnownState::Known => "still fails",
        KnownState::Unjudged => "not judged",
    };
    let state = known.state.name();
    let mut text = format!("{state}: {what} ({}, {}", known.entry, known.reason);
    for note in [&known.owner, &known.expires].into_iter().flatten() {
        text.push_str(&format!(", {note}"));
    }
    text.push(')');
    text
}

/// The standing of an entry of the ledger, in words.
pub(crate) fn standing(entry: &KnownEntry) -> String {
    let judged = counted(entry.judged, "case");
    let failing = match (entry.failing == entry.judged, entry.judged) {
        (true, 1) => "1 case fails".to_owned(),
        (true, _) => format!("{judged} fail"),
        (false, _) => format!("{} of {judged} fail", entry.failing),
    };
    match entry.state {
        KnownState::Stale => format!("{judged}, none fails any more"),
        KnownState::Unjudged => "not judged".to_owned(),
        KnownState::Expired => format!("{failing}, the last day has passed"),
        _ => failing,
    }
}

/// What repeating a divergence showed, in words.
pub(crate) fn told(repeats: &Repeats) -> String {
    format!(
        "{}: {} of {} repeats diverged (rate {:.0} %, 95 % interval {:.0} to {:.0} %)",
        repeats.state.name(),
        repeats.divergent,
        repeats.tries,
        repeats.rate * 100.0,
        repeats.low * 100.0,
        repeats.high * 100.0
    )
}
