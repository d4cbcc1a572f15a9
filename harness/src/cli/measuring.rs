//! What those commands share that meet the suite with many endpoints of ours: the list of them, a choice among them, a bar.

use std::process::ExitCode;

use indicatif::{ProgressBar, ProgressDrawTarget};

use crate::cli::{Stop, print};
use crate::runner::{Exit, SessionError};

/// Prints each one's name and what it does.
pub(crate) fn list<T: Copy>(
    all: &[T],
    name: fn(T) -> &'static str,
    summary: fn(T) -> &'static str,
) -> Result<ExitCode, Stop> {
    let rows = all.iter().copied();
    let rows = rows.map(|one| format!("{:<36}  {}\n", name(one), summary(one)));
    print(rows.collect::<String>())?;
    Ok(ExitCode::SUCCESS)
}

/// Those that were asked for, or all.
pub(crate) fn chosen<'a, T>(only: &'a [T], all: &'a [T]) -> &'a [T] {
    if only.is_empty() { all } else { only }
}

/// A bar on standard error, where that is a terminal.
pub(crate) fn bar(length: u64) -> ProgressBar {
    ProgressBar::with_draw_target(Some(length), ProgressDrawTarget::stderr())
}

/// An endpoint of ours that does not start is our fault.
pub(crate) fn embedded(error: &SessionError) -> Stop {
    Stop {
        exit: Exit::Harness,
        message: error.to_string(),
    }
}

/// The exit code of what was measured.
pub(crate) fn exit(fails: bool) -> ExitCode {
    ExitCode::from(if fails { Exit::Divergent.code() } else { 0 })
}
