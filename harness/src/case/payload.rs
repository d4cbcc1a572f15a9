//! Values as case files describe them: long ones by repetition, broken ones as text or bytes.
//!
//! Text may hold `${UserPoolId}` and `${JobId}`, the ids of the precondition. A raw request also knows `${Host}`,
//! `${Length}` (the size of its body) and `${Signature}` (the header lines of a valid signature).

use std::borrow::Cow;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize};

/// The most bytes that a described value may come to: past any limit worth testing, and far below what hurts the harness.
const SIZE_MAX: usize = 16 << 20;

/// What a case puts in place of a member: exactly one of `text`, `json`, `repeat` and `given`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MemberValue {
    /// A string, written out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// A fragment of JSON, sent as it stands: `null`, `7`, `{"a":1}`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub json: Option<String>,
    /// A string made by repeating this `times` over, between `prefix` and `suffix`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub repeat: Option<String>,
    /// How often `repeat` is repeated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub times: Option<usize>,
    /// The id of the precondition, `JobId` or `UserPoolId`, between `prefix` and `suffix`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub given: Option<String>,
    /// What stands before.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub prefix: String,
    /// What stands behind.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub suffix: String,
    /// How the letters of a `given` id are changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub letters: Option<Letters>,
}

/// A change of the letters of an id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Letters {
    /// All in upper case.
    Upper,
    /// All in lower case.
    Lower,
    /// Each in the other case.
    Swapped,
}

impl MemberValue {
    /// What is wrong with it as a description.
    pub fn fault(&self) -> Option<String> {
        let ways = [
            self.text.is_some(),
            self.json.is_some(),
            self.repeat.is_some(),
            self.given.is_some(),
        ];
        if ways.into_iter().filter(|way| *way).count() != 1 {
            return Some("say exactly one of `text`, `json`, `repeat` and `given`".to_owned());
        }
        if self.repeat.is_some() != self.times.is_some() {
            return Some("`repeat` and `times` go together".to_owned());
        }
        if (self.text.is_some() || self.json.is_some())
            && !(self.prefix.is_empty() && self.suffix.is_empty())
        {
            return Some("`prefix` and `suffix` go with `repeat` or `given`".to_owned());
        }
        if self.letters.is_some() && self.given.is_none() {
            return Some("`letters` goes with `given`".to_owned());
        }
        if let Some(member) = &self.given
            && !matches!(member.as_str(), "JobId" | "UserPoolId")
        {
            return Some(format!(
                "`given` is `JobId` or `UserPoolId`, not `{member}`"
            ));
        }
        oversized(self.repeat.as_deref(), self.times)
    }

    /// The JSON fragment that it stands for, where `id` finds an id of the precondition.
    pub(crate) fn fragment(&self, id: impl Fn(&str) -> String) -> Cow<'_, str> {
        if let Some(json) = &self.json {
            return Cow::Borrowed(json);
        }
        let middle = match (&self.text, &self.repeat, &self.given) {
            (Some(text), ..) => Cow::Borrowed(text.as_str()),
            (_, Some(unit), _) => Cow::Owned(unit.repeat(self.times.unwrap_or_default())),
            (.., Some(member)) => Cow::Owned(change(&id(member), self.letters)),
            _ => Cow::default(),
        };
        if self.prefix.is_empty() && self.suffix.is_empty() {
            return Cow::Owned(quoted(&middle));
        }
        Cow::Owned(quoted(&[&*self.prefix, &middle, &self.suffix].concat()))
    }
}

/// A text as a string of JSON.
pub(crate) fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    quote(text, &mut out);
    out
}

/// The same, behind what was written before.
pub(crate) fn quote(text: &str, out: &mut String) {
    // Without a branch in it, so that many bytes are looked at in one step.
    let is_special = |byte: u8| (byte < b' ') | (byte == b'"') | (byte == b'\\');
    if text.bytes().fold(false, |any, byte| any | is_special(byte)) {
        out.push_str(&serde_json::to_string(text).expect("a text is a string of JSON"));
    } else {
        out.push('"');
        out.push_str(text);
        out.push('"');
    }
}

fn change(text: &str, letters: Option<Letters>) -> String {
    let swapped = |letter: char| {
        if letter.is_ascii_uppercase() {
            letter.to_ascii_lowercase()
        } else {
            letter.to_ascii_uppercase()
        }
    };
    match letters {
        None => text.to_owned(),
        Some(Letters::Upper) => text.to_ascii_uppercase(),
        Some(Letters::Lower) => text.to_ascii_lowercase(),
        Some(Letters::Swapped) => text.chars().map(swapped).collect(),
    }
}

/// A body: text as it stands, or a table with exactly one of `base64` and `repeat`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Payload {
    /// Text, in which placeholders are filled.
    Text(String),
    /// Bytes.
    Bytes(Vec<u8>),
    /// A unit repeated between two texts, in which placeholders are filled.
    Repeated {
        /// What stands before.
        prefix: String,
        /// What is repeated.
        unit: String,
        /// How often.
        times: usize,
        /// What stands behind.
        suffix: String,
    },
}

