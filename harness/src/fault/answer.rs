//! Causes of one wrong response, or of a wrong state of the job that its request named.

use std::collections::BTreeSet;

use crate::case::{Case, Expectation, Given, Invariant, JobState, Post};
use crate::contract::{Operation, Status, is_known, spelled_alike};
use crate::fault::cause::{Cause, FOUND};
use crate::fault::request::{
    aspect_of, is_of_signature, looked_up, of_both, parts, refused, refused_parts,
};
use crate::fault::said::{
    INVALID_PARAMETER, NOT_FOUND, SERIALIZATION, found_or, is_of_error, is_of_signatures,
    is_of_words, is_refused, is_wordless, meant, of_member, other_success, restarted,
};
use crate::fault::symptom::{Gist, Kind, Symptom};
use crate::oracle::{Actual, Expected, Facet, Statuses, Violation};

/// The possible causes of a symptom. None where it is of another sort.
type Explained = fn(&Symptom<'_>) -> Option<BTreeSet<Cause>>;

/// From what is wrong in any answer to what is wrong with one request. The first that knows a symptom explains it.
const EXPLAINED: [Explained; 10] = [
    of_header,
    of_error_form,
    of_success_form,
    of_deed,
    of_server_error,
    of_signature_error,
    of_refused,
    of_words,
    of_status,
    of_error,
];

/// The possible causes of a symptom: each would bring this response. None where the symptom's key says all.
pub(crate) fn causes(symptom: &Symptom<'_>) -> BTreeSet<Cause> {
    let mut explained = EXPLAINED.iter().map(|explain| explain(symptom));
    let causes = explained.find_map(|causes| causes).unwrap_or_default();
    match causes.is_empty() && symptom.kind == Kind::Case {
        true => BTreeSet::from([Cause::rule(symptom.rule)]),
        false => causes,
    }
}

/// A header is wrong in any answer. Who writes an error in another format gives it another type.
fn of_header(symptom: &Symptom<'_>) -> Option<BTreeSet<Cause>> {
    let [header] = symptom.violations else {
        return None;
    };
    let Facet::Header(name) = &header.facet else {
        return None;
    };
    let is_judged = matches!(symptom.kind, Kind::Answer | Kind::Case);
    if is_judged && header.actual != Actual::Missing && (is_of_error(header) || is_of_words(header))
    {
        return None;
    }
    if header.actual == Actual::Missing {
        // An error without a type has no header for it either, nor one for its message.
        let is_of_errors = is_of_error(header) || is_of_words(header);
        let gist = symptom
            .gist
            .filter(|gist| is_of_errors && gist.error_type.is_none());
        let untyped = gist.map(|_| Cause::Untyped);
        return Some(
            untyped
                .into_iter()
                .chain([Cause::NoHeader(name.clone())])
                .collect(),
        );
    }
    let is_of_type = symptom.kind == Kind::Invariant(Invariant::ContentType);
    let form = symptom.gist.filter(|_| is_of_type);
    let form = form.and_then(|gist| error_form(gist, symptom.violations));
    Some(form.into_iter().collect())
}

/// Errors of a wrong form: all of them have it, whatever they are about.
fn of_error_form(symptom: &Symptom<'_>) -> Option<BTreeSet<Cause>> {
    let is_of_answer = !matches!(symptom.kind, Kind::State | Kind::Leak | Kind::Latency);
    if !is_of_answer || is_vacuous(symptom) {
        return None;
    }
    let form = error_form(symptom.gist?, symptom.violations)?;
    // Of a request that should be granted, the refusal is wrong as well.
    let is_grant_alone =
        |one: &Violation| is_refused(one) && one.expected.error_types().next().is_none();
    if symptom.violations.iter().any(is_grant_alone) {
        let causes = refused(symptom.case).chain([form]);
        return Some(causes.collect());
    }
    Some(BTreeSet::from([form]))
}

/// The wrong form of an error, if it is wrong.
pub(crate) fn error_form(gist: &Gist, violations: &[Violation]) -> Option<Cause> {
    let Some(name) = &gist.error_type else {
        return (gist.status >= 400).then_some(Cause::Untyped);
    };
    if gist.status < 400 {
        return (!gist.has_job).then_some(Cause::ErrorAsSuccess);
    }
    let wanted: Vec<_> = violations
        .iter()
        .flat_map(|one| one.expected.error_types())
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

/// Successes of a wrong form: all of them have it.
fn of_success_form(symptom: &Symptom<'_>) -> Option<BTreeSet<Cause>> {
    let violations = symptom.violations;
    if let Some(status) = violations.iter().find_map(other_success) {
        return Some(BTreeSet::from([Cause::Success(status)]));
    }
    let gist = symptom.gist;
    let is_success = gist.is_some_and(|gist| gist.status < 400 && gist.error_type.is_none());
    let is_judged = match symptom.kind {
        Kind::Answer | Kind::Case => true,
        Kind::Invariant(invariant) => !matches!(
            invariant,
            Invariant::NoNulls
                | Invariant::RequestId
                | Invariant::Robust
                | Invariant::NoServerErrors
        ),
        _ => false,
    };
    if !is_success || !is_judged {
        return None;
    }
    let is_of_body = |one: &Violation| match &one.facet {
        Facet::Body(pointer) => pointer.is_empty() || pointer.starts_with("/UserImportJob"),
        _ => false,
    };
    if !violations.iter().all(is_of_body) {
        return None;
    }
    if gist.is_some_and(Gist::is_jobless) {
        return Some(BTreeSet::from([Cause::Jobless]));
    }
    let named = |one: &Violation| one.facet.member().map(|name| of_member(name, one));
    let mut causes: BTreeSet<_> = violations.iter().filter_map(named).flatten().collect();
    // Whoever looks a job up without its pool shows the pool that it is in.
    if symptom.case.given.job == JobState::Elsewhere {
        causes.extend(of_both(FOUND));
    }
    Some(causes)
}

/// A job in a wrong state.
fn of_deed(symptom: &Symptom<'_>) -> Option<BTreeSet<Cause>> {
    let case = symptom.case;
    if symptom.violations.iter().any(is_of_error) {
        return None;
    }
    let is_other = symptom.kind != Kind::State && case.post == Some(Post::BystanderUntouched);
    let mut causes = BTreeSet::new();
    for violation in symptom.violations {
        let Facet::State(member) = &violation.facet else {
            continue;
        };
        match (member.as_deref(), &violation.expected) {
            (None, _) => causes.extend([Cause::Gone]),
            (Some("Status"), _) if is_other => causes.extend([Cause::OtherStopped]),
            (Some("Status"), Expected::NotStopped) => {
                causes.extend([Cause::CarriedOut]);
                let is_granted = symptom.gist.is_some_and(|gist| gist.status < 400);
                if symptom.kind == Kind::Case && is_granted && is_of_signature(case) {
                    causes.extend([Cause::Unsigned]);
                }
            }
            (Some("Status"), expected) if is_of_stop(expected) => {
                causes.extend([Cause::NotStopped, Cause::Member("Status".to_owned())]);
                // Only what was stopped before can have been started again.
                let given = case.given.status();
                let was_stopped = matches!(given, Some(Status::Stopping | Status::Stopped));
                causes.extend(restarted(&violation.actual).filter(|_| was_stopped));
            }
            (Some("Status"), _) if is_stopped(&violation.actual) => {
                causes.extend([Cause::CarriedOut]);
            }
            (Some("Status"), _) => {}
            (Some(name), _) => causes.extend(of_member(name, violation)),
        }
    }
    (!causes.is_empty()).then_some(causes)
}

/// A server failed: in place of the right error, or in place of a success.
fn of_server_error(symptom: &Symptom<'_>) -> Option<BTreeSet<Cause>> {
    if symptom.kind != Kind::Invariant(Invariant::NoServerErrors) {
        return None;
    }
    let comes_and_goes = |one: &Violation| matches!(one.actual, Actual::Told(_));
    if symptom.violations.iter().any(comes_and_goes) {
        return Some(BTreeSet::from([Cause::rule(symptom.rule)]));
    }
    let case = symptom.case;
    let gist = symptom.gist?;
    let got = gist.error_type.as_deref().map(meant)?;
    match case.expect.first().map(|expected| expected.error.first()) {
        Some(Some(wanted)) if wanted == got => {
            Some(BTreeSet::from([Cause::Status(got.to_owned(), gist.status)]))
        }
        Some(Some(_)) => of_error(&Symptom {
            kind: Kind::Case,
            ..*symptom
        }),
        Some(None) => Some(refused(case).collect()),
        // What is right is not known, but this is not.
        None => {
            let answered = parts(case)
                .into_iter()
                .map(|part| Cause::Answered(part, got.to_owned()));
            let status = Cause::Status(got.to_owned(), gist.status);
            let all = answered
                .chain(looked_up(case, got))
                .chain([Cause::Refused, status]);
            Some(all.collect())
        }
    }
}

/// A signature is refused by the error of another fault of signatures.
fn of_signature_error(symptom: &Symptom<'_>) -> Option<BTreeSet<Cause>> {
    let got = symptom.gist?.error_type.as_deref().map(meant)?;
    let is_judged = matches!(symptom.kind, Kind::Answer | Kind::Case);
    if !is_judged || !is_of_signatures(got) {
        return None;
    }
    let wrong = symptom.violations.iter().filter(|one| is_of_error(one));
    let wanted = wrong.flat_map(|one| one.expected.error_types());
    let wanted: BTreeSet<_> = wanted.filter(|name| is_of_signatures(name)).collect();
    if wanted.is_empty() || wanted.contains(got) {
        return None;
    }
    let instead =
        |wanted: &str| Cause::Instead("signature".to_owned(), got.to_owned(), wanted.to_owned());
    Some(wanted.into_iter().map(instead).collect())
}

/// A refusal in place of a success.
fn of_refused(symptom: &Symptom<'_>) -> Option<BTreeSet<Cause>> {
    if is_vacuous(symptom) {
        let is_jobless = symptom.gist.is_some_and(Gist::is_jobless);
        let cause = if is_jobless {
            Cause::Jobless
        } else {
            Cause::Refused
        };
        return Some(BTreeSet::from([cause]));
    }
    let is_it = symptom.violations.iter().any(is_refused);
    let is_gone = symptom.case.changes.is_empty()
        && symptom.gist.and_then(|gist| gist.error_type.as_deref()) == Some(NOT_FOUND);
    let gone = is_gone.then_some(Cause::Gone);
    is_it.then(|| refused(symptom.case).chain(gone).collect())
}

/// The right error has other words: those of a check that is another one, or of one that should have come first.
fn of_words(symptom: &Symptom<'_>) -> Option<BTreeSet<Cause>> {
    if !symptom.violations.iter().all(is_of_words) {
        return None;
    }
    if symptom.violations.iter().all(is_wordless) {
        return Some(BTreeSet::from([Cause::NoWords]));
    }
    let name = symptom.gist?.error_type.clone()?;
    let case = symptom.case;
    let mut causes = match name.as_str() {
        INVALID_PARAMETER => Vec::from_iter(parts(case).into_iter().map(Cause::Constraint)),
        NOT_FOUND => looked_up(case, FOUND),
        _ => Vec::new(),
    };
    causes.push(Cause::Words(name));
    Some(causes.into_iter().collect())
}

/// The right error has another status.
fn of_status(symptom: &Symptom<'_>) -> Option<BTreeSet<Cause>> {
    let gist = symptom.gist.filter(|gist| gist.status >= 400)?;
    let name = gist.error_type.clone()?;
    let mut wrong = symptom.violations.iter().filter(|one| is_of_error(one));
    let is_of_status =
        wrong.next().is_some_and(|one| one.facet == Facet::Status) && wrong.next().is_none();
    // Signatures are looked at in one place.
    let name = match is_of_signatures(&name) {
        true => "signature".to_owned(),
        false => name,
    };
    is_of_status.then(|| BTreeSet::from([Cause::Status(name, gist.status)]))
}

/// The name of an injected error among the parts of a request.
const INJECTED: &str = "injected error";

/// True of a case whose request must be granted.
pub(crate) fn is_grant(case: &Case) -> bool {
    !case.expect.is_empty() && !case.expect.iter().any(Expectation::is_refusal)
}

/// A wrong error: a fault in one part of a request that gets one wrong response has one reason.
fn of_error(symptom: &Symptom<'_>) -> Option<BTreeSet<Cause>> {
    let is_judged = matches!(symptom.kind, Kind::Answer | Kind::Case);
    if !is_judged || !symptom.violations.iter().any(is_of_error) {
        return None;
    }
    let case = symptom.case;
    let mut wrong = symptom.violations.iter().filter(|one| is_of_error(one));
    let wanted = wrong.find_map(|one| one.expected.error_types().next());
    // A pattern names no type, but the case does.
    let wanted = wanted.or_else(|| Some(case.expect.first()?.error.first()?.as_str()));
    let gist = symptom.gist?;
    let got = gist.error_type.as_deref().map(meant);
    if is_of_signature(case) && !got.is_some_and(is_of_signatures) {
        let is_of_service = |name: &str| {
            matches!(name, NOT_FOUND | INVALID_PARAMETER | SERIALIZATION) || found_or(name) == FOUND
        };
        if let Some(name) = got.filter(|name| !is_of_service(name)) {
            let answered = Cause::Answered("signature".to_owned(), name.to_owned());
            return Some(BTreeSet::from([answered]));
        }
        // Let in like a signed one, it may have been refused as those are.
        let is_like_signed = case.given == Given::STARTED && got.is_some();
        let refused = is_like_signed.then_some(Cause::Refused);
        return Some(refused.into_iter().chain([Cause::Unsigned]).collect());
    }
    let got = got.map_or_else(|| FOUND.to_owned(), found_or);
    let constraints = || parts(case).into_iter().map(Cause::Constraint);
    // A member without a fault is refused as one with a fault is.
    let refused_members = || {
        let named = parts(case)
            .into_iter()
            .map(|part| match aspect_of(case, &part) {
                Some(_) => Cause::Constraint(part),
                None => Cause::RefusedPart(part),
            });
        named.collect::<Vec<_>>()
    };
    let mut causes: BTreeSet<_> = match wanted? {
        // It was let through, and then something was found or not.
        INVALID_PARAMETER if got == FOUND || got == NOT_FOUND => constraints().collect(),
        // What is not there is told in another way, or an id that is right is taken for a wrong one.
        NOT_FOUND if got == INVALID_PARAMETER => {
            let looked_up = looked_up(case, &got).into_iter();
            looked_up.chain(refused_members()).collect()
        }
        NOT_FOUND => looked_up(case, &got).into_iter().collect(),
        // It was read, and then something was wrong with what was read, or was found or not.
        SERIALIZATION if got == INVALID_PARAMETER => instead(case, FOUND, SERIALIZATION),
        wanted if got == NOT_FOUND => instead(case, FOUND, wanted),
        wanted => instead(case, &got, wanted),
    };
    if case.fault.is_some() {
        causes.extend(
            wanted
                .map(|wanted| Cause::Instead(INJECTED.to_owned(), got.clone(), wanted.to_owned())),
        );
    }
    if got == SERIALIZATION {
        causes.extend(refused_parts(case));
    }
    let of_job = of_job(case, gist, &got);
    causes.extend(
        of_job
            .into_iter()
            .flat_map(|cause| [cause, Cause::rule(symptom.rule)]),
    );
    // Who answers so whatever is asked looks at nothing.
    causes.extend(gist.is_jobless().then_some(Cause::Jobless));
    Some(causes)
}

/// The fate of the job that an unchanged request names, as the response shows it.
fn of_job(case: &Case, gist: &Gist, got: &str) -> Option<Cause> {
    if !case.changes.is_empty() {
        return None;
    }
    let is_started = gist.status < 400 && case.operation == Operation::StartUserImportJob;
    let is_gone = got == NOT_FOUND;
    match (is_started, is_gone) {
        (true, _) => Some(Cause::Restarted),
        (_, true) => Some(Cause::Gone),
        _ => None,
    }
}

/// One error in place of another for a fault in a request. A member of a wrong type is found by
/// whoever reads the body, whichever member it is.
fn instead(case: &Case, got: &str, wanted: &str) -> BTreeSet<Cause> {
    let is_of_type = |part: &String| wanted == SERIALIZATION && part.starts_with("member ");
    let named = |part: String| match is_of_type(&part) {
        true => "types of members".to_owned(),
        false => part,
    };
    let instead = |part| Cause::Instead(named(part), got.to_owned(), wanted.to_owned());
    parts(case).into_iter().map(instead).collect()
}

/// True of a case that proves nothing, since the unchanged request is refused.
fn is_vacuous(symptom: &Symptom<'_>) -> bool {
    let is_of_answer = |one: &Violation| one.facet == Facet::Response;
    symptom.kind == Kind::Case && symptom.violations.iter().any(is_of_answer)
}

/// A job should be stopped.
fn is_of_stop(expected: &Expected) -> bool {
    match expected {
        Expected::Stopped { .. } => true,
        Expected::JobStatus(statuses) => statuses.are_among(Statuses::STOPPED),
        _ => false,
    }
}

fn is_stopped(actual: &Actual) -> bool {
    matches!(actual, Actual::JobStatus(status) if Statuses::STOPPED.has(*status))
}
