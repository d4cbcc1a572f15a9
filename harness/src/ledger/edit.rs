//! Changes to a ledger that leave everything else of the file as its owner wrote it: comments, order and reasons.

use std::collections::{BTreeMap, BTreeSet};

use toml_edit::{ArrayOfTables, DocumentMut, Item, Key, Table, TableLike, value};

use crate::ledger::{Day, Entry, Ledger, Subject};
use crate::suite::is_part_of;
use crate::visible::on_a_line;

/// What a new file begins with.
const HEAD: &str = "\
# Known faults. Every listed case must still fail, with the same wrong response.
# `fullstop ledger update` adds faults and cases, `fullstop ledger prune` drops what fails no
# longer.
";

/// A failure of a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// The id of the case or the invariant.
    pub case: String,
    /// The fingerprint of its wrong response, or nothing for a tolerated departure.
    pub fingerprint: Option<String>,
    /// True if it fails now and then only.
    pub flaky: bool,
    /// The keys of its faults, each with the title.
    pub faults: BTreeMap<String, String>,
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
    /// The version of the suite that found it.
    pub suite: String,
}

/// What an update did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Updated {
    /// The file's new text.
    pub text: String,
    /// The cases that were added, by the name of their entry. A rule has none.
    pub added: BTreeMap<String, BTreeSet<String>>,
    /// The cases whose fingerprint or whose fault is another now.
    pub refreshed: BTreeSet<String>,
    /// The number of entries for one case that were converted.
    pub converted: usize,
    /// The number of cases that are listed as before.
    pub kept: usize,
}

/// What passes now.
#[derive(Clone, Debug, Default)]
pub struct Passes<'a> {
    /// The ids of all cases and invariants of the suite.
    pub ids: BTreeSet<&'a str>,
    /// Those that passed.
    pub passing: BTreeSet<&'a str>,
    /// Those that were tolerated, which pass for a fault and fail for a rule.
    pub tolerated: BTreeSet<&'a str>,
    /// The keys of the faults of those that failed.
    pub faults: BTreeMap<&'a str, BTreeSet<String>>,
}

/// What pruning did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pruned {
    /// The file's new text.
    pub text: String,
    /// The names of the entries that were dropped.
    pub dropped: Vec<String>,
    /// The cases that were dropped, by the names of the entries that remain.
    pub improved: BTreeMap<String, usize>,
}

/// Adds the failures that a ledger does not list, refreshes those that fail otherwise now, and converts entries for one case.
pub fn update(ledger: &Ledger, failures: &[Failure], new: &New) -> Updated {
    let mut document = document(ledger);
    let tables = known(&mut document);
    let mut done = Updated {
        converted: convert(tables, failures, new),
        ..Updated::default()
    };
    for failure in failures {
        let mut entries = ledger.entries();
        if entries.any(|entry| entry.knows(&failure.case, failure.fingerprint.as_deref())) {
            done.kept += 1;
            continue;
        }
        let Some(fingerprint) = &failure.fingerprint else {
            tables.push(table("rule", &failure.case, failure, new));
            done.added.entry(failure.case.clone()).or_default();
            continue;
        };
        let was_listed = refresh(tables, failure, fingerprint);
        if was_listed {
            done.refreshed.insert(failure.case.clone());
        }
        for (key, title) in &failure.faults {
            let is_of_fault = |table: &&mut Table| text(table, "fault") == Some(key);
            let mut of_fault: Vec<_> = tables.iter_mut().filter(is_of_fault).collect();
            let is_listed = |table: &&mut Table| lists(table, &failure.case);
            if of_fault.iter().any(is_listed) {
                continue;
            }
            if !was_listed {
                let added = done.added.entry(key.clone()).or_default();
                added.insert(failure.case.clone());
            }
            let is_alike = |table: &&mut &mut Table| is_flaky(table) == failure.flaky;
            if let Some(table) = of_fault.iter_mut().find(is_alike) {
                cases(table).insert(&failure.case, value(fingerprint));
                continue;
            }
            let mut table = table("fault", key, failure, new);
            let about = format!("\n# {}\n", on_a_line(title));
            table.decor_mut().set_prefix(about);
            table["suite"] = value(&new.suite);
            cases(&mut table).insert(&failure.case, value(fingerprint));
            tables.push(table);
        }
    }
    let text = document.to_string();
    done.text = match ledger.text().trim().is_empty() && !text.is_empty() {
        true => format!("{HEAD}{text}"),
        false => text,
    };
    done
}

