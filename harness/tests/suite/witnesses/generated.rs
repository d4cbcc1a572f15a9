//! The oracle against the reference: generated requests, answered by the endpoint as it is, as it may vary, and as it
//! is wrong on purpose.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::thread;

use arbitrary::{Arbitrary as _, Unstructured};
use fullstop::case::{Case, Change, Ids, JobState, Message, PoolState, Signature};
use fullstop::contract::{DECLARED, Operation, Status};
use fullstop::generator::Stop;
use fullstop::oracle::{Known, Place, Ruling, Sent, Signing, Verdict, permits};
use fullstop::reference::{
    Delivery, Effect, Endpoint, Fault, Moment, Mutant, Options, Reply, Seed, Variation,
};
use fullstop::suite::Suite;
use fullstop::wire::{Envelope, Request, Response};

use super::{bytes, known};

const NOW: Moment = Moment::from_ms(1_736_443_496_379);

/// How many bytes an input has: more than a request uses.
const INPUT_SIZE: usize = 96;

/// How many requests the reference answers: seven seconds of two processors in a debug build.
const INPUTS: u64 = 100_000;

/// How many of them each variation answers.
const INPUTS_VARIED: u64 = 1_000;

/// How many of them a mutant answers at most: it ends with the first divergence.
const INPUTS_WRONG: u64 = 500;

/// One request in so many meets an error that was asked for.
const FAULTS_EVERY: u64 = 16;

/// Workers. The machine of a developer or a CI has that many processors.
const WORKERS: u64 = 2;

#[test]
fn no_answer_of_the_reference_is_divergent() {
    let mut seen: BTreeMap<(Verdict, u16, Option<String>), u64> = BTreeMap::new();
    let workers: Vec<u64> = (0..WORKERS).collect();
    for (key, count) in spread(&workers, answered).into_iter().flatten() {
        *seen.entry(key).or_default() += count;
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
            exchange.assert_permitted(&format!("seed {seed}"));
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
    spread(Variation::ALL, |variation| {
        let endpoint = Endpoint::new(Options {
            variation: Some(variation),
            ..Options::default()
        });
        for seed in 0..INPUTS_VARIED {
            if let Some(exchange) = exchange(&endpoint, seed) {
                exchange.assert_permitted(&format!("seed {seed}, {variation:?}"));
            }
        }
    });
}

#[test]
fn no_answer_to_the_request_of_a_case_is_divergent() {
    let endpoint = Endpoint::new(Options::default());
    let cases = cases();
    for case in &cases {
        if let Some(exchange) = meet(&endpoint, case, None) {
            exchange.assert_permitted(&case.id);
        }
    }
    assert!(cases.len() > 200, "{} cases", cases.len());
}

/// What the oracle sees of a mutant in single answers. It sees no state, no wording and no silence: those are the runner's.
#[test]
fn most_mutants_are_caught_by_single_answers() {
    let cases = cases();
    let caught = spread(Mutant::ALL, |mutant| {
        let endpoint = Endpoint::new(Options {
            mutant: Some(mutant),
            ..Options::default()
        });
        let is_divergent = |exchange: Exchange| exchange.ruling.verdict == Verdict::Divergent;
        let by_generated = (0..INPUTS_WRONG)
            .filter_map(|seed| exchange(&endpoint, seed))
            .any(is_divergent);
        let by_either = by_generated
            || cases
                .iter()
                .filter_map(|case| meet(&endpoint, case, None))
                .any(is_divergent);
        (by_generated, by_either)
    });
    let by_generated = caught.iter().filter(|(is_caught, _)| *is_caught).count();
    let by_either = caught.iter().filter(|(_, is_caught)| *is_caught).count();
    let all = Mutant::ALL.len();
    assert!(
        by_generated >= CAUGHT_BY_GENERATED_MIN && by_either >= CAUGHT_MIN,
        "{by_generated} of {all} are caught by generated requests, {by_either} by those or the cases'"
    );
}

/// The cases of the operation that go out as a request without a signature of their own.
fn cases() -> Vec<Arc<Case>> {
    let is_plain = |case: &&Arc<Case>| {
        let is_signed = |change: &Change| matches!(change, Change::Signature(_));
        case.operation == Operation::StopUserImportJob
            && case.fault.is_none()
            && !case.is_raw()
            && !case.changes.iter().any(is_signed)
    };
    let suite = Suite::embedded().expect("our own cases");
    suite.cases().filter(is_plain).cloned().collect()
}

/// Does the same with each of several things, on all workers.
fn spread<T: Copy + Sync, R: Send>(all: &[T], work: impl Fn(T) -> R + Sync) -> Vec<R> {
    let work = &work;
    thread::scope(|scope| {
        let share = |worker: u64| all.iter().skip(worker as usize).step_by(WORKERS as usize);
        let workers: Vec<_> = (0..WORKERS)
            .map(|worker| scope.spawn(move || share(worker).map(|one| work(*one)).collect()))
            .collect();
        workers
            .into_iter()
            .flat_map(|worker| -> Vec<R> { worker.join().expect("the worker says why") })
            .collect()
    })
}

/// How many of the mutants generated requests catch at the least, and how many these and the requests of the cases together: a
/// little below what was measured.
const CAUGHT_BY_GENERATED_MIN: usize = 130;
const CAUGHT_MIN: usize = 160;

/// A request, its answer as a client sees it, and the ruling on it.
struct Exchange {
    request: Request,
    place: Place,
    response: Response,
    ruling: Ruling,
}

impl Exchange {
    #[track_caller]
    fn assert_permitted(&self, what: &str) {
        assert_ne!(
            self.ruling.verdict,
            Verdict::Divergent,
            "{what}, {:?}\nsent: {}\nanswer: {}\nruling: {:?}",
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
    meet(endpoint, &case, fault(seed))
}

/// What becomes of the request of a case. None where no answer comes.
fn meet(endpoint: &Endpoint, case: &Case, fault: Option<&str>) -> Option<Exchange> {
    let (ids, pools) = prepare(endpoint, case.given.job, case.given.pool);
    let Message::Plain { request, .. } = case.compose(&ids) else {
        unreachable!("neither generated cases nor those chosen here are raw")
    };
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
    seed.is_multiple_of(FAULTS_EVERY)
        .then_some(DECLARED[index].name)
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
