//! Results as JUnit XML, valid by the schema of Jenkins's xUnit plugin.
//!
//! What turns the gate red fails here, and nothing else does: a divergence at level should is told as skipped, unless the
//! gate was strict.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use quick_junit::{NonSuccessKind, Property, Report, TestCase, TestCaseStatus, TestSuite};

use crate::report::figures::{coverage, divergence, entry, told};
use crate::report::{CaseResult, Labelled, Results};
use crate::runner::Verdict;
use crate::snapshot::State;
use crate::visible::{clipped, on_a_line, visible};

/// The most characters of a message: CI shows it on one line.
const MESSAGE_LENGTH_MAX: usize = 300;

/// The most characters of what is told of one failure.
const TOLD_LENGTH_MAX: usize = 16_000;

/// A test suite per target and area, a test case per case.
pub fn junit(all: &[Labelled]) -> String {
    let mut report = Report::new(env!("CARGO_PKG_NAME"));
    for one in all {
        let mut areas: BTreeMap<&str, Vec<&CaseResult>> = BTreeMap::new();
        for case in &one.results.cases {
            areas.entry(case.area()).or_default().push(case);
        }
        for (area, cases) in areas {
            let mut suite = TestSuite::new(format!("{}: {area}", visible(&one.label)));
            for (name, value) in properties(&one.results) {
                suite.add_property(Property::new(name, on_a_line(&value)));
            }
            for case in cases {
                suite.add_test_case(test_case(one, case));
            }
            report.add_test_suite(suite);
        }
    }
    // Jenkins's schema has no sum of the skipped on the outermost element; each suite has its own.
    let skipped = format!(" skipped=\"{}\"", report.skipped);
    let xml = report.to_string().unwrap_or_default();
    xml.replacen(&skipped, "", 1)
}

fn properties(results: &Results) -> Vec<(&'static str, String)> {
    let mut properties = vec![
        ("target", results.target.name.clone()),
        ("endpoint", results.target.endpoint.clone()),
        ("divergence", divergence(&results.summary)),
        ("coverage", coverage(&results.summary)),
        ("exit", results.exit.to_string()),
        ("seed", results.seed.to_string()),
        ("gate", results.gate.to_string()),
        ("version", results.version.clone()),
        ("suite", results.suite.clone()),
    ];
    properties.extend(results.reason.clone().map(|reason| ("reason", reason)));
    properties
}

fn test_case(one: &Labelled, case: &CaseResult) -> TestCase {
    let mut test = TestCase::new(name(case), status(&one.results, case));
    // Readers group by what stands between full stops.
    let label = one.label.replace('.', "_");
    let requirement = case.requirement().replace('.', "_").replace('/', ".");
    test.set_classname(format!("{}.{requirement}", visible(&label)));
    let note = match case.verdict {
        Verdict::Tolerated => Some(case.flag.as_deref().unwrap_or("without a name")),
        Verdict::Shadowed => case.reason.as_deref(),
        _ => None,
    };
    if let Some(note) = note {
        test.set_system_out(format!("{}: {}", case.verdict, visible(note)));
    }
    test
}

/// The last part of the id; of an invariant, all behind the area.
fn name(case: &CaseResult) -> &str {
    case.id.rsplit('/').next().unwrap_or(&case.id)
}

fn status(results: &Results, case: &CaseResult) -> TestCaseStatus {
    let record = case.record();
    let outdated = results.gate.outdated(&record).is_some();
    let fails = results.gate.fails(&record);
    let mut status = match case.verdict {
        Verdict::Error => TestCaseStatus::non_success(NonSuccessKind::Error),
        _ if fails || outdated => TestCaseStatus::non_success(NonSuccessKind::Failure),
        Verdict::Pass | Verdict::Tolerated | Verdict::Shadowed => return TestCaseStatus::success(),
        _ => TestCaseStatus::skipped(),
    };
    let known = case.known.as_ref();
    let kind = match (case.verdict, known) {
        (_, Some(known)) if !fails => format!("ledger-{}", known.state.name()),
        (Verdict::Divergent, None) if !fails => "advisory".to_owned(),
        (Verdict::Pass | Verdict::Observed, _) if fails => "snapshot-changed".to_owned(),
        (verdict, _) => verdict.name().to_owned(),
    };
    let message = match (known, results.fault_of(&case.id)) {
        (Some(known), _) => format!("{}; {}", entry(known), message(case)),
        (None, Some(fault)) => format!("{}: {}", fault.title, message(case)),
        (None, None) => message(case),
    };
    let message = on_a_line(&message);
    status
        .set_type(kind)
        .set_message(clipped(&message, MESSAGE_LENGTH_MAX));
    if fails || outdated || case.verdict == Verdict::Divergent {
        let told = finding(results, case);
        status.set_description(clipped(&visible(&told), TOLD_LENGTH_MAX));
    }
    status
}

/// Why, in a line.
fn message(case: &CaseResult) -> String {
    if let (Verdict::Divergent, Some(first)) = (case.verdict, case.mismatches.first()) {
        return match case.mismatches.len() - 1 {
            0 => first.to_string(),
            more => format!("{first}; and {more} more"),
        };
    }
    if case.snapshot == Some(State::Changed) {
        return "the answer differs from its snapshot".to_owned();
    }
    case.reason.clone().unwrap_or_else(|| {
        match case.verdict {
            Verdict::Observed => "recorded, not judged: what AWS does is not established",
            Verdict::Pass => "it passes",
            verdict => verdict.name(),
        }
        .to_owned()
    })
}

/// What a person needs to judge the finding.
fn finding(results: &Results, case: &CaseResult) -> String {
    let mut text = format!("{}\n", case.id);
    let requirement = results.requirement(case.requirement());
    if let Some(requirement) = requirement {
        let _ = writeln!(text, "{}: {}", requirement.level, requirement.text);
        for source in &requirement.sources {
            let _ = writeln!(text, "source: {}: {}", source.kind.name(), source.cite);
        }
    }
    for (label, value) in [("why", &case.why), ("given", &case.given)] {
        if let Some(value) = value {
            let _ = writeln!(text, "{label}: {value}");
        }
    }
    if let Some(repeats) = &case.repeats {
        let _ = writeln!(text, "again: {}", told(repeats));
    }
    for mismatch in &case.mismatches {
        let _ = writeln!(text, "{mismatch}");
    }
    if let Some(exchange) = &case.exchange {
        let _ = writeln!(
            text,
            "\nsent:\n{}\n\ncame:\n{}",
            exchange.sent, exchange.came
        );
    }
    if let Some(replay) = &case.replay {
        let _ = writeln!(text, "\nreplay:\n{replay}");
    }
    text
}
