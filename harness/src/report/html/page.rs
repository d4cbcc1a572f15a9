//! What a page shows, as its template reads it.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::case::Level;
use crate::lifecycle::Lifecycle;
use crate::report::figures::{entry, is_finding, percent, told};
use crate::report::html::answer::{Line, Mark, annotated, lines};
use crate::report::html::budget;
use crate::report::html::fault::Fault;
use crate::report::html::life::Life;
use crate::report::{CaseResult, Labelled, Mismatch, RequirementResult, Results};
use crate::runner::Verdict;
use crate::snapshot;
use crate::visible::{on_a_line, visible};

/// The width of a bar, in units of its own.
const BAR_WIDTH: f64 = 1000.0;

/// The colour of a divergence at level should.
const ADVISORY: &str = "advisory";

/// A page.
#[derive(Debug, Serialize)]
pub(crate) struct Page {
    title: String,
    several: bool,
    /// How many columns of targets there are, as far as the style knows.
    columns: usize,
    targets: Vec<Target>,
    lives: Vec<Life>,
    verdicts: Vec<Count>,
    levels: Vec<Count>,
    areas: Vec<Area>,
    cases: usize,
    findings: usize,
    left_out: usize,
}

#[derive(Debug, Serialize)]
struct Target {
    label: String,
    endpoint: String,
    divergence: Figure,
    coverage: Figure,
    bars: Vec<Bar>,
    exit: u8,
    reason: String,
    notes: Vec<String>,
    faults: Vec<Fault>,
}

#[derive(Debug, Serialize)]
struct Figure {
    percent: String,
    part: usize,
    whole: usize,
    width: f64,
}

#[derive(Debug, Serialize)]
struct Bar {
    class: &'static str,
    verdict: String,
    count: usize,
    x: f64,
    width: f64,
}

#[derive(Debug, Serialize)]
struct Count {
    name: String,
    symbol: &'static str,
    count: usize,
}

#[derive(Debug, Serialize)]
struct Area {
    name: String,
    requirements: Vec<Requirement>,
    /// By target: what came of each requirement, in their order.
    squares: Vec<Squares>,
}

#[derive(Debug, Serialize)]
struct Squares {
    told: String,
    squares: Vec<Square>,
}

#[derive(Debug, Serialize)]
struct Square {
    id: String,
    class: &'static str,
    title: String,
}

#[derive(Debug, Serialize)]
struct Requirement {
    id: String,
    text: String,
    level: String,
    since: String,
    sources: Vec<(String, String)>,
    cells: Vec<Cell>,
    cases: Vec<Case>,
}

/// What came of something at one target.
#[derive(Debug, Serialize)]
struct Cell {
    label: String,
    class: &'static str,
    symbol: &'static str,
    verdict: String,
    count: String,
}

#[derive(Debug, Serialize)]
struct Case {
    id: String,
    name: String,
    why: String,
    given: String,
    level: String,
    cells: Vec<Cell>,
    results: Vec<Outcome>,
    /// Whether targets differ in it.
    differs: bool,
}

/// What came of one case at one target, in full.
#[derive(Debug, Serialize)]
struct Outcome {
    label: String,
    class: &'static str,
    symbol: &'static str,
    verdict: String,
    facts: Vec<(&'static str, String)>,
    elsewhere: Vec<Mark>,
    answer: Vec<Line>,
    sent: Vec<Line>,
    breaches: Vec<Breach>,
    replay: String,
    left_out: bool,
}

/// An answer that breaks an invariant.
#[derive(Debug, Serialize)]
struct Breach {
    case: String,
    answer: Vec<Line>,
    elsewhere: Vec<Mark>,
}

/// What the script looks a case up by.
#[derive(Debug, Serialize)]
pub(crate) struct Index<'a> {
    targets: Vec<&'a str>,
    cases: Vec<Entry<'a>>,
}

#[derive(Debug, Serialize)]
struct Entry<'a> {
    id: &'a str,
    level: &'a str,
    verdicts: Vec<&'a str>,
    differs: bool,
    text: String,
}

