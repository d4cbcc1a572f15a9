//! The oracle and the judge of cases on any answer at all: both must come to a ruling, and neither may praise nonsense.
//!
//! What nonsense is, is written out here a second time, from the protocol alone. An answer is **no nonsense** only if it
//! is whole and either
//!
//! - a success: 200, a JSON object whose `UserImportJob` is an object, whose `JobId` and `UserPoolId` are texts, and
//!   whose `Status` is one of the documented eight; or
//! - a refusal: a status from 400 to 599, a JSON object, and an error type, in the header or in the body, that the
//!   operation declares or that any caller of the service can meet.
//!
//! To a valid request on a started job only a success is sense, with the ids of the request, and Stopping or Stopped.

use std::str::FromStr as _;
use std::sync::Arc;

use arbitrary::Unstructured;
use serde_json::Value;

use crate::campaign::in_process::{Disagreement, agreed, seeds};
use crate::case::{Case, Expectation, Given, Ids, Message, Signature};
use crate::contract::{Status, is_known};
use crate::generator::{Generator, Kind, Settings, answer, stopped};
use crate::oracle::{
    self, Context, Judgement, Known, Place, Ruling, Sent, Signing, Verdict, permits,
};
use crate::wire::{Response, sanitise};

/// What an input came to, for a caller that counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Judged {
    /// What the oracle made of it.
    pub verdict: Verdict,
    /// Whether the answer is sense.
    pub is_sense: bool,
}

/// Any answer to a generated request.
pub fn judge(data: &[u8]) -> arbitrary::Result<Judged> {
    thread_local!(static JUDGES: Judges = Judges::new());
    JUDGES.with(|judges| judges.run(data, permits)).map(agreed)
}

/// A generator of requests and answers, and the expectations of every case.
pub struct Judges {
    generator: Generator,
    cases: Vec<Arc<Case>>,
}

impl Judges {
    /// The judges of this version.
    pub fn new() -> Self {
        let cases = seeds();
        Self {
            generator: Generator::new(Settings::default(), []),
            cases: cases
                .into_iter()
                .filter(|case| !case.expect.is_empty())
                .collect(),
        }
    }

    /// Makes a request and an answer of the bytes, and holds an oracle and the judge of cases to what they say of it.
    pub fn run(
        &self,
        data: &[u8],
        oracle: impl Fn(Sent<'_>, &Known<'_>, &Response) -> Ruling,
    ) -> arbitrary::Result<Result<Judged, Disagreement>> {
        let mut input = Unstructured::new(data);
        let ids = Ids {
            pool: "us-east-1_EXAMPLE12".to_owned(),
            job: "import-qQ0DCt2fRh".to_owned(),
        };
        let response = answer(&ids, &mut input)?;
        let judged = &self.cases[input.choose_index(self.cases.len())?];
        let case = self.generator.generate(Kind::Directed, &mut input)?.case;
        let context = Context {
            ids: &ids,
            before: None,
        };
        let judgement = oracle::judge(&judged.expect, &response, context);
        if let Err(why) = hold_judgement(&judged.expect, &response, &judgement) {
            let what = format!("{}: {why}: {judgement:?}\nanswer: {response:?}", judged.id);
            return Ok(Err(Disagreement::new(what)));
        }
        Ok(ruled(&case, &ids, &response, oracle))
    }
}

impl Default for Judges {
    fn default() -> Self {
        Self::new()
    }
}

