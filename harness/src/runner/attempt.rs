//! One case, from its precondition to its verdict.

use std::sync::Arc;
use std::sync::atomic::AtomicUsize;
use std::time::Duration;

use tokio::sync::{RwLock, RwLockReadGuard, RwLockWriteGuard};
use tokio::time::sleep;

use crate::case::{Case, Ids, JobState, Level, Message, Post, Requirement};
use crate::contract::{Operation, Status};
use crate::oracle::{Expected, Likeness, Observed, Outcome, Violation, fingerprint};
use crate::provision::{ActivePlace, Lease, Reason};
use crate::runner::answered::{Answered, observed};
use crate::runner::breaker::Breaker;
use crate::runner::classes::Classes;
use crate::runner::control::Controls;
use crate::runner::post::{self, After, Settling};
use crate::runner::replay::Replays;
use crate::runner::stage::{Stage, on_track};
use crate::runner::tries::{Before, Halt, Tries, silence};
use crate::runner::{Probe, Record, Verdict};
use crate::snapshot;
use crate::target::Failure;
use crate::wire::{Envelope, Response, is_throttled};

/// How often a throttled request is sent again, and the pause before the first time; each further one is twice as long.
const THROTTLED_MAX: u32 = 4;
const THROTTLED_PAUSE: Duration = Duration::from_millis(100);

/// Judges single cases against one target.
#[derive(Debug)]
pub(crate) struct Judge {
    pub(crate) stage: Stage,
    pub(crate) breaker: Breaker,
    pub(crate) classes: Classes,
    pub(crate) controls: Controls,
    /// How many requests of a batch are sent at once.
    pub(crate) at_once: AtomicUsize,
    /// See [`Judge::turn`].
    pub(crate) quiet: RwLock<()>,
    /// The states and faults that the profile demands.
    pub(crate) reach: Vec<String>,
    /// How long a stopped job may take to show Stopped.
    pub(crate) settle: Duration,
    pub(crate) settling: Settling,
    /// The rules about every answer that the run under way holds its answers to.
    pub(crate) rules: std::sync::RwLock<Vec<Arc<Requirement>>>,
    pub(crate) snapshots: Option<snapshot::Recorded>,
    pub(crate) replays: Replays,
}

