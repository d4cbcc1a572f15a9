//! The command line: arguments in, an exit code out. Each command has a file of its own.

mod compare;
mod completions;
mod coverage;
mod doctor;
mod drift;
mod explain;
mod fuzz;
mod guard;
mod init;
mod judge;
mod judging;
mod ledger;
mod lifecycle;
mod limits;
mod list;
mod measuring;
mod mutants;
mod outputs;
mod plan;
mod progress;
mod promote;
mod record;
mod report;
mod run;
mod send;
mod serve;
mod soak;
mod sweep;
mod target;
mod variations;

use std::fmt::Display;
use std::process::ExitCode;

use clap::{CommandFactory as _, Parser, Subcommand};

use crate::runner::{Exit, RunError};
use crate::visible::printed;
use crate::wire::{redact, redact_bytes};

/// What `--help` says after the commands. A test runs every line that begins with `fullstop `, here and in every command.
const AFTER: &str = "\
Examples:
  # Judge the embedded reference: what a green run looks like.
  fullstop run

  # Judge an endpoint on this machine.
  fullstop run --endpoint http://127.0.0.1:4566

  # What a finding is about.
  fullstop explain job-id/length-max/one-over

Exit codes, the first that applies:
  2  a fault in the command line, a profile or a case file
  4  a fault of the harness itself
  3  unreachable, or too little was judged: less than three in four of the cases at level must
  1  a divergence at level must, a case that proved nothing, or a demanded state out of reach
  5  a known fault in the ledger that no case shows any more, or whose last day has passed
  0  none of these
130  interrupted; what was created has been deleted, and what was judged so far is shown";

/// Judges how faithfully an endpoint implements Amazon Cognito User Pools StopUserImportJob.
#[derive(Debug, Parser)]
#[command(name = "fullstop", version, after_help = AFTER, max_term_width = 100)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Judge a target; without one, the embedded reference endpoint.
    Run(run::Arguments),
    /// Look at a target: reachable or why not, protocol, clock, signatures, operations, states, faults.
    Doctor(doctor::Arguments),
    /// Look at an endpoint, and write a profile of it to fullstop.toml.
    Init(init::Arguments),
    /// Tell what a run would create and send, how long it would take, and what is out of reach; nothing is sent.
    Plan(plan::Arguments),
    /// Delete what runs left behind on a target.
    Sweep(sweep::Arguments),
    /// Run the reference endpoint on a loopback address, until Ctrl-C or SIGTERM.
    Serve(serve::Arguments),
    /// List the cases and invariants of the suite.
    List(list::Arguments),
    /// Explain a requirement or a case: what must hold, where that comes from, what is sent, what may come.
    Explain(explain::Arguments),
    /// Send one case to a target and show the exchange.
    Send(send::Arguments),
    /// Learn the life of a job on a target: which operation does what in which status, and whether the evidence permits it.
    Lifecycle(lifecycle::Arguments),
    /// Record what a target answers: transcripts, redacted and hashed, and snapshots.
    Record(record::Arguments),
    /// Judge recorded answers by today's cases; nothing is sent.
    Judge(judge::Arguments),
    /// Judge several targets or recordings, and show where they differ and who is nearest to the truth.
    Compare(compare::Arguments),
    /// Make a case that was only observed a must, with the expectation that a recording of AWS shows.
    Promote(promote::Arguments),
    /// Send generated requests by the thousand, and write what is wrong as case files.
    Fuzz(fuzz::Arguments),
    /// Make reports of stored results: HTML, JUnit, Markdown or text, of several targets side by side.
    Report(report::Arguments),
    /// Keep the file of known faults that `run --ledger` holds a run to.
    Ledger(ledger::Arguments),
    /// List the mutants of the reference, or measure which cases catch them.
    Mutants(mutants::Arguments),
    /// List the permitted variations of the reference, or check that none is accused.
    Variations(variations::Arguments),
    /// Check the checkers: generated requests in process, to the reference and to every permitted variation.
    Soak(soak::Arguments),
    /// Show what each requirement catches, and what of an answer no case speaks of.
    #[command(after_help = coverage::EXAMPLES)]
    Coverage,
    /// Compare a model of the service with what this version stands on.
    Drift(drift::Arguments),
    /// Write a shell's completions to standard output.
    Completions(completions::Arguments),
}

