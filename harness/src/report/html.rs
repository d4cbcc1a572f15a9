//! Results as one HTML page that needs nothing else: no network, no fonts, no file beside it.
//!
//! Everything is in the page without its script, which only filters, folds and copies. The answers in it are hostile: they
//! are escaped by the template, what hides in them is named, and the page's policy lets nothing but its own script run.

mod answer;
mod budget;
mod fault;
mod layout;
mod life;
mod page;

pub use answer::{Line, Mark, annotated};
pub use layout::{Placed, layout};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use minijinja::syntax::SyntaxConfig;
use minijinja::value::Serde;
use minijinja::{Environment, Value, context};
use sha2::{Digest as _, Sha256};

use crate::lifecycle::Lifecycle;
use crate::report::Labelled;

const TEMPLATE: &str = include_str!("html/page.html");
const STYLE: &str = include_str!("html/page.css");
const SCRIPT: &str = include_str!("html/page.js");

/// The page's name among templates: its ending turns escaping on.
const NAME: &str = "page.html";

/// A page of one target, or of several side by side under lines that say what they come to together, and of the lives of
/// jobs that were learnt.
pub fn html(
    all: &[Labelled],
    lives: &[Labelled<Lifecycle>],
    standings: &[String],
) -> Result<String, minijinja::Error> {
    let page = page::Page::of(all, lives);
    // Within a script element only `<` could end it.
    let index = serde_json::to_string(&page.index()).unwrap_or_default();
    let index = index.replace('<', "\\u003c");
    let mut environment = Environment::new();
    let mut syntax = SyntaxConfig::builder();
    environment.set_syntax(syntax.trim_blocks(true).lstrip_blocks(true).build()?);
    environment.add_template(NAME, TEMPLATE)?;
    environment.get_template(NAME)?.render(context! {
        page => Value::from(Serde(&page)),
        standings => Value::from(Serde(&standings)),
        style => Value::from_safe_string(STYLE.to_owned()),
        script => Value::from_safe_string(SCRIPT.to_owned()),
        index => Value::from_safe_string(index),
        policy => policy(),
    })
}

/// What the page may do: apply its own style and run its own script, and nothing else.
fn policy() -> String {
    format!(
        "default-src 'none'; style-src '{}'; script-src '{}'; base-uri 'none'; form-action 'none'",
        digest(STYLE),
        digest(SCRIPT)
    )
}

fn digest(text: &str) -> String {
    format!("sha256-{}", BASE64_STANDARD.encode(Sha256::digest(text)))
}
