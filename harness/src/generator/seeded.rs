//! Seeds, mutated: the cases and whatever a campaign has found worth keeping, with a few things changed that people did
//! not think of.
//!
//! A mutation knows what it changes. A member stays a member and a body stays near to JSON, so that the checks behind the
//! first are still reached.

use std::sync::Arc;

use arbitrary::{Result, Unstructured};

use crate::case::{Case, Change, HeaderChange, HeaderEdit, MemberValue, Payload, Raw};
use crate::generator::body::{self, VALID};
use crate::generator::facet::{Facet, Part};
use crate::generator::settings::Settings;
use crate::generator::tokens;
use crate::generator::value::Member;
use crate::generator::{directed, raw};

/// The seed with nothing repeated to more than so many bytes: a large request costs as much as a thousand small ones.
pub(crate) fn bounded(mut case: Arc<Case>, size_max: usize) -> Arc<Case> {
    let is_large = |unit: &str, times: usize| unit.len().saturating_mul(times) > size_max;
    let payload_times = |payload: &mut Payload| match payload {
        Payload::Repeated { unit, times, .. } if is_large(unit, *times) => {
            *times = size_max / unit.len();
        }
        _ => {}
    };
    // Most seeds are small, and stay shared.
    let is_repeated = |change: &Change| match change {
        Change::Set(_, value) => value.times.is_some(),
        Change::Body(payload) => matches!(payload, Payload::Repeated { .. }),
        Change::Raw(raw) => matches!(raw.body, Some(Payload::Repeated { .. })),
        _ => false,
    };
    if !case.changes.iter().any(is_repeated) {
        return case;
    }
    for change in &mut Arc::make_mut(&mut case).changes {
        match change {
            Change::Body(payload) => payload_times(payload),
            Change::Raw(raw) => raw.body.iter_mut().for_each(payload_times),
            Change::Set(_, value) => {
                let unit = value.repeat.as_deref().unwrap_or_default();
                if let Some(times) = value.times.filter(|times| is_large(unit, *times)) {
                    value.times = Some(size_max.min(times) / unit.len());
                }
            }
            _ => {}
        }
    }
    case
}

/// Mutates a case in place and tells what was changed.
pub(crate) fn mutate(
    case: &mut Case,
    other: &Case,
    members: &[Member; 2],
    settings: &Settings,
    input: &mut Unstructured<'_>,
) -> Result<Vec<Facet>> {
    let mut facets = Vec::new();
    // Some seeds go out as they are, since a campaign has nothing better to begin with.
    let count = if input.ratio(1u8, 8u8)? {
        0
    } else {
        input.int_in_range(1..=settings.mutation_count_max)?
    };
    for _ in 0..count {
        let facet = if case.is_raw() {
            mutate_raw(case, settings, input)?
        } else {
            mutate_plain(case, other, members, settings, input)?
        };
        facets.extend(facet.filter(|facet| !facets.contains(facet)));
    }
    Ok(facets)
}

fn mutate_plain(
    case: &mut Case,
    other: &Case,
    members: &[Member; 2],
    settings: &Settings,
    input: &mut Unstructured<'_>,
) -> Result<Option<Facet>> {
    match input.int_in_range(0..=9u8)? {
        // What is there already, a little different.
        0..=3 if !case.changes.is_empty() => {
            let at = input.choose_index(case.changes.len())?;
            mutate_change(&mut case.changes[at], input)
        }
        // Another single fault beside it: two at once show which check comes first.
        4..=5 => {
            let added = directed::change(members, settings, input)?;
            Ok(added.map(|(change, facet)| {
                case.changes.push(change);
                facet
            }))
        }
        // Something of another seed.
        6 if !other.is_raw() && !other.changes.is_empty() => {
            let change = input.choose(&other.changes)?.clone();
            case.changes.push(change);
            Ok(Some(Facet::new(Part::Body, "of-another-seed")))
        }
        7 if case.changes.len() > 1 => {
            let at = input.choose_index(case.changes.len())?;
            case.changes.remove(at);
            Ok(Some(Facet::new(Part::Body, "without-a-change")))
        }
        8 => {
            case.given = *input.choose(&settings.givens)?;
            Ok(Some(Facet::new(Part::Given, "other")))
        }
        _ => {
            let body = Payload::Text(tokens::mutate(VALID, input)?);
            case.changes.push(Change::Body(body));
            Ok(Some(Facet::new(Part::Body, "mutated")))
        }
    }
}

