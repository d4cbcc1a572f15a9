//! Results for people: the faults of the endpoint, and with `--verbose` every case that shows them.

mod faults;
mod known;
mod line;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io;

use anstyle::{AnsiColor, Effects};

use crate::case::Level;
use crate::contract::QuotaUse;
use crate::report::figures::{
    areas as areas_of, coverage, divergence, entry, is_finding, occurring, percent, told,
};
use crate::report::terminal::line::{cut, filled};
use crate::report::{CaseResult, Labelled, Results};
use crate::runner::{Constancy, Exit, KnownState, Verdict};
use crate::snapshot;
use crate::visible::{on_a_line, visible};

#[cfg(feature = "cli")]
pub(crate) use faults::Block;

/// How much is shown.
#[derive(Clone, Copy, Debug)]
pub struct Style {
    /// Findings and the last line only.
    pub quiet: bool,
    /// The sums per area and every case with its proof as well.
    pub verbose: bool,
    /// The least firm level whose faults are shown, each with an example. Without one, those at level should have a line each.
    pub level: Option<Level>,
    /// The columns of a line. Commands are not cut: they are there to be pasted.
    pub width: usize,
}

impl Default for Style {
    fn default() -> Self {
        Self {
            quiet: false,
            verbose: false,
            level: None,
            width: line::WIDTH,
        }
    }
}

const BOLD: anstyle::Style = anstyle::Style::new().effects(Effects::BOLD);
const DIM: anstyle::Style = anstyle::Style::new().effects(Effects::DIMMED);
const RED: anstyle::Style = AnsiColor::Red.on_default();
const YELLOW: anstyle::Style = AnsiColor::Yellow.on_default();
const GREEN: anstyle::Style = AnsiColor::Green.on_default();

/// The exit code where too little was judged.
const UNJUDGED: u8 = Exit::Unjudged.code();

/// How many cases a reason for not judging lists by name: the rest are counted.
const LISTED_MAX: usize = 3;

/// The fewest columns that a text is cut to.
const ROOM_MIN: usize = 24;

/// The most reasons that are told without `--verbose`.
const REASONS_MAX: usize = 5;

/// Writes results with colours; the stream takes them out where they do not belong.
pub fn terminal(results: &Results, style: Style, mut out: impl io::Write) -> io::Result<()> {
    let mut text = String::new();
    let is_failure = |case: &CaseResult| {
        matches!(case.verdict, Verdict::Divergent | Verdict::Vacuous) && is_finding(case)
    };
    // Results of an older version have no faults.
    let has_cases_alone = results.faults.is_empty() && results.cases.iter().any(is_failure);
    let is_verbose = style.verbose || has_cases_alone;
    if results.exit == UNJUDGED {
        let reason = results.reason.as_deref().unwrap_or_default();
        let _ = writeln!(text, "{RED}exit 3{RED:#}: {}\n", on_a_line(reason));
    }
    if is_verbose {
        areas(results, &mut text);
    } else if !style.quiet {
        levels(results, &mut text);
    }
    let shown = Style {
        verbose: is_verbose,
        ..style
    };
    faults::faults(results, shown, &mut text);
    let findings = || results.cases.iter().filter(|case| is_finding(case));
    if is_verbose {
        known::known(results, shown, &mut text);
        findings().for_each(|case| finding(case, results, &mut text));
    } else {
        known::known(results, shown, &mut text);
        findings().for_each(|case| aside(case, results, shown, &mut text));
    }
    reasons(results, shown, &mut text);
    ending(results, shown, &mut text);
    out.write_all(text.as_bytes())
}

