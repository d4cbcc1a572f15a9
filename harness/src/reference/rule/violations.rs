//! What a request breaks, and how it is told.

use crate::reference::Mutant;
use crate::reference::failure::Failure;
use crate::reference::options::Options;
use crate::reference::variation::Variation;

/// Recorded for ListUsers: aws-samples/sample-collaborative-ai-dlc#52.
const UNTOLD: &str = "Input fails to satisfy the constraints.";

/// How much of a value [`Mutant::ValuesCut`] shows.
const CUT_LENGTH: usize = 32;

/// The constraints that a request breaks.
#[derive(Debug, Default)]
pub(crate) struct Violations(Vec<Violation>);

#[derive(Debug)]
struct Violation {
    path: &'static str,
    value: Option<String>,
    what: String,
}

impl Violations {
    /// Notes one.
    pub(crate) fn note(&mut self, path: &'static str, value: Option<&str>, what: &str) {
        self.0.push(Violation {
            path,
            value: value.map(str::to_owned),
            what: what.to_owned(),
        });
    }

    /// The refusal that names them all, if there are any.
    ///
    /// The form is recorded: aws/aws-sdk-js#3344 for one, amazon-archives/amazon-cognito-identity-js#388 for several.
    pub(crate) fn into_result(mut self, options: &Options) -> Result<(), Failure> {
        if self.0.is_empty() {
            return Ok(());
        }
        if options.varies(Variation::ReversedViolations) {
            self.0.reverse();
        }
        if options.is(Mutant::FirstViolationOnly) {
            self.0.truncate(1);
        }
        if options.varies(Variation::ConstraintsUntold) {
            return Err(Failure::constraint(UNTOLD.to_owned()));
        }
        let told: Vec<String> = self
            .0
            .iter()
            .map(|violation| violation.tell(options))
            .collect();
        let is_one = told.len() == 1 || options.is(Mutant::CountAlwaysOne);
        let count = if is_one { 1 } else { told.len() };
        let is_smithy = options.is(Mutant::SmithyServerMessages);
        let joiner = if options.is(Mutant::ViolationsOnLines) {
            "\n"
        } else {
            "; "
        };
        let errors = if count == 1 { "error" } else { "errors" };
        let colon = if is_smithy { '.' } else { ':' };
        Err(Failure::constraint(format!(
            "{count} validation {errors} detected{colon} {}",
            told.join(joiner)
        )))
    }
}

impl Violation {
    fn tell(&self, options: &Options) -> String {
        let Self { path, value, what } = self;
        let value = match (value, options.mutant()) {
            (Some(text), Some(Mutant::SmithyServerMessages)) => {
                format!(" with length {}", text.chars().count())
            }
            (_, Some(Mutant::ValuesNotEchoed)) => String::new(),
            (Some(text), Some(Mutant::ValuesCut)) => {
                let text: String = text.chars().take(CUT_LENGTH).collect();
                format!(" '{text}'")
            }
            (Some(text), _) => format!(" '{text}'"),
            (None, Some(Mutant::NullInQuotes)) => " 'null'".to_owned(),
            (None, _) => " null".to_owned(),
        };
        let path = match options.mutant() {
            Some(Mutant::PathAsMemberName) => path[..1].to_ascii_uppercase() + &path[1..],
            Some(Mutant::SmithyServerMessages) => format!("/{path}"),
            _ => (*path).to_owned(),
        };
        let what = if options.varies(Variation::PatternsAnchored) {
            anchored(what)
        } else {
            what.clone()
        };
        format!("Value{value} at '{path}' failed to satisfy constraint: {what}")
    }
}

/// The pattern as AWS's own Smithy export writes it (aws/api-models-aws).
fn anchored(what: &str) -> String {
    match what.split_once("pattern: ") {
        Some((what, pattern)) => format!("{what}pattern: ^{pattern}$"),
        None => what.to_owned(),
    }
}
