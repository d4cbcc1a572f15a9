//! The findings of a campaign, shown as faults.

use std::fmt::Write as _;

use crate::campaign::{Finding, Summary};
use crate::case::Level;
use crate::cli::fuzz::Arguments;
use crate::cli::outputs::width;
use crate::fault::shown;
use crate::oracle::Violation;
use crate::report::{Block, Style};
use crate::shell::word;
use crate::visible::{counted, on_a_line};

/// The findings, the worst first.
pub(super) fn faults(arguments: &Arguments, summary: &Summary) -> String {
    let style = Style {
        width: width().unwrap_or(Style::default().width),
        ..Style::default()
    };
    let (mut text, mut number) = (String::new(), 0);
    for level in [Level::Must, Level::Should] {
        let of_level = summary.findings.iter().filter(|one| one.level == level);
        let mut of_level: Vec<_> = of_level.collect();
        of_level.sort_by_key(|one| (one.harm, one.executions_to_find));
        if !of_level.is_empty() {
            let name = level.to_string().to_uppercase();
            let faults = counted(of_level.len(), "fault");
            let _ = writeln!(text, "{name}: {faults}");
        }
        for finding in of_level {
            number += 1;
            let block = block(arguments, finding);
            block.heading(number, style, &mut text);
            block.example(style, &mut text);
            if arguments.verbose {
                let _ = write!(text, "{finding}");
                if let Some(replay) = &finding.replay {
                    let _ = writeln!(text, "  replay  {replay}");
                }
            }
        }
    }
    if number > 0 {
        text.push('\n');
    }
    text
}

fn block<'a>(arguments: &Arguments, finding: &'a Finding) -> Block<'a> {
    let file = arguments.findings.join(&finding.path);
    let file = file.display().to_string();
    let file = word(&file);
    let target = arguments.target.words();
    let is_case = finding.path.ends_with(".toml");
    let command = match (&finding.replay, is_case) {
        (Some(replay), false) => replay.clone(),
        _ if finding.is_request => format!("fullstop fuzz {target} --replay {file}"),
        _ => format!("fullstop lifecycle {target} --replay {file}"),
    };
    let rule = finding.requirement_id.iter();
    let mut notes: Vec<_> = rule.map(|id| ("rule", id.clone())).collect();
    notes.push(("source", finding.source.clone()));
    notes.extend(finding.also.iter().map(|also| ("also", also.clone())));
    if let Some((hits, tries)) = finding.flaky {
        notes.push(("again", format!("{hits} of {tries} times")));
    }
    let executions = usize::try_from(finding.executions_to_find).unwrap_or(usize::MAX);
    let shown = shown(&finding.violations);
    let side = |side: fn(&Violation) -> String| shown.map(side).unwrap_or_default();
    Block {
        title: &finding.title,
        counted: format!("after {}", counted(executions, "execution")),
        at: shown
            .and_then(|one| one.facet.of_rest())
            .map_or(String::new(), |at| format!("{}: ", on_a_line(&at))),
        expected: side(|one| one.expected.to_string()),
        actual: side(|one| one.actual.to_string()),
        sent: &finding.sent,
        notes,
        command,
    }
}
