//! A fault in one part of a request is told as narrowly as the cases that passed allow.

use std::collections::{BTreeMap, BTreeSet};

use crate::case::Case;
use crate::fault::cause::{Aspect, Cause};
use crate::fault::group::{Failure, Held};
use crate::fault::request::{aspect_of, parts};
use crate::fault::said::{INVALID_PARAMETER, is_of_words};

/// A fault in parts, each with the failures that it explains. Most are told as they are.
pub(crate) fn narrowed<'a>(
    cause: &Cause,
    of_it: Vec<&'a Failure<'a>>,
    held: &Held<'_>,
) -> Vec<(Cause, Vec<&'a Failure<'a>>)> {
    match cause {
        Cause::Constraint(part) => by_aspect(part, of_it, held.cases),
        _ => vec![(cause.clone(), of_it)],
    }
}

/// Where every kind of wrong value of a member fails, the member is not validated. Otherwise it is those kinds alone.
fn by_aspect<'a>(
    part: &str,
    of_it: Vec<&'a Failure<'a>>,
    held: &[&Case],
) -> Vec<(Cause, Vec<&'a Failure<'a>>)> {
    let is_of_constraint = |case: &Case| {
        let errors = case.expect.iter().flat_map(|expected| &expected.error);
        errors.clone().any(|name| name == INVALID_PARAMETER) && parts(case).iter().eq([part])
    };
    let of_part = held.iter().filter(|case| is_of_constraint(case));
    let refused: BTreeSet<Aspect> = of_part.filter_map(|case| aspect_of(case, part)).collect();
    let mut found: BTreeMap<Option<Aspect>, Vec<&Failure<'_>>> = BTreeMap::new();
    let is_worded = |failure: &&'a Failure<'a>| failure.symptom.violations.iter().all(is_of_words);
    let (worded, accepted): (Vec<&'a Failure<'a>>, Vec<_>) = of_it.into_iter().partition(is_worded);
    for failure in accepted {
        let aspect = aspect_of(failure.symptom.case, part);
        found.entry(aspect).or_default().push(failure);
    }
    let is_whole = found.len() > 1
        && found
            .keys()
            .flatten()
            .all(|aspect| !refused.contains(aspect));
    if found.is_empty() {
        let name = INVALID_PARAMETER.to_owned();
        return vec![(Cause::Words(name), worded)];
    }
    if is_whole {
        let of_it = found.into_values().flatten().chain(worded).collect();
        return vec![(Cause::Constraint(part.to_owned()), of_it)];
    }
    let named = |(aspect, of_it): (Option<Aspect>, Vec<&'a Failure<'a>>)| {
        let cause = match aspect {
            Some(aspect) => Cause::Unrefused(part.to_owned(), aspect),
            None => Cause::Constraint(part.to_owned()),
        };
        (cause, of_it)
    };
    // What is told of several constraints has other words where one of them is not checked.
    let largest = found.values_mut().max_by_key(|of_it| of_it.len());
    if let Some(largest) = largest {
        largest.extend(worded);
    }
    found.into_iter().map(named).collect()
}
