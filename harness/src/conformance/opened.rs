//! The endpoint of a test, opened.

use std::any::Any;
use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use tokio::task::spawn_blocking;

use crate::clock::Deadline;
use crate::conformance::serve::Serving;
use crate::conformance::{Conformance, Place, Report};
use crate::ledger::{Day, LedgerError};
use crate::power;
use crate::report::{Results, TargetResult};
use crate::runner::{Plan, RunError, Runner, Session, SessionError, recognise};
use crate::suite::{Suite, SuiteError};
use crate::target::{ConfigError, Environment, Profile};

/// Why nothing could be judged.
#[derive(Debug)]
#[non_exhaustive]
pub enum ConformanceError {
    /// There is no suite: a fault in a case file, or a filter that selects nothing.
    Suite(SuiteError),
    /// The ledger cannot be used.
    Ledger(LedgerError),
    /// The endpoint cannot be started.
    Launch(String),
    /// The endpoint cannot be opened.
    Open(SessionError),
    /// The endpoint does not answer.
    Run(RunError),
}

/// An endpoint that is ready to be judged.
pub(crate) struct Opened {
    pub(crate) session: Session,
    alive: Alive,
}

/// What keeps the endpoint alive.
struct Alive {
    _serving: Option<Serving>,
    guard: Option<Box<dyn Any + Send>>,
}

impl Conformance {
    /// Starts the endpoint if that is for us to do, and opens it.
    pub(crate) async fn open(&self) -> Result<Opened, ConformanceError> {
        let mut alive = Alive {
            _serving: None,
            guard: None,
        };
        let mut profile = match &self.place {
            Place::Reference => Profile::reference(),
            Place::At(url) => endpoint(url)?,
            Place::Served(handler) => {
                let serving = Serving::start(handler.clone());
                let serving = serving
                    .await
                    .map_err(|error| ConformanceError::Launch(format!("listen: {error}")))?;
                let profile = endpoint(&serving.url())?;
                alive._serving = Some(serving);
                profile
            }
            Place::Launched(launch) => {
                let launch = Arc::clone(&launch.0);
                let launched = spawn_blocking(move || launch())
                    .await
                    .unwrap_or_else(|error| Err(error.to_string()))
                    .map_err(|why| {
                        ConformanceError::Launch(format!("start the endpoint: {why}"))
                    })?;
                alive.guard = Some(launched.guard);
                endpoint(&launched.url)?
            }
        };
        if let Some(adjust) = &self.adjust {
            adjust.0(&mut profile);
        }
        let session = match &self.preconditions {
            Some(own) => Session::with_preconditions(profile, Arc::clone(own)),
            None => Session::open(profile, false, false).await,
        };
        let session = session.map_err(ConformanceError::Open)?;
        Ok(Opened { session, alive })
    }

    /// Opens the endpoint, judges it by a selection of a suite, and closes it whatever came of it.
    pub(crate) async fn report(
        &self,
        suite: Arc<Suite>,
        selection: BTreeSet<String>,
    ) -> Result<Report, ConformanceError> {
        let ledger = self.known(&suite)?;
        let opened = self.open().await?;
        let plan = Plan {
            concurrency: self.concurrency,
            deadline: self.limit(&opened.session),
            first: power::published().minimal.clone(),
            ..Plan::of(selection)
        };
        let run = async {
            let runner = Runner::new(Arc::clone(&suite), &opened.session, None).await?;
            runner.run(&plan, |_| {}).await
        };
        let run = run.await;
        let target = TargetResult {
            name: opened.session.profile.name.clone(),
            endpoint: opened.session.profile.url(),
        };
        let left = opened.close().await;
        let mut run = run.map_err(ConformanceError::Run)?;
        if let Some(ledger) = &ledger {
            let is_sample = run.cut.is_some();
            run.ledger = recognise(&mut run.records, &suite, ledger, today(), is_sample);
        }
        let results = Results::of(&run, &suite, target, &plan, self.gate());
        Ok(Report { results, left })
    }
}

impl Conformance {
    /// When a run of a session's target ends at the latest.
    fn limit(&self, session: &Session) -> Deadline {
        match self.deadline {
            Some(limit) => Deadline::after(limit),
            // Elsewhere quotas and distances make a run as long as they want.
            None if session.client.is_local() => Deadline::after(LIMIT),
            None => Deadline::never(),
        }
    }
}

/// How long a run nearby may take where nothing else is said.
const LIMIT: Duration = Duration::from_secs(120);

impl Opened {
    /// Releases what is still held, ends the endpoint, and tells what could not be deleted.
    pub(crate) async fn close(self) -> Vec<String> {
        let left = self.session.close().await;
        // What keeps an endpoint alive may be a runtime, which must not end on one of our tasks.
        let alive = self.alive;
        let _ = spawn_blocking(move || drop(alive.guard)).await;
        left
    }
}

/// The day that entries of a ledger expire by.
pub(crate) fn today() -> Day {
    Day::of(time::OffsetDateTime::now_utc())
}

fn endpoint(url: &str) -> Result<Profile, ConformanceError> {
    let refused = |error: ConfigError| ConformanceError::Open(SessionError::Config(error));
    Profile::endpoint(url, &Environment::from_process()).map_err(refused)
}

impl fmt::Display for ConformanceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Suite(error) => error.fmt(f),
            Self::Ledger(error) => error.fmt(f),
            Self::Launch(why) => f.write_str(why),
            Self::Open(error) => error.fmt(f),
            Self::Run(error) => write!(f, "reach the endpoint: {error}"),
        }
    }
}

impl std::error::Error for ConformanceError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Suite(error) => Some(error),
            Self::Ledger(error) => Some(error),
            Self::Launch(_) => None,
            Self::Open(error) => Some(error),
            Self::Run(error) => Some(error),
        }
    }
}
