//! Signatures, right ones and wrong ones. Right ones are made by AWS's own signer.

use std::time::{Duration, SystemTime};

use aws_sigv4::http_request::{
    SignableBody, SignableRequest, SignatureLocation, SigningSettings, sign,
};
use aws_sigv4::sign::v4;

use crate::case::Signature;
use crate::contract::SIGNING_NAME;
use crate::target::{Credentials, Failure, Secret};
use crate::wire::{Header, Request};

/// How far a wrong moment is off: four times the longest skew that any AWS service allows.
const SKEW: Duration = Duration::from_secs(3_600);

/// Signs a request. `authority` and `path` are those that go out.
pub(crate) struct Signer<'a> {
    pub(crate) credentials: Option<&'a Credentials>,
    pub(crate) region: &'a str,
    pub(crate) scheme: &'a str,
    pub(crate) authority: &'a str,
    pub(crate) now: SystemTime,
}

impl Signer<'_> {
    /// Adds a signature of that kind. The request already has every header but `Host` and `Content-Length`.
    pub(crate) fn sign(&self, request: &mut Request, kind: Signature) -> Result<(), Failure> {
        let Some(credentials) = self.credentials else {
            return match kind {
                Signature::Valid | Signature::Unsigned => Ok(()),
                _ => Err(Failure::NoCredentials),
            };
        };
        match kind {
            Signature::Unsigned => Ok(()),
            Signature::Garbage => {
                request.set("Authorization", "AWS4-HMAC-SHA256");
                Ok(())
            }
            Signature::Valid => self.put(request, credentials, self.region, SIGNING_NAME, self.now),
            Signature::UnknownKey => {
                let unknown = Credentials {
                    access_key: "AKIAFULLSTOPUNKNOWN0".to_owned(),
                    ..credentials.clone()
                };
                self.put(request, &unknown, self.region, SIGNING_NAME, self.now)
            }
            Signature::WrongSecret => {
                let wrong = Credentials {
                    secret_key: Secret::new("fullstop/wrong/secret/key/0000000000000000"),
                    ..credentials.clone()
                };
                self.put(request, &wrong, self.region, SIGNING_NAME, self.now)
            }
            Signature::WrongRegion => {
                let other = if self.region == "eu-west-3" {
                    "eu-west-1"
                } else {
                    "eu-west-3"
                };
                self.put(request, credentials, other, SIGNING_NAME, self.now)
            }
            Signature::WrongService => self.put(
                request,
                credentials,
                self.region,
                "cognito-identity",
                self.now,
            ),
            Signature::Expired => self.put(
                request,
                credentials,
                self.region,
                SIGNING_NAME,
                self.now - SKEW,
            ),
            Signature::Early => self.put(
                request,
                credentials,
                self.region,
                SIGNING_NAME,
                self.now + SKEW,
            ),
            Signature::Query => self.put_in_query(request, credentials),
            Signature::TamperedBody => {
                self.put(request, credentials, self.region, SIGNING_NAME, self.now)?;
                // A blank at the end: the JSON says the same, the hash does not.
                request.body.push(b' ');
                Ok(())
            }
            Signature::TamperedHeader => {
                self.put(request, credentials, self.region, SIGNING_NAME, self.now)?;
                request.set("Content-Type", "application/x-amz-json-1.1; charset=utf-8");
                Ok(())
            }
            Signature::TamperedSignature
            | Signature::NoSignature
            | Signature::NoCredential
            | Signature::NoSignedHeaders => {
                self.put(request, credentials, self.region, SIGNING_NAME, self.now)?;
                let whole = request
                    .header("Authorization")
                    .unwrap_or_default()
                    .to_owned();
                request.set("Authorization", altered(&whole, kind));
                Ok(())
            }
        }
    }

    fn put(
        &self,
        request: &mut Request,
        credentials: &Credentials,
        region: &str,
        service: &str,
        now: SystemTime,
    ) -> Result<(), Failure> {
        let settings = SigningSettings::default();
        let (headers, _) = self.signed(request, credentials, region, service, now, settings)?;
        for header in headers {
            request.set(&header.name, header.value);
        }
        Ok(())
    }

    fn put_in_query(
        &self,
        request: &mut Request,
        credentials: &Credentials,
    ) -> Result<(), Failure> {
        let mut settings = SigningSettings::default();
        settings.signature_location = SignatureLocation::QueryParams;
        settings.expires_in = Some(Duration::from_secs(300));
        let (_, query) = self.signed(
            request,
            credentials,
            self.region,
            SIGNING_NAME,
            self.now,
            settings,
        )?;
        let mark = if request.path.contains('?') { '&' } else { '?' };
        request.path = format!("{}{mark}{query}", request.path);
        Ok(())
    }

    /// The headers and the query that a signature adds.
    fn signed(
        &self,
        request: &Request,
        credentials: &Credentials,
        region: &str,
        service: &str,
        now: SystemTime,
        settings: SigningSettings,
    ) -> Result<(Vec<Header>, String), Failure> {
        let unsayable = |error: &dyn std::fmt::Display| {
            Failure::Unsayable(format!("it cannot be signed: {error}"))
        };
        let identity = aws_credential_types::Credentials::new(
            &credentials.access_key,
            credentials.secret_key.reveal(),
            credentials
                .session_token
                .as_ref()
                .map(|token| token.reveal().to_owned()),
            None,
            "fullstop",
        )
        .into();
        let params = v4::SigningParams::builder()
            .identity(&identity)
            .region(region)
            .name(service)
            .time(now)
            .settings(settings)
            .build()
            .map_err(|error| unsayable(&error))?
            .into();
        let url = format!("{}://{}{}", self.scheme, self.authority, request.path);
        let headers: Vec<_> = request
            .headers
            .iter()
            .filter_map(|header| {
                Some((
                    header.name.as_str(),
                    std::str::from_utf8(&header.value).ok()?,
                ))
            })
            .collect();
        let body = SignableBody::Bytes(&request.body);
        let signable = SignableRequest::new(&request.method, url, headers.into_iter(), body)
            .map_err(|error| unsayable(&error))?;
        let (instructions, _) = sign(signable, &params)
            .map_err(|error| unsayable(&error))?
            .into_parts();
        let headers = instructions
            .headers()
            .map(|(name, value)| Header::new(name, value))
            .collect();
        let query: Vec<_> = instructions
            .params()
            .iter()
            .map(|(name, value)| format!("{}={}", encoded(name), encoded(value)))
            .collect();
        Ok((headers, query.join("&")))
    }
}

/// An `Authorization` with one part changed or left out.
fn altered(whole: &str, kind: Signature) -> String {
    let (algorithm, rest) = whole.split_once(' ').unwrap_or((whole, ""));
    let dropped = match kind {
        Signature::NoSignature => "Signature=",
        Signature::NoCredential => "Credential=",
        Signature::NoSignedHeaders => "SignedHeaders=",
        _ => {
            // One digit of the signature, to another digit.
            let last = if whole.ends_with('0') { '1' } else { '0' };
            return format!("{}{last}", &whole[..whole.len() - 1]);
        }
    };
    let kept: Vec<_> = rest
        .split(", ")
        .filter(|part| !part.starts_with(dropped))
        .collect();
    format!("{algorithm} {}", kept.join(", "))
}

/// Percent-encoding as signatures count it: everything but letters, digits and `-_.~`.
fn encoded(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => {
                char::from(byte).to_string()
            }
            other => format!("%{other:02X}"),
        })
        .collect()
}
