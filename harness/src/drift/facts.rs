//! What is said of the operation, as places and what stands there.

use std::collections::BTreeMap;

use crate::contract::{
    DECLARED, HASHING_ALGORITHMS, JOB_ID, Kind, MEMBERS, Operation, SIGNING_NAME, Status,
    USER_POOL_ID, declared,
};
use crate::drift::{Difference, NotComparable};

/// The protocol that the contract is written for.
pub(crate) const PROTOCOL: &str = "AWS JSON 1.1";

/// What stands at a place that is only there or not.
const PRESENT: &str = "present";

/// What a model or the contract says of the operation.
#[derive(Clone, Debug, Default)]
pub(crate) struct Facts {
    said: BTreeMap<String, String>,
    /// The HTTP statuses of errors.
    statuses: BTreeMap<String, String>,
}

/// A member of a structure, as the facts have it.
#[derive(Clone, Debug)]
pub(crate) struct Described {
    pub(crate) kind: String,
    pub(crate) required: bool,
    pub(crate) length_min: Option<String>,
    pub(crate) length_max: Option<String>,
    pub(crate) pattern: Option<String>,
    pub(crate) values: Vec<String>,
}

impl Facts {
    /// What the contract says.
    pub(crate) fn of_contract() -> Self {
        let mut facts = Self::default();
        facts.protocol(PROTOCOL);
        facts.target(&Operation::StopUserImportJob.target());
        facts.signing(&format!("sigv4, {SIGNING_NAME}"));
        for error in DECLARED {
            facts.error(error.name, None);
        }
        for constraint in [JOB_ID, USER_POOL_ID] {
            let described = Described {
                required: true,
                length_min: Some(constraint.length_min.to_string()),
                length_max: Some(constraint.length_max.to_string()),
                pattern: Some(constraint.pattern.to_owned()),
                ..Described::of("string")
            };
            facts.request(constraint.member, &described);
        }
        facts.response("UserImportJob", &Described::of("structure"));
        for member in MEMBERS {
            let values = match member.name {
                "Status" => Status::ALL.map(Status::name).to_vec(),
                "PasswordHashingAlgorithm" => HASHING_ALGORITHMS.to_vec(),
                _ => Vec::new(),
            };
            let described = Described {
                values: values.into_iter().map(str::to_owned).collect(),
                ..Described::of(match member.kind {
                    Kind::Text => "string",
                    Kind::Timestamp => "timestamp",
                    Kind::Count => "whole number",
                })
            };
            facts.response(&format!("UserImportJob/{}", member.name), &described);
        }
        facts
    }

    pub(crate) fn protocol(&mut self, protocol: &str) {
        self.say("protocol", protocol);
    }

    pub(crate) fn target(&mut self, target: &str) {
        self.say("target", target);
    }

    pub(crate) fn signing(&mut self, signing: &str) {
        self.say("signing", signing);
    }

    pub(crate) fn error(&mut self, name: &str, status: Option<String>) {
        self.say(&format!("errors/{name}"), PRESENT);
        if let Some(status) = status {
            self.statuses.insert(name.to_owned(), status);
        }
    }

    /// A member of the request, with all its constraints.
    pub(crate) fn request(&mut self, member: &str, described: &Described) {
        let place = format!("request/{member}");
        self.member(&place, described);
        let constraints = [
            ("length-min", &described.length_min),
            ("length-max", &described.length_max),
        ];
        for (name, value) in constraints {
            if let Some(value) = value {
                self.say(&format!("{place}/{name}"), value);
            }
        }
        if let Some(pattern) = &described.pattern {
            // Smithy's exports write the anchors, botocore's do not: the service matches the whole value anyway.
            let bare = pattern.strip_prefix('^').unwrap_or(pattern);
            let bare = bare.strip_suffix('$').unwrap_or(bare);
            self.say(&format!("{place}/pattern"), bare);
        }
    }

    /// A member of the answer. Lengths and patterns are left out, as the contract leaves them out: the service breaks them.
    pub(crate) fn response(&mut self, member: &str, described: &Described) {
        self.member(&format!("response/{member}"), described);
    }

    /// Where these, of the contract, and those of a model differ. What stands below a place that only one of them has is not
    /// told again.
    pub(crate) fn differences(&self, model: &Self) -> Vec<Difference> {
        let mut differences: Vec<Difference> = Vec::new();
        let places = self.said.keys().chain(model.said.keys());
        let mut places: Vec<_> = places.collect();
        places.sort();
        places.dedup();
        for place in places {
            let (contract, other) = (self.said.get(place), model.said.get(place));
            let is_below = |above: &Difference| {
                let one_sided = above.contract.is_none() || above.model.is_none();
                let below = place.strip_prefix(above.place.as_str());
                one_sided && below.is_some_and(|rest| rest.starts_with('/'))
            };
            if contract != other && !differences.iter().any(is_below) {
                differences.push(Difference {
                    place: place.clone(),
                    contract: contract.cloned(),
                    model: other.cloned(),
                });
            }
        }
        differences
    }

    /// The statuses that are not those of the contract, each with the reason why it is not held against the model.
    pub(crate) fn not_comparable(&self) -> Vec<NotComparable> {
        let statuses = self.statuses.iter();
        let agrees = |name: &str, status: &str| {
            declared(name).is_some_and(|error| error.status.to_string() == status)
        };
        statuses
            .filter(|(name, status)| !agrees(name, status))
            .map(|(name, status)| NotComparable {
                place: format!("errors/{name}/status"),
                model: status.clone(),
                why: match declared(name) {
                    Some(error) => format!(
                        "AWS JSON ignores HTTP binding traits; documented and recorded is {}",
                        error.status
                    ),
                    None => "AWS JSON ignores HTTP binding traits".to_owned(),
                },
            })
            .collect()
    }

    fn member(&mut self, place: &str, described: &Described) {
        let required = if described.required { ", required" } else { "" };
        self.say(place, &format!("{}{required}", described.kind));
        for value in &described.values {
            self.say(&format!("{place}/{value}"), PRESENT);
        }
    }

    fn say(&mut self, place: &str, what: &str) {
        self.said.insert(place.to_owned(), what.to_owned());
    }
}

impl Described {
    /// An optional member without constraints.
    pub(crate) fn of(kind: &str) -> Self {
        Self {
            kind: kind.to_owned(),
            required: false,
            length_min: None,
            length_max: None,
            pattern: None,
            values: Vec::new(),
        }
    }
}
