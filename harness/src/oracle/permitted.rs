//! Which classes of answers the evidence permits to a request.
//!
//! The order in which the service checks a request is not established. So every fault that a request has permits its
//! own refusal, and only a request without any fault permits a success.

use std::borrow::Cow;
use std::fmt;

use crate::case::Level;
use crate::contract::{DECLARED, declared};
use crate::oracle::answers;
use crate::oracle::body::{Body, Member};
use crate::oracle::constraint::{job_fault, pool_fault};
use crate::oracle::form::{Form, form};
use crate::oracle::known::{Known, Place, Sent};
use crate::oracle::rule::Rule;
use crate::oracle::signed::{Verified, verify};

const SERIALIZATION: &str = "SerializationException";
const INVALID_PARAMETER: &str = "InvalidParameterException";
const NOT_FOUND: &str = "ResourceNotFoundException";

/// The answers that are permitted to a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Permitted {
    /// Any answer at all, and why: the request is none that the protocol promises to answer.
    Anything(&'static str),
    /// Any answer that keeps to the protocol, and why.
    AnythingInForm(&'static str),
    /// An answer of one of these classes; there is at least one.
    OneOf(Vec<Class>),
}

impl Permitted {
    /// How firmly a success must show the job as stopped. None where no success is permitted, or another one.
    pub(crate) fn grants(&self) -> Option<Level> {
        let Self::OneOf(classes) = self else {
            return None;
        };
        let mut grants =
            (classes.iter()).filter(|class| matches!(class.answer, Answer::Stopped { .. }));
        grants.next().map(|class| class.level)
    }
}

/// Answers that are permitted for one reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Class {
    /// The answers.
    pub answer: Answer,
    /// How firmly the request must get one of them: as firmly as the rule stands, or less.
    pub level: Level,
    /// Why they are permitted.
    pub rule: Rule,
}

/// What answers have in common.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// A success that shows this job as stopped.
    Stopped {
        /// The pool that the request named.
        pool: String,
        /// The job that the request named.
        job: String,
    },
    /// A success with some job, whatever its status.
    Shown,
    /// A refusal.
    Refusal {
        /// The error types.
        types: Vec<Cow<'static, str>>,
        /// The status codes; where there are none, any from 400 on.
        statuses: &'static [u16],
    },
}

impl Answer {
    /// The error types, of which a refusal has one.
    pub fn error_types(&self) -> impl Iterator<Item = &str> {
        let types = match self {
            Self::Refusal { types, .. } => &types[..],
            Self::Stopped { .. } | Self::Shown => &[],
        };
        types.iter().map(|name| &**name)
    }

    /// The status codes that it may have. A refusal without any has any from 400 on.
    pub fn statuses(&self) -> &'static [u16] {
        match self {
            Self::Refusal { statuses, .. } => statuses,
            Self::Stopped { .. } | Self::Shown => &[200],
        }
    }

    /// Whether it is no refusal.
    pub fn is_success(&self) -> bool {
        !matches!(self, Self::Refusal { .. })
    }
}

impl fmt::Display for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Stopped { .. } => f.write_str("200 with the stopped job"),
            Self::Shown => f.write_str("200 with a job"),
            Self::Refusal { types, statuses } => {
                let statuses: Vec<_> = statuses.iter().map(u16::to_string).collect();
                let told = format!("{} {}", statuses.join("/"), types.join("/"));
                f.write_str(told.trim())
            }
        }
    }
}

impl Class {
    /// A refusal as firm as its rule.
    pub(crate) fn refusal(rule: Rule, types: &[&'static str], statuses: &'static [u16]) -> Self {
        let types = types.iter().map(|name| Cow::Borrowed(*name)).collect();
        Self::new(rule, Answer::Refusal { types, statuses })
    }

    fn new(rule: Rule, answer: Answer) -> Self {
        Self {
            answer,
            level: rule.level,
            rule,
        }
    }

    /// The same class, no firmer than that.
    fn at_most(mut self, level: Level) -> Self {
        self.level = self.level.max(level);
        self
    }

    pub(crate) fn is_refusal(&self) -> bool {
        !self.answer.is_success()
    }
}

/// The answers that are permitted to a request, where that much is known of the endpoint.
pub fn permitted(sent: Sent<'_>, known: &Known<'_>) -> Permitted {
    let form = form(sent);
    if let Form::Outside(reason) = form {
        return Permitted::Anything(reason);
    }
    let (certain, possible) = match verify(sent.signature, known.signing) {
        Verified::Passes => (None, None),
        Verified::Refused(class) => (Some(class), None),
        Verified::Either(class) => (None, Some(class)),
        Verified::Unclear(reason) => return Permitted::Anything(reason),
    };
    let mut classes: Vec<_> = certain.into_iter().chain(known.fault.map(queued)).collect();
    match Body::read(&sent.request.body) {
        Body::Unreadable(reason) => return Permitted::Anything(reason),
        Body::Unclear(reason) => return Permitted::AnythingInForm(reason),
        Body::NotObject | Body::Malformed => {
            classes.push(Class::refusal(answers::MALFORMED, &[SERIALIZATION], &[400]));
        }
        Body::Nothing => {
            let types = [SERIALIZATION, INVALID_PARAMETER];
            classes.push(Class::refusal(answers::NOTHING, &types, &[400]));
        }
        Body::Object(members) => {
            let weakest = if members.is_unusual || form == Form::Unusual {
                Level::Should
            } else {
                Level::Must
            };
            let pool = Read::of(&members.pool, pool_fault);
            let job = Read::of(&members.job, job_fault);
            let outcomes = state(pool.text(), job.text(), known);
            let faults = member_faults(pool, job);
            let is_faulty = !classes.is_empty() || !faults.is_empty();
            let outcomes = outcomes
                .into_iter()
                .filter(|class| class.is_refusal() || !is_faulty);
            let of_body = faults.into_iter().chain(outcomes);
            classes.extend(of_body.map(|class| class.at_most(weakest)));
        }
    }
    classes.extend(possible);
    Permitted::OneOf(classes)
}

/// An error that was asked for.
fn queued(name: &str) -> Class {
    let types = vec![Cow::Owned(name.to_owned())];
    let (rule, statuses): (Rule, &'static [u16]) = match declared(name) {
        Some(error) if error.status == 500 => (answers::QUEUED, &[500]),
        Some(_) => (answers::QUEUED, &[400]),
        None => (answers::QUEUED_COMMON, &[]),
    };
    Class::new(rule, Answer::Refusal { types, statuses })
}

/// What a member says.
enum Read<'a> {
    /// A well-formed id.
    Id(&'a str),
    /// Something that is refused for itself.
    Fault(Class),
}

impl<'a> Read<'a> {
    fn of(member: &'a Member, fault: fn(&str) -> Option<Level>) -> Self {
        let constraint = |rule| Class::refusal(rule, &[INVALID_PARAMETER], &[400]);
        let serialization = |rule| Class::refusal(rule, &[SERIALIZATION], &[400]);
        Self::Fault(match member {
            Member::Missing => constraint(answers::CONSTRAINT),
            Member::Wrong => serialization(answers::WRONG_TYPE),
            Member::WrongElsewhere => serialization(answers::WRONG_TYPE_ELSEWHERE),
            Member::Text(text) => match fault(text) {
                None => return Self::Id(text),
                Some(Level::Must) => constraint(answers::CONSTRAINT),
                Some(_) => constraint(answers::LOOSE_CONSTRAINT),
            },
        })
    }

