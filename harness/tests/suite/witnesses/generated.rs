//! The oracle against the reference: generated requests, answered by the endpoint as it is, as it may vary, and as it is
//! wrong on purpose.

use std::collections::BTreeMap;
use std::thread;

use arbitrary::{Arbitrary as _, Unstructured};
use fullstop::case::{Ids, JobState, Message, PoolState, Signature};
use fullstop::contract::{DECLARED, Status};
use fullstop::generator::Stop;
use fullstop::oracle::{Known, Place, Ruling, Sent, Signing, Verdict, permits};
use fullstop::reference::{
    Delivery, Effect, Endpoint, Fault, Moment, Mutant, Options, Reply, Seed, Variation,
};
use fullstop::wire::{Envelope, Request, Response};

use super::{bytes, known};

const NOW: Moment = Moment::from_ms(1_736_443_496_379);

/// How many bytes an input has: more than a request uses.
const INPUT_SIZE: usize = 96;

/// How many requests the reference answers: seven seconds of two processors in a debug build.
const INPUTS: u64 = 100_000;

/// How many of them each variation answers.
const INPUTS_VARIED: u64 = 2_000;

/// How many of them a mutant answers at most. It ends with the first divergence; the rarest slip shows in one of thousands.
const INPUTS_WRONG: u64 = 30_000;

/// One request in so many meets an error that was asked for.
const FAULTS_EVERY: u64 = 16;

/// Workers. The machine of a developer or a CI has that many processors.
const WORKERS: u64 = 2;

#[test]
fn no_answer_of_the_reference_is_divergent() {
    let mut seen: BTreeMap<(Verdict, u16, Option<String>), u64> = BTreeMap::new();
    let workers: Vec<_> = (0..WORKERS)
        .map(|worker| thread::spawn(move || answered(worker)))
        .collect();
    for worker in workers {
        for (key, count) in worker.join().expect("no answer is divergent") {
            *seen.entry(key).or_default() += count;
        }
    }
    let count = |verdict: Verdict, name: Option<&str>| -> u64 {
        seen.iter()
            .filter(|((each, _, error), _)| *each == verdict && error.as_deref() == name)
            .map(|(_, count)| count)
            .sum()
    };
    let is_common = |verdict, name, least: u64| {
        assert!(
            count(verdict, name) > least,
            "{verdict:?} {name:?}: {seen:?}"
        );
    };
    assert!(seen.values().sum::<u64>() >= INPUTS, "{seen:?}");
    is_common(Verdict::Conformant, None, INPUTS / 50);
    is_common(
        Verdict::Conformant,
        Some("InvalidParameterException"),
        INPUTS / 5,
    );
    is_common(
        Verdict::Conformant,
        Some("ResourceNotFoundException"),
        INPUTS / 20,
    );
    is_common(
        Verdict::Conformant,
        Some("SerializationException"),
        INPUTS / 50,
    );
    is_common(
        Verdict::Open,
        Some("PreconditionNotMetException"),
        INPUTS / 50,
    );
    let open: u64 = seen
        .iter()
        .filter(|((verdict, ..), _)| *verdict == Verdict::Open)
        .map(|(_, count)| count)
        .sum();
    assert!(open < INPUTS / 2, "most requests are judged: {seen:?}");
}

fn answered(worker: u64) -> BTreeMap<(Verdict, u16, Option<String>), u64> {
    let endpoint = Endpoint::new(Options::default());
    let mut seen = BTreeMap::new();
    let mut seed = worker;
    let mut count = 0;
    while count < INPUTS / WORKERS {
        if let Some(exchange) = exchange(&endpoint, seed) {
            exchange.assert_permitted(seed, "the reference");
            let Exchange {
                ruling, response, ..
            } = exchange;
            let name = Envelope::read(&response).error_type().map(str::to_owned);
            *seen
                .entry((ruling.verdict, response.status, name))
                .or_default() += 1;
            count += 1;
        }
        seed += WORKERS;
    }
    seen
}

