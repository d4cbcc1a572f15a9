//! Lists the case files and the published answers for the library to embed.
//!
//! `include_str!` alone would miss a new file until the next clean build; watching the folder does not.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

fn main() -> io::Result<()> {
    let root = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").expect("cargo sets it"));
    embed(&root.join("cases"), "toml", "cases.rs")?;
    embed(&root.join("harness/released"), "txt", "released.rs")?;
    embed(&root.join("harness/published"), "toml", "published.rs")
}

/// Writes a table of the files below a folder that end in that: each path, and its text.
fn embed(folder: &Path, ending: &str, name_of_table: &str) -> io::Result<()> {
    println!("cargo::rerun-if-changed={}", folder.display());

    let mut files = Vec::new();
    collect(folder, ending, &mut files)?;
    files.sort();

    let mut table = String::from("[\n");
    for file in &files {
        let name = file.strip_prefix(folder).expect("collected below it");
        let name = name.to_string_lossy().replace('\\', "/");
        writeln!(table, "({name:?}, include_str!({file:?})),").expect("strings do not fail");
    }
    table.push(']');

    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets it"));
    fs::write(out.join(name_of_table), table)
}

fn collect(folder: &Path, ending: &str, files: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            println!("cargo::rerun-if-changed={}", path.display());
            collect(&path, ending, files)?;
        } else if path
            .extension()
            .is_some_and(|extension| extension == ending)
        {
            files.push(path);
        }
    }
    Ok(())
}
