//! The bounds of a generator, each with its reason, and what a run leaves out.

use std::sync::Arc;

use arbitrary::{Result, Unstructured};

use crate::case::{Given, JobState, PoolState};
use crate::contract::Status;
use crate::generator::facet::Part;

/// What is generated, and how much of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// What exists before a request. A caller leaves out what its target cannot reach.
    pub givens: Arc<[Given]>,
    /// What is changed.
    pub parts: Parts,
    /// Of sixteen directed requests so many are valid. A state behind the checks is reached by these alone, and a fault
    /// that shows only there needs many of them.
    pub valid_in_16: u8,
    /// The most characters of a member: twenty times what is permitted, so that an endpoint that cuts long values off is
    /// found out, and short enough to be read in a finding.
    pub text_length_max: usize,
    /// The most bytes of a body that is made large on purpose. The service's own limit is not established; this is
    /// beyond the first buffer of any server, and cheap to send a thousand times a second.
    pub body_size_max: usize,
    /// How deep a body is nested at most: past the 128 of common readers, and far from what exhausts a stack.
    pub depth_max: usize,
    /// The most mutations of one seed. Each makes it likelier that the first check already refuses the request, so that
    /// nothing behind it is seen.
    pub mutation_count_max: usize,
    /// The most changes in the framing of one raw request. Two are enough for framings that disagree.
    pub framing_count_max: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            givens: all_givens().into(),
            parts: Parts::ALL,
            valid_in_16: 4,
            text_length_max: 1_100,
            body_size_max: 80 << 10,
            depth_max: 200,
            mutation_count_max: 3,
            framing_count_max: 2,
        }
    }
}

impl Settings {
    /// The same without some parts, which the input chooses: a run that cannot change everything goes deeper into what
    /// is left, since one kind of change no longer hides another (swarm testing; Groce and others, ISSTA 2012).
    pub fn swarm(&self, input: &mut Unstructured<'_>) -> Result<Self> {
        // Half of the runs leave nothing out: what needs two kinds of change must stay likely.
        if input.arbitrary()? {
            return Ok(self.clone());
        }
        let kept = Parts(self.parts.0 & input.arbitrary::<u16>()?);
        Ok(Self {
            // Without any part there would be nothing to do.
            parts: if kept == Parts::NONE {
                self.parts
            } else {
                kept
            },
            ..self.clone()
        })
    }
}

/// Every situation that a case can be in. A started job comes twice, as it is where the operation succeeds.
fn all_givens() -> Vec<Given> {
    let given = |job, pool| Given { job, pool };
    let mut givens = vec![
        given(JobState::Started, PoolState::Present),
        given(JobState::Absent, PoolState::Present),
        given(JobState::Elsewhere, PoolState::Present),
        given(JobState::Absent, PoolState::Absent),
    ];
    givens.extend(Status::ALL.map(|status| given(JobState::Is(status), PoolState::Present)));
    givens
}

/// A set of parts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Parts(u16);

impl Parts {
    /// No part.
    pub const NONE: Self = Self(0);

    /// Every part.
    pub const ALL: Self = Self((1 << Part::ALL.len()) - 1);

    /// The same with another part.
    #[must_use]
    pub fn with(self, part: Part) -> Self {
        Self(self.0 | 1 << part as u16)
    }

    /// The same without a part.
    #[must_use]
    pub fn without(self, part: Part) -> Self {
        Self(self.0 & !(1 << part as u16))
    }

    /// Whether it has a part.
    pub fn has(self, part: Part) -> bool {
        self.0 >> part as u16 & 1 == 1
    }
}
