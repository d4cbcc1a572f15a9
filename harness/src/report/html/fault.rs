//! A fault, as the template of a page reads it.

use serde::Serialize;

use crate::fault;
use crate::report::Results;
use crate::visible::on_a_line;

/// A fault of a target, with its example.
#[derive(Debug, Serialize)]
pub(crate) struct Fault {
    title: String,
    level: String,
    count: String,
    request: String,
    at: String,
    wanted: String,
    got: String,
    command: String,
}

impl Fault {
    pub(crate) fn of(fault: &fault::Fault, results: &Results) -> Self {
        let count = fault.fixes();
        let cases = if count == 1 { "case" } else { "cases" };
        let example = &fault.example;
        Self {
            title: on_a_line(&fault.title),
            level: fault.level.to_string(),
            count: format!("{count} {cases}"),
            request: on_a_line(&example.request),
            at: on_a_line(&example.at.to_string()),
            wanted: on_a_line(&example.expected),
            got: on_a_line(&example.actual),
            command: on_a_line(&results.command(&example.case)),
        }
    }
}
