//! Results for people: sums per area, then every finding with its proof.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io;

use anstyle::{AnsiColor, Effects};

use crate::case::Level;
use crate::report::{CaseResult, Results};
use crate::runner::Verdict;
use crate::snapshot;

/// How much is shown.
#[derive(Clone, Copy, Debug, Default)]
pub struct Style {
    /// Findings and the last line only.
    pub quiet: bool,
}

const BOLD: anstyle::Style = anstyle::Style::new().effects(Effects::BOLD);
const DIM: anstyle::Style = anstyle::Style::new().effects(Effects::DIMMED);
const RED: anstyle::Style = AnsiColor::Red.on_default();
const YELLOW: anstyle::Style = AnsiColor::Yellow.on_default();
const GREEN: anstyle::Style = AnsiColor::Green.on_default();

/// How many cases a reason for not judging lists by name: the rest are counted.
const LISTED_MAX: usize = 3;

/// Writes results with colours; the stream takes them out where they do not belong.
pub fn terminal(results: &Results, style: Style, mut out: impl io::Write) -> io::Result<()> {
    let mut text = String::new();
    if !style.quiet {
        areas(results, &mut text);
        unjudged(results, &mut text);
    }
    for case in results.cases.iter().filter(|case| is_finding(case)) {
        finding(case, results, &mut text);
    }
    ending(results, &mut text);
    out.write_all(text.as_bytes())
}

fn is_finding(case: &CaseResult) -> bool {
    matches!(
        case.verdict,
        Verdict::Divergent | Verdict::Vacuous | Verdict::Error | Verdict::Tolerated
    ) || case.snapshot == Some(snapshot::State::Changed)
}

/// A table: a row an area, a column a verdict that occurs.
fn areas(results: &Results, text: &mut String) {
    let columns: Vec<_> = Verdict::ALL
        .into_iter()
        .filter(|verdict| results.summary.count(*verdict) > 0)
        .collect();
    let mut rows: BTreeMap<&str, BTreeMap<Verdict, usize>> = BTreeMap::new();
    for case in &results.cases {
        *rows
            .entry(case.area())
            .or_default()
            .entry(case.verdict)
            .or_default() += 1;
    }
    let first = rows
        .keys()
        .map(|area| area.len())
        .max()
        .unwrap_or(0)
        .max("total".len());
    let widths: Vec<_> = columns
        .iter()
        .map(|verdict| verdict.name().len().max(5))
        .collect();

    let _ = write!(text, "{DIM}{:<first$}", "area");
    for (verdict, width) in columns.iter().zip(&widths) {
        let _ = write!(text, "  {:>width$}", verdict.name());
    }
    let _ = writeln!(text, "{DIM:#}");
    for (area, counts) in &rows {
        let _ = write!(text, "{area:<first$}");
        for (verdict, width) in columns.iter().zip(&widths) {
            cell(
                *verdict,
                counts.get(verdict).copied().unwrap_or(0),
                *width,
                text,
            );
        }
        text.push('\n');
    }
    let _ = write!(text, "{BOLD}{:<first$}{BOLD:#}", "total");
    for (verdict, width) in columns.iter().zip(&widths) {
        cell(*verdict, results.summary.count(*verdict), *width, text);
    }
    text.push('\n');
}

fn cell(verdict: Verdict, count: usize, width: usize, text: &mut String) {
    let style = if count == 0 { DIM } else { colour(verdict) };
    let shown = if count == 0 {
        "·".to_owned()
    } else {
        count.to_string()
    };
    let _ = write!(text, "  {style}{shown:>width$}{style:#}");
}

fn colour(verdict: Verdict) -> anstyle::Style {
    match verdict {
        Verdict::Pass => GREEN,
        Verdict::Divergent | Verdict::Vacuous | Verdict::Error => RED,
        Verdict::Tolerated | Verdict::Indeterminate | Verdict::Blocked | Verdict::Unsupported => {
            YELLOW
        }
        Verdict::Observed => anstyle::Style::new(),
    }
}

/// Why cases were not judged, one line a reason.
fn unjudged(results: &Results, text: &mut String) {
    let mut reasons: BTreeMap<(Verdict, &str), Vec<&str>> = BTreeMap::new();
    for case in &results.cases {
        let silent = matches!(
            case.verdict,
            Verdict::Unsupported | Verdict::Indeterminate | Verdict::Blocked
        );
        if let (true, Some(reason)) = (silent, &case.reason) {
            reasons
                .entry((case.verdict, reason))
                .or_default()
                .push(&case.id);
        }
    }
    if !reasons.is_empty() {
        text.push('\n');
    }
    for ((verdict, reason), ids) in reasons {
        let style = colour(verdict);
        let mut listed = ids
            .iter()
            .take(LISTED_MAX)
            .copied()
            .collect::<Vec<_>>()
            .join(", ");
        if ids.len() > LISTED_MAX {
            let _ = write!(listed, " and {} more", ids.len() - LISTED_MAX);
        }
        let _ = writeln!(text, "{style}{verdict}{style:#}  {} × {reason}", ids.len());
        let _ = writeln!(text, "  {DIM}{listed}{DIM:#}");
    }
}