/// A turn at a target, which ends when it is dropped. See [`Judge::turn`].
pub(crate) enum Turn<'a> {
    /// Nothing else is under way.
    Alone { _held: RwLockWriteGuard<'a, ()> },
    /// No fault is queued that this could meet.
    Shared { _held: RwLockReadGuard<'a, ()> },
}

/// What came of a case, and the answer for the invariants.
pub(crate) type Judged = (Record, Option<Observed>);

impl Judge {
    /// Runs a case and says what came of it. The answer comes with it, for the invariants.
    pub(crate) async fn case(&self, case: &Case) -> Judged {
        self.case_after(case, Tries::default()).await
    }

    /// The same for a case that was tried before.
    pub(crate) async fn case_after(&self, case: &Case, tries: Tries) -> Judged {
        on_track(&case.id, self.attempts(case, tries)).await
    }

    async fn attempts(&self, case: &Case, mut tries: Tries) -> Judged {
        while let Some(()) = self.goes_on(case, &mut tries) {
            match self.attempt(case, tries.before).await {
                Ok(judged) => {
                    self.classes.told(case);
                    return judged;
                }
                Err(halt) => self.halted(case, &mut tries, halt).await,
            }
        }
        self.ended(case, tries)
    }

    /// Whether a case is tried again. If not, the tries hold why.
    pub(crate) fn goes_on(&self, case: &Case, tries: &mut Tries) -> Option<()> {
        if tries.last.as_ref().is_some_and(|last| tries.is_over(last)) {
            return None;
        }
        let stopped = self.stage.halted().or_else(|| {
            let known = || self.classes.known(case).filter(|_| !tries.is_repeat);
            let reason = self.breaker.reason().or_else(known)?;
            self.stage.note_halt(&reason);
            Some(reason)
        });
        match stopped {
            Some(reason) => {
                tries.stop(reason);
                None
            }
            None => Some(()),
        }
    }

    /// Takes in that an attempt came to nothing.
    pub(crate) async fn halted(&self, case: &Case, tries: &mut Tries, halt: Halt) {
        if let Halt::Again(reason, _) = &halt {
            self.look_after(reason).await;
        }
        tries.take(halt);
        if let Some(Halt::Again(reason @ Reason::NoResponse(_), _)) = &tries.last
            && tries.last.as_ref().is_some_and(|last| tries.is_over(last))
        {
            self.classes.silent(case, reason);
        }
    }

    /// What a case comes to that got no verdict.
    pub(crate) fn ended(&self, case: &Case, tries: Tries) -> Judged {
        let record = |verdict| Record::new(&case.id, case.level, verdict);
        let last = tries.last.unwrap_or(Halt::Again(Reason::Ending, None));
        match last {
            Halt::Blocked(reason) => (record(Verdict::Blocked).because(reason), None),
            Halt::OutOfReach(name, reason) => {
                let mut record = record(Verdict::Blocked);
                record.demanded = self.reach.contains(&name);
                (record.because(reason), None)
            }
            // A server that failed every time refuses, as far as this case is concerned.
            Halt::Again(reason, None) if reason.is_refusal() => {
                (record(Verdict::Blocked).because(reason), None)
            }
            Halt::Again(reason, outcome) => {
                let outcome = outcome.map(|outcome| *outcome).or(tries.outcome);
                let observed = outcome.map(|outcome| observed(case, None, outcome));
                (record(Verdict::Indeterminate).because(reason), observed)
            }
        }
    }

    /// Sends a case to a job that exists and judges its response alone.
    pub(crate) async fn on_job(&self, case: &Case, ids: &Ids) -> Record {
        let lease = Lease::recorded(ids.clone(), None, None, false);
        let sent = case.compose(ids);
        let answered = async {
            let response = self.send(case, &sent, Before::default()).await?;
            self.answered(case, &lease, &sent, response, Before::default())
        };
        match answered.await {
            Ok(answered) => answered.record,
            Err(halt) => {
                let mut tries = Tries::default();
                tries.take(halt);
                self.ended(case, tries).0
            }
        }
    }

    async fn attempt(&self, case: &Case, before: Before) -> Result<Judged, Halt> {
        let is_shared = is_shareable(case);
        let mut turn = Some(self.turn(case.fault.is_some()).await);
        let acquired = self.stage.acquire(case.given, is_shared).await;
        let mut lease = acquired.map_err(Halt::short_of(case.given.job))?;
        let result = self.exchange(case, &mut lease, before).await;
        let is_as_before = matches!(&result, Ok((_, true)));
        if is_shared && is_as_before {
            self.stage.give_back(case.given, lease).await;
        } else {
            self.stage.release(lease).await;
        }
        // The control needs a turn, and may need an active job, of its own.
        turn.take();
        let (answered, _) = result?;
        self.judged(case, answered).await
    }

    /// Measures an answered case against its control, and hands out what the invariants need.
    pub(crate) async fn judged(&self, case: &Case, answered: Answered) -> Result<Judged, Halt> {
        let (came, ids) = (answered.response.clone(), answered.ids.clone());
        let outcome = came.clone().map_or(Outcome::Closed, Outcome::Answered);
        let observed = Observed {
            failed_first: answered.failed_first,
            ..observed(case, Some(&answered.ids), outcome)
        };
        let mut record = self.measured(case, answered).await?;
        if matches!(record.verdict, Verdict::Divergent | Verdict::Vacuous) {
            let verdict = record.verdict.name();
            let print = fingerprint(verdict, came.as_ref(), &ids, &record.violations);
            record.fingerprint = Some(print);
        }
        Ok((record, Some(observed)))
    }

    /// A turn at the target. Where a fault would hit the next request, whoever sends it, the one that queues a fault has
    /// its turn alone: from the making of its precondition to its end, since a driver may stop jobs to make a precondition
    /// or to undo one. All that could reach the operation takes a turn, after its place among the active jobs. Where no
    /// fault can be queued nobody waits for anybody: a precondition that takes long would hold up all others.
    pub(crate) async fn turn(&self, queues_fault: bool) -> Turn<'_> {
        if queues_fault && self.stage.shares_faults() {
            let _held = self.quiet.write().await;
            return Turn::Alone { _held };
        }
        let _held = self.quiet.read().await;
        Turn::Shared { _held }
    }

    /// Sends the case's request on its precondition and judges what comes. Whether the precondition is known to be as it was
    /// comes with it.
    async fn exchange(
        &self,
        case: &Case,
        lease: &mut Lease,
        before: Before,
    ) -> Result<(Answered, bool), Halt> {
        let bystander = match case.post {
            Some(Post::BystanderUntouched) => Some(self.stage.beside(lease).await?),
            _ => None,
        };
        if case.operation == Operation::StartUserImportJob && lease.place.is_none() {
            lease.place = self.place_for_start(before.is_alone).await?;
        }
        if let Some(error) = &case.fault {
            let queued = self.stage.fault(lease, error).await;
            queued.map_err(Halt::short_of(error.as_str()))?;
        }
        let sent = case.compose(&lease.ids);
        let response = self.send(case, &sent, before).await;
        if let Some(error) = &case.fault {
            self.spend_fault(case, error, &response, lease).await;
        }
        let mut answered = self.answered(case, lease, &sent, response?, before)?;
        let record = &mut answered.record;
        if !record.verdict.is_judged() {
            let is_as_before = self
                .is_unchanged(case, lease, answered.response.as_ref())
                .await;
            return Ok((answered, is_as_before));
        }
        if record.verdict == Verdict::Divergent {
            // The limit of active jobs may have refused it.
            let is_refused = answered
                .response
                .as_ref()
                .is_some_and(|came| came.status >= 400);
            let is_start = case.operation == Operation::StartUserImportJob;
            let place = lease.place.as_ref().filter(|_| is_start && is_refused);
            if place.is_some_and(|place| place.suspects(0).is_some()) {
                return Err(Halt::Again(Reason::OthersActive, None));
            }
            if answered.response.is_some() {
                self.unless_it_ended(case, lease).await?;
            }
            return Ok((answered, false));
        }
        let mut is_as_before = false;
        match post::check(self, case, lease, bystander.as_ref(), answered.refusal).await? {
            After::Held => is_as_before = answered.refusal && lease.before.is_some(),
            // Where any answer will do, or another look is what the case is for, the state afterwards is what is judged.
            After::Unconfirmed(note) if needs_state(case) => return Err(Halt::Blocked(note)),
            After::Unconfirmed(note) => {
                record.reason.get_or_insert(note);
            }
            After::Ended(status) => {
                self.unless_it_ended(case, lease).await?;
                record.verdict = Verdict::Divergent;
                let expected = Expected::status(Status::Stopped);
                record.violations = vec![Violation::of_job_status(expected, Some(status))];
            }
            After::Broken(violations) => {
                record.verdict = Verdict::Divergent;
                record.violations = violations;
            }
        }
        record.works &= record.verdict == Verdict::Pass;
        Ok((answered, is_as_before))
    }

    /// Whether a job that others share is as it was after a request that is only recorded.
    async fn is_unchanged(&self, case: &Case, lease: &Lease, response: Option<&Response>) -> bool {
        let is_refused = response.is_some_and(|response| response.status >= 400);
        if !is_shareable(case) || !case.given.has_job() {
            return is_refused;
        }
        is_refused && post::is_untouched(self, lease).await
    }

    /// A place for a start that the limit of active jobs does not refuse.
    pub(crate) async fn place_for_start(&self, alone: bool) -> Result<Option<ActivePlace>, Halt> {
        let Some(jobs) = self.stage.active_jobs() else {
            return Ok(None);
        };
        let place = jobs.granted(alone).await;
        place
            .map(Some)
            .ok_or(Halt::Again(Reason::OthersActive, None))
    }

    /// Sends, and tells an answer (or a permitted close) from what tells nothing.
    pub(crate) async fn send(
        &self,
        case: &Case,
        sent: &Message,
        before: Before,
    ) -> Result<Option<Response>, Halt> {
        let mut pause = THROTTLED_PAUSE;
        for attempt in 0..THROTTLED_MAX {
            match self.stage.deliver(sent, before.was_closed).await {
                // A throttled request did nothing, so that it can be sent again.
                Ok(response) if is_throttled(&response) && !expects_throttle(case) => {
                    self.stage.client().inspect(|client| client.note_throttle());
                    // A recording holds each of them, and waits for none.
                    if attempt + 1 < THROTTLED_MAX && self.stage.client().is_some() {
                        sleep(pause).await;
                    }
                    pause *= 2;
                }
                Ok(response) => {
                    self.breaker.answered();
                    // What a server fails on may be luck; what it fails on in the last try as well is its answer.
                    let is_answer = before.failed.is_some() && before.is_last;
                    if response.status >= 500 && !is_answer && case.fault.is_none() {
                        let reason = Reason::ServerFailed {
                            status: response.status,
                        };
                        return Err(Halt::Again(reason, None));
                    }
                    return Ok(Some(response));
                }
                // The close may have come before the request did.
                Err(failure @ Failure::Closed { was_kept: true, .. }) => {
                    return Err(Halt::Again(Reason::NoResponse(failure), None));
                }
                // Anything but a valid request may be met with a close: that is an answer of its kind.
                Err(Failure::Closed { .. }) if !case.is_protocol() => {
                    self.breaker.answered();
                    return Ok(None);
                }
                Err(Failure::NoCredentials { .. }) => {
                    return Err(Halt::Blocked(Reason::NoCredentials));
                }
                // Nothing was sent, and nothing will be: it is no silence of the endpoint.
                Err(failure @ Failure::Unsayable { .. }) => {
                    return Err(Halt::Blocked(Reason::Unsendable(failure.to_string())));
                }
                Err(failure) => {
                    let outcome = Outcome::Silent(silence(&failure));
                    return Err(Halt::Again(
                        Reason::NoResponse(failure),
                        Some(Box::new(outcome)),
                    ));
                }
            }
        }
        Err(Halt::Again(Reason::Throttled { operation: None }, None))
    }

    /// After a request with a fault that hits whoever comes next: proves that the fault is used up, so that it is left for
    /// nobody else.
    async fn spend_fault(
        &self,
        case: &Case,
        error: &str,
        response: &Result<Option<Response>, Halt>,
        lease: &Lease,
    ) {
        let met = |response: &Response| Envelope::read(response).error_type() == Some(error);
        let is_met = matches!(response, Ok(Some(response)) if met(response));
        if is_met || self.stage.binds_faults() {
            return;
        }
        if let Some(client) = self.stage.client() {
            // A valid request meets it, if it is still there. What else comes of it tells nothing.
            let _ = client.deliver(&case.unchanged().compose(&lease.ids)).await;
        }
    }

    /// Measures a refusal against its control: it proves something only if the fault was its cause.
    async fn measured(&self, case: &Case, answered: Answered) -> Result<Record, Halt> {
        let Answered {
            mut record,
            ids,
            response,
            refusal,
            ..
        } = answered;
        let judged = record.verdict.is_judged() && record.verdict != Verdict::Divergent;
        // Where any answer will do, only one that shows the job at work needs no measure.
        let any = case.expect.iter().any(|one| one.answer.is_some());
        let measured = refusal || (any && response.as_ref().is_some_and(|came| !shows_job(came)));
        let (true, true, Some(response)) = (judged, measured, response) else {
            return Ok(record);
        };
        let control = self.controls.of(self, case).await.map_err(|halt| {
            let control = |reason| Reason::Control(Box::new(reason));
            match halt {
                Halt::Blocked(reason) => Halt::Blocked(control(reason)),
                Halt::OutOfReach(name, reason) => Halt::OutOfReach(name, control(reason)),
                Halt::Again(reason, _) => Halt::Again(control(reason), None),
            }
        })?;
        if control == Likeness::of(&response, &ids) {
            record.verdict = Verdict::Vacuous;
            record.reason = Some(Reason::Note(
                "the unchanged request gets the same answer, so that the fault is not its cause"
                    .to_owned(),
            ));
        }
        Ok(record)
    }

    /// Where a started job has ended: whether another such job, left alone as long, ends too. If so nothing can be told; if
    /// not, the request ended it.
    pub(crate) async fn unless_it_ended(&self, case: &Case, lease: &mut Lease) -> Result<(), Halt> {
        if case.given.job != JobState::Started
            && !case.given.status().is_some_and(Status::is_started)
        {
            return Ok(());
        }
        let ended = post::status(self, &lease.ids)
            .await?
            .is_some_and(Status::is_finished);
        if !ended {
            return Ok(());
        }
        lease.end();
        // Twice as long as the case took, so that a job which ends by itself does so here too.
        let patience = lease.acquired.elapsed() * 2;
        let other = self.stage.acquire(case.given, false).await?;
        let ended = post::ends_within(self, &other.ids, patience).await;
        self.stage.release(other).await;
        if ended? {
            return Err(Halt::Again(Reason::EndedByItself, None));
        }
        Ok(())
    }

    /// After an attempt that came to nothing: whether the endpoint still answers anything.
    async fn look_after(&self, reason: &Reason) {
        // A recording goes silent where its endpoint did.
        let Some(client) = self.stage.client() else {
            return;
        };
        if !self.breaker.came_to_nothing(reason) {
            return;
        }
        if Probe::is_answered(client).await {
            self.breaker.alive();
        } else {
            self.breaker.trip(Reason::StoppedAnswering);
        }
    }
}

