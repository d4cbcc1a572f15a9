//! Results for the summary of a CI job: the figures, the faults, a table by area, and the findings folded, within the size that
//! GitHub takes.

use std::fmt::Write as _;

use crate::report::figures::{
    areas, coverage, divergence, entry, is_finding, occurring, standing, told,
};
use crate::report::{CaseResult, Labelled};
use crate::runner::KnownEntry;
use crate::visible::{clipped, on_a_line, visible};

/// The most bytes of a summary. GitHub drops a step's summary of more than 1 MiB as a whole.
const SIZE_MAX: usize = 900_000;

/// The most faults of a target that are listed: whoever has more of them begins with these.
const FAULTS_MAX: usize = 30;

/// The most characters of one request, answer or replay line.
const BLOCK_LENGTH_MAX: usize = 6_000;

/// A summary of several targets.
pub fn markdown(all: &[Labelled]) -> String {
    let mut text = String::from("## StopUserImportJob, judged by fullstop\n\n");
    text.push_str("| target | divergence | coverage | exit |\n|---|---|---|---|\n");
    for one in all {
        let results = &one.results;
        let reason = results
            .reason
            .as_deref()
            .unwrap_or("nothing to complain of");
        let _ = writeln!(
            text,
            "| {} | **{}** | **{}** | {}: {} |",
            prose(&one.label),
            divergence(&results.summary),
            coverage(&results.summary),
            results.exit,
            prose(reason)
        );
    }
    for one in all {
        faults(one, &mut text);
        known(one, &mut text);
    }
    for one in all {
        table(one, &mut text);
    }
    let (mut left_out, mut total) = (0, 0);
    for one in all {
        let findings: Vec<_> = one
            .results
            .cases
            .iter()
            .filter(|case| is_finding(case))
            .collect();
        if findings.is_empty() {
            continue;
        }
        total += findings.len();
        let _ = write!(text, "\n### Findings of {}\n\n", prose(&one.label));
        for case in findings {
            let told = finding(one, case);
            if left_out > 0 || text.len() + told.len() > SIZE_MAX {
                left_out += 1;
            } else {
                text.push_str(&told);
            }
        }
    }
    if left_out > 0 {
        let _ = writeln!(
            text,
            "\n{left_out} of {total} findings are left out, since a job summary has a largest size: the JSON and HTML reports hold all of them."
        );
    }
    let versions: Vec<_> = all.iter().map(|one| one.results.version.as_str()).collect();
    let _ = writeln!(
        text,
        "\n<sub>fullstop {}</sub>",
        prose(&versions.join(", "))
    );
    text
}

/// The faults of an endpoint, the worst first.
fn faults(one: &Labelled, text: &mut String) {
    let faults = &one.results.faults;
    if faults.is_empty() {
        return;
    }
    let _ = write!(
        text,
        "\n### Faults of {}, worst first\n\n",
        prose(&one.label)
    );
    for fault in faults.iter().take(FAULTS_MAX) {
        let count = fault.fixes();
        let cases = if count == 1 { "case" } else { "cases" };
        let command = one.results.command(&fault.example.case);
        let _ = writeln!(
            text,
            "1. **{}** ({}, {count} {cases}): expected {}, got {}<br><code>{}</code>",
            prose(&fault.title),
            fault.level,
            prose(&fault.example.expected),
            prose(&fault.example.actual),
            html(&command)
        );
    }
    if let Some(more) = faults
        .len()
        .checked_sub(FAULTS_MAX)
        .filter(|more| *more > 0)
    {
        let _ = writeln!(text, "\n{more} more faults are in the JSON report.");
    }
}

/// The entries of the ledger.
fn known(one: &Labelled, text: &mut String) {
    let is_run = |entry: &&KnownEntry| entry.judged > 0;
    let entries: Vec<_> = one.results.ledger.iter().filter(is_run).collect();
    if entries.is_empty() {
        return;
    }
    let _ = write!(text, "\n### Known faults of {}\n\n", prose(&one.label));
    for entry in entries.iter().take(FAULTS_MAX) {
        let _ = writeln!(
            text,
            "- {}: {}, {} ({})",
            entry.state.name(),
            prose(&entry.entry),
            standing(entry),
            prose(&entry.reason)
        );
    }
    if let Some(more) = entries
        .len()
        .checked_sub(FAULTS_MAX)
        .filter(|more| *more > 0)
    {
        let _ = writeln!(text, "\n{more} more known faults are in the JSON report.");
    }
}