#[test]
fn no_variation_of_the_reference_is_divergent() {
    for &variation in Variation::ALL {
        let endpoint = Endpoint::new(Options {
            variation: Some(variation),
            ..Options::default()
        });
        for seed in 0..INPUTS_VARIED {
            if let Some(exchange) = exchange(&endpoint, seed) {
                exchange.assert_permitted(seed, &format!("{variation:?}"));
            }
        }
    }
}

#[test]
fn mutants_are_caught_by_single_answers() {
    let workers: Vec<_> = (0..WORKERS)
        .map(|worker| thread::spawn(move || missed(worker)))
        .collect();
    let missed: Vec<_> = workers
        .into_iter()
        .flat_map(|worker| worker.join().expect("no panic"))
        .collect();
    assert!(
        missed.is_empty(),
        "missed: {missed:?}\nmake the oracle see them, or list them with the reason why it cannot"
    );
    assert!(Mutant::ALL.len() - MISSED.len() >= CAUGHT_MIN);
}

/// The mutants of a worker's share that no answer gives away, but for those that are known to be missed.
fn missed(worker: u64) -> Vec<Mutant> {
    let is_caught = |mutant: Mutant| {
        let endpoint = Endpoint::new(Options {
            mutant: Some(mutant),
            ..Options::default()
        });
        (0..INPUTS_WRONG)
            .filter_map(|seed| exchange(&endpoint, seed))
            .any(|exchange| exchange.ruling.verdict == Verdict::Divergent)
    };
    let expected = Mutant::ALL.iter().filter(|mutant| !MISSED.contains(mutant));
    let own = expected.skip(worker as usize).step_by(WORKERS as usize);
    own.copied().filter(|mutant| !is_caught(*mutant)).collect()
}

/// The fewest mutants that single answers to generated requests must catch.
const CAUGHT_MIN: usize = 80;

/// The mutants that they miss.
const MISSED: &[Mutant] = &[
    // No answer comes, and the oracle judges answers. The runner has its deadline.
    Mutant::AlwaysCloses,
    Mutant::AlwaysHangs,
    Mutant::ClosesOnMalformedJson,
    Mutant::ClosesOnWrongType,
    Mutant::HangsOnLongJobId,
    Mutant::SlowStop,
    // The answer is right; what becomes of the job is not. The runner looks afterwards.
    Mutant::RefusedStopStops,
    Mutant::RestartAccepted,
    Mutant::StopDeletesJob,
    Mutant::StopNotStored,
    Mutant::StoppedJobSucceeds,
    Mutant::StopsOtherJobs,
    Mutant::ThrottledStopStops,
    Mutant::UnsignedStopStops,
    // The member is right by itself; only another answer shows what it was before.
    Mutant::StopRenames,
    // Wording. Cases look at it, at level should.
    Mutant::CompletionMessageReworded,
    Mutant::FirstViolationOnly,
    Mutant::MissingPoolReworded,
    Mutant::SmithyServerMessages,
    // InternalErrorException and throttles tell nothing about the request, since any request can meet them.
    Mutant::MissingJobAsInternal,
    Mutant::ThrottledAsThrottling,
    // The generator changes members only: no signature, no header, no broken JSON.
    Mutant::AccessKeyUnchecked,
    Mutant::ContentTypeParametersRefused,
    Mutant::MalformedAsInternal,
    Mutant::MalformedAsInvalidParameter,
    Mutant::SignatureErrorsAs403,
    Mutant::SignatureUnchecked,
    Mutant::SkewUnchecked,
    Mutant::TargetCaseIgnored,
    Mutant::TargetPrefixIgnored,
    Mutant::TrailingBytesIgnored,
    Mutant::TrailingCommaAccepted,
    Mutant::UnknownTargetAs404,
    // It does not change the case of letters in a value or a name either.
    Mutant::JobIdCaseInsensitive,
    Mutant::MemberNamesCaseInsensitive,
];

