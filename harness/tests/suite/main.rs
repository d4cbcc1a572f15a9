//! What a machine can check about the project itself, one module per subject.

mod reference;
