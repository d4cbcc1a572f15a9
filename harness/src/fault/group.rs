//! From what failed to the fewest faults that explain all of it.

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::case::{Case, Change, JobState, Level, Message, PoolState};
use crate::fault::answer::{causes, is_grant};
use crate::fault::cause::{Aspect, Cause, Harm, Named};
use crate::fault::narrow::narrowed;
use crate::fault::request::nobody;
use crate::fault::said::is_of_words;
use crate::fault::symptom::{Kind, Symptom};
use crate::fault::title::{of_request, title};
use crate::oracle::{Actual, Expected, Facet, Violation, quote};

/// Something that failed: a case, or a response that breaks an invariant.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Failure<'a> {
    /// The id of the case, or of the invariant.
    pub(crate) id: &'a str,
    /// Its level.
    pub(crate) level: Level,
    /// The violations.
    pub(crate) symptom: Symptom<'a>,
}

/// A defect of the endpoint, whatever number of cases it fails.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Fault {
    /// Its name: the same for the same defect in every run.
    pub key: String,
    /// One line that says the endpoint's mistake.
    pub title: String,
    /// The firmest level of the broken requirements.
    pub level: Level,
    /// The harm that it does to users.
    pub harm: Harm,
    /// The ids of the cases and invariants that fail for it, the plainest first.
    pub cases: Vec<String>,
    /// The cases that fail for it in nothing but what the invariants among `cases` are about.
    #[serde(default)]
    pub shadowed: Vec<String>,
    /// Where it shows most plainly.
    pub example: Example,
}

/// Where a fault shows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Example {
    /// The case whose request shows it.
    pub case: String,
    /// The body of its request, with ids in place of those of a run, or how the request was changed.
    pub request: String,
    /// The part of the response, or of the state afterwards.
    pub at: Facet,
    /// The value that was expected there.
    pub expected: String,
    /// The value that came.
    pub actual: String,
}

impl Fault {
    /// The number of cases and invariants that turn green with it.
    pub fn fixes(&self) -> usize {
        self.cases.len() + self.shadowed.len()
    }
}

/// The faults behind some failures, the worst first. `held` are the cases that passed: a fault that would have failed them is a
/// narrower one. So many more cases fail in what invariants among the failures are about.
pub(crate) fn faults(failures: &[Failure<'_>], held: &[&Case], shadowed: usize) -> Vec<Fault> {
    let held = Held::of(failures, held, shadowed);
    let all = failures
        .iter()
        .map(|failure| (failure, candidates(&failure.symptom, &held)));
    // What has other words only may be one more sign of a fault that shows more plainly elsewhere.
    let (worded, mut open): (Vec<_>, Vec<_>) =
        all.partition(|(failure, _)| failure.symptom.violations.iter().all(is_of_words));
    let mut explained: Vec<(Cause, Vec<&Failure<'_>>)> = Vec::new();
    while let Some(cause) = likeliest(&open) {
        let of_it = take(&mut open, &cause);
        explained.push((cause, of_it));
    }
    for (failure, mut causes) in worded {
        let is_explained = |cause: &Cause| match cause {
            // Who refuses valid values of a member tells other values of it otherwise, too.
            Cause::RefusedPart(part) => causes.contains(&Cause::Constraint(part.clone())),
            _ => causes.contains(cause),
        };
        match explained.iter_mut().find(|(cause, _)| is_explained(cause)) {
            Some((_, of_it)) => of_it.push(failure),
            None => {
                causes.retain(Cause::is_of_words);
                open.push((failure, causes));
            }
        }
    }
    while let Some(cause) = likeliest(&open) {
        let of_it = take(&mut open, &cause);
        explained.push((cause, of_it));
    }
    let narrow = |(cause, of_it)| narrowed(&cause, of_it, &held);
    let mut found: Vec<_> = explained
        .into_iter()
        .flat_map(narrow)
        .map(|(cause, of_it)| fault(&cause, of_it, &held))
        .collect();
    found.sort_by(|one, other| {
        let rank = |one: &Fault| (one.level, one.harm, usize::MAX - one.fixes());
        let order = rank(one).cmp(&rank(other));
        order.then_with(|| one.key.cmp(&other.key))
    });
    found
}

/// The fault behind a single failure, where no more is known of the endpoint.
pub(crate) fn fault_of(failure: &Failure<'_>) -> Option<Fault> {
    faults(std::slice::from_ref(failure), &[], 0).pop()
}

/// The cases that passed, and counts that rule causes out.
pub(crate) struct Held<'a> {
    /// The cases that passed.
    pub(crate) cases: &'a [&'a Case],
    grants: usize,
    refusals: usize,
    /// The number of requests that must be granted and failed.
    grants_failed: usize,
    /// The number of errors of a wrong form.
    formless: usize,
    /// The number of requests that must be refused and were granted, and of those that got a wrong refusal.
    granted: usize,
    refused: usize,
    /// True where a missing pool got its right error, and below the same of a job.
    pool_missed: bool,
    job_missed: bool,
}

