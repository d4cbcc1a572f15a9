//! Where the results of a run go: the terminal, and files.

use std::path::{Path, PathBuf};

use clap::Args;

use crate::cli::{Stop, print};
use crate::report::{Results, Style, terminal};
use crate::runner::Exit;

/// Files that results are written to.
#[derive(Debug, Args)]
pub(crate) struct Outputs {
    /// Write the results to this file as JSON; `-` is standard output, which then holds nothing else.
    #[arg(long, value_name = "FILE")]
    pub(crate) json: Option<PathBuf>,
}

impl Outputs {
    /// Writes every file that is asked for, and shows the results on the terminal unless a file goes there.
    pub(crate) fn write(&self, results: &Results, style: Style) -> Result<(), Stop> {
        let mut to_stdout = false;
        if let Some(file) = &self.json {
            to_stdout |= put(file, &json(results)?)?;
        }
        if !to_stdout {
            show(results, style)?;
        }
        Ok(())
    }
}

/// Shows results on the terminal.
fn show(results: &Results, style: Style) -> Result<(), Stop> {
    let mut text = Vec::new();
    terminal(results, style, &mut text).map_err(|error| Stop {
        exit: Exit::Harness,
        message: format!("report: {error}"),
    })?;
    print(text)
}

fn json(results: &Results) -> Result<Vec<u8>, Stop> {
    let mut json = serde_json::to_vec_pretty(results).map_err(|error| Stop {
        exit: Exit::Harness,
        message: format!("write JSON: {error}"),
    })?;
    json.push(b'\n');
    Ok(json)
}

/// Writes a file. True if it is standard output.
fn put(file: &Path, content: &[u8]) -> Result<bool, Stop> {
    if file == Path::new("-") {
        print(content)?;
        return Ok(true);
    }
    std::fs::write(file, content)
        .map(|()| false)
        .map_err(|error| Stop::usage(format!("write {}: {error}", file.display())))
}