/// A row an area, a column a verdict that occurs.
fn table(one: &Labelled, text: &mut String) {
    let columns = occurring(&one.results);
    let _ = write!(text, "\n### {}\n\n| area |", prose(&one.label));
    for verdict in &columns {
        let _ = write!(text, " {verdict} |");
    }
    text.push_str("\n|---|");
    text.push_str(&"--:|".repeat(columns.len()));
    for (area, counts) in areas(&one.results) {
        let _ = write!(text, "\n| {} |", prose(area));
        for verdict in &columns {
            let count = counts.get(verdict).map_or(String::new(), usize::to_string);
            let _ = write!(text, " {count} |");
        }
    }
    text.push_str("\n| **total** |");
    for verdict in &columns {
        let _ = write!(text, " **{}** |", one.results.summary.count(*verdict));
    }
    text.push('\n');
}

fn finding(one: &Labelled, case: &CaseResult) -> String {
    let mut text = format!(
        "<details><summary><b>{}</b> <code>{}</code> ({})</summary>\n\n",
        case.verdict,
        html(&case.id),
        case.level
    );
    if let Some(requirement) = one.results.requirement(case.requirement()) {
        let _ = writeln!(text, "{}\n", prose(&requirement.text));
        for source in &requirement.sources {
            let _ = writeln!(text, "- {}: {}", source.kind.name(), prose(&source.cite));
        }
    }
    let facts = [
        ("why", case.why.clone()),
        ("given", case.given.clone()),
        ("flag", case.flag.clone()),
        ("note", case.reason.clone()),
        ("ledger", case.known.as_ref().map(entry)),
        ("again", case.repeats.as_ref().map(told)),
    ];
    for (label, fact) in facts {
        if let Some(fact) = fact {
            let _ = writeln!(text, "- {label}: {}", prose(&fact));
        }
    }
    if !case.mismatches.is_empty() {
        let mut lines = String::new();
        for mismatch in &case.mismatches {
            let _ = writeln!(lines, "@@ {} @@", on_a_line(&mismatch.place()));
            let _ = writeln!(lines, "- wanted {}", on_a_line(&mismatch.wanted));
            let _ = writeln!(lines, "+ got    {}", on_a_line(&mismatch.got));
        }
        block("diff", &lines, &mut text);
    }
    if let Some(exchange) = &case.exchange {
        block("http", &exchange.sent, &mut text);
        block("http", &exchange.came, &mut text);
    }
    if let Some(replay) = &case.replay {
        block("sh", replay, &mut text);
    }
    text.push_str("\n</details>\n\n");
    text
}

/// A text in a fence that nothing in it can close.
fn block(language: &str, content: &str, text: &mut String) {
    let content = clipped(content, BLOCK_LENGTH_MAX);
    let content = visible(content.trim_end());
    let (mut run, mut longest) = (0, 0);
    for letter in content.chars() {
        run = if letter == '`' { run + 1 } else { 0 };
        longest = longest.max(run);
    }
    let fence = "`".repeat(longest.max(2) + 1);
    let _ = write!(text, "\n{fence}{language}\n{content}\n{fence}\n");
}

/// A text on one line in which nothing is markup.
fn prose(text: &str) -> String {
    let mut shown = String::new();
    for letter in on_a_line(text).chars() {
        match letter {
            '<' => shown.push_str("&lt;"),
            '>' => shown.push_str("&gt;"),
            '&' => shown.push_str("&amp;"),
            // A zero-width joiner keeps a name from being mentioned; it is ours, and behind the sign.
            '@' => shown.push_str("@\u{200d}"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '~' | '#' | '!' | '$' => {
                shown.push('\\');
                shown.push(letter);
            }
            letter => shown.push(letter),
        }
    }
    shown
}

/// A text on one line within HTML.
fn html(text: &str) -> String {
    let text = on_a_line(text);
    let text = text.replace('&', "&amp;").replace('<', "&lt;");
    text.replace('>', "&gt;").replace('"', "&quot;")
}
