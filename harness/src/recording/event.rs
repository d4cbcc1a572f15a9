//! One thing that was asked of a target, and what came.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::case::{Ids, Message};
use crate::contract::Status;
use crate::recording::redact::{redact_text, redact_value};
use crate::wire::{Header, Response};

/// One thing that was asked, and what came. The events of a case stand in the order in which they happened.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Event {
    /// A precondition was made true.
    Acquired {
        /// The pool that the request names.
        pool: String,
        /// The job that the request names.
        job: String,
        /// The job as DescribeUserImportJob showed it.
        before: Option<Value>,
        /// Its status.
        status: Option<String>,
        /// Whether the status was shown.
        confirmed: bool,
    },
    /// Another started job was made beside it.
    Beside {
        /// Its pool.
        pool: String,
        /// Its id.
        job: String,
        /// The job as DescribeUserImportJob showed it.
        before: Option<Value>,
    },
    /// A precondition or a fault cannot be made true.
    Unreachable {
        /// Why.
        why: String,
        /// What it shares with reasons that mean the same.
        #[serde(default)]
        key: String,
        /// Whether the driver ruled it out.
        #[serde(default)]
        by_design: bool,
    },
    /// A precondition or a fault could not be made true this time.
    Indeterminate {
        /// Why.
        why: String,
        /// What it shares with reasons that mean the same.
        #[serde(default)]
        key: String,
    },
    /// The target was told to answer this error next.
    Fault {
        /// The error.
        error: String,
    },
    /// The request was answered.
    Answered {
        /// A digest of the request as the case composed it.
        request: String,
        /// The request for people, redacted.
        sent: String,
        /// The answer.
        answer: Stored,
    },
    /// The request brought no answer.
    Unanswered {
        /// A digest of the request as the case composed it.
        request: String,
        /// `closed`, `no-credentials`, `unsayable`, `late` or `silent`.
        how: String,
        /// Why.
        why: String,
    },
    /// The job was read with DescribeUserImportJob.
    Described {
        /// The answer.
        answer: Stored,
    },
    /// The job could not be read.
    Undescribed {
        /// Why.
        why: String,
    },
    /// Nothing more was sent, since the endpoint had stopped answering.
    Halted {
        /// What was known by then.
        why: String,
        /// What it shares with reasons that mean the same.
        #[serde(default)]
        key: String,
    },
}

impl Event {
    /// What an event is, for a message.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Acquired { .. } => "a precondition",
            Self::Beside { .. } => "a job beside it",
            Self::Unreachable { .. } | Self::Indeterminate { .. } => "no precondition",
            Self::Fault { .. } => "a fault",
            Self::Answered { .. } | Self::Unanswered { .. } => "a request",
            Self::Described { .. } | Self::Undescribed { .. } => "a look at the job",
            Self::Halted { .. } => "the end of the run",
        }
    }

    /// A job beside the one of a precondition, redacted.
    pub(crate) fn beside(ids: &Ids, before: Option<&Value>) -> Self {
        Self::Beside {
            pool: ids.pool.clone(),
            job: ids.job.clone(),
            before: before.map(redact_value),
        }
    }

    /// A precondition, redacted.
    pub(crate) fn acquired(
        ids: &Ids,
        before: Option<&Value>,
        status: Option<Status>,
        confirmed: bool,
    ) -> Self {
        Self::Acquired {
            pool: ids.pool.clone(),
            job: ids.job.clone(),
            before: before.map(redact_value),
            status: status.map(|status| status.name().to_owned()),
            confirmed,
        }
    }
}

/// An answer as it is stored: word for word, but without what opens a door and without the account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Stored {
    /// The status code.
    pub status: u16,
    /// The headers in order.
    pub headers: Vec<(String, StoredBytes)>,
    /// The body.
    pub body: StoredBytes,
    /// Whether the body went on past the bound on its size.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub cut: bool,
}

/// Bytes, as text where they are text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum StoredBytes {
    /// As they are.
    Text(String),
    /// In base64.
    Base64(String),
}

impl Stored {
    /// An answer, redacted.
    pub fn of(response: &Response) -> Self {
        let body = StoredBytes::of(&response.body);
        let length = |size: usize| size.to_string().into_bytes();
        let headers = response.headers.iter().map(|header| {
            // A length that was right stays right where a secret was taken out of the body.
            let is_length =
                header.is("content-length") && header.value == length(response.body.len());
            let value = if is_length {
                StoredBytes::of(&length(body.bytes().len()))
            } else {
                StoredBytes::of(&header.value)
            };
            (header.name.to_string(), value)
        });
        Self {
            status: response.status,
            headers: headers.collect(),
            cut: response.cut,
            body,
        }
    }

    /// The answer again.
    pub fn response(&self) -> Response {
        let mut response = Response::new(self.status, self.body.bytes());
        response.headers = self
            .headers
            .iter()
            .map(|(name, value)| Header::new(name, value.bytes()))
            .collect();
        response.cut = self.cut;
        response
    }
}

impl StoredBytes {
    fn of(bytes: &[u8]) -> Self {
        match std::str::from_utf8(bytes) {
            Ok(text) => Self::Text(redact_text(text)),
            Err(_) => {
                // What is no text can hold a secret all the same: then it is kept as the text that remains of it.
                let lossy = String::from_utf8_lossy(bytes).into_owned();
                let redacted = redact_text(&lossy);
                if redacted == lossy {
                    Self::Base64(STANDARD.encode(bytes))
                } else {
                    Self::Text(redacted)
                }
            }
        }
    }

    /// The bytes. A text in base64 that is none is empty: the hash has vouched for it.
    pub fn bytes(&self) -> Vec<u8> {
        match self {
            Self::Text(text) => text.clone().into_bytes(),
            Self::Base64(text) => STANDARD.decode(text).unwrap_or_default(),
        }
    }
}

/// A digest of a request as a case composes it, before host, length and signature.
pub fn digest(message: &Message) -> String {
    let mut hash = Sha256::new();
    let mut part = |bytes: &[u8]| {
        hash.update(bytes.len().to_be_bytes());
        hash.update(bytes);
    };
    match message {
        Message::Plain { request, signature } => {
            part(request.method.as_bytes());
            part(request.path.as_bytes());
            for header in &request.headers {
                part(header.name.as_bytes());
                part(&header.value);
            }
            part(&request.body);
            part(format!("{signature:?}").as_bytes());
        }
        Message::Raw { raw, body } => {
            part(format!("{raw:?}").as_bytes());
            part(body);
        }
    }
    hex::encode(hash.finalize())
}

/// The SHA-256 of a text, in hexadecimal digits.
pub(crate) fn sha256(text: &str) -> String {
    hex::encode(Sha256::digest(text.as_bytes()))
}
