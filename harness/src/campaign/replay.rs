//! A case file judged again: by its own expectations, and by everything that a campaign judges by.

use std::sync::Arc;

use crate::campaign::execute::{Arena, is_sent_alone};
use crate::fault::Kind;
use crate::oracle::Violation;
use crate::runner::{Exchange, RunError, Session, Verdict};
use crate::suite::Suite;

/// A case that was judged again.
#[derive(Clone, Debug)]
pub struct Again {
    /// Its id.
    pub case: String,
    /// What its own expectations say.
    pub verdict: Verdict,
    /// What was sent and what came.
    pub exchange: Option<Exchange>,
    /// What is wrong, with the requirement that it breaks.
    pub wrong: Vec<(String, Violation)>,
}

/// Judges the cases of one file.
pub async fn replay(
    session: &Session,
    whole: Arc<Suite>,
    file: &Suite,
) -> Result<Vec<Again>, RunError> {
    let arena = Arena::new(session, &whole).await?;
    let mut lane = session.client.lane();
    let mut seen = Vec::new();
    for requirement in file.requirements() {
        for case in &requirement.cases {
            let (record, of_suite) = arena.run(case).await;
            let mut wrong: Vec<_> = record
                .violations
                .iter()
                .map(|one| (requirement.text.clone(), one.clone()))
                .collect();
            let suspicions = if is_sent_alone(case) {
                arena.send(&mut lane, case, true).await.suspicions
            } else {
                of_suite
            };
            // What its own expectations say is said already.
            let others = suspicions.iter().filter(|one| one.kind != Kind::Case);
            for suspicion in others {
                let text = &suspicion.broken.text;
                wrong.extend(
                    suspicion
                        .violations
                        .iter()
                        .map(|one| (text.clone(), one.clone())),
                );
            }
            wrong.dedup();
            seen.push(Again {
                case: case.id.clone(),
                verdict: record.verdict,
                exchange: record.exchange,
                wrong,
            });
        }
    }
    arena.fixtures.clear().await;
    Ok(seen)
}
