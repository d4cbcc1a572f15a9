//! `fullstop completions`.

use std::process::ExitCode;

use clap::Args;
use clap_complete::Shell;

use crate::cli::{Stop, command, write_out};

const EXAMPLES: &str = "\
Examples:
  # bash; for all users in /usr/share/bash-completion/completions/fullstop.
  fullstop completions bash > fullstop.bash

  # zsh: into a folder of $fpath.
  fullstop completions zsh > _fullstop

  # fish: into ~/.config/fish/completions/.
  fullstop completions fish > fullstop.fish";

/// Writes a shell's completions to standard output.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Arguments {
    /// The shell.
    shell: Shell,
}

pub(crate) fn completions(arguments: &Arguments) -> Result<ExitCode, Stop> {
    let mut script = Vec::new();
    clap_complete::generate(arguments.shell, &mut command(), "fullstop", &mut script);
    write_out(&script)?;
    Ok(ExitCode::SUCCESS)
}
