//! A run against the embedded reference in place of the target, to count what it would send.
//!
//! The real driver makes the preconditions by the target's own settings, so that what is out of reach is told by the one
//! who would have to reach it. Nothing goes to the target.

use std::collections::BTreeMap;
use std::fmt;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::contract::Status;
use crate::reference::{Auth, Endpoint, Moment, Options, Received, Seed, Server};
use crate::runner::{Plan, Run, RunError, Runner, Session, SessionError};
use crate::suite::Suite;
use crate::target::{Api, Credentials, FixedJob, Profile, Provision, Where};

/// How many cases are under way at once: nothing is at stake, so that waits may overlap; but the machine must keep up.
const CONCURRENCY: usize = 16;

/// How long a job stays Pending and InProgress: so long that none ends while a busy machine comes to it.
const PENDING_MS: u64 = 1_000;
const IN_PROGRESS_MS: u64 = 4_000;

/// The endpoint is there: on a busy machine it is waited for.
const TIMEOUT: Duration = Duration::from_secs(60);

/// What a rehearsal showed.
#[derive(Clone, Debug)]
pub struct Rehearsal {
    /// What the endpoint was asked.
    pub received: Received,
    /// What came of the cases: the target's verdicts are its own, but what is blocked here is blocked there.
    pub run: Run,
}

/// Why a rehearsal failed, which is a fault of ours.
#[derive(Debug)]
pub enum RehearsalError {
    /// The embedded endpoint does not start.
    Session(SessionError),
    /// It does not answer.
    Run(RunError),
}

/// Rehearses a run of a profile's target.
pub async fn rehearse(
    suite: Arc<Suite>,
    profile: &Profile,
    plan: &Plan,
) -> Result<Rehearsal, RehearsalError> {
    let endpoint = Arc::new(Endpoint::new(Options {
        auth: Auth::Required,
        pending_ms: PENDING_MS,
        in_progress_ms: IN_PROGRESS_MS,
        ..Options::default()
    }));
    let (session, server) = open(&endpoint, profile)
        .await
        .map_err(RehearsalError::Session)?;
    let plan = Plan {
        concurrency: CONCURRENCY,
        ..plan.clone()
    };
    let runner = Runner::new(suite, &session, None)
        .await
        .map_err(RehearsalError::Run)?;
    let run = runner.run(&plan, |_| ()).await;
    session.close().await;
    // What was made is deleted by requests that count too.
    let received = endpoint.received();
    server.stop().await;
    Ok(Rehearsal {
        received,
        run: run.map_err(RehearsalError::Run)?,
    })
}

/// A session on the embedded endpoint as the profile's target would be met.
async fn open(
    endpoint: &Arc<Endpoint>,
    profile: &Profile,
) -> Result<(Session, Server), SessionError> {
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    let server =
        Server::start(Arc::clone(endpoint), address, false).map_err(SessionError::Embedded)?;
    let provision = match &profile.provision {
        Provision::Api(api) => Provision::Api(Api {
            // One is enough where nobody imports them.
            users: None,
            ..api.clone()
        }),
        Provision::Fixed { jobs } => Provision::Fixed {
            jobs: stand_ins(endpoint, jobs),
        },
        // The program is the user's, and so is what it sends.
        Provision::Command { .. } => Provision::default(),
    };
    let name = profile.name.clone();
    let rehearsed = Profile {
        credentials: Some(Credentials::example()),
        provision: provision.clone(),
        active_jobs: profile.active_jobs,
        timeout: TIMEOUT,
        reach: Vec::new(),
        ..Profile::bare(&name, Where::Remote(format!("http://{}", server.address())))
    };
    let mut session = if matches!(profile.provision, Provision::Command { .. }) {
        Session::beside(rehearsed, Arc::clone(endpoint))?
    } else {
        Session::open(rehearsed, false, false).await?
    };
    session.rehearses = true;
    Ok((session, server))
}

/// Jobs of the embedded endpoint in the statuses of a profile's own.
fn stand_ins(endpoint: &Endpoint, jobs: &BTreeMap<String, FixedJob>) -> BTreeMap<String, FixedJob> {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    let millis = since.map_or(0, |since| since.as_millis());
    let now = Moment::from_ms(u64::try_from(millis).unwrap_or(u64::MAX));
    let stand_in = |name: &String| {
        let status = name.parse().unwrap_or(Status::InProgress);
        let ids = endpoint.seed_job(Seed::new(status), now).ok()?;
        Some(FixedJob {
            UserPoolId: ids.user_pool_id,
            JobId: ids.job_id,
        })
    };
    jobs.keys()
        .filter_map(|name| Some((name.clone(), stand_in(name)?)))
        .collect()
}

impl fmt::Display for RehearsalError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Session(error) => error.fmt(f),
            Self::Run(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for RehearsalError {}
