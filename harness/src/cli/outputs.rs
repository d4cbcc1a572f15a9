//! Where results go: the terminal, and files.

use std::io;
use std::path::{Path, PathBuf};

use clap::Args;
use serde::Serialize;
use terminal_size::terminal_size_of;

use crate::case::Level;
use crate::cli::{Stop, print, write_out};
use crate::files;
use crate::lifecycle::Lifecycle;
use crate::report::{Labelled, Results, Style, html, junit, markdown, terminal};
use crate::runner::Exit;

/// The width of a line on terminals that are narrower or wider.
const WIDTH_MIN: usize = 60;
const WIDTH_MAX: usize = 140;

/// What stands for standard output in place of a file.
pub(crate) const STDOUT: &str = "-";

/// Files that results are written to.
#[derive(Debug, Args)]
pub(crate) struct Outputs {
    /// Write the results to this file as JSON; `-` is standard output, which then holds nothing else.
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    #[command(flatten)]
    reports: Reports,
}

/// Files for readers of other kinds.
#[derive(Debug, Args)]
pub(crate) struct Reports {
    /// Write a page for browsers to this file: one file that needs no network; `-` is standard output.
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
    /// Write JUnit XML for CI to this file; `-` is standard output.
    #[arg(long, value_name = "FILE")]
    junit: Option<PathBuf>,
    /// Write a summary for a CI job to this file as Markdown; `-` is standard output.
    #[arg(long, value_name = "FILE")]
    markdown: Option<PathBuf>,
}

/// The amount that is shown on the terminal.
#[derive(Clone, Copy, Debug, Args)]
pub(crate) struct StyleArguments {
    /// Show the faults and the last lines only.
    #[arg(long, short)]
    pub(crate) quiet: bool,
    /// Show the sums per area and every case with its proof, too.
    #[arg(long, short, conflicts_with = "quiet")]
    verbose: bool,
    /// Show the faults of this level and above, each with an example. It moves no gate: --strict does.
    #[arg(long, value_name = "LEVEL")]
    level: Option<Level>,
}

impl StyleArguments {
    pub(crate) fn style(self) -> Style {
        Style {
            quiet: self.quiet,
            verbose: self.verbose,
            level: self.level,
            ..Style::default()
        }
    }
}

impl Outputs {
    /// Whether all of it can be written: a run of minutes must not end in a file that was never possible.
    pub(crate) fn check(&self, inputs: &[&Path]) -> Result<(), Stop> {
        self.reports.check(self.json.as_ref(), inputs)
    }

    /// Writes every file that is asked for, and shows the results on the terminal unless a file goes there.
    pub(crate) fn write(&self, results: &Results, style: Style) -> Result<(), Stop> {
        if let Some(file) = &self.json {
            put_json(file, results)?;
        }
        let all = Labelled::all([(None, results.clone())]);
        self.reports.write(&all, &[], &[])?;
        let mut files = self.json.iter().chain(self.reports.files());
        if files.any(|file| is_stdout(file)) {
            return Ok(());
        }
        show(results, style)
    }
}

impl Reports {
    /// Whether all of it can be written.
    pub(crate) fn check(&self, json: Option<&PathBuf>, inputs: &[&Path]) -> Result<(), Stop> {
        check(
            &json.into_iter().chain(self.files()).collect::<Vec<_>>(),
            inputs,
        )
    }

    /// Whether any is asked for.
    pub(crate) fn is_any(&self) -> bool {
        self.files().next().is_some()
    }

    /// Whether one of them goes to standard output, which then holds nothing else.
    pub(crate) fn takes_stdout(&self) -> bool {
        self.files().any(|file| is_stdout(file))
    }

