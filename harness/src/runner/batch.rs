//! Cases that are run as one.
//!
//! Those that leave their job as it is share one, which is read once for all of them. Where it is not as it was, each of them
//! is sent again by itself, so that the one that changed it is told. Those that send the same valid stop, and differ in what
//! they say of the response, send it once.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use serde_json::Value;
use tokio::task::{JoinError, JoinSet};

use crate::case::{Case, Given, Level, Post};
use crate::contract::{Operation, Status};
use crate::provision::{Lease, Reason};
use crate::runner::Verdict;
use crate::runner::answered::Answered;
use crate::runner::attempt::{Judge, Judged, is_shareable, needs_state};
use crate::runner::post::{self, After};
use crate::runner::tries::{Before, Halt, Tries};
use crate::wire::{Envelope, Response};

/// Cases that are run as one.
#[derive(Clone, Debug)]
pub(crate) struct Item {
    /// One case, or several that share a precondition.
    pub(crate) cases: Vec<Arc<Case>>,
    /// Their precondition.
    pub(crate) given: Given,
}

/// A case of a batch, and how often it was tried.
struct Member {
    case: Arc<Case>,
    tries: Tries,
}

/// A case that was answered, but of which the state afterwards is not known yet.
struct Open {
    member: Member,
    answered: Answered,
}

impl Item {
    /// Cases in their order, those together that may share a job: as many as that at once.
    pub(crate) fn all(cases: Vec<Arc<Case>>, size_max: usize) -> VecDeque<Self> {
        let mut items: VecDeque<Self> = VecDeque::new();
        for case in cases {
            let fits = |item: &&mut Self| {
                item.given == case.given
                    && item.cases.len() < size_max
                    && item.cases.iter().all(|other| is_alike(other, &case))
            };
            match items.iter_mut().find(fits) {
                Some(item) if size_max > 1 => item.cases.push(case),
                _ => items.push_back(Self {
                    given: case.given,
                    cases: vec![case],
                }),
            }
        }
        items
    }
}

/// Whether a response shows a job that is stopped.
fn shows_stopped(response: &Response) -> bool {
    let json = Envelope::read(response).json.unwrap_or_default();
    let status = json.pointer("/UserImportJob/Status");
    response.status == 200 && status.and_then(Value::as_str) == Some(Status::Stopped.name())
}

/// Whether a case's request was refused.
fn is_refused(answered: &Answered) -> bool {
    let response = answered.response.as_ref();
    response.is_some_and(|response| response.status >= 400)
}

/// Whether a precondition has a job that a refused request must not stop.
fn is_live(given: Given) -> bool {
    let is_stopped = matches!(given.status(), Some(Status::Stopping | Status::Stopped));
    given.has_job() && !is_stopped
}

/// Whether two cases may be run as one: what must be refused, what is only recorded, or the same request.
fn is_alike(one: &Case, other: &Case) -> bool {
    let is_recorded = |case: &Case| case.level == Level::Observe;
    let share = is_shareable(one) && is_shareable(other) && is_recorded(one) == is_recorded(other);
    share || is_plain_stop(one) && is_plain_stop(other)
}

/// Whether a case sends the valid request and looks for the job to be stopped.
fn is_plain_stop(case: &Case) -> bool {
    case.changes.is_empty()
        && case.fault.is_none()
        && case.operation == Operation::StopUserImportJob
        && case.post == Some(Post::Stopped)
        && case.level != Level::Observe
}

impl Judge {
    /// Runs the cases of an item. `done` hears of each as it is judged.
    pub(crate) async fn item(self: &Arc<Self>, item: Item, done: &impl Fn(Arc<Case>, Judged)) {
        let item = match item.cases.first() {
            Some(first) if item.cases.len() > 1 && is_plain_stop(first) => {
                let cases = self.stopped_once(&item, done).await;
                Item { cases, ..item }
            }
            _ => item,
        };
        let is_one_by_one = item.cases.first().is_some_and(|first| is_plain_stop(first));
        if is_one_by_one {
            for case in item.cases {
                let judged = self.case(&case).await;
                done(case, judged);
            }
            return;
        }
        let mut waiting: Vec<_> = item
            .cases
            .into_iter()
            .map(|case| Member {
                case,
                tries: Tries::default(),
            })
            .collect();
        let is_recorded = waiting
            .first()
            .is_some_and(|one| one.case.level == Level::Observe);
        while waiting.len() > 1 {
            let mut going = Vec::new();
            for mut member in waiting {
                match self.goes_on(&member.case, &mut member.tries) {
                    Some(()) => going.push(member),
                    None => {
                        let judged = self.ended(&member.case, member.tries);
                        done(member.case, judged);
                    }
                }
            }
            if going.is_empty() {
                return;
            }
            let round = match is_recorded {
                true => self.recorded(item.given, going, done).await,
                false => self.refused(item.given, going, done).await,
            };
            let (again, alone) = round;
            for member in alone {
                let judged = self.case(&member.case).await;
                done(member.case, judged);
            }
            waiting = again;
        }
        for member in waiting {
            let judged = self.case_after(&member.case, member.tries).await;
            done(member.case, judged);
        }
    }

