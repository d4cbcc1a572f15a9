//! The stream of requests: request = f(seed, corpus of the epoch, index), and nothing else.
//!
//! The stream is woven of strands that learn from their own answers only, and at the end of an epoch only, in the order of
//! the index. So neither concurrency nor the cut into shards changes a request.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::Arc;

use arbitrary::Unstructured;

use crate::campaign::kind::{AnswerKind, Seen};
use crate::campaign::settings::{
    BLOCK, CORPUS_MAX, EPOCH_MAX, EPOCH_MIN, NOVELTY_MAX, SEQUENCE_ONE_IN, STRANDS, Settings,
    Source,
};
use crate::case::{Case, Change, Given, JobState, Level, Message, PoolState, Step};
use crate::contract::Operation;
use crate::fault::nobody;
use crate::generator::{Generator, Kind, Settings as GeneratorSettings, Steps};
use crate::oracle::{Known, Permitted, Place, Sent, Signing, permitted};

/// How many bytes a generator gets: more than any uses.
const INPUT_SIZE: usize = 512;

/// A request that may be granted uses up the job that it stops, and making another takes eight requests. Of those that are
/// drawn and must be granted, or about which nothing is established, one in so many is sent to a job.
const ACTING_ONE_IN: u64 = 64;

/// Where the others go: no job is used up there, and an endpoint trips over an odd request all the same.
const NO_JOB: Given = Given {
    job: JobState::Absent,
    pool: PoolState::Present,
};

/// How often another request is drawn in place of a valid one, which is the same each time.
const DRAWS_MAX: u64 = 8;

/// What is sent at one place of the stream.
#[derive(Clone, Debug)]
pub(crate) struct Input {
    /// Its place.
    pub(crate) index: u64,
    /// What it is.
    pub(crate) work: Work,
}

/// What an execution does.
#[derive(Clone, Debug)]
pub(crate) enum Work {
    /// A request on its precondition, and whether it is a case of the suite as it stands.
    Request { case: Arc<Case>, is_seed: bool },
    /// Operations, one after the other.
    Sequence(Arc<[Step]>),
}

/// The stream of a campaign, at the beginning of an epoch.
#[derive(Debug)]
pub(crate) struct Stream {
    seed: u64,
    /// Where requests come from, in turn.
    sources: Vec<Source>,
    has_sequences: bool,
    feedback: bool,
    generator: Generator,
    seeds: Vec<Arc<Case>>,
    strands: Vec<Strand>,
}

/// What one strand has learnt.
#[derive(Clone, Debug, Default)]
struct Strand {
    /// Requests whose answers were new, the oldest first.
    corpus: Vec<Arc<Case>>,
    /// The kinds of answers that were seen.
    seen: Seen,
}

impl Stream {
    /// A stream that has learnt nothing. The order of the seeds is the seed's.
    pub(crate) fn new(
        settings: &Settings,
        mut seeds: Vec<Arc<Case>>,
        corpus: Vec<Arc<Case>>,
    ) -> Self {
        let mut bytes = Bytes(mixed(settings.seed ^ 0x5eed));
        for last in (1..seeds.len()).rev() {
            let other = bytes.next() % (last as u64 + 1);
            seeds.swap(last, other as usize);
        }
        Self {
            seed: settings.seed,
            sources: (settings.generators.iter().copied())
                .filter(|source| *source != Source::Sequence)
                .collect(),
            has_sequences: settings.generators.contains(&Source::Sequence),
            feedback: settings.feedback,
            generator: Generator::new(GeneratorSettings::default(), seeds.iter().cloned()),
            seeds,
            // What another campaign left is worth changing to every strand.
            strands: vec![
                Strand {
                    corpus,
                    ..Strand::default()
                };
                STRANDS as usize
            ],
        }
    }

    /// What is sent at a place.
    pub(crate) fn input(&self, index: u64) -> Input {
        let count = self.sources.len() as u64;
        let is_last = index % SEQUENCE_ONE_IN == SEQUENCE_ONE_IN - 1;
        if count == 0 || self.has_sequences && is_last {
            let Steps(steps) = Steps::of(self.seed, index);
            let work = Work::Sequence(steps.into());
            return Input { index, work };
        }
        let place = match self.has_sequences {
            true => index - index / SEQUENCE_ONE_IN,
            false => index,
        };
        // A row of strands is one round of the generators, so that every strand meets each of them.
        let turn = place / count;
        let source = self.sources[(place % count) as usize];
        let seed = usize::try_from(turn).ok().and_then(|at| self.seeds.get(at));
        let (case, is_seed) = match (source, seed) {
            (Source::Seeded, Some(seed)) => (Arc::clone(seed), true),
            _ => (Arc::new(self.drawn(source, index)), false),
        };
        let work = Work::Request { case, is_seed };
        Input { index, work }
    }

    /// The request at a place where there was one.
    pub(crate) fn case(&self, index: u64) -> Arc<Case> {
        match self.input(index).work {
            Work::Request { case, .. } => case,
            Work::Sequence(_) => Arc::new(valid()),
        }
    }

    /// What is drawn at a place, in its situation unless it might use up the job there.
    fn drawn(&self, source: Source, index: u64) -> Case {
        let mut draw = 0;
        loop {
            let mut bytes = Bytes(mixed(self.seed ^ mixed(index ^ (draw << 56))));
            let lot = bytes.next();
            let mut case = self.made(source, index, &mut bytes);
            if lot.is_multiple_of(ACTING_ONE_IN) || !may_act(&case) {
                return case;
            }
            if !case.changes.is_empty() || draw == DRAWS_MAX {
                case.given = NO_JOB;
                return case;
            }
            draw += 1;
        }
    }

