//! An answer line by line, with what was wanted at the place where it differs.

use serde::Serialize;

use crate::oracle::Facet;
use crate::report::Mismatch;
use crate::report::html::layout::layout;
use crate::visible::{clipped, on_a_line, visible};

/// The most characters of one line. A hostile header can be long.
const LINE_LENGTH_MAX: usize = 2_200;

/// The most lines of an answer. A body that is shown has at most some thousand letters.
const LINES_MAX: usize = 400;

/// One line of an answer.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Line {
    /// The value that came.
    pub text: String,
    /// Whether it stands where something is missing.
    pub missing: bool,
    /// What was wanted here instead.
    pub marks: Vec<Mark>,
    /// What of the answer it is.
    #[serde(skip)]
    facet: Option<Facet>,
}

/// A difference.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Mark {
    /// Its place, as results name it.
    pub at: String,
    /// What was wanted.
    pub wanted: String,
    /// The value that came.
    pub got: String,
}

/// An answer with its differences; behind it those that are at no place in it, such as the state afterwards.
pub fn annotated(came: &str, mismatches: &[Mismatch]) -> (Vec<Line>, Vec<Mark>) {
    let mut lines = lines(came);
    let mut elsewhere = Vec::new();
    for mismatch in mismatches {
        let mark = Mark::from(mismatch);
        match place(&mut lines, &mismatch.at) {
            Some(line) => line.marks.push(mark),
            None => elsewhere.push(mark),
        }
    }
    (lines, elsewhere)
}

/// The lines of a message: the first, the headers, a blank one, the body.
pub(crate) fn lines(message: &str) -> Vec<Line> {
    let (head, body) = message.split_once("\n\n").unwrap_or((message, ""));
    let mut lines = Vec::new();
    for (index, text) in head.lines().enumerate() {
        let name = text.split_once(':').map_or(text, |(name, _)| name);
        let is_first = index == 0;
        lines.push(Line {
            text: shown(text),
            facet: Some(match is_first {
                true => Facet::Status,
                false => Facet::header(name),
            }),
            ..Line::default()
        });
    }
    let body = layout(body);
    if !body.is_empty() {
        lines.push(Line::default());
    }
    let left_out = body.len().saturating_sub(LINES_MAX);
    for placed in body.into_iter().take(LINES_MAX) {
        lines.push(Line {
            text: shown(&placed.text),
            facet: placed.place.map(Facet::Body),
            ..Line::default()
        });
    }
    if left_out > 0 {
        lines.push(Line {
            text: format!("… <{left_out} more lines>"),
            ..Line::default()
        });
    }
    lines
}

fn shown(text: &str) -> String {
    visible(&clipped(text, LINE_LENGTH_MAX)).into_owned()
}

/// The line at which a mismatch stands. Where something is missing from an answer, a line is made for it.
fn place<'a>(lines: &'a mut Vec<Line>, facet: &Facet) -> Option<&'a mut Line> {
    // What came in place of an answer has no status.
    let status = lines.first().map(|line| line.text.as_str());
    status.filter(|status| status.parse::<u16>().is_ok())?;
    let one_of = |places: &[Facet], usual: usize| {
        let there = places.iter().find(|one| find(lines, one).is_some());
        there.unwrap_or(&places[usual]).clone()
    };
    let facet = match facet {
        // In the order in which clients look.
        Facet::ErrorType => one_of(
            &[
                Facet::header("x-amzn-errortype"),
                Facet::body("/__type"),
                Facet::body("/code"),
            ],
            1,
        ),
        Facet::Message => one_of(&[Facet::body("/Message"), Facet::body("/message")], 1),
        other => other.clone(),
    };
    let index = find(lines, &facet).or_else(|| missing(lines, &facet))?;
    lines.get_mut(index)
}

fn find(lines: &[Line], facet: &Facet) -> Option<usize> {
    let is_there = |line: &Line| line.facet.as_ref() == Some(facet);
    lines.iter().position(is_there)
}

/// Makes a line for what is missing: a header behind the others, a member where its object begins.
fn missing(lines: &mut Vec<Line>, facet: &Facet) -> Option<usize> {
    let (index, text) = match facet {
        Facet::Header(name) => {
            let is_head =
                |line: &&Line| matches!(line.facet, Some(Facet::Status | Facet::Header(_)));
            (lines.iter().take_while(is_head).count(), format!("{name}:"))
        }
        Facet::Body(pointer) if pointer.is_empty() => {
            lines.push(Line::default());
            (lines.len(), "no body".to_owned())
        }
        Facet::Body(pointer) => {
            let (parent, name) = pointer.rsplit_once('/')?;
            // The deepest place above it that there is.
            let mut above = parent;
            let index = loop {
                if let Some(index) = find(lines, &Facet::body(above)) {
                    break index;
                }
                above = above.rsplit_once('/')?.0;
            };
            let indent = lines[index].text.len() - lines[index].text.trim_start().len() + 2;
            (index + 1, format!("{}\"{name}\":", " ".repeat(indent)))
        }
        _ => return None,
    };
    lines.insert(
        index,
        Line {
            text: shown(&text),
            missing: true,
            facet: Some(facet.clone()),
            ..Line::default()
        },
    );
    Some(index)
}

impl From<&Mismatch> for Mark {
    fn from(mismatch: &Mismatch) -> Self {
        Self {
            at: on_a_line(&mismatch.at.to_string()),
            wanted: on_a_line(&clipped(&mismatch.wanted, LINE_LENGTH_MAX)),
            got: on_a_line(&clipped(&mismatch.got, LINE_LENGTH_MAX)),
        }
    }
}
