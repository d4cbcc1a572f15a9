//! Whose a violation is: what breaks a rule about every answer is told under that rule, and not once more in every case.

use crate::case::Invariant;
use crate::oracle::invariant::Observed;
use crate::oracle::violation::{Facet, Violation};
use crate::oracle::{Breach, hold};

/// What is wrong with an answer, by whose it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Owned<Rule> {
    /// What the case itself states.
    pub own: Vec<Violation>,
    /// The rules about every answer that the rest breaks, each once.
    pub others: Vec<Rule>,
}

/// Parts what a case has against its answer by whose it is. A rule about every answer owns what it has against the same facet. A
/// success in place of a refusal, or the other way round, always belongs to the case.
pub fn owned<Rule: Clone + PartialEq>(
    violations: Vec<Violation>,
    rules: impl IntoIterator<Item = (Invariant, Rule)>,
    observed: &Observed,
) -> Owned<Rule> {
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
        let is_owner = |(_, breach): &&(Rule, Breach)| {
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

/// Whether two facets are one: the message of an error is a member of its body.
fn are_one(one: &Facet, other: &Facet) -> bool {
    let is_message = |facet: &Facet| match facet {
        Facet::Message => true,
        Facet::Body(pointer) => matches!(pointer.as_str(), "/message" | "/Message"),
        _ => false,
    };
    one == other || is_message(one) && is_message(other)
}