impl<'a> Held<'a> {
    fn of(failures: &[Failure<'_>], cases: &'a [&'a Case], shadowed: usize) -> Self {
        let grants = cases.iter().filter(|case| is_grant(case)).count();
        let failed = failures.iter().map(|failure| &failure.symptom);
        let failed = failed.filter(|symptom| symptom.kind == Kind::Case && is_grant(symptom.case));
        let is_formless = |failure: &&Failure<'_>| {
            let causes = causes(&failure.symptom);
            causes.iter().any(Cause::is_of_form)
        };
        let is_plain = |case: &&&Case| case.changes.is_empty() && !is_grant(case);
        let missed = || cases.iter().filter(is_plain).map(|case| case.given);
        // Where one that is not there is told as something else, that is what is wrong.
        let is_told = |named: Named| {
            let plain = failures.iter().map(|failure| &failure.symptom);
            let mut plain = plain.filter(|symptom| symptom.case.changes.is_empty());
            plain.any(|symptom| {
                let causes = causes(symptom);
                causes
                    .iter()
                    .any(|cause| matches!(cause, Cause::LookUp(other, _) if *other == named))
            })
        };
        let granted = failures
            .iter()
            .filter(|failure| is_granted(&failure.symptom));
        let refused = failures
            .iter()
            .filter(|failure| is_refused(&failure.symptom));
        Self {
            cases,
            grants,
            refusals: cases.len() - grants,
            grants_failed: failed.count(),
            formless: failures.iter().filter(is_formless).count() + shadowed,
            granted: granted.count(),
            refused: refused.count(),
            pool_missed: missed().any(|given| given.pool == PoolState::Absent)
                && !is_told(Named::Pool),
            job_missed: missed().any(|given| given.job == JobState::Absent) && !is_told(Named::Job),
        }
    }

    /// True of so few failures that no fault of all refusals is behind them.
    pub(crate) fn is_exception(&self, failures: usize) -> bool {
        failures < self.refusals
    }
}

/// True of a request that must be refused and was granted.
fn is_granted(symptom: &Symptom<'_>) -> bool {
    symptom.kind == Kind::Case
        && !is_grant(symptom.case)
        && symptom.gist.is_some_and(|gist| gist.status < 400)
}

/// True of a request that must be refused and was refused in another way.
fn is_refused(symptom: &Symptom<'_>) -> bool {
    symptom.kind == Kind::Case
        && !is_grant(symptom.case)
        && symptom.gist.is_some_and(|gist| gist.status >= 400)
}

/// True of a response with several dates of a wrong type.
fn are_dates_of_another_type(symptom: &Symptom<'_>) -> bool {
    let is_date = |one: &&Violation| {
        let member = one.facet.member();
        matches!(one.expected, Expected::Type(_))
            && one.actual != Actual::Missing
            && member.is_some_and(|name| name.ends_with("Date"))
    };
    symptom.violations.iter().filter(is_date).count() > 1
}

/// What may be behind a symptom, and what would explain it along with others that are like it. What would have failed those that
/// held is none of it, unless there is nothing else.
fn candidates(symptom: &Symptom<'_>, held: &Held<'_>) -> BTreeSet<Cause> {
    let mut found = causes(symptom);
    found.extend(are_dates_of_another_type(symptom).then_some(Cause::DateType));
    if is_granted(symptom) && held.granted > held.refusals + held.refused {
        found.insert(Cause::NothingRefused);
    }
    let is_ruled_out = |cause: &Cause| match cause {
        Cause::Refused => held.grants > held.grants_failed,
        Cause::Jobless => held.grants > 0,
        Cause::LookUp(Named::Pool, _) => held.pool_missed,
        Cause::LookUp(Named::Job, _) => held.job_missed,
        cause => cause.is_of_form() && held.is_exception(held.formless),
    };
    if found.iter().any(|cause| !is_ruled_out(cause)) {
        found.retain(|cause| !is_ruled_out(cause));
    }
    let wider: Vec<_> = found.iter().filter_map(Cause::wider).collect();
    found.extend(wider);
    let is_unknown = found.iter().all(|cause| matches!(cause, Cause::Rule(_)));
    match symptom.violations {
        [one] if is_unknown => match &one.facet {
            Facet::Header(name) => BTreeSet::from([Cause::Header(name.clone())]),
            _ => BTreeSet::from([Cause::rule(symptom.rule)]),
        },
        _ if is_unknown => BTreeSet::from([Cause::rule(symptom.rule)]),
        _ => found,
    }
}

/// Takes out the failures that a cause explains.
fn take<'a>(
    open: &mut Vec<(&'a Failure<'a>, BTreeSet<Cause>)>,
    cause: &Cause,
) -> Vec<&'a Failure<'a>> {
    let (of_it, rest): (Vec<_>, Vec<_>) = std::mem::take(open)
        .into_iter()
        .partition(|(_, causes)| causes.contains(cause));
    *open = rest;
    of_it.into_iter().map(|(failure, _)| failure).collect()
}