impl Page {
    pub(crate) fn of(all: &[Labelled], lives: &[Labelled<Lifecycle>]) -> Self {
        let shown = budget::shown(all);
        let view = View { all, shown };
        let mut requirements: BTreeMap<&str, &RequirementResult> = BTreeMap::new();
        let mut ids: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        for one in all {
            let known = one.results.requirements.iter();
            requirements.extend(known.map(|one| (one.id.as_str(), one)));
            for case in &one.results.cases {
                ids.entry(case.requirement()).or_default().insert(&case.id);
            }
        }
        let mut areas: BTreeMap<String, Vec<Requirement>> = BTreeMap::new();
        for (id, cases) in &ids {
            let area = id.split('/').next().unwrap_or_default();
            let requirement = view.requirement(id, requirements.get(id).copied(), cases);
            areas.entry(area.to_owned()).or_default().push(requirement);
        }
        let every = || all.iter().flat_map(|one| &one.results.cases);
        let symbols = Verdict::ALL.map(|verdict| (verdict.name(), symbol(verdict)));
        let verdicts = symbols.into_iter().map(|(name, symbol)| Count {
            name: name.to_owned(),
            symbol,
            count: every().filter(|case| case.verdict.name() == name).count(),
        });
        let levels = [Level::Must, Level::Should, Level::Observe];
        let levels = levels.into_iter().map(|level| Count {
            name: level.to_string(),
            symbol: "",
            count: areas
                .values()
                .flatten()
                .flat_map(|requirement| &requirement.cases)
                .filter(|case| case.level == level.to_string())
                .count(),
        });
        let levels: Vec<_> = levels.filter(|count| count.count > 0).collect();
        let total: usize = all.iter().map(|one| one.results.cases.len()).sum();
        let lived = lives.iter().map(|one| one.label.as_str());
        let mut labels: Vec<_> = all.iter().map(|one| one.label.as_str()).collect();
        labels.extend(lived.filter(|label| all.iter().all(|one| one.label != *label)));
        Self {
            title: format!("StopUserImportJob: {}", on_a_line(&labels.join(", "))),
            several: all.len() > 1,
            columns: all.len().min(8),
            targets: all.iter().map(Target::of).collect(),
            lives: Life::all(lives),
            verdicts: verdicts.filter(|count| count.count > 0).collect(),
            levels,
            areas: areas.into_iter().map(|area| view.area(area)).collect(),
            cases: ids.values().map(BTreeSet::len).sum(),
            findings: every().filter(|case| is_finding(case)).count(),
            left_out: total - view.shown.len(),
        }
    }

    /// What the script filters by.
    pub(crate) fn index(&self) -> Index<'_> {
        let entry = |requirement: &Requirement, case: &'_ Case| {
            let mut text = format!("{} {} {}", case.id, requirement.text, case.why);
            for result in &case.results {
                for (_, fact) in &result.facts {
                    text.push(' ');
                    text.push_str(fact);
                }
            }
            text.to_lowercase()
        };
        let requirements = self.areas.iter().flat_map(|area| &area.requirements);
        let cases = requirements.flat_map(|requirement| {
            requirement.cases.iter().map(move |case| Entry {
                id: &case.id,
                level: &case.level,
                verdicts: case
                    .cells
                    .iter()
                    .map(|cell| cell.verdict.as_str())
                    .collect(),
                differs: case.differs,
                text: entry(requirement, case),
            })
        });
        Index {
            targets: self.targets.iter().map(|one| one.label.as_str()).collect(),
            cases: cases.collect(),
        }
    }
}

impl Target {
    fn of(one: &Labelled) -> Self {
        let Results {
            summary, target, ..
        } = &one.results;
        let results = &one.results;
        let advisory = |case: &&CaseResult| class(case) == ADVISORY;
        let advisory = results.cases.iter().filter(advisory).count();
        let mut counts: Vec<(&str, String, usize)> = Vec::new();
        for verdict in Verdict::ALL {
            let (name, count) = (verdict.name(), summary.count(verdict));
            if verdict == Verdict::Divergent {
                counts.push((name, name.to_owned(), count - advisory.min(count)));
                counts.push((ADVISORY, "divergent at level should".to_owned(), advisory));
            } else {
                counts.push((name, name.to_owned(), count));
            }
        }
        let mut x = 0.0;
        let mut bars = Vec::new();
        for (class, verdict, count) in counts.into_iter().filter(|(_, _, count)| *count > 0) {
            let width = BAR_WIDTH * count as f64 / summary.cases.max(1) as f64;
            bars.push(Bar {
                class,
                verdict,
                count,
                x,
                width,
            });
            x += width;
        }
        let mut notes = vec![
            format!("{} {}", results.tool, on_a_line(&results.version)),
            format!("suite {}", on_a_line(&results.suite)),
            format!("seed {}", results.seed),
        ];
        if results.gate != Default::default() {
            notes.push(results.gate.to_string());
        }
        if results.excluded > 0 {
            notes.push(format!("{} not selected", results.excluded));
        }
        Self {
            label: on_a_line(&one.label),
            endpoint: on_a_line(&target.endpoint),
            divergence: Figure::of(
                summary.divergence,
                summary.must_divergent,
                summary.must_judged,
            ),
            coverage: Figure::of(summary.coverage, summary.judged, summary.judgeable),
            bars,
            exit: results.exit,
            reason: on_a_line(results.reason.as_deref().unwrap_or("the gate is green")),
            notes,
            faults: results
                .faults
                .iter()
                .map(|fault| Fault::of(fault, results))
                .collect(),
        }
    }
}