    /// Writes every file that is asked for, of several targets side by side. Lives have no cases, which is what JUnit and
    /// Markdown tell of: they are in the page alone, as is what the targets come to together.
    pub(crate) fn write(
        &self,
        all: &[Labelled],
        lives: &[Labelled<Lifecycle>],
        standings: &[String],
    ) -> Result<(), Stop> {
        let without_cases = self.junit.as_ref().or(self.markdown.as_ref());
        if let Some(file) = without_cases.filter(|_| all.is_empty()) {
            return Err(Stop::usage(format!(
                "write {}: what `fullstop lifecycle` learnt has no cases; --html shows it",
                file.display()
            )));
        }
        if let Some(file) = &self.html {
            page(file, all, lives, standings)?;
        }
        if let Some(file) = &self.junit {
            put(file, junit(all).as_bytes())?;
        }
        if let Some(file) = &self.markdown {
            put(file, markdown(all).as_bytes())?;
        }
        Ok(())
    }

    fn files(&self) -> impl Iterator<Item = &PathBuf> {
        let files = [&self.html, &self.junit, &self.markdown];
        files.into_iter().flatten()
    }
}

/// Writes a page for browsers.
pub(crate) fn page(
    file: &Path,
    all: &[Labelled],
    lives: &[Labelled<Lifecycle>],
    standings: &[String],
) -> Result<(), Stop> {
    let page = html(all, lives, standings).map_err(|error| Stop {
        exit: Exit::Harness,
        message: format!("write HTML: {error:#}"),
    })?;
    put(file, page.as_bytes())
}

/// Shows results on the terminal.
pub(crate) fn show(results: &Results, style: Style) -> Result<(), Stop> {
    let mut text = Vec::new();
    let style = Style {
        width: width().unwrap_or(style.width),
        ..style
    };
    terminal(results, style, &mut text).map_err(|error| Stop {
        exit: Exit::Harness,
        message: format!("report: {error}"),
    })?;
    print(String::from_utf8_lossy(&text))
}

/// The columns of the terminal, if standard output is one.
pub(crate) fn width() -> Option<usize> {
    let (width, _) = terminal_size_of(io::stdout())?;
    Some(usize::from(width.0).clamp(WIDTH_MIN, WIDTH_MAX))
}

/// Whether all of these can be written, and none is another one or what the command reads.
pub(crate) fn check(outputs: &[&PathBuf], inputs: &[&Path]) -> Result<(), Stop> {
    if outputs.iter().filter(|file| is_stdout(file)).count() > 1 {
        let why = "write two reports to standard output: name a file for one of them";
        return Err(Stop::usage(why));
    }
    let outputs: Vec<_> = outputs.iter().filter(|file| !is_stdout(file)).collect();
    for (place, file) in outputs.iter().enumerate() {
        let shown = file.display();
        let is_it = |other: &Path| is_same(file, other);
        if outputs[..place].iter().any(|other| is_it(other)) {
            let why = format!("write {shown}: another report goes there, too");
            return Err(Stop::usage(why));
        }
        if inputs.iter().any(|input| is_it(input)) {
            let why = format!("write {shown}: it is what is read");
            return Err(Stop::usage(why));
        }
        files::check(file).map_err(|error| Stop::usage(format!("write {shown}: {error}")))?;
    }
    Ok(())
}

/// Whether two paths lead to one file.
fn is_same(one: &Path, other: &Path) -> bool {
    let real = |path: &Path| path.canonicalize().ok();
    one == other || real(one).is_some_and(|one| real(other) == Some(one))
}

/// Writes what a command found as JSON, to a file or to standard output where `-` stands for it.
pub(crate) fn put_json(file: &Path, found: &impl Serialize) -> Result<(), Stop> {
    let mut json = serde_json::to_vec_pretty(found).map_err(|error| Stop {
        exit: Exit::Harness,
        message: format!("write JSON: {error}"),
    })?;
    json.push(b'\n');
    put(file, &json)
}

/// Writes a file, or to standard output where `-` stands for it.
pub(crate) fn put(file: &Path, content: &[u8]) -> Result<(), Stop> {
    if is_stdout(file) {
        return write_out(content);
    }
    files::write(file, content)
        .map_err(|error| Stop::usage(format!("write {}: {error}", file.display())))
}

/// Whether it stands for standard output.
pub(crate) fn is_stdout(file: &Path) -> bool {
    file == Path::new(STDOUT)
}
