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
            let Some(case) = case(document.get_ref(), *index) else {
                return first_line;
            };
            (case.1, keys.as_slice(), case.0)
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

/// The span and the table of the case with that index. The span is the `name`'s, which tells one case from another.
fn case<'a>(document: &'a DeTable<'a>, index: usize) -> Option<(Range<usize>, &'a DeTable<'a>)> {
    let DeValue::Array(cases) = document.get("case")?.get_ref() else {
        return None;
    };
    let entry = cases.get(index)?;
    let DeValue::Table(table) = entry.get_ref() else {
        return None;
    };
    let span = table
        .get("name")
        .map_or_else(|| entry.span(), |name| name.span());
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
