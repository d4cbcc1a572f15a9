//! From a file's bytes to JSON, and from JSON to what is looked for in it.

use std::fmt;
use std::io::{self, Read as _};

use flate2::read::MultiGzDecoder;
use serde_json::Value;

/// What a gzipped file begins with.
const GZIP: [u8; 2] = [0x1f, 0x8b];

/// The most bytes of a model once it is unpacked: fifty times that of the service's.
const SIZE_MAX: u64 = 64 << 20;

/// Why a file is no model of the service.
#[derive(Debug)]
#[non_exhaustive]
pub enum ModelError {
    /// It is gzipped, and broken.
    Gzip(io::Error),
    /// It is larger than any model.
    TooLarge,
    /// It is not JSON.
    Json(serde_json::Error),
    /// It is JSON, and lacks what every model of the service has.
    Lacks {
        /// The place where something is looked for.
        place: String,
        /// What should stand there.
        wanted: &'static str,
    },
}

/// Reads a file, gzipped or not.
pub(crate) fn read(file: &[u8]) -> Result<Value, ModelError> {
    let mut text = Vec::new();
    if file.starts_with(&GZIP) {
        let unpacked = MultiGzDecoder::new(file).take(SIZE_MAX + 1);
        io::BufReader::new(unpacked)
            .read_to_end(&mut text)
            .map_err(ModelError::Gzip)?;
    } else {
        text.extend_from_slice(file);
    }
    if text.len() as u64 > SIZE_MAX {
        return Err(ModelError::TooLarge);
    }
    let json: Value = serde_json::from_slice(&text).map_err(ModelError::Json)?;
    let is_model = json.get("shapes").is_some_and(Value::is_object);
    is_model.then_some(json).ok_or_else(|| {
        lacks(
            "/shapes",
            "an object, as in botocore's service-2.json and in Smithy's JSON AST",
        )
    })
}

/// A text at a place, which must be there.
pub(crate) fn text<'a>(
    object: &'a Value,
    member: &str,
    place: &str,
) -> Result<&'a str, ModelError> {
    let value = object.get(member).and_then(Value::as_str);
    value.ok_or_else(|| lacks(&format!("{place}/{member}"), "a string"))
}

/// An object at a place, which must be there.
pub(crate) fn object<'a>(
    object: &'a Value,
    member: &str,
    place: &str,
) -> Result<&'a Value, ModelError> {
    let value = object.get(member).filter(|value| value.is_object());
    value.ok_or_else(|| lacks(&format!("{place}/{member}"), "an object"))
}

/// The entries of an object; none where there is none.
pub(crate) fn entries<'a>(
    object: &'a Value,
    member: &str,
) -> impl Iterator<Item = (&'a String, &'a Value)> {
    let value = object.get(member).and_then(Value::as_object);
    value.into_iter().flatten()
}

/// The elements of an array; none where there is none.
pub(crate) fn elements<'a>(object: &'a Value, member: &str) -> impl Iterator<Item = &'a Value> {
    let value = object.get(member).and_then(Value::as_array);
    value.into_iter().flatten()
}

/// A number as text, where there is one.
pub(crate) fn number(object: &Value, member: &str) -> Option<String> {
    let value = object.get(member).filter(|value| value.is_number());
    value.map(Value::to_string)
}

/// An error about a place.
pub(crate) fn lacks(place: &str, wanted: &'static str) -> ModelError {
    ModelError::Lacks {
        place: place.to_owned(),
        wanted,
    }
}

impl fmt::Display for ModelError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Gzip(error) => write!(f, "it is gzipped and cannot be unpacked: {error}"),
            Self::TooLarge => write!(f, "it holds more than {} MiB", SIZE_MAX >> 20),
            Self::Json(error) => write!(f, "it is not JSON: {error}"),
            Self::Lacks { place, wanted } => {
                write!(
                    f,
                    "it is no model of Amazon Cognito User Pools: at `{place}` there should be {wanted}"
                )
            }
        }
    }
}

impl std::error::Error for ModelError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Gzip(error) => Some(error),
            Self::Json(error) => Some(error),
            Self::TooLarge | Self::Lacks { .. } => None,
        }
    }
}
