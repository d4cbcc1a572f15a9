//! The generator: bytes in, a request out.

use std::sync::Arc;

use arbitrary::{Result, Unstructured};

use crate::case::{Case, Change, Given, Level};
use crate::contract::Operation;
use crate::generator::facet::{Facet, Kind, Part};
use crate::generator::settings::Settings;
use crate::generator::value::Member;
use crate::generator::{directed, raw, seeded};

/// Makes requests. The same settings, seeds and bytes make the same request on any machine.
#[derive(Clone, Debug)]
pub struct Generator {
    settings: Settings,
    seeds: Vec<Arc<Case>>,
    members: [Member; 2],
}

/// A generated request, relative to the ids of its precondition: [`Case::compose`] fills those in.
#[derive(Clone, Debug)]
pub struct Generated {
    /// The request as a case without expectations, so that a finding is one step from a case file.
    pub case: Case,
    /// How it was made.
    pub kind: Kind,
    /// What was changed in it; nothing in a valid one. For counting, never for judging.
    pub facets: Vec<Facet>,
}

impl Generator {
    /// A generator with seeds: cases, published exchanges, and what a campaign found worth keeping. Seeds that call
    /// another operation are left out, and large ones are made as small as the settings want them.
    pub fn new(settings: Settings, seeds: impl IntoIterator<Item = Arc<Case>>) -> Self {
        let is_judged = |case: &Arc<Case>| case.operation == Operation::StopUserImportJob;
        let seeds = seeds.into_iter().filter(is_judged);
        Self {
            seeds: seeds
                .map(|case| seeded::bounded(case, settings.body_size_max))
                .collect(),
            settings,
            members: Member::both(),
        }
    }

    /// What it was made with.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// The seeds that it mutates.
    pub fn seeds(&self) -> &[Arc<Case>] {
        &self.seeds
    }

    /// Makes a request of one kind.
    pub fn generate(&self, kind: Kind, input: &mut Unstructured<'_>) -> Result<Generated> {
        let settings = self.settings.swarm(input)?;
        match kind {
            Kind::Seeded if !self.seeds.is_empty() => self.seeded(&settings, input),
            // Where there is nothing to mutate, a directed request is what a seed would have been.
            Kind::Directed | Kind::Seeded => self.directed(&settings, input),
            Kind::Raw => Self::raw(&settings, input),
        }
    }

    /// Mutates a case that is not among the seeds, such as one that a campaign has just found worth keeping. What is
    /// spliced in comes from the seeds.
    pub fn mutate(&self, parent: &Case, input: &mut Unstructured<'_>) -> Result<Generated> {
        let settings = self.settings.swarm(input)?;
        self.mutated(parent, &settings, input)
    }

    fn directed(&self, settings: &Settings, input: &mut Unstructured<'_>) -> Result<Generated> {
        let is_valid = input.int_in_range(0..=15u8)? < settings.valid_in_16;
        let mut case = blank(Given::STARTED);
        let mut facets = Vec::new();
        // A fault is sent to a job that the request would stop otherwise: there, a check that is missing has
        // consequences. A fault in any other situation is the business of seeds.
        if is_valid {
            case.given = *input.choose(&settings.givens)?;
            if case.given != Given::STARTED {
                facets.push(Facet::new(Part::Given, "other"));
            }
        } else if let Some((change, facet)) = directed::change(&self.members, settings, input)? {
            case.changes.push(change);
            facets.push(facet);
        }
        Ok(Generated {
            case,
            kind: Kind::Directed,
            facets,
        })
    }

    fn seeded(&self, settings: &Settings, input: &mut Unstructured<'_>) -> Result<Generated> {
        let seed = input.choose(&self.seeds)?;
        self.mutated(seed, settings, input)
    }

    fn mutated(
        &self,
        parent: &Case,
        settings: &Settings,
        input: &mut Unstructured<'_>,
    ) -> Result<Generated> {
        let other = match self.seeds.len() {
            0 => parent,
            count => &self.seeds[input.choose_index(count)?],
        };
        let mut case = Case {
            id: ID.to_owned(),
            why: WHY.to_owned(),
            level: Level::Observe,
            expect: Vec::new(),
            post: None,
            // Copied without what is replaced above: a seed's expectations are long.
            given: parent.given,
            operation: parent.operation,
            changes: parent.changes.clone(),
            fault: parent.fault.clone(),
        };
        let facets = seeded::mutate(&mut case, other, &self.members, settings, input)?;
        Ok(Generated {
            case,
            kind: Kind::Seeded,
            facets,
        })
    }

    fn raw(settings: &Settings, input: &mut Unstructured<'_>) -> Result<Generated> {
        let mut case = blank(*input.choose(&settings.givens)?);
        let (message, facets) = raw::request(settings, input)?;
        case.changes.push(Change::Raw(message));
        Ok(Generated {
            case,
            kind: Kind::Raw,
            facets,
        })
    }
}

/// What stands in the place of a case's id and of its reason, until someone finds better ones.
const ID: &str = "generated/request/one";
const WHY: &str = "Generated.";

/// A valid request in some situation.
fn blank(given: Given) -> Case {
    Case {
        id: ID.to_owned(),
        why: WHY.to_owned(),
        level: Level::Observe,
        given,
        operation: Operation::StopUserImportJob,
        changes: Vec::new(),
        fault: None,
        expect: Vec::new(),
        post: None,
    }
}
