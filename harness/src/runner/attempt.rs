//! One case, from its precondition to its verdict.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, RwLock, RwLockReadGuard, RwLockWriteGuard, Semaphore};

use crate::case::{Case, Change, Given, Ids, JobState, Level, Message, Post};
use crate::contract::Status;
use crate::oracle::{
    Context, Judgement, Likeness, Mismatch, Observed, Outcome, fingerprint, judge, label,
};
use crate::provision::{Lease, Unavailable};
use crate::runner::breaker::Breaker;
use crate::runner::control::Controls;
use crate::runner::post::{self, After};
use crate::runner::replay::Replays;
use crate::runner::stage::{Stage, on_track};
use crate::runner::{Exchange, Probe, Record, Verdict};
use crate::snapshot;
use crate::target::Failure;
use crate::wire::{Envelope, Response, redact};

/// How often a case is tried when its answer tells nothing: once more for bad luck, and once more after that.
const ATTEMPTS_MAX: usize = 3;

/// Judges single cases against one target.
#[derive(Debug)]
pub(crate) struct Judge {
    pub(crate) stage: Stage,
    pub(crate) breaker: Breaker,
    pub(crate) controls: Controls,
    /// The places of jobs that are active at once, where the target has a limit.
    pub(crate) active: Option<Active>,
    /// See [`Judge::turn`].
    pub(crate) quiet: RwLock<()>,
    /// The states and faults that the profile demands.
    pub(crate) reach: Vec<String>,
    /// How long a stopped job may take to show Stopped.
    pub(crate) settle: Duration,
    pub(crate) snapshots: Option<snapshot::Recorded>,
    pub(crate) replays: Replays,
}

/// A limit on the jobs that are active at once.
#[derive(Clone, Debug)]
pub(crate) struct Active {
    /// How many there may be.
    pub(crate) limit: usize,
    places: Arc<Semaphore>,
}

impl Active {
    /// A limit. Where nothing is at stake, in a rehearsal, what it allows one after the other goes on side by side.
    pub(crate) fn new(limit: usize, side_by_side: bool) -> Self {
        let places = if side_by_side {
            Semaphore::MAX_PERMITS
        } else {
            limit.max(1)
        };
        Self {
            limit,
            places: Arc::new(Semaphore::new(places)),
        }
    }
}

