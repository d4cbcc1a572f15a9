//! A fuzzer's inputs, one after the other, to an endpoint of which only the answers are seen.
//!
//! A fuzzer that is guided by coverage sees nothing of another process. In place of coverage it gets a counter for each kind of
//! answer, so that it keeps an input whose answer is of a new kind and changes it further.

use std::cell::RefCell;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

use arbitrary::Unstructured;
use tokio::runtime::{Builder, Runtime};

use crate::campaign::confirm::Confirmer;
use crate::campaign::execute::Arena;
use crate::campaign::finding::Finding;
use crate::campaign::stream::alone;
use crate::case::{Case, Level};
use crate::contract::Operation;
use crate::generator::{Generator, Kind, Settings};
use crate::runner::Session;
use crate::suite::Suite;
use crate::target::{Client, Environment, Lane, Profile};

/// What an input came to: the kind of its answer, or none where it could not be sent.
pub type AnswerKind = Option<u64>;

/// An endpoint, and what it takes to send it one request after the other.
#[derive(Debug)]
pub struct BlackBox {
    runtime: Runtime,
    arena: Arc<Arena>,
    lane: Lane,
    confirmer: Confirmer,
    generator: Generator,
    /// Keeps the embedded endpoint alive.
    _session: Session,
}

/// A request to the endpoint that `FULLSTOP_ENDPOINT` names, or to the embedded reference. The counter of the kind of its answer
/// is set to one.
///
/// # Panics
///
/// If the answer breaks a requirement of level must and does so again on a fresh precondition; if there is no such endpoint; if it
/// is not on this machine.
pub fn live(data: &[u8], counters: &[AtomicU8]) -> arbitrary::Result<AnswerKind> {
    thread_local!(static BOX: RefCell<BlackBox> = RefCell::new(
        BlackBox::of(&Environment::from_process()).unwrap_or_else(|why| panic!("{why}"))
    ));
    let kind = BOX.with_borrow_mut(|one| one.count(data, counters))?;
    Ok(kind.unwrap_or_else(|finding| panic!("{finding}")))
}

impl BlackBox {
    /// The endpoint that an environment names, else the embedded reference. The error says what would be right.
    pub fn of(environment: &Environment) -> Result<Self, String> {
        let profile = match environment.endpoint() {
            Some(url) => nearby(url, environment)?,
            None => Profile::reference(),
        };
        let runtime = runtime()?;
        let session = runtime.block_on(Session::open(profile, false, false));
        let session = session.map_err(|error| error.to_string())?;
        Self::over(session, runtime)
    }

    /// The endpoint of a session, which is used on this runtime alone.
    pub fn over(session: Session, runtime: Runtime) -> Result<Self, String> {
        let suite = Suite::embedded().map_err(|error| error.to_string())?;
        let suite = Arc::new(suite);
        let arena = runtime.block_on(Arena::new(&session, &suite));
        let arena = Arc::new(arena.map_err(|error| error.to_string())?);
        let is_stop = |case: &&Arc<Case>| case.operation == Operation::StopUserImportJob;
        let seeds: Vec<_> = suite.cases().filter(is_stop).cloned().collect();
        Ok(Self {
            runtime,
            lane: session.client.lane(),
            confirmer: Confirmer::new(
                Arc::clone(&arena),
                session.client.lane(),
                suite,
                session.profile.clone(),
            ),
            arena,
            generator: Generator::new(Settings::default(), seeds),
            _session: session,
        })
    }

    /// The same as [`run`](Self::run), with the counter of the kind of the answer set to one.
    pub fn count(
        &mut self,
        data: &[u8],
        counters: &[AtomicU8],
    ) -> arbitrary::Result<Result<AnswerKind, Box<Finding>>> {
        let outcome = self.run(data)?;
        if let Ok(Some(kind)) = outcome {
            let place = kind % counters.len().max(1) as u64;
            if let Some(counter) = counters.get(place as usize) {
                counter.store(1, Ordering::Relaxed);
            }
        }
        Ok(outcome)
    }

    /// Sends the request that the bytes make, and looks into what is wrong with its answer.
    pub fn run(&mut self, data: &[u8]) -> arbitrary::Result<Result<AnswerKind, Box<Finding>>> {
        let mut input = Unstructured::new(data);
        let kind = *input.choose(&Kind::ALL)?;
        let case = self.generator.generate(kind, &mut input)?.case;
        let case = Arc::new(alone(case));
        Ok(self.runtime.block_on(async {
            let done = self.arena.send(&mut self.lane, &case, false).await;
            for suspicion in done.suspicions {
                if suspicion.broken.level != Level::Must {
                    continue;
                }
                match self.confirmer.confirm(suspicion).await {
                    Ok(confirmed) if confirmed.finding.level == Level::Must => {
                        return Err(Box::new(confirmed.finding));
                    }
                    _ => {}
                }
            }
            Ok(done.kind.map(|kind| kind.bare))
        }))
    }
}

/// An endpoint of this machine.
fn nearby(url: &str, environment: &Environment) -> Result<Profile, String> {
    let profile = Profile::endpoint(url, environment).map_err(|error| error.to_string())?;
    let client = Client::new(&profile).map_err(|error| error.to_string())?;
    if client.is_loopback() {
        return Ok(profile);
    }
    Err(format!(
        "{url} is not on this machine: `fullstop fuzz --allow-remote` has a rate, a fuzzer has none"
    ))
}

/// What everything happens on: a fuzzer waits for each input.
fn runtime() -> Result<Runtime, String> {
    let runtime = Builder::new_current_thread().enable_all().build();
    runtime.map_err(|error| format!("start a runtime: {error}"))
}
