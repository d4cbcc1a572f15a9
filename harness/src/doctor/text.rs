//! A diagnosis for people.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use anstyle::{AnsiColor, Effects, Style};

use crate::doctor::diagnosis::{Clock, Diagnosis, Outcome, Presence, Protocol, Reached};

const BOLD: Style = Style::new().effects(Effects::BOLD);
const DIM: Style = Style::new().effects(Effects::DIMMED);
const GOOD: Style = AnsiColor::Green.on_default();
const BAD: Style = AnsiColor::Red.on_default();

/// The most leftovers that are listed one by one.
const LISTED_MAX: usize = 5;

/// Past this the service and its imitators refuse signatures: 5 minutes either way on AWS.
const SKEW_S_MAX: i64 = 300;

/// The diagnosis as text with colours; the stream takes them out where they do not belong.
pub fn shown(diagnosis: &Diagnosis) -> String {
    let mut text = String::new();
    let line = |text: &mut String, name: &str, what: &str| {
        let _ = writeln!(text, "{BOLD}{name:<11}{BOLD:#}{what}");
    };
    line(&mut text, "endpoint", &diagnosis.endpoint);
    line(&mut text, "reachable", &way(diagnosis));
    if let Some(protocol) = &diagnosis.protocol {
        line(&mut text, "protocol", &spoken(protocol));
    }
    if diagnosis.way.answered_ms.is_some() {
        line(&mut text, "clock", &clock(diagnosis.clock.as_ref()));
    }
    if !diagnosis.signing.is_empty() {
        signing(diagnosis, &mut text);
    }
    if !diagnosis.operations.is_empty() {
        operations(diagnosis, &mut text);
    }
    if let Some(why) = &diagnosis.states_untried {
        line(&mut text, "states", &format!("not tried: {why}"));
    }
    if !diagnosis.states.is_empty() {
        reached("states", &diagnosis.states, &mut text);
        reached("faults", &diagnosis.faults, &mut text);
        line(&mut text, "limits", &limits(diagnosis));
    }
    if let Some(sample) = &diagnosis.sample {
        let judged = percent(sample.coverage);
        let what = format!(
            "{judged} of {} cases at level must can be judged",
            sample.cases
        );
        line(&mut text, "coverage", &what);
    }
    for notice in &diagnosis.notices {
        line(&mut text, "notice", notice);
    }
    for leftover in diagnosis.leftovers.iter().take(LISTED_MAX) {
        line(&mut text, "left", leftover);
    }
    let more = diagnosis.leftovers.len().saturating_sub(LISTED_MAX);
    if more > 0 {
        line(&mut text, "left", &format!("{more} more"));
    }
    let took = diagnosis.elapsed_ms as f64 / 1e3;
    let spent = format!("{} requests in {took:.1} s", diagnosis.requests);
    line(&mut text, "sent", &spent);
    let _ = match &diagnosis.obstacle {
        None => writeln!(
            text,
            "\n{GOOD}StopUserImportJob can be judged here.{GOOD:#}"
        ),
        Some(why) => writeln!(
            text,
            "\n{BAD}StopUserImportJob cannot be judged here: {why}.{BAD:#}"
        ),
    };
    text
}

fn way(diagnosis: &Diagnosis) -> String {
    let way = &diagnosis.way;
    let addresses = way.addresses.join(", ");
    match (way.obstacle, &way.why) {
        (Some(obstacle), why) => {
            let why = why.as_deref().unwrap_or_default();
            format!("{BAD}no{BAD:#}: {why}\n{:<11}{}", "", obstacle.hint())
        }
        (None, _) => {
            let wait = way.answered_ms.unwrap_or_default();
            let through = if addresses.is_empty() {
                "through the proxy".to_owned()
            } else {
                format!("at {addresses}")
            };
            format!("{GOOD}yes{GOOD:#}, {through}; an answer takes {wait} ms")
        }
    }
}

fn spoken(protocol: &Protocol) -> String {
    let kind = protocol.content_type.as_deref().unwrap_or("no media type");
    let object = if protocol.json_object {
        "a JSON object"
    } else {
        "no JSON object"
    };
    let verdict = if protocol.aws_json {
        format!("{GOOD}AWS JSON 1.1{GOOD:#}")
    } else {
        format!("{BAD}not quite AWS JSON 1.1{BAD:#}")
    };
    format!(
        "{verdict}: {object} as {kind}\n{:<11}{DIM}an operation that does not exist: {}{DIM:#}",
        "", protocol.unknown_operation
    )
}