/// Drops the cases that fail no longer, and the entries that no case is left of.
pub fn prune(ledger: &Ledger, passes: &Passes<'_>) -> Pruned {
    let mut document = document(ledger);
    let tables = known(&mut document);
    let (mut dropped, mut improved) = (Vec::new(), BTreeMap::new());
    for (table, entry) in tables.iter_mut().zip(ledger.entries()) {
        if let Subject::Fault(key) = entry.subject() {
            let cases = cases(table);
            let is_over = |(id, _): &(&str, _)| passes.is_over(ledger, entry, id);
            let over: Vec<_> = entry.cases().filter(is_over).collect();
            for (id, _) in &over {
                cases.remove(id);
            }
            if !over.is_empty() && !cases.is_empty() {
                improved.insert(key.to_owned(), over.len());
            }
        }
    }
    let mut entries = ledger.entries();
    tables.retain(|table| {
        let Some(entry) = entries.next() else {
            return true;
        };
        let is_left = match entry.subject() {
            Subject::Rule(rule) => passes.is_broken(rule),
            Subject::Case(id) => !passes.is_over(ledger, entry, id),
            Subject::Fault(_) => has_cases(table),
        };
        if !is_left {
            dropped.push(entry.name().to_owned());
        }
        is_left
    });
    Pruned {
        text: document.to_string(),
        dropped,
        improved,
    }
}

impl Passes<'_> {
    /// True of a case that does not fail for an entry any more, or exists no longer.
    fn is_over(&self, ledger: &Ledger, entry: &Entry, id: &str) -> bool {
        let is_gone = !self.ids.contains(id);
        let passes = self.passing.contains(id) || self.tolerated.contains(id);
        let of_other = (self.faults.get(id)).is_some_and(|keys| !ledger.is_of(entry, id, keys));
        is_gone || (!entry.flaky && (passes || of_other))
    }

    /// True of a rule that exists and of which not everything passed.
    fn is_broken(&self, rule: &str) -> bool {
        let mut of_rule = self.ids.iter().filter(|id| is_part_of(id, rule));
        of_rule.any(|id| !self.passing.contains(id))
    }
}

/// Puts the fingerprint of now in the entries of a failure's faults, and takes the case out of other entries. False if none
/// listed it.
fn refresh(tables: &mut ArrayOfTables, failure: &Failure, fingerprint: &str) -> bool {
    let mut was_listed = false;
    for table in tables.iter_mut() {
        if text(table, "case") == Some(&failure.case) {
            put(table, "fingerprint", fingerprint);
            was_listed = true;
        } else if lists(table, &failure.case) {
            was_listed = true;
            let key = text(table, "fault").unwrap_or_default();
            match failure.faults.contains_key(key) {
                true => put(cases(table), &failure.case, fingerprint),
                false => drop(cases(table).remove(&failure.case)),
            }
        }
    }
    tables.retain(|table| text(table, "fault").is_none() || has_cases(table));
    was_listed
}