impl Figure {
    fn of(ratio: Option<f64>, part: usize, whole: usize) -> Self {
        Self {
            percent: percent(ratio),
            part,
            whole,
            width: BAR_WIDTH * ratio.unwrap_or(0.0).clamp(0.0, 1.0),
        }
    }
}

/// All results, and which of their exchanges are shown.
struct View<'a> {
    all: &'a [Labelled],
    shown: BTreeSet<(usize, &'a str)>,
}

impl View<'_> {
    fn area(&self, (name, requirements): (String, Vec<Requirement>)) -> Area {
        let squares = (0..self.all.len()).map(|target| {
            let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
            let squares = requirements.iter().filter_map(|requirement| {
                let cell = requirement.cells.get(target)?;
                *counts.entry(cell.verdict.as_str()).or_default() += 1;
                let title = format!("{}: {} {}", requirement.text, cell.verdict, cell.count);
                Some(Square {
                    id: requirement.id.clone(),
                    class: cell.class,
                    title: title.trim_end().to_owned(),
                })
            });
            let squares = squares.collect();
            let told = counts.iter().map(|(name, count)| format!("{count} {name}"));
            Squares {
                told: told.collect::<Vec<_>>().join(", "),
                squares,
            }
        });
        Area {
            squares: squares.collect(),
            name: visible(&name).into_owned(),
            requirements,
        }
    }

    fn requirement(
        &self,
        id: &str,
        requirement: Option<&RequirementResult>,
        ids: &BTreeSet<&str>,
    ) -> Requirement {
        let cases: Vec<_> = ids.iter().map(|id| self.case(id)).collect();
        let cells = self.all.iter().map(|one| {
            let of_it = one.results.cases.iter();
            let verdicts: Vec<_> = of_it.filter(|case| case.requirement() == id).collect();
            Cell::worst(&one.label, &verdicts)
        });
        let sources = requirement.iter().flat_map(|one| &one.sources);
        Requirement {
            id: on_a_line(id),
            text: on_a_line(requirement.map_or(id, |one| &one.text)),
            level: requirement.map_or(String::new(), |one| one.level.to_string()),
            since: on_a_line(requirement.map_or("", |one| &one.since)),
            sources: sources
                .map(|source| (source.kind.name().to_owned(), on_a_line(&source.cite)))
                .collect(),
            cells: cells.collect(),
            cases,
        }
    }

    fn case(&self, id: &str) -> Case {
        let of = |one: &'_ Labelled| one.results.cases.iter().position(|case| case.id == id);
        let found: Vec<_> = self.all.iter().map(of).collect();
        let case = |target: usize| Some(&self.all[target].results.cases[found[target]?]);
        let first = (0..found.len()).find_map(case);
        let cells: Vec<_> = (0..found.len())
            .map(|target| Cell::of(&self.all[target].label, case(target)))
            .collect();
        let verdicts: BTreeSet<_> = cells.iter().map(|cell| cell.verdict.clone()).collect();
        let text = |text: Option<&String>| text.map_or(String::new(), |text| on_a_line(text));
        Case {
            id: on_a_line(id),
            name: on_a_line(id.rsplit('/').next().unwrap_or(id)),
            why: text(first.and_then(|case| case.why.as_ref())),
            given: text(first.and_then(|case| case.given.as_ref())),
            level: first.map_or(String::new(), |case| case.level.to_string()),
            cells,
            results: (0..found.len())
                .filter_map(|target| Some(self.outcome(target, case(target)?)))
                .collect(),
            differs: verdicts.len() > 1,
        }
    }

    fn outcome(&self, target: usize, case: &CaseResult) -> Outcome {
        let one = &self.all[target];
        let is_shown = self.shown.contains(&(target, case.id.as_str()));
        let exchange = case.exchange.as_ref().filter(|_| is_shown);
        let came = exchange.map_or("", |exchange| exchange.came.as_str());
        let (breaking, own): (Vec<_>, Vec<_>) = case
            .mismatches
            .iter()
            .partition(|mismatch| mismatch.case.is_some());
        let own: Vec<_> = own.into_iter().cloned().collect();
        let (answer, elsewhere) = annotated(came, &own);
        Outcome {
            label: on_a_line(&one.label),
            class: class(case),
            symbol: symbol(case.verdict),
            verdict: case.verdict.name().to_owned(),
            facts: facts(case),
            elsewhere,
            answer,
            sent: exchange.map_or_else(Vec::new, |exchange| lines(&exchange.sent)),
            breaches: breaches(&one.results, &breaking),
            replay: case
                .replay
                .as_deref()
                .filter(|_| is_shown)
                .map_or(String::new(), |replay| visible(replay).into_owned()),
            left_out: !is_shown && case.exchange.is_some(),
        }
    }
}

