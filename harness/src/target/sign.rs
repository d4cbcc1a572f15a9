//! Signatures: right ones by AWS's own signer, and wrong ones by altering what goes into it or what comes out.

use std::time::{Duration, SystemTime};

use aws_credential_types::Credentials as SignerKey;
use aws_sigv4::http_request::{
    SignableBody, SignableRequest, SignatureLocation, SigningSettings, sign as sign_with,
};
use aws_sigv4::sign::v4::SigningParams;
use reqwest::header::HeaderName;

use crate::case::Signature;
use crate::contract::SIGNING_NAME;
use crate::target::Credentials;
use crate::target::credentials::EXAMPLE_ACCESS_KEY;
use crate::target::encode::{encoded_target, percent_encoded};
use crate::wire::{Header, Request, keep_signature};

/// Has the form of an access key: `AKIA` and 16 characters.
const UNKNOWN_KEY: &str = "AKIAFULLSTOPUNKNOWNX";

/// A secret that belongs to no access key.
const WRONG_SECRET: &str = "fullstop/wrong/secret/of/forty/symbols/0";

/// Past any tolerated skew: 15 minutes on AWS.
const HOUR: Duration = Duration::from_secs(3_600);

/// How long a signature in the query is good for. Long enough for a slow request, short enough to be useless in a log.
const QUERY_LIFETIME: Duration = Duration::from_secs(300);

/// A header of no meaning, which is signed with one value and sent with another.
const TAMPERED_HEADER: &str = "X-Fullstop-Tampered";

/// What is altered for a signature.
struct Recipe<'a> {
    access_key: &'a str,
    secret_key: &'a str,
    session_token: Option<&'a str>,
    region: &'a str,
    service: &'a str,
    time: SystemTime,
    location: SignatureLocation,
}

/// What makes a request a signed one.
struct Marks {
    headers: Vec<Header>,
    /// Names and values for the query, not yet encoded.
    parameters: Vec<(String, String)>,
}

/// Signs a request that has its `Host` already. A header that the request brings itself is never replaced.
pub(crate) fn sign(
    request: &mut Request,
    signature: Signature,
    credentials: &Credentials,
    region: &str,
    now: SystemTime,
) -> Result<(), String> {
    if signature == Signature::Unsigned {
        return Ok(());
    }
    if signature == Signature::Garbage {
        request.set("Authorization", "AWS4-HMAC-SHA256");
        return Ok(());
    }
    if signature == Signature::TamperedHeader {
        request.set(TAMPERED_HEADER, "signed");
    }
    let recipe = Recipe::new(signature, credentials, region, now);
    let marks = recipe.marks(request)?;
    for header in marks.headers {
        if request.header(&header.name).is_none() {
            request.headers.push(header);
        }
    }
    for (name, value) in marks.parameters {
        let link = if request.path.contains('?') { '&' } else { '?' };
        let value = percent_encoded(&value);
        request.path = format!("{}{link}{name}={value}", request.path);
    }
    tamper(request, signature);
    Ok(())
}

impl<'a> Recipe<'a> {
    fn new(signature: Signature, key: &'a Credentials, region: &'a str, now: SystemTime) -> Self {
        let mut recipe = Self {
            access_key: &key.access_key,
            secret_key: key.secret_key.reveal(),
            session_token: key.session_token.as_ref().map(|token| token.reveal()),
            region,
            service: SIGNING_NAME,
            time: now,
            location: SignatureLocation::Headers,
        };
        match signature {
            Signature::UnknownKey => {
                recipe.access_key = UNKNOWN_KEY;
                recipe.secret_key = WRONG_SECRET;
                // A token belongs to its key, and two faults would be too many.
                recipe.session_token = None;
            }
            Signature::WrongSecret => recipe.secret_key = WRONG_SECRET,
            Signature::Expired => recipe.time = now - HOUR,
            Signature::Early => recipe.time = now + HOUR,
            Signature::WrongRegion if region == "eu-west-1" => recipe.region = "us-east-1",
            Signature::WrongRegion => recipe.region = "eu-west-1",
            Signature::WrongService => recipe.service = "dynamodb",
            Signature::Query => recipe.location = SignatureLocation::QueryParams,
            _ => {}
        }
        recipe
    }

