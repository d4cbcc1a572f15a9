//! Calls of the service's operations, made again where that helps and harms nothing.

use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::sleep;

use crate::case::Ids;
use crate::contract::Operation;
use crate::provision::held::Held;
use crate::provision::reason::{Reason, is_passing};
use crate::provision::{Described, Unavailable};
use crate::target::{Client, Failure};
use crate::wire::{Request, Response, is_throttled};

/// How often a throttled or lost call is made, and the pause before the second time; each further one is twice as long. The
/// service counts by the second, so that one second in all is enough.
const CALLS_MAX: u32 = 4;
const PAUSE: Duration = Duration::from_millis(200);

/// How often a call is made again that the endpoint failed on: once is luck, three times is a rule.
const FAILED_MAX: u32 = 2;

/// The response to a call. It is made again while it is throttled, and where it was lost or the endpoint failed if that cannot
/// do it twice.
pub(crate) async fn call(
    client: &Client,
    operation: Operation,
    body: &Value,
    held: &Held,
) -> Result<Response, Unavailable> {
    let request = Request::call(operation, body.to_string());
    let (mut pause, mut wait) = (PAUSE, Duration::ZERO);
    let mut last = Reason::Throttled {
        operation: Some(operation),
    };
    for attempt in 0..CALLS_MAX {
        if attempt > 0 {
            if held.is_closed() {
                break;
            }
            sleep(wait).await;
        }
        wait = pause;
        let answer = match operation {
            Operation::DeleteUserPool => client.tell(&request).await,
            _ => client.ping(&request).await,
        };
        last = match answer {
            Ok(answer) if is_throttled(&answer) => {
                client.note_throttle();
                Reason::Throttled {
                    operation: Some(operation),
                }
            }
            Ok(answer) if is_passing(&answer) && may_repeat(operation) && attempt < FAILED_MAX => {
                wait = Duration::ZERO;
                Reason::refused(operation, &answer)
            }
            Ok(answer) => return Ok(answer),
            // Waiting as long again would only double the silence.
            Err(failure @ Failure::Timeout { .. }) => return Err(lost(operation, &failure)),
            Err(failure) if failure.may_have_acted() && !may_repeat(operation) => {
                return Err(lost(operation, &failure));
            }
            Err(failure) => Reason::Unanswered { operation, failure },
        };
        pause *= 2;
    }
    Err(Unavailable::Indeterminate(last))
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

fn refused(operation: Operation, answer: &Response) -> Unavailable {
    let reason = Reason::refused(operation, answer);
    // A server that failed may do better next time.
    match is_passing(answer) {
        true => Unavailable::Indeterminate(reason),
        false => Unavailable::Unreachable(reason),
    }
}

fn lost(operation: Operation, failure: &Failure) -> Unavailable {
    Unavailable::Indeterminate(Reason::Unanswered {
        operation,
        failure: failure.clone(),
    })
}

/// Whether doing it twice is as good as once. A second pool would be nobody's to delete.
fn may_repeat(operation: Operation) -> bool {
    !matches!(
        operation,
        Operation::CreateUserPool | Operation::StartUserImportJob | Operation::StopUserImportJob
    )
}