/// What an invariant's mismatches say, by the case whose answer it is, with that answer.
fn breaches(results: &Results, mismatches: &[&Mismatch]) -> Vec<Breach> {
    let mut of_case: BTreeMap<&str, Vec<Mismatch>> = BTreeMap::new();
    for mismatch in mismatches {
        if let Some(case) = &mismatch.case {
            of_case.entry(case).or_default().push((*mismatch).clone());
        }
    }
    let breach = |(id, mismatches): (&str, Vec<Mismatch>)| {
        let case = results.cases.iter().find(|case| case.id == id);
        let exchange = case.and_then(|case| case.exchange.as_ref());
        let came = exchange.map_or("", |exchange| exchange.came.as_str());
        let (answer, elsewhere) = annotated(came, &mismatches);
        Breach {
            case: on_a_line(id),
            answer,
            elsewhere,
        }
    };
    of_case.into_iter().map(breach).collect()
}

/// What is said of a result beside its exchange.
fn facts(case: &CaseResult) -> Vec<(&'static str, String)> {
    let mut facts = Vec::new();
    facts.extend(case.reason.as_ref().map(|reason| ("note", reason.clone())));
    facts.extend(case.flag.as_ref().map(|flag| ("flag", flag.clone())));
    if case.demanded {
        facts.push((
            "reach",
            "the profile demands that this be reachable".to_owned(),
        ));
    }
    facts.extend(case.known.as_ref().map(|known| ("ledger", entry(known))));
    facts.extend(
        case.repeats
            .as_ref()
            .map(|repeats| ("again", told(repeats))),
    );
    let print = case.fingerprint.clone();
    facts.extend(print.map(|print| ("fingerprint", print)));
    let snapshot = match case.snapshot {
        Some(snapshot::State::Changed) => Some("the answer differs from the snapshot"),
        Some(snapshot::State::Match) => Some("the answer is that of the snapshot"),
        Some(snapshot::State::Absent) | None => None,
    };
    facts.extend(snapshot.map(|told| ("snapshot", told.to_owned())));
    let shown = |(name, fact): (&'static str, String)| (name, on_a_line(&fact));
    facts.into_iter().map(shown).collect()
}

impl Cell {
    fn of(label: &str, case: Option<&CaseResult>) -> Self {
        Self {
            label: on_a_line(label),
            class: case.map_or("absent", class),
            symbol: case.map_or("", |case| symbol(case.verdict)),
            verdict: case
                .map_or("not run", |case| case.verdict.name())
                .to_owned(),
            count: String::new(),
        }
    }

    /// The gravest of several, and how many have it.
    fn worst(label: &str, cases: &[&CaseResult]) -> Self {
        let worst = cases.iter().copied().max_by_key(|case| gravity(case));
        let mut cell = Self::of(label, worst);
        let same = |case: &&&CaseResult| worst.is_some_and(|worst| worst.verdict == case.verdict);
        let count = cases.iter().filter(same).count();
        if cases.len() > 1 {
            cell.count = if count == cases.len() {
                count.to_string()
            } else {
                format!("{count} of {}", cases.len())
            };
        }
        cell
    }
}

/// What the reader must see first.
fn gravity(case: &CaseResult) -> u8 {
    match (case.verdict, case.level) {
        (Verdict::Error, _) => 9,
        (Verdict::Divergent, Level::Must) => 8,
        (Verdict::Vacuous, _) => 7,
        (Verdict::Divergent, _) => 6,
        (Verdict::Indeterminate, _) => 5,
        (Verdict::Blocked, _) => 4,
        (Verdict::Unsupported, _) => 3,
        (Verdict::Tolerated | Verdict::Shadowed, _) => 2,
        (Verdict::Pass, _) => 1,
        (Verdict::Observed, _) => 0,
    }
}

/// The name that its colour has: a divergence at level should is advisory.
fn class(case: &CaseResult) -> &'static str {
    match (case.verdict, case.level) {
        (Verdict::Divergent, Level::Should | Level::Observe) => ADVISORY,
        (verdict, _) => verdict.name(),
    }
}

/// A sign for those who do not tell the colours apart.
fn symbol(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Pass => "✓",
        Verdict::Tolerated => "≈",
        Verdict::Shadowed => "◐",
        Verdict::Divergent => "✗",
        Verdict::Observed => "○",
        Verdict::Unsupported => "∅",
        Verdict::Indeterminate => "?",
        Verdict::Blocked => "⊘",
        Verdict::Vacuous => "◌",
        Verdict::Error => "!",
    }
}
