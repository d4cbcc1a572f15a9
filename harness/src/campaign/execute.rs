//! One execution: a precondition, a request, its answer, a look at the job, and what may be wrong.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use serde_json::json;

use crate::campaign::kind::{AnswerKind, kind};
use crate::campaign::suspicion::{Broken, Came, Invariants, Suspicion, places, suspicions};
use crate::case::{Case, Given, Ids, Invariant, Level, Message, Signature, Source, SourceKind};
use crate::contract::{Operation, Status};
use crate::exchange::{ExclusiveLease, FixtureLease, FixturePool};
use crate::fault::{Gist, Kind};
use crate::oracle::{
    self, Actual, Answer, Expected, Facet, Known, Likeness, Observed, Outcome, Permitted, Place,
    Sent, Signing, Statuses, Violation, permitted, same,
};
use crate::provision::{Described, Lease, Reason};
use crate::runner::{Record, RunError, Runner, Session, Verdict, silence};
use crate::suite::Suite;
use crate::target::{Failure, Lane};
use crate::wire::{Envelope, Request, Response};

/// The members of a job that nothing changes.
const IMMUTABLE: [&str; 4] = ["JobId", "UserPoolId", "JobName", "CreationDate"];

/// How many request ids are remembered: an endpoint that repeats them repeats them at once.
const RECENT_MAX: usize = 16;

/// What all executions of a campaign share.
#[derive(Debug)]
pub(crate) struct Arena {
    pub(crate) fixtures: Arc<FixturePool>,
    pub(crate) runner: Runner,
    pub(crate) invariants: Invariants,
    /// Whether requests go out with a signature.
    pub(crate) is_signed: bool,
    /// The request ids of the last answers.
    pub(crate) recent: Mutex<VecDeque<u64>>,
    /// The requirements of the suite, by their ids.
    requirements: BTreeMap<String, Broken>,
}

/// What an execution came to.
#[derive(Debug, Default)]
pub(crate) struct Done {
    /// How many requests to the operation were judged.
    pub(crate) executions: u64,
    /// The kind of the answer.
    pub(crate) kind: Option<AnswerKind>,
    /// Whether nothing came.
    pub(crate) is_silent: bool,
    /// Whether nothing came over a connection that may have been closed before.
    pub(crate) is_unsent: bool,
    pub(crate) suspicions: Vec<Suspicion>,
    /// Whether nothing but the form of the answer could be judged.
    pub(crate) is_open: bool,
    /// The answer, for a comparison.
    pub(crate) likeness: Option<Likeness>,
    /// Whether a look at the job was taken, and how often.
    pub(crate) looks: u64,
    /// Whether there was a response at all.
    pub(crate) is_answered: bool,
    /// Why it was not sent, if it was not.
    pub(crate) skipped: Option<Reason>,
}

impl Done {
    /// What was not sent.
    fn skipped(reason: Reason) -> Self {
        Self {
            skipped: Some(reason),
            ..Self::default()
        }
    }

    /// Whether the request was refused, which must leave its job as it is.
    pub(crate) fn is_refusal(&self, case: &Case) -> bool {
        self.likeness
            .as_ref()
            .is_some_and(|answer| is_refusal(case, answer))
    }
}

/// Whether an answer refuses a request. Bytes on a socket may be several requests, of which one is refused and another granted.
fn is_refusal(case: &Case, answer: &Likeness) -> bool {
    answer.status >= 400 && !case.is_raw()
}

/// Whether a case of the suite says more of its answer than what was made of it. Nothing is wanted of a case of level observe,
/// but what other operations answer is held to the invariants.
pub(crate) fn has_own_say(case: &Case, done: Option<&Done>) -> bool {
    match done {
        Some(done) => case.level != Level::Observe && (done.is_open || done.suspicions.is_empty()),
        None => true,
    }
}

/// Whether a case is one request to the operation. The others need a fault first, or ask for another operation, and only the
/// runner of the suite knows how.
pub(crate) fn is_sent_alone(case: &Case) -> bool {
    case.operation == Operation::StopUserImportJob && case.fault.is_none()
}

