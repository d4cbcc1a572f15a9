//! Whether the time to an answer grows out of proportion with the input, as a pattern that backtracks does it.

use std::sync::Arc;
use std::time::Duration;

use crate::campaign::execute::Arena;
use crate::campaign::suspicion::{Broken, Suspicion};
use crate::case::{
    Case, Change, Given, JobState, Level, MemberValue, PoolState, Source, SourceKind,
};
use crate::contract::Operation;
use crate::fault::Kind;
use crate::oracle::{Actual, Expected, Facet, Violation};
use crate::target::Lane;

/// How long the JobId is: each four times the one before, and all within what any server reads.
const LENGTHS: [usize; 3] = [1_000, 4_000, 16_000];

/// The quickest of so many answers counts, so that a busy machine is not taken for a slow one.
const ROUNDS: usize = 5;

/// Below this nothing is said, however it grows.
const ELAPSED_MIN: Duration = Duration::from_millis(250);

/// Four times the input may take four times as long. Twice that much, twice in a row, is a growth of another order.
const FACTOR: u32 = 8;

/// Measures, and suspects what grows with the square of the input or faster.
pub(crate) async fn grown(arena: &Arena, lane: &mut Lane) -> Option<Suspicion> {
    let mut quickest = Vec::new();
    for length in LENGTHS {
        let case = case(length);
        let mut best: Option<Duration> = None;
        for _ in 0..ROUNDS {
            let elapsed = arena.elapsed(lane, &case).await?;
            best = Some(best.map_or(elapsed, |best| best.min(elapsed)));
        }
        quickest.push(best?);
    }
    let [first, second, third] = quickest[..] else {
        return None;
    };
    if third < ELAPSED_MIN || second < first * FACTOR || third < second * FACTOR {
        return None;
    }
    let told = |times: [Duration; 3]| {
        let of = |(length, time): (usize, Duration)| {
            format!("{length} characters: {} ms", time.as_millis())
        };
        LENGTHS
            .into_iter()
            .zip(times)
            .map(of)
            .collect::<Vec<_>>()
            .join(", ")
    };
    Some(Suspicion {
        key: "latency: JobId too long".to_owned(),
        kind: Kind::Latency,
        broken: Broken {
            id: None,
            text: "The time to an answer does not grow with the square of the input.".to_owned(),
            level: Level::Should,
            sources: vec![Source {
                kind: SourceKind::Inferred,
                cite: "CWE-1333, inefficient regular expression complexity: one client can stop an endpoint for all".to_owned(),
            }],
        },
        violations: vec![Violation::new(
            Facet::Elapsed,
            Expected::told("four times the input in about four times the time"),
            Actual::told(told([first, second, third])),
        )],
        gist: None,
        case: case(LENGTHS[2]),
        executions: 0,
    })
}

/// A JobId that is far too long, on no job at all.
fn case(length: usize) -> Arc<Case> {
    let value = MemberValue {
        prefix: "import-".to_owned(),
        repeat: Some("a".to_owned()),
        times: Some(length),
        suffix: "!".to_owned(),
        ..MemberValue::default()
    };
    Arc::new(Case {
        id: "generated/latency/long".to_owned(),
        why: "Generated.".to_owned(),
        level: Level::Observe,
        given: Given {
            job: JobState::Absent,
            pool: PoolState::Absent,
        },
        operation: Operation::StopUserImportJob,
        changes: vec![Change::Set("JobId".to_owned(), value)],
        fault: None,
        expect: Vec::new(),
        post: None,
    })
}
