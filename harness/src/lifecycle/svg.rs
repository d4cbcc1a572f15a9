//! An automaton as SVG, drawn without any other program: the moves above, and below them a table of what every operation
//! makes of every state. Its colours follow the reader's, light or dark.

use std::fmt::Write as _;

use crate::contract::Status;
use crate::lifecycle::automaton::{Automaton, Standing, State};
use crate::lifecycle::drawing::{Move, Stroke, cell, label, moves, short};
use crate::lifecycle::walk::ACTS;

const WIDTH: f64 = 1_060.0;
const BOX: (f64, f64) = (112.0, 34.0);

/// Where the table begins, how high its rows and how wide its columns are.
const TABLE_TOP: f64 = 400.0;
const ROW: f64 = 21.0;
const FIRST_COLUMN: f64 = 120.0;
const COLUMN: f64 = 132.0;

const STYLE: &str = "\
.f{fill:#fff}.b{fill:#f6f8fa;stroke:#57606a}.u{stroke-dasharray:4 3}\
text{fill:#1f2328;font:12px sans-serif}.h{font-weight:600}.s{font-size:11px}\
.k{stroke:#1a7f37}.n{stroke:#8c959f;stroke-dasharray:5 4}.o{stroke:#0969da}\
.d{stroke:#cf222e;stroke-width:3}.m{fill:none;stroke-width:1.6}\
text.k{fill:#1a7f37;stroke:none}text.n{fill:#6e7781;stroke:none}\
text.o{fill:#0969da;stroke:none}text.d{fill:#cf222e;stroke:none;font-weight:700}\
text.t{paint-order:stroke;stroke:#fff;stroke-width:4;stroke-linejoin:round}\
.l{stroke:#d0d7de}.ak{fill:#1a7f37}.an{fill:#8c959f}.ao{fill:#0969da}.ad{fill:#cf222e}\
@media(prefers-color-scheme:dark){.f{fill:#0d1117}.b{fill:#161b22;stroke:#8b949e}\
text{fill:#e6edf3}.k{stroke:#3fb950}.n{stroke:#6e7681}.o{stroke:#58a6ff}.d{stroke:#ff7b72}\
text.k{fill:#3fb950}text.n{fill:#8b949e}text.o{fill:#58a6ff}text.d{fill:#ff7b72}\
.l{stroke:#30363d}.ak{fill:#3fb950}.an{fill:#6e7681}.ao{fill:#58a6ff}.ad{fill:#ff7b72}\
text.t{stroke:#0d1117}}";

/// What stands in front of the ids of a drawing that is alone in its document.
const ALONE: &str = "a";

/// The drawing as an SVG document.
pub fn svg(automaton: &Automaton, title: &str) -> String {
    let head = "xmlns=\"http://www.w3.org/2000/svg\"";
    let style = format!("<style>{STYLE}</style>");
    drawn(automaton, title, head, &style, ALONE)
}

/// The same as an element of a page, in the classes of the document's style, which the page has its own rules for. `id`
/// stands in front of its ids, which no other drawing on the page may have.
pub fn inline_svg(automaton: &Automaton, title: &str, id: &str) -> String {
    drawn(automaton, title, "class=\"drawing\"", "", id)
}

