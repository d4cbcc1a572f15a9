//! Bytes to requests. Pure: the same bytes make the same request, and nothing here knows what the right answer is.
//!
//! What is generated is an ordinary [`Case`](crate::case::Case) without expectations, so that a finding is one step from
//! a case file.

mod answer;
mod body;
mod dictionary;
mod directed;
mod facet;
mod generated;
mod letters;
mod member;
mod noise;
mod pattern;
mod raw;
mod seeded;
mod sequence;
mod settings;
mod stop;
mod tokens;
mod value;

pub use answer::{answer, stopped};
pub use dictionary::dictionary;
pub use facet::{Facet, Kind, Part};
pub use generated::{Generated, Generator};
pub use noise::bytes;
pub use pattern::Pattern;
pub use sequence::Steps;
pub use settings::{Parts, Settings};
pub use stop::Stop;
pub use tokens::{mutate, mutate_text, mutated, tokens};
