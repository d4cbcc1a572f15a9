//! The control over HTTP, for endpoints that run on their own: jobs in any status, time, faults.

use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::contract::Status;
use crate::reference::json::Json;
use crate::reference::{Effect, Endpoint, Fault, Moment, Seed};
use crate::wire::{Header, Request, Response};

const PREFIX: &str = "/_fullstop/";

/// Whether a request is for the control.
pub(crate) fn is_control(path: &str) -> bool {
    path.starts_with(PREFIX)
}

/// What is said where there is no control, or no such part of it.
pub(crate) fn not_found(reason: &str) -> Response {
    said(404, &Json::object([("error", Json::text(reason))]))
}

/// Does what a request asks for.
pub(crate) fn answer(endpoint: &Endpoint, request: &Request, now: Moment) -> Response {
    let path = request.path.split('?').next().unwrap_or_default();
    let part = path.strip_prefix(PREFIX).unwrap_or_default();
    let done = match part {
        "jobs" | "advance" | "faults" | "release" if request.method != "POST" => {
            Err(format!("send POST to {path}, not {}", request.method))
        }
        "received" => Ok(endpoint.received().shown()),
        "jobs" => jobs(endpoint, &request.body, now),
        "advance" => advance(endpoint, &request.body),
        "faults" => faults(endpoint, &request.body),
        "release" => release(endpoint, &request.body),
        _ => {
            return not_found(
                "send POST to /_fullstop/ and one of: jobs, advance, faults, release; or GET /_fullstop/received",
            );
        }
    };
    match done {
        Ok(body) => said(200, &body),
        Err(reason) => said(400, &Json::object([("error", Json::Text(reason))])),
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Jobs {
    status: Status,
    #[serde(default = "yes")]
    held: bool,
    #[serde(rename = "UserPoolId")]
    user_pool_id: Option<String>,
}

fn jobs(endpoint: &Endpoint, body: &[u8], now: Moment) -> Result<Json, String> {
    let example = r#"{"status":"InProgress"}, with "held" and "UserPoolId" where wanted"#;
    let jobs: Jobs = read(body, example)?;
    let seed = Seed {
        status: jobs.status,
        held: jobs.held,
        pool: jobs.user_pool_id,
    };
    let ids = endpoint.seed_job(seed, now).map_err(told)?;
    Ok(Json::object([
        ("UserPoolId", Json::Text(ids.user_pool_id)),
        ("JobId", Json::Text(ids.job_id)),
    ]))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Advance {
    ms: u64,
}

fn advance(endpoint: &Endpoint, body: &[u8]) -> Result<Json, String> {
    let advance: Advance = read(body, r#"{"ms":1000}"#)?;
    endpoint.advance(advance.ms);
    Ok(Json::object([]))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Faults {
    error: Option<String>,
    latency_ms: Option<u64>,
    #[serde(default = "once")]
    times: u32,
    #[serde(rename = "UserPoolId")]
    user_pool_id: Option<String>,
}

fn faults(endpoint: &Endpoint, body: &[u8]) -> Result<Json, String> {
    let example = r#"{"error":"TooManyRequestsException","times":1} or {"latency_ms":200,"times":1}, with "UserPoolId" where wanted"#;
    let faults: Faults = read(body, example)?;
    let effect = match (faults.error, faults.latency_ms) {
        (Some(error), None) => Effect::Error(error),
        (None, Some(latency_ms)) => Effect::LatencyMs(latency_ms),
        _ => return Err(format!("give one of error and latency_ms, as in {example}")),
    };
    let fault = Fault {
        effect,
        times: faults.times,
        pool: faults.user_pool_id,
    };
    endpoint.fault(fault).map_err(told)?;
    Ok(Json::object([]))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Release {
    #[serde(rename = "UserPoolId")]
    user_pool_id: String,
}

fn release(endpoint: &Endpoint, body: &[u8]) -> Result<Json, String> {
    let release: Release = read(body, r#"{"UserPoolId":"us-east-1_…"}"#)?;
    endpoint.release(&release.user_pool_id);
    Ok(Json::object([]))
}

fn read<T: DeserializeOwned>(body: &[u8], example: &str) -> Result<T, String> {
    serde_json::from_slice(body).map_err(|error| format!("{error}; send JSON such as {example}"))
}

fn told(error: impl std::fmt::Display) -> String {
    format!("failed to {error}")
}

fn said(status: u16, body: &Json) -> Response {
    let mut response = Response::new(status, body.compact());
    let media_type = Header::new("Content-Type", "application/json");
    response.headers.push(media_type);
    response
}

fn yes() -> bool {
    true
}

fn once() -> u32 {
    1
}