    /// Sends the stop that several cases have in common, and judges the response by each of them. Returns those that have to be
    /// run by themselves.
    async fn stopped_once(&self, item: &Item, done: &impl Fn(Arc<Case>, Judged)) -> Vec<Arc<Case>> {
        let all = || item.cases.clone();
        let Some(first) = item.cases.first() else {
            return Vec::new();
        };
        let turn = self.turn(false).await;
        let Ok(mut lease) = self.stage.acquire(item.given, false).await else {
            return all();
        };
        let sent = first.compose(&lease.ids);
        let response = self.send(first, &sent, Before::default()).await;
        let after = match response {
            Ok(_) => post::check(self, first, &mut lease, None, false).await,
            Err(_) => Ok(After::Held),
        };
        let answered = |case: &Arc<Case>| {
            let response = response.clone().ok()?;
            self.answered(case, &lease, &sent, response, Before::default())
                .ok()
        };
        let answered: Vec<_> = item.cases.iter().map(answered).collect();
        self.stage.release(lease).await;
        drop(turn);
        let (mut left, mut is_observed) = (Vec::new(), false);
        for (case, answered) in item.cases.iter().zip(answered) {
            // Whatever is not as it must be is looked into case by case.
            let judged = match (answered, &after) {
                (Some(answered), Ok(After::Held))
                    if answered.record.verdict != Verdict::Divergent =>
                {
                    self.judged(case, answered).await.ok()
                }
                _ => None,
            };
            match judged {
                // The invariants are held to it once: it is one response.
                Some((record, observed)) => {
                    let observed = observed.filter(|_| !std::mem::replace(&mut is_observed, true));
                    done(Arc::clone(case), (record, observed));
                }
                None => left.push(Arc::clone(case)),
            }
        }
        left
    }

    /// Sends cases that must be refused, all at once, and reads their job. Returns those to be sent again together, and those
    /// to be sent again each by itself.
    async fn refused(
        self: &Arc<Self>,
        given: Given,
        members: Vec<Member>,
        done: &impl Fn(Arc<Case>, Judged),
    ) -> (Vec<Member>, Vec<Member>) {
        let turn = self.turn(false).await;
        let lease = match self.stage.acquire(given, true).await {
            Ok(lease) => Arc::new(lease),
            Err(why) => {
                drop(turn);
                let halt = Halt::short_of(given.job)(why);
                return (self.halted_all(members, halt).await, Vec::new());
            }
        };
        let mut tasks = JoinSet::new();
        let mut all = Vec::new();
        for (place, member) in members.into_iter().enumerate() {
            if tasks.len() >= self.at_once.load(Ordering::Relaxed).max(1)
                && let Some(one) = tasks.join_next().await
            {
                all.push(joined(one));
            }
            let (judge, lease) = (Arc::clone(self), Arc::clone(&lease));
            tasks.spawn(async move {
                let sent = member.case.compose(&lease.ids);
                let before = member.tries.before;
                let response = judge.send(&member.case, &sent, before).await;
                let answered = response.and_then(|response| {
                    judge.answered(&member.case, &lease, &sent, response, before)
                });
                (place, member, answered)
            });
        }
        while let Some(one) = tasks.join_next().await {
            all.push(joined(one));
        }
        all.sort_by_key(|(place, ..)| *place);
        let Some(lease) = Arc::into_inner(lease) else {
            let members = all.into_iter().map(|(_, member, _)| member);
            return (members.collect(), Vec::new());
        };
        let (mut open, mut again, mut alone) = (Vec::new(), Vec::new(), Vec::new());
        let mut may_be_changed = false;
        for (_, mut member, answered) in all {
            match answered {
                Ok(answered) => {
                    may_be_changed |= !is_refused(&answered);
                    open.push(Open { member, answered });
                }
                Err(halt) => {
                    may_be_changed |= matches!(halt, Halt::Again(..));
                    self.halted(&member.case, &mut member.tries, halt).await;
                    again.push(member);
                }
            }
        }
        let verified = self.verified(given, lease).await;
        drop(turn);
        match verified {
            Ok(Verified::Kept(note)) => {
                for mut one in open {
                    let needs_note = one.answered.refusal && is_live(given);
                    if let Some(note) = note.clone().filter(|_| needs_note) {
                        if needs_state(&one.member.case) {
                            one.member.tries.take(Halt::Blocked(note));
                            again.push(one.member);
                            continue;
                        }
                        one.answered.record.reason.get_or_insert(note);
                    }
                    again.extend(self.tell(one, done).await);
                }
            }
            // One of those that were refused did it, or the job ended by itself.
            Ok(Verified::Changed) if !may_be_changed => {
                alone.extend(open.into_iter().map(|one| one.member));
            }
            // Some of them acted, which is their fault; the others may have met a job that had been stopped.
            Ok(Verified::Changed) => {
                for one in open {
                    let status = one
                        .answered
                        .response
                        .as_ref()
                        .map(|response| response.status);
                    match status {
                        Some(..400) => again.extend(self.tell(one, done).await),
                        Some(_) => again.push(one.member),
                        None => alone.push(one.member),
                    }
                }
            }
            Err(halt) => {
                let members = open.into_iter().map(|one| one.member).collect();
                again.extend(self.halted_all(members, halt).await);
            }
        }
        (again, alone)
    }