impl Arena {
    /// Gets ready to send to a session's target.
    pub(crate) async fn new(session: &Session, suite: &Arc<Suite>) -> Result<Self, RunError> {
        let requirements = suite.requirements().iter().map(|requirement| {
            let broken = Broken {
                id: Some(requirement.id.clone()),
                text: requirement.text.clone(),
                level: requirement.level,
                sources: requirement.sources.clone(),
            };
            (requirement.id.clone(), broken)
        });
        Ok(Self {
            fixtures: FixturePool::new(Arc::clone(&session.provisioner)),
            runner: runner(session, suite).await?,
            invariants: Invariants::of(suite),
            is_signed: session.profile.credentials.is_some(),
            recent: Mutex::default(),
            requirements: requirements.collect(),
        })
    }

    /// Runs a case as the suite does: what it is suspected of by its own expectations, and what its answer breaks of the
    /// invariants, where [`Self::send`] does not see it.
    pub(crate) async fn run(&self, case: &Arc<Case>) -> (Record, Vec<Suspicion>) {
        let (record, observed) = self.runner.judged(case).await;
        let mut suspicions = Vec::from_iter(self.of_record(case, &record, observed.as_ref()));
        if let Some(observed) = observed.filter(|_| !is_sent_alone(case)) {
            let is_told = |told: &Violation| {
                let mut own = record.violations.iter();
                own.any(|one| one.facet == told.facet)
            };
            let broken = self.invariants.broken_by(&observed, case);
            let other = |one: &Suspicion| !one.violations.iter().any(is_told);
            suspicions.extend(broken.into_iter().filter(other));
        }
        (record, suspicions)
    }

    /// What a case of the suite that diverges is suspected of.
    fn of_record(
        &self,
        case: &Arc<Case>,
        record: &Record,
        observed: Option<&Observed>,
    ) -> Option<Suspicion> {
        if !matches!(record.verdict, Verdict::Divergent | Verdict::Vacuous) {
            return None;
        }
        let broken = self.requirements.get(case.requirement())?;
        let places = places(&record.violations);
        Some(Suspicion {
            key: format!("{} | {} {places}", case.requirement(), record.verdict),
            kind: Kind::Case,
            broken: broken.clone(),
            violations: if record.violations.is_empty() {
                let reason = record.reason.as_ref();
                let reason = reason.map_or_else(String::new, ToString::to_string);
                let (facet, actual) = (Facet::Response, Actual::told(reason));
                vec![Violation::new(facet, Expected::Distinct, actual)]
            } else {
                record.violations.clone()
            },
            gist: observed.and_then(|observed| Gist::of_outcome(&observed.outcome)),
            case: Arc::clone(case),
            executions: 0,
        })
    }

    /// How long the answer to a request takes. None where there is none.
    pub(crate) async fn elapsed(&self, lane: &mut Lane, case: &Case) -> Option<Duration> {
        let hold = self.fixtures.share(case.given).await.ok()?;
        let message = case.compose(&hold.lease().ids);
        Some(lane.deliver(&message).await.ok()?.elapsed)
    }

    /// Sends one request and judges what comes. `fresh` asks for a precondition that nobody had, and for nothing else being undone.
    pub(crate) async fn send(&self, lane: &mut Lane, case: &Arc<Case>, fresh: bool) -> Done {
        match self.send_once(lane, case, fresh).await {
            // The connection may have been closed before the request came: only a new one, and a job that nothing can have
            // happened to, tell.
            Done {
                is_unsent: true, ..
            } => self.send_once(lane, case, fresh).await,
            done => done,
        }
    }

