//! `fullstop ledger`.

use std::collections::BTreeMap;
use std::iter::once;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use clap::{Args, Subcommand};
use time::OffsetDateTime;

use crate::case::Level;
use crate::cli::judging::{Judging, judge_target};
use crate::cli::limits::Limits;
use crate::cli::outputs::is_stdout;
use crate::cli::run::REPEATS;
use crate::cli::target::{SuiteArguments, TargetArguments, load_suite};
use crate::cli::{Stop, print};
use crate::files;
use crate::ledger::{Day, Failure, Ledger, New, Passes, prune, update};
use crate::report::{CaseResult, Results, Stored};
use crate::runner::{Constancy, Exit, Repeats, Verdict, target_words};
use crate::shell::quoted;
use crate::suite::Suite;
use crate::target::Profile;
use crate::visible::counted;

/// The file that is edited where none is named.
const LEDGER: &str = "fullstop.ledger.toml";

const EXAMPLES: &str = "\
Examples:
  fullstop ledger update --reason 'as found on adoption'
  fullstop run --ledger fullstop.ledger.toml
  fullstop ledger prune
  fullstop ledger check";

const UPDATE: &str = "\
Examples:
  fullstop ledger update --endpoint http://127.0.0.1:4566 --filter job-id --reason 'as found'
  fullstop run --json results.json --filter job-id
  fullstop ledger update --from results.json --reason 'new' --owner me --expires 2999-12-31";

const PRUNE: &str = "\
Examples:
  fullstop ledger update --filter job-id --reason 'as found on adoption'
  fullstop ledger prune --filter job-id";

const CHECK: &str = "\
Examples:
  fullstop ledger update --filter job-id --reason 'as found on adoption'
  fullstop ledger check
  fullstop ledger check fullstop.ledger.toml";

/// Keeps the file of known faults.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Add the faults and cases that the ledger does not list, and refresh those that fail otherwise now.
    Update(UpdateArguments),
    /// Drop the cases that fail no longer or exist no longer, and entries without cases.
    Prune(PruneArguments),
    /// Check the file without a network: its form, its ids, its last days.
    Check(CheckArguments),
}

/// Where the failures come from.
#[derive(Debug, Args)]
struct Source {
    /// The ledger.
    #[arg(long, value_name = "FILE", default_value = LEDGER)]
    ledger: PathBuf,
    /// Take the results of a finished run from this file (`run --json`) instead of running; `-` is standard input.
    #[arg(long, value_name = "FILE")]
    from: Option<PathBuf>,
    #[command(flatten)]
    target: TargetArguments,
    #[command(flatten)]
    suite: SuiteArguments,
    #[command(flatten)]
    limits: Limits,
    /// Repeat each divergence so often, to tell whether it comes every time.
    #[arg(long, value_name = "N", default_value_t = REPEATS, value_parser = clap::value_parser!(u16).range(0..=100))]
    repeats: u16,
}

#[derive(Debug, Args)]
#[command(after_help = UPDATE)]
struct UpdateArguments {
    #[command(flatten)]
    source: Source,
    /// Divergences at level should as well: for a gate with --strict.
    #[arg(long)]
    strict: bool,
    /// Why the new ones are put up with. Entries that exist keep their own reason.
    #[arg(long, value_name = "TEXT")]
    reason: String,
    /// Who looks after the new ones.
    #[arg(long, value_name = "NAME")]
    owner: Option<String>,
    /// The last day of the new ones, such as 2027-03-31.
    #[arg(long, value_name = "DATE")]
    expires: Option<Day>,
}

#[derive(Debug, Args)]
#[command(after_help = PRUNE)]
struct PruneArguments {
    #[command(flatten)]
    source: Source,
}

#[derive(Debug, Args)]
#[command(after_help = CHECK)]
struct CheckArguments {
    /// The ledger.
    #[arg(value_name = "FILE", default_value = LEDGER)]
    ledger: PathBuf,
    /// Read the cases from this folder instead of the embedded ones.
    #[arg(long, value_name = "DIR")]
    cases: Option<PathBuf>,
}

