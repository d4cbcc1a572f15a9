//! Several targets side by side: where they agree, where they differ, and who is nearest to the recorded truth.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use anstyle::{AnsiColor, Effects};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::case::Level;
use crate::oracle::Brief;
use crate::report::{CaseResult, Results};
use crate::runner::Verdict;

/// Results side by side.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Comparison {
    /// `fullstop`.
    pub tool: String,
    /// The version that made it.
    pub version: String,
    /// What was compared, in the order of the columns.
    pub columns: Vec<Column>,
    /// What the answers are measured by: `aws-published`, or a recording.
    pub truth: String,
    /// The names of the columns that are nearest to it. None where no answer could be measured.
    pub nearest: Vec<String>,
    /// How much each pair agrees.
    pub pairs: Vec<Pair>,
    /// Every case and invariant, in the order of their ids.
    pub rows: Vec<Row>,
}

/// One of those that are compared.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Column {
    /// As it was named on the command line.
    pub name: String,
    /// Its URL.
    pub endpoint: String,
    /// Divergent at level must, of those judged at level must.
    pub divergence: Option<f64>,
    /// Judged, of all that are not at level observe.
    pub coverage: Option<f64>,
    /// How many answers the truth has something to say of.
    pub measured: usize,
    /// How many of them are as it says.
    pub as_truth: usize,
}

/// How much two columns agree.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Pair {
    /// The one.
    pub one: String,
    /// The other.
    pub other: String,
    /// How many cases both answered.
    pub compared: usize,
    /// How many of them they answered alike.
    pub alike: usize,
}

/// One case or invariant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Row {
    /// Its id.
    pub id: String,
    /// The level of its requirement.
    pub level: Level,
    /// Whether those that answered did so alike. None where fewer than two did.
    pub agree: Option<bool>,
    /// What is recorded of the truth.
    pub truth: Vec<Shown>,
    /// What came of it, one cell a column. None where it was not run.
    pub cells: Vec<Option<Cell>>,
}

/// What came of a case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Cell {
    /// The verdict.
    pub verdict: Verdict,
    /// The answer in a few words.
    pub answer: Option<Brief>,
}

/// What is recorded of an answer.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct Shown {
    /// Its status code, where that was shown.
    pub status: Option<u16>,
    /// Its error type, or the job's status.
    pub says: Option<String>,
}

/// What the answers are measured by.
#[derive(Clone, Debug)]
pub struct Truth {
    /// What it is called.
    pub name: String,
    /// What is recorded, by the ids of the cases.
    pub answers: BTreeMap<String, BTreeSet<Shown>>,
}

impl Shown {
    /// Whether an answer is what was shown.
    fn is_shown_by(&self, answer: &Brief) -> bool {
        let is_status = self.status.is_none() || self.status == answer.status();
        is_status && self.says.as_deref() == answer.said()
    }

    fn told(&self) -> String {
        let status = self
            .status
            .map_or("…".to_owned(), |status| status.to_string());
        match &self.says {
            Some(says) => format!("{status} {says}"),
            None => status,
        }
    }
}

impl Comparison {
    /// Compares results, each with its name.
    pub fn of(all: &[(String, Results)], truth: &Truth) -> Self {
        let cases: Vec<BTreeMap<&str, &CaseResult>> = all
            .iter()
            .map(|(_, results)| {
                let cases = results.cases.iter();
                cases.map(|case| (case.id.as_str(), case)).collect()
            })
            .collect();
        let ids: BTreeSet<_> = cases
            .iter()
            .flat_map(|cases| cases.keys().copied())
            .collect();
        let rows: Vec<_> = ids.iter().map(|id| row(id, &cases, truth)).collect();
        let columns: Vec<_> = all
            .iter()
            .enumerate()
            .map(|(index, (name, results))| column(name, results, index, &rows))
            .collect();
        Self {
            tool: env!("CARGO_PKG_NAME").to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            truth: truth.name.clone(),
            nearest: nearest(&columns),
            pairs: pairs(&columns, &rows),
            columns,
            rows,
        }
    }
}

