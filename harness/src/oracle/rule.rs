//! A rule: one sentence with the evidence that carries it, under one id.

use crate::case::{Level, SourceKind};
use crate::oracle::{answers, life};

/// A rule for the answers to any request, or for the life of a job.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rule {
    /// Its name, in kebab case.
    pub id: &'static str,
    /// The rule in one sentence.
    pub text: &'static str,
    /// Its level.
    pub level: Level,
    /// The sort of its evidence.
    pub kind: SourceKind,
    /// Where the evidence is found.
    pub cite: &'static str,
}

impl Rule {
    /// All of them: those about answers, and those about the life of a job.
    pub fn all() -> impl Iterator<Item = Self> {
        answers::ALL.iter().copied().chain(Self::of_life())
    }

    /// Those about the life of a job, which sequences and races are held to.
    pub fn of_life() -> impl Iterator<Item = Self> {
        life::RULES.iter().copied()
    }

    /// The rule of that name.
    pub fn named(id: &str) -> Option<Self> {
        Self::all().find(|rule| rule.id == id)
    }

    /// Its evidence, in words.
    pub fn source(self) -> String {
        format!("{}: {}", self.kind.name(), self.cite)
    }
}

/// Declares rules and the list of all of them.
macro_rules! rules {
    ($($name:ident = $id:literal, $level:ident($text:expr, $kind:expr, $cite:expr $(,)?);)+) => {
        $(pub(crate) const $name: Rule = Rule {
            id: $id,
            text: $text,
            level: $level,
            kind: $kind,
            cite: $cite,
        };)+

        /// All of them.
        pub(crate) const ALL: &[Rule] = &[$($name,)+];
    };
}
pub(crate) use rules;
