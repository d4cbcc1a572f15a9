//! The suite in an emulator's own tests: as one assertion, or as one trial for each case.
//!
//! The emulator answers in the test's process, or anywhere that has a URL. As one `#[test]`:
//!
//! ```no_run
//! use fullstop::conformance::{Conformance, Request, Response};
//!
//! fn answer(request: Request) -> Response {
//!     // The emulator.
//! #   Response::new(501, request.body)
//! }
//!
//! #[test]
//! fn stop_user_import_job_is_as_on_aws() {
//!     Conformance::of(answer).assert();
//! }
//! # fn main() {}
//! ```
//!
//! As one trial for each case, named by its id, in a test of its own with `harness = false` in `Cargo.toml`. They run under
//! `cargo test` and under nextest: listing them touches no network, and each makes what it needs for itself.
//!
//! ```no_run
//! # #[cfg(feature = "trials")]
//! fn main() -> std::process::ExitCode {
//!     fullstop::conformance::Conformance::at("http://127.0.0.1:4566").main()
//! }
//! # #[cfg(not(feature = "trials"))]
//! # fn main() {}
//! ```
//!
//! The states that cases need are made by the service's own operations (CreateUserPool, CreateUserImportJob, …). An emulator
//! that can seed them gets them sooner, and those that no operation leads to: see [`Conformance::preconditions`].
//!
//! `fullstop = { version = "0.1", default-features = false }` is enough; the features `trials`, `tls` (for https) and
//! `snapshots` add to it.

mod opened;
mod report;
mod serve;
#[cfg(feature = "trials")]
mod trials;

use std::any::Any;
use std::collections::BTreeSet;
use std::error::Error;
use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use hyper::body::{Body, Incoming};
use hyper::service::Service;

use crate::ledger::Ledger;
use crate::runner::Gate;
use crate::suite::{Suite, SuiteError};

use serve::Handler;

pub use crate::case::Level;
pub use crate::contract::Status;
pub use crate::provision::{Job, Preconditions};
pub use crate::report::Results;
pub use crate::target::Profile;
pub use crate::wire::{Header, Request, Response};
#[cfg(feature = "trials")]
pub use libtest_mimic;
pub use opened::ConformanceError;
pub use report::Report;

/// How many cases are under way at once where nothing else is said.
const CONCURRENCY: usize = 8;

/// The suite, and the endpoint that it is to judge. Nothing is opened before it runs.
#[derive(Clone, Debug)]
pub struct Conformance {
    place: Place,
    preconditions: Option<Arc<dyn Preconditions>>,
    adjust: Option<Adjust>,
    cases: Option<PathBuf>,
    filters: Vec<String>,
    suite_version: Option<String>,
    level: Level,
    strict: bool,
    ledger: Option<PathBuf>,
    skipped: Vec<String>,
    concurrency: usize,
    deadline: Option<Duration>,
    #[cfg(feature = "snapshots")]
    snapshots: Option<PathBuf>,
}

/// Where the endpoint is.
#[derive(Clone, Debug)]
enum Place {
    At(String),
    Served(Handler),
    Launched(Launch),
    Reference,
}

/// Starts an endpoint, and hands out its URL and what keeps it alive.
#[derive(Clone)]
struct Launch(Arc<dyn Fn() -> Result<Launched, String> + Send + Sync>);

struct Launched {
    url: String,
    guard: Box<dyn Any + Send>,
}

/// Changes a profile once its URL is known.
#[derive(Clone)]
struct Adjust(Arc<dyn Fn(&mut Profile) + Send + Sync>);

impl Conformance {
    /// Judges an emulator that is a closure from a request to a response. It is served on a free loopback port, and may
    /// block.
    ///
    /// What HTTP itself gets wrong (a broken request line, two lengths) never comes to it, and the cases about that judge
    /// the HTTP server in front of it. An emulator that has one of its own is better given as [`Conformance::launched`].
    pub fn of(answer: impl Fn(Request) -> Response + Send + Sync + 'static) -> Self {
        Self::new(Place::Served(Handler::closure(answer)))
    }

    /// Judges an emulator that is a hyper service. A tower service, such as an axum `Router`, is one in a
    /// [`TowerToHyperService`](https://docs.rs/hyper-util/latest/hyper_util/service/struct.TowerToHyperService.html).
    ///
    /// ```
    /// use std::convert::Infallible;
    ///
    /// use fullstop::conformance::Conformance;
    /// use hyper::body::Incoming;
    /// use hyper::service::service_fn;
    ///
    /// let refuses_everything = service_fn(async |_: hyper::Request<Incoming>| {
    ///     Ok::<_, Infallible>(hyper::Response::builder().status(400).body("{}".to_owned()).unwrap())
    /// });
    /// let suite = Conformance::of_service(refuses_everything).filter("job-id/length-max");
    /// # let runtime = tokio::runtime::Runtime::new().unwrap();
    /// let report = runtime.block_on(suite.run()).unwrap();
    /// assert!(!report.is_green());
    /// ```
    pub fn of_service<S, B>(service: S) -> Self
    where
        S: Service<hyper::Request<Incoming>, Response = hyper::Response<B>>,
        S: Clone + Send + Sync + 'static,
        S::Future: Send,
        S::Error: Into<Box<dyn Error + Send + Sync>>,
        B: Body + Send + 'static,
        B::Data: Send,
        B::Error: Into<Box<dyn Error + Send + Sync>>,
    {
        Self::new(Place::Served(Handler::service(service)))
    }

