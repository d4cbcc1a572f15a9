//! Calls of the service's operations, made again where that helps and harms nothing.

use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::sleep;

use crate::case::Ids;
use crate::contract::Operation;
use crate::provision::held::Held;
use crate::provision::{Described, Unavailable};
use crate::target::{Client, Failure};
use crate::wire::{Envelope, Request, Response};

/// How often a throttled or lost call is made, and the pause before the second time; each further one is twice as long. The
/// service counts by the second, so that one second in all is enough.
const CALLS_MAX: u32 = 4;
const PAUSE: Duration = Duration::from_millis(200);

/// The most characters of an answer that a reason quotes.
const QUOTE_LENGTH_MAX: usize = 160;

/// The answer to a call. It is made again while it is throttled, and where it was lost if that cannot do it twice.
pub(crate) async fn call(
    client: &Client,
    operation: Operation,
    body: &Value,
    held: &Held,
) -> Result<Response, Unavailable> {
    let request = Request::call(operation, body.to_string());
    let mut pause = PAUSE;
    let mut last = String::new();
    for attempt in 0..CALLS_MAX {
        if attempt > 0 {
            if held.is_closed() {
                break;
            }
            sleep(pause).await;
            pause *= 2;
        }
        last = match client.ping(&request).await {
            Ok(answer) if is_throttle(&answer) => quoted(&answer),
            Ok(answer) => return Ok(answer),
            // Waiting as long again would only double the silence.
            Err(failure @ Failure::Timeout { .. }) => return Err(lost(operation, &failure)),
            Err(failure) if failure.may_have_acted() && !may_repeat(operation) => {
                return Err(lost(operation, &failure));
            }
            Err(failure) => failure.to_string(),
        };
    }
    Err(Unavailable::Indeterminate(format!("{operation}: {last}")))
}

/// The answer to a call, which must be a success.
pub(crate) async fn accepted(
    client: &Client,
    operation: Operation,
    body: &Value,
    held: &Held,
) -> Result<Response, Unavailable> {
    let answer = call(client, operation, body, held).await?;
    if answer.status == 200 {
        Ok(answer)
    } else {
        Err(refused(operation, &answer))
    }
}

/// A job as it is now.
pub(crate) async fn describe(
    client: &Client,
    ids: &Ids,
    held: &Held,
) -> Result<Described, Unavailable> {
    let body = json!({ "UserPoolId": ids.pool, "JobId": ids.job });
    let answer = call(client, Operation::DescribeUserImportJob, &body, held).await?;
    Ok(Described::read(answer))
}

/// A member of an answer that must be there.
pub(crate) fn member(
    answer: &Response,
    place: &str,
    operation: Operation,
) -> Result<String, Unavailable> {
    serde_json::from_slice::<Value>(&answer.body)
        .ok()
        .and_then(|json| json.pointer(place)?.as_str().map(str::to_owned))
        .filter(|text| !text.is_empty())
        .ok_or_else(|| refused(operation, answer))
}

/// An answer in short, on one line.
pub(crate) fn quoted(answer: &Response) -> String {
    let shown: String = answer
        .to_string()
        .chars()
        .map(|letter| if letter.is_control() { ' ' } else { letter })
        .take(QUOTE_LENGTH_MAX)
        .collect();
    shown.trim_end().to_owned()
}

fn refused(operation: Operation, answer: &Response) -> Unavailable {
    Unavailable::Unreachable(format!("{operation} was answered with {}", quoted(answer)))
}

fn lost(operation: Operation, failure: &Failure) -> Unavailable {
    Unavailable::Indeterminate(format!("{operation}: {failure}"))
}

/// Whether doing it twice is as good as once. A second pool would be nobody's to delete.
fn may_repeat(operation: Operation) -> bool {
    !matches!(
        operation,
        Operation::CreateUserPool | Operation::StartUserImportJob | Operation::StopUserImportJob
    )
}

fn is_throttle(answer: &Response) -> bool {
    const TYPES: [&str; 3] = [
        "TooManyRequestsException",
        "Throttling",
        "ThrottlingException",
    ];
    matches!(answer.status, 429 | 503)
        || Envelope::read(answer)
            .error_type()
            .is_some_and(|name| TYPES.contains(&name))
}