/// The figures of several targets, a line each; of two, also which faults the second one has no longer, or has beside.
pub fn side_by_side(all: &[Labelled]) -> String {
    let width = |text: &dyn Fn(&Labelled) -> String| {
        let lengths = all.iter().map(|one| text(one).chars().count());
        lengths.max().unwrap_or(0)
    };
    let label = |one: &Labelled| on_a_line(&one.label);
    let first = |one: &Labelled| divergence(&one.results.summary);
    let second = |one: &Labelled| coverage(&one.results.summary);
    let widths = (width(&label), width(&first), width(&second));
    let mut text = String::from("\n");
    for one in all {
        let style = if one.results.exit == 0 { GREEN } else { RED };
        let _ = writeln!(
            text,
            "{BOLD}{:<a$}{BOLD:#}  divergence {:<b$}  coverage {:<c$}  {style}exit {}{style:#}",
            label(one),
            first(one),
            second(one),
            one.results.exit,
            a = widths.0,
            b = widths.1,
            c = widths.2,
        );
    }
    if let [before, after] = all {
        text.push_str(&faults::changes(before, after));
    }
    text
}

/// The counts of each level, in two lines.
fn levels(results: &Results, text: &mut String) {
    let endpoint = on_a_line(&results.target.to_string());
    let _ = writeln!(
        text,
        "{BOLD}StopUserImportJob{BOLD:#} at {endpoint}, {} cases",
        results.cases.len()
    );
    let count = |level: Level, has: fn(Verdict) -> bool| {
        let of_level = results.cases.iter().filter(|case| case.level == level);
        of_level.filter(|case| has(case.verdict)).count()
    };
    let is_good = |verdict| matches!(verdict, Verdict::Pass | Verdict::Tolerated);
    let is_bad = |verdict| {
        matches!(
            verdict,
            Verdict::Divergent | Verdict::Shadowed | Verdict::Vacuous | Verdict::Error
        )
    };
    let is_open = |verdict| {
        matches!(
            verdict,
            Verdict::Unsupported | Verdict::Indeterminate | Verdict::Blocked
        )
    };
    for (level, name) in [(Level::Must, "must"), (Level::Should, "should")] {
        let (good, bad) = (count(level, is_good), count(level, is_bad));
        let (green, red) = (
            shade(GREEN, good),
            shade(if level == Level::Must { RED } else { YELLOW }, bad),
        );
        let _ = write!(
            text,
            "{name} {green}{good} pass{green:#} {red}{bad} fail{red:#}   "
        );
    }
    let all = [Level::Must, Level::Should, Level::Observe];
    let open: usize = all.iter().map(|level| count(*level, is_open)).sum();
    let _ = writeln!(
        text,
        "{} recorded   {open} not judged",
        results.summary.observed
    );
}

/// A colour for a count, unless there is nothing to count.
fn shade(style: anstyle::Style, count: usize) -> anstyle::Style {
    if count == 0 { DIM } else { style }
}

/// A line for what is no fault of the endpoint and yet to be seen: tolerated departures, changed snapshots, errors of the harness
/// and known cases with another wrong response.
fn aside(case: &CaseResult, results: &Results, shown: Style, text: &mut String) {
    let is_told = matches!(case.verdict, Verdict::Divergent | Verdict::Vacuous);
    let changed = case.snapshot == Some(snapshot::State::Changed);
    let note = match (&case.known, &case.flag, &case.reason) {
        (Some(known), ..) if known.state.is_outdated() => return,
        (Some(known), ..) => entry(known),
        _ if changed => format!("the snapshot changed: {}", results.command(&case.id)),
        _ if is_told => return,
        (None, Some(flag), _) => flag.clone(),
        (None, None, reason) => reason.clone().unwrap_or_default(),
    };
    let style = colour(case.verdict);
    let verdict = case.verdict.name();
    let room = shown.room(verdict.len() + 2 + case.id.len() + 2);
    let _ = writeln!(
        text,
        "{style}{verdict}{style:#}  {}  {DIM}{}{DIM:#}",
        case.id,
        cut(&on_a_line(&note), room)
    );
}

/// A table: a row an area, a column a verdict that occurs.
fn areas(results: &Results, text: &mut String) {
    let columns = occurring(results);
    let rows = areas_of(results);
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
        Verdict::Tolerated
        | Verdict::Shadowed
        | Verdict::Indeterminate
        | Verdict::Blocked
        | Verdict::Unsupported => YELLOW,
        Verdict::Observed => anstyle::Style::new(),
    }
}