fn clock(clock: Option<&Clock>) -> String {
    match clock {
        None => "unknown: its answers have no Date".to_owned(),
        Some(clock) => match clock.ahead_s {
            None => format!("unknown: `{}` is no date", clock.date),
            Some(0) => format!("{GOOD}in step{GOOD:#}"),
            Some(ahead) => {
                let where_to = if ahead > 0 { "ahead" } else { "behind" };
                let (style, note) = if ahead.abs() > SKEW_S_MAX {
                    (BAD, ": whoever verifies signatures refuses them by then")
                } else {
                    (GOOD, "")
                };
                format!("{style}{} s {where_to}{style:#}{note}", ahead.abs())
            }
        },
    }
}

fn signing(diagnosis: &Diagnosis, text: &mut String) {
    let _ = writeln!(text, "{BOLD}signatures{BOLD:#}");
    for line in &diagnosis.signing {
        let (style, word) = match line.outcome {
            Outcome::Accepted => (GOOD, "accepted"),
            Outcome::Refused => (Style::new(), "refused"),
            Outcome::Other => (Style::new(), "answered otherwise"),
            Outcome::Untried => (DIM, "not answered"),
        };
        let answer = match line.outcome {
            Outcome::Accepted => String::new(),
            _ => format!(" {DIM}{}{DIM:#}", line.answer),
        };
        let _ = writeln!(
            text,
            "  {:<22} {style}{word}{style:#}{answer}",
            line.signature
        );
    }
}

fn operations(diagnosis: &Diagnosis, text: &mut String) {
    let _ = writeln!(text, "{BOLD}operations{BOLD:#}");
    for found in &diagnosis.operations {
        let (style, word) = match found.presence {
            Presence::There => (GOOD, "there"),
            Presence::Missing => (BAD, "missing"),
            Presence::Unknown => (DIM, "unknown"),
        };
        let answer = match found.presence {
            Presence::There => String::new(),
            _ => format!(" {DIM}{}{DIM:#}", found.answer),
        };
        let name = found.operation.name();
        let _ = writeln!(text, "  {name:<22} {style}{word}{style:#}{answer}");
    }
}

/// What was reached on one line, and what was not with its reason, those of one reason together.
fn reached(title: &str, lines: &[Reached], text: &mut String) {
    let names = |wanted: bool| -> Vec<&str> {
        let of_kind = lines.iter().filter(|line| line.reached == wanted);
        of_kind.map(|line| line.name.as_str()).collect()
    };
    let within = match names(true) {
        // One reason for all of them is told once, without their names.
        within if within.is_empty() && lines.iter().all(|line| line.why == lines[0].why) => {
            let why = lines.first().and_then(|line| line.why.as_deref());
            let _ = writeln!(
                text,
                "{BOLD}{title:<11}{BOLD:#}none: {}",
                why.unwrap_or("none was tried")
            );
            return;
        }
        within if within.is_empty() => "none".to_owned(),
        within => format!("{GOOD}{}{GOOD:#}", within.join(", ")),
    };
    let _ = writeln!(text, "{BOLD}{title:<11}{BOLD:#}{within}");
    let mut reasons: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for line in lines {
        if let Some(why) = &line.why {
            reasons.entry(why).or_default().push(&line.name);
        }
    }
    for (why, names) in reasons {
        let _ = writeln!(text, "  {}: {DIM}{why}{DIM:#}", names.join(", "));
    }
}

fn limits(diagnosis: &Diagnosis) -> String {
    let jobs = match diagnosis.active_jobs {
        Some(limit) => format!("{limit} started jobs at once"),
        None => "no limit of started jobs was met".to_owned(),
    };
    let rate = if diagnosis.throttled {
        "it throttles"
    } else {
        "no throttle was met"
    };
    format!("{jobs}; {rate}")
}

fn percent(share: Option<f64>) -> String {
    share.map_or_else(
        || "none".to_owned(),
        |share| format!("{:.0} %", share * 100.0),
    )
}
