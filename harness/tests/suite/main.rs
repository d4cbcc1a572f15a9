//! What a machine can check about the project itself, one module per subject.

mod aws;
mod campaigns;
mod command;
mod commands;
mod degenerate;
mod doctor;
mod drift;
mod emulator;
mod endpoints;
mod faults;
mod files;
mod first_contact;
mod flakes;
mod floors;
mod fuzzing;
mod gate;
mod generator;
mod grouping;
mod help;
mod hostile;
mod ledger;
mod library;
mod lifecycle;
mod loader;
mod oracle;
mod pasted;
mod power;
mod provision;
mod published;
mod recording;
mod reference;
mod reports;
mod schemas;
mod screens;
mod secrets;
mod selection;
mod target;
mod tidy;
mod unsupported;
mod versions;
mod witnesses;

use std::path::{Path, PathBuf};

/// The project's root.
fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Every file below a folder of the project, in order.
fn files(folder: &str) -> Vec<PathBuf> {
    fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
        for entry in std::fs::read_dir(folder).expect("a folder of the project") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                collect(&path, files)
            } else {
                files.push(path)
            }
        }
    }
    let mut files = Vec::new();
    collect(&root().join(folder), &mut files);
    files.sort();
    files
}

/// A file's path as the project names it.
fn name(file: &Path) -> String {
    file.strip_prefix(root())
        .unwrap_or(file)
        .to_string_lossy()
        .replace('\\', "/")
}
