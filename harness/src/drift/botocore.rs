//! The operation in botocore's `service-2.json`.

use serde_json::Value;

use crate::contract::Operation;
use crate::drift::ModelError;
use crate::drift::facts::{Described, Facts};
use crate::drift::json::{elements, entries, number, object, text};

pub(crate) fn facts(model: &Value) -> Result<Facts, ModelError> {
    let metadata = object(model, "metadata", "")?;
    let operations = object(model, "operations", "")?;
    let name = Operation::StopUserImportJob.name();
    let operation = object(operations, name, "/operations")?;

    let mut facts = Facts::default();
    facts.protocol(&protocol(metadata)?);
    let prefix = text(metadata, "targetPrefix", "/metadata")?;
    facts.target(&format!("{prefix}.{name}"));
    facts.signing(&signing(metadata, operation)?);
    for error in elements(operation, "errors") {
        let name = text(error, "shape", "/operations/StopUserImportJob/errors")?;
        let shape = shape(model, name)?;
        let status = shape.get("error");
        facts.error(
            name,
            status.and_then(|error| number(error, "httpStatusCode")),
        );
    }

    let input = structure(model, operation, "input")?;
    for (member, described) in members(model, input)? {
        facts.request(&member, &described);
    }
    let output = structure(model, operation, "output")?;
    for (member, described) in members(model, output)? {
        facts.response(&member, &described);
        if described.kind == "structure" {
            let below = structure(model, object(output, "members", "")?, &member)?;
            for (name, described) in members(model, below)? {
                facts.response(&format!("{member}/{name}"), &described);
            }
        }
    }
    Ok(facts)
}

/// The protocol by its name in the protocol's documentation.
fn protocol(metadata: &Value) -> Result<String, ModelError> {
    let protocol = text(metadata, "protocol", "/metadata")?;
    let others: Vec<_> = elements(metadata, "protocols")
        .filter_map(Value::as_str)
        .filter(|other| *other != protocol)
        .collect();
    let mut told = match (
        protocol,
        metadata.get("jsonVersion").and_then(Value::as_str),
    ) {
        ("json", Some(version)) => format!("AWS JSON {version}"),
        _ => protocol.to_owned(),
    };
    for other in others {
        told.push_str(&format!(", {other}"));
    }
    Ok(told)
}

fn signing(metadata: &Value, operation: &Value) -> Result<String, ModelError> {
    if operation.get("authtype").and_then(Value::as_str) == Some("none") {
        return Ok("none".to_owned());
    }
    let version = text(metadata, "signatureVersion", "/metadata")?;
    let name = match metadata.get("signingName").and_then(Value::as_str) {
        Some(name) => name,
        None => text(metadata, "endpointPrefix", "/metadata")?,
    };
    Ok(format!("sig{version}, {name}"))
}

/// The shape that a reference names.
fn structure<'a>(
    model: &'a Value,
    holder: &'a Value,
    member: &str,
) -> Result<&'a Value, ModelError> {
    let reference = object(holder, member, "/operations/StopUserImportJob")?;
    shape(model, text(reference, "shape", member)?)
}

fn shape<'a>(model: &'a Value, name: &str) -> Result<&'a Value, ModelError> {
    object(object(model, "shapes", "")?, name, "/shapes")
}

fn members(model: &Value, structure: &Value) -> Result<Vec<(String, Described)>, ModelError> {
    let required: Vec<_> = elements(structure, "required")
        .filter_map(Value::as_str)
        .collect();
    let mut members = Vec::new();
    for (name, reference) in entries(structure, "members") {
        let shape = shape(model, text(reference, "shape", name)?)?;
        let kind = match text(shape, "type", name)? {
            "long" | "integer" => "whole number",
            other => other,
        };
        members.push((
            name.clone(),
            Described {
                kind: kind.to_owned(),
                required: required.contains(&name.as_str()),
                length_min: number(shape, "min"),
                length_max: number(shape, "max"),
                pattern: shape
                    .get("pattern")
                    .and_then(Value::as_str)
                    .map(str::to_owned),
                values: elements(shape, "enum")
                    .filter_map(Value::as_str)
                    .map(str::to_owned)
                    .collect(),
            },
        ));
    }
    Ok(members)
}
