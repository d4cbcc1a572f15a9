//! What is wrong in a case file, shown in its own lines.

use std::fmt;
use std::ops::Range;

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};

use crate::case::Fault;
use crate::suite::locate::locate;

/// One fault in one case file.
#[derive(Clone, Debug)]
pub struct Diagnostic {
    file: String,
    text: String,
    span: Range<usize>,
    wrong: String,
    right: Option<String>,
}

impl Diagnostic {
    /// A text that is not TOML, or not of the schema's shape.
    pub(crate) fn syntax(file: &str, text: &str, error: &toml::de::Error) -> Self {
        let message = error.message();
        Self {
            file: file.to_owned(),
            text: text.to_owned(),
            span: error
                .span()
                .unwrap_or(0..text.lines().next().map_or(0, str::len)),
            wrong: message.lines().next().unwrap_or(message).to_owned(),
            right: hint(message),
        }
    }

    /// A file of the right shape that makes no sense as a requirement.
    pub(crate) fn meaning(file: &str, text: &str, fault: &Fault) -> Self {
        Self {
            file: file.to_owned(),
            text: text.to_owned(),
            span: locate(text, &fault.place),
            wrong: fault.wrong.clone(),
            right: Some(fault.right.clone()),
        }
    }
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let snippet = Snippet::source(self.text.as_str())
            .path(self.file.as_str())
            .annotation(AnnotationKind::Primary.span(self.span.clone()));
        let mut group =
            Group::with_title(Level::ERROR.primary_title(self.wrong.as_str())).element(snippet);
        if let Some(right) = &self.right {
            group = group.element(Level::HELP.message(right.as_str()));
        }
        f.write_str(&Renderer::plain().render(&[group]))
    }
}

/// What would be right, where the parser's message alone does not tell a newcomer.
fn hint(message: &str) -> Option<String> {
    let missing = message.strip_prefix("missing field `")?.split('`').next()?;
    let example = match missing {
        "requirement" => "requirement = \"One sentence that must hold.\"",
        "level" => "level = \"must\", \"should\" or \"observe\"",
        "sources" => "sources = [{ kind = \"documented\", cite = \"…\" }]",
        "name" => "name = \"one-over\": the last part of the case id",
        "why" => "why = \"What this case shows that no other does.\"",
        _ => return None,
    };
    Some(format!("add {example}"))
}
