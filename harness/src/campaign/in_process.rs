//! Requests to the reference endpoint without a socket: what a fuzz target runs on each input.

use arbitrary::{Arbitrary as _, Unstructured};

use crate::case::{Case, Ids, JobState, Message, PoolState, Signature};
use crate::contract::Status;
use crate::generator::Stop;
use crate::oracle::{Known, Place, Sent, Signing, Verdict, permits};
use crate::reference::{Endpoint, Job, Moment, Options, Seed};
use crate::wire::{Request, Response};

/// The moment at which everything happens: in process nothing depends on the clock.
const NOW: Moment = Moment::from_ms(1_736_443_496_379);

/// What an input came to, for a caller that counts.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Seen {
    /// The status of the job that the request could name, if there was one.
    pub before: Option<Status>,
    /// The status code of the answer.
    pub status: u16,
    /// The error type of the answer.
    pub error_type: Option<String>,
}

/// Makes a request of the bytes, sends it to the reference, and asks the oracle whether the evidence permits the
/// answer. A divergence is a panic, which is how a fuzzer hears of it.
pub fn structured(data: &[u8]) -> arbitrary::Result<Seen> {
    let Stop(case) = Stop::arbitrary(&mut Unstructured::new(data))?;
    let endpoint = Endpoint::new(Options::default());
    let (ids, seeded) = prepare(&endpoint, &case);
    let before = seeded
        .as_ref()
        .and_then(|ids| endpoint.job(&ids.pool, &ids.job, NOW));
    let Message::Plain { request, .. } = case.compose(&ids) else {
        unreachable!("a generated case is no raw one")
    };
    let response = endpoint.handle(&request, NOW).response;
    let after = seeded
        .as_ref()
        .and_then(|ids| endpoint.job(&ids.pool, &ids.job, NOW));
    hold_answer(&case, &ids, &request, &response);
    hold_state(&case, before.as_ref(), after.as_ref(), &response);
    let error_type = crate::wire::Envelope::read(&response)
        .error_type()
        .map(str::to_owned);
    Ok(Seen {
        before: before.map(|job| job.status),
        status: response.status,
        error_type,
    })
}

/// Makes the precondition true: the ids that the base request names, and those of the job that exists.
fn prepare(endpoint: &Endpoint, case: &Case) -> (Ids, Option<Ids>) {
    let status = match case.given.job {
        JobState::Is(status) => status,
        JobState::Started | JobState::Elsewhere | JobState::Absent => Status::InProgress,
    };
    let seed = |status| {
        let ids = endpoint
            .seed_job(Seed::new(status), NOW)
            .expect("an empty endpoint has room");
        Ids {
            pool: ids.user_pool_id,
            job: ids.job_id,
        }
    };
    let real = seed(status);
    let mut named = real.clone();
    if case.given.job == JobState::Absent {
        named.job = "import-NoSuchJob0".to_owned();
    }
    if case.given.job == JobState::Elsewhere {
        named.pool = seed(Status::Created).pool;
    }
    if case.given.pool == PoolState::Absent {
        named.pool = "us-east-1_NoSuchPool".to_owned();
    }
    (named, Some(real))
}

/// The evidence permits the answer.
fn hold_answer(case: &Case, ids: &Ids, request: &Request, response: &Response) {
    let sent = Sent {
        request,
        signature: Signature::Unsigned,
    };
    let known = Known {
        ids,
        place: Place::from(case.given),
        signing: Signing::Optional,
        fault: None,
    };
    let ruling = permits(sent, &known, response);
    assert!(
        ruling.verdict != Verdict::Divergent,
        "{ruling:?}\nanswer: {response}\ncase: {case:?}"
    );
}

/// A success stops the job; a refusal changes nothing.
fn hold_state(case: &Case, before: Option<&Job>, after: Option<&Job>, response: &Response) {
    let (Some(before), Some(after)) = (before, after) else {
        return;
    };
    if response.status == 200 {
        let stopped = matches!(after.status, Status::Stopping | Status::Stopped);
        assert!(stopped, "a success left the job {}: {case:?}", after.status);
    } else {
        assert_eq!(before, after, "a refusal changed the job: {case:?}");
    }
}