impl Comparison {
    /// What the rows come to, in a line each: how far each pair agrees, and who is nearest to the truth.
    pub fn standings(&self) -> Vec<String> {
        let mut lines: Vec<_> = self
            .pairs
            .iter()
            .map(|pair| {
                let Pair {
                    one,
                    other,
                    compared,
                    alike,
                } = pair;
                format!("{one} and {other} answer {alike} of {compared} alike")
            })
            .collect();
        let nearest = match self.nearest.as_slice() {
            [] => "nobody was measured by it".to_owned(),
            [one] => one.clone(),
            several => format!("{}, equally", several.join(" and ")),
        };
        lines.push(format!("nearest to {}: {nearest}", self.truth));
        lines
    }
}

fn row(id: &str, cases: &[BTreeMap<&str, &CaseResult>], truth: &Truth) -> Row {
    let found: Vec<_> = cases.iter().map(|cases| cases.get(id).copied()).collect();
    let cells: Vec<_> = found
        .iter()
        .map(|case| {
            case.map(|case| Cell {
                verdict: case.verdict,
                answer: case.answer.clone(),
            })
        })
        .collect();
    let mut told = cells.iter().flatten().filter(|cell| cell.is_told());
    let agree = told.next().and_then(|first| {
        let rest: Vec<_> = told.collect();
        (!rest.is_empty()).then(|| rest.iter().all(|other| first.is_like(other)))
    });
    Row {
        id: id.to_owned(),
        level: found
            .iter()
            .flatten()
            .next()
            .map_or(Level::Observe, |case| case.level),
        agree,
        truth: truth
            .answers
            .get(id)
            .into_iter()
            .flatten()
            .cloned()
            .collect(),
        cells,
    }
}

impl Cell {
    /// Whether something can be said of it.
    fn is_told(&self) -> bool {
        self.verdict.is_judged() || matches!(self.verdict, Verdict::Observed | Verdict::Vacuous)
    }

    /// Whether two were answered alike: in the same words, and as rightly.
    fn is_like(&self, other: &Self) -> bool {
        self.verdict == other.verdict && self.answer == other.answer
    }

    fn told(&self) -> String {
        match &self.answer {
            Some(answer) if self.is_told() => format!("{} {answer}", self.verdict),
            _ => self.verdict.to_string(),
        }
    }
}

fn column(name: &str, results: &Results, index: usize, rows: &[Row]) -> Column {
    let (mut measured, mut as_truth) = (0, 0);
    for row in rows.iter().filter(|row| !row.truth.is_empty()) {
        let cell = row.cells[index].as_ref().filter(|cell| cell.is_told());
        let Some(answer) = cell.and_then(|cell| cell.answer.as_ref()) else {
            continue;
        };
        measured += 1;
        as_truth += usize::from(row.truth.iter().any(|shown| shown.is_shown_by(answer)));
    }
    Column {
        name: name.to_owned(),
        endpoint: results.target.endpoint.clone(),
        divergence: results.summary.divergence,
        coverage: results.summary.coverage,
        measured,
        as_truth,
    }
}

/// Those with the largest share of answers as the truth has them. Shares are compared as fractions, without rounding.
fn nearest(columns: &[Column]) -> Vec<String> {
    let measured: Vec<_> = columns
        .iter()
        .filter(|column| column.measured > 0)
        .collect();
    let is_nearer = |one: &Column, other: &Column| {
        one.as_truth * other.measured > other.as_truth * one.measured
    };
    measured
        .iter()
        .filter(|one| !measured.iter().any(|other| is_nearer(other, one)))
        .map(|column| column.name.clone())
        .collect()
}

fn pairs(columns: &[Column], rows: &[Row]) -> Vec<Pair> {
    let mut pairs = Vec::new();
    for one in 0..columns.len() {
        for other in one + 1..columns.len() {
            let both = rows.iter().filter_map(|row| {
                let cell = |index: usize| row.cells[index].as_ref().filter(|cell| cell.is_told());
                Some((cell(one)?, cell(other)?))
            });
            let alike: Vec<_> = both.map(|(one, other)| one.is_like(other)).collect();
            pairs.push(Pair {
                one: columns[one].name.clone(),
                other: columns[other].name.clone(),
                compared: alike.len(),
                alike: alike.iter().filter(|alike| **alike).count(),
            });
        }
    }
    pairs
}

