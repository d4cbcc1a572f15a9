//! The members of a stop, as mutants misread them.

use std::borrow::Cow;

use serde_json::{Map, Value};

use crate::reference::Mutant;
use crate::reference::failure::Failure;
use crate::reference::operation::Call;
use crate::reference::signature::decoded;

/// The members as a mutant misreads them.
pub(crate) fn members<'a>(call: &Call<'a>) -> Result<Cow<'a, Map<String, Value>>, Failure> {
    const NAMES: [&str; 2] = ["UserPoolId", "JobId"];
    if call.options.mutant().is_none() {
        return Ok(Cow::Borrowed(call.members));
    }
    let is_missing = |name: &str| call.members.get(name).is_none_or(Value::is_null);
    if call.is(Mutant::MissingAsSerialization) && NAMES.into_iter().any(is_missing) {
        return Err(Failure::malformed(Some("missing field")));
    }
    let is_unknown = |name: &String| !NAMES.contains(&name.as_str());
    if call.is(Mutant::UnknownMembersRefused) && call.members.keys().any(is_unknown) {
        return Err(Failure::malformed(Some("unknown field")));
    }
    let is_bad = |(name, value): (&String, &Value)| match call.options.mutant() {
        Some(Mutant::NullsRefused) => value.is_null(),
        Some(Mutant::NestedMembersRefused) => {
            is_unknown(name) && (value.is_object() || value.is_array())
        }
        _ => false,
    };
    if call.members.iter().any(is_bad) {
        return Err(Failure::malformed(None));
    }
    let coerce = |value: &Value| match (call.options.mutant(), value) {
        (Some(Mutant::NullCoerced), Value::Null) => Some(String::new()),
        (Some(Mutant::NumberCoerced), Value::Number(number)) => Some(number.to_string()),
        (Some(Mutant::ObjectsCoerced), Value::Object(_)) => Some("[object Object]".to_owned()),
        (Some(Mutant::BooleanCoerced), Value::Bool(truth)) => Some(truth.to_string()),
        (Some(Mutant::ListUnwrapped), Value::Array(values)) => match values.as_slice() {
            [Value::String(text)] => Some(text.clone()),
            _ => None,
        },
        _ => None,
    };
    let mut members = Cow::Borrowed(call.members);
    for (name, value) in call.members {
        let known = NAMES
            .into_iter()
            .find(|known| known.eq_ignore_ascii_case(name));
        let Some(known) = known else { continue };
        if let Some(text) = coerce(value) {
            members.to_mut().insert(name.clone(), Value::String(text));
        }
        let is_falsy = value.as_u64() == Some(0) || value.as_bool() == Some(false);
        if is_falsy && call.is(Mutant::FalsyAsMissing) {
            members.to_mut().insert(name.clone(), Value::Null);
        }
        if let (Value::String(text), true) = (value, call.is(Mutant::PercentDecoded)) {
            let text = String::from_utf8_lossy(&decoded(text)).into_owned();
            members.to_mut().insert(name.clone(), Value::String(text));
        }
        if call.is(Mutant::MemberNamesCaseInsensitive) && known != name {
            members.to_mut().insert(known.to_owned(), value.clone());
        }
    }
    Ok(members)
}
