//! Two endpoints, the same requests, and the smallest of them that are answered differently.
//!
//! A difference is no fault: the evidence may permit both answers. Each side says whether it does.

use std::collections::BTreeMap;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::task::JoinSet;

use crate::campaign::execute::{Arena, Done};
use crate::campaign::live::Live;
use crate::campaign::settings::{STRANDS, Settings};
use crate::campaign::shrink::smaller;
use crate::campaign::stream::{Stream, Work, strand_of};
use crate::case::{Case, Change, Level};
use crate::clock::Deadline;
use crate::contract::Operation;
use crate::fault::{facets, nobody};
use crate::oracle::Likeness;
use crate::runner::{RunError, Session};
use crate::suite::Suite;
use crate::target::Lane;

/// How many kinds of differences are kept.
const DIFFERENCES_MAX: usize = 64;

/// How many smaller requests are tried for one difference.
const SHRINKS_MAX: usize = 60;

/// A request that two endpoints answer differently, every time.
#[derive(Clone, Debug)]
pub struct Difference {
    /// The request and its precondition.
    pub case: Arc<Case>,
    /// What is changed in the request.
    pub facets: String,
    /// What each of the two answers.
    pub sides: [Side; 2],
}

/// One endpoint's answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Side {
    /// The answer, in short.
    pub answer: String,
    /// Whether the evidence permits it, as far as it says anything.
    pub is_permitted: bool,
}

/// One of the two endpoints.
#[derive(Clone, Debug)]
struct End {
    arena: Arc<Arena>,
}

/// How long the differences that were found are made small.
const SHRINKING_MAX: Duration = Duration::from_secs(20);

/// Sends the stream of a campaign, without feedback, to two targets.
pub async fn differences(
    settings: &Settings,
    sessions: [&Session; 2],
    suite: &Arc<Suite>,
    live: &Arc<Live>,
    until: &Deadline,
) -> Result<Vec<Difference>, RunError> {
    let ends = [
        until.cap(End::open(sessions[0], suite)).await??,
        until.cap(End::open(sessions[1], suite)).await??,
    ];
    let is_stop =
        |case: &&Arc<Case>| case.operation == Operation::StopUserImportJob && case.fault.is_none();
    let seeds = suite.cases().filter(is_stop).cloned().collect();
    let stream = Arc::new(Stream::new(settings, seeds, Vec::new()));
    let deadline = match settings.time {
        Some(time) => until.at_most(time),
        None => until.clone(),
    };
    let found: Arc<Mutex<BTreeMap<String, Arc<Case>>>> = Arc::default();
    let mut tasks = JoinSet::new();
    for _ in 0..settings.concurrency.max(1) {
        let (stream, live, found) = (Arc::clone(&stream), Arc::clone(live), Arc::clone(&found));
        let (ends, most, shard) = (ends.clone(), settings.executions, settings.shard);
        let deadline = deadline.clone();
        let mut lanes = sessions.map(|session| session.client.lane());
        tasks.spawn(async move {
            loop {
                let index = live.next();
                let is_late = deadline.cut().is_some();
                if is_late || live.is_stopped() || most.is_some_and(|most| index >= most) {
                    break;
                }
                if !shard.has(strand_of(index) % STRANDS) {
                    continue;
                }
                // A sequence is judged by what it says of itself, not by another endpoint.
                let Work::Request { case, .. } = stream.input(index).work else {
                    continue;
                };
                let Some(difference) = ask(&ends, &mut lanes, &case, false).await else {
                    continue;
                };
                live.executions.fetch_add(1, Ordering::Relaxed);
                if let Some(key) = key(&case, &difference) {
                    let mut found = found.lock().unwrap_or_else(PoisonError::into_inner);
                    if found.len() < DIFFERENCES_MAX {
                        found.entry(key).or_insert(case);
                        live.findings.store(found.len() as u64, Ordering::Relaxed);
                    }
                }
            }
        });
    }
    while let Ok(Some(_)) = deadline.cap(tasks.join_next()).await {}
    tasks.shutdown().await;
    // What was found at the end is made small for as long again, unless somebody waits.
    let shrinking = until.at_most(SHRINKING_MAX);
    let found = std::mem::take(&mut *found.lock().unwrap_or_else(PoisonError::into_inner));
    let mut lanes = sessions.map(|session| session.client.lane());
    let mut differences: BTreeMap<String, Difference> = BTreeMap::new();
    for case in found.into_values() {
        if let Ok(Some(difference)) = shrinking.cap(shrunk(&ends, &mut lanes, case)).await {
            let [one, other] = &difference.sides;
            let key = format!("{} | {} | {}", difference.facets, one.answer, other.answer);
            differences.entry(key).or_insert(difference);
        }
    }
    let mut differences: Vec<_> = differences.into_values().collect();
    differences.sort_by_key(|difference| size(&difference.case));
    Ok(differences)
}