/// The cause that explains most of what is not explained yet; of equals the one that says most.
fn likeliest(open: &[(&Failure<'_>, BTreeSet<Cause>)]) -> Option<Cause> {
    let mut counts: BTreeMap<&Cause, usize> = BTreeMap::new();
    for cause in open.iter().flat_map(|(_, causes)| causes) {
        *counts.entry(cause).or_default() += 1;
    }
    let rank = |(cause, count): &(&Cause, usize)| (usize::MAX - count, cause.rank());
    let mut ranked: Vec<_> = counts.into_iter().collect();
    ranked.sort_by_key(rank);
    ranked.first().map(|(cause, _)| (*cause).clone())
}

fn fault(cause: &Cause, mut of_it: Vec<&Failure<'_>>, held: &Held<'_>) -> Fault {
    of_it.sort_by_cached_key(|failure| (failure.level, oddness(failure.symptom.case), failure.id));
    let first = of_it[0];
    let mut cases: Vec<String> = Vec::new();
    for failure in &of_it {
        if !cases.iter().any(|id| id == failure.id) {
            cases.push(failure.id.to_owned());
        }
    }
    let violation = shown(first.symptom.violations);
    Fault {
        key: key(cause, &of_it, held),
        title: title(cause, &of_it, held),
        level: first.level,
        harm: cause.harm(first.symptom.violations),
        cases,
        shadowed: Vec::new(),
        example: Example {
            case: first.symptom.case.id.clone(),
            request: request(first.symptom.case),
            at: violation.map_or(Facet::Response, |one| one.facet.clone()),
            expected: violation
                .map(|one| one.expected.to_string())
                .unwrap_or_default(),
            actual: violation
                .map(|one| one.actual.to_string())
                .unwrap_or_default(),
        },
    }
}

/// The violation that says most of several: what became of the job, then which error came.
pub(crate) fn shown(violations: &[Violation]) -> Option<&Violation> {
    let rank = |one: &&Violation| match one.facet {
        Facet::State(_) => 0,
        // Without an error, the status says what came in place of it.
        Facet::ErrorType if one.actual != Actual::Missing => 1,
        Facet::Status => 2,
        _ => 3,
    };
    violations.iter().min_by_key(rank)
}

/// The name of a fault. What is wrong with a member is part of it, and of a fault in a few requests the requirement.
fn key(cause: &Cause, of_it: &[&Failure<'_>], held: &Held<'_>) -> String {
    let key = cause.key();
    let first = &of_it[0].symptom;
    match cause {
        Cause::Member(name) => match about_member(name, of_it) {
            Some(violation) => format!("{key}/{}", way(violation)),
            None => key,
        },
        _ if is_narrow(cause, of_it, held) => format!("{key}/{}", first.rule),
        _ => key,
    }
}

/// True of a fault that could be in all requests of a sort, and is in those of one requirement alone.
pub(crate) fn is_narrow(cause: &Cause, of_it: &[&Failure<'_>], held: &Held<'_>) -> bool {
    let has_one_rule = || {
        let rule = of_it[0].symptom.rule;
        of_it.iter().all(|failure| failure.symptom.rule == rule)
    };
    match cause {
        cause if cause.is_of_form() => held.is_exception(held.formless),
        Cause::Unrefused(_, Aspect::Pattern) | Cause::RefusedPart(_) => has_one_rule(),
        Cause::Unsigned | Cause::Words(_) | Cause::CarriedOut | Cause::LookUp(..) => has_one_rule(),
        Cause::Instead(..) | Cause::Answered(..) => has_one_rule(),
        _ => false,
    }
}

/// The way in which a member is wrong, in a word.
fn way(violation: &Violation) -> &'static str {
    match (&violation.facet, &violation.expected, &violation.actual) {
        (Facet::State(_), _, _) => "afterwards",
        (_, _, Actual::Missing) => "missing",
        (_, Expected::Absent, _) => "present",
        (_, Expected::Unchanged(_), _) => "changed",
        (_, Expected::Type(_), _) => "type",
        _ => "value",
    }
}

/// The violation that is about a member, if any is.
pub(crate) fn about_member<'a>(name: &str, of_it: &[&'a Failure<'a>]) -> Option<&'a Violation> {
    let is_of_member = |one: &&Violation| match &one.facet {
        Facet::State(Some(member)) => member == name,
        facet => facet.member() == Some(name),
    };
    let violations = || of_it.iter().flat_map(|failure| failure.symptom.violations);
    violations()
        .find(is_of_member)
        .or_else(|| violations().next())
}

/// A measure of how hard a request is to read: a plain one shows a fault best.
fn oddness(case: &Case) -> (usize, usize) {
    let message = case.compose(&nobody());
    let (is_raw, body) = match &message {
        Message::Plain { request, .. } => (0, &request.body),
        Message::Raw { body, .. } => (500, body),
    };
    let is_odd = |byte: &&u8| !(byte.is_ascii_alphanumeric() || b"{}\":,_- ".contains(byte));
    (
        is_raw + body.iter().filter(is_odd).count() + case.changes.len(),
        body.len(),
    )
}

/// The body of a case's request where that is what was changed, or how it was changed.
fn request(case: &Case) -> String {
    let message = case.compose(&nobody());
    let is_of_body = |change: &Change| {
        matches!(
            change,
            Change::Body(_) | Change::Set(..) | Change::Remove(_)
        )
    };
    match &message {
        Message::Plain { request, .. }
            if !case.changes.is_empty() && case.changes.iter().all(is_of_body) =>
        {
            match request.body.is_empty() {
                true => "an empty body".to_owned(),
                false => quote(&String::from_utf8_lossy(&request.body)),
            }
        }
        _ => of_request(case),
    }
}
