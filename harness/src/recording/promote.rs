//! From what was recorded to what must be: a case that was only observed gets the expectation that the recording shows.

use std::fmt;

use serde_json::Value;
use toml_edit::{Array, DocumentMut, InlineTable, Item, value};

use crate::case::Level;
use crate::recording::{Event, Head, Stored, Track};
use crate::wire::{Envelope, Response};

/// On what a promotion stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// A recording of AWS: level must.
    Aws,
    /// A recording of something else, which is named: level should, and never more.
    Other(String),
}

/// A case to be promoted.
#[derive(Clone, Debug)]
pub struct Promotion<'a> {
    /// The case's name within its file.
    pub case: &'a str,
    /// What was recorded of it.
    pub track: &'a Track,
    /// The hash of that.
    pub hash: &'a str,
    /// The head of the recording.
    pub head: &'a Head,
    /// On what it stands.
    pub standing: Standing,
}

/// Why a case cannot be promoted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PromotionError {
    /// The file is not TOML, or has no such case.
    File(String),
    /// The recording has no definite answer for it.
    NoAnswer(String),
}

/// The text of a case file with the case promoted. All else stays as it was written.
pub fn promote(text: &str, promotion: &Promotion<'_>) -> Result<String, PromotionError> {
    let mut document: DocumentMut = text
        .parse()
        .map_err(|error: toml_edit::TomlError| PromotionError::File(error.to_string()))?;
    let expectation = expectation(&promotion.answer()?)?;
    let level = match promotion.standing {
        Standing::Aws => Level::Must,
        Standing::Other(_) => Level::Should,
    };
    let cases = document
        .get_mut("case")
        .and_then(Item::as_array_of_tables_mut)
        .ok_or_else(|| PromotionError::File("it has no [[case]]".to_owned()))?;
    let alone = cases.len() == 1;
    let case = cases
        .iter_mut()
        .find(|case| case.get("name").and_then(Item::as_str) == Some(promotion.case))
        .ok_or_else(|| PromotionError::File(format!("it has no case `{}`", promotion.case)))?;
    if !alone {
        // The other cases of the file are as they were.
        case["level"] = value(level.to_string());
    }
    let mut expect = Array::new();
    expect.push(expectation);
    // Before the first table of the case, where TOML wants its values.
    case["expect"] = value(expect);
    if alone {
        document["level"] = value(level.to_string());
    }
    add_source(&mut document, promotion)?;
    Ok(document.to_string())
}

impl Promotion<'_> {
    /// The one definite answer of the track.
    fn answer(&self) -> Result<Response, PromotionError> {
        let answers: Vec<&Stored> = self
            .track
            .events
            .iter()
            .filter_map(|event| match event {
                Event::Answered { answer, .. } => Some(answer),
                _ => None,
            })
            .collect();
        let Some(last) = answers.last() else {
            let why = "the recording has no answer to it".to_owned();
            return Err(PromotionError::NoAnswer(why));
        };
        let response = last.response();
        if response.cut || matches!(response.status, 429 | 503) {
            let why = format!(
                "the recorded answer says only \"not now\": {}",
                response.status
            );
            return Err(PromotionError::NoAnswer(why));
        }
        Ok(response)
    }

    fn source(&self) -> InlineTable {
        let mut source = InlineTable::new();
        let (kind, of) = match &self.standing {
            Standing::Aws => ("recorded", "AWS"),
            Standing::Other(name) => ("wild", name.as_str()),
        };
        source.insert("kind", kind.into());
        let cite = format!(
            "recording of {of}, {}, {}, sha256 {}",
            self.head.region,
            self.track.at.split('T').next().unwrap_or_default(),
            self.hash
        );
        source.insert("cite", cite.into());
        source
    }
}

/// What the answer shows, as an expectation: the status, the error type, and of a success the job's ids and status.
fn expectation(response: &Response) -> Result<InlineTable, PromotionError> {
    let envelope = Envelope::read(response);
    let mut table = InlineTable::new();
    table.insert("status", i64::from(response.status).into());
    if response.status >= 400 {
        let Some(name) = envelope.error_type() else {
            let why = "the recorded refusal names no error type".to_owned();
            return Err(PromotionError::NoAnswer(why));
        };
        table.insert("error", name.into());
        return Ok(table);
    }
    let status = envelope.json.ok().and_then(|json| {
        json.pointer("/UserImportJob/Status")
            .and_then(Value::as_str)
            .map(str::to_owned)
    });
    let Some(status) = status else {
        let why = "the recorded success shows no job with a Status".to_owned();
        return Err(PromotionError::NoAnswer(why));
    };
    let mut body = Array::new();
    let mut one_of = Array::new();
    one_of.push(status);
    let mut shows = InlineTable::new();
    shows.insert("at", "/UserImportJob/Status".into());
    shows.insert("one-of", one_of.into());
    body.push(shows);
    for member in ["UserPoolId", "JobId"] {
        let mut echo = InlineTable::new();
        echo.insert("at", format!("/UserImportJob/{member}").into());
        echo.insert("given", member.into());
        body.push(echo);
    }
    table.insert("body", body.into());
    Ok(table)
}

fn add_source(document: &mut DocumentMut, promotion: &Promotion<'_>) -> Result<(), PromotionError> {
    let sources = document.get_mut("sources").and_then(Item::as_array_mut);
    let Some(sources) = sources else {
        return Err(PromotionError::File("`sources` is no list".to_owned()));
    };
    let is_on_its_line = |source: &toml_edit::Value| {
        let prefix = source.decor().prefix().and_then(|text| text.as_str());
        prefix.is_some_and(|text| text.contains('\n'))
    };
    let multiline = sources.iter().any(is_on_its_line);
    let mut source = toml_edit::Value::from(promotion.source());
    if multiline {
        source.decor_mut().set_prefix("\n  ");
        sources.set_trailing_comma(true);
    }
    sources.push_formatted(source);
    Ok(())
}

impl fmt::Display for PromotionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(why) | Self::NoAnswer(why) => f.write_str(why),
        }
    }
}

impl std::error::Error for PromotionError {}