/// Whether a case leaves its job as it is: it must be refused, or it is only recorded and changes nothing that anybody has to
/// see. Such cases share jobs.
pub(crate) fn is_shareable(case: &Case) -> bool {
    let is_plain = case.fault.is_none()
        && case.operation == Operation::StopUserImportJob
        && case.given.job != JobState::Elsewhere;
    let must_be_refused = !case.expect.is_empty()
        && case
            .expect
            .iter()
            .all(|expectation| expectation.is_refusal());
    let is_kept = match case.post {
        None => true,
        Some(Post::Untouched) => case.given.has_job(),
        Some(_) => false,
    };
    is_plain && is_kept && (case.level == Level::Observe || must_be_refused)
}

/// Whether a case is about the state afterwards, so that it cannot be judged without.
pub(crate) fn needs_state(case: &Case) -> bool {
    case.expect.iter().any(|one| one.answer.is_some())
        // A job of another pool is not to be seen through this one, before as little as afterwards.
        || case.given.job != JobState::Elsewhere
            && matches!(case.post, Some(Post::Untouched | Post::BystanderUntouched))
}

/// Whether an answer is a success with a job in it.
fn shows_job(response: &Response) -> bool {
    let json = Envelope::read(response).json;
    response.status == 200 && json.is_ok_and(|json| json["UserImportJob"].is_object())
}

fn expects_throttle(case: &Case) -> bool {
    case.fault.as_deref() == Some("TooManyRequestsException")
}
