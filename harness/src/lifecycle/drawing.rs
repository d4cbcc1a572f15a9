//! What a drawing of an automaton shows: the moves from state to state, documented against observed.

use std::collections::BTreeMap;

use crate::case::Act;
use crate::contract::Status;
use crate::lifecycle::automaton::{Automaton, Edge, Standing, State, documented};

/// How a move is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Stroke {
    /// Documented and seen.
    Kept,
    /// Documented and not seen.
    Unseen,
    /// Seen, and nothing is established about it.
    Open,
    /// Seen, and not permitted.
    Different,
}

/// A move from one state to another, with what makes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Move {
    pub(crate) from: State,
    pub(crate) to: State,
    pub(crate) stroke: Stroke,
    pub(crate) acts: Vec<Act>,
}

/// The moves of a drawing, the different ones last so that nothing hides them.
pub(crate) fn moves(automaton: &Automaton) -> Vec<Move> {
    let mut all: BTreeMap<(Stroke, State, State), Vec<Act>> = BTreeMap::new();
    for edge in automaton.edges.iter().filter(|edge| edge.moves()) {
        let Some(to) = edge.to.filter(|to| *to != State::Nothing) else {
            continue;
        };
        if edge.standing == Standing::Documented && is_same(edge.from, edge.act) {
            continue;
        }
        let stroke = match edge.standing {
            Standing::Documented => Stroke::Kept,
            Standing::Open => Stroke::Open,
            Standing::Different => Stroke::Different,
        };
        let acts = all.entry((stroke, edge.from, to)).or_default();
        if !acts.contains(&edge.act) {
            acts.push(edge.act);
        }
    }
    for (from, act, to, standing) in documented() {
        let is_seen = automaton
            .edges
            .iter()
            .any(|edge| edge.from == from && edge.act == act && edge.to == Some(to));
        if !is_seen && standing == Standing::Documented && !is_detour(from, act, to) {
            all.entry((Stroke::Unseen, from, to)).or_default().push(act);
        }
    }
    all.into_iter()
        .map(|((stroke, from, to), acts)| Move {
            from,
            to,
            stroke,
            acts,
        })
        .collect()
}

/// Whether a move is made of others, or is the same as another, so that drawing it shows nothing new.
fn is_detour(from: State, act: Act, to: State) -> bool {
    let skips = from == State::In(Status::Pending) && to.status().is_some_and(Status::is_finished);
    skips || is_same(from, act)
}

/// Whether a move is drawn at the job that has its file already.
fn is_same(from: State, act: Act) -> bool {
    from == State::CreatedWithoutFile && act == Act::Wait
}

/// What is written at a move.
pub(crate) fn label(acts: &[Act]) -> String {
    let names: Vec<_> = acts.iter().map(|act| short(*act)).collect();
    names.join(", ")
}

/// An operation in one word.
pub(crate) fn short(act: Act) -> &'static str {
    match act {
        Act::CreateUserPool => "pool",
        Act::CreateUserImportJob => "Create",
        Act::Upload => "upload",
        Act::StartUserImportJob => "Start",
        Act::StopUserImportJob => "Stop",
        Act::DescribeUserImportJob => "Describe",
        Act::ListUserImportJobs => "List",
        Act::DeleteUserPool => "DeletePool",
        Act::Wait => "time",
    }
}

/// What an edge shows in the table below the drawing: the error, or where the job went, or that it stayed.
pub(crate) fn cell(edge: &Edge) -> String {
    let text = match (edge.granted, edge.to) {
        (None, _) => edge.answer.to_string(),
        (Some(true), Some(State::Nothing)) if edge.from != State::Nothing => "→ gone".to_owned(),
        (Some(true), Some(to)) if edge.moves() => format!("→ {}", brief(to)),
        (Some(true), _) => "stays".to_owned(),
        (Some(false), to) => {
            let name = edge
                .answer
                .said()
                .map_or_else(|| edge.answer.to_string(), str::to_owned);
            let name = name.strip_suffix("Exception").unwrap_or(&name);
            match to {
                Some(to) if edge.moves() => format!("{name} → {}", brief(to)),
                _ => name.to_owned(),
            }
        }
    };
    const LENGTH_MAX: usize = 21;
    let mut cut: String = text.chars().take(LENGTH_MAX).collect();
    if text.chars().nth(LENGTH_MAX).is_some() {
        cut.push('…');
    }
    cut
}

fn brief(state: State) -> &'static str {
    state.status().map_or("no job", Status::name)
}
