//! Known faults as text: the entries that must be edited first.

use std::fmt::Write as _;

use crate::report::Results;
use crate::report::figures::standing;
use crate::report::terminal::line::cut;
use crate::report::terminal::{DIM, GREEN, RED, Style, YELLOW};
use crate::runner::{KnownEntry, KnownState};
use crate::visible::on_a_line;

/// The most entries that are listed without `--verbose`.
const LISTED_MAX: usize = 12;

/// The entries of the ledger, those that turn the gate red first.
pub(super) fn known(results: &Results, shown: Style, text: &mut String) {
    let rank = |entry: &&KnownEntry| match entry.state {
        KnownState::Stale => 0,
        KnownState::Expired => 1,
        KnownState::Improved => 2,
        _ => 3,
    };
    let is_run = |entry: &&KnownEntry| entry.judged > 0;
    let mut entries: Vec<_> = results.ledger.iter().filter(is_run).collect();
    entries.sort_by_key(rank);
    let listed = match shown.verbose {
        true => entries.len(),
        false => entries.len().min(LISTED_MAX),
    };
    for (index, entry) in entries[..listed].iter().enumerate() {
        let gap = if index == 0 { "\n" } else { "" };
        let style = colour(entry.state);
        let name = entry.state.name();
        let told = on_a_line(&format!("{}  {}", entry.entry, standing(entry)));
        let room = shown.room(name.len() + 2 + told.chars().count() + 2);
        let _ = writeln!(
            text,
            "{gap}{style}{name}{style:#}  {told}  {DIM}{}{DIM:#}",
            cut(&on_a_line(&why(entry)), room)
        );
    }
    if listed < entries.len() {
        let more = entries.len() - listed;
        let _ = writeln!(text, "{DIM}and {more} more known faults: --verbose{DIM:#}");
    }
    let is_passing =
        |entry: &&KnownEntry| matches!(entry.state, KnownState::Stale | KnownState::Improved);
    if results.ledger.iter().any(|entry| is_passing(&entry)) {
        let _ = writeln!(
            text,
            "{DIM}`fullstop ledger prune` drops what fails no longer{DIM:#}"
        );
    }
}

fn colour(state: KnownState) -> anstyle::Style {
    match state {
        KnownState::Stale | KnownState::Expired | KnownState::Changed => RED,
        KnownState::Improved => GREEN,
        KnownState::Known | KnownState::Unjudged => YELLOW,
    }
}

/// Why it is put up with, by whom and until when.
fn why(entry: &KnownEntry) -> String {
    let notes = [&entry.owner, &entry.expires];
    let notes = notes.into_iter().flatten().cloned();
    let all: Vec<_> = std::iter::once(entry.reason.clone()).chain(notes).collect();
    all.join(", ")
}
