//! One call, and its members by their types.

use serde_json::{Map, Value};

use crate::reference::failure::Failure;
use crate::reference::options::Options;
use crate::reference::rule::{Rule, Violations};
use crate::reference::{Moment, Mutant, Variation};

/// A call of an operation.
#[derive(Debug)]
pub(crate) struct Call<'a> {
    /// The members of the body.
    pub(crate) members: &'a Map<String, Value>,
    /// The time of the endpoint.
    pub(crate) now: Moment,
    /// Where the client reached the endpoint, for the URL that is handed out.
    pub(crate) host: &'a str,
    pub(crate) options: &'a Options,
}

impl<'a> Call<'a> {
    pub(crate) fn is(&self, mutant: Mutant) -> bool {
        self.options.is(mutant)
    }

    pub(crate) fn varies(&self, variation: Variation) -> bool {
        self.options.varies(variation)
    }

    /// A member that is a string. A null is no member.
    ///
    /// The texts for objects and lists are recorded (aws-amplify/amplify-js#5165; Athena), those for numbers and booleans
    /// for Athena only: this service had an older wording in 2018.
    pub(crate) fn text(&self, name: &str) -> Result<Option<&'a str>, Failure> {
        let kind = match self.members.get(name) {
            None | Some(Value::Null) => return Ok(None),
            Some(Value::String(text)) => return Ok(Some(text)),
            Some(Value::Array(_)) => {
                return Err(Failure::wrong_type(
                    "Start of list found where not expected",
                ));
            }
            Some(Value::Object(_)) => {
                let message = "Start of structure or map found where not expected.";
                return Err(Failure::wrong_type(message));
            }
            Some(Value::Number(_)) => "NUMBER_VALUE",
            Some(Value::Bool(true)) => "TRUE_VALUE",
            Some(Value::Bool(false)) => "FALSE_VALUE",
        };
        let message = format!("{kind} can not be converted to a String");
        Err(Failure::wrong_type(&message))
    }

    /// A member that is a whole number.
    pub(crate) fn count(&self, name: &str) -> Result<Option<u64>, Failure> {
        match self.members.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::Number(number)) => Ok(Some(number.as_u64().unwrap_or(0))),
            Some(_) => Err(Failure::wrong_type(
                "STRING_VALUE can not be converted to an Integer",
            )),
        }
    }

    /// String members that must satisfy their rules, or the refusal that names every violation. Types come first.
    pub(crate) fn texts<const N: usize>(
        &self,
        members: [(&str, &Rule); N],
    ) -> Result<[Option<&'a str>; N], Failure> {
        let mut values = [None; N];
        for (value, (name, _)) in values.iter_mut().zip(&members) {
            *value = self.text(name)?;
        }
        let mut violations = Violations::default();
        for (value, (_, rule)) in values.iter_mut().zip(&members) {
            *value = rule.effective(*value);
            rule.check(*value, &mut violations);
        }
        violations.into_result(self.options)?;
        Ok(values)
    }

    /// The page size, which a list must be given, within what the API reference allows.
    pub(crate) fn page_size(&self, max: u64) -> Result<usize, Failure> {
        let size = self.count("MaxResults")?;
        let mut violations = Violations::default();
        let mut note = |what: &str| {
            let value = size.map(|size| size.to_string());
            violations.note("maxResults", value.as_deref(), what);
        };
        match size {
            None => note("Member must not be null"),
            Some(0) => note("Member must have value greater than or equal to 1"),
            Some(size) if size > max => {
                note(&format!(
                    "Member must have value less than or equal to {max}"
                ));
            }
            Some(_) => {}
        }
        violations.into_result(self.options)?;
        Ok(usize::try_from(size.unwrap_or(max)).unwrap_or(usize::MAX))
    }
}
