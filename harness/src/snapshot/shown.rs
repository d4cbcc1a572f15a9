//! Answers of which only a part was shown: a snapshot says what is missing, and the comparison passes over it.
//!
//! Only the answer is compared, since the request is that of the case. The status counts where it was shown. Of the
//! headers those that were shown count. The body counts as a whole where it was shown as a whole; else the members
//! that were shown count, and `message` and `Message` are one, since clients read both alike.

use serde_json::Value;

use crate::case::{Ids, Message};
use crate::snapshot::State;
use crate::snapshot::normalise::render;
use crate::wire::Response;

/// In place of a text that whoever made the job chose.
pub const AS_CHOSEN: &str = "<as chosen>";

/// In place of a status that was not shown.
const NO_STATUS: &str = "<status not shown>";

/// After the headers, since never all of them are held.
const NO_OTHER_HEADERS: &str = "<other headers not shown>";

/// After a body of which only some members were shown.
const NO_OTHER_MEMBERS: &str = "<other members not shown>";

/// Between the request and the answer.
const ANSWER: &str = "\n---\n";

/// Between two answers that are both on record.
const OR: &str = "\n--- or\n";

/// What was shown of an answer besides its headers.
#[derive(Clone, Copy, Debug)]
pub struct Shown {
    /// Its status.
    pub status: bool,
    /// Its body as a whole.
    pub whole: bool,
}

/// Adds an exchange to a snapshot: the first with its request, another as a further answer.
pub fn render_shown(
    snapshot: &mut String,
    sent: &Message,
    came: &Response,
    ids: &Ids,
    shown: Shown,
) {
    let rendered = render(sent, Ok(came), ids);
    let (request, answer) = rendered
        .split_once(ANSWER)
        .expect("a rendered exchange has an answer");
    let (head, body) = answer.split_once("\n\n").unwrap_or((answer, ""));
    let (status, headers) = head.split_once('\n').unwrap_or((head, ""));
    if snapshot.is_empty() {
        snapshot.push_str(request);
        snapshot.push_str(ANSWER);
    } else {
        snapshot.push_str(OR);
    }
    let status = if shown.status { status } else { NO_STATUS };
    let other_members = if shown.whole { "" } else { NO_OTHER_MEMBERS };
    let lines = [status, headers, NO_OTHER_HEADERS, "\n", body.trim_end()];
    for line in lines.iter().filter(|line| !line.is_empty()) {
        snapshot.push_str(line.trim_end());
        snapshot.push('\n');
    }
    snapshot.push_str(other_members);
}

/// Compares an exchange with a snapshot of answers of which only a part was shown.
pub(crate) fn compare_shown(snapshot: &str, rendered: &str) -> State {
    let answers = |text: &str| text.split_once(ANSWER).map(|(_, rest)| rest.to_owned());
    let (Some(recorded), Some(got)) = (answers(snapshot), answers(rendered)) else {
        return State::Changed;
    };
    if recorded.split(OR).any(|answer| is_like(answer, &got)) {
        State::Match
    } else {
        State::Changed
    }
}

fn is_like(shown: &str, got: &str) -> bool {
    let (Some((shown, shown_body)), Some((got, got_body))) =
        (shown.split_once("\n\n"), got.split_once("\n\n"))
    else {
        return false;
    };
    let mut lines = shown.lines();
    let (status, mut got_lines) = (lines.next(), got.lines());
    let got_status = got_lines.next();
    if status != Some(NO_STATUS) && status != got_status {
        return false;
    }
    let got_lines: Vec<_> = got_lines.collect();
    if !lines.all(|line| line == NO_OTHER_HEADERS || got_lines.contains(&line)) {
        return false;
    }
    let shown_part = shown_body.trim_end().strip_suffix(NO_OTHER_MEMBERS);
    let json = |text: &str| serde_json::from_str::<Value>(text).ok();
    let (Some(shown), Some(got)) = (json(shown_part.unwrap_or(shown_body)), json(got_body)) else {
        return false;
    };
    holds(&shown, &got, shown_part.is_none())
}

/// Whether a body shows what another showed.
fn holds(shown: &Value, got: &Value, whole: bool) -> bool {
    match (shown, got) {
        (Value::String(text), _) if text == AS_CHOSEN => got.is_string(),
        (Value::Object(shown), Value::Object(got)) => {
            let other = |name: &str| (!whole && name == "message").then(|| got.get("Message"));
            let found = |name: &str| got.get(name).or_else(|| other(name).flatten());
            (!whole || shown.len() == got.len())
                && shown
                    .iter()
                    .all(|(name, value)| found(name).is_some_and(|got| holds(value, got, whole)))
        }
        _ => shown == got,
    }
}