/// Makes entries for one case entries of the fault that the case fails for, and one of several that say the same.
fn convert(tables: &mut ArrayOfTables, failures: &[Failure], new: &New) -> usize {
    let mut converted: Vec<(Table, String)> = Vec::new();
    let mut kept = ArrayOfTables::new();
    let mut count = 0;
    for table in tables.iter() {
        let failure = text(table, "case").and_then(|id| {
            let mut failures = failures.iter();
            failures.find(|failure| failure.case == id)
        });
        let Some((key, _)) = failure.and_then(|failure| failure.faults.first_key_value()) else {
            kept.push(table.clone());
            continue;
        };
        count += 1;
        let id = text(table, "case").unwrap_or_default();
        let print = table.get("fingerprint").cloned().unwrap_or_default();
        let says = said(table, key);
        let prefix = table.decor().prefix().and_then(|prefix| prefix.as_str());
        let is_commented = prefix.is_some_and(|prefix| prefix.contains('#'))
            || table.iter().any(|(name, _)| has_comment(table, name));
        let like = converted.iter_mut().find(|(_, other)| *other == says);
        if let (Some((table, _)), false) = (like, is_commented) {
            cases(table).insert(id, print);
            continue;
        }
        let mut table = of_fault(table, key);
        table["suite"] = value(&new.suite);
        cases(&mut table).insert(id, print);
        match is_commented {
            true => kept.push(table),
            false => converted.push((table, says)),
        }
    }
    for (table, _) in converted {
        kept.push(table);
    }
    if count > 0 {
        *tables = kept;
    }
    count
}

/// What an entry for one case says of a fault, apart from its case.
fn said(table: &Table, key: &str) -> String {
    let rest = table.iter();
    let rest = rest.filter(|(name, _)| !["case", "fingerprint"].contains(name));
    let rest: Vec<_> = rest
        .map(|(name, item)| format!("{name} = {item}"))
        .collect();
    format!("{key} {}", rest.join(" "))
}

fn has_comment(table: &Table, name: &str) -> bool {
    let prefix = table.key(name).and_then(|key| key.leaf_decor().prefix());
    let value = table.get(name).and_then(Item::as_value);
    let suffix = value.and_then(|value| value.decor().suffix());
    let mut both = prefix.into_iter().chain(suffix);
    both.any(|text| text.as_str().is_some_and(|text| text.contains('#')))
}

/// The same entry with a fault in place of its case, and with its comments.
fn of_fault(table: &Table, key: &str) -> Table {
    let mut new = Table::new();
    *new.decor_mut() = table.decor().clone();
    for (name, item) in table.iter() {
        let Some(old) = table.key(name) else {
            continue;
        };
        match name {
            "case" => {
                let decor = old.leaf_decor().clone();
                new.insert_formatted(&Key::new("fault").with_leaf_decor(decor), value(key));
            }
            "fingerprint" => {}
            _ => drop(new.insert_formatted(old, item.clone())),
        }
    }
    new
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

fn text<'a>(table: &'a Table, key: &str) -> Option<&'a str> {
    table.get(key).and_then(Item::as_str)
}

fn is_flaky(table: &Table) -> bool {
    table.get("flaky").and_then(Item::as_bool) == Some(true)
}

/// The cases of a fault. A table that has none gets an empty one.
fn cases(table: &mut Table) -> &mut dyn TableLike {
    let item = table
        .entry("cases")
        .or_insert_with(|| Item::Table(Table::new()));
    item.as_table_like_mut()
        .expect("the ledger was read with a table of cases")
}

fn lists(table: &Table, id: &str) -> bool {
    let cases = table.get("cases").and_then(Item::as_table_like);
    cases.is_some_and(|cases| cases.contains_key(id))
}

fn has_cases(table: &Table) -> bool {
    let cases = table.get("cases").and_then(Item::as_table_like);
    cases.is_some_and(|cases| !cases.is_empty())
}

/// Another value in place of one, with the comment behind it.
fn put(table: &mut dyn TableLike, key: &str, text: &str) {
    let old = table.get(key).and_then(Item::as_value);
    let decor = old.map(|old| old.decor().clone());
    let mut new = toml_edit::Value::from(text);
    if let Some(decor) = decor {
        *new.decor_mut() = decor;
    }
    table.insert(key, Item::Value(new));
}

fn table(subject: &str, name: &str, failure: &Failure, new: &New) -> Table {
    let mut table = Table::new();
    table.decor_mut().set_prefix("\n");
    table[subject] = value(name);
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
