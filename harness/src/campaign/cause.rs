//! What makes two findings one fault: an endpoint that looks ids up unchecked breaks a dozen requirements in one way.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::campaign::suspicion::{Gist, Kind, Suspicion, nobody};
use crate::case::{Case, Change, Invariant, JobState, Level, Message, PoolState, Post};
use crate::contract::{is_known, spelled_alike};
use crate::oracle::{Mismatch, job_fault, pool_fault};

/// What may be behind a finding.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Cause {
    /// Errors name no type, whatever was wrong.
    Untyped,
    /// Errors name their types in another spelling, whatever was wrong.
    Spelled,
    /// Errors of this type, which is none of the service's.
    Foreign(String),
    /// Errors say that they are successes.
    ErrorAsSuccess,
    /// Errors of this type have this status.
    Status(String, u16),
    /// The words of errors of this type are others.
    Words(String),
    /// Successes show no job.
    Jobless,
    /// Successes have this status.
    Success(u16),
    /// This member of a shown job is wrong.
    Member(String),
    /// No answer has this header.
    NoHeader(String),
    /// A request without any fault is refused, and so are all that should be granted. A refusal proves nothing then.
    Refused,
    /// This part of a request is refused where it may be so.
    RefusedPart(String),
    /// A refused request is carried out.
    CarriedOut,
    /// A granted one is not, or not for long.
    NotStopped,
    /// A granted one takes its job away.
    Gone,
    /// Signatures are let through, whatever is wrong with them.
    Unsigned,
    /// The constraints of this part of a request are checked in another way.
    Constraint(String),
    /// An id that names nothing is answered with this.
    LookUp(Named, String),
    /// What is wrong with this part of a request is answered with this in place of that.
    Instead(String, String, String),
    /// This sentence is broken, and nothing is known behind it.
    Sentence(String),
}

/// What an id of a request names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Named {
    Pool,
    Job,
}

/// What was found of what should not be there.
const FOUND: &str = "found";

/// The errors of those who look at signatures.
const OF_SIGNATURES: [&str; 6] = [
    "IncompleteSignature",
    "IncompleteSignatureException",
    "InvalidSignatureException",
    "MissingAuthenticationTokenException",
    "RequestExpired",
    "UnrecognizedClientException",
];

const INVALID_PARAMETER: &str = "InvalidParameterException";
const NOT_FOUND: &str = "ResourceNotFoundException";
const PRECONDITION: &str = "PreconditionNotMetException";

/// How firmly a text must be refused as a member.
type Fault = fn(&str) -> Option<Level>;

/// The members of a request.
const MEMBERS: [(&str, Fault); 2] = [("UserPoolId", pool_fault), ("JobId", job_fault)];

/// What some suspicions may be caused by, if it is one of those.
type Explained = fn(&Suspicion) -> Option<BTreeSet<Cause>>;

/// From what is wrong in any answer to what is wrong with one request. The first that knows a suspicion explains it.
const EXPLAINED: [Explained; 8] = [
    of_header,
    of_error_form,
    of_success_form,
    of_deed,
    of_refused,
    of_words,
    of_status,
    of_error,
];

/// The rules that a stop breaks which is not carried out, or not for long.
const OF_A_STOP: [&str; 3] = ["read-after-stop", "running-job-stops", "stopped-is-final"];

/// The rules that a stop breaks which takes its job away.
const OF_A_LOSS: [&str; 2] = ["job-stays", "list-is-whole"];

/// What may be behind a suspicion: each would bring this answer. None where the suspicion's key says all.
pub(crate) fn causes(suspicion: &Suspicion) -> BTreeSet<Cause> {
    let mut explained = EXPLAINED.iter().map(|explain| explain(suspicion));
    let causes = explained.find_map(|causes| causes).unwrap_or_default();
    match causes.is_empty() && suspicion.kind == Kind::Case {
        true => BTreeSet::from([Cause::Sentence(suspicion.broken.text.clone())]),
        false => causes,
    }
}

