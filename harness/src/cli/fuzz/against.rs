//! `fullstop fuzz --against`: the smallest requests that tell two endpoints apart.

use std::fmt::Write as _;
use std::process::ExitCode;
use std::sync::Arc;

use crate::campaign::{self, Difference, Settings};
use crate::cli::target::load_suite;
use crate::cli::{Stop, print};
use crate::clock::Deadline;
use crate::runner::{Exit, Session};
use crate::visible::on_a_line;

pub(super) async fn against(
    settings: &Settings,
    session: &Session,
    other: &Session,
    until: &Deadline,
) -> Result<ExitCode, Stop> {
    let suite = load_suite(None)?;
    let live: Arc<campaign::Live> = Arc::default();
    let sides = [session, other];
    let differences = campaign::differences(settings, sides, &suite, &live, until)
        .await
        .map_err(Stop::unreachable)?;
    let names = [session, other].map(|session| match session.is_embedded() {
        true => "reference".to_owned(),
        false => session.client.url(),
    });
    let mut text = String::new();
    for difference in &differences {
        told(difference, &names, &mut text);
    }
    let executions = live.executions.load(std::sync::atomic::Ordering::Relaxed);
    let _ = writeln!(
        text,
        "{executions} requests to both, {} differences, the smallest first",
        differences.len()
    );
    print(text)?;
    // Two endpoints that answer nothing are alike in nothing.
    Ok(match executions {
        0 => ExitCode::from(Exit::Unjudged.code()),
        _ => ExitCode::SUCCESS,
    })
}

fn told(difference: &Difference, names: &[String; 2], text: &mut String) {
    let _ = writeln!(
        text,
        "difference  {}, given {}",
        on_a_line(&difference.facets.to_string()),
        difference.case.given
    );
    if let Ok(entry) = toml::to_string(&difference.case.entry("difference")) {
        let written = entry.lines().filter(|line| {
            let is_of_form = |key: &&str| line.starts_with(*key);
            !["name =", "why ="].iter().any(is_of_form)
        });
        for line in written {
            let _ = writeln!(text, "  {line}");
        }
    }
    for (name, side) in names.iter().zip(&difference.sides) {
        let note = if side.is_permitted {
            ""
        } else {
            "  (a fault: the evidence forbids it)"
        };
        let _ = writeln!(text, "  {name}: {}{note}", on_a_line(&side.answer));
    }
    text.push('\n');
}
