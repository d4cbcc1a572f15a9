//! An automaton in the language of Graphviz.

use std::fmt::Write as _;

use crate::lifecycle::automaton::{Automaton, State};
use crate::lifecycle::drawing::{Stroke, label, moves};

/// The drawing as a DOT file: what is documented and was seen in green, what was not seen dashed, what is not established
/// in blue, what the evidence does not permit in red.
pub fn dot(automaton: &Automaton, title: &str) -> String {
    let mut text = String::from("digraph lifecycle {\n");
    let _ = writeln!(text, "  label={};", quoted(title));
    text.push_str("  labelloc=t; rankdir=LR; bgcolor=transparent;\n");
    text.push_str("  node [shape=box, style=rounded, fontname=\"sans-serif\"];\n");
    text.push_str("  edge [fontname=\"sans-serif\", fontsize=10];\n");
    for state in State::all() {
        let unreached = state
            .status()
            .is_some_and(|status| automaton.unreached.contains_key(&status));
        let style = match state {
            State::Nothing => ", shape=point, width=0.15",
            _ if unreached => ", style=\"rounded,dashed\"",
            _ => "",
        };
        let name = quoted(&state.to_string());
        let _ = writeln!(text, "  {name} [label={name}{style}];");
    }
    for one in moves(automaton) {
        let style = match one.stroke {
            Stroke::Kept => "color=\"#2da44e\", fontcolor=\"#2da44e\"",
            Stroke::Unseen => "color=\"#8c959f\", fontcolor=\"#8c959f\", style=dashed",
            Stroke::Open => "color=\"#218bff\", fontcolor=\"#218bff\"",
            Stroke::Different => "color=\"#e5534b\", fontcolor=\"#e5534b\", penwidth=2.5",
        };
        let (from, to) = (quoted(&one.from.to_string()), quoted(&one.to.to_string()));
        let label = quoted(&label(&one.acts));
        let _ = writeln!(text, "  {from} -> {to} [label={label}, {style}];");
    }
    text.push_str("}\n");
    text
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}
