//! Published answers as the snapshots of the cases that send the same request.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::published::{Published, all};
use crate::snapshot::{AS_CHOSEN, Shown, render_shown};

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