/// Why a command ended early.
#[derive(Debug)]
struct Stop {
    exit: Exit,
    message: String,
}

impl Stop {
    /// The target cannot be judged.
    fn unreachable(error: RunError) -> Self {
        match error {
            RunError::Interrupted => guard::interrupted(),
            error => Self {
                exit: Exit::Unjudged,
                message: format!("reach the target: {error}"),
            },
        }
    }

    fn usage(message: impl Display) -> Self {
        Self {
            exit: Exit::Usage,
            message: message.to_string(),
        }
    }
}

/// The command line as clap knows it: for completions, and for whoever wants to walk its commands.
pub fn command() -> clap::Command {
    Arguments::command()
}

/// Reads the process's arguments and does what they say.
pub fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let result = match arguments.command {
        Command::Run(arguments) => run::run(&arguments),
        Command::Doctor(arguments) => doctor::doctor(&arguments),
        Command::Init(arguments) => init::init(&arguments),
        Command::Plan(arguments) => plan::plan(&arguments),
        Command::Sweep(arguments) => sweep::sweep(&arguments),
        Command::Serve(arguments) => serve::serve(arguments),
        Command::List(arguments) => list::list(&arguments),
        Command::Explain(arguments) => explain::explain(&arguments),
        Command::Send(arguments) => send::send(&arguments),
        Command::Lifecycle(arguments) => lifecycle::lifecycle(&arguments),
        Command::Record(arguments) => record::record(&arguments),
        Command::Judge(arguments) => judge::judge(&arguments),
        Command::Compare(arguments) => compare::compare(&arguments),
        Command::Promote(arguments) => promote::promote_case(&arguments),
        Command::Fuzz(arguments) => fuzz::fuzz(&arguments),
        Command::Report(arguments) => report::report(&arguments),
        Command::Ledger(arguments) => ledger::ledger(&arguments),
        Command::Mutants(arguments) => mutants::mutants(&arguments),
        Command::Variations(arguments) => variations::variations(&arguments),
        Command::Soak(arguments) => soak::soak(&arguments),
        Command::Coverage => coverage::coverage(),
        Command::Drift(arguments) => drift::drift(&arguments),
        Command::Completions(arguments) => completions::completions(&arguments),
    };
    result.unwrap_or_else(|stop| {
        complain(&stop.message);
        ExitCode::from(stop.exit.code())
    })
}

fn complain(message: &str) {
    // A diagnostic of a case file already says `error:` and shows its lines.
    if message.starts_with("error") {
        note(message);
    } else {
        note(&format!("error: failed to {message}"));
    }
}

/// Says something on standard error. A reader that has gone away is no reason to stop: what was made is still to be deleted.
fn note(message: &str) {
    use std::io::Write as _;
    let _ = writeln!(std::io::stderr(), "{}", printed(&redact(message)));
}

/// Writes what people read to standard output, with colours where they belong.
fn print(text: impl AsRef<str>) -> Result<(), Stop> {
    write_out(printed(text.as_ref()).as_bytes())
}

/// Writes what programs read to standard output. A reader that has gone away is no fault.
fn write_out(content: &[u8]) -> Result<(), Stop> {
    use std::io::{ErrorKind, Write as _};
    let mut out = anstream::stdout();
    match out
        .write_all(&redact_bytes(content))
        .and_then(|()| out.flush())
    {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        Err(error) => Err(Stop {
            exit: Exit::Harness,
            message: format!("write to standard output: {error}"),
        }),
        Ok(()) => Ok(()),
    }
}

/// The runtime that a command's work runs on.
fn runtime() -> Result<tokio::runtime::Runtime, Stop> {
    runtime_of(None)
}

/// The same, with so many threads.
fn runtime_of(threads: Option<usize>) -> Result<tokio::runtime::Runtime, Stop> {
    let mut builder = tokio::runtime::Builder::new_multi_thread();
    if let Some(threads) = threads {
        builder.worker_threads(threads);
    }
    builder.enable_all().build().map_err(|error| Stop {
        exit: Exit::Harness,
        message: format!("start the runtime: {error}"),
    })
}