fn drawn(automaton: &Automaton, title: &str, head: &str, style: &str, id: &str) -> String {
    let rows = State::all().count();
    let height = TABLE_TOP + ROW * (rows as f64 + 1.0) + 20.0;
    let mut text = String::new();
    let _ = writeln!(
        text,
        "<svg {head} viewBox=\"0 0 {WIDTH} {height}\" role=\"img\" aria-label=\"{0}\">\n<title>{0}</title>\n{style}",
        escaped(title)
    );
    text.push_str("<defs>");
    for class in ["k", "n", "o", "d"] {
        let _ = write!(
            text,
            "<marker id=\"{id}{class}\" viewBox=\"0 0 8 8\" refX=\"7\" refY=\"4\" markerWidth=\"9\" markerHeight=\"9\" markerUnits=\"userSpaceOnUse\" orient=\"auto\"><path class=\"a{class}\" d=\"M0 0L8 4L0 8z\"/></marker>"
        );
    }
    text.push_str("</defs>\n");
    let _ = writeln!(
        text,
        "<rect class=\"f\" width=\"{WIDTH}\" height=\"{height}\"/>"
    );
    let _ = writeln!(
        text,
        "<text class=\"h\" x=\"16\" y=\"24\">{}</text>",
        escaped(title)
    );
    legend(&mut text);
    let moves = moves(automaton);
    for one in &moves {
        line(one, &moves, id, &mut text);
    }
    for state in State::all() {
        node(state, automaton, &mut text);
    }
    table(automaton, &mut text);
    text.push_str("</svg>\n");
    text
}

fn legend(text: &mut String) {
    let entries = [
        ("k", "as documented"),
        ("n", "documented, not seen"),
        ("o", "seen, not established"),
        ("d", "against the evidence"),
    ];
    let mut x = 400.0;
    for (class, name) in entries {
        let _ = writeln!(
            text,
            "<path class=\"m {class}\" d=\"M{x} 20h22\"/><text class=\"s\" x=\"{}\" y=\"24\">{name}</text>",
            x + 27.0
        );
        x += 46.0 + 5.6 * name.len() as f64;
    }
}

/// The middle of a state's box.
fn place(state: State) -> (f64, f64) {
    match state {
        State::Nothing => (26.0, 130.0),
        State::CreatedWithoutFile => (165.0, 130.0),
        State::In(Status::Created) => (350.0, 130.0),
        State::In(Status::Pending) => (530.0, 130.0),
        State::In(Status::InProgress) => (730.0, 130.0),
        State::In(Status::Succeeded) => (960.0, 80.0),
        State::In(Status::Failed) => (960.0, 180.0),
        State::In(Status::Expired) => (350.0, 300.0),
        State::In(Status::Stopping) => (630.0, 245.0),
        State::In(Status::Stopped) => (840.0, 320.0),
    }
}

fn node(state: State, automaton: &Automaton, text: &mut String) {
    let (x, y) = place(state);
    if state == State::Nothing {
        let _ = writeln!(text, "<circle class=\"b\" cx=\"{x}\" cy=\"{y}\" r=\"7\"/>");
        return;
    }
    let is_unreached = state
        .status()
        .is_some_and(|status| automaton.unreached.contains_key(&status));
    let class = if is_unreached { "b u" } else { "b" };
    let (width, height) = BOX;
    let _ = writeln!(
        text,
        "<rect class=\"{class}\" x=\"{}\" y=\"{}\" width=\"{width}\" height=\"{height}\" rx=\"8\"/><text x=\"{x}\" y=\"{}\" text-anchor=\"middle\">{state}</text>",
        x - width / 2.0,
        y - height / 2.0,
        y + 4.0
    );
}

