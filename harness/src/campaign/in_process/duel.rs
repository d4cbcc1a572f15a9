//! The reference and the oracle, which know nothing of each other, on one generated request after the other.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;
use std::time::{Duration, UNIX_EPOCH};

use arbitrary::Unstructured;

use crate::campaign::in_process::met::Met;
use crate::campaign::in_process::prepared::Prepared;
use crate::campaign::in_process::{Disagreement, NOW, seeds};
use crate::case::{Case, Change, Given, Message, Signature};
use crate::contract::{Operation, Status};
use crate::generator::{Facet, Generated, Generator, Kind, Settings};
use crate::oracle::{Known, Place, Sent, Signing, Verdict, permitted, rule_read};
use crate::reference::{Delivery, Effect, Endpoint, Fault, Job, Options, Reply};
use crate::target::{Credentials, sign};
use crate::wire::{Envelope, Header, Request, Response};

/// What an input came to, for a caller that counts.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Seen {
    /// How the request was made.
    pub kind: Kind,
    /// What was changed in it.
    pub facets: Vec<Facet>,
    /// The status of the job that the request could name.
    pub before: Status,
    /// The status code of the answer.
    pub status: u16,
    /// The error type of the answer.
    pub error_type: Option<String>,
    /// What the oracle made of it.
    pub verdict: Verdict,
}

/// An endpoint and a generator, made once: a pattern is compiled once, not in every execution.
#[derive(Debug)]
pub struct Duel {
    endpoint: Endpoint,
    generator: Generator,
    credentials: Credentials,
    /// The preconditions that were asked for.
    prepared: RefCell<HashMap<Given, Rc<Prepared>>>,
    /// What became of requests that were signed. The moment is always the same one, and so a request is signed in the same
    /// way every time; doing it takes as long as some executions.
    signed: RefCell<HashMap<(Request, Signature), (Request, Signature)>>,
}

/// The most bytes of a body that is made large on purpose. Here there is no buffer to run over, and more bytes only cost time;
/// the codec gets larger ones.
const BODY_SIZE_MAX: usize = 4 << 10;

/// How many signed requests are kept: several times as many as the suite has.
const SIGNED_MAX: usize = 512;

impl Duel {
    /// An endpoint with these options, against the oracle.
    pub fn new(options: Options) -> Self {
        // What only bytes can say is the business of the codec.
        let plain = seeds().into_iter().filter(|case| !case.is_raw());
        let settings = Settings {
            body_size_max: BODY_SIZE_MAX,
            ..Settings::default()
        };
        Self {
            endpoint: Endpoint::new(options),
            generator: Generator::new(settings, plain),
            credentials: Credentials::example(),
            prepared: RefCell::default(),
            signed: RefCell::default(),
        }
    }

    /// Makes a request of the bytes, sends it, and asks the oracle whether the evidence permits the answer. Every
    /// execution begins with an endpoint that remembers nothing.
    pub fn run(&self, data: &[u8]) -> arbitrary::Result<Result<Seen, Disagreement>> {
        let generated = self.generated(data)?;
        let asked = self.asked(&generated.case);
        Ok(self.meet(generated, asked))
    }

    /// The same, but for what was met before: none then. What decides the answer is the precondition, the request and
    /// the fault, since every execution begins with the same endpoint.
    pub(crate) fn run_new(
        &self,
        data: &[u8],
        met: &mut Met,
    ) -> arbitrary::Result<Option<Result<Seen, Disagreement>>> {
        let generated = self.generated(data)?;
        let asked = self.asked(&generated.case);
        let Case { given, fault, .. } = &generated.case;
        let is_new = met.is_new(&(given, fault, &asked));
        Ok(is_new.then(|| self.meet(generated, asked)))
    }

    fn generated(&self, data: &[u8]) -> arbitrary::Result<Generated> {
        let mut input = Unstructured::new(data);
        let kind = if input.arbitrary()? {
            Kind::Seeded
        } else {
            Kind::Directed
        };
        self.generator.generate(kind, &mut input)
    }

    /// A case's request, and how it is to be signed where that is what the case is about. Otherwise it is not signed, which
    /// this endpoint lets through.
    fn asked(&self, case: &Case) -> (Request, Option<Signature>) {
        let Message::Plain { request, signature } = case.compose(&self.prepared(case.given).named)
        else {
            unreachable!("no seed is a raw one, and no mutation makes one")
        };
        let is_asked = |change: &Change| matches!(change, Change::Signature(_));
        let is_asked = case.changes.iter().any(is_asked);
        (request, is_asked.then_some(signature))
    }

