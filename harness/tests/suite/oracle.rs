//! What the oracle reads in a request and in an answer.

mod constraints;
mod envelopes;
mod fingerprints;
mod rules;
mod templates;
mod violations;