    async fn send_once(&self, lane: &mut Lane, case: &Arc<Case>, fresh: bool) -> Done {
        let given = case.given;
        let hold = if fresh {
            self.fixtures.settle().await;
            match self.fixtures.make(given).await {
                Ok(lease) => FixtureLease::Exclusive(Box::new(ExclusiveLease::new(lease))),
                Err(reason) => return Done::skipped(reason),
            }
        } else {
            match self.fixtures.share(given).await {
                Ok(hold) => hold,
                Err(reason) => return Done::skipped(reason),
            }
        };
        let mut message = case.compose(&hold.lease().ids);
        let mut allowed = self.permitted(case, &message, &hold.lease().ids);
        let is_certain = matches!(&allowed, Permitted::OneOf(classes)
            if classes.iter().all(|class| matches!(class.answer, Answer::Refusal { .. })));
        let hold = match hold {
            FixtureLease::Shared(shared) if !is_certain && given.has_job() => {
                // Whoever keeps one job from being active must not wait for another.
                drop(shared);
                match self.fixtures.take(given).await {
                    Ok(hold) => {
                        message = case.compose(&hold.lease().ids);
                        allowed = self.permitted(case, &message, &hold.lease().ids);
                        hold
                    }
                    Err(reason) => return Done::skipped(reason),
                }
            }
            hold => hold,
        };
        let mut done = self
            .judged(lane, case, &message, &hold.lease().ids, &allowed)
            .await;
        let FixtureLease::Exclusive(own) = hold else {
            return done;
        };
        let mut own = *own;
        let is_settled = done.suspicions.iter().all(Suspicion::is_of_form) && done.is_refusal(case);
        if is_settled && !fresh && own.lease.before.is_some() {
            own.unverified.push(Arc::clone(case));
            match self.fixtures.put_back(given, own) {
                None => return done,
                Some(unread) => own = unread,
            }
        }
        self.look(lane, case, &allowed, own, &mut done, fresh).await;
        done
    }

    async fn judged(
        &self,
        lane: &mut Lane,
        case: &Arc<Case>,
        message: &Message,
        ids: &Ids,
        allowed: &Permitted,
    ) -> Done {
        let outcome = match lane.deliver(message).await {
            Ok(delivered) => Outcome::Answered(delivered.response),
            Err(Failure::Closed { was_kept: true, .. }) => {
                return Done {
                    is_unsent: true,
                    ..Done::default()
                };
            }
            Err(Failure::Closed { .. }) => Outcome::Closed,
            Err(Failure::NoCredentials { .. }) => return Done::skipped(Reason::NoCredentials),
            Err(failure @ Failure::Unsayable { .. }) => {
                return Done::skipped(Reason::Unsendable(failure.to_string()));
            }
            Err(Failure::Connect { .. }) => {
                return Done {
                    is_silent: true,
                    ..Done::default()
                };
            }
            Err(failure) => Outcome::Silent(silence(&failure)),
        };
        // Read once, for the judgement and for the kind of the answer.
        let envelope = match &outcome {
            Outcome::Answered(response) => Some(Envelope::read(response)),
            _ => None,
        };
        let came = Came {
            case,
            message,
            ids,
            permitted: allowed,
            outcome: &outcome,
            envelope: envelope.as_ref(),
        };
        let mut suspicions = suspicions(came, &self.invariants);
        if let (Outcome::Answered(response), true) = (&outcome, case.is_protocol()) {
            suspicions.extend(self.repeated(case, response));
        }
        let (kind, likeness) = kind(came);
        Done {
            executions: 1,
            kind: Some(kind),
            is_silent: matches!(outcome, Outcome::Silent(_)),
            is_unsent: false,
            suspicions,
            is_open: matches!(allowed, Permitted::AnythingInForm(_)),
            likeness,
            looks: 0,
            is_answered: matches!(outcome, Outcome::Answered(_)),
            skipped: None,
        }
    }

    /// Whether an answer has the request id of another one.
    fn repeated(&self, case: &Arc<Case>, response: &Response) -> Option<Suspicion> {
        let id = response
            .header("x-amzn-requestid")
            .filter(|id| !id.is_empty())?;
        let mut hasher = DefaultHasher::new();
        id.hash(&mut hasher);
        let hash = hasher.finish();
        let mut recent = self.recent.lock().unwrap_or_else(PoisonError::into_inner);
        let is_repeated = recent.contains(&hash);
        if recent.len() == RECENT_MAX {
            recent.pop_front();
        }
        recent.push_back(hash);
        let broken = self
            .invariants
            .get(Invariant::RequestId)
            .filter(|_| is_repeated)?;
        Some(Suspicion {
            key: "RequestId repeated".to_owned(),
            kind: Kind::Invariant(Invariant::RequestId),
            broken: broken.clone(),
            violations: vec![Violation::new(
                Facet::header("x-amzn-requestid"),
                Expected::told("an id that no other answer has"),
                Actual::text(Some(id)),
            )],
            gist: None,
            case: Arc::clone(case),
            executions: 0,
        })
    }

