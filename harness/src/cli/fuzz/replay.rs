//! `fullstop fuzz --replay`: one case file that a campaign wrote, judged again as the campaign judged it.

use std::fmt::Write as _;
use std::path::Path;
use std::process::ExitCode;

use crate::campaign;
use crate::cli::target::load_suite;
use crate::cli::{Stop, print};
use crate::files;
use crate::runner::{Exit, Session};
use crate::suite::Suite;

pub(crate) async fn replay(session: &Session, file: &Path) -> Result<ExitCode, Stop> {
    let text = files::text(file)
        .map_err(|error| Stop::usage(format!("read {}: {error}", file.display())))?;
    // A requirement's id is made of the last two parts of its path.
    let parts: Vec<_> = file.iter().map(|part| part.to_string_lossy()).collect();
    let name = parts[parts.len().saturating_sub(2)..].join("/");
    let name = if name.contains('/') {
        name
    } else {
        format!("fuzz/{name}")
    };
    let suite = Suite::from_texts([(name, text.as_str())].into_iter()).map_err(Stop::usage)?;
    let whole = load_suite(None)?;
    let seen = campaign::replay(session, whole, &suite)
        .await
        .map_err(Stop::unreachable)?;
    let mut text = String::new();
    for again in &seen {
        let _ = writeln!(text, "{}  {}", again.case, again.verdict);
        if let Some(exchange) = &again.exchange {
            let _ = writeln!(text, "  sent");
            for line in exchange.sent.lines() {
                let _ = writeln!(text, "    {line}");
            }
            let _ = writeln!(text, "  came");
            for line in exchange.came.lines() {
                let _ = writeln!(text, "    {line}");
            }
        }
        for (requirement, violation) in &again.wrong {
            let _ = writeln!(text, "  {requirement}");
            let _ = writeln!(text, "    {}", violation.at());
            let _ = writeln!(text, "      wanted  {}", violation.expected);
            let _ = writeln!(text, "      got     {}", violation.actual);
        }
    }
    let is_wrong = seen.iter().any(|again| !again.wrong.is_empty());
    text.push_str(if is_wrong {
        "it shows again\n"
    } else {
        "nothing is wrong this time\n"
    });
    print(text)?;
    let exit = if is_wrong {
        Exit::Divergent
    } else {
        Exit::Green
    };
    Ok(ExitCode::from(exit.code()))
}