    fn text(&self) -> Option<&'a str> {
        match self {
            Self::Id(text) => Some(text),
            Self::Fault(_) => None,
        }
    }
}

/// What is wrong with the members themselves.
fn member_faults(pool: Read<'_>, job: Read<'_>) -> Vec<Class> {
    let mut classes: Vec<_> = [pool, job]
        .into_iter()
        .filter_map(|read| match read {
            Read::Id(_) => None,
            Read::Fault(class) => Some(class),
        })
        .collect();
    // Of two faults with one refusal the firmer one carries it.
    classes.sort_by_key(|class| class.level);
    classes.dedup_by(|later, first| later.answer == first.answer);
    classes
}

/// What comes of the ids, as far as they are well-formed.
fn state(pool: Option<&str>, job: Option<&str>, known: &Known<'_>) -> Vec<Class> {
    let place = known.place;
    let not_found = |rule| vec![Class::refusal(rule, &[NOT_FOUND], &[400])];
    let is_pool = pool.is_some_and(|pool| pool == known.ids.pool);
    let is_job = job.is_some_and(|job| job == known.ids.job);
    match (pool, job) {
        (None, None) => Vec::new(),
        // The pool alone: whether it exists may be asked before the job's id is looked at.
        (Some(_), None) => match place {
            Place::NoPool if is_pool => not_found(answers::NO_POOL),
            _ if is_pool && place != Place::Unknown => Vec::new(),
            _ => not_found(answers::OTHER_IDS),
        },
        // The job alone: an endpoint may look it up by its id.
        (None, Some(_)) => match place {
            _ if is_job && place.is_started() => Vec::new(),
            Place::Job(_) | Place::SomeJob if is_job => any_declared(answers::NOT_RUNNING),
            Place::Elsewhere if is_job => Vec::new(),
            _ => not_found(answers::OTHER_IDS),
        },
        (Some(pool), Some(job)) if is_pool && is_job => match place {
            Place::NoPool => not_found(answers::NO_POOL),
            Place::NoJob => not_found(answers::NO_JOB),
            Place::Elsewhere => other_pool(),
            place if place.is_started() => {
                let (pool, job) = (pool.to_owned(), job.to_owned());
                vec![Class::new(answers::STOPPED, Answer::Stopped { pool, job })]
            }
            Place::Unknown => anything_declared(answers::UNKNOWN_STATE),
            _ => anything_declared(answers::NOT_RUNNING),
        },
        // The job's own pool may be the one that is named, or one that exists.
        _ if is_job && matches!(place, Place::Elsewhere | Place::NoPool | Place::Unknown) => {
            anything_declared(answers::UNKNOWN_STATE)
        }
        _ if is_job && place != Place::NoJob => other_pool(),
        _ if place == Place::Unknown => anything_declared(answers::UNKNOWN_STATE),
        _ => not_found(answers::OTHER_IDS),
    }
}

/// The error is not recorded; these say that the job is not there, that its id is wrong there, or that it is none of
/// one's own.
fn other_pool() -> Vec<Class> {
    let types = [NOT_FOUND, INVALID_PARAMETER, "NotAuthorizedException"];
    vec![Class::refusal(answers::OTHER_POOL, &types, &[400])]
}

fn anything_declared(rule: Rule) -> Vec<Class> {
    let mut classes = any_declared(rule);
    classes.push(Class::new(rule, Answer::Shown));
    classes
}

fn any_declared(rule: Rule) -> Vec<Class> {
    let with = |status: u16| {
        DECLARED
            .iter()
            .filter(move |error| error.status == status)
            .map(|error| Cow::Borrowed(error.name))
            .collect()
    };
    [(400, &[400][..]), (500, &[500][..])]
        .map(|(status, statuses)| {
            let types = with(status);
            Class::new(rule, Answer::Refusal { types, statuses })
        })
        .into()
}
