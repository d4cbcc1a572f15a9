//! `fullstop serve`.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::process::ExitCode;
use std::sync::Arc;

use clap::{Args, ValueEnum};
use tokio::signal::unix::{SignalKind, signal};

use crate::cli::{Stop, print, runtime_of};
use crate::reference::{Auth, Credentials, Endpoint, Mutant, Options, Server, Variation};
use crate::runner::Exit;

const EXAMPLES: &str = "\
Examples:
  # On a free port, which is printed.
  fullstop serve

  # For tests that seed jobs, move time and queue errors themselves.
  fullstop serve --port 4566 --control

  # As strict as AWS: signed requests only, and its quotas.
  fullstop serve --auth required --rate-limit 15 --active-jobs 1

  # Wrong on purpose; `fullstop mutants` lists the ways.
  fullstop serve --mutant missing-pool-as-invalid-parameter";

/// Runs the reference endpoint. Its address is the first line of standard output.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Arguments {
    /// The loopback address to listen on.
    #[arg(long, default_value_t = IpAddr::V4(Ipv4Addr::LOCALHOST), value_name = "IP")]
    address: IpAddr,
    /// The port; 0 picks a free one.
    #[arg(long, default_value_t = 0)]
    port: u16,
    /// What is asked of signatures.
    #[arg(long, value_enum, default_value_t = AuthArgument::Optional)]
    auth: AuthArgument,
    /// The access key whose signatures are accepted.
    #[arg(long, default_value = "AKIDEXAMPLE", value_name = "KEY")]
    access_key: String,
    /// Its secret. Without it that of AWS's documentation, which opens nothing.
    #[arg(
        long,
        env = "FULLSTOP_SECRET_KEY",
        hide_env_values = true,
        value_name = "SECRET"
    )]
    secret_key: Option<String>,
    /// Its session token, if it is a temporary key.
    #[arg(
        long,
        env = "FULLSTOP_SESSION_TOKEN",
        hide_env_values = true,
        value_name = "TOKEN"
    )]
    session_token: Option<String>,
    /// The region that it plays.
    #[arg(long, default_value = "us-east-1")]
    region: String,
    /// Also answer `POST /_fullstop/{jobs,advance,faults,release}`: seed a job in any status, move time, queue an error; and
    /// `GET /_fullstop/received`: the requests so far, by operation.
    #[arg(long)]
    control: bool,
    /// Answer TooManyRequestsException past this many Create, Start and Stop requests a second. AWS: 15. To one pool a third
    /// of them are let through, and of requests that read jobs four thirds in all, as on AWS.
    #[arg(long, value_name = "PER_SECOND", value_parser = clap::value_parser!(u32).range(3..=100_000))]
    rate_limit: Option<u32>,
    /// Refuse to start more jobs than this at once. AWS: 1.
    #[arg(long, value_name = "JOBS")]
    active_jobs: Option<usize>,
    /// How long a started job stays Pending, in milliseconds.
    #[arg(long, default_value_t = 500, value_name = "MS")]
    pending_ms: u64,
    /// How long it then stays InProgress, in milliseconds.
    #[arg(long, default_value_t = 2_000, value_name = "MS")]
    in_progress_ms: u64,
    /// How many threads serve; without it as many as there are processors.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=64))]
    threads: Option<u16>,
    /// Be wrong on purpose, in this one way.
    #[arg(long, value_name = "NAME")]
    mutant: Option<Mutant>,
    /// Be different where AWS may be too, in this one way.
    #[arg(long, value_name = "NAME")]
    variation: Option<Variation>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum AuthArgument {
    /// Every request must be signed, as on AWS.
    Required,
    /// A signature that is there is verified; none is let through.
    Optional,
    /// Signatures are not looked at.
    Off,
}

pub(crate) fn serve(arguments: Arguments) -> Result<ExitCode, Stop> {
    let address = SocketAddr::new(arguments.address, arguments.port);
    let control = arguments.control;
    let threads = arguments.threads.map(usize::from);
    let endpoint = Arc::new(Endpoint::new(options(arguments)));
    runtime_of(threads)?.block_on(async {
        let server = Server::start(endpoint, address, control)
            .map_err(|error| Stop::usage(format!("listen on {address}: {error}")))?;
        // Before the address is told: whoever reads it may ask to end at once.
        let listen = |kind| {
            signal(kind).map_err(|error| Stop {
                exit: Exit::Harness,
                message: format!("listen for signals: {error}"),
            })
        };
        let mut interrupt = listen(SignalKind::interrupt())?;
        let mut terminate = listen(SignalKind::terminate())?;
        print(format!("http://{}\n", server.address()))?;
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
        server.stop().await;
        Ok(ExitCode::SUCCESS)
    })
}

fn options(arguments: Arguments) -> Options {
    let default = Credentials::default();
    Options {
        auth: match arguments.auth {
            AuthArgument::Required => Auth::Required,
            AuthArgument::Optional => Auth::Optional,
            AuthArgument::Off => Auth::Off,
        },
        credentials: Credentials {
            access_key_id: arguments.access_key,
            secret_access_key: arguments.secret_key.unwrap_or(default.secret_access_key),
            session_token: arguments.session_token,
        },
        region: arguments.region,
        rate_limit: arguments.rate_limit,
        read_rate_limit: arguments.rate_limit.map(|limit| limit * 4 / 3),
        pool_rate_limit: arguments.rate_limit.map(|limit| limit / 3),
        active_jobs: arguments.active_jobs,
        pending_ms: arguments.pending_ms,
        in_progress_ms: arguments.in_progress_ms,
        mutant: arguments.mutant,
        variation: arguments.variation,
        ..Options::default()
    }
}