/// A turn at a target, which ends when it is dropped. See [`Judge::turn`].
pub(crate) enum Turn<'a> {
    /// Nothing else is under way.
    Alone { _held: RwLockWriteGuard<'a, ()> },
    /// No fault is queued that this could meet.
    Shared { _held: RwLockReadGuard<'a, ()> },
}

/// Why an attempt ended without a verdict.
pub(crate) enum Halt {
    /// Something that the case needs is not to be had.
    Blocked(String),
    /// The state or the fault of this name, which a profile may demand, cannot be made true.
    OutOfReach(String, String),
    /// Nothing can be told this time. With what was seen, if the request of the case itself went unanswered.
    Again(String, Option<Outcome>),
}

impl From<Unavailable> for Halt {
    fn from(unavailable: Unavailable) -> Self {
        match unavailable {
            Unavailable::Unreachable(reason) => Self::Blocked(reason),
            Unavailable::Indeterminate(reason) => Self::Again(reason, None),
        }
    }
}

impl Halt {
    /// From what kept a state or a fault of this name from being made true.
    pub(crate) fn short_of(name: impl Into<String>) -> impl FnOnce(Unavailable) -> Self {
        move |unavailable| match unavailable {
            Unavailable::Unreachable(reason) => Self::OutOfReach(name.into(), reason),
            other => other.into(),
        }
    }
}

/// An answered request and what is known about its precondition.
struct Answered {
    record: Record,
    ids: Ids,
    response: Option<Response>,
    refusal: bool,
}

impl Judge {
    /// Runs a case and says what came of it. The answer comes with it, for the invariants.
    pub(crate) async fn case(&self, case: &Case) -> (Record, Option<Observed>) {
        on_track(&case.id, self.attempts(case)).await
    }

    async fn attempts(&self, case: &Case) -> (Record, Option<Observed>) {
        let mut last = (String::new(), None);
        for _ in 0..ATTEMPTS_MAX {
            if let Some(why) = self.stage.halted() {
                last.0 = why;
                break;
            }
            if self.breaker.is_open() {
                last.0 = "the endpoint has stopped answering, so nothing more is sent".to_owned();
                self.stage.note_halt(&last.0);
                break;
            }
            match self.attempt(case).await {
                Ok((record, observed)) => return (record, observed),
                Err(Halt::Blocked(reason)) => {
                    let record = Record::new(&case.id, case.level, Verdict::Blocked);
                    return (record.because(reason), None);
                }
                Err(Halt::OutOfReach(name, reason)) => {
                    let mut record = Record::new(&case.id, case.level, Verdict::Blocked);
                    record.demanded = self.reach.contains(&name);
                    return (record.because(reason), None);
                }
                Err(Halt::Again(reason, outcome)) => {
                    last = (reason, outcome.or(last.1));
                    self.look_after().await;
                }
            }
        }
        let (reason, outcome) = last;
        let record = Record::new(&case.id, case.level, Verdict::Indeterminate).because(reason);
        let observed = outcome.map(|outcome| observed(case, None, outcome));
        (record, observed)
    }

    async fn attempt(&self, case: &Case) -> Result<(Record, Option<Observed>), Halt> {
        let bystanders = usize::from(case.post == Some(Post::BystanderUntouched));
        let permit = self.permit(case.given, bystanders).await?;
        let turn = self.turn(case.fault.is_some()).await;
        let acquired = self.stage.acquire(case.given).await;
        let mut lease = acquired.map_err(Halt::short_of(case.given.job))?;
        let result = self.exchange(case, &mut lease).await;
        self.stage.release(lease).await;
        // The control needs a turn, and may need an active job, of its own.
        drop((turn, permit));
        let answered = result?;
        let outcome = answered
            .response
            .clone()
            .map_or(Outcome::Closed, Outcome::Answered);
        let (came, ids) = (answered.response.clone(), answered.ids.clone());
        let observed = observed(case, Some(&answered.ids), outcome);
        let mut record = self.measured(case, answered).await?;
        if matches!(record.verdict, Verdict::Divergent | Verdict::Vacuous) {
            let verdict = record.verdict.name();
            let print = fingerprint(verdict, came.as_ref(), &ids, &record.mismatches);
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

    /// Sends the case's request on its precondition and judges what comes.
    async fn exchange(&self, case: &Case, lease: &mut Lease) -> Result<Answered, Halt> {
        let bystander = match case.post {
            Some(Post::BystanderUntouched) => Some(self.stage.beside(lease).await?),
            _ => None,
        };
        let lease = &*lease;
        if let Some(error) = &case.fault {
            let queued = self.stage.fault(lease, error).await;
            queued.map_err(Halt::short_of(error.as_str()))?;
        }
        let sent = case.compose(&lease.ids);
        let response = self.send(case, &sent).await;
        if response.is_err() && case.fault.is_some() {
            self.spend_fault(&sent).await;
        }
        let response = response?;
        let mut record = Record::new(&case.id, case.level, Verdict::Error);
        record.replay = self.replays.of_case(case, Some(lease));
        record.exchange = Some(self.described(&sent, response.as_ref(), &lease.ids));
        record.snapshot = self.compared(case, &record);
        record.answer = Some(label(response.as_ref()));
        let answered = |record, refusal, response| Answered {
            record,
            ids: lease.ids.clone(),
            response,
            refusal,
        };
        if case.level == Level::Observe {
            record.verdict = Verdict::Observed;
            return Ok(answered(record, false, response));
        }
        let Some(response) = response else {
            record.verdict = Verdict::Divergent;
            record.mismatches = vec![Mismatch::new("answer", "an answer", "a close without one")];
            return Ok(answered(record, false, None));
        };

        let context = Context {
            ids: &lease.ids,
            before: lease.before.as_ref(),
        };
        let refusal = match judge(&case.expect, &response, context) {
            Judgement::Conformant { refusal } => {
                record.verdict = Verdict::Pass;
                record.works = !refusal && response.status == 200;
                refusal
            }
            Judgement::Tolerated { flag, refusal } => {
                record.verdict = Verdict::Tolerated;
                record.flag = Some(flag);
                refusal
            }
            Judgement::Divergent(mismatches) => {
                self.unless_it_ended(case, lease).await?;
                record.verdict = Verdict::Divergent;
                record.mismatches = mismatches;
                return Ok(answered(record, false, Some(response)));
            }
            Judgement::Unknown(reason) => return Err(Halt::Blocked(reason)),
        };
        match post::check(self, case, lease, bystander.as_ref(), refusal).await? {
            After::Held => {}
            // Where any answer will do, or another look is what the case is for, the state afterwards is what is judged.
            After::Unconfirmed(note)
                if case.expect.iter().any(|one| one.answer.is_some())
                    // A job of another pool is not to be seen through this one, before as little as afterwards.
                    || case.given.job != JobState::Elsewhere
                        && matches!(case.post, Some(Post::Untouched | Post::BystanderUntouched)) =>
            {
                return Err(Halt::Blocked(note));
            }
            After::Unconfirmed(note) => record.reason = Some(note),
            After::Ended(status) => {
                self.unless_it_ended(case, lease).await?;
                record.verdict = Verdict::Divergent;
                record.mismatches = vec![Mismatch::new("post/Status", "Stopped", status.name())];
            }
            After::Broken(mismatches) => {
                record.verdict = Verdict::Divergent;
                record.mismatches = mismatches;
            }
        }
        record.works &= record.verdict == Verdict::Pass;
        Ok(answered(record, refusal, Some(response)))
    }

    /// Sends, and tells an answer (or a permitted close) from what tells nothing.
    async fn send(&self, case: &Case, sent: &Message) -> Result<Option<Response>, Halt> {
        match self.stage.deliver(sent).await {
            Ok(response) => {
                self.breaker.answered();
                if is_throttled(&response) && !expects_throttle(case) {
                    let reason = format!("the endpoint throttles: {response}");
                    return Err(Halt::Again(reason, None));
                }
                Ok(Some(response))
            }
            // Anything but a valid request may be met with a close: that is an answer of its kind.
            Err(Failure::Closed { .. }) if !case.is_protocol() => {
                self.breaker.answered();
                Ok(None)
            }
            Err(Failure::NoCredentials { .. }) => Err(Halt::Blocked(
                "the profile has no credentials to make this signature with".to_owned(),
            )),
            // Nothing was sent, and nothing will be: it is no silence of the endpoint.
            Err(failure @ Failure::Unsayable { .. }) => Err(Halt::Blocked(failure.to_string())),
            Err(failure) => {
                let reason = failure.to_string();
                Err(Halt::Again(reason.clone(), Some(Outcome::Silent(reason))))
            }
        }
    }

    /// After a request with a fault came to nothing: sends it once more, so that a fault which it did not meet is left for
    /// nobody else. What comes of it tells nothing.
    async fn spend_fault(&self, sent: &Message) {
        if let (false, Some(client)) = (self.stage.binds_faults(), self.stage.client()) {
            let _ = client.deliver(sent).await;
        }
    }

    /// Measures a refusal against its control: it proves something only if the fault was its cause.
    async fn measured(&self, case: &Case, answered: Answered) -> Result<Record, Halt> {
        let Answered {
            mut record,
            ids,
            response,
            refusal,
        } = answered;
        let judged = matches!(record.verdict, Verdict::Pass | Verdict::Tolerated);
        // Where any answer will do, only one that shows the job at work needs no measure.
        let any = case.expect.iter().any(|one| one.answer.is_some());
        let measured = refusal || (any && response.as_ref().is_some_and(|came| !shows_job(came)));
        let (true, true, Some(response)) = (judged, measured, response) else {
            return Ok(record);
        };
        let control = self
            .controls
            .of(self, case)
            .await
            .map_err(|halt| match halt {
                Halt::Blocked(reason) => Halt::Blocked(format!("its control: {reason}")),
                Halt::OutOfReach(name, reason) => {
                    Halt::OutOfReach(name, format!("its control: {reason}"))
                }
                Halt::Again(reason, _) => Halt::Again(format!("its control: {reason}"), None),
            })?;
        if control == Likeness::of(&response, &ids) {
            record.verdict = Verdict::Vacuous;
            record.reason = Some(
                "the unchanged request gets the same answer, so that the fault is not its cause"
                    .to_owned(),
            );
        }
        Ok(record)
    }

    /// Where a started job has ended: whether another such job, left alone as long, ends too. If so nothing can be told; if
    /// not, the request ended it.
    pub(crate) async fn unless_it_ended(&self, case: &Case, lease: &Lease) -> Result<(), Halt> {
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
        // Twice as long as the case took, so that a job which ends by itself does so here too.
        let patience = lease.acquired.elapsed() * 2;
        let other = self.stage.acquire(case.given).await?;
        let ended = post::ends_within(self, &other.ids, patience).await;
        self.stage.release(other).await;
        if ended? {
            return Err(Halt::Again(
                "the job ended by itself around the request".to_owned(),
                None,
            ));
        }
        Ok(())
    }

    /// After an attempt that came to nothing: whether the endpoint still answers anything.
    async fn look_after(&self) {
        // A recording goes silent where its endpoint did.
        let Some(client) = self.stage.client() else {
            return;
        };
        if !self.breaker.went_silent() {
            return;
        }
        if Probe::is_answered(client).await {
            self.breaker.alive();
        } else {
            self.breaker.trip();
        }
    }

    /// A place among the active jobs for the job of a precondition, and one for each beside it, where the target has a
    /// limit.
    pub(crate) async fn permit(
        &self,
        given: Given,
        beside: usize,
    ) -> Result<Option<OwnedSemaphorePermit>, Halt> {
        let is_active = match given.job {
            JobState::Started | JobState::Elsewhere => true,
            JobState::Is(status) => status != Status::Created && status != Status::Expired,
            JobState::Absent => false,
        };
        let wanted = usize::from(is_active) + beside;
        let (Some(active), 1..) = (&self.active, wanted) else {
            return Ok(None);
        };
        if wanted > active.limit {
            return Err(Halt::Blocked(format!(
                "it takes {wanted} jobs that are active at once, and the target allows {}",
                active.limit
            )));
        }
        let places = u32::try_from(wanted).unwrap_or(u32::MAX);
        let permit = Arc::clone(&active.places).acquire_many_owned(places);
        Ok(permit.await.ok())
    }

    fn described(&self, sent: &Message, response: Option<&Response>, ids: &Ids) -> Exchange {
        let came = response.ok_or("<closed without an answer>");
        Exchange {
            sent: shown_request(sent),
            came: redact(&came.map_or_else(str::to_owned, describe_response)),
            normalised: snapshot::render(sent, came, ids),
        }
    }

    fn compared(&self, case: &Case, record: &Record) -> Option<snapshot::State> {
        let (recorded, exchange) = (self.snapshots.as_ref()?, record.exchange.as_ref()?);
        Some(recorded.compare(&case.id, &exchange.normalised))
    }
}

fn observed(case: &Case, ids: Option<&Ids>, outcome: Outcome) -> Observed {
    let renamed = case.changes.iter().any(|change| {
        matches!(change, Change::Set(member, _) if member == "JobId" || member == "UserPoolId")
            || matches!(change, Change::Body(_))
    });
    Observed {
        case: case.id.clone(),
        protocol: case.is_protocol(),
        ids: ids.filter(|_| !renamed).cloned(),
        outcome,
    }
}

/// Whether an answer is a success with a job in it.
fn shows_job(response: &Response) -> bool {
    let json = Envelope::read(response).json;
    response.status == 200 && json.is_ok_and(|json| json["UserImportJob"].is_object())
}

/// Whether an answer only says "not now".
pub(crate) fn is_throttled(response: &Response) -> bool {
    const TYPES: [&str; 3] = [
        "TooManyRequestsException",
        "Throttling",
        "ThrottlingException",
    ];
    let envelope = Envelope::read(response);
    matches!(response.status, 429 | 503)
        || envelope
            .error_type()
            .is_some_and(|name| TYPES.contains(&name))
}

fn expects_throttle(case: &Case) -> bool {
    case.fault.as_deref() == Some("TooManyRequestsException")
}

/// The most bytes of a body that a report shows.
const SHOWN_SIZE_MAX: usize = 2_000;

/// A request as a report shows it.
pub(crate) fn shown_request(sent: &Message) -> String {
    redact(&describe_sent(sent))
}

fn describe_sent(sent: &Message) -> String {
    match sent {
        Message::Plain { request, .. } => {
            let mut text = format!("{} {}", request.method, request.path);
            for header in &request.headers {
                text.push_str(&format!(
                    "\n{}: {}",
                    header.name,
                    String::from_utf8_lossy(&header.value)
                ));
            }
            format!("{text}\n\n{}", shown(&request.body))
        }
        Message::Raw { raw, body } => format!("{}\n\n{}", raw.head.join("\n"), shown(body)),
    }
}

fn describe_response(response: &Response) -> String {
    let mut text = response.status.to_string();
    for header in &response.headers {
        text.push_str(&format!(
            "\n{}: {}",
            header.name,
            String::from_utf8_lossy(&header.value)
        ));
    }
    format!("{text}\n\n{}", shown(&response.body))
}

fn shown(body: &[u8]) -> String {
    let head = &body[..body.len().min(SHOWN_SIZE_MAX)];
    let text =
        std::str::from_utf8(head).map_or_else(|_| head.escape_ascii().to_string(), str::to_owned);
    if body.len() > SHOWN_SIZE_MAX {
        format!("{text}… <{} bytes>", body.len())
    } else {
        text
    }
}
