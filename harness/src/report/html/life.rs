//! The life of a job on a target, as the page's template reads it.

use serde::Serialize;

use crate::case::Level;
use crate::lifecycle::{Kind, Lifecycle, RaceReport, SequenceReport, Standing, inline_svg};
use crate::report::Labelled;
use crate::visible::{clipped, on_a_line};

/// The most outcomes of a kind of race that are shown, the most frequent ones.
const OUTCOMES_MAX: usize = 12;

/// The longest label above a drawing: more would run into its legend.
const LABEL_LENGTH_MAX: usize = 40;

/// The width of a bar, in units of its own.
const BAR_WIDTH: f64 = 1000.0;

/// What was learnt of one target.
#[derive(Debug, Serialize)]
pub(crate) struct Life {
    id: String,
    label: String,
    endpoint: String,
    version: String,
    /// A drawing of ours, with everything in it escaped: the template takes it as it is.
    drawing: Option<String>,
    counts: Vec<(&'static str, &'static str, usize)>,
    must: usize,
    should: usize,
    unreached: Vec<(String, String)>,
    differences: Vec<Finding>,
    written: Option<String>,
    written_findings: Vec<Finding>,
    sequences: Option<String>,
    sequence_findings: Vec<Finding>,
    races: Option<Races>,
    leftovers: Vec<String>,
}

/// A rule that was broken, and what shows it.
#[derive(Debug, Serialize)]
struct Finding {
    class: &'static str,
    level: String,
    rule: String,
    text: String,
    facts: Vec<(&'static str, String)>,
    wanted: String,
    got: String,
    trace: Vec<String>,
}

#[derive(Debug, Serialize)]
struct Races {
    told: String,
    kinds: Vec<Outcomes>,
    findings: Vec<Finding>,
}

/// How often a kind of race ended how.
#[derive(Debug, Serialize)]
struct Outcomes {
    name: &'static str,
    bars: Vec<Bar>,
    others: usize,
}

#[derive(Debug, Serialize)]
struct Bar {
    count: u64,
    width: f64,
    line: String,
}

impl Life {
    /// One of each.
    pub(crate) fn all(lives: &[Labelled<Lifecycle>]) -> Vec<Self> {
        let lives = lives.iter().enumerate();
        lives
            .map(|(index, one)| Self::of(&format!("life-{}", index + 1), one))
            .collect()
    }