    /// What a request may be answered on its precondition.
    pub(crate) fn permitted(&self, case: &Case, message: &Message, ids: &Ids) -> Permitted {
        let Message::Plain { request, signature } = message else {
            return Permitted::Anything("bytes on a socket are no request of the protocol");
        };
        let signature = match signature {
            Signature::Valid if !self.is_signed => Signature::Unsigned,
            other => *other,
        };
        let known = Known {
            ids,
            place: Place::from(case.given),
            signing: Signing::Unknown,
            fault: None,
        };
        match permitted(Sent { request, signature }, &known) {
            Permitted::OneOf(_) if !oracle::are_well_formed(ids) => {
                Permitted::AnythingInForm("the endpoint's own ids break their constraints")
            }
            permitted => permitted,
        }
    }

    /// Looks at the job behind a request that may have acted, and keeps it if nothing happened to it.
    async fn look(
        &self,
        lane: &mut Lane,
        case: &Arc<Case>,
        allowed: &Permitted,
        own: ExclusiveLease,
        done: &mut Done,
        fresh: bool,
    ) {
        let ExclusiveLease {
            lease,
            mut unverified,
        } = own;
        if !case.given.has_job() || done.executions == 0 || lease.before.is_none() {
            return self.fixtures.discard(lease).await;
        }
        done.looks += 1;
        let Some(now) = described(lane, &lease.ids).await else {
            return self.fixtures.discard(lease).await;
        };
        let violations = changed(case, allowed, &lease, &now, done.likeness.as_ref());
        let is_as_before =
            violations.is_empty() && now.status().is_some() && now.status() == lease.status;
        if !violations.is_empty() {
            // Whoever is granted stops the job by right, and has nobody before him to blame for the rest.
            let culprit = if done.is_refusal(case) {
                if unverified.iter().any(|one| !Arc::ptr_eq(one, case)) {
                    // What it was answered may be due to one of those before it, but not in which form.
                    done.suspicions.retain(Suspicion::is_of_form);
                    done.kind = None;
                    unverified.push(Arc::clone(case));
                }
                self.culprit(lane, case.given, &unverified).await
            } else {
                None
            };
            let culprit = culprit.map(|(_, suspicion)| suspicion);
            let suspicion = culprit.unwrap_or_else(|| of_state(case, violations));
            done.suspicions.push(suspicion);
        }
        if !is_as_before || fresh {
            return self.fixtures.discard(lease).await;
        }
        if let Some(unwanted) = self
            .fixtures
            .put_back(case.given, ExclusiveLease::new(lease))
        {
            self.fixtures.discard(unwanted.lease).await;
        }
    }

    /// What a job shows that met refused requests. It is kept if none of them did anything to it.
    pub(crate) async fn look_at_unverified(
        &self,
        lane: &mut Lane,
        given: Given,
        own: ExclusiveLease,
        now: Option<&Described>,
    ) -> Option<Suspicion> {
        let ExclusiveLease { lease, unverified } = own;
        let status = now.and_then(Described::status);
        if status.is_some() && status == lease.status {
            if let Some(unwanted) = self.fixtures.put_back(given, ExclusiveLease::new(lease)) {
                self.fixtures.discard(unwanted.lease).await;
            }
            return None;
        }
        let is_stopped = was_stopped(&lease, status);
        self.fixtures.discard(lease).await;
        if !is_stopped {
            return None;
        }
        let culprit = self.culprit(lane, given, &unverified).await;
        culprit.map(|(_, suspicion)| suspicion)
    }

    /// Of requests that were refused on one job, the one that stops it all the same, and its place among them.
    pub(crate) async fn culprit(
        &self,
        lane: &mut Lane,
        given: Given,
        refused: &[Arc<Case>],
    ) -> Option<(usize, Suspicion)> {
        if refused.is_empty() {
            return None;
        }
        let lease = self.fixtures.make(given).await.ok()?;
        let mut seen = BTreeSet::new();
        let mut culprit = None;
        for (place, case) in refused.iter().enumerate() {
            if !seen.insert(format!("{:?}", case.changes)) {
                continue;
            }
            let _ = lane.deliver(&case.compose(&lease.ids)).await;
            let Some(now) = described(lane, &lease.ids).await else {
                break;
            };
            if was_stopped(&lease, now.status()) {
                let violation = Violation::of_job_status(Expected::NotStopped, now.status());
                culprit = Some((place, of_state(case, vec![violation])));
                break;
            }
        }
        self.fixtures.discard(lease).await;
        culprit
    }
}