/// A move as a bent line, with what makes it at its middle. Several between the same two states are bent apart.
fn line(one: &Move, all: &[Move], id: &str, text: &mut String) {
    let class = match one.stroke {
        Stroke::Kept => "k",
        Stroke::Unseen => "n",
        Stroke::Open => "o",
        Stroke::Different => "d",
    };
    let (from, to) = (place(one.from), place(one.to));
    let before = all
        .iter()
        .take_while(|other| *other != one)
        .filter(|other| (other.from, other.to) == (one.from, one.to))
        .count();
    let has_opposite = all
        .iter()
        .any(|other| (other.from, other.to) == (one.to, one.from));
    let (dx, dy) = (to.0 - from.0, to.1 - from.1);
    let length = dx.hypot(dy).max(1.0);
    let is_long = length > 260.0;
    let mut bend = 30.0 * before as f64 + if has_opposite { 26.0 } else { 0.0 };
    if is_long {
        bend += 34.0;
    }
    let middle = ((from.0 + to.0) / 2.0, (from.1 + to.1) / 2.0);
    // Left of the way, as seen by who goes it.
    let normal = (dy / length, -dx / length);
    let control = (
        middle.0 + normal.0 * bend * 2.0,
        middle.1 + normal.1 * bend * 2.0,
    );
    let (start, end) = (edge_of(one.from, control), edge_of(one.to, control));
    let at = (
        middle.0 + normal.0 * (bend + 9.0),
        middle.1 + normal.1 * (bend + 9.0) + 4.0,
    );
    let _ = writeln!(
        text,
        "<path class=\"m {class}\" marker-end=\"url(#{id}{class})\" d=\"M{:.0} {:.0}Q{:.0} {:.0} {:.0} {:.0}\"/><text class=\"s {class} t\" text-anchor=\"middle\" x=\"{:.0}\" y=\"{:.0}\">{}</text>",
        start.0,
        start.1,
        control.0,
        control.1,
        end.0,
        end.1,
        at.0,
        at.1,
        label(&one.acts)
    );
}

/// Where the line from a state's middle to a point leaves its box.
fn edge_of(state: State, towards: (f64, f64)) -> (f64, f64) {
    let (x, y) = place(state);
    let (dx, dy) = (towards.0 - x, towards.1 - y);
    if state == State::Nothing {
        let length = dx.hypot(dy).max(1.0);
        return (x + dx / length * 9.0, y + dy / length * 9.0);
    }
    let across = (BOX.0 / 2.0 + 2.0) / dx.abs().max(0.01);
    let down = (BOX.1 / 2.0 + 2.0) / dy.abs().max(0.01);
    let share = across.min(down);
    (x + dx * share, y + dy * share)
}

fn table(automaton: &Automaton, text: &mut String) {
    let column = |index: usize| 16.0 + FIRST_COLUMN + COLUMN * index as f64;
    let _ = writeln!(
        text,
        "<text class=\"h s\" x=\"16\" y=\"{}\">status</text>",
        TABLE_TOP + 14.0
    );
    for (index, act) in ACTS.into_iter().enumerate() {
        let _ = writeln!(
            text,
            "<text class=\"h s\" x=\"{}\" y=\"{}\">{}</text>",
            column(index),
            TABLE_TOP + 14.0,
            short(act)
        );
    }
    let rows = State::all().filter(|state| *state != State::Nothing);
    for (row, state) in rows.enumerate() {
        let y = TABLE_TOP + ROW * (row as f64 + 1.0);
        let _ = writeln!(
            text,
            "<path class=\"l\" d=\"M16 {y}H{}\"/><text class=\"s\" x=\"16\" y=\"{}\">{state}</text>",
            WIDTH - 16.0,
            y + 14.0
        );
        for (index, act) in ACTS.into_iter().enumerate() {
            let edge = automaton
                .edges
                .iter()
                .find(|edge| edge.from == state && edge.act == act);
            let (class, shown) = match edge {
                Some(edge) => {
                    let class = match edge.standing {
                        Standing::Documented => "k",
                        Standing::Open => "o",
                        Standing::Different => "d",
                    };
                    (class, cell(edge))
                }
                None if is_reached(automaton, state) => ("n", "–".to_owned()),
                None => ("n", "not reached".to_owned()),
            };
            let _ = writeln!(
                text,
                "<text class=\"s {class}\" x=\"{}\" y=\"{}\">{}</text>",
                column(index),
                y + 14.0,
                escaped(&shown)
            );
        }
    }
}

/// Whether any operation met a state.
fn is_reached(automaton: &Automaton, state: State) -> bool {
    automaton.edges.iter().any(|edge| edge.from == state)
}

/// What an endpoint says may hold anything.
fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            // What shows nothing, or turns the reading direction.
            letter if letter.is_control() => safe.push('\u{fffd}'),
            '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' => {
                safe.push('\u{fffd}');
            }
            letter => safe.push(letter),
        }
    }
    safe
}
