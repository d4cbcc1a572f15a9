//! What the answers of a run say of an invariant together; as each answer adds to it.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use sha2::{Digest as _, Sha256};

use crate::case::Invariant;
use crate::oracle::invariant::{Observed, REQUEST_ID, told};
use crate::oracle::violation::{Actual, Expected, Facet, Violation};

/// How many bytes of a digest tell one request id from another: by chance two of a million would agree once in 10^7 runs.
const DIGEST_SIZE: usize = 8;

/// How an invariant fared over the answers of a run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Held {
    /// How many answers it was held to.
    pub answers: usize,
    /// Where it was broken, in the order of the case ids.
    pub breaches: Vec<Breach>,
}

/// An answer that breaks an invariant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Breach {
    /// The case whose request it answers.
    pub case: String,
    /// What is wrong in it.
    pub violations: Vec<Violation>,
}

/// What some answers say of an invariant: enough to join it with what others say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Evidence {
    /// How many answers it was held to.
    pub answers: usize,
    /// Where one answer alone breaks it.
    pub breaches: Vec<Breach>,
    /// The request ids that were seen, where the invariant is about these: only together do answers show one twice.
    pub request_ids: Vec<RequestId>,
}

/// A request id that was seen.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct RequestId {
    /// The case whose request was answered with it.
    pub case: String,
    /// Its digest. An endpoint may put anything there, of any length.
    pub digest: String,
}

/// Holds every answer to an invariant. The order of the answers changes nothing.
pub fn hold(invariant: Invariant, observed: &[Observed]) -> Held {
    Evidence::of(invariant, observed).held()
}

impl Evidence {
    /// What some answers say.
    pub fn of(invariant: Invariant, observed: &[Observed]) -> Self {
        told(invariant, observed)
    }

    /// What several parts of a run say together. Their order changes nothing.
    pub fn join(parts: impl IntoIterator<Item = Self>) -> Self {
        let mut joined = Self::default();
        for part in parts {
            joined.answers += part.answers;
            joined.breaches.extend(part.breaches);
            joined.request_ids.extend(part.request_ids);
        }
        joined.breaches.sort_by(by_case);
        let ids = &mut joined.request_ids;
        ids.sort_by(|one, other| one.case.cmp(&other.case));
        joined
    }

    /// How the invariant fared.
    pub fn held(&self) -> Held {
        let mut breaches = self.breaches.clone();
        let mut seen: BTreeMap<&str, &str> = BTreeMap::new();
        for id in &self.request_ids {
            let Some(other) = seen.insert(&id.digest, &id.case) else {
                continue;
            };
            let expected = Expected::told("an id that no other answer has");
            let actual = Actual::told(format!("that of {other}"));
            let violation = Violation::new(Facet::header(REQUEST_ID), expected, actual);
            breaches.push(Breach {
                case: id.case.clone(),
                violations: vec![violation],
            });
        }
        breaches.sort_by(by_case);
        Held {
            answers: self.answers,
            breaches,
        }
    }

    pub(crate) fn saw(&mut self, case: &str, id: &str) {
        let digest = &Sha256::digest(id.as_bytes())[..DIGEST_SIZE];
        self.request_ids.push(RequestId {
            case: case.to_owned(),
            digest: hex::encode(digest),
        });
    }
}

fn by_case(one: &Breach, other: &Breach) -> Ordering {
    one.case.cmp(&other.case)
}
