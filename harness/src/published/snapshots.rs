//! Published answers as the snapshots of the cases that send the same request.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::published::{Published, all};
use crate::snapshot::{AS_CHOSEN, Shown, render_shown};
use crate::wire::Envelope;

/// One snapshot for each case, by its id. A case with several published answers has them all.
pub fn snapshots() -> BTreeMap<String, String> {
    let mut snapshots = BTreeMap::new();
    for published in all() {
        for case in &published.cases {
            let snapshot: &mut String = snapshots.entry(case.clone()).or_default();
            add(&published, snapshot);
        }
    }
    snapshots
}

/// What each case that was answered in public got: its id, the status where that was shown, and the error type or the job's
/// status.
pub fn answers() -> Vec<(String, Option<u16>, Option<String>)> {
    let mut answers = Vec::new();
    for published in all() {
        let response = published.answer.published(&published.situation.ids());
        let envelope = Envelope::read(&response);
        let status = envelope.json.as_ref().ok().and_then(|json| {
            let status = json.pointer("/UserImportJob/Status")?;
            status.as_str().map(str::to_owned)
        });
        let says = envelope.error_type().map(str::to_owned).or(status);
        // A body that was published whole was a success where it holds a job.
        let shown = published
            .answer
            .status
            .or((response.status == 200).then_some(200));
        for case in &published.cases {
            answers.push((case.clone(), shown, says.clone()));
        }
    }
    answers
}

fn add(published: &Published, snapshot: &mut String) {
    let (situation, answer) = (&published.situation, &published.answer);
    let ids = situation.ids();
    let mut response = answer.published(&ids);
    if let Ok(mut body) = serde_json::from_slice::<Value>(&response.body) {
        for name in &answer.chosen {
            body["UserImportJob"][name] = Value::from(AS_CHOSEN);
        }
        if !answer.chosen.is_empty() {
            response.body = body.to_string().into_bytes();
        }
    }
    let shown = Shown {
        status: answer.status.is_some(),
        whole: answer.is_whole(),
    };
    render_shown(snapshot, &situation.message(), &response, &ids, shown);
}
