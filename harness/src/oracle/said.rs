//! What is permitted, said as the expectations of a case: how a judgement becomes an ordinary case file.
//!
//! What no expectation can say (that a date counts seconds, what is true of any answer) is left out, so that an answer
//! which meets these may still be refused by [`rule`](crate::oracle::rule), and never the other way round.

use crate::case::{Assertion, Expectation, JsonType, Level};
use crate::contract::{Kind, MEMBERS};
use crate::oracle::permitted::{Answer, Permitted};
use crate::oracle::success::{ALGORITHMS, PRESENT, PRESENT_ONCE_STOPPED};

/// The answers that are permitted to a request, as far as that level carries it; none where nothing is established.
pub fn expectations(permitted: &Permitted, level: Level) -> Vec<Expectation> {
    let Permitted::OneOf(classes) = permitted else {
        return Vec::new();
    };
    let mut said = Vec::new();
    for class in classes {
        match &class.answer {
            Answer::Stopped { .. } => {
                said.push(stopped("Stopped", &PRESENT_ONCE_STOPPED, level));
                said.push(stopped("Stopping", &[], level));
            }
            Answer::Shown => said.push(Expectation {
                body: vec![Assertion {
                    json_type: Some(JsonType::Object),
                    ..at("/UserImportJob")
                }],
                ..of_status(200)
            }),
            Answer::Refusal { types, statuses } => {
                for status in *statuses {
                    said.push(Expectation {
                        error: types.iter().map(|name| name.clone().into_owned()).collect(),
                        ..of_status(*status)
                    });
                }
            }
        }
    }
    said.dedup();
    said
}

/// A success with the job in a status, and every member that recorded answers have.
fn stopped(status: &str, besides: &[&str], level: Level) -> Expectation {
    let mut body = vec![Assertion {
        one_of: vec![status.to_owned()],
        ..at("/UserImportJob/Status")
    }];
    for member in ["JobId", "UserPoolId"] {
        body.push(Assertion {
            given: Some(member.to_owned()),
            ..at(&format!("/UserImportJob/{member}"))
        });
    }
    let present = PRESENT.iter().filter(|(_, firmness)| *firmness <= level);
    let present = present.map(|(name, _)| *name);
    for name in present.chain(besides.iter().copied()) {
        let Some(member) = MEMBERS.iter().find(|member| member.name == name) else {
            continue;
        };
        let json_type = match member.kind {
            Kind::Text => JsonType::String,
            Kind::Timestamp => JsonType::Number,
            Kind::Count => JsonType::Integer,
        };
        body.push(Assertion {
            json_type: Some(json_type),
            ..at(&format!("/UserImportJob/{name}"))
        });
        if member.kind == Kind::Count {
            body.push(Assertion {
                at_least: Some(0),
                ..at(&format!("/UserImportJob/{name}"))
            });
        }
    }
    for (earlier, later) in [
        ("CreationDate", "StartDate"),
        ("StartDate", "CompletionDate"),
    ] {
        body.push(Assertion {
            not_after: Some(format!("/UserImportJob/{later}")),
            ..at(&format!("/UserImportJob/{earlier}"))
        });
    }
    body.push(Assertion {
        one_of: ALGORITHMS.map(str::to_owned).to_vec(),
        optional: true,
        ..at("/UserImportJob/PasswordHashingAlgorithm")
    });
    if level >= Level::Should {
        body.push(Assertion {
            absent: Some(true),
            ..at("/__type")
        });
    }
    Expectation {
        body,
        ..of_status(200)
    }
}

fn of_status(status: u16) -> Expectation {
    Expectation {
        grade: crate::case::Grade::Conformant,
        flag: None,
        why: None,
        answer: None,
        status: Some(status),
        error: Vec::new(),
        message: None,
        body: Vec::new(),
        headers: Vec::new(),
    }
}

fn at(place: &str) -> Assertion {
    Assertion {
        at: place.to_owned(),
        optional: false,
        json_type: None,
        one_of: Vec::new(),
        given: None,
        at_least: None,
        not_after: None,
        matches: None,
        unchanged: None,
        not_lowered: None,
        absent: None,
    }
}
