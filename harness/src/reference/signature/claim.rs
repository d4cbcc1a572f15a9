//! What a request says about its signature.

use crate::reference::failure::Failure;
use crate::reference::signature::canonical::decoded;
use crate::reference::{Moment, date};
use crate::wire::Request;

const ALGORITHM: &str = "AWS4-HMAC-SHA256";

/// A signature and what it was made with, in the client's words. Nothing of it is checked but its form.
#[derive(Debug)]
pub(crate) struct Claim {
    pub(crate) access_key_id: String,
    /// The parts of the scope.
    pub(crate) day: String,
    pub(crate) region: String,
    pub(crate) service: String,
    pub(crate) term: String,
    /// `X-Amz-Date`, as written and as a moment.
    pub(crate) date: String,
    pub(crate) moment: Moment,
    /// In lower case, in the client's order.
    pub(crate) signed_headers: Vec<String>,
    pub(crate) signature: String,
    pub(crate) session_token: Option<String>,
    /// Whether it is in the query, and how long it then holds.
    pub(crate) is_in_query: bool,
    pub(crate) lifetime_ms: Option<u64>,
}

impl Claim {
    /// Reads it, or none if the request is not signed.
    pub(crate) fn read(request: &Request) -> Result<Option<Self>, Failure> {
        let query = request.path.split_once('?').map_or("", |(_, query)| query);
        let in_query = parameter(query, "X-Amz-Algorithm").is_some();
        match request.header("authorization") {
            Some(_) if in_query => Err(Failure::signature(
                "InvalidSignatureException",
                "Found both 'X-Amz-Algorithm' as a query-string param and 'Authorization' as HTTP header.",
            )),
            Some(value) => Self::from_header(request, value).map(Some),
            None if in_query => Self::from_query(query).map(Some),
            None => Ok(None),
        }
    }

    fn from_header(request: &Request, value: &str) -> Result<Self, Failure> {
        let fields = value.strip_prefix(ALGORITHM).unwrap_or_default();
        let mut found = [None; 3];
        for field in fields
            .split(',')
            .map(str::trim)
            .filter(|field| !field.is_empty())
        {
            let Some((name, text)) = field.split_once('=') else {
                return Err(incomplete(format!(
                    "'{field}' not a valid key=value pair (missing equal-sign) in Authorization header: '{value}'."
                )));
            };
            match name {
                "Credential" => found[0] = Some(text),
                "Signature" => found[1] = Some(text),
                "SignedHeaders" => found[2] = Some(text),
                _ => {}
            }
        }
        let date = request
            .header("x-amz-date")
            .or_else(|| request.header("date"));
        let [
            Some(credential),
            Some(signature),
            Some(signed_headers),
            Some(date),
        ] = [found[0], found[1], found[2], date]
        else {
            let mut complaint = String::new();
            for (name, part) in ["Credential", "Signature", "SignedHeaders"]
                .iter()
                .zip(found)
            {
                if part.is_none() {
                    complaint += &format!("Authorization header requires '{name}' parameter. ");
                }
            }
            if date.is_none() {
                complaint += "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. ";
            }
            return Err(incomplete(format!("{complaint}Authorization={value}")));
        };
        let claim = Self::new(credential, date, signed_headers, signature)?;
        let token = request.header("x-amz-security-token").map(str::to_owned);
        Ok(Self {
            session_token: token,
            ..claim
        })
    }

    fn from_query(query: &str) -> Result<Self, Failure> {
        const NAMES: [&str; 5] = [
            "X-Amz-Algorithm",
            "X-Amz-Credential",
            "X-Amz-Date",
            "X-Amz-SignedHeaders",
            "X-Amz-Signature",
        ];
        let found = NAMES.map(|name| parameter(query, name).filter(|text| !text.is_empty()));
        let [
            Some(algorithm),
            Some(credential),
            Some(date),
            Some(signed_headers),
            Some(signature),
        ] = &found
        else {
            let mut complaint = String::new();
            for (name, part) in NAMES.iter().zip(&found) {
                if part.is_none() {
                    complaint += &format!("AWS query-string parameters must include '{name}'. ");
                }
            }
            return Err(incomplete(format!(
                "{complaint}Re-examine the query-string parameters."
            )));
        };
        if algorithm != ALGORITHM {
            return Err(incomplete(format!(
                "Unsupported AWS 'algorithm': '{algorithm}'."
            )));
        }
        let claim = Self::new(credential, date, signed_headers, signature)?;
        let seconds = match parameter(query, "X-Amz-Expires").map(|text| text.parse::<u32>()) {
            None => None,
            // A week is the longest that Signature Version 4 allows.
            Some(Ok(seconds @ 1..=604_800)) => Some(seconds),
            Some(_) => {
                let message = "X-Amz-Expires must be between 1 and 604800 seconds.";
                return Err(incomplete(message.to_owned()));
            }
        };
        Ok(Self {
            session_token: parameter(query, "X-Amz-Security-Token"),
            is_in_query: true,
            lifetime_ms: seconds.map(|seconds| u64::from(seconds) * 1_000),
            ..claim
        })
    }

    fn new(
        credential: &str,
        date: &str,
        signed_headers: &str,
        signature: &str,
    ) -> Result<Self, Failure> {
        let parts: Vec<&str> = credential.split('/').collect();
        let [key, day, region, service, term] = parts[..] else {
            return Err(incomplete(format!(
                "Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got '{credential}'."
            )));
        };
        let Some(moment) = date::parse_basic(date) else {
            return Err(incomplete(format!(
                "Date must be in ISO-8601 'basic format'. Got '{date}'."
            )));
        };
        Ok(Self {
            access_key_id: key.to_owned(),
            day: day.to_owned(),
            region: region.to_owned(),
            service: service.to_owned(),
            term: term.to_owned(),
            date: date.to_owned(),
            moment,
            signed_headers: signed_headers
                .split(';')
                .map(str::to_ascii_lowercase)
                .collect(),
            signature: signature.to_owned(),
            session_token: None,
            is_in_query: false,
            lifetime_ms: None,
        })
    }
}

fn incomplete(message: String) -> Failure {
    Failure::signature("IncompleteSignatureException", message)
}

/// The first query parameter of that name, decoded.
fn parameter(query: &str, name: &str) -> Option<String> {
    query.split('&').find_map(|pair| {
        let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
        (decoded(key) == name.as_bytes())
            .then(|| String::from_utf8_lossy(&decoded(value)).into_owned())
    })
}