/// What may be behind a rule of a job's life that was broken, in a sequence or a race.
pub(crate) fn causes_of_rule(rule: &str, sentence: &str, mismatch: &Mismatch) -> BTreeSet<Cause> {
    if let Some(name) = member(&mismatch.at)
        // What a job's status may be is what the rules are about.
        && name != "Status"
    {
        return BTreeSet::from([Cause::Member(name.to_owned())]);
    }
    let gist = Gist::told(&mismatch.got);
    let form = gist
        .as_ref()
        .and_then(|gist| error_form(gist, std::slice::from_ref(mismatch)));
    if let Some(form) = form {
        return BTreeSet::from([form]);
    }
    let (found, is_granted) = match gist.map(|gist| gist.error_type) {
        Some(Some(name)) => (found_or(&name), false),
        // An answer to be taken for a success that shows nothing of the kind.
        Some(None) => {
            return BTreeSet::from([Cause::Jobless, Cause::Member("Status".to_owned())]);
        }
        None => (FOUND.to_owned(), mismatch.got == "a success"),
    };
    let mut causes = match rule {
        "pool-gone" => vec![Cause::LookUp(Named::Pool, found)],
        "own-pool-alone" => of_both(&found),
        rule if OF_A_STOP.contains(&rule) => vec![Cause::NotStopped],
        rule if OF_A_LOSS.contains(&rule) => vec![Cause::Gone],
        _ => Vec::new(),
    };
    if is_granted {
        causes.push(Cause::ErrorAsSuccess);
    }
    causes.push(Cause::Sentence(sentence.to_owned()));
    causes.into_iter().collect()
}

/// Whether two faults are one, for all that may be behind each of them.
pub(crate) fn have_one(one: &BTreeSet<Cause>, other: &BTreeSet<Cause>) -> bool {
    // Of two requests that are refused, each may be so for a reason of its own.
    let shared = one.intersection(other);
    let is_shared = shared.into_iter().any(|cause| *cause != Cause::Refused);
    let is_behind = |one: &BTreeSet<_>, other| !one.is_empty() && one.is_subset(other);
    is_shared || is_behind(one, other) || is_behind(other, one)
}

/// What may be behind a fault that was told in two ways.
pub(crate) fn of_both_told(one: BTreeSet<Cause>, other: &BTreeSet<Cause>) -> BTreeSet<Cause> {
    let are_members = |causes: &BTreeSet<Cause>| {
        let mut causes = causes.iter();
        causes.all(|cause| matches!(cause, Cause::Member(_)))
    };
    // Members are wrong together. Of everything else, one alone is behind the fault.
    if are_members(&one) && are_members(other) {
        return &one | other;
    }
    let shared = &one & other;
    if shared.is_empty() { one } else { shared }
}

/// A header is wrong in any answer. Who writes an error in another format gives it another type.
fn of_header(suspicion: &Suspicion) -> Option<BTreeSet<Cause>> {
    let [header] = &suspicion.mismatches[..] else {
        return None;
    };
    let name = header.at.strip_prefix("header ")?;
    if header.got == "none" {
        return Some(BTreeSet::from([Cause::NoHeader(name.to_owned())]));
    }
    let is_of_type = suspicion.kind == Kind::Invariant(Invariant::ContentType);
    let form = suspicion.gist.as_ref().filter(|_| is_of_type);
    let form = form.and_then(|gist| error_form(gist, &suspicion.mismatches));
    Some(form.into_iter().collect())
}

/// What is wrong in the form of errors is wrong in all of them, whatever they are about.
fn of_error_form(suspicion: &Suspicion) -> Option<BTreeSet<Cause>> {
    let is_of_answer = !matches!(suspicion.kind, Kind::State | Kind::Leak | Kind::Latency);
    if !is_of_answer || is_vacuous(suspicion) {
        return None;
    }
    let form = error_form(suspicion.gist.as_ref()?, &suspicion.mismatches)?;
    // Of a request that should be granted, the refusal is wrong as well.
    let is_grant_alone = |one: &Mismatch| is_refused(one) && first_name(&one.wanted).is_none();
    if suspicion.mismatches.iter().any(is_grant_alone) {
        let causes = refused(&suspicion.case).chain([form]);
        return Some(causes.collect());
    }
    Some(BTreeSet::from([form]))
}

