//! Two signers that share nothing: what AWS's own crate signs, the reference's verifier lets through, and nothing that is
//! then changed in any way.

use std::time::{Duration, UNIX_EPOCH};

use arbitrary::Unstructured;
use serde_json::json;

use crate::campaign::in_process::prepared::{Prepared, STARTED};
use crate::campaign::in_process::{Disagreement, NOW, agreed};
use crate::case::Signature;
use crate::contract::Operation;
use crate::reference::{Auth, Endpoint, Options};
use crate::target::{Credentials, sign};
use crate::wire::{Envelope, Header, Request};

/// What the check of a signature answers. Everything else says that the request got past it.
const REFUSALS: [&str; 4] = [
    "IncompleteSignatureException",
    "InvalidSignatureException",
    "MissingAuthenticationTokenException",
    "UnrecognizedClientException",
];

/// What an input came to, for a caller that counts: the answer to the request as it was signed, and what was changed.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Signed {
    /// The error type of the answer to the request as it was signed.
    pub error_type: Option<String>,
    /// What was then changed.
    pub change: &'static str,
}

/// An endpoint that wants every request signed.
#[derive(Debug)]
pub struct Verifier {
    endpoint: Endpoint,
    prepared: Prepared,
}

/// A request signed by `aws-sigv4` against the verifier of the reference.
pub fn signature(data: &[u8]) -> arbitrary::Result<Signed> {
    thread_local!(static VERIFIER: Verifier = Verifier::new(Options::default()));
    VERIFIER.with(|verifier| verifier.run(data)).map(agreed)
}

impl Verifier {
    /// An endpoint with these options, and with signatures demanded.
    pub fn new(options: Options) -> Self {
        let endpoint = Endpoint::new(Options {
            auth: Auth::Required,
            ..options
        });
        Self {
            prepared: Prepared::new(&endpoint, STARTED),
            endpoint,
        }
    }

    /// Signs a request that the bytes make, and sends it as it is and with one thing changed.
    pub fn run(&self, data: &[u8]) -> arbitrary::Result<Result<Signed, Disagreement>> {
        let mut input = Unstructured::new(data);
        self.prepared.begin(&self.endpoint);
        let ids = &self.prepared.named;
        let mut request = request(&ids.pool, &ids.job, &mut input)?;
        let key = Credentials::example();
        let region = &self.endpoint.options().region;
        let now = UNIX_EPOCH + Duration::from_millis(NOW.as_ms());
        if sign(&mut request, Signature::Valid, &key, region, now).is_err() {
            return Err(arbitrary::Error::IncorrectFormat);
        }
        let (changed, change) = changed(&request, &mut input)?;
        let is_past = |request: &Request| {
            let response = self.endpoint.handle(request, NOW).response;
            let error_type = Envelope::read(&response).error_type().map(str::to_owned);
            let is_refused = error_type
                .as_deref()
                .is_some_and(|name| REFUSALS.contains(&name));
            (!is_refused, error_type)
        };
        // The changed one first: the other may stop the job.
        let (is_accepted, _) = is_past(&changed);
        let (is_verified, error_type) = is_past(&request);
        Ok(if !is_verified {
            Err(Disagreement::new(format!(
                "what AWS's signer signed is refused as {error_type:?}\nrequest: {request:?}"
            )))
        } else if is_accepted {
            Err(Disagreement::new(format!(
                "a request is accepted although its {change} was changed after signing\nrequest: {changed:?}"
            )))
        } else {
            Ok(Signed { error_type, change })
        })
    }
}

/// A request to sign: queries that need encoding, headers with blanks and repetitions, members of any text. Its form is
/// right, since the reference looks at that first and at the signature of what is left.
fn request(pool: &str, job: &str, input: &mut Unstructured<'_>) -> arbitrary::Result<Request> {
    let note: String = input.arbitrary()?;
    let body = json!({ "UserPoolId": pool, "JobId": job, "Note": note }).to_string();
    let mut request = Request::call(Operation::StopUserImportJob, body);
    request.headers.push(Header::new("Host", "localhost:4566"));
    // Without a plus sign: whether it is one or a blank is read in two ways.
    if input.arbitrary()? {
        request.path = (*input.choose(&[
            "/?a=b",
            "/?b=1&a=2&a=1",
            "/?a",
            "/?a=",
            "/?a=%20~",
            "/?x=%2F",
            "/?-._~",
        ])?)
        .to_owned();
    }
    for _ in 0..input.int_in_range(0..=3u8)? {
        let name = *input.choose(&[
            "X-Amz-Note",
            "X-Amz-Meta",
            "x-amz-note",
            "User-Agent",
            "X-Other",
        ])?;
        let value = *input.choose(&["", "a", "a  b", "a,b", "\"a   b\"", "a:b;c=d"])?;
        request.headers.push(Header::new(name, value));
    }
    Ok(request)
}

/// The request with one thing changed that its signature covers, and what that is.
fn changed(
    request: &Request,
    input: &mut Unstructured<'_>,
) -> arbitrary::Result<(Request, &'static str)> {
    let mut changed = request.clone();
    let change = match input.int_in_range(0..=6u8)? {
        0 => {
            let at = if input.arbitrary()? {
                0
            } else {
                changed.body.len()
            };
            changed.body.insert(at, b' ');
            "blanks"
        }
        1 => {
            let body = json!({ "Note": input.arbitrary::<u64>()? });
            changed.body = body.to_string().into_bytes();
            "body"
        }
        2 => {
            let link = if changed.path.contains('?') { '&' } else { '?' };
            changed.path = format!("{}{link}added=1", changed.path);
            "query"
        }
        3 => {
            let target = Operation::DescribeUserImportJob.target();
            changed.set("X-Amz-Target", target);
            "target"
        }
        4 => {
            changed.set("Host", "localhost");
            "host"
        }
        5 => {
            let date = request.header("x-amz-date").unwrap_or_default();
            let at = input.int_in_range(0..=date.len().saturating_sub(2))?;
            changed.set("X-Amz-Date", other_letter(date, at));
            "date"
        }
        _ => {
            // Its letters behind the name of the algorithm: key, scope, names of headers and signature.
            let value = request.header("authorization").unwrap_or_default();
            let letters: Vec<usize> = value
                .char_indices()
                .skip_while(|(_, letter)| *letter != '=')
                .filter(|(_, letter)| letter.is_ascii_alphanumeric())
                .map(|(index, _)| index)
                .collect();
            let at = *input.choose(&letters)?;
            changed.set("Authorization", other_letter(value, at));
            "authorization"
        }
    };
    Ok((changed, change))
}

/// The text with the letter at a place exchanged for another one that is as good in form.
fn other_letter(text: &str, at: usize) -> String {
    let mut bytes = text.as_bytes().to_vec();
    if let Some(byte) = bytes.get_mut(at) {
        *byte = match *byte {
            b'9' => b'0',
            b'f' => b'a',
            b'z' => b'a',
            b'Z' => b'A',
            letter if letter.is_ascii_alphanumeric() => letter + 1,
            _ => b'x',
        };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}
