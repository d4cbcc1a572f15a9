//! Faults on the terminal: what is wrong, how it shows, and the command that shows it again.

use std::fmt::Write as _;

use crate::case::{Level, Source, SourceKind};
use crate::fault::Fault;
use crate::report::figures::told;
use crate::report::terminal::{BOLD, DIM, GREEN, RED, YELLOW};
use crate::report::{Labelled, Results};
use crate::visible::on_a_line;

/// The most faults of a level that are shown with an example. The rest have a line each.
const SHOWN_MAX: usize = 10;

/// The most faults of a level that are named without `--verbose`.
const NAMED_MAX: usize = 20;

/// The width of a line.
const WIDTH: usize = 80;

/// The faults of every level, the worst first. Those at level should stand without an example where those at level must are what
/// to fix first.
pub(super) fn faults(results: &Results, is_verbose: bool, text: &mut String) {
    let mut number = 0;
    for level in [Level::Must, Level::Should] {
        let of_level: Vec<_> = results
            .faults
            .iter()
            .filter(|fault| fault.level == level)
            .collect();
        if of_level.is_empty() {
            continue;
        }
        let (style, name) = match level {
            Level::Must => (RED, "MUST"),
            _ => (YELLOW, "SHOULD"),
        };
        let count = of_level.len();
        let plural = if count == 1 {
            "fault"
        } else {
            "faults, worst first"
        };
        let _ = writeln!(
            text,
            "\n{style}{BOLD}{name}: {count} {plural}{BOLD:#}{style:#}"
        );
        let is_first = number == 0;
        let named = if is_verbose { count } else { NAMED_MAX };
        for (index, fault) in of_level.iter().take(named).enumerate() {
            number += 1;
            heading(number, fault, text);
            if is_verbose || is_first && index < SHOWN_MAX {
                example(fault, results, text);
            }
        }
        if count > named {
            number += count - named;
            let _ = writeln!(
                text,
                "    {DIM}and {} more: --verbose shows them{DIM:#}",
                count - named
            );
        }
    }
}

/// The faults of one result that another has no longer, those that it has beside, and those that both have. Of two runs of one
/// endpoint, the first were fixed.
pub(super) fn changes(before: &Labelled, after: &Labelled) -> String {
    let (old, new) = (&before.results.faults, &after.results.faults);
    let has = |faults: &[Fault], fault: &Fault| faults.iter().any(|other| other.key == fault.key);
    let fixed: Vec<_> = old.iter().filter(|fault| !has(new, fault)).collect();
    let (same, added): (Vec<_>, Vec<_>) = new.iter().partition(|fault| has(old, fault));
    if old.is_empty() && new.is_empty() {
        return String::new();
    }
    let (one, other) = (on_a_line(&before.label), on_a_line(&after.label));
    let (first, second, both) = (fixed.len(), added.len(), same.len());
    let is_same_target = before.results.target == after.results.target;
    let (mut text, names) = match is_same_target {
        true => (
            format!("\nfrom {one} to {other}: {first} fixed, {second} new, {both} remaining\n"),
            ["fixed", "new", "remains"],
        ),
        false => (
            format!(
                "\nfaults: {first} of {one} alone, {second} of {other} alone, {both} of both\n"
            ),
            [one.as_str(), other.as_str(), "both"],
        ),
    };
    let lists = [(GREEN, fixed), (RED, added), (YELLOW, same)];
    for (name, (style, faults)) in names.into_iter().zip(lists) {
        for fault in faults.iter().take(NAMED_MAX) {
            let title = on_a_line(&fault.title);
            let _ = writeln!(
                text,
                "  {style}{name:<7}{style:#}  {title}  {DIM}{}{DIM:#}",
                fault.level
            );
        }
        if let Some(more) = faults.len().checked_sub(NAMED_MAX).filter(|more| *more > 0) {
            let _ = writeln!(text, "  {name:<7}  and {more} more");
        }
    }
    text
}

fn heading(number: usize, fault: &Fault, text: &mut String) {
    let count = fault.fixes();
    let plural = if count == 1 { "case" } else { "cases" };
    let counted = format!("{count} {plural}");
    let room = WIDTH - 4 - 2 - counted.len();
    let title = on_a_line(&fault.title);
    let gap = room.saturating_sub(title.chars().count());
    let _ = writeln!(
        text,
        "{BOLD}{number:>2}  {title}{BOLD:#}{:gap$}  {DIM}{counted}{DIM:#}",
        ""
    );
}

fn example(fault: &Fault, results: &Results, text: &mut String) {
    let example = &fault.example;
    let at = example
        .at
        .of_rest()
        .map(|at| format!("{}: ", on_a_line(&at)))
        .unwrap_or_default();
    let _ = writeln!(
        text,
        "    {at}expected {GREEN}{}{GREEN:#}, got {RED}{}{RED:#}",
        cut(&example.expected),
        cut(&example.actual),
    );
    let _ = writeln!(text, "    {DIM}sent{DIM:#}    {}", cut(&example.request));
    let requirement = fault
        .cases
        .first()
        .and_then(|id| results.requirement_of(id));
    let sources = requirement.map(|one| &one.sources[..]).unwrap_or_default();
    let documented = |source: &&Source| source.kind == SourceKind::Documented;
    if let Some(source) = sources.iter().find(documented).or(sources.first()) {
        let told = format!("{}: {}", source.kind.name(), source.cite);
        let _ = writeln!(text, "    {DIM}source  {}{DIM:#}", cut(&told));
    }
    if let Some(repeats) = results.flaky(fault) {
        let _ = writeln!(text, "    {DIM}again   {}{DIM:#}", told(repeats));
    }
    let _ = writeln!(text, "    {}", on_a_line(&results.command(&example.case)));
}

/// As much of a text as a line has room for.
fn cut(text: &str) -> String {
    const ROOM: usize = WIDTH - 12;
    let text = on_a_line(text);
    if text.chars().count() <= ROOM {
        return text;
    }
    let mut cut: String = text.chars().take(ROOM - 1).collect();
    cut.push('…');
    cut
}