impl Payload {
    /// How many bytes it has, placeholders as written.
    pub(crate) fn size(&self) -> usize {
        match self {
            Self::Text(text) => text.len(),
            Self::Bytes(bytes) => bytes.len(),
            Self::Repeated {
                prefix,
                unit,
                times,
                suffix,
            } => prefix.len() + unit.len().saturating_mul(*times) + suffix.len(),
        }
    }

    /// The bytes, where `fill` replaces the placeholders of a text.
    pub(crate) fn bytes(&self, fill: impl Fn(&str) -> String) -> Vec<u8> {
        match self {
            Self::Text(text) => fill(text).into_bytes(),
            Self::Bytes(bytes) => bytes.clone(),
            Self::Repeated {
                prefix,
                unit,
                times,
                suffix,
            } => [fill(prefix), unit.repeat(*times), fill(suffix)]
                .concat()
                .into_bytes(),
        }
    }
}

/// A payload that is not a plain string.
#[derive(Default, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct DescribedPayload {
    /// Bytes in base 64.
    #[serde(skip_serializing_if = "Option::is_none")]
    base64: Option<String>,
    /// Text that is repeated `times` over, between `prefix` and `suffix`.
    #[serde(skip_serializing_if = "Option::is_none")]
    repeat: Option<String>,
    /// How often `repeat` is repeated.
    #[serde(skip_serializing_if = "Option::is_none")]
    times: Option<usize>,
    /// What stands before.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    prefix: String,
    /// What stands behind.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    suffix: String,
}

/// As it is read.
impl Serialize for Payload {
    fn serialize<S: serde::Serializer>(&self, output: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Text(text) => output.serialize_str(text),
            Self::Bytes(bytes) => DescribedPayload {
                base64: Some(BASE64_STANDARD.encode(bytes)),
                ..DescribedPayload::default()
            }
            .serialize(output),
            Self::Repeated {
                prefix,
                unit,
                times,
                suffix,
            } => DescribedPayload {
                base64: None,
                repeat: Some(unit.clone()),
                times: Some(*times),
                prefix: prefix.clone(),
                suffix: suffix.clone(),
            }
            .serialize(output),
        }
    }
}

impl TryFrom<DescribedPayload> for Payload {
    type Error = String;

    fn try_from(described: DescribedPayload) -> Result<Self, String> {
        if let Some(fault) = oversized(described.repeat.as_deref(), described.times) {
            return Err(fault);
        }
        match (described.base64, described.repeat, described.times) {
            (Some(base64), None, None) => BASE64_STANDARD
                .decode(&base64)
                .map(Self::Bytes)
                .map_err(|error| format!("`base64` is not base 64: {error}")),
            (None, Some(unit), Some(times)) => Ok(Self::Repeated {
                prefix: described.prefix,
                unit,
                times,
                suffix: described.suffix,
            }),
            _ => {
                Err("say a text, or a table with `base64`, or one with `repeat` and `times`".into())
            }
        }
    }
}

impl<'de> Deserialize<'de> for Payload {
    fn deserialize<D: Deserializer<'de>>(input: D) -> Result<Self, D::Error> {
        struct Described;

        impl<'de> serde::de::Visitor<'de> for Described {
            type Value = Payload;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a text, or a table with `base64`, or one with `repeat` and `times`")
            }

            fn visit_str<E>(self, text: &str) -> Result<Payload, E> {
                Ok(Payload::Text(text.to_owned()))
            }

            fn visit_map<A: serde::de::MapAccess<'de>>(self, map: A) -> Result<Payload, A::Error> {
                let described = DescribedPayload::deserialize(
                    serde::de::value::MapAccessDeserializer::new(map),
                )?;
                Payload::try_from(described).map_err(serde::de::Error::custom)
            }
        }

        input.deserialize_any(Described)
    }
}

impl JsonSchema for Payload {
    fn schema_name() -> Cow<'static, str> {
        "Payload".into()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        let described = generator.subschema_for::<DescribedPayload>();
        schemars::json_schema!({
            "description": "Text as it stands, or a table that describes it.",
            "anyOf": [{ "type": "string" }, described],
        })
    }
}

/// A change to one header.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct HeaderEdit {
    /// The header's name, in the case it is sent in.
    pub name: String,
    /// What happens to it.
    #[serde(default)]
    pub change: HeaderChange,
    /// Its value.
    #[serde(default)]
    pub value: String,
}

/// What happens to a header.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum HeaderChange {
    /// It gets this value in place of any other.
    #[default]
    Set,
    /// It is added beside those of its name.
    Add,
    /// It is left out.
    Remove,
}

/// A whole request as bytes on a socket.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Raw {
    /// The request line and the header lines.
    #[serde(default)]
    pub head: Vec<String>,
    /// What ends each line of the head.
    #[serde(default = "crlf")]
    pub eol: String,
    /// What follows the empty line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<Payload>,
    /// Offsets in the whole request at which the bytes are sent as separate writes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub split: Vec<usize>,
    /// Whether the sending side of the socket is closed after the last byte.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub shutdown: bool,
}

fn crlf() -> String {
    "\r\n".to_owned()
}

fn oversized(unit: Option<&str>, times: Option<usize>) -> Option<String> {
    let size = unit?.len().saturating_mul(times?);
    (size > SIZE_MAX)
        .then(|| format!("`repeat` times `times` is {size} bytes, more than {SIZE_MAX}"))
}
