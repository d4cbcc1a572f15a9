//! What variations and mutants do to the way of an answer: when it comes, in which pieces, and under which headers.

use serde_json::Value;

use crate::contract;
use crate::reference::failure::Cause;
use crate::reference::operation::slip;
use crate::reference::options::Options;
use crate::reference::{Delivery, Mutant, Reply, Variation};
use crate::wire::{Header, Request};

/// How slow [`Variation::SlowAnswers`] is.
const SLOW_MS: u64 = 100;

/// How slow [`Mutant::SlowStop`] is: more than clients wait.
const SLOW_STOP_MS: u64 = 30_000;

/// What gateways and browsers' needs add to an answer.
const EXTRA_HEADERS: [(&str, &str); 7] = [
    ("Access-Control-Allow-Origin", "*"),
    ("Access-Control-Expose-Headers", "x-amzn-RequestId"),
    ("Set-Cookie", "AWSALB=a; Path=/"),
    ("Set-Cookie", "AWSALBCORS=b; Path=/"),
    ("Vary", "Origin"),
    ("Vary", "Accept-Encoding"),
    ("Via", "1.1 gateway"),
];

/// What is long to [`Mutant::ClosesOnLongValue`]: a buffer of fixed size has some kilobytes.
const LONG_SIZE: usize = 4 * 1_024;

/// What a variation does to the way of an answer.
pub(crate) fn vary(reply: &mut Reply, options: &Options) {
    let rename = |reply: &mut Reply, name: fn(&str) -> String| {
        for header in &mut reply.response.headers {
            header.name = name(&header.name).into();
        }
    };
    match options.variation {
        Some(Variation::ChunkedAnswers) => reply.delivery = Delivery::Chunked,
        Some(Variation::ClosesConnections) => reply.close = true,
        Some(Variation::SlowAnswers) => reply.delay_ms += SLOW_MS,
        Some(Variation::ExtraHeaders) => {
            let headers = EXTRA_HEADERS.map(|(name, value)| Header::new(name, value));
            reply.response.headers.extend(headers);
        }
        Some(Variation::LowerCaseHeaders) => rename(reply, str::to_ascii_lowercase),
        Some(Variation::TitleCaseHeaders) => rename(reply, title_case),
        _ => {}
    }
}

/// What a mutant does to the way of an answer to a stop.
pub(crate) fn misdeliver(
    reply: &mut Reply,
    request: &Request,
    cause: Option<Cause>,
    options: &Options,
) {
    let Some(mutant) = options.mutant() else {
        return;
    };
    if mutant.withholds_answers() {
        return withhold(reply, request, cause, mutant);
    }
    reply.delivery = match (mutant, cause) {
        (Mutant::AlwaysCloses, _)
        | (Mutant::StopsAtOnceClose, Some(Cause::Torn))
        | (Mutant::ClosesOnMalformedJson, Some(Cause::Malformed))
        | (Mutant::ClosesOnWrongType, Some(Cause::WrongType)) => Delivery::Close,
        (Mutant::ClosesOnUnicode, _) if !request.body.is_ascii() => Delivery::Close,
        (Mutant::ClosesOnLongValue, _) if request.body.len() > LONG_SIZE => Delivery::Close,
        (Mutant::TruncatedSuccess, None) => Delivery::Truncated,
        _ => reply.delivery,
    };
    if slip::is_about_overlaps(mutant) {
        reply.delay_ms = slip::UNDER_WAY_MS;
    }
}

/// What is waited for until whoever asks gives up.
fn withhold(reply: &mut Reply, request: &Request, cause: Option<Cause>, mutant: Mutant) {
    match (mutant, cause) {
        (Mutant::AlwaysHangs, _) => reply.delivery = Delivery::Hang,
        (Mutant::HangsOnLongJobId, _) if has_long_job_id(request) => {
            reply.delivery = Delivery::Hang;
        }
        (Mutant::HangsOnNul, _) if has_nul(request) => reply.delivery = Delivery::Hang,
        (Mutant::AlwaysEndless, _) | (Mutant::EndlessOnMissingJob, Some(Cause::MissingJob)) => {
            reply.delivery = Delivery::Endless;
        }
        (Mutant::SlowStop, _) => reply.delay_ms = SLOW_STOP_MS,
        _ => {}
    }
}

fn has_nul(request: &Request) -> bool {
    let body = String::from_utf8_lossy(&request.body);
    body.contains('\0') || body.contains("\\u0000")
}

fn has_long_job_id(request: &Request) -> bool {
    let body: Option<Value> = serde_json::from_slice(&request.body).ok();
    let job = body.as_ref().and_then(|body| body.get("JobId")?.as_str());
    job.is_some_and(|job| job.chars().count() == contract::JOB_ID.length_max)
}

/// `X-Amzn-Requestid`.
fn title_case(name: &str) -> String {
    let word = |word: &str| {
        let (first, rest) = word.split_at(word.len().min(1));
        first.to_ascii_uppercase() + &rest.to_ascii_lowercase()
    };
    name.split('-').map(word).collect::<Vec<_>>().join("-")
}
