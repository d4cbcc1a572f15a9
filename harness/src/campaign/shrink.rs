//! Smaller requests than a given one, the smallest first. Pure.

use crate::case::{Case, Change, Given, MemberValue, Payload};

/// Requests that are smaller than this one by one step.
pub(crate) fn smaller(case: &Case) -> Vec<Case> {
    let mut candidates = Vec::new();
    let mut add = |changes: Vec<Change>, given: Given| {
        candidates.push(Case {
            changes,
            given,
            ..case.clone()
        });
    };
    for at in 0..case.changes.len() {
        let mut changes = case.changes.clone();
        changes.remove(at);
        add(changes, case.given);
    }
    // A started job is what the operation is for: any other situation is a fault of its own.
    if case.given != Given::STARTED {
        add(case.changes.clone(), Given::STARTED);
    }
    for (at, change) in case.changes.iter().enumerate() {
        for smaller in smaller_change(change) {
            let mut changes = case.changes.clone();
            changes[at] = smaller;
            add(changes, case.given);
        }
    }
    candidates
}

fn smaller_change(change: &Change) -> Vec<Change> {
    match change {
        Change::Set(member, value) => smaller_value(value)
            .into_iter()
            .map(|value| Change::Set(member.clone(), value))
            .collect(),
        Change::Body(Payload::Text(text)) => smaller_text(text)
            .into_iter()
            .map(|text| Change::Body(Payload::Text(text)))
            .collect(),
        Change::Body(Payload::Repeated {
            prefix,
            unit,
            times,
            suffix,
        }) if *times > 1 => [times / 2, times - 1]
            .into_iter()
            .map(|times| {
                Change::Body(Payload::Repeated {
                    prefix: prefix.clone(),
                    unit: unit.clone(),
                    times,
                    suffix: suffix.clone(),
                })
            })
            .collect(),
        Change::Header(edit) => smaller_text(&edit.value)
            .into_iter()
            .map(|value| {
                let mut edit = edit.clone();
                edit.value = value;
                Change::Header(edit)
            })
            .collect(),
        _ => Vec::new(),
    }
}

fn smaller_value(value: &MemberValue) -> Vec<MemberValue> {
    let mut smaller = Vec::new();
    if let Some(text) = &value.text {
        smaller.extend(smaller_text(text).into_iter().map(|text| MemberValue {
            text: Some(text),
            ..value.clone()
        }));
    }
    if let Some(times) = value.times.filter(|times| *times > 1) {
        smaller.extend([times / 2, times - 1].map(|times| MemberValue {
            times: Some(times),
            ..value.clone()
        }));
    }
    for text in smaller_text(&value.prefix) {
        smaller.push(MemberValue {
            prefix: text,
            ..value.clone()
        });
    }
    for text in smaller_text(&value.suffix) {
        smaller.push(MemberValue {
            suffix: text,
            ..value.clone()
        });
    }
    smaller
}

/// A text without one of its halves or eighths, and without its last letter.
fn smaller_text(text: &str) -> Vec<String> {
    let letters: Vec<char> = text.chars().collect();
    let mut smaller = Vec::new();
    for parts in [2, 8] {
        let size = letters.len() / parts;
        if size == 0 {
            continue;
        }
        for start in (0..letters.len()).step_by(size) {
            let end = (start + size).min(letters.len());
            let rest = letters[..start].iter().chain(&letters[end..]);
            smaller.push(rest.collect());
        }
    }
    if letters.len() > 1 && letters.len() < 8 {
        smaller.push(letters[..letters.len() - 1].iter().collect());
    }
    smaller
}
