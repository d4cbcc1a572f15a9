//! `fullstop init`.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;

use crate::cli::doctor::diagnose;
use crate::cli::guard::INTERRUPTED;
use crate::cli::limits::Limits;
use crate::cli::target::{CONFIG, TargetArguments};
use crate::cli::{Stop, print, runtime};
use crate::doctor::{opens, shown, with_target, written};
use crate::files;
use crate::runner::Exit;
use crate::shell::word;
use crate::target::{CredentialSource, Credentials, Environment, Profile};

const NOTES: &str = "\
The file tells in its comments what was found, and works: `fullstop run` judges the target.
A file that is there already is not written over. With --name, a target is added to it, and
everything else stays as it is, byte for byte.

Exit codes: those of `fullstop doctor`; where the operation cannot be judged (3),
nothing is written.

Examples:
  # See what would be written.
  fullstop init --endpoint http://127.0.0.1:4566 --print

  # Add a target to fullstop.toml, or begin the file with it.
  fullstop init --endpoint http://127.0.0.1:4566 --name staging

  # Write another file.
  fullstop init --endpoint http://127.0.0.1:4566 --config other.toml";

/// Looks at an endpoint as `doctor` does, and writes a profile of it to fullstop.toml.
#[derive(Debug, Args)]
#[command(after_help = NOTES)]
pub(crate) struct Arguments {
    /// The endpoint, such as http://127.0.0.1:4566. [env: FULLSTOP_ENDPOINT]
    #[arg(long, value_name = "URL")]
    endpoint: Option<String>,
    /// The file to write.
    #[arg(long, default_value = CONFIG, value_name = "FILE")]
    config: PathBuf,
    /// The name of the target. With it, the target is added to a file that is there already.
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
    #[command(flatten)]
    limits: Limits,
    /// Send this header with every request. Its name is written down, its value is not. May be repeated.
    #[arg(long, value_name = "NAME: VALUE")]
    header: Vec<String>,
    /// Create pools and jobs on an endpoint that is not on this machine, to see which states can be reached.
    #[arg(long)]
    yes: bool,
    /// Write over the file, or with --name over the target of that name.
    #[arg(long)]
    force: bool,
    /// Write to standard output and to no file.
    #[arg(long)]
    print: bool,
}

pub(crate) fn init(arguments: &Arguments) -> Result<ExitCode, Stop> {
    let file = &arguments.config;
    let old = existing(arguments)?;
    let name = arguments.name.as_deref().unwrap_or("local");
    // Before anything is asked of the endpoint: whether there will be a place for the answer.
    let trial = format!("[target.{name}]\nendpoint = \"http://127.0.0.1\"\n");
    put(arguments, &old, name, &trial)?;

    let (profile, source) = profile(arguments)?;
    let target = TargetArguments::for_profile(arguments.yes);
    let (found, was_interrupted) = diagnose(&target, &arguments.limits, profile.clone())?;
    if was_interrupted {
        return Ok(ExitCode::from(INTERRUPTED));
    }
    if let Some(why) = &found.obstacle {
        print(shown(&found))?;
        return Err(Stop {
            exit: Exit::Unjudged,
            message: format!("write a profile that works for {}: {why}", found.endpoint),
        });
    }
    let text = put(
        arguments,
        &old,
        name,
        &written(name, &profile, &source, &found),
    )?;
    if arguments.print {
        print(text)?;
        return Ok(ExitCode::SUCCESS);
    }
    files::write(file, &text)
        .map_err(|error| Stop::usage(format!("write {}: {error}", file.display())))?;
    let next = match name {
        _ if file == Path::new(CONFIG) && old.is_empty() => "fullstop run".to_owned(),
        name if file == Path::new(CONFIG) => format!("fullstop run --target {name}"),
        name => {
            let file = file.display().to_string();
            format!("fullstop run --config {} --target {name}", word(&file))
        }
    };
    print(format!(
        "{}\nWrote [target.{name}] to {}. Judge it with: {next}\n",
        shown(&found),
        file.display()
    ))?;
    Ok(ExitCode::SUCCESS)
}

/// What stays of the file. Empty where there is none, or where it is written over.
fn existing(arguments: &Arguments) -> Result<String, Stop> {
    let file = &arguments.config;
    let old = match files::text(file) {
        Ok(old) => old,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(String::new()),
        Err(error) => return Err(Stop::usage(format!("read {}: {error}", file.display()))),
    };
    match (&arguments.name, arguments.force || arguments.print) {
        (Some(_), _) => Ok(old),
        (None, true) => Ok(String::new()),
        (None, false) => Err(Stop::usage(format!(
            "write {}: it is there already; say --name NAME to add a target, or --force to write it anew",
            file.display()
        ))),
    }
}

fn put(arguments: &Arguments, old: &str, name: &str, table: &str) -> Result<String, Stop> {
    let file = arguments.config.display().to_string();
    with_target(old, &file, name, table, arguments.force).map_err(Stop::usage)
}

/// The profile to look at, with the first credentials that open the endpoint.
fn profile(arguments: &Arguments) -> Result<(Profile, CredentialSource), Stop> {
    let environment = Environment::from_process();
    let url = arguments.endpoint.as_deref().or(environment.endpoint());
    let Some(url) = url else {
        let message = "look at an endpoint: say --endpoint, for example http://127.0.0.1:4566";
        return Err(Stop::usage(message));
    };
    let profile = Profile::endpoint(url, &environment).map_err(Stop::usage)?;
    let mut profile = arguments
        .header
        .iter()
        .try_fold(profile, |profile, line| profile.with_header(line))
        .map_err(Stop::usage)?;
    let source = match &profile.credentials {
        Some(credentials) if credentials.are_example() => CredentialSource::Example,
        Some(_) => CredentialSource::Environment,
        None => CredentialSource::None,
    };
    let mut candidates = vec![(source, profile.credentials.clone())];
    let own: Option<Credentials> = environment.credentials().ok();
    candidates.extend(own.map(|own| (CredentialSource::Environment, Some(own))));
    candidates.push((CredentialSource::None, None));
    let first = candidates[0].clone();
    let chosen = runtime()?.block_on(async {
        for (source, credentials) in candidates {
            if opens(&profile, credentials.clone()).await? {
                return Ok((source, credentials));
            }
        }
        // None does: the examination says why.
        Ok(first)
    });
    let (source, credentials) =
        chosen.map_err(|error: crate::target::ConfigError| Stop::usage(error))?;
    profile.credentials = credentials;
    Ok((profile, source))
}