/// What is wrong in the form of an error, if anything is.
fn error_form(gist: &Gist, mismatches: &[Mismatch]) -> Option<Cause> {
    let Some(name) = &gist.error_type else {
        return (gist.status >= 400).then_some(Cause::Untyped);
    };
    if gist.status < 400 {
        return (!gist.has_job).then_some(Cause::ErrorAsSuccess);
    }
    let wanted: Vec<_> = mismatches
        .iter()
        .flat_map(|one| names(&one.wanted))
        .collect();
    let mut alike = spelled_alike(name).peekable();
    if alike.peek().is_none() {
        return (!is_known(name)).then(|| Cause::Foreign(name.clone()));
    }
    // Another error than the right one, and in another spelling: the first of the two is what is told.
    let is_meant = match wanted.is_empty() {
        true => !is_known(name),
        false => alike.any(|meant| wanted.contains(&meant)),
    };
    is_meant.then_some(Cause::Spelled)
}

/// What is wrong in the form of successes is wrong in all of them.
fn of_success_form(suspicion: &Suspicion) -> Option<BTreeSet<Cause>> {
    let mismatches = &suspicion.mismatches[..];
    if let Some(status) = mismatches.iter().find_map(other_success) {
        return Some(BTreeSet::from([Cause::Success(status)]));
    }
    let is_success = suspicion
        .gist
        .as_ref()
        .is_some_and(|gist| gist.status < 400 && gist.error_type.is_none());
    let is_judged = match suspicion.kind {
        Kind::Answer | Kind::Case => true,
        Kind::Invariant(invariant) => !matches!(
            invariant,
            Invariant::NoNulls | Invariant::RequestId | Invariant::Robust
        ),
        _ => false,
    };
    if !is_success || !is_judged {
        return None;
    }
    let is_of_body = |one: &Mismatch| one.at == "body" || one.at.starts_with("body/UserImportJob");
    if !mismatches.iter().all(is_of_body) {
        return None;
    }
    let has_job = suspicion.gist.as_ref().is_some_and(|gist| gist.has_job);
    if !has_job {
        return Some(BTreeSet::from([Cause::Jobless]));
    }
    let members = mismatches.iter().filter_map(|one| member(&one.at));
    Some(members.map(|name| Cause::Member(name.to_owned())).collect())
}

/// What became of the job that was named.
fn of_deed(suspicion: &Suspicion) -> Option<BTreeSet<Cause>> {
    let case = &suspicion.case;
    let is_named = suspicion.kind == Kind::State || case.post != Some(Post::BystanderUntouched);
    if !is_named || suspicion.mismatches.iter().any(is_of_error) {
        return None;
    }
    let mut causes = BTreeSet::new();
    for mismatch in &suspicion.mismatches {
        let Some(place) = mismatch.at.strip_prefix("post") else {
            continue;
        };
        match place.strip_prefix('/') {
            None => causes.extend([Cause::Gone]),
            Some("Status") if mismatch.wanted.starts_with("a job that") => {
                causes.extend([Cause::CarriedOut]);
                // Which of the two it is, the job alone does not tell.
                if suspicion.kind == Kind::Case && is_of_signature(case) {
                    causes.extend([Cause::Unsigned]);
                }
            }
            Some("Status") if mismatch.wanted.starts_with("Stopped") => {
                causes.extend([Cause::NotStopped, Cause::Member("Status".to_owned())]);
            }
            Some("Status") => {}
            Some(name) => causes.extend([Cause::Member(name.to_owned())]),
        }
    }
    (!causes.is_empty()).then_some(causes)
}

/// What should be granted is refused.
fn of_refused(suspicion: &Suspicion) -> Option<BTreeSet<Cause>> {
    if is_vacuous(suspicion) {
        return Some(BTreeSet::from([Cause::Refused]));
    }
    let is_it = suspicion.mismatches.iter().any(is_refused);
    is_it.then(|| refused(&suspicion.case).collect())
}

