//! JSON to be written: members in order, and numbers as they are spelled.
//!
//! `serde_json` decides both by its features; here `__type` comes first and a timestamp may be `1.7E9`.

use std::fmt::Write as _;

/// A JSON value to write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Json {
    /// `null`.
    Null,
    /// A string, not yet escaped.
    Text(String),
    /// A number, or anything else that is JSON as it stands.
    Raw(String),
    /// An array.
    List(Vec<Self>),
    /// An object, its members in this order.
    Object(Vec<(String, Self)>),
}

impl Json {
    /// A string.
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    /// A whole number.
    pub fn count(count: u64) -> Self {
        Self::Raw(count.to_string())
    }

    /// An object of these members.
    pub fn object<const N: usize>(members: [(&str, Self); N]) -> Self {
        Self::Object(
            members
                .into_iter()
                .map(|(name, value)| (name.to_owned(), value))
                .collect(),
        )
    }

    /// Without a blank, as the service writes.
    pub fn compact(&self) -> String {
        let mut out = String::new();
        self.write(&mut out, None);
        out
    }

    /// Over several lines.
    pub fn pretty(&self) -> String {
        let mut out = String::new();
        self.write(&mut out, Some(0));
        out
    }

    /// Values are only ever nested as deep as the code that builds them, so recursion is bounded.
    fn write(&self, out: &mut String, indent: Option<usize>) {
        let deeper = indent.map(|depth| depth + 1);
        match self {
            Self::Null => out.push_str("null"),
            Self::Raw(raw) => out.push_str(raw),
            Self::Text(text) => write_text(out, text),
            Self::List(values) => {
                out.push('[');
                for (index, value) in values.iter().enumerate() {
                    separate(out, index, deeper);
                    value.write(out, deeper);
                }
                end(out, values.is_empty(), indent);
                out.push(']');
            }
            Self::Object(members) => {
                out.push('{');
                for (index, (name, value)) in members.iter().enumerate() {
                    separate(out, index, deeper);
                    write_text(out, name);
                    out.push_str(if indent.is_some() { ": " } else { ":" });
                    value.write(out, deeper);
                }
                end(out, members.is_empty(), indent);
                out.push('}');
            }
        }
    }
}

fn separate(out: &mut String, index: usize, indent: Option<usize>) {
    if index > 0 {
        out.push(',');
    }
    if let Some(depth) = indent {
        out.push('\n');
        out.push_str(&"  ".repeat(depth));
    }
}

fn end(out: &mut String, is_empty: bool, indent: Option<usize>) {
    if let (false, Some(depth)) = (is_empty, indent) {
        out.push('\n');
        out.push_str(&"  ".repeat(depth));
    }
}

fn write_text(out: &mut String, text: &str) {
    out.push('"');
    let mut start = 0;
    for (at, byte) in text.bytes().enumerate() {
        if byte >= b' ' && byte != b'"' && byte != b'\\' {
            continue;
        }
        out.push_str(&text[start..at]);
        start = at + 1;
        match byte {
            b'"' => out.push_str("\\\""),
            b'\\' => out.push_str("\\\\"),
            b'\n' => out.push_str("\\n"),
            b'\r' => out.push_str("\\r"),
            b'\t' => out.push_str("\\t"),
            other => {
                // Writing to a String does not fail.
                let _ = write!(out, "\\u{other:04x}");
            }
        }
    }
    out.push_str(&text[start..]);
    out.push('"');
}
