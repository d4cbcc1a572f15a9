//! The owner of a violation: what breaks a rule about every answer is told under that rule, and not once more in every case.

use crate::case::Invariant;
use crate::oracle::invariant::Observed;
use crate::oracle::violation::{Facet, Violation};
use crate::oracle::{Breach, hold};

/// The violations of an answer, by whose they are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Owned<Id> {
    /// Those of the case itself.
    pub own: Vec<Violation>,
    /// The rules about every answer that the rest breaks, each once.
    pub others: Vec<Id>,
}

/// Parts what a case has against its answer by whose it is. A rule about every answer owns what it has against the same facet. A
/// success in place of a refusal, or the other way round, always belongs to the case.
pub fn owned<Id: Clone + PartialEq>(
    violations: Vec<Violation>,
    rules: impl IntoIterator<Item = (Invariant, Id)>,
    observed: &Observed,
) -> Owned<Id> {
    let broken = rules.into_iter().filter_map(|(invariant, rule)| {
        let held = hold(invariant, std::slice::from_ref(observed));
        Some((rule, held.breaches.into_iter().next()?))
    });
    let broken: Vec<_> = broken.collect();
    let mut owned = Owned {
        own: Vec::new(),
        others: Vec::new(),
    };
    for violation in violations {
        let is_owner = |(_, breach): &&(Id, Breach)| {
            let mut broken = breach.violations.iter();
            broken.any(|one| are_one(&one.facet, &violation.facet))
        };
        let owner = broken.iter().find(is_owner);
        match owner.filter(|_| !violation.is_swap()) {
            None => owned.own.push(violation),
            Some((rule, _)) if owned.others.contains(rule) => {}
            Some((rule, _)) => owned.others.push(rule.clone()),
        }
    }
    owned
}

/// One part of an answer may be named in two ways: the message of an error is a member of its body.
fn are_one(one: &Facet, other: &Facet) -> bool {
    one == other || one.is_message() && other.is_message()
}
