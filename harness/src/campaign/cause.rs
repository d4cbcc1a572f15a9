//! What makes two findings one fault: an endpoint that looks ids up unchecked breaks a dozen requirements in one way.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::campaign::suspicion::{Kind, Suspicion, nobody};
use crate::case::{Case, Change, Invariant, Level, Message};
use crate::oracle::{Mismatch, job_fault, pool_fault};

/// An error in no words of the protocol, whatever was wrong.
const UNTYPED: &str = "no error type";

/// A request without any fault is refused, and so are all that should be granted. A refusal proves nothing then.
const REFUSED: &str = "a valid request, refused";

/// Signatures are let through, whatever is wrong with them.
const UNSIGNED: &str = "signature, not looked at";

/// A request is refused, and carried out.
const CARRIED_OUT: &str = "a refused request, carried out";

/// The errors of those who look at signatures.
const OF_SIGNATURES: [&str; 6] = [
    "IncompleteSignature",
    "IncompleteSignatureException",
    "InvalidSignatureException",
    "MissingAuthenticationTokenException",
    "RequestExpired",
    "UnrecognizedClientException",
];

/// How firmly a text must be refused as a member.
type Fault = fn(&str) -> Option<Level>;

/// The members of a request.
const MEMBERS: [(&str, Fault); 2] = [("UserPoolId", pool_fault), ("JobId", job_fault)];

/// What may be behind a suspicion: a fault that needs no more of the request than it says, or one for each part of the request
/// that was changed. None where the suspicion's key says all.
///
/// What is wrong with one part of a request, and is answered with one error in place of another, has one reason.
pub(crate) fn causes(suspicion: &Suspicion) -> Vec<String> {
    let mismatches = &suspicion.mismatches[..];
    let one = |cause: &str| vec![cause.to_owned()];
    if matches!(
        suspicion.kind,
        Kind::Invariant(Invariant::JsonObject | Invariant::ErrorType)
    ) {
        return one(UNTYPED);
    }
    if let [header] = mismatches
        && header.at.starts_with("header ")
        && header.got == "none"
    {
        return vec![format!("{} missing", header.at)];
    }
    if let Some(status) = mismatches.iter().find_map(other_success) {
        return vec![format!("a success, {status}")];
    }
    let is_stopped = mismatches.iter().any(|one| one.at == "post/Status");
    if suspicion.kind == Kind::State && is_stopped && suspicion.key.contains("refused") {
        return one(CARRIED_OUT);
    }
    let parts = parts(&suspicion.case);
    // Of vacuous cases the refusal of the unchanged request is what is wrong.
    if mismatches.iter().any(|mismatch| mismatch.at == "answer") && suspicion.kind == Kind::Case {
        return one(REFUSED);
    }
    if mismatches.iter().any(is_refused) {
        let own = parts.iter().map(|part| format!("{part}, refused"));
        return [REFUSED.to_owned()].into_iter().chain(own).collect();
    }
    let of_answer = |mismatch: &&Mismatch| {
        matches!(
            mismatch.at.as_str(),
            "error type" | "status" | "body/__type"
        )
    };
    let is_of_signature = parts.iter().eq(["signature"]);
    let Some(mismatch) = mismatches.iter().find(of_answer) else {
        // Which of the two it is, the job alone does not tell.
        return match is_of_signature && is_stopped {
            true => [UNSIGNED, CARRIED_OUT].map(str::to_owned).into(),
            false => Vec::new(),
        };
    };
    let (wanted, got) = (first_name(&mismatch.wanted), first_name(&mismatch.got));
    let is_looked_at = got.is_some_and(|name| OF_SIGNATURES.contains(&name));
    if is_of_signature && !is_looked_at {
        return one(UNSIGNED);
    }
    match (wanted, got) {
        _ if mismatches.iter().any(is_granted) => Vec::new(),
        (Some(_), None) => one(UNTYPED),
        (Some(wanted), Some(got)) => parts
            .into_iter()
            .map(|part| format!("{part}, {got} in place of {wanted}"))
            .collect(),
        (None, _) => Vec::new(),
    }
}

/// The parts of a request that were changed. A body that is an object like any other is about the members that are wrong in it.
fn parts(case: &Case) -> BTreeSet<String> {
    if let [Change::Body(_)] = case.changes[..]
        && let Some(members) = wrong_members(case).filter(|members| !members.is_empty())
    {
        return members;
    }
    case.changes.iter().map(Change::part).collect()
}

/// The members of a body that are missing, of another type or break their constraints. None where it is no object.
fn wrong_members(case: &Case) -> Option<BTreeSet<String>> {
    let Message::Plain { request, .. } = case.compose(&nobody()) else {
        return None;
    };
    let body: Value = serde_json::from_slice(&request.body).ok()?;
    let body = body.as_object()?;
    let is_right = |name: &str, fault: Fault| {
        let text = body.get(name).and_then(Value::as_str);
        text.is_some_and(|text| fault(text).is_none())
    };
    let wrong = MEMBERS
        .iter()
        .filter(|(name, fault)| !is_right(name, *fault))
        .map(|(name, _)| Change::Remove((*name).to_owned()).part());
    Some(wrong.collect())
}

/// The status of a success that has not the one of a success.
fn other_success(mismatch: &Mismatch) -> Option<&str> {
    let got = mismatch.got.get(..3)?;
    let is_other = mismatch.at == "status" && got.starts_with('2') && got != "200";
    (is_other && mismatch.wanted.starts_with("200")).then_some(got)
}

fn is_refused(mismatch: &Mismatch) -> bool {
    let is_status = matches!(mismatch.at.as_str(), "status" | "error type");
    is_status && mismatch.wanted.starts_with("200") && !mismatch.got.starts_with('2')
}

/// Each check that lets something through is one of its own.
fn is_granted(mismatch: &Mismatch) -> bool {
    mismatch.at == "status" && mismatch.got.starts_with("200")
}

/// The first error type in what was wanted or got, which may have status codes, slashes and quotation marks round it.
fn first_name(text: &str) -> Option<&str> {
    let mut words = text.split(|letter: char| !letter.is_ascii_alphanumeric());
    words.find(|word| word.starts_with(|letter: char| letter.is_ascii_uppercase()))
}