/// A request, its answer as a client sees it, and the ruling on it.
struct Exchange {
    request: Request,
    place: Place,
    response: Response,
    ruling: Ruling,
}

impl Exchange {
    #[track_caller]
    fn assert_permitted(&self, seed: u64, endpoint: &str) {
        assert_ne!(
            self.ruling.verdict,
            Verdict::Divergent,
            "seed {seed}, {endpoint}, {:?}\nsent: {}\nanswer: {}\nruling: {:?}",
            self.place,
            String::from_utf8_lossy(&self.request.body),
            self.response,
            self.ruling
        );
    }
}

/// What becomes of the request that a seed makes. None where the seed makes none, or where no answer comes.
fn exchange(endpoint: &Endpoint, seed: u64) -> Option<Exchange> {
    let data = bytes(seed, INPUT_SIZE);
    let Stop(case) = Stop::arbitrary(&mut Unstructured::new(&data)).ok()?;
    let (ids, pools) = prepare(endpoint, case.given.job, case.given.pool);
    let Message::Plain { request, .. } = case.compose(&ids) else {
        unreachable!("a generated case is no raw one")
    };
    let fault = fault(seed);
    if let Some(name) = fault {
        let fault = Fault {
            effect: Effect::Error(name.to_owned()),
            times: 1,
            // It goes with the pool, also where the request does not get so far.
            pool: Some(ids.pool.clone()),
        };
        endpoint.fault(fault).expect("a declared error");
    }
    let reply = endpoint.handle(&request, NOW);
    for pool in pools {
        endpoint.release(&pool);
    }
    let response = arrived(reply)?;
    let place = Place::from(case.given);
    let sent = Sent {
        request: &request,
        signature: Signature::Unsigned,
    };
    let known = Known {
        signing: Signing::Optional,
        fault,
        ..known(&ids, place)
    };
    let ruling = permits(sent, &known, &response);
    Some(Exchange {
        request,
        place,
        response,
        ruling,
    })
}

/// The error that is asked for beside the request of a seed.
fn fault(seed: u64) -> Option<&'static str> {
    let index = (seed / FAULTS_EVERY) as usize % DECLARED.len();
    (seed % FAULTS_EVERY == 0).then_some(DECLARED[index].name)
}

/// Makes the precondition true: the ids that the base request names, and the pools to drop afterwards.
fn prepare(endpoint: &Endpoint, job: JobState, pool: PoolState) -> (Ids, Vec<String>) {
    let seed = |status| {
        let ids = endpoint.seed_job(Seed::new(status), NOW).expect("room");
        (ids.user_pool_id, ids.job_id)
    };
    let (own, id) = seed(match job {
        JobState::Is(status) => status,
        JobState::Started | JobState::Absent | JobState::Elsewhere => Status::InProgress,
    });
    let mut ids = Ids {
        pool: own.clone(),
        job: id,
    };
    let mut pools = vec![own];
    if job == JobState::Absent {
        ids.job = "import-NoSuchJob0".to_owned();
    }
    if job == JobState::Elsewhere {
        ids.pool = seed(Status::Created).0;
        pools.push(ids.pool.clone());
    }
    if pool == PoolState::Absent {
        ids.pool = "us-east-1_NoSuchPool".to_owned();
        pools.push(ids.pool.clone());
    }
    (ids, pools)
}

/// The answer as it arrives, if one does.
fn arrived(reply: Reply) -> Option<Response> {
    let mut response = reply.response;
    match reply.delivery {
        Delivery::Whole | Delivery::Chunked => {}
        Delivery::Endless => response.cut = true,
        Delivery::Truncated => response.body.truncate(response.body.len() / 2),
        Delivery::Close | Delivery::Hang => return None,
    }
    Some(response)
}