    /// Sends cases that are only recorded, one after the other, each on a job that nothing happened to as far as the answers
    /// before it tell. Returns those to be sent again together, and those to be sent again each by itself.
    async fn recorded(
        self: &Arc<Self>,
        given: Given,
        members: Vec<Member>,
        done: &impl Fn(Arc<Case>, Judged),
    ) -> (Vec<Member>, Vec<Member>) {
        let (mut again, mut alone) = (Vec::new(), Vec::new());
        let mut lease: Option<Lease> = None;
        let mut open: Vec<Open> = Vec::new();
        let mut members = VecDeque::from(members);
        let mut turn = Some(self.turn(false).await);
        while let Some(mut member) = members.pop_front() {
            let mut on = match lease.take() {
                Some(lease) => lease,
                None => match self.stage.acquire(given, true).await {
                    Ok(lease) => lease,
                    Err(why) => {
                        members.push_front(member);
                        let halt = Halt::short_of(given.job)(why);
                        again.extend(self.halted_all(members.into(), halt).await);
                        break;
                    }
                },
            };
            let sent = member.case.compose(&on.ids);
            let before = member.tries.before;
            let response = self.send(&member.case, &sent, before).await;
            let answered = response
                .and_then(|response| self.answered(&member.case, &on, &sent, response, before));
            match answered {
                Ok(answered) if is_refused(&answered) => {
                    open.push(Open { member, answered });
                    lease = Some(on);
                    continue;
                }
                // It may have acted: whoever comes next needs a job that it had no part in.
                Ok(answered) => {
                    let is_stopped = answered.response.as_ref().is_some_and(shows_stopped);
                    open.push(Open { member, answered });
                    if is_stopped {
                        on.end();
                        self.stage.release(on).await;
                        continue;
                    }
                }
                Err(halt) => {
                    self.halted(&member.case, &mut member.tries, halt).await;
                    again.push(member);
                }
            }
            lease = self.kept(given, on).await;
        }
        let is_kept = match lease.take() {
            // Where it cannot be read nothing speaks against what was recorded.
            Some(lease) => !matches!(self.verified(given, lease).await, Ok(Verified::Changed)),
            None => true,
        };
        turn.take();
        for one in open {
            if is_kept {
                again.extend(self.tell(one, done).await);
            } else {
                alone.push(one.member);
            }
        }
        (again, alone)
    }

    /// The lease again, if its job is as it was.
    async fn kept(&self, given: Given, lease: Lease) -> Option<Lease> {
        let is_kept = !given.has_job() || post::is_untouched(self, &lease).await;
        if is_kept {
            return Some(lease);
        }
        self.stage.release(lease).await;
        None
    }

    /// Reads the job that cases shared, and gives it back if it is as it was.
    async fn verified(&self, given: Given, lease: Lease) -> Result<Verified, Halt> {
        if !given.has_job() {
            self.stage.give_back(given, lease).await;
            return Ok(Verified::Kept(None));
        }
        let found = post::verify(self, &lease).await;
        let is_same = matches!(&found, Ok((_, true)));
        let lease = match is_same {
            true => {
                self.stage.give_back(given, lease).await;
                None
            }
            false => Some(lease),
        };
        if let Some(lease) = lease {
            self.stage.release(lease).await;
        }
        Ok(match found? {
            (After::Held, true) => Verified::Kept(None),
            (After::Unconfirmed(note), _) => Verified::Kept(Some(note)),
            _ => Verified::Changed,
        })
    }

    /// Tells of a case once all is known of it. It comes back where its control could not be sent.
    async fn tell(&self, one: Open, done: &impl Fn(Arc<Case>, Judged)) -> Option<Member> {
        let Open {
            mut member,
            answered,
        } = one;
        match self.judged(&member.case, answered).await {
            Ok(judged) => {
                self.classes.told(&member.case);
                done(member.case, judged);
                None
            }
            Err(halt) => {
                self.halted(&member.case, &mut member.tries, halt).await;
                Some(member)
            }
        }
    }

    /// Takes in that an attempt at several cases came to nothing for one reason.
    async fn halted_all(&self, members: Vec<Member>, halt: Halt) -> Vec<Member> {
        let mut halted = Vec::new();
        for (place, mut member) in members.into_iter().enumerate() {
            match place {
                0 => {
                    self.halted(&member.case, &mut member.tries, halt.clone())
                        .await
                }
                // One look after the endpoint is enough for all of them.
                _ => member.tries.take(halt.clone()),
            }
            halted.push(member);
        }
        halted
    }
}

/// What a task came to. A panic is a bug of ours, and is told as one.
fn joined<T>(ended: Result<T, JoinError>) -> T {
    ended.unwrap_or_else(|error| std::panic::resume_unwind(error.into_panic()))
}

/// How the job that cases shared is afterwards.
enum Verified {
    /// As it was, with what cannot be read of it.
    Kept(Option<Reason>),
    /// Stopped, ended or gone.
    Changed,
}