fn mutate_change(change: &mut Change, input: &mut Unstructured<'_>) -> Result<Option<Facet>> {
    let part = match change {
        Change::Set(name, value) => {
            mutate_value(value, input)?;
            match name.as_str() {
                "JobId" => Part::JobId,
                "UserPoolId" => Part::UserPoolId,
                _ => Part::OtherMember,
            }
        }
        Change::Remove(name) => {
            let (other, _) = body::other_member(input)?;
            let value = match other {
                Change::Set(_, value) => value,
                _ => MemberValue::default(),
            };
            *change = Change::Set(std::mem::take(name), value);
            Part::OtherMember
        }
        Change::Body(payload) => {
            mutate_payload(payload, input)?;
            Part::Body
        }
        Change::Header(edit) => {
            mutate_header(edit, input)?;
            Part::Header
        }
        Change::Target(target) => {
            *target = printable(&tokens::mutate_text(target, input)?);
            Part::Target
        }
        Change::Path(path) => {
            let mutated = printable(&tokens::mutate_text(path, input)?).replace([' ', '#'], "");
            *path = format!("/{}", mutated.trim_start_matches('/'));
            Part::Path
        }
        // Methods and signatures are few, and each has its own case.
        Change::Method(_) | Change::Signature(_) | Change::Raw(_) => return Ok(None),
    };
    Ok(Some(Facet::new(part, "mutated")))
}

fn mutate_value(value: &mut MemberValue, input: &mut Unstructured<'_>) -> Result<()> {
    if let Some(text) = &mut value.text {
        *text = tokens::mutate_text(text, input)?;
    } else if let Some(json) = &mut value.json {
        *json = tokens::mutate(json, input)?;
    } else if let Some(times) = &mut value.times {
        *times = match input.int_in_range(0..=3u8)? {
            0 => times.saturating_add(1),
            1 => times.saturating_sub(1),
            2 => *times / 2,
            // What is repeated is short, and twice a large value is still below the bound of a payload's size.
            _ => times.saturating_mul(2).min(64 << 10),
        };
    } else if input.arbitrary()? {
        value.prefix = tokens::mutate_text(&value.prefix, input)?;
    } else {
        value.suffix = tokens::mutate_text(&value.suffix, input)?;
    }
    Ok(())
}

fn mutate_payload(payload: &mut Payload, input: &mut Unstructured<'_>) -> Result<()> {
    match payload {
        Payload::Text(text) => *text = tokens::mutate(text, input)?,
        Payload::Bytes(bytes) => {
            if let Some(at) = index(bytes.len(), input)? {
                bytes[at] = input.arbitrary()?;
            }
        }
        Payload::Repeated { times, .. } => *times = input.int_in_range(0..=*times)?,
    }
    Ok(())
}

fn mutate_header(edit: &mut HeaderEdit, input: &mut Unstructured<'_>) -> Result<()> {
    edit.change = *input.choose(&[HeaderChange::Set, HeaderChange::Add])?;
    let mutated = printable(&tokens::mutate_text(&edit.value, input)?);
    edit.value = mutated.trim().to_owned();
    Ok(())
}

fn mutate_raw(
    case: &mut Case,
    settings: &Settings,
    input: &mut Unstructured<'_>,
) -> Result<Option<Facet>> {
    let Some(Change::Raw(message)) = case
        .changes
        .iter_mut()
        .find(|change| matches!(change, Change::Raw(_)))
    else {
        return Ok(None);
    };
    match input.int_in_range(0..=5u8)? {
        0 => mutate_line(message, input)?,
        1 => {
            if let Some(at) = index(message.head.len(), input)? {
                let line = message.head[at].clone();
                message.head.insert(at, line);
            }
        }
        2 => {
            if let Some(at) = index(message.head.len(), input)? {
                message.head.remove(at);
            }
        }
        3 => {
            if let Some(payload) = &mut message.body {
                mutate_payload(payload, input)?;
            }
        }
        _ => return raw::reframe(message, settings, input).map(Some),
    }
    Ok(Some(Facet::new(Part::Framing, "mutated")))
}

fn mutate_line(message: &mut Raw, input: &mut Unstructured<'_>) -> Result<()> {
    if let Some(at) = index(message.head.len(), input)? {
        let line = tokens::mutate_text(&message.head[at], input)?;
        message.head[at] = line;
    }
    Ok(())
}

fn index(count: usize, input: &mut Unstructured<'_>) -> Result<Option<usize>> {
    if count == 0 {
        return Ok(None);
    }
    input.choose_index(count).map(Some)
}

/// The text without what no HTTP client lets through: such lines are the business of raw requests.
fn printable(text: &str) -> String {
    text.chars()
        .filter(|letter| (' '..='~').contains(letter))
        .collect()
}