    /// Judges an endpoint that listens at a URL, such as `http://127.0.0.1:4566`.
    pub fn at(url: impl Into<String>) -> Self {
        Self::new(Place::At(url.into()))
    }

    /// Judges an endpoint that a closure starts when the first case runs: it hands out the URL, and anything that ends the
    /// endpoint when it is dropped. Under nextest every case starts one of its own.
    ///
    /// ```no_run
    /// use std::process::{Child, Command};
    ///
    /// use fullstop::conformance::Conformance;
    ///
    /// struct Emulator(Child);
    ///
    /// impl Drop for Emulator {
    ///     fn drop(&mut self) {
    ///         let _ = self.0.kill();
    ///     }
    /// }
    ///
    /// Conformance::launched(|| -> std::io::Result<_> {
    ///     let emulator = Command::new("my-emulator").args(["--port", "4566"]).spawn()?;
    ///     // Here it waits until the emulator listens.
    ///     Ok(("http://127.0.0.1:4566".to_owned(), Emulator(emulator)))
    /// })
    /// .assert();
    /// ```
    pub fn launched<G, E>(
        launch: impl Fn() -> Result<(String, G), E> + Send + Sync + 'static,
    ) -> Self
    where
        G: Send + 'static,
        E: fmt::Display,
    {
        Self::new(Place::Launched(Launch(Arc::new(move || {
            let (url, guard) = launch().map_err(|error| error.to_string())?;
            Ok(Launched {
                url,
                guard: Box::new(guard),
            })
        }))))
    }

    /// Judges the embedded reference endpoint, which every case passes.
    pub fn reference() -> Self {
        Self::new(Place::Reference)
    }

    fn new(place: Place) -> Self {
        Self {
            place,
            preconditions: None,
            adjust: None,
            cases: None,
            filters: Vec::new(),
            suite_version: None,
            level: Level::Observe,
            strict: false,
            ledger: None,
            skipped: Vec::new(),
            concurrency: CONCURRENCY,
            deadline: None,
            #[cfg(feature = "snapshots")]
            snapshots: None,
        }
    }

    /// Makes the states that cases need by code of the test's own, instead of by the service's operations. A closure from a
    /// [`Status`] to a [`Job`] in it will do.
    #[must_use]
    pub fn preconditions(mut self, preconditions: impl Preconditions) -> Self {
        self.preconditions = Some(Arc::new(preconditions));
        self
    }

    /// Changes the profile of the endpoint: its credentials (AWS's published example key by default, on this machine), its
    /// region, what must be reachable, how long an answer may take. Its ledger and its version of the suite are passed over:
    /// those are [`Conformance::ledger`] and [`Conformance::suite_version`].
    ///
    /// ```
    /// # use fullstop::conformance::Conformance;
    /// let suite = Conformance::at("http://127.0.0.1:4566").profile(|profile| {
    ///     profile.region = "eu-central-1".to_owned();
    ///     // `Expired` must be reachable, or the suite is red.
    ///     profile.reach = vec!["Expired".to_owned()];
    /// });
    /// ```
    #[must_use]
    pub fn profile(mut self, adjust: impl Fn(&mut Profile) + Send + Sync + 'static) -> Self {
        self.adjust = Some(Adjust(Arc::new(adjust)));
        self
    }

    /// Runs only cases and invariants whose id contains this, or one of several such texts.
    #[must_use]
    pub fn filter(mut self, text: impl Into<String>) -> Self {
        self.filters.push(text.into());
        self
    }

    /// Runs nothing whose id contains this, or one of several such texts.
    ///
    /// ```
    /// # use fullstop::conformance::Conformance;
    /// // An emulator that verifies no signatures.
    /// let suite = Conformance::at("http://127.0.0.1:4566").skip("auth/");
    /// ```
    #[must_use]
    pub fn skip(mut self, text: impl Into<String>) -> Self {
        self.skipped.push(text.into());
        self
    }

    /// Runs only what this version of the suite had already, so that an upgrade of this crate turns no test red by itself.
    ///
    /// ```
    /// # use fullstop::conformance::Conformance;
    /// let suite = Conformance::at("http://127.0.0.1:4566").suite_version("0.1.0");
    /// ```
    #[must_use]
    pub fn suite_version(mut self, version: impl Into<String>) -> Self {
        self.suite_version = Some(version.into());
        self
    }

