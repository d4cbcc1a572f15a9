//! An answer line by line, with what was wanted at the place where it differs.

use serde::Serialize;

use crate::oracle::Mismatch;
use crate::report::html::layout::layout;
use crate::visible::{clipped, on_a_line, visible};

/// The most characters of one line. A hostile header can be long.
const LINE_LENGTH_MAX: usize = 2_200;

/// The most lines of an answer. A body that is shown has at most some thousand letters.
const LINES_MAX: usize = 400;

/// The headers and members in which an error type stands, in the order in which clients look.
const ERROR_TYPE: [&str; 3] = ["header x-amzn-errortype", "body/__type", "body/code"];

/// One line of an answer.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Line {
    /// What came.
    pub text: String,
    /// Whether it stands where something is missing.
    pub missing: bool,
    /// What was wanted here instead.
    pub marks: Vec<Mark>,
    /// Its place, as mismatches name it.
    #[serde(skip)]
    place: Option<String>,
}

/// A difference.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Mark {
    /// Its place, as the mismatch names it.
    pub at: String,
    /// What was wanted.
    pub wanted: String,
    /// What came.
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
            place: Some(if is_first {
                "status".to_owned()
            } else {
                format!("header {}", name.to_ascii_lowercase())
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
            place: placed.place.map(|place| format!("body{place}")),
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
fn place<'a>(lines: &'a mut Vec<Line>, at: &str) -> Option<&'a mut Line> {
    // What came in place of an answer has no status.
    let status = lines.first().map(|line| line.text.as_str());
    status.filter(|status| status.parse::<u16>().is_ok())?;
    let at = match at {
        "error type" => {
            let there = ERROR_TYPE.iter().find(|one| find(lines, one).is_some());
            (*there.unwrap_or(&ERROR_TYPE[1])).to_owned()
        }
        "message" if find(lines, "body/Message").is_some() => "body/Message".to_owned(),
        "message" => "body/message".to_owned(),
        _ => match at.strip_prefix("header ") {
            Some(name) => format!("header {}", name.to_ascii_lowercase()),
            None => at.to_owned(),
        },
    };
    let index = find(lines, &at).or_else(|| missing(lines, &at))?;
    lines.get_mut(index)
}

fn find(lines: &[Line], at: &str) -> Option<usize> {
    let is_there = |line: &Line| line.place.as_deref() == Some(at);
    lines.iter().position(is_there)
}

/// Makes a line for what is missing: a header behind the others, a member where its object begins.
fn missing(lines: &mut Vec<Line>, at: &str) -> Option<usize> {
    let (index, text) = if let Some(name) = at.strip_prefix("header ") {
        let is_head = |line: &&Line| {
            let place = line.place.as_deref().unwrap_or_default();
            place == "status" || place.starts_with("header ")
        };
        (lines.iter().take_while(is_head).count(), format!("{name}:"))
    } else if at == "body" {
        lines.push(Line::default());
        (lines.len(), "no body".to_owned())
    } else {
        let (parent, name) = at.strip_prefix("body").and(at.rsplit_once('/'))?;
        // The deepest place above it that there is.
        let mut above = parent;
        let index = loop {
            if let Some(index) = find(lines, above) {
                break index;
            }
            above = above.rsplit_once('/')?.0;
        };
        let indent = lines[index].text.len() - lines[index].text.trim_start().len() + 2;
        (index + 1, format!("{}\"{name}\":", " ".repeat(indent)))
    };
    lines.insert(
        index,
        Line {
            text: shown(&text),
            missing: true,
            place: Some(at.to_owned()),
            ..Line::default()
        },
    );
    Some(index)
}

impl From<&Mismatch> for Mark {
    fn from(mismatch: &Mismatch) -> Self {
        Self {
            at: on_a_line(&mismatch.at),
            wanted: on_a_line(&clipped(&mismatch.wanted, LINE_LENGTH_MAX)),
            got: on_a_line(&clipped(&mismatch.got, LINE_LENGTH_MAX)),
        }
    }
}
