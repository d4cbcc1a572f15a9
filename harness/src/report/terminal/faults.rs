//! Faults on the terminal: what is wrong, how it shows, and the command that shows it again.

use std::fmt::Write as _;

use crate::case::{Level, Source, SourceKind};
use crate::fault::Fault;
use crate::report::figures::told;
use crate::report::terminal::line::{cut, wrapped};
use crate::report::terminal::{BOLD, DIM, GREEN, RED, Style, YELLOW};
use crate::report::{Labelled, Results};
use crate::visible::{counted, on_a_line};

/// The most faults of a level that are shown with an example. The rest have a line each.
const SHOWN_MAX: usize = 10;

/// The most faults of a level that are named without `--verbose`.
const NAMED_MAX: usize = 20;

/// The faults of every level, the worst first. Those at level should stand without an example where those at level must are what
/// to fix first.
pub(super) fn faults(results: &Results, style: Style, text: &mut String) {
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
        let (colour, name) = match level {
            Level::Must => (RED, "MUST"),
            _ => (YELLOW, "SHOULD"),
        };
        let count = of_level.len();
        if style.level.is_some_and(|least| level > least) {
            number += count;
            let _ = writeln!(
                text,
                "\n{DIM}{name}: {count} more; --level {level} shows them{DIM:#}"
            );
            continue;
        }
        let plural = if count == 1 {
            "fault"
        } else {
            "faults, worst first"
        };
        let _ = writeln!(
            text,
            "\n{colour}{BOLD}{name}: {count} {plural}{BOLD:#}{colour:#}"
        );
        let is_first = number == 0 || style.level.is_some();
        let named = if style.verbose { count } else { NAMED_MAX };
        for (index, fault) in of_level.iter().take(named).enumerate() {
            number += 1;
            let block = block(fault, results);
            block.heading(number, style, text);
            if style.verbose || is_first && index < SHOWN_MAX {
                block.example(style, text);
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

/// A fault, as a heading and an example of a few lines.
#[derive(Debug)]
pub(crate) struct Block<'a> {
    /// One line that says the endpoint's mistake.
    pub(crate) title: &'a str,
    /// How often it showed, for the end of the heading.
    pub(crate) counted: String,
    /// The part of the response, with a colon behind it; empty where the values say it.
    pub(crate) at: String,
    /// The value that was expected there.
    pub(crate) expected: String,
    /// The value that came.
    pub(crate) actual: String,
    /// The request.
    pub(crate) sent: &'a str,
    /// Labelled lines below: where the requirement stands, how often it showed.
    pub(crate) notes: Vec<(&'static str, String)>,
    /// The command that shows it again.
    pub(crate) command: String,
}

impl Block<'_> {
    /// The heading alone.
    pub(crate) fn heading(&self, number: usize, style: Style, text: &mut String) {
        let counted = &self.counted;
        let room = style.room(4 + 2 + counted.len());
        let title = wrapped(&on_a_line(self.title), room);
        for (index, line) in title.iter().enumerate() {
            let gap = room.saturating_sub(line.chars().count());
            let _ = match index {
                0 => writeln!(
                    text,
                    "{BOLD}{number:>2}  {line}{BOLD:#}{:gap$}  {DIM}{counted}{DIM:#}",
                    ""
                ),
                _ => writeln!(text, "    {BOLD}{line}{BOLD:#}"),
            };
        }
    }

    /// The lines below it.
    pub(crate) fn example(&self, style: Style, text: &mut String) {
        let at = &self.at;
        let (expected, actual) = (on_a_line(&self.expected), on_a_line(&self.actual));
        let length = at.len() + "    expected , got ".len();
        let is_long = length + expected.chars().count() + actual.chars().count() > style.width;
        let (gap, first) = match is_long {
            true => ("\n    ", style.room(at.len() + "    expected ,".len())),
            false => (" ", style.width),
        };
        let _ = writeln!(
            text,
            "    {at}expected {GREEN}{}{GREEN:#},{gap}got {RED}{}{RED:#}",
            cut(&expected, first),
            cut(&actual, style.room("    got ".len())),
        );
        let cut = |text: &str| cut(&on_a_line(text), style.room(12));
        let _ = writeln!(text, "    {DIM}sent{DIM:#}    {}", cut(self.sent));
        for (label, note) in &self.notes {
            let _ = writeln!(text, "    {DIM}{label:<6}  {}{DIM:#}", cut(note));
        }
        let _ = writeln!(text, "    {}", on_a_line(&self.command));
    }
}

/// The block of a fault that a run showed.
fn block<'a>(fault: &'a Fault, results: &Results) -> Block<'a> {
    let example = &fault.example;
    let at = example.at.of_rest();
    let requirement = fault.cases.first();
    let requirement = requirement.and_then(|id| results.requirement_of(id));
    let sources = requirement.map(|one| &one.sources[..]).unwrap_or_default();
    let documented = |source: &&Source| source.kind == SourceKind::Documented;
    let source = sources.iter().find(documented).or(sources.first());
    let source = source.map(|source| format!("{}: {}", source.kind.name(), source.cite));
    let again = results.flaky(fault).map(told);
    Block {
        title: &fault.title,
        counted: counted(fault.fixes(), "case"),
        at: at.map_or(String::new(), |at| format!("{}: ", on_a_line(&at))),
        expected: example.expected.clone(),
        actual: example.actual.clone(),
        sent: &example.request,
        notes: (source.map(|source| ("source", source)).into_iter())
            .chain(again.map(|again| ("again", again)))
            .collect(),
        command: results.command(&example.case),
    }
}