fn finding(case: &CaseResult, results: &Results, text: &mut String) {
    let style = colour(case.verdict);
    let changed = case.snapshot == Some(snapshot::State::Changed);
    let note = if changed { ", snapshot changed" } else { "" };
    let _ = writeln!(
        text,
        "\n{style}{BOLD}{}{BOLD:#}{style:#}  {BOLD}{}{BOLD:#}  {DIM}{}{note}{DIM:#}",
        case.verdict, case.id, case.level
    );
    let requirement = results.requirement(case.requirement());
    if let Some(requirement) = requirement {
        let _ = writeln!(text, "  {}", requirement.text);
    }
    if let Some(why) = &case.why {
        let _ = writeln!(text, "  {DIM}why{DIM:#}     {why}");
    }
    if let Some(given) = &case.given {
        let _ = writeln!(text, "  {DIM}given{DIM:#}   {given}");
    }
    for source in requirement.into_iter().flat_map(|one| &one.sources) {
        let kind = source.kind.name();
        let _ = writeln!(text, "  {DIM}source{DIM:#}  {kind}: {}", source.cite);
    }
    if let Some(flag) = &case.flag {
        let _ = writeln!(text, "  {DIM}flag{DIM:#}    {flag}");
    }
    if let Some(exchange) = &case.exchange {
        block("sent", &exchange.sent, text);
        block("came", &exchange.came, text);
    }
    for mismatch in &case.mismatches {
        let _ = writeln!(text, "  {}", mismatch.at);
        let _ = writeln!(text, "    {GREEN}wanted{GREEN:#}  {}", mismatch.wanted);
        let _ = writeln!(text, "    {RED}got{RED:#}     {}", mismatch.got);
    }
    if let Some(reason) = &case.reason {
        let _ = writeln!(text, "  {DIM}note{DIM:#}    {reason}");
    }
    if let Some(replay) = &case.replay {
        let _ = writeln!(text, "  {DIM}replay{DIM:#}  {replay}");
    }
}

/// A text of several lines beside its label. Control characters of a hostile answer are shown, not sent to the terminal.
fn block(label: &str, content: &str, text: &mut String) {
    for (index, line) in content.lines().filter(|line| !line.is_empty()).enumerate() {
        let label = if index == 0 { label } else { "" };
        let line: String = line
            .chars()
            .map(|letter| {
                if letter.is_control() {
                    '\u{fffd}'
                } else {
                    letter
                }
            })
            .collect();
        let _ = writeln!(text, "  {DIM}{label:<6}{DIM:#}  {line}");
    }
}

fn ending(results: &Results, text: &mut String) {
    let summary = &results.summary;
    let changed = results
        .cases
        .iter()
        .filter(|case| case.snapshot == Some(snapshot::State::Changed))
        .count();
    let should = results
        .cases
        .iter()
        .filter(|case| case.verdict == Verdict::Divergent && case.level == Level::Should)
        .count();
    let _ = write!(
        text,
        "\ndivergence {} ({} of {} at level must)   coverage {} ({} of {})",
        percent(summary.divergence),
        summary.must_divergent,
        summary.must_judged,
        percent(summary.coverage),
        summary.judged,
        summary.judgeable,
    );
    if should > 0 {
        let _ = write!(text, "   advisory {should}");
    }
    let matching = results
        .cases
        .iter()
        .filter(|case| case.snapshot == Some(snapshot::State::Match))
        .count();
    if matching + changed > 0 {
        let _ = write!(text, "   snapshots {matching} match, {changed} changed");
    }
    if results.excluded > 0 {
        let _ = write!(text, "   excluded {}", results.excluded);
    }
    if let Some(shard) = &results.shard {
        let _ = write!(text, "   shard {}", shard.part);
    }
    text.push('\n');
    let style = if results.exit == 0 { GREEN } else { RED };
    let reason = results
        .reason
        .as_ref()
        .map_or(String::new(), |reason| format!(": {reason}"));
    let _ = writeln!(
        text,
        "{style}exit {}{style:#}{reason}   {DIM}{} {}, target {} ({}), seed {}{DIM:#}",
        results.exit,
        results.tool,
        results.version,
        results.target.name,
        results.target.endpoint,
        results.seed
    );
}

fn percent(ratio: Option<f64>) -> String {
    ratio.map_or_else(|| "–".to_owned(), |ratio| format!("{:.1} %", ratio * 100.0))
}
