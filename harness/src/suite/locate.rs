//! From a place in a case file to its bytes.

use std::ops::Range;

use toml::de::{DeTable, DeValue};

use crate::case::Place;

/// The bytes of a place: of its value, else of the nearest table round it that is written down, else of the first line.
pub(crate) fn locate(text: &str, place: &Place) -> Range<usize> {
    let first_line = 0..text.lines().next().map_or(0, str::len);
    let Ok(document) = DeTable::parse(text) else {
        return first_line;
    };
    let (table, keys, mut span) = match place {
        Place::Key(keys) => (document.get_ref(), keys.as_slice(), first_line),
        Place::Case(index, keys) => {
            let Some(case) = entry(document.get_ref(), "case", "name", *index) else {
                return first_line;
            };
            (case.1, keys.as_slice(), case.0)
        }
        Place::Step(index) => {
            let step = entry(document.get_ref(), "step", "do", *index);
            return step.map_or(first_line.clone(), |step| first_line_of(text, step.0));
        }
    };
    let mut table = Some(table);
    for key in keys {
        let Some(value) = table.and_then(|table| table.get(key.as_str())) else {
            break;
        };
        span = value.span();
        table = match value.get_ref() {
            DeValue::Table(inner) => Some(inner),
            _ => None,
        };
    }
    first_line_of(text, span)
}

/// The span and the table of an entry of a list of tables. The span is that of the key which tells one from another.
fn entry<'a>(
    document: &'a DeTable<'a>,
    list: &str,
    telling: &str,
    index: usize,
) -> Option<(Range<usize>, &'a DeTable<'a>)> {
    let DeValue::Array(entries) = document.get(list)?.get_ref() else {
        return None;
    };
    let entry = entries.get(index)?;
    let DeValue::Table(table) = entry.get_ref() else {
        return None;
    };
    let span = table
        .get(telling)
        .map_or_else(|| entry.span(), |value| value.span());
    Some((span, table))
}

/// A span cut at the end of its first line, so that a caret never runs over a whole table.
fn first_line_of(text: &str, span: Range<usize>) -> Range<usize> {
    let line = text
        .get(span.clone())
        .and_then(|part| part.lines().next())
        .unwrap_or_default();
    span.start..span.start + line.len()
}