    /// Runs only what stands at this level or more firmly: [`Level::Must`] is what AWS documents, models or was recorded to
    /// do. What is not run is not judged.
    #[must_use]
    pub fn level(mut self, level: Level) -> Self {
        self.level = level;
        self
    }

    /// Fails on tolerated departures and on divergences at level should too.
    #[must_use]
    pub fn strict(mut self) -> Self {
        self.strict = true;
        self
    }

    /// Holds the endpoint to the known failures in a file, which `fullstop ledger update` writes: each must still fail, with
    /// the same wrong answer. One that fails no longer is a failure too, until it is taken out.
    #[must_use]
    pub fn ledger(mut self, file: impl Into<PathBuf>) -> Self {
        self.ledger = Some(file.into());
        self
    }

    /// Runs the cases in a folder instead of the embedded ones.
    #[must_use]
    pub fn cases(mut self, folder: impl Into<PathBuf>) -> Self {
        self.cases = Some(folder.into());
        self
    }

    /// Has this many cases under way at once, in [`Conformance::run`] and [`Conformance::assert`]. No verdict depends on it.
    #[must_use]
    pub fn concurrency(mut self, cases: usize) -> Self {
        self.concurrency = cases.max(1);
        self
    }

    /// Ends a run after this long with what was judged so far, in [`Conformance::run`] and [`Conformance::assert`]. Without it a
    /// run nearby has two minutes.
    #[must_use]
    pub fn deadline(mut self, limit: Duration) -> Self {
        self.deadline = Some(limit);
        self
    }

    /// In trials, also holds the answers to the snapshots in a folder, through insta.
    /// [`snapshot::prepare`](crate::snapshot::prepare) must have been called first in `main`.
    #[cfg(feature = "snapshots")]
    #[must_use]
    pub fn snapshots(mut self, folder: impl Into<PathBuf>) -> Self {
        self.snapshots = Some(folder.into());
        self
    }

    /// Runs what is selected, all of it, and tells what came of it. Needs a tokio runtime with IO and time.
    pub async fn run(&self) -> Result<Report, ConformanceError> {
        let (suite, selection) = self.selected().map_err(ConformanceError::Suite)?;
        self.report(suite, selection).await
    }

    /// Runs what is selected and panics with every finding, the request and answer it stands on, and a line that shows it
    /// again, unless all is well. Hands out the results.
    #[track_caller]
    pub fn assert(&self) -> Results {
        match self.wait() {
            Ok(report) if report.is_green() => report.results,
            Ok(report) => panic!("{report}"),
            Err(error) => panic!("failed to {error}"),
        }
    }

    /// Runs it on a runtime of its own, in a thread of its own: the caller may be on a runtime already.
    fn wait(&self) -> Result<Report, ConformanceError> {
        let run = || {
            tokio::runtime::Runtime::new()
                .map_err(|error| ConformanceError::Launch(format!("start a runtime: {error}")))?
                .block_on(self.run())
        };
        std::thread::scope(|scope| {
            let judged = scope.spawn(run).join();
            judged.unwrap_or_else(|panic| std::panic::resume_unwind(panic))
        })
    }

    /// The ledger, if there is one: its entries must be of the suite.
    fn known(&self, suite: &Suite) -> Result<Option<Ledger>, ConformanceError> {
        let Some(file) = &self.ledger else {
            return Ok(None);
        };
        let ledger = Ledger::read(file).map_err(ConformanceError::Ledger)?;
        let ids = suite.ids().collect();
        ledger.check(&ids).map_err(ConformanceError::Ledger)?;
        Ok(Some(ledger))
    }

    /// The suite, and the ids that filters and level select of it.
    fn selected(&self) -> Result<(Arc<Suite>, BTreeSet<String>), SuiteError> {
        let suite = match &self.cases {
            Some(folder) => Suite::from_folder(folder)?,
            None => Suite::embedded()?,
        };
        let mut selection = suite.select(&self.filters)?;
        if let Some(version) = &self.suite_version {
            selection = suite.pin(selection, &suite.version(version)?)?;
        }
        selection = suite.without(selection, &self.skipped)?;
        let levels = [Level::Must, Level::Should, Level::Observe];
        let levels = levels.into_iter().filter(|level| *level <= self.level);
        selection = suite.at_levels(selection, &Vec::from_iter(levels))?;
        Ok((Arc::new(suite), selection))
    }

    fn gate(&self) -> Gate {
        Gate {
            strict: self.strict,
            ..Gate::default()
        }
    }
}

impl fmt::Debug for Launch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Launch")
    }
}

impl fmt::Debug for Adjust {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Adjust")
    }
}
