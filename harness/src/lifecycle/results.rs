//! All that was learnt of the life of a job on a target, as data and as text.

use std::fmt::Write as _;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::case::Level;
use crate::clock::Cut;
use crate::lifecycle::automaton::{Automaton, Standing};
use crate::lifecycle::difference::Difference;
use crate::lifecycle::races::RaceReport;
use crate::lifecycle::sequences::SequenceReport;
use crate::lifecycle::written::Replayed;

/// The most leftovers that are listed one by one.
const LEFTOVERS_MAX: usize = 20;

/// The format of these results. Another number: this version cannot read them.
pub const FORMAT: u32 = 1;

/// The results of `fullstop lifecycle`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Lifecycle {
    /// What sort of results these are: `lifecycle`.
    pub kind: LifecycleKind,
    /// The number of their format.
    pub format: u32,
    /// `fullstop`.
    pub tool: String,
    /// The version that made them.
    pub version: String,
    /// The profile's name.
    pub target: String,
    /// Its URL.
    pub endpoint: String,
    /// What each operation makes of each status. None: it was not walked.
    pub automaton: Option<Automaton>,
    /// What the evidence does not permit of that.
    pub differences: Vec<Difference>,
    /// The sequences of the suite, or those that were given.
    pub written: Vec<Replayed>,
    /// Generated sequences, where any were asked for.
    pub sequences: Option<SequenceReport>,
    /// Races, where any were asked for.
    pub races: Option<RaceReport>,
    /// How many jobs the endpoint allows to be active at once, where that was found out on the way.
    #[serde(default)]
    pub active_jobs: Option<usize>,
    /// Why it ended early, if it did.
    #[serde(default)]
    pub cut: Option<Cut>,
    /// What could not be deleted.
    pub leftovers: Vec<String>,
}

/// Tells these results from those of a run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum LifecycleKind {
    /// The life of a job.
    #[default]
    Lifecycle,
}

impl Lifecycle {
    /// Nothing learnt yet.
    pub fn of(target: &str, endpoint: &str) -> Self {
        Self {
            format: FORMAT,
            tool: env!("CARGO_PKG_NAME").to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            target: target.to_owned(),
            endpoint: endpoint.to_owned(),
            ..Self::default()
        }
    }

    /// The rules that were broken, each with how firmly, in order.
    pub fn broken(&self) -> Vec<(Level, &str)> {
        let walked = self.differences.iter().map(|one| (one.level, &*one.rule));
        let written = self.written.iter().flat_map(|one| &one.breaches);
        let written = written.map(|one| (one.level, &*one.rule));
        let sequences = self.sequences.iter().flat_map(|report| &report.findings);
        let sequences = sequences.map(|one| (one.level, &*one.rule));
        let races = self.races.iter().flat_map(|report| &report.findings);
        let races = races.map(|one| (one.level, &*one.rule));
        let mut all: Vec<_> = walked
            .chain(written)
            .chain(sequences)
            .chain(races)
            .collect();
        all.sort_unstable();
        all.dedup();
        all
    }

    /// Whether anything at all was learnt.
    pub fn is_empty(&self) -> bool {
        let walked = self.automaton.as_ref().is_some_and(|one| {
            one.edges
                .iter()
                .any(|edge| edge.granted == Some(true) && edge.to.is_some())
        });
        let written = self.written.iter().any(|one| one.is_played);
        let sequences = self.sequences.as_ref().is_some_and(|one| one.sequences > 0);
        let races = self.races.as_ref().is_some_and(|one| one.races > 0);
        !(walked || written || sequences || races)
    }

    /// Why too little was learnt to say that no rule is broken, if so: less than a share of what was planned.
    pub fn short_of(&self, min_coverage: f64) -> Option<String> {
        let more_time = match self.cut {
            Some(Cut::OutOfTime) => "; give it more time with --deadline",
            _ => "",
        };
        let is_short = |count: u64, of: u64| of > 0 && (count as f64) < of as f64 * min_coverage;
        if let Some(automaton) = &self.automaton {
            let (told, of) = automaton.told();
            if is_short(told, of) {
                let why = automaton
                    .why_untold()
                    .unwrap_or_else(|| "out of time".to_owned());
                return Some(format!(
                    "{told} of {of} meetings of a status and an operation told something: {why}{more_time}"
                ));
            }
        }
        if let Some(report) = &self.sequences {
            let whole = report.sequences - report.unanswered.min(report.sequences);
            if is_short(whole, report.planned) {
                return Some(format!(
                    "{whole} of {} sequences were answered to their end{more_time}",
                    report.planned
                ));
            }
        }
        if let Some(report) = &self.races
            && is_short(report.races, report.planned)
        {
            let why = report.reason.as_deref().unwrap_or("out of time");
            return Some(format!(
                "{} of {} races were run: {why}{more_time}",
                report.races, report.planned
            ));
        }
        None
    }

