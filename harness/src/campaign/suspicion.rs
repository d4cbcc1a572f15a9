//! From an answer to what may be wrong with it. Pure.

use std::collections::BTreeSet;
use std::sync::Arc;

use memchr::{memchr_iter, memmem};

use crate::case::{Case, Change, Ids, Invariant, Level, Message, Source, SourceKind};
use crate::fault::{Gist, Kind, Symptom};
use crate::oracle::{
    Actual, Expected, Facet, Observed, Outcome, Permitted, Reason, Ruling, Verdict, Violation,
    hold, rule_read,
};
use crate::suite::Suite;
use crate::wire::{Envelope, Response};

/// The invariants of single answers, and the requirement of the suite that states each.
#[derive(Clone, Debug)]
pub(crate) struct Invariants(Vec<(Invariant, Broken)>);

/// A requirement that may be broken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Broken {
    /// The id of the requirement in the suite, or of the rule, where it has one.
    pub(crate) id: Option<String>,
    /// The sentence.
    pub(crate) text: String,
    /// Its level.
    pub(crate) level: Level,
    /// Where it comes from.
    pub(crate) sources: Vec<Source>,
}

/// Something that may be wrong, seen once.
#[derive(Clone, Debug)]
pub(crate) struct Suspicion {
    /// What is wrong, in few words: two suspicions of one key are one fault.
    pub(crate) key: String,
    pub(crate) kind: Kind,
    pub(crate) broken: Broken,
    pub(crate) violations: Vec<Violation>,
    /// What the answer is, where it is an answer that is wrong.
    pub(crate) gist: Option<Gist>,
    /// The request that brought it.
    pub(crate) case: Arc<Case>,
    /// How many executions there were until then.
    pub(crate) executions: u64,
}

impl Suspicion {
    /// As far as its cause is looked for in it. Where there is no id, the sentence stands for it.
    pub(crate) fn symptom(&self) -> Symptom<'_> {
        Symptom {
            kind: self.kind,
            case: &self.case,
            rule: self.broken.id.as_ref().unwrap_or(&self.broken.text),
            gist: self.gist.as_ref(),
            violations: &self.violations,
        }
    }

    /// What it is looked into by: the same fault at a firmer level is worth another look.
    pub(crate) fn mark(&self) -> String {
        format!("{}: {}", self.broken.level, self.key)
    }

    /// Whether it is about the form of an answer, whatever the request, and says nothing of what the answer should have been.
    pub(crate) fn is_of_form(&self) -> bool {
        matches!(self.kind, Kind::Invariant(_) | Kind::Leak)
    }
}

impl Invariants {
    pub(crate) fn of(suite: &Suite) -> Self {
        let stated = suite.requirements().iter().filter_map(|requirement| {
            let broken = Broken {
                id: Some(requirement.id.clone()),
                text: requirement.text.clone(),
                level: requirement.level,
                sources: requirement.sources.clone(),
            };
            Some((requirement.invariant?, broken))
        });
        Self(stated.collect())
    }

    /// The requirement that states an invariant.
    pub(crate) fn get(&self, invariant: Invariant) -> Option<&Broken> {
        let found = self.0.iter().find(|(one, _)| *one == invariant);
        found.map(|(_, broken)| broken)
    }

    /// What an answer to a case's request breaks of them.
    pub(crate) fn broken_by(&self, observed: &Observed, case: &Arc<Case>) -> Vec<Suspicion> {
        let broken = self.0.iter().filter_map(|(invariant, broken)| {
            let held = hold(*invariant, std::slice::from_ref(observed));
            let violations = held.breaches.into_iter().next()?.violations;
            Some(Suspicion {
                key: invariant_key(*invariant, &violations, &observed.outcome),
                kind: Kind::Invariant(*invariant),
                broken: broken.clone(),
                violations,
                gist: Gist::of_outcome(&observed.outcome),
                case: Arc::clone(case),
                executions: 0,
            })
        });
        broken.collect()
    }
}

/// What came of a request, and what is known to judge it by.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Came<'a> {
    pub(crate) case: &'a Arc<Case>,
    pub(crate) message: &'a Message,
    pub(crate) ids: &'a Ids,
    pub(crate) permitted: &'a Permitted,
    pub(crate) outcome: &'a Outcome,
    /// What the answer says, if there is one.
    pub(crate) envelope: Option<&'a Envelope>,
}