fn ruled(
    case: &Case,
    ids: &Ids,
    response: &Response,
    oracle: impl Fn(Sent<'_>, &Known<'_>, &Response) -> Ruling,
) -> Result<Judged, Disagreement> {
    let Message::Plain { request, signature } = case.compose(ids) else {
        unreachable!("directed requests are no raw ones")
    };
    let sent = Sent {
        request: &request,
        signature,
    };
    let known = Known {
        ids,
        place: Place::from(case.given),
        signing: Signing::Demanded,
        fault: None,
    };
    let ruling = oracle(sent, &known, response);
    let is_sense = is_sense(response);
    let is_valid = case.changes.is_empty() && signature == Signature::Valid;
    let is_praised = ruling.verdict == Verdict::Conformant;
    let wrong = if is_praised && !is_sense {
        Some("nonsense is conformant")
    } else if is_praised && is_valid && case.given == Given::STARTED && !is_stopped(response, ids) {
        Some("a valid stop may be answered with something else than the stopped job")
    } else if is_valid && case.given == Given::STARTED && is_right(response, ids) {
        (ruling.verdict == Verdict::Divergent).then_some("a right answer is divergent")
    } else if (ruling.verdict == Verdict::Divergent) == ruling.violations.is_empty() {
        Some("violations and no divergence, or the other way round")
    } else {
        None
    };
    match wrong {
        None => Ok(Judged {
            verdict: ruling.verdict,
            is_sense,
        }),
        Some(why) => Err(Disagreement::new(format!(
            "{why}: {ruling:?}\nanswer: {response:?}\ncase: {case:?}"
        ))),
    }
}

/// A judgement is one that its expectations carry: a met one has the status and one of the error types that it names.
fn hold_judgement(
    expectations: &[Expectation],
    response: &Response,
    judgement: &Judgement,
) -> Result<(), &'static str> {
    let is_met = matches!(
        judgement,
        Judgement::Conformant { .. } | Judgement::Tolerated { .. }
    );
    let could_be_met = expectations.iter().any(|expectation| {
        let names = &expectation.error;
        let named = |name: String| names.contains(&name);
        expectation.answer.is_some()
            || (expectation
                .status
                .is_none_or(|status| status == response.status)
                && (names.is_empty() || told_type(response).is_some_and(named)))
    });
    match judgement {
        _ if is_met && !could_be_met => Err("an expectation is met by an answer that it excludes"),
        Judgement::Divergent(violations) if violations.is_empty() => {
            Err("a divergence without a violation")
        }
        _ => Ok(()),
    }
}

fn is_sense(response: &Response) -> bool {
    let Some(body) = object(response) else {
        return false;
    };
    if response.cut {
        return false;
    }
    let job = &body["UserImportJob"];
    match response.status {
        200 => {
            job["JobId"].is_string()
                && job["UserPoolId"].is_string()
                && job["Status"]
                    .as_str()
                    .is_some_and(|name| Status::from_str(name).is_ok())
        }
        400..=599 => told_type(response).is_some_and(|name| is_known(&name)),
        _ => false,
    }
}

/// Whether it shows the job of these ids as one that was stopped.
fn is_stopped(response: &Response, ids: &Ids) -> bool {
    let Some(body) = object(response) else {
        return false;
    };
    let job = &body["UserImportJob"];
    response.status == 200
        && job["JobId"] == ids.job.as_str()
        && job["UserPoolId"] == ids.pool.as_str()
        && (job["Status"] == "Stopped" || job["Status"] == "Stopping")
}

/// Whether it is, to the last byte, the right answer that the generator begins with.
fn is_right(response: &Response, ids: &Ids) -> bool {
    let is_told = response.headers.len() == 2 && !response.cut && response.status == 200;
    is_told && response.body == stopped(ids).as_bytes()
}

/// The body, if it is an object.
fn object(response: &Response) -> Option<Value> {
    let body: Value = serde_json::from_slice(&response.body).ok()?;
    body.is_object().then_some(body)
}

/// The error type as clients read it: that of the header, else that of the body.
fn told_type(response: &Response) -> Option<String> {
    let of_header = response.header("x-amzn-errortype").map(sanitise);
    let of_header = of_header.filter(|name| !name.is_empty());
    of_header.or_else(|| {
        let body = object(response)?;
        let told = ["__type", "code"]
            .iter()
            .find_map(|name| body.get(*name)?.as_str());
        told.map(sanitise).filter(|name| !name.is_empty())
    })
}