    /// For a reader at a terminal.
    pub fn text(&self) -> String {
        let mut text = format!("lifecycle of {} at {}\n", self.target, self.endpoint);
        if let Some(automaton) = &self.automaton {
            write_automaton(automaton, &mut text);
        }
        for difference in &self.differences {
            let _ = write!(text, "\n{difference}");
        }
        if !self.written.is_empty() {
            let broken = self
                .written
                .iter()
                .filter(|one| !one.breaches.is_empty())
                .count();
            let _ = writeln!(
                text,
                "\nwritten sequences  {}, {broken} broke a rule",
                self.written.len()
            );
        }
        for one in self.written.iter().filter(|one| !one.breaches.is_empty()) {
            let _ = write!(text, "\n{one}");
        }
        if let Some(report) = &self.sequences {
            write_sequences(report, &mut text);
        }
        if let Some(report) = &self.races {
            write_races(report, &mut text);
        }
        if let Some(limit) = self.active_jobs {
            let jobs = if limit == 1 { "job" } else { "jobs" };
            let _ = writeln!(
                text,
                "\nthe endpoint allows {limit} active import {jobs} at a time: sequences took turns"
            );
        }
        for leftover in self.leftovers.iter().take(LEFTOVERS_MAX) {
            let _ = writeln!(text, "left behind: {}", leftover);
        }
        let more = self.leftovers.len().saturating_sub(LEFTOVERS_MAX);
        if more > 0 {
            let _ = writeln!(text, "left behind: {more} more");
        }
        let broken = self.broken();
        let at = |level| broken.iter().filter(|(one, _)| *one == level).count();
        let (must, should) = (at(Level::Must), at(Level::Should));
        let _ = writeln!(
            text,
            "\nrules broken  {must} at level must, {should} at level should"
        );
        text
    }
}

fn write_automaton(automaton: &Automaton, text: &mut String) {
    let count = |standing| automaton.count(standing);
    let _ = writeln!(
        text,
        "{} meetings of a status and an operation: {} as documented, {} not established, {} against the evidence; {} documented moves not seen",
        automaton.edges.len(),
        count(Standing::Documented),
        count(Standing::Open),
        count(Standing::Different),
        automaton.unseen().len()
    );
    for (status, why) in &automaton.unreached {
        let _ = writeln!(text, "not reached  {status}: {why}");
    }
    let mut from = None;
    for edge in &automaton.edges {
        if from != Some(edge.from) {
            from = Some(edge.from);
            let _ = writeln!(text, "\n{}", edge.from);
        }
        let to = edge.to.map_or("not told".to_owned(), |to| to.to_string());
        let shown = if edge.is_shown { "" } else { ", as answered" };
        let mark = match edge.standing {
            Standing::Documented => "",
            Standing::Open => "  (not established)",
            Standing::Different => "  DIFFERENT",
        };
        let _ = writeln!(
            text,
            "  {:<22}{:<42}then {to}{shown}{mark}",
            edge.act.name(),
            edge.answer
        );
    }
}

fn write_sequences(report: &SequenceReport, text: &mut String) {
    let _ = writeln!(
        text,
        "\nsequences  {} of seed {}, {} steps, {} broke a rule",
        report.sequences, report.seed, report.steps, report.broken
    );
    for finding in &report.findings {
        let _ = writeln!(text, "\ndifferent  {}  {}", finding.rule, finding.level);
        let _ = writeln!(text, "  {}", finding.text);
        let _ = writeln!(text, "  source  {}", finding.source);
        let _ = writeln!(
            text,
            "  found   sequence {} of seed {}, shrunk:",
            finding.number, report.seed
        );
        for line in &finding.trace {
            let _ = writeln!(text, "            {line}");
        }
        let _ = writeln!(text, "  {}", finding.mismatch);
    }
}

fn write_races(report: &RaceReport, text: &mut String) {
    let _ = writeln!(
        text,
        "\nraces  {} with {} requests at once, {} broke a rule, {} not started",
        report.races, report.concurrency, report.broken, report.unstarted
    );
    if let Some(reason) = &report.reason {
        let _ = writeln!(text, "  not started: {reason}");
    }
    for (kind, seen) in &report.seen {
        let _ = writeln!(text, "  {} (recorded, not judged)", kind.name());
        let mut lines: Vec<_> = seen.iter().collect();
        lines.sort_by_key(|(line, count)| (std::cmp::Reverse(**count), line.as_str()));
        const LINES_MAX: usize = 6;
        for (line, count) in lines.iter().take(LINES_MAX) {
            let _ = writeln!(text, "  {count:>6}  {line}");
        }
        if lines.len() > LINES_MAX {
            let _ = writeln!(
                text,
                "          and {} other outcomes",
                lines.len() - LINES_MAX
            );
        }
    }
    for finding in &report.findings {
        let _ = writeln!(
            text,
            "\ndifferent  {}  {}  race {} ({})",
            finding.rule,
            finding.level,
            finding.number,
            finding.kind.name()
        );
        let _ = writeln!(text, "  {}", finding.text);
        let _ = writeln!(text, "  source  {}", finding.source);
        let _ = writeln!(text, "  {}", finding.mismatch);
        for line in &finding.history {
            let _ = writeln!(text, "            {line}");
        }
    }
}