pub(crate) fn ledger(arguments: &Arguments) -> Result<ExitCode, Stop> {
    match &arguments.command {
        Command::Update(arguments) => update_file(arguments),
        Command::Prune(arguments) => prune_file(arguments),
        Command::Check(arguments) => check_file(arguments),
    }
}

/// The ledger that a flag or else a profile names, checked against a suite.
pub(crate) fn open_ledger(
    flag: Option<&Path>,
    profile: &Profile,
    suite: &Suite,
) -> Result<Option<Ledger>, Stop> {
    let Some(file) = flag.or(profile.ledger.as_deref()) else {
        return Ok(None);
    };
    let ledger = Ledger::read(file).map_err(Stop::usage)?;
    ledger.check(&suite.ids().collect()).map_err(Stop::usage)?;
    Ok(Some(ledger))
}

fn update_file(arguments: &UpdateArguments) -> Result<ExitCode, Stop> {
    if arguments.reason.trim().is_empty() {
        return Err(Stop::usage("update the ledger: --reason is empty"));
    }
    let source = &arguments.source;
    // A file that is not there yet is an empty ledger.
    let ledger = if source.ledger.exists() {
        Ledger::read(&source.ledger).map_err(Stop::usage)?
    } else {
        Ledger::default()
    };
    let results = source.results()?;
    let new = New {
        reason: arguments.reason.clone(),
        owner: arguments.owner.clone(),
        expires: arguments.expires,
        suite: results.version.clone(),
    };
    let updated = update(&ledger, &failures(&results, arguments.strict), &new);
    write(&source.ledger, &updated.text)?;
    let file = source.ledger.display().to_string();
    let mut lines = format!(
        "{file}: {} added, {} refreshed, {} as they were\n",
        counted(
            updated.added.values().map(|cases| cases.len().max(1)).sum(),
            "case"
        ),
        updated.refreshed.len(),
        updated.kept
    );
    if updated.converted > 0 {
        let entries = counted(updated.converted, "entry");
        lines.push_str(&format!("converted  {entries} of one case into faults\n"));
    }
    for (entry, cases) in &updated.added {
        let cases = match cases.len() {
            0 => "tolerated".to_owned(),
            count => counted(count, "case"),
        };
        lines.push_str(&format!("added      {entry}, {cases}\n"));
    }
    for case in &updated.refreshed {
        lines.push_str(&format!("refreshed  {case}\n"));
    }
    let flag = if arguments.strict { " --strict" } else { "" };
    let target = &results.target;
    let target = target_words(&target.name, &target.endpoint);
    let file = quoted(&file);
    let waived: usize = results.waived.values().sum();
    let selection = match results.excluded > waived {
        true => ", with the same selection of cases",
        false => "",
    };
    lines.push_str(&format!(
        "next: fullstop run{target} --ledger {file}{flag}{selection}\n"
    ));
    print(lines)?;
    Ok(ExitCode::SUCCESS)
}

fn prune_file(arguments: &PruneArguments) -> Result<ExitCode, Stop> {
    let source = &arguments.source;
    let ledger = Ledger::read(&source.ledger).map_err(Stop::usage)?;
    let results = source.results()?;
    let suite = load_suite(source.suite.cases.as_deref())?;
    let mut passes = Passes {
        ids: suite.ids().collect(),
        ..Passes::default()
    };
    let says_nothing =
        |case: &CaseResult| results.is_sample() && suite.requirement(&case.id).is_some();
    for case in results.cases.iter().filter(|case| !says_nothing(case)) {
        match case.verdict {
            Verdict::Tolerated => drop(passes.tolerated.insert(&case.id)),
            verdict if verdict.is_good() => drop(passes.passing.insert(&case.id)),
            _ => {}
        }
    }
    for fault in &results.faults {
        for case in &fault.cases {
            let faults = passes.faults.entry(case).or_default();
            faults.insert(fault.key.clone());
        }
    }
    let pruned = prune(&ledger, &passes);
    write(&source.ledger, &pruned.text)?;
    let mut lines = format!(
        "{}: {} dropped, {} with fewer cases\n",
        source.ledger.display(),
        pruned.dropped.len(),
        pruned.improved.len()
    );
    for entry in &pruned.dropped {
        lines.push_str(&format!("dropped   {entry}\n"));
    }
    for (entry, count) in &pruned.improved {
        lines.push_str(&format!(
            "improved  {entry}, {} fewer\n",
            counted(*count, "case")
        ));
    }
    print(lines)?;
    Ok(ExitCode::SUCCESS)
}

