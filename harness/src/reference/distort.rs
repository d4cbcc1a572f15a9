//! What mutants do to an answer to StopUserImportJob. What they do to its checks is in `rule` and `operation`.

mod members;
mod refusal;
mod written;

pub(crate) use members::{shown, success};
pub(crate) use refusal::failure;
pub(crate) use written::response;

/// The name as a serialiser's default naming has it.
fn lower_camel(name: &str) -> String {
    let mut chars = name.chars();
    chars.next().map_or_else(String::new, |first| {
        format!("{}{}", first.to_ascii_lowercase(), chars.as_str())
    })
}