/// What may be wrong with an answer.
pub(crate) fn suspicions(came: Came<'_>, invariants: &Invariants) -> Vec<Suspicion> {
    if matches!(came.outcome, Outcome::Silent(_)) && may_wait(came.case) {
        return Vec::new();
    }
    let ruling = match came.outcome {
        Outcome::Answered(response) => {
            let read = came.envelope;
            read.map(|read| (rule_read(came.permitted, response, read), response))
        }
        _ => None,
    };
    let is_raw = matches!(came.message, Message::Raw { .. });
    let is_close = is_raw && matches!(came.outcome, Outcome::Closed);
    let is_fine = is_close
        || ruling.as_ref().is_some_and(|(ruling, response)| {
            let is_failure = response.status >= 500 && !came.case.may_fail();
            ruling.verdict != Verdict::Divergent
                && !is_failure
                && leak(response, came.message).is_none()
        });
    // Nearly all answers end here.
    if is_fine {
        return Vec::new();
    }
    // Where it is open what comes, it is not open in which form, unless the request is none of the protocol.
    let is_in_form = !matches!(came.permitted, Permitted::Anything(_));
    let mut observed = Observed {
        case: came.case.id.clone(),
        protocol: is_in_form && came.case.is_protocol(),
        ids: shown_ids(came),
        stops: false,
        may_fail: came.case.may_fail(),
        outcome: came.outcome.clone(),
        failed_first: None,
    };
    // What any answer breaks is told as that, and only for requests that an invariant is held to.
    let is_protocol = observed.protocol;
    observed.protocol = is_in_form;
    let mut found = invariants.broken_by(&observed, came.case);
    // That a server failed says less than what it should have answered.
    let says_more = |one: &&Suspicion| one.kind != Kind::Invariant(Invariant::NoServerErrors);
    let explained = found.iter().filter(says_more);
    let explained: Vec<_> = explained.flat_map(|one| one.violations.clone()).collect();
    // An answer that is no JSON, or that names no error, is no answer of the right type either.
    let is_untyped = found.iter().any(|one| {
        matches!(
            one.kind,
            Kind::Invariant(Invariant::JsonObject | Invariant::ErrorType)
        )
    });
    found.retain(|one| is_protocol || one.kind == Kind::Invariant(Invariant::Robust));
    let has = |wanted| {
        found
            .iter()
            .any(|one: &Suspicion| one.kind == Kind::Invariant(wanted))
    };
    if has(Invariant::JsonObject) && has(Invariant::ErrorType) {
        found.retain(|one| one.kind != Kind::Invariant(Invariant::ErrorType));
    }
    let Some((ruling, response)) = ruling else {
        return found;
    };
    if let Some(violation) = leak(response, came.message) {
        found.push(Suspicion {
            key: format!("leak: {}", violation.expected),
            kind: Kind::Leak,
            broken: no_leak(),
            violations: vec![violation],
            gist: None,
            case: Arc::clone(came.case),
            executions: 0,
        });
    }
    let is_told = is_untyped && response.status >= 400 && !found.is_empty();
    if ruling.verdict == Verdict::Divergent && !is_told {
        found.extend(of_answer(came.case, &ruling, response, &explained));
    }
    // A server error that is wrong here for a better reason is no further fault.
    if found.len() > 1 {
        found.retain(|one| one.kind != Kind::Invariant(Invariant::NoServerErrors));
    }
    found
}

/// Whether an endpoint may wait for more of a request, as it may for one that looks cut short.
fn may_wait(case: &Case) -> bool {
    const FRAMING: [&str; 5] = [
        "connection",
        "content-length",
        "expect",
        "transfer-encoding",
        "upgrade",
    ];
    case.changes.iter().any(|change| match change {
        Change::Raw(_) | Change::Method(_) => true,
        Change::Header(edit) => FRAMING
            .iter()
            .any(|name| edit.name.eq_ignore_ascii_case(name)),
        _ => false,
    })
}

/// What the request's own answer breaks, beside what any answer would.
fn of_answer(
    case: &Arc<Case>,
    ruling: &Ruling,
    response: &Response,
    explained: &[Violation],
) -> Option<Suspicion> {
    // The requirement that it breaks: of the error that came, where that is one of those permitted.
    let Reason::Rule(rule) = ruling.reason else {
        return None;
    };
    // A header is never wrong for one request only.
    let is_explained = |one: &Violation| {
        let mut explained = explained.iter();
        explained.any(|other| other.facet == one.facet && other.actual == one.actual)
    };
    let is_other = |one: &&Violation| !matches!(one.facet, Facet::Header(_)) && !is_explained(one);
    let violations: Vec<_> = ruling.violations.iter().filter(is_other).cloned().collect();
    if violations.is_empty() {
        return None;
    }
    let gist = Gist::of(response);
    let level = ruling.level;
    let carries = rule.kind.carries_must();
    Some(Suspicion {
        key: format!("{} | {}", rule.gist(), wrong(Some(&gist), &violations)),
        kind: Kind::Answer,
        broken: Broken {
            id: Some(rule.id.to_owned()),
            text: rule.text.to_owned(),
            level: if carries {
                level
            } else {
                level.max(Level::Should)
            },
            sources: vec![Source {
                kind: rule.kind,
                cite: rule.cite.to_owned(),
            }],
        },
        violations,
        gist: Some(gist),
        case: Arc::clone(case),
        executions: 0,
    })
}