/// Why cases were not judged, or where what is wrong with them is told: one line a reason, the largest first, since that is what
/// to look at first.
fn reasons(results: &Results, shown: Style, text: &mut String) {
    let is_verbose = shown.verbose;
    let mut reasons: BTreeMap<(Verdict, &str), (&str, Vec<&str>)> = BTreeMap::new();
    for case in &results.cases {
        let is_explained = match case.verdict {
            Verdict::Unsupported | Verdict::Indeterminate | Verdict::Blocked => true,
            // Each is counted under the fault that it is told with.
            Verdict::Shadowed => is_verbose,
            _ => false,
        };
        if let (true, Some(reason)) = (is_explained, &case.reason) {
            let key = case.reason_key.as_deref().unwrap_or(reason);
            let of_key = reasons.entry((case.verdict, key));
            of_key.or_insert((reason, Vec::new())).1.push(&case.id);
        }
    }
    if !reasons.is_empty() {
        text.push('\n');
    }
    let mut reasons: Vec<_> = reasons.into_iter().collect();
    reasons.sort_by_key(|(_, (_, ids))| std::cmp::Reverse(ids.len()));
    let told = if is_verbose {
        reasons.len()
    } else {
        REASONS_MAX
    };
    for ((verdict, _), (reason, ids)) in reasons.iter().take(told) {
        let style = colour(*verdict);
        let told = format!("{} × {}", ids.len(), on_a_line(reason));
        let told = match is_verbose {
            true => told,
            false => cut(&told, shown.room(verdict.name().len() + 2)),
        };
        let _ = writeln!(text, "{style}{verdict}{style:#}  {told}");
        if is_verbose {
            let _ = writeln!(text, "  {DIM}{}{DIM:#}", listed(ids));
        }
    }
    if reasons.len() > told {
        let more = reasons.len() - told;
        let _ = writeln!(text, "{DIM}and {more} more reasons: --verbose{DIM:#}");
    }
}

/// Some ids by name, and how many more there are.
fn listed(ids: &[&str]) -> String {
    let mut listed = ids[..ids.len().min(LISTED_MAX)].join(", ");
    if ids.len() > LISTED_MAX {
        let _ = write!(listed, " and {} more", ids.len() - LISTED_MAX);
    }
    listed
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
        let _ = writeln!(text, "  {DIM}flag{DIM:#}    {}", on_a_line(flag));
    }
    if let Some(known) = &case.known {
        let _ = writeln!(text, "  {DIM}ledger{DIM:#}  {}", on_a_line(&entry(known)));
    }
    if let Some(repeats) = &case.repeats {
        let _ = writeln!(text, "  {DIM}again{DIM:#}   {}", told(repeats));
    }
    if let Some(exchange) = &case.exchange {
        block("sent", &exchange.sent, text);
        block("came", &exchange.came, text);
    }
    for mismatch in &case.mismatches {
        let _ = writeln!(text, "  {}", on_a_line(&mismatch.place()));
        let _ = writeln!(
            text,
            "    {GREEN}wanted{GREEN:#}  {}",
            on_a_line(&mismatch.wanted)
        );
        let _ = writeln!(text, "    {RED}got{RED:#}     {}", on_a_line(&mismatch.got));
    }
    if let Some(reason) = &case.reason {
        let _ = writeln!(text, "  {DIM}note{DIM:#}    {}", on_a_line(reason));
    }
    if let Some(replay) = &case.replay {
        let _ = writeln!(text, "  {DIM}replay{DIM:#}  {}", visible(replay));
    }
}

/// A text of several lines beside its label. What hides in a hostile answer is named, not sent to the terminal.
fn block(label: &str, content: &str, text: &mut String) {
    for (index, line) in content.lines().filter(|line| !line.is_empty()).enumerate() {
        let label = if index == 0 { label } else { "" };
        let _ = writeln!(text, "  {DIM}{label:<6}{DIM:#}  {}", on_a_line(line));
    }
}

impl Style {
    /// The columns that are left behind so many.
    fn room(self, taken: usize) -> usize {
        self.width.saturating_sub(taken).max(ROOM_MIN)
    }
}

