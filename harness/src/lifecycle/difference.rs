//! What the evidence does not permit, with the shortest way to see it.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::case::{Act, Level};
use crate::lifecycle::automaton::{Automaton, Edge, Standing, State};
use crate::oracle::{Brief, LifeBreach, Rule};

/// Something that the evidence does not permit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Difference {
    /// The rule that is broken.
    pub rule: String,
    /// How firmly.
    pub level: Level,
    /// What holds, in a sentence.
    pub text: String,
    /// What that stands on.
    pub source: String,
    /// Where the job was.
    pub from: State,
    /// The operation.
    pub act: Act,
    /// What was wanted.
    pub wanted: String,
    /// The value that came.
    pub got: String,
    /// The fewest operations that show it.
    pub trace: Vec<String>,
}

impl Difference {
    /// What an edge has against the table, if anything.
    pub(crate) fn of(edge: &Edge, automaton: &Automaton) -> Option<Self> {
        if edge.standing != Standing::Different {
            return None;
        }
        let rule = Rule::named(&edge.rule)?;
        let entry = edge.from.entry(edge.act)?;
        let is_denied = edge.granted == Some(true)
            && entry.wanted == crate::oracle::Wanted::Refused
            || rule.id == "start-needs-file";
        let wanted = match edge.from.status() {
            _ if is_denied => "a refusal".to_owned(),
            _ if entry.to.is_empty() => "no job any more".to_owned(),
            _ => format!("the job in {}", entry.to.in_time()),
        };
        let to = edge
            .to
            .map_or_else(String::new, |to| format!("; the job is then: {to}"));
        let mut difference = Self {
            from: edge.from,
            act: edge.act,
            wanted,
            got: format!("{}{to}", edge.answer),
            trace: Vec::new(),
            ..Self::about(rule, edge.level)
        };
        difference.take_way(automaton);
        Some(difference)
    }

    /// What an answer to an operation in some state breaks.
    pub(crate) fn broken(from: State, act: Act, answer: &Brief, breach: &LifeBreach) -> Self {
        let violation = &breach.violation;
        Self {
            from,
            act,
            wanted: format!("{}: {}", violation.at(), violation.expected),
            got: format!("{} (answered {answer})", violation.actual),
            trace: Vec::new(),
            ..Self::about(breach.rule, breach.level)
        }
    }

    fn about(rule: Rule, level: Level) -> Self {
        Self {
            rule: rule.id.to_owned(),
            level,
            text: rule.text.to_owned(),
            source: rule.source(),
            from: State::Nothing,
            act: Act::Wait,
            wanted: String::new(),
            got: String::new(),
            trace: Vec::new(),
        }
    }

    /// Takes the shortest way that was observed to where it shows.
    pub(crate) fn take_way(&mut self, automaton: &Automaton) {
        let way = automaton.way_to(self.from);
        let mut trace = way.map_or_else(
            || vec![format!("a job in {}, as the driver made it", self.from)],
            |way| way.iter().map(|act| act.name().to_owned()).collect(),
        );
        trace.push(self.act.name().to_owned());
        if self.act != Act::DescribeUserImportJob {
            trace.push(Act::DescribeUserImportJob.name().to_owned());
        }
        self.trace = trace;
    }

    /// Whether it is about the same operation in the same state.
    pub(crate) fn is_same_fault(&self, other: &Self) -> bool {
        self.from == other.from && self.act == other.act
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "different  {}  {}", self.rule, self.level)?;
        writeln!(f, "  {}", self.text)?;
        writeln!(f, "  source  {}", self.source)?;
        writeln!(f, "  where   {} meets {}", self.act, self.from)?;
        writeln!(f, "  trace   {}", self.trace.join(", "))?;
        writeln!(f, "  wanted  {}", self.wanted)?;
        writeln!(f, "  got     {}", self.got)
    }
}
