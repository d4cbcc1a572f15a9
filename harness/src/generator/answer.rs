//! Answers: right ones, and right ones with something changed. For those who judge answers, not for those who give them.

use arbitrary::{Result, Unstructured};

use crate::case::Ids;
use crate::contract::{CONTENT_TYPE, DECLARED, REACHABLE, Status};
use crate::generator::tokens;
use crate::wire::{Header, Response};

/// Statuses that answers have, and some that none should.
const STATUSES: [u16; 14] = [
    200, 200, 200, 400, 400, 400, 500, 403, 404, 429, 204, 302, 100, 999,
];

/// A success, its ids and its status to be filled in.
const SUCCESS: &str = r#"{"UserImportJob":{"JobName":"Customer import","JobId":"${JobId}","UserPoolId":"${UserPoolId}","PreSignedUrl":"https://bucket.example/x","CreationDate":1736443471.781,"StartDate":1736443494.154,"CompletionDate":1736443496.379,"Status":"${Status}","CloudWatchLogsRoleArn":"arn:aws:iam::123456789012:role/example","ImportedUsers":0,"SkippedUsers":0,"FailedUsers":0,"CompletionMessage":"The Import Job was stopped by the developer."}}"#;

/// A refusal, its type to be filled in.
const REFUSAL: &str = r#"{"__type":"${Type}","message":"Something is wrong."}"#;

/// The body of the right answer to a stop of the job of these ids.
pub fn stopped(ids: &Ids) -> String {
    ids.fill(SUCCESS)
        .replace("${Status}", Status::Stopped.name())
}

/// An answer to a request that named these ids: right, nearly right, or any bytes at all.
pub fn answer(ids: &Ids, input: &mut Unstructured<'_>) -> Result<Response> {
    let is_success = input.arbitrary()?;
    let name = if input.arbitrary()? {
        input.choose(&DECLARED)?.name
    } else {
        *input.choose(&REACHABLE)?
    };
    let text = if is_success {
        let status = if input.arbitrary()? {
            Status::Stopped
        } else {
            *input.choose(&Status::ALL)?
        };
        ids.fill(SUCCESS).replace("${Status}", status.name())
    } else {
        REFUSAL.replace("${Type}", name)
    };
    let body = match input.int_in_range(0..=7u8)? {
        0..=1 => text.into_bytes(),
        2..=5 => tokens::mutate(&text, input)?.into_bytes(),
        6 => {
            let twice = tokens::mutate(&text, input)?;
            tokens::mutate(&twice, input)?.into_bytes()
        }
        _ => {
            let size = input.int_in_range(0..=400usize)?;
            input.bytes(size.min(input.len()))?.to_vec()
        }
    };
    let status = match input.int_in_range(0..=3u8)? {
        0 => *input.choose(&STATUSES)?,
        _ if is_success => 200,
        _ => 400,
    };
    let mut response = Response::new(status, body);
    if !input.ratio(1u8, 16u8)? {
        response
            .headers
            .push(Header::new("Content-Type", CONTENT_TYPE));
        let id = "5e0a9d1c-8b1f-4c39-9d53-6e3a6b1f2c4d";
        response.headers.push(Header::new("x-amzn-RequestId", id));
    }
    if input.ratio(1u8, 4u8)? {
        let value = tokens::mutate_text(name, input)?;
        response
            .headers
            .push(Header::new("x-amzn-errortype", value));
    }
    response.cut = input.ratio(1u8, 32u8)?;
    Ok(response)
}