fn ending(results: &Results, shown: Style, text: &mut String) {
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
    let mut figures = vec![
        format!("divergence {}", divergence(summary)),
        format!("coverage {}", coverage(summary)),
    ];
    if should > 0 {
        figures.push(format!("advisory {should}"));
    }
    let flaky = results
        .cases
        .iter()
        .filter_map(|case| case.repeats.as_ref())
        .filter(|repeats| repeats.state == Constancy::Flaky)
        .count();
    if flaky > 0 {
        figures.push(format!("flaky {flaky}"));
    }
    let mut listed: BTreeMap<KnownState, usize> = BTreeMap::new();
    for entry in &results.ledger {
        *listed.entry(entry.state).or_default() += 1;
    }
    if !listed.is_empty() {
        let counts = listed
            .iter()
            .map(|(state, count)| format!("{count} {}", state.name()));
        figures.push(format!("ledger {}", counts.collect::<Vec<_>>().join(", ")));
    }
    let matching = results
        .cases
        .iter()
        .filter(|case| case.snapshot == Some(snapshot::State::Match))
        .count();
    if matching + changed > 0 {
        figures.push(format!("snapshots {matching} match, {changed} changed"));
    }
    let waived: usize = results.waived.values().sum();
    if let Some(excluded) = results
        .excluded
        .checked_sub(waived)
        .filter(|left| *left > 0)
    {
        figures.push(format!("excluded {excluded}"));
    }
    for (name, count) in &results.waived {
        figures.push(format!("waived {count} ({})", on_a_line(name)));
    }
    let figures = filled(figures.iter().map(String::as_str), "   ", shown.width);
    let _ = writeln!(text, "\n{}", figures.join("\n"));
    if let Some(limit) = results.active_jobs {
        let jobs = if limit == 1 { "job" } else { "jobs" };
        let _ = writeln!(
            text,
            "the endpoint allows {limit} active import {jobs} at a time: cases took turns"
        );
    }
    quotas(&results.quotas, text);
    let style = if results.exit == 0 { GREEN } else { RED };
    let reason = results
        .reason
        .as_ref()
        .map_or(String::new(), |reason| format!(": {}", on_a_line(reason)));
    let of_run = format!(
        "{} {}, target {} ({}), seed {}",
        results.tool,
        results.version,
        on_a_line(&results.target.name),
        on_a_line(&results.target.endpoint),
        results.seed
    );
    let exit = format!("exit {}", results.exit);
    let length = |text: &str| text.chars().count();
    let gap = match length(&exit) + length(&reason) + 3 + length(&of_run) <= shown.width {
        true => "   ",
        false => "\n",
    };
    let _ = writeln!(
        text,
        "{style}{exit}{style:#}{reason}{gap}{DIM}{of_run}{DIM:#}"
    );
}

/// How near the run came to each quota, one line a class.
fn quotas(quotas: &[QuotaUse], text: &mut String) {
    for quota in quotas.iter().filter(|quota| quota.requests > 0) {
        let limit = f64::from(quota.account_limit);
        let share = |rate: f64| percent(Some(rate / limit));
        let _ = write!(
            text,
            "quota {:<22}  {:>5} requests   peak {} a second, {} of {}   mean {:.1}, {}",
            quota.class.name(),
            quota.requests,
            quota.account_peak,
            share(f64::from(quota.account_peak)),
            quota.account_limit,
            quota.account_mean,
            share(quota.account_mean),
        );
        if let Some(limit) = quota.pool_limit {
            let _ = write!(text, "   one pool {} of {limit}", quota.pool_peak);
        }
        text.push('\n');
    }
}

/// A request and what came, without colours.
#[cfg(feature = "cli")]
pub(crate) fn request_and_response(exchange: &crate::runner::Exchange, text: &mut String) {
    for (label, content) in [("request", &exchange.sent), ("response", &exchange.came)] {
        for (index, line) in content.lines().filter(|line| !line.is_empty()).enumerate() {
            let label = if index == 0 { label } else { "" };
            let _ = writeln!(text, "  {label:<8} {}", on_a_line(line));
        }
    }
}
