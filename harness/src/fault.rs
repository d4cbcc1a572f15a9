//! Faults of an endpoint, each of which breaks a dozen requirements in one way. Pure.

mod answer;
mod cause;
mod group;
mod narrow;
mod request;
mod rule;
mod said;
mod symptom;
mod title;

pub(crate) use answer::causes;
pub(crate) use cause::{Cause, have_one, nearest_key, of_both_told};
pub use cause::{Harm, is_key, stated_twice};
#[cfg(feature = "cli")]
pub(crate) use group::shown;
pub use group::{Example, Fault};
pub(crate) use group::{Failure, fault_of, faults};
pub(crate) use request::{facets, nobody};
pub(crate) use rule::{causes_of_rule, harm_of_rule};
pub(crate) use symptom::{Gist, Kind, Symptom};
pub(crate) use title::title_of_rule;
