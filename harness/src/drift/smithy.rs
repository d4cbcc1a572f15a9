//! The operation in Smithy's JSON AST, versions 1 and 2.

use serde_json::Value;

use crate::contract::Operation;
use crate::drift::ModelError;
use crate::drift::facts::{Described, Facts};
use crate::drift::json::{elements, entries, lacks, number, object, text};

/// The service's namespace, with the mark behind it.
const NAMESPACE: &str = "com.amazonaws.cognitoidentityprovider#";

pub(crate) fn facts(model: &Value) -> Result<Facts, ModelError> {
    let name = Operation::StopUserImportJob.name();
    let operation = shape(model, &format!("{NAMESPACE}{name}"))?;
    let (service_name, service) = service(model)?;

    let mut facts = Facts::default();
    facts.protocol(&protocol(service));
    facts.target(&format!("{service_name}.{name}"));
    facts.signing(&signing(service, operation));
    for error in elements(operation, "errors") {
        let target = text(error, "target", name)?;
        let status = trait_of(shape(model, target)?, "smithy.api#httpError");
        facts.error(bare(target), status.map(Value::to_string));
    }

    for (member, described) in members(model, structure(model, operation, "input")?)? {
        facts.request(&member, &described);
    }
    let output = structure(model, operation, "output")?;
    for (member, described) in members(model, output)? {
        facts.response(&member, &described);
        if described.kind == "structure" {
            let below = structure(model, object(output, "members", name)?, &member)?;
            for (name, described) in members(model, below)? {
                facts.response(&format!("{member}/{name}"), &described);
            }
        }
    }
    Ok(facts)
}

/// The service that the operation belongs to, and its name, which goes in front of the operation's in `X-Amz-Target`.
fn service(model: &Value) -> Result<(&str, &Value), ModelError> {
    entries(model, "shapes")
        .find(|(_, shape)| shape.get("type").and_then(Value::as_str) == Some("service"))
        .map(|(name, shape)| (bare(name), shape))
        .ok_or_else(|| lacks("/shapes", "a shape of type `service`"))
}

/// The protocols of a service, AWS JSON by its name in the documentation.
fn protocol(service: &Value) -> String {
    let protocols: Vec<_> = entries(service, "traits")
        .filter_map(|(name, _)| {
            let protocol = name.strip_prefix("aws.protocols#").or_else(|| {
                let other = name.strip_prefix("smithy.protocols#");
                other.filter(|other| other.starts_with("rpc"))
            });
            protocol.map(|protocol| match protocol {
                "awsJson1_0" => "AWS JSON 1.0",
                "awsJson1_1" => "AWS JSON 1.1",
                other => other,
            })
        })
        .collect();
    protocols.join(", ")
}

fn signing(service: &Value, operation: &Value) -> String {
    let none = trait_of(operation, "smithy.api#auth")
        .and_then(Value::as_array)
        .is_some_and(Vec::is_empty);
    let name = trait_of(service, "aws.auth#sigv4")
        .and_then(|sigv4| sigv4.get("name"))
        .and_then(Value::as_str);
    match name {
        Some(name) if !none => format!("sigv4, {name}"),
        _ => "none".to_owned(),
    }
}

/// The shape that a reference names.
fn structure<'a>(
    model: &'a Value,
    holder: &'a Value,
    member: &str,
) -> Result<&'a Value, ModelError> {
    let reference = object(holder, member, Operation::StopUserImportJob.name())?;
    shape(model, text(reference, "target", member)?)
}

fn shape<'a>(model: &'a Value, id: &str) -> Result<&'a Value, ModelError> {
    object(object(model, "shapes", "")?, id, "/shapes")
}

fn members(model: &Value, structure: &Value) -> Result<Vec<(String, Described)>, ModelError> {
    let mut members = Vec::new();
    for (name, reference) in entries(structure, "members") {
        let target = text(reference, "target", name)?;
        let required = trait_of(reference, "smithy.api#required").is_some();
        // The prelude's shapes are not written out in a model.
        let described = match target.strip_prefix("smithy.api#") {
            Some(simple) => Described::of(kind(&simple.to_lowercase())),
            None => described(shape(model, target)?, name)?,
        };
        members.push((
            name.clone(),
            Described {
                required,
                ..described
            },
        ));
    }
    Ok(members)
}

fn described(shape: &Value, name: &str) -> Result<Described, ModelError> {
    let length = trait_of(shape, "smithy.api#length");
    let bound = |name| length.and_then(|length| number(length, name));
    let pattern = trait_of(shape, "smithy.api#pattern").and_then(Value::as_str);
    Ok(Described {
        length_min: bound("min"),
        length_max: bound("max"),
        pattern: pattern.map(str::to_owned),
        values: values(shape),
        ..Described::of(kind(text(shape, "type", name)?))
    })
}

/// The values of an enum: a shape of its own in version 2, a trait of a string in version 1.
fn values(shape: &Value) -> Vec<String> {
    let of_shape = entries(shape, "members")
        .filter_map(|(_, member)| trait_of(member, "smithy.api#enumValue"))
        .filter_map(Value::as_str);
    let of_trait = trait_of(shape, "smithy.api#enum")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(|one| one.get("value").and_then(Value::as_str));
    of_shape.chain(of_trait).map(str::to_owned).collect()
}

fn kind(of_model: &str) -> &str {
    match of_model {
        "enum" => "string",
        "long" | "integer" | "primitivelong" | "primitiveinteger" => "whole number",
        other => other,
    }
}

fn trait_of<'a>(shape: &'a Value, name: &str) -> Option<&'a Value> {
    shape.get("traits").and_then(|traits| traits.get(name))
}

/// A shape's name without its namespace.
fn bare(id: &str) -> &str {
    id.rsplit('#').next().unwrap_or(id)
}