    fn made(&self, source: Source, index: u64, bytes: &mut Bytes) -> Case {
        let corpus = &self.strands[strand_of(index) as usize].corpus;
        let (choice, place) = (bytes.next(), bytes.next());
        let input = bytes.take(INPUT_SIZE);
        let mut input = Unstructured::new(&input);
        let made = match source {
            // A sequence is no request, and never drawn as one.
            Source::Directed | Source::Sequence => {
                self.generator.generate(Kind::Directed, &mut input)
            }
            Source::Raw => self.generator.generate(Kind::Raw, &mut input),
            // Half of the parents are the suite's, half are what brought something new.
            Source::Seeded if corpus.is_empty() || choice.is_multiple_of(2) => {
                self.generator.generate(Kind::Seeded, &mut input)
            }
            Source::Seeded => {
                let parent = &corpus[(place % corpus.len() as u64) as usize];
                self.generator.mutate(parent, &mut input)
            }
        };
        alone(made.map_or_else(|_| valid(), |made| made.case))
    }

    /// Where an epoch that begins here ends.
    pub(crate) fn epoch_end(start: u64) -> u64 {
        let size = (start / EPOCH_MIN * EPOCH_MIN).clamp(EPOCH_MIN, EPOCH_MAX);
        start + size
    }

    /// Takes in what an epoch brought, in the order of the index: a kind of answer that its strand has not seen makes its
    /// request worth changing. Returns the requests that were.
    pub(crate) fn learn(&mut self, news: Vec<(u64, AnswerKind, Arc<Case>)>) -> Vec<Arc<Case>> {
        let mut kept = Vec::new();
        for (index, kind, case) in news {
            let strand = &mut self.strands[strand_of(index) as usize];
            if strand.seen.kinds().len() < NOVELTY_MAX && strand.seen.insert(kind) {
                kept.push(Arc::clone(&case));
                if self.feedback {
                    if strand.corpus.len() >= CORPUS_MAX {
                        strand.corpus.remove(0);
                    }
                    strand.corpus.push(case);
                }
            }
        }
        kept
    }

    /// Whether a kind of answer is one that the strand of a place had not seen when the epoch began.
    pub(crate) fn is_new(&self, index: u64, kind: AnswerKind) -> bool {
        !self.strands[strand_of(index) as usize].seen.has(kind)
    }

    /// How many kinds of answers were seen.
    pub(crate) fn novelty(&self) -> usize {
        let mut all = Seen::default();
        for kind in self.strands.iter().flat_map(|strand| strand.seen.kinds()) {
            all.insert(*kind);
        }
        all.kinds().len()
    }
}

/// The strand of a place.
pub(crate) fn strand_of(index: u64) -> u64 {
    index / BLOCK % STRANDS
}

/// What a place adds to the digest of the stream. The digests of shards add up to that of the whole.
pub(crate) fn digest(input: &Input) -> u64 {
    let mut hasher = DefaultHasher::new();
    input.index.hash(&mut hasher);
    match &input.work {
        Work::Request { case, .. } => {
            case.given.hash(&mut hasher);
            case.operation.hash(&mut hasher);
            case.changes.hash(&mut hasher);
        }
        Work::Sequence(steps) => {
            for step in steps.iter() {
                step.to_string().hash(&mut hasher);
            }
        }
    }
    hasher.finish()
}

/// A request that meets no other one and waits for nothing.
pub(crate) fn alone(mut case: Case) -> Case {
    // What is queued by a fault could meet another request.
    case.fault = None;
    for change in &mut case.changes {
        // An endpoint may wait for the rest of a request that looks cut short. Once it is told that nothing comes, it need
        // not.
        if let Change::Raw(raw) = change {
            raw.shutdown = true;
        }
    }
    case
}

/// The request without any change.
fn valid() -> Case {
    Case {
        id: "generated/request/valid".to_owned(),
        why: "Generated.".to_owned(),
        level: Level::Observe,
        given: Given::STARTED,
        operation: Operation::StopUserImportJob,
        changes: Vec::new(),
        fault: None,
        expect: Vec::new(),
        post: None,
    }
}

/// Whether a request may use up its job. The ids that stand for those of the precondition do not matter.
fn may_act(case: &Case) -> bool {
    // Without a job none is used up.
    if !case.given.has_job() {
        return false;
    }
    let place = Place::from(case.given);
    // As it stands, a request is granted where its job runs, and nowhere else.
    if case.changes.is_empty() {
        return place.is_started();
    }
    let ids = nobody();
    let Message::Plain { request, signature } = case.compose(&ids) else {
        return true;
    };
    let known = Known {
        ids: &ids,
        place,
        signing: Signing::Unknown,
        fault: None,
    };
    let sent = Sent {
        request: &request,
        signature,
    };
    match permitted(sent, &known) {
        permitted @ Permitted::OneOf(_) => permitted.grants().is_some(),
        Permitted::Anything(_) | Permitted::AnythingInForm(_) => true,
    }
}

/// Numbers that a seed decides: splitmix64.
struct Bytes(u64);

impl Bytes {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        mixed(self.0)
    }

    fn take(&mut self, size: usize) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(size + 8);
        while bytes.len() < size {
            bytes.extend(self.next().to_le_bytes());
        }
        bytes
    }
}

fn mixed(mut word: u64) -> u64 {
    word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    word ^ (word >> 31)
}
