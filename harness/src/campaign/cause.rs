//! What makes two findings one fault: an endpoint that looks ids up unchecked breaks a dozen requirements in one way.

use std::collections::BTreeSet;

use crate::campaign::suspicion::{Kind, Suspicion};
use crate::case::{Change, Invariant};
use crate::oracle::Mismatch;

/// What may be behind a suspicion, one line for each part of the request that was changed. None where its key says all.
///
/// What is wrong with one part of a request, and is answered with one error in place of another, has one reason.
pub(crate) fn causes(suspicion: &Suspicion) -> Vec<String> {
    let is_untyped = matches!(
        suspicion.kind,
        Kind::Invariant(Invariant::JsonObject | Invariant::ErrorType)
    );
    if is_untyped {
        return vec![UNTYPED.to_owned()];
    }
    if let [one] = &suspicion.mismatches[..]
        && one.at.starts_with("header ")
        && one.got == "none"
    {
        return vec![format!("{} missing", one.at)];
    }
    let parts: BTreeSet<_> = suspicion.case.changes.iter().map(part).collect();
    let is_granted = |one: &Mismatch| one.at == "status" && one.got.starts_with("200");
    if suspicion.mismatches.iter().any(is_granted) {
        // Whoever looks at no signature lets all of them through. Of other parts each check is one of its own.
        let is_signature = parts.iter().eq(["signature"]);
        return is_signature
            .then(|| "signature, granted".to_owned())
            .into_iter()
            .collect();
    }
    let of_type = |one: &&Mismatch| matches!(one.at.as_str(), "error type" | "body/__type");
    let Some(mismatch) = suspicion.mismatches.iter().find(of_type) else {
        return Vec::new();
    };
    match (first_name(&mismatch.wanted), first_name(&mismatch.got)) {
        (Some(_), None) => vec![UNTYPED.to_owned()],
        (Some(wanted), Some(got)) => parts
            .into_iter()
            .map(|part| format!("{part}, {got} in place of {wanted}"))
            .collect(),
        (None, _) => Vec::new(),
    }
}

/// An error in no words of the protocol, whatever was wrong.
const UNTYPED: &str = "no error type";

/// The first error type in what was wanted or got, which may have status codes, slashes and quotation marks round it.
fn first_name(text: &str) -> Option<&str> {
    let is_of_name = |letter: char| letter.is_ascii_alphanumeric();
    let mut words = text.split(|letter| !is_of_name(letter));
    words.find(|word| word.starts_with(|letter: char| letter.is_ascii_uppercase()))
}

/// What a change is about.
fn part(change: &Change) -> String {
    match change {
        Change::Set(member, _) | Change::Remove(member) => member.clone(),
        Change::Body(_) => "body".to_owned(),
        Change::Header(edit) => format!("header {}", edit.name.to_ascii_lowercase()),
        Change::Target(_) => "target".to_owned(),
        Change::Method(_) => "method".to_owned(),
        Change::Path(_) => "path".to_owned(),
        Change::Signature(_) => "signature".to_owned(),
        Change::Raw(_) => "raw".to_owned(),
    }
}