fn check_file(arguments: &CheckArguments) -> Result<ExitCode, Stop> {
    let suite = load_suite(arguments.cases.as_deref())?;
    let ledger = Ledger::read(&arguments.ledger).map_err(Stop::usage)?;
    ledger.check(&suite.ids().collect()).map_err(Stop::usage)?;
    let expired = ledger.expired(Day::of(OffsetDateTime::now_utc()));
    if !expired.is_empty() {
        return Err(Stop {
            exit: Exit::Ledger,
            message: format!("hold to the ledger: {}", expired.join("\n  ")),
        });
    }
    let count = ledger.entries().count();
    print(format!(
        "{}: {}, all of this suite, none expired\n",
        arguments.ledger.display(),
        counted(count, "entry")
    ))?;
    Ok(ExitCode::SUCCESS)
}

impl Source {
    /// The results of the finished run, or of one that is made now.
    fn results(&self) -> Result<Results, Stop> {
        let Some(file) = &self.from else {
            let (suite, selection) = self.suite.load()?;
            let judging = Judging {
                suite: &self.suite,
                limits: &self.limits,
                selection,
                repeats: usize::from(self.repeats),
            };
            return judged(judge_target(&self.target, &Arc::clone(&suite), judging)?);
        };
        let stored = match is_stdout(file) {
            true => Stored::stdin(),
            false => Stored::read(file),
        };
        judged(stored.map_err(Stop::usage)?.results)
    }
}

/// Results that say enough to keep a ledger by.
fn judged(results: Results) -> Result<Results, Stop> {
    if results.exit == Exit::Unjudged.code() {
        let why = results.reason.unwrap_or_default();
        return Err(Stop {
            exit: Exit::Unjudged,
            message: format!("keep the ledger by a run that judged too little: {why}"),
        });
    }
    Ok(results)
}

/// The failures that turn the gate red for which a ledger is kept.
fn failures(results: &Results, is_strict: bool) -> Vec<Failure> {
    let mut faults: BTreeMap<&str, BTreeMap<String, String>> = BTreeMap::new();
    for fault in &results.faults {
        for case in &fault.cases {
            let of_case = faults.entry(case).or_default();
            of_case.insert(fault.key.clone(), fault.title.clone());
        }
    }
    let counts = |case: &&CaseResult| match case.verdict {
        Verdict::Divergent => {
            // A fault is listed whole: its cases at level should are no other fault.
            let mut faults = results.faults.iter();
            let is_of_must =
                faults.any(|fault| fault.level == Level::Must && fault.cases.contains(&case.id));
            is_strict || case.level == Level::Must || is_of_must
        }
        Verdict::Vacuous => true,
        Verdict::Tolerated => is_strict,
        _ => false,
    };
    let failure = |case: &CaseResult| {
        let is_flaky = |repeats: &Repeats| repeats.state == Constancy::Flaky;
        let is_tolerated = case.verdict == Verdict::Tolerated;
        Some(Failure {
            case: case.id.clone(),
            fingerprint: match is_tolerated {
                true => None,
                false => Some(case.fingerprint.clone()?),
            },
            flaky: case.repeats.as_ref().is_some_and(is_flaky),
            faults: match (faults.get(case.id.as_str()), &case.known) {
                (Some(faults), _) => faults.clone(),
                // Results that were held to a ledger have no faults for what it knows of.
                (None, Some(known)) => once((known.entry.clone(), known.entry.clone())).collect(),
                // Nor have those of an older version.
                (None, None) => {
                    let rule = case.requirement();
                    once((format!("rule/{rule}"), rule.to_owned())).collect()
                }
            },
        })
    };
    let failing = results.cases.iter().filter(counts);
    failing.filter_map(failure).collect()
}

fn write(file: &Path, text: &str) -> Result<(), Stop> {
    files::write(file, text)
        .map_err(|error| Stop::usage(format!("write {}: {error}", file.display())))
}
