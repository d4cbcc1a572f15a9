//! What was published of an answer, and the answer with the rest filled in.

use serde::Deserialize;
use serde_json::{Value, json};

use crate::case::Ids;
use crate::contract::CONTENT_TYPE;
use crate::wire::{Header, Response};

/// A request id in the form of those that were recorded.
const REQUEST_ID: &str = "00bb3975-0000-4000-8000-000000000000";

/// What was published of an answer: its body word for word, or the type and the message that an SDK read from it.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Answer {
    /// The status, where it was shown.
    pub status: Option<u16>,
    /// The headers that were shown.
    #[serde(default)]
    headers: Vec<(String, String)>,
    body: Option<String>,
    #[serde(rename = "type")]
    error_type: Option<String>,
    message: Option<String>,
    /// The members of the job that show what its maker chose.
    #[serde(default)]
    pub chosen: Vec<String>,
}

impl Answer {
    /// Whether the body was published word for word.
    pub fn is_whole(&self) -> bool {
        self.body.is_some()
    }

    /// Whether an SDK read the body and told what was in it.
    pub(crate) fn is_relayed(&self) -> bool {
        self.error_type.is_some() && self.message.is_some()
    }

    /// What was published, and no more. A status that was not shown is 400, or 200 where there is no error.
    pub fn published(&self, ids: &Ids) -> Response {
        let error_type = self.error_type.as_deref().unwrap_or_default();
        let message = self.message.as_deref().unwrap_or_default();
        let body = match &self.body {
            Some(body) => ids.fill(body),
            None => json!({ "__type": error_type, "message": ids.fill(message) }).to_string(),
        };
        let json: Value = serde_json::from_str(&body).unwrap_or_default();
        let usual = if json.get("__type").is_some() {
            400
        } else {
            200
        };
        let mut response = Response::new(self.status.unwrap_or(usual), body);
        let headers = self.headers.iter();
        response.headers = headers
            .map(|(name, value)| Header::new(name, value.as_str()))
            .collect();
        response
    }

    /// The same with the headers that every recording has which shows them all.
    ///
    /// Source: aws/aws-cli#3348; cloud-custodian, tests/data/placebo/test_cognito-user-pool.
    pub fn completed(&self, ids: &Ids) -> Response {
        let mut response = self.published(ids);
        let usual = [
            ("content-type", CONTENT_TYPE),
            ("x-amzn-requestid", REQUEST_ID),
        ];
        for (name, value) in usual {
            if response.header(name).is_none() {
                response.headers.push(Header::new(name, value));
            }
        }
        response
    }
}
