//! Fixtures that several requests share, for whoever sends requests against them.
//!
//! Failing here is never a failed case: a fixture that cannot be made has a reason.

mod fixture_pool;

pub(crate) use fixture_pool::{ExclusiveLease, FixtureLease, FixturePool};