/// The wrong behaviour in few words: what came in place of what was wanted, without values.
pub(crate) fn wrong(gist: Option<&Gist>, violations: &[Violation]) -> String {
    let is_of_envelope = |one: &Violation| matches!(one.facet, Facet::Status | Facet::ErrorType);
    if let Some(gist) = gist
        && violations.iter().any(is_of_envelope)
    {
        let name = gist.error_type.as_deref().unwrap_or("no type");
        return format!("{} {name}", gist.status);
    }
    let is_missing = |one: &&Violation| one.actual == Actual::Missing;
    if violations.iter().all(|one| is_missing(&one)) {
        return "members missing".to_owned();
    }
    places(violations.iter().filter(|one| !is_missing(one)))
}

/// The places of some violations, each once.
pub(crate) fn places<'a>(violations: impl IntoIterator<Item = &'a Violation>) -> String {
    let places: BTreeSet<_> = violations.into_iter().map(Violation::at).collect();
    Vec::from_iter(places).join(" ")
}

fn invariant_key(invariant: Invariant, violations: &[Violation], outcome: &Outcome) -> String {
    let about = match (invariant, outcome) {
        (
            Invariant::KnownErrorType | Invariant::ErrorStatus | Invariant::NoServerErrors,
            Outcome::Answered(response),
        ) => {
            let envelope = Envelope::read(response);
            let name = envelope.error_type().unwrap_or_default();
            format!("{} {name}", response.status)
        }
        (Invariant::Robust, Outcome::Closed) => "a close".to_owned(),
        (Invariant::Robust, Outcome::Silent(silence)) => silence.kind.to_owned(),
        (Invariant::MemberTypes, _) => {
            let kinds = violations.iter().map(|one| one.expected.to_string());
            Vec::from_iter(kinds.collect::<BTreeSet<_>>()).join(" ")
        }
        (Invariant::EchoedIds | Invariant::IdPatterns, _) => places(violations),
        _ => String::new(),
    };
    format!("{invariant:?} {about}").trim_end().to_owned()
}

/// The ids that a success repeats: those of the precondition, if the request names them.
fn shown_ids(came: Came<'_>) -> Option<Ids> {
    let renamed = came.case.changes.iter().any(|change| match change {
        Change::Set(member, _) => member == "JobId" || member == "UserPoolId",
        Change::Body(_) | Change::Raw(_) | Change::Remove(_) => true,
        _ => false,
    });
    (!renamed).then(|| came.ids.clone())
}

/// What betrays a stack trace, in the words of the languages that emulators are written in.
const TRACES: [&str; 7] = [
    "Traceback (most recent call last)",
    "\\n    at ",
    "\n    at ",
    "\n\tat ",
    "\\n\\tat ",
    "panicked at ",
    "goroutine 1 [",
];

/// The shortest body whose return is no accident.
const ECHO_SIZE_MIN: usize = 32;

/// Something in an answer that does not belong there.
fn leak(response: &Response, message: &Message) -> Option<Violation> {
    let (body, sent) = (response.body.as_slice(), sent_body(message));
    let is_escaped_end = |at: usize| body.get(at + 1) == Some(&b'n');
    // A success of some hundred bytes is looked through in no time, but most answers are successes or refusals without a
    // line end, which every trace has.
    let suspect = response.status >= 500
        || body.contains(&b'\n')
        || memchr_iter(b'\\', body).any(is_escaped_end);
    let has = |text: &[u8], trace: &str| memmem::find(text, trace.as_bytes()).is_some();
    let is_leak = |trace: &str| has(body, trace) && !has(sent, trace);
    let expected = if suspect && TRACES.iter().any(|trace| is_leak(trace)) {
        "no stack trace"
    } else if sent.len() >= ECHO_SIZE_MIN && is_echoed(sent, body) {
        "not the whole request"
    } else {
        return None;
    };
    let actual = Actual::told(String::from_utf8_lossy(body));
    let expected = Expected::told(expected);
    Some(Violation::new(Facet::body(""), expected, actual))
}

/// Whether a body holds the whole of a request. By the first byte, then whole: to make a searcher ready takes longer than to
/// look through most answers.
fn is_echoed(sent: &[u8], body: &[u8]) -> bool {
    let room = (body.len() + 1).saturating_sub(sent.len());
    memchr_iter(sent[0], &body[..room]).any(|at| body[at..].starts_with(sent))
}

pub(crate) fn sent_body(message: &Message) -> &[u8] {
    match message {
        Message::Plain { request, .. } => &request.body,
        Message::Raw { body, .. } => body,
    }
}

fn no_leak() -> Broken {
    Broken {
        id: None,
        text: "No answer shows a stack trace, or the whole of its request.".to_owned(),
        level: Level::Should,
        sources: vec![Source {
            kind: SourceKind::Inferred,
            cite: "No recorded answer of the service does; CWE-209, generation of error messages with sensitive information".to_owned(),
        }],
    }
}