    fn of(id: &str, one: &Labelled<Lifecycle>) -> Self {
        let life = &one.results;
        let label = on_a_line(&one.label);
        let title = format!(
            "The life of an import job: {}",
            clipped(&label, LABEL_LENGTH_MAX)
        );
        let automaton = life.automaton.as_ref();
        let counts = automaton.map_or_else(Vec::new, |automaton| {
            vec![
                (
                    "pass",
                    "as documented",
                    automaton.count(Standing::Documented),
                ),
                (
                    "observed",
                    "not established",
                    automaton.count(Standing::Open),
                ),
                (
                    "divergent",
                    "against the evidence",
                    automaton.count(Standing::Different),
                ),
                (
                    "absent",
                    "documented moves not seen",
                    automaton.unseen_count(),
                ),
            ]
        });
        let broken = life.broken();
        let at = |level| broken.iter().filter(|(one, _)| *one == level).count();
        let unreached = automaton.iter().flat_map(|automaton| &automaton.unreached);
        Self {
            id: id.to_owned(),
            label,
            endpoint: on_a_line(&life.endpoint),
            version: format!("{} {}", on_a_line(&life.tool), on_a_line(&life.version)),
            drawing: automaton.map(|automaton| inline_svg(automaton, &title, &format!("{id}-"))),
            counts,
            must: at(Level::Must),
            should: at(Level::Should),
            unreached: unreached
                .map(|(status, why)| (status.to_string(), on_a_line(why)))
                .collect(),
            differences: differences(life),
            written: (!life.written.is_empty()).then(|| {
                let broken = life.written.iter().filter(|one| !one.breaches.is_empty());
                let (all, broken) = (life.written.len(), broken.count());
                format!("{all} written sequences, {broken} of them broke a rule")
            }),
            written_findings: written(life),
            sequences: life.sequences.as_ref().map(|report| {
                format!(
                    "{} sequences of seed {} with {} steps in all, {} broke a rule",
                    report.sequences, report.seed, report.steps, report.broken
                )
            }),
            sequence_findings: life.sequences.as_ref().map_or_else(Vec::new, generated),
            races: life.races.as_ref().map(Races::of),
            leftovers: life.leftovers.iter().map(|one| on_a_line(one)).collect(),
        }
    }
}

impl Finding {
    fn of(level: Level, rule: &str, text: &str, source: &str) -> Self {
        Self {
            class: if level == Level::Must {
                "divergent"
            } else {
                "advisory"
            },
            level: level.to_string(),
            rule: on_a_line(rule),
            text: on_a_line(text),
            facts: vec![("source", on_a_line(source))],
            wanted: String::new(),
            got: String::new(),
            trace: Vec::new(),
        }
    }
}

fn shown(lines: &[String]) -> Vec<String> {
    lines.iter().map(|line| on_a_line(line)).collect()
}

/// What the walk showed, each with the shortest way to it.
fn differences(life: &Lifecycle) -> Vec<Finding> {
    let findings = life.differences.iter().map(|one| {
        let mut finding = Finding::of(one.level, &one.rule, &one.text, &one.source);
        finding
            .facts
            .push(("where", format!("{} meets {}", one.act, one.from)));
        finding.wanted = on_a_line(&one.wanted);
        finding.got = on_a_line(&one.got);
        finding.trace = shown(&one.trace);
        finding
    });
    findings.collect()
}

/// What written sequences showed, the first of them for each rule, with the names of the others.
fn written(life: &Lifecycle) -> Vec<Finding> {
    let mut findings: Vec<Finding> = Vec::new();
    for one in &life.written {
        let name = on_a_line(&one.name);
        for breach in &one.breaches {
            let rule = on_a_line(&breach.rule);
            if let Some(known) = findings.iter_mut().find(|known| known.rule == rule) {
                let names = known
                    .facts
                    .iter_mut()
                    .find(|(label, _)| *label == "sequence");
                if let Some((_, names)) = names.filter(|(_, names)| !names.contains(&name)) {
                    names.push_str(&format!(", {name}"));
                }
                continue;
            }
            let mut finding = Finding::of(breach.level, &breach.rule, &breach.text, &breach.source);
            finding.facts.push(("sequence", name.clone()));
            finding.facts.push(("step", breach.step.to_string()));
            finding
                .facts
                .push(("difference", on_a_line(&breach.mismatch)));
            finding.trace = shown(&one.trace);
            findings.push(finding);
        }
    }
    findings
}

fn generated(report: &SequenceReport) -> Vec<Finding> {
    let findings = report.findings.iter().map(|one| {
        let mut finding = Finding::of(one.level, &one.rule, &one.text, &one.source);
        let number = format!("{} of seed {}, shrunk", one.number, report.seed);
        finding.facts.push(("sequence", number));
        finding.facts.push(("difference", on_a_line(&one.mismatch)));
        finding.trace = shown(&one.trace);
        finding
    });
    findings.collect()
}

impl Races {
    fn of(report: &RaceReport) -> Self {
        let mut told = format!(
            "{} races with {} requests at once, {} broke a rule",
            report.races, report.concurrency, report.broken
        );
        if report.unstarted > 0 {
            let reason = report.reason.as_deref().unwrap_or("no reason was told");
            told.push_str(&format!(
                "; {} could not be started: {}",
                report.unstarted,
                on_a_line(reason)
            ));
        }
        let kinds = Kind::ALL.into_iter().filter_map(|kind| {
            let seen = report.seen.get(&kind)?;
            let mut lines: Vec<_> = seen.iter().collect();
            lines.sort_by_key(|(line, count)| (std::cmp::Reverse(**count), line.as_str()));
            let most = lines.first().map_or(1, |(_, count)| **count).max(1);
            let bars = lines.iter().take(OUTCOMES_MAX).map(|(line, count)| Bar {
                count: **count,
                width: BAR_WIDTH * **count as f64 / most as f64,
                line: on_a_line(line),
            });
            Some(Outcomes {
                name: kind.name(),
                bars: bars.collect(),
                others: lines.len().saturating_sub(OUTCOMES_MAX),
            })
        });
        let findings = report.findings.iter().map(|one| {
            let mut finding = Finding::of(one.level, &one.rule, &one.text, &one.source);
            let race = format!("{}, {}", one.number, one.kind.name());
            finding.facts.push(("race", race));
            finding.facts.push(("difference", on_a_line(&one.mismatch)));
            finding.trace = shown(&one.history);
            finding
        });
        Self {
            told,
            kinds: kinds.collect(),
            findings: findings.collect(),
        }
    }
}