const BOLD: anstyle::Style = anstyle::Style::new().effects(Effects::BOLD);
const DIM: anstyle::Style = anstyle::Style::new().effects(Effects::DIMMED);
const RED: anstyle::Style = AnsiColor::Red.on_default();
const GREEN: anstyle::Style = AnsiColor::Green.on_default();

/// A comparison for people: the columns, how far they agree, and the rows where they do not, or all of them.
pub fn compare_text(comparison: &Comparison, all: bool) -> String {
    let mut text = String::new();
    grid(comparison, all, &mut text);
    let width = comparison
        .columns
        .iter()
        .map(|column| column.name.chars().count())
        .max();
    let width = width.unwrap_or(0);
    let _ = writeln!(text);
    for column in &comparison.columns {
        let percent = |share: Option<f64>| {
            share.map_or_else(|| "–".to_owned(), |share| format!("{:.1} %", share * 100.0))
        };
        let _ = writeln!(
            text,
            "{BOLD}{:<width$}{BOLD:#}  divergence {}  coverage {}  as {}: {} of {}",
            column.name,
            percent(column.divergence),
            percent(column.coverage),
            comparison.truth,
            column.as_truth,
            column.measured
        );
    }
    for line in comparison.standings() {
        let _ = writeln!(text, "{line}");
    }
    text
}

fn grid(comparison: &Comparison, all: bool, text: &mut String) {
    let is_shown = |row: &&Row| all || row.agree == Some(false);
    let rows: Vec<_> = comparison.rows.iter().filter(is_shown).collect();
    let cells: Vec<Vec<String>> = rows
        .iter()
        .map(|row| {
            let cells = row.cells.iter();
            let mut cells: Vec<_> = cells
                .map(|cell| cell.as_ref().map_or_else(|| "–".to_owned(), Cell::told))
                .collect();
            let truth: Vec<_> = row.truth.iter().map(Shown::told).collect();
            cells.push(truth.join(" or "));
            cells
        })
        .collect();
    let mut names: Vec<_> = comparison
        .columns
        .iter()
        .map(|column| column.name.clone())
        .collect();
    names.push(comparison.truth.clone());
    let first = rows
        .iter()
        .map(|row| row.id.len())
        .max()
        .unwrap_or(0)
        .max("case".len());
    let widths: Vec<_> = names
        .iter()
        .enumerate()
        .map(|(index, name)| {
            let cells = cells.iter().map(|row| row[index].chars().count());
            cells.max().unwrap_or(0).max(name.chars().count())
        })
        .collect();
    let mut head = format!("{:<first$}", "case");
    for (name, width) in names.iter().zip(&widths) {
        let _ = write!(head, "  {name:<width$}");
    }
    let _ = writeln!(text, "{DIM}{}{DIM:#}", head.trim_end());
    for (row, cells) in rows.iter().zip(&cells) {
        let mut line = format!("{:<first$}", row.id);
        for (index, (cell, width)) in cells.iter().zip(&widths).enumerate() {
            let style = match row.cells.get(index).and_then(Option::as_ref) {
                Some(cell) if cell.verdict == Verdict::Divergent => RED,
                Some(cell) if cell.verdict == Verdict::Pass => GREEN,
                _ => anstyle::Style::new(),
            };
            let _ = write!(line, "  {style}{cell:<width$}{style:#}");
        }
        let _ = writeln!(text, "{}", line.trim_end());
    }
    let agree = comparison
        .rows
        .iter()
        .filter(|row| row.agree == Some(true))
        .count();
    let differ = comparison
        .rows
        .iter()
        .filter(|row| row.agree == Some(false))
        .count();
    let _ = writeln!(
        text,
        "{differ} differ, {agree} agree, of {}",
        comparison.rows.len()
    );
}
