//! Changes to a ledger that leave everything else of the file as its owner wrote it: comments, order and reasons.

use std::collections::{BTreeMap, BTreeSet};

use toml_edit::{ArrayOfTables, DocumentMut, Item, Table, value};

use crate::ledger::{Day, Ledger};
use crate::oracle::is_within;

/// What a new file begins with.
const HEAD: &str = "\
# Known failures. A listed case must still fail, with the same wrong answer.
# `fullstop ledger update` adds and refreshes entries, `fullstop ledger prune` drops what fails no
# longer.
";

/// A failure of a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// The id of the case or the invariant.
    pub case: String,
    /// The fingerprint of its wrong answer.
    pub fingerprint: String,
    /// Whether it fails now and then only.
    pub flaky: bool,
}

/// What a new entry says besides the failure. An entry that exists keeps what it says.
#[derive(Clone, Debug)]
pub struct New {
    /// Why it is put up with.
    pub reason: String,
    /// Who looks after it.
    pub owner: Option<String>,
    /// The last day.
    pub expires: Option<Day>,
}

/// What an update did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Updated {
    /// The file's new text.
    pub text: String,
    /// The cases that were added.
    pub added: Vec<String>,
    /// The cases whose fingerprint is another now.
    pub refreshed: Vec<String>,
    /// How many entries are as they were.
    pub kept: usize,
}

/// What pruning did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pruned {
    /// The file's new text.
    pub text: String,
    /// The cases whose entries were dropped.
    pub dropped: Vec<String>,
}

/// Adds the failures that a ledger does not list, and refreshes the fingerprints of those that fail otherwise now.
pub fn update(ledger: &Ledger, failures: &[Failure], new: &New) -> Updated {
    let mut document = document(ledger);
    let mut unlisted: BTreeMap<_, _> = failures
        .iter()
        .map(|failure| (failure.case.as_str(), failure))
        .collect();
    let (mut refreshed, mut kept) = (Vec::new(), 0);
    for table in known(&mut document).iter_mut() {
        let Some(failure) = case_of(table).and_then(|case| unlisted.remove(case.as_str())) else {
            kept += 1;
            continue;
        };
        let listed = table
            .get("fingerprint")
            .and_then(Item::as_str)
            .unwrap_or_default();
        if is_within(&failure.fingerprint, listed) {
            kept += 1;
            continue;
        }
        put(table, "fingerprint", &failure.fingerprint);
        if failure.flaky {
            table["flaky"] = value(true);
        }
        refreshed.push(failure.case.clone());
    }
    let added = unlisted.keys().map(|case| (*case).to_owned()).collect();
    for failure in unlisted.values() {
        known(&mut document).push(table(failure, new));
    }
    let mut text = document.to_string();
    if ledger.text().trim().is_empty() {
        text = format!("{HEAD}{text}");
    }
    Updated {
        text,
        added,
        refreshed,
        kept,
    }
}

/// Drops the entries of these cases.
pub fn prune(ledger: &Ledger, cases: &BTreeSet<String>) -> Pruned {
    let mut document = document(ledger);
    let mut dropped = Vec::new();
    known(&mut document).retain(|table| {
        let Some(case) = case_of(table).filter(|case| cases.contains(case)) else {
            return true;
        };
        dropped.push(case);
        false
    });
    Pruned {
        text: document.to_string(),
        dropped,
    }
}

/// The file as a tree that remembers how it was written. It was read before, and the shape of its parts checked.
fn document(ledger: &Ledger) -> DocumentMut {
    ledger.text().parse().unwrap_or_default()
}

fn known(document: &mut DocumentMut) -> &mut ArrayOfTables {
    let item = document
        .entry("known")
        .or_insert_with(|| Item::ArrayOfTables(ArrayOfTables::new()));
    // `known = [{ … }]` says the same in another spelling.
    if let Some(array) = item.as_array() {
        let tables = array.iter().filter_map(|one| one.as_inline_table());
        let tables: ArrayOfTables = tables.map(|one| one.clone().into_table()).collect();
        *item = Item::ArrayOfTables(tables);
    }
    item.as_array_of_tables_mut()
        .expect("the ledger was read as a list of tables")
}

fn case_of(table: &Table) -> Option<String> {
    table.get("case").and_then(Item::as_str).map(str::to_owned)
}

/// Another value in place of one, with the comment behind it.
fn put(table: &mut Table, key: &str, text: &str) {
    let decor = table
        .get(key)
        .and_then(Item::as_value)
        .map(|old| old.decor().clone());
    table[key] = value(text);
    if let (Some(decor), Some(new)) = (decor, table[key].as_value_mut()) {
        *new.decor_mut() = decor;
    }
}

fn table(failure: &Failure, new: &New) -> Table {
    let mut table = Table::new();
    table.decor_mut().set_prefix("\n");
    table["case"] = value(&failure.case);
    table["fingerprint"] = value(&failure.fingerprint);
    table["reason"] = value(&new.reason);
    if let Some(owner) = &new.owner {
        table["owner"] = value(owner);
    }
    if let Some(expires) = new.expires {
        let date = expires.to_string().parse::<toml_edit::Datetime>();
        table["expires"] = value(date.expect("a day is a date"));
    }
    if failure.flaky {
        table["flaky"] = value(true);
    }
    table
}