    fn meet(
        &self,
        Generated { case, kind, facets }: Generated,
        (request, signature): (Request, Option<Signature>),
    ) -> Result<Seen, Disagreement> {
        let prepared = self.prepared(case.given);
        prepared.begin(&self.endpoint);
        let ids = &prepared.named;
        let (request, signature) = match signature {
            Some(signature) => self.signed(request, signature),
            None => (request, Signature::Unsigned),
        };
        if let Some(name) = &case.fault {
            let fault = Fault {
                effect: Effect::Error(name.clone()),
                times: 1,
                // Bound to the pool it hits this request or none.
                pool: Some(ids.pool.clone()),
            };
            self.endpoint.fault(fault).expect("cases name known errors");
        }
        let reply = self.endpoint.handle(&request, NOW);
        let sent = Sent {
            request: &request,
            signature,
        };
        let known = Known {
            ids,
            place: Place::from(case.given),
            signing: Signing::Optional,
            fault: case.fault.as_deref(),
        };
        let found = |what: String| {
            let body = String::from_utf8_lossy(&request.body);
            Disagreement::new(format!("{what}\ncase: {case:?}\nbody: {body}"))
        };
        let response = arrived(reply).ok_or_else(|| found("no answer came".to_owned()))?;
        // Read once, for the judgement and for what is told of it.
        let envelope = Envelope::read(&response);
        let ruling = rule_read(&permitted(sent, &known), &response, &envelope);
        if ruling.verdict == Verdict::Divergent {
            return Err(found(format!("{ruling:?}\nanswer: {response}")));
        }
        let hold = |after: &Job| hold_state(&request, &prepared.job, after, &response);
        if let Some(held) = prepared.look(&self.endpoint, hold) {
            held.map_err(found)?;
        }
        let error_type = envelope.error_type().map(str::to_owned);
        Ok(Seen {
            kind,
            facets,
            before: prepared.job.status,
            status: response.status,
            error_type,
            verdict: ruling.verdict,
        })
    }

    fn prepared(&self, given: Given) -> Rc<Prepared> {
        let mut prepared = self.prepared.borrow_mut();
        let prepared = prepared.entry(given);
        Rc::clone(prepared.or_insert_with(|| Rc::new(Prepared::new(&self.endpoint, given))))
    }

    /// The request signed, and how it then is.
    fn signed(&self, request: Request, signature: Signature) -> (Request, Signature) {
        let mut signed = self.signed.borrow_mut();
        let asked = (request, signature);
        if let Some(known) = signed.get(&asked) {
            return known.clone();
        }
        if signed.len() >= SIGNED_MAX {
            signed.clear();
        }
        let done = self.sign(asked.0.clone(), signature);
        signed.insert(asked, done.clone());
        done
    }

    fn sign(&self, mut request: Request, signature: Signature) -> (Request, Signature) {
        if request.header("host").is_none() {
            request.headers.push(Header::new("Host", "localhost"));
        }
        let now = UNIX_EPOCH + Duration::from_millis(NOW.as_ms());
        let region = &self.endpoint.options().region;
        match sign(&mut request, signature, &self.credentials, region, now) {
            Ok(()) => (request, signature),
            Err(_) => (request, Signature::Unsigned),
        }
    }
}

/// The answer as a client sees it, if it sees one.
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

/// A success stops a started job and leaves any other alone or stopped; a refusal changes nothing.
pub(crate) fn hold_state(
    request: &Request,
    before: &Job,
    after: &Job,
    response: &Response,
) -> Result<(), String> {
    if response.status >= 400 {
        return if before == after {
            Ok(())
        } else {
            Err(format!("a refusal changed the job: {response}"))
        };
    }
    let target = Operation::StopUserImportJob.target();
    let is_stop = request
        .headers
        .iter()
        .filter(|header| header.is("x-amz-target"))
        .all(|header| header.value == target.as_bytes());
    let is_stopped = matches!(after.status, Status::Stopping | Status::Stopped);
    let is_left = after.status == before.status && !before.status.is_started();
    if is_stop && !is_stopped && !is_left {
        return Err(format!("a success left the job {}", after.status));
    }
    Ok(())
}