    fn marks(&self, request: &Request) -> Result<Marks, String> {
        let mut settings = SigningSettings::default();
        settings.signature_location = self.location;
        if self.location == SignatureLocation::QueryParams {
            settings.expires_in = Some(QUERY_LIFETIME);
        }
        let token = self.session_token.map(str::to_owned);
        let identity =
            SignerKey::new(self.access_key, self.secret_key, token, None, "profile").into();
        let parameters = SigningParams::builder()
            .identity(&identity)
            .region(self.region)
            .name(self.service)
            .time(self.time)
            .settings(settings)
            .build()
            .map_err(|error| error.to_string())?
            .into();
        let signable_at = |target| {
            let headers = request.headers.iter().filter_map(signable);
            let body = SignableBody::Bytes(&request.body);
            SignableRequest::new(&request.method, target, headers, body)
        };
        let signable = signable_at(encoded_target(&request.path))
            // Of what is no URL at all, the root is signed: nobody says what would be right.
            .or_else(|_| signable_at("/".to_owned()))
            .map_err(|error| error.to_string())?;
        let (instructions, sent) = sign_with(signable, &parameters)
            .map_err(|error| error.to_string())?
            .into_parts();
        if self.access_key != EXAMPLE_ACCESS_KEY {
            keep_signature(&sent);
        }
        let (headers, parameters) = instructions.into_parts();
        let headers = headers
            .into_iter()
            .map(|header| Header::new(usual(header.name()), header.value()));
        let parameters = parameters
            .into_iter()
            .map(|(name, value)| (name.to_owned(), value.into_owned()));
        Ok(Marks {
            headers: headers.collect(),
            parameters: parameters.collect(),
        })
    }
}

/// A header that goes into the signature: those that AWS asks for, as far as the signer can take their bytes.
fn signable(header: &Header) -> Option<(&str, &str)> {
    let name = HeaderName::from_bytes(header.name.as_bytes()).ok()?;
    let name = name.as_str();
    let is_wanted = matches!(name, "host" | "content-type")
        || name.starts_with("x-amz-")
        || header.is(TAMPERED_HEADER);
    // The signer makes these two itself.
    let is_own = matches!(name, "x-amz-date" | "x-amz-security-token");
    let value = std::str::from_utf8(&header.value).ok()?;
    let is_clean = !value.contains(|letter: char| letter.is_control() && letter != '\t');
    (is_wanted && !is_own && is_clean).then_some((&*header.name, value))
}

/// The spelling that people know, since requests are shown to them.
fn usual(name: &str) -> &str {
    match name {
        "authorization" => "Authorization",
        "x-amz-date" => "X-Amz-Date",
        "x-amz-security-token" => "X-Amz-Security-Token",
        other => other,
    }
}

fn tamper(request: &mut Request, signature: Signature) {
    match signature {
        // A blank behind the JSON changes the bytes and not what they mean: the signature alone can tell.
        Signature::TamperedBody => request.body.push(b' '),
        Signature::TamperedHeader => request.set(TAMPERED_HEADER, "tampered"),
        Signature::TamperedSignature => edit(request, |part| {
            let other = if part.ends_with('0') { '1' } else { '0' };
            match part.strip_prefix("Signature=") {
                Some(digits) => {
                    let kept = &digits[..digits.len().saturating_sub(1)];
                    let tampered = format!("{kept}{other}");
                    // Fifteen guesses away from the right one.
                    keep_signature(&tampered);
                    Some(format!("Signature={tampered}"))
                }
                None => Some(part.to_owned()),
            }
        }),
        Signature::NoSignature => edit(request, without("Signature=")),
        Signature::NoCredential => edit(request, without("Credential=")),
        Signature::NoSignedHeaders => edit(request, without("SignedHeaders=")),
        _ => {}
    }
}

fn without(prefix: &str) -> impl Fn(&str) -> Option<String> {
    move |part| (!part.starts_with(prefix)).then(|| part.to_owned())
}

/// Changes or drops the parts of the `Authorization` header.
fn edit(request: &mut Request, change: impl Fn(&str) -> Option<String>) {
    let Some((algorithm, parts)) = request
        .header("Authorization")
        .and_then(|value| value.split_once(' '))
    else {
        return;
    };
    let parts: Vec<_> = parts.split(", ").filter_map(change).collect();
    let value = format!("{algorithm} {}", parts.join(", "));
    request.set("Authorization", value);
}