/// The right error has other words: those of a check that is another one, or of one that should have come first.
fn of_words(suspicion: &Suspicion) -> Option<BTreeSet<Cause>> {
    let is_of_words =
        |one: &Mismatch| matches!(one.at.as_str(), "message" | "body/message" | "body/Message");
    if !suspicion.mismatches.iter().all(is_of_words) {
        return None;
    }
    let name = suspicion.gist.as_ref()?.error_type.clone()?;
    let case = &suspicion.case;
    let mut causes = match name.as_str() {
        INVALID_PARAMETER => Vec::from_iter(parts(case).into_iter().map(Cause::Constraint)),
        NOT_FOUND => looked_up(case, FOUND),
        _ => Vec::new(),
    };
    causes.push(Cause::Words(name));
    Some(causes.into_iter().collect())
}

/// The right error has another status.
fn of_status(suspicion: &Suspicion) -> Option<BTreeSet<Cause>> {
    let gist = suspicion.gist.as_ref().filter(|gist| gist.status >= 400)?;
    let name = gist.error_type.clone()?;
    let mut wrong = suspicion.mismatches.iter().filter(|one| is_of_error(one));
    let is_of_status = wrong.next().is_some_and(|one| one.at == "status") && wrong.next().is_none();
    is_of_status.then(|| BTreeSet::from([Cause::Status(name, gist.status)]))
}

/// What is wrong with one part of a request, and is answered in one wrong way, has one reason.
fn of_error(suspicion: &Suspicion) -> Option<BTreeSet<Cause>> {
    let is_judged = matches!(suspicion.kind, Kind::Answer | Kind::Case);
    if !is_judged || !suspicion.mismatches.iter().any(is_of_error) {
        return None;
    }
    let case = &suspicion.case;
    let mut wrong = suspicion.mismatches.iter().filter(|one| is_of_error(one));
    let wanted = wrong.find_map(|one| first_name(&one.wanted));
    let gist = suspicion.gist.as_ref()?;
    let got = gist.error_type.as_deref().map(meant);
    if is_of_signature(case) && !got.is_some_and(|name| OF_SIGNATURES.contains(&name)) {
        return Some(BTreeSet::from([Cause::Unsigned]));
    }
    let got = got.map_or_else(|| FOUND.to_owned(), found_or);
    let constraints = || parts(case).into_iter().map(Cause::Constraint);
    let mut causes: BTreeSet<_> = match wanted? {
        // It was let through, and then something was found or not.
        INVALID_PARAMETER if got == FOUND || got == NOT_FOUND => constraints().collect(),
        // What is not there is told in another way, or an id that is right is taken for a wrong one.
        NOT_FOUND if got == INVALID_PARAMETER => {
            let looked_up = looked_up(case, &got).into_iter();
            looked_up.chain(constraints()).collect()
        }
        NOT_FOUND => looked_up(case, &got).into_iter().collect(),
        wanted => {
            let got = match got == NOT_FOUND {
                true => FOUND.to_owned(),
                false => got,
            };
            let instead = |part| Cause::Instead(part, got.clone(), wanted.to_owned());
            parts(case).into_iter().map(instead).collect()
        }
    };
    // Who answers so whatever is asked looks at nothing.
    let is_jobless = gist.status < 400 && gist.error_type.is_none() && !gist.has_job;
    causes.extend(is_jobless.then_some(Cause::Jobless));
    Some(causes)
}

/// The error that a name means.
fn meant(name: &str) -> &str {
    match is_known(name) {
        true => name,
        false => spelled_alike(name).next().unwrap_or(name),
    }
}

/// An answer that only what was found can get, or the error.
fn found_or(name: &str) -> String {
    let is_found = name == PRECONDITION;
    if is_found { FOUND } else { name }.to_owned()
}

fn refused(case: &Case) -> impl Iterator<Item = Cause> {
    let own = parts(case).into_iter().map(Cause::RefusedPart);
    [Cause::Refused].into_iter().chain(own)
}

