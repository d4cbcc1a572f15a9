//! One case told in full: what must hold, where that comes from, what is sent and what may come.

use std::fmt::Write as _;

use crate::case::{Case, Expectation, Grade, Ids, Message, Post, Requirement};
use crate::oracle::Rule;

/// Ids of the kind that an endpoint hands out, to show a request with.
const EXAMPLE: (&str, &str) = ("us-east-1_EXAMPLE", "import-mAgUtd8PMm");

/// Explains a requirement, and one of its cases or all of them.
pub fn explain(requirement: &Requirement, case: Option<&Case>) -> String {
    let mut text = format!("{}\n{}\n\n", requirement.id, requirement.text);
    let _ = writeln!(text, "level    {}", requirement.level);
    let _ = writeln!(text, "since    {}", requirement.since);
    for source in &requirement.sources {
        let _ = writeln!(text, "source   {}: {}", source.kind.name(), source.cite);
    }
    if requirement.invariant.is_some() {
        text.push_str("held by  every answer to a valid request of the selected cases\n");
    }
    let all = requirement.cases.iter().map(AsRef::as_ref);
    for case in all.filter(|one| case.is_none_or(|case| case.id == one.id)) {
        explain_case(case, &mut text);
    }
    text
}

/// Explains a rule that sequences, races or campaigns hold answers to.
pub fn explain_rule(rule: Rule) -> String {
    let is_of_life = Rule::of_life().any(|one| one == rule);
    let held_by = match is_of_life {
        true => "the sequences and races of `fullstop lifecycle` and `fullstop fuzz`",
        false => "the requests that `fullstop fuzz` makes",
    };
    format!(
        "{}\n{}\n\nlevel    {}\nsource   {}\nheld by  {held_by}\n",
        rule.id,
        rule.text,
        rule.level,
        rule.source(),
    )
}

fn explain_case(case: &Case, text: &mut String) {
    let _ = write!(
        text,
        "\n{}\n  why      {}\n  given    {}\n",
        case.id, case.why, case.given
    );
    if let Some(fault) = &case.fault {
        let _ = writeln!(text, "  fault    the endpoint is asked to answer {fault}");
    }
    let ids = Ids {
        pool: EXAMPLE.0.to_owned(),
        job: EXAMPLE.1.to_owned(),
    };
    for (index, line) in request_lines(case, &ids).iter().enumerate() {
        let _ = writeln!(
            text,
            "  {:<7}  {line}",
            if index == 0 { "sends" } else { "" }
        );
    }
    expected(case, text);
}

/// What may come, and what must hold afterwards.
pub(crate) fn expected(case: &Case, text: &mut String) {
    if case.expect.is_empty() {
        text.push_str("  expects  nothing: the answer is recorded\n");
    }
    for (index, expectation) in case.expect.iter().enumerate() {
        let label = if index == 0 { "expects" } else { "or" };
        let _ = writeln!(text, "  {label:<7}  {}", told(expectation));
    }
    let after = match case.post {
        Some(Post::Stopped) => "the job reaches Stopped and stays there",
        Some(Post::KeepsStatus) => "the job has the status that it had",
        Some(Post::Untouched) => "the job was not stopped and is what it was",
        Some(Post::BystanderUntouched) => "another started job was not stopped and is what it was",
        Some(Post::Unread) | None => return,
    };
    let _ = writeln!(text, "  after    {after}");
}

fn request_lines(case: &Case, ids: &Ids) -> Vec<String> {
    match case.compose(ids) {
        Message::Plain { request, .. } => {
            let mut lines = vec![format!("{} {}", request.method, request.path)];
            lines.extend(
                request
                    .headers
                    .iter()
                    .map(|header| format!("{}: {}", header.name, header.value.escape_ascii())),
            );
            lines.push(clipped(&request.body));
            lines
        }
        Message::Raw { raw, body } => {
            let mut lines = raw.head;
            lines.push(clipped(&body));
            lines
        }
    }
}

/// The most bytes of a body that an explanation shows.
const BODY_SIZE_MAX: usize = 400;

fn clipped(body: &[u8]) -> String {
    let head = body[..body.len().min(BODY_SIZE_MAX)].to_vec();
    let text =
        String::from_utf8(head).unwrap_or_else(|error| error.as_bytes().escape_ascii().to_string());
    if body.len() > BODY_SIZE_MAX {
        format!("{text}… <{} bytes>", body.len())
    } else {
        text
    }
}

fn told(expectation: &Expectation) -> String {
    let mut parts = Vec::new();
    if expectation.answer.is_some() {
        parts.push("any answer".to_owned());
    }
    parts.extend(expectation.status.map(|status| status.to_string()));
    if !expectation.error.is_empty() {
        parts.push(expectation.error.join(" or "));
    }
    parts.extend(
        expectation
            .message
            .as_ref()
            .map(|pattern| format!("message /{pattern}/")),
    );
    for assertion in &expectation.body {
        let mut fact = serde_json::to_value(assertion).unwrap_or_default();
        let at = fact
            .as_object_mut()
            .and_then(|fact| fact.remove("at"))
            .unwrap_or_default();
        parts.push(format!("{} {fact}", at.as_str().unwrap_or_default()));
    }
    for header in &expectation.headers {
        let fact = header
            .matches
            .as_ref()
            .map_or("present".to_owned(), |pattern| format!("/{pattern}/"));
        parts.push(format!("header {} {fact}", header.name));
    }
    if let (Grade::Tolerated, Some(flag)) = (expectation.grade, &expectation.flag) {
        parts.push(format!("(tolerated: {flag})"));
    }
    parts.join(", ")
}