impl End {
    async fn open(session: &Session, suite: &Arc<Suite>) -> Result<Self, RunError> {
        Ok(Self {
            arena: Arc::new(Arena::new(session, suite).await?),
        })
    }
}

/// The answers of both. None where one of them could not be asked.
async fn ask(
    ends: &[End; 2],
    lanes: &mut [Lane; 2],
    case: &Arc<Case>,
    fresh: bool,
) -> Option<[Side; 2]> {
    let [one, other] = ends;
    let [first, second] = lanes;
    let answers = tokio::join!(
        one.arena.send(first, case, fresh),
        other.arena.send(second, case, fresh)
    );
    Some([side(&answers.0)?, side(&answers.1)?])
}

fn side(done: &Done) -> Option<Side> {
    if done.executions == 0 {
        return None;
    }
    let answer = match &done.likeness {
        // The members of a success and their types; the words of a refusal differ everywhere.
        Some(Likeness {
            status,
            error_type: None,
            message,
        }) => format!("{status} {message}"),
        Some(Likeness {
            status,
            error_type: Some(name),
            ..
        }) => format!("{status} {name}"),
        None if done.is_silent => "no answer in time".to_owned(),
        None => "a close".to_owned(),
    };
    Some(Side {
        answer,
        is_permitted: done.suspicions.is_empty(),
    })
}

fn key(case: &Case, sides: &[Side; 2]) -> Option<String> {
    let [one, other] = sides;
    (one.answer != other.answer).then(|| {
        format!(
            "{} | {} | {}",
            facets(case, &nobody()),
            one.answer,
            other.answer
        )
    })
}

/// The smallest request found that brings the same two answers, twice on fresh preconditions.
async fn shrunk(ends: &[End; 2], lanes: &mut [Lane; 2], case: Arc<Case>) -> Option<Difference> {
    let mut sides = ask(ends, lanes, &case, true).await?;
    key(&case, &sides)?;
    let mut best = case;
    let mut left = SHRINKS_MAX;
    'smaller: while left > 0 {
        for candidate in smaller(&best) {
            if left == 0 {
                break;
            }
            left -= 1;
            let candidate = Arc::new(candidate);
            if let Some(came) = ask(ends, lanes, &candidate, false).await
                && came[0].answer == sides[0].answer
                && came[1].answer == sides[1].answer
            {
                best = candidate;
                continue 'smaller;
            }
        }
        break;
    }
    let again = ask(ends, lanes, &best, true).await?;
    if again[0].answer != sides[0].answer || again[1].answer != sides[1].answer {
        return None;
    }
    sides = again;
    Some(Difference {
        facets: facets(&best, &nobody()),
        case: Arc::new(Case {
            level: Level::Observe,
            expect: Vec::new(),
            post: None,
            ..Case::clone(&best)
        }),
        sides,
    })
}

/// How much there is to read in a request.
fn size(case: &Case) -> (usize, usize) {
    let size = |change: &Change| format!("{change:?}").len();
    (case.changes.len(), case.changes.iter().map(size).sum())
}