/// What a request names that is not there, looked up in another way.
fn looked_up(case: &Case, got: &str) -> Vec<Cause> {
    let ids = nobody();
    let body = body(case);
    let is_other = |member: &str, id: &str| {
        let named = body.as_ref().and_then(|body| body.get(member));
        named.is_some_and(|named| named != id)
    };
    let is_pool = case.given.pool == PoolState::Absent || is_other("UserPoolId", &ids.pool);
    let is_job = case.given.job == JobState::Absent || is_other("JobId", &ids.job);
    let look_up = |named| Cause::LookUp(named, got.to_owned());
    match (is_pool, is_job) {
        (true, false) => vec![look_up(Named::Pool)],
        (false, true) => vec![look_up(Named::Job)],
        // In another pool there is the one, and not the other.
        _ => of_both(got),
    }
}

fn of_both(got: &str) -> Vec<Cause> {
    [Named::Pool, Named::Job]
        .map(|named| Cause::LookUp(named, got.to_owned()))
        .into()
}

/// The parts of a request that were changed. A body that is an object like any other is about the members that are wrong in it,
/// and a member that leaves no object is about the body.
fn parts(case: &Case) -> BTreeSet<String> {
    let is_of_body = |change: &Change| {
        matches!(
            change,
            Change::Body(_) | Change::Set(..) | Change::Remove(_)
        )
    };
    if !case.changes.is_empty() && case.changes.iter().all(is_of_body) {
        let Some(body) = body(case) else {
            return BTreeSet::from(["body".to_owned()]);
        };
        let is_right = |name: &str, fault: Fault| {
            let text = body.get(name).and_then(Value::as_str);
            text.is_some_and(|text| fault(text).is_none())
        };
        let wrong: BTreeSet<_> = (MEMBERS.iter())
            .filter(|(name, fault)| !is_right(name, *fault))
            .map(|(name, _)| Change::Remove((*name).to_owned()).part())
            .collect();
        if !wrong.is_empty() {
            return wrong;
        }
    }
    case.changes.iter().map(Change::part).collect()
}

/// The body of a request, if it is an object.
fn body(case: &Case) -> Option<serde_json::Map<String, Value>> {
    let Message::Plain { request, .. } = case.compose(&nobody()) else {
        return None;
    };
    serde_json::from_slice(&request.body).ok()
}

/// Whether a case proves nothing, since the unchanged request is refused.
fn is_vacuous(suspicion: &Suspicion) -> bool {
    let is_of_answer = |one: &Mismatch| one.at == "answer";
    suspicion.kind == Kind::Case && suspicion.mismatches.iter().any(is_of_answer)
}

fn is_of_signature(case: &Case) -> bool {
    parts(case).iter().eq(["signature"])
}

fn is_of_error(mismatch: &Mismatch) -> bool {
    matches!(
        mismatch.at.as_str(),
        "error type" | "status" | "body/__type"
    )
}

/// The status of a success that has not the one of a success.
fn other_success(mismatch: &Mismatch) -> Option<u16> {
    let got = mismatch.got.get(..3)?;
    let is_other = mismatch.at == "status" && got.starts_with('2') && got != "200";
    let is_other = is_other && mismatch.wanted.starts_with("200");
    is_other.then(|| got.parse().ok()).flatten()
}

fn is_refused(mismatch: &Mismatch) -> bool {
    let is_status = matches!(mismatch.at.as_str(), "status" | "error type");
    is_status && mismatch.wanted.starts_with("200") && !mismatch.got.starts_with('2')
}

/// The member of a job that a place is in, of one job or of the jobs of a list.
fn member(at: &str) -> Option<&str> {
    let (_, place) = at.split_once("body/UserImportJob")?;
    let place = match place.strip_prefix("s/") {
        Some(listed) => listed.split_once('/')?.1,
        None => place.strip_prefix('/')?,
    };
    place.split('/').next().filter(|name| !name.is_empty())
}

/// The error types in what was wanted, which may have status codes, slashes and quotation marks round them.
fn names(text: &str) -> impl Iterator<Item = &str> {
    let words = text.split(|letter: char| !letter.is_ascii_alphanumeric());
    words.filter(|word| word.starts_with(|letter: char| letter.is_ascii_uppercase()))
}

fn first_name(text: &str) -> Option<&str> {
    names(text).next()
}