/// The runner of the suite for an endpoint that has the operation.
async fn runner(session: &Session, suite: &Arc<Suite>) -> Result<Runner, RunError> {
    let runner = Runner::new(Arc::clone(suite), session, None).await?;
    runner.must_implement_stop().await?;
    Ok(runner)
}

/// Whether a job that was live is stopped.
pub(crate) fn was_stopped(lease: &Lease, now: Option<Status>) -> bool {
    let is_stopped = |status| matches!(status, Status::Stopping | Status::Stopped);
    lease.status.is_some_and(|was| !is_stopped(was)) && now.is_some_and(is_stopped)
}

/// What of a job must not be as it is now.
fn changed(
    case: &Case,
    allowed: &Permitted,
    lease: &Lease,
    now: &Described,
    answer: Option<&Likeness>,
) -> Vec<Violation> {
    let Some(before) = &lease.before else {
        return Vec::new();
    };
    let Some(job) = &now.job else {
        let expected = Expected::told("the job, as before the request");
        let actual = Actual::told(now.response.to_string());
        return vec![Violation::new(Facet::State(None), expected, actual)];
    };
    let mut violations = Vec::new();
    for member in IMMUTABLE {
        let Some(old) = before.get(member) else {
            continue;
        };
        let new = job.get(member);
        if !new.is_some_and(|new| same(old, new)) {
            let (expected, actual) = (Expected::unchanged(old), Actual::value(new));
            violations.push(Violation::new(Facet::state(member), expected, actual));
        }
    }
    let (Some(was), Some(is), Some(answer)) = (lease.status, now.status(), answer) else {
        return violations;
    };
    let is_stopped = matches!(is, Status::Stopping | Status::Stopped);
    let was_stopped = matches!(was, Status::Stopping | Status::Stopped);
    let expected = if answer.status == 200 && allowed.grants().is_some() && !is_stopped {
        Some(Expected::JobStatus(Statuses::STOPPED))
    } else if is_refusal(case, answer) && is_stopped && !was_stopped {
        Some(Expected::NotStopped)
    } else if was.is_finished() && is != was && case.given.status() == Some(was) {
        Some(Expected::status(was))
    } else {
        None
    };
    if let Some(expected) = expected {
        violations.push(Violation::of_job_status(expected, Some(is)));
    }
    violations
}

pub(crate) fn of_state(case: &Arc<Case>, violations: Vec<Violation>) -> Suspicion {
    let said: Vec<_> = violations
        .iter()
        .map(|one| match &one.facet {
            Facet::State(Some(member)) if member == "Status" => {
                format!("{} {}", one.facet, one.expected)
            }
            facet => format!("{facet} "),
        })
        .collect();
    Suspicion {
        key: format!("state: {}", said.join(" ").trim_end()),
        kind: Kind::State,
        broken: Broken {
            id: None,
            text: "A granted stop stops its job and changes nothing else of it; a refused one changes nothing.".to_owned(),
            level: Level::Must,
            sources: vec![Source {
                kind: SourceKind::Documented,
                cite: "Developer guide, Importing users from a CSV file; API reference, StopUserImportJob".to_owned(),
            }],
        },
        violations,
        gist: None,
        case: Arc::clone(case),
        executions: 0,
    }
}

/// A job as it is now, where there is an answer.
pub(crate) async fn described(lane: &mut Lane, ids: &Ids) -> Option<Described> {
    let body = json!({ "UserPoolId": ids.pool, "JobId": ids.job });
    let message = Message::Plain {
        request: Request::call(Operation::DescribeUserImportJob, body.to_string()),
        signature: Signature::Valid,
    };
    let delivered = lane.deliver(&message).await.ok()?;
    is_told(&delivered.response).then(|| Described::read(delivered.response))
}

/// Whether an answer is one to what was asked, and no throttle.
fn is_told(response: &Response) -> bool {
    let body = String::from_utf8_lossy(&response.body);
    response.status < 500
        && response.status != 429
        && !(response.status >= 400
            && (body.contains("TooManyRequests") || body.contains("Throttling")))
}
