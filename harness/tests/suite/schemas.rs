//! The committed JSON Schemas are those of the types.
//!
//! After a change of the types, `FULLSTOP_BLESS=1 cargo test schema` writes them anew.

use std::fs;

use schemars::Schema;

use crate::root;

#[test]
fn the_schema_of_case_files_is_current() {
    check(
        "cases/schema.json",
        &schemars::schema_for!(fullstop::case::File),
    );
}

#[test]
fn the_schema_of_results_is_current() {
    check(
        "docs/results.schema.json",
        &schemars::schema_for!(fullstop::report::Results),
    );
}

#[test]
fn the_schema_of_a_diagnosis_is_current() {
    check(
        "docs/doctor.schema.json",
        &schemars::schema_for!(fullstop::doctor::Diagnosis),
    );
}

#[test]
fn the_schema_of_sequence_files_is_current() {
    check(
        "cases/sequences/schema.json",
        &schemars::schema_for!(fullstop::case::Sequence),
    );
}

#[test]
fn the_schema_of_lifecycle_results_is_current() {
    check(
        "docs/lifecycle.schema.json",
        &schemars::schema_for!(fullstop::lifecycle::Lifecycle),
    );
}

#[test]
fn the_schema_of_a_comparison_is_current() {
    check(
        "docs/comparison.schema.json",
        &schemars::schema_for!(fullstop::report::Comparison),
    );
}

#[test]
fn the_schema_of_a_plan_is_current() {
    check(
        "docs/plan.schema.json",
        &schemars::schema_for!(fullstop::report::Forecast),
    );
}

#[track_caller]
fn check(path: &str, schema: &Schema) {
    let file = root().join(path);
    let mut wanted = serde_json::to_string_pretty(schema).expect("a schema is JSON");
    wanted.push('\n');
    if std::env::var_os("FULLSTOP_BLESS").is_some() {
        fs::write(&file, &wanted).expect("the schema can be written");
    }
    let committed = fs::read_to_string(&file).unwrap_or_default();
    assert!(
        committed == wanted,
        "{path} is not that of the types: run `FULLSTOP_BLESS=1 cargo test schema`"
    );
}
