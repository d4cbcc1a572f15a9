//! Signature Version 4, verified: in the `Authorization` header and in the query.
//!
//! Written for this endpoint alone. Clients sign with AWS's own crate, so each side checks the other.
//!
//! The types and texts of a wrong signature and of an unknown key are recorded for this service; the rest is recorded for
//! neighbours (Kinesis by kinesalite, Cloud9 by iann0036/cloud9-sync#10), and the texts on scope and host are not established.

mod canonical;
mod claim;

use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};

use crate::contract::SIGNING_NAME;
use crate::reference::failure::Failure;
use crate::reference::options::{Auth, Options};
use crate::reference::{Moment, Mutant, date};
use crate::wire::Request;

pub(crate) use canonical::decoded;

use canonical::canonical_request;
use claim::Claim;

/// How far the client's clock may be off. Recorded: aws/aws-sdk-js#254 ("- 15 min."); five minutes were seen too.
const SKEW_MS_MAX: u64 = 15 * 60_000;

/// Verifies the signature of a request, as far as the options ask for one.
pub(crate) fn verify(request: &Request, now: Moment, options: &Options) -> Result<(), Failure> {
    if options.auth == Auth::Off || options.is(Mutant::SignatureUnchecked) {
        return Ok(());
    }
    let claim = match Claim::read(request) {
        Err(_) if options.is(Mutant::IncompleteSignatureAccepted) => return Ok(()),
        read => read?,
    };
    let Some(claim) = claim else {
        return match options.auth {
            // Recorded: awslabs/aws-sdk-ios-samples#108. Not established: the status.
            Auth::Required => Err(Failure::signature(
                "MissingAuthenticationTokenException",
                "Missing Authentication Token",
            )),
            _ => Ok(()),
        };
    };
    check_key(&claim, options)?;
    check_scope(&claim, options)?;
    check_age(&claim, now, options)?;
    check_signature(request, &claim, options)
}

/// Whether two texts are equal, in a time that does not tell where they differ.
pub(crate) fn is_same(left: &[u8], right: &[u8]) -> bool {
    let pairs = left.iter().zip(right);
    left.len() == right.len() && pairs.fold(0, |differs, (l, r)| differs | (l ^ r)) == 0
}

fn check_key(claim: &Claim, options: &Options) -> Result<(), Failure> {
    let credentials = &options.credentials;
    let is_known =
        claim.access_key_id == credentials.access_key_id || options.is(Mutant::AccessKeyUnchecked);
    let token = |token: &Option<String>| token.clone().unwrap_or_default();
    let (presented, wanted) = (
        token(&claim.session_token),
        token(&credentials.session_token),
    );
    if is_known && is_same(presented.as_bytes(), wanted.as_bytes()) {
        return Ok(());
    }
    // Recorded: aws/aws-sdk-php#2444.
    let mut message = "The security token included in the request is invalid.".to_owned();
    if options.is(Mutant::UnknownKeyTold) {
        message = format!("The access key {} is not known.", claim.access_key_id);
    }
    Err(Failure::signature("UnrecognizedClientException", message))
}

fn check_scope(claim: &Claim, options: &Options) -> Result<(), Failure> {
    let complaint = if claim.region != options.region && !options.is(Mutant::SignedRegionUnchecked)
    {
        "Credential should be scoped to a valid region.".to_owned()
    } else if claim.service != SIGNING_NAME && !options.is(Mutant::SignedServiceUnchecked) {
        format!("Credential should be scoped to correct service: '{SIGNING_NAME}'.")
    } else if claim.term != "aws4_request" {
        "Credential should be scoped with a valid terminator: 'aws4_request'.".to_owned()
    } else if !claim.date.starts_with(&claim.day) || claim.day.len() != 8 {
        format!(
            "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '{}' != '{}'.",
            claim.day,
            &claim.date[..8],
        )
    } else if !claim.signed_headers.iter().any(|name| name == "host") {
        "'Host' must be a 'SignedHeader' in the AWS Authorization.".to_owned()
    } else {
        return Ok(());
    };
    Err(Failure::signature("InvalidSignatureException", complaint))
}

fn check_age(claim: &Claim, now: Moment, options: &Options) -> Result<(), Failure> {
    if options.is(Mutant::SkewUnchecked) {
        return Ok(());
    }
    let (signed, clock) = (date::basic(claim.moment), date::basic(now));
    // A signature in the query says for itself how long it holds.
    let lifetime_ms = claim.lifetime_ms.unwrap_or(SKEW_MS_MAX);
    let (is_old, is_early) = (
        now.since_ms(claim.moment) > lifetime_ms,
        claim.moment.since_ms(now) > SKEW_MS_MAX,
    );
    let complaint = if is_old && !options.is(Mutant::ExpiredSignatureAccepted) {
        let oldest = date::basic(now.before_ms(lifetime_ms));
        let minutes = lifetime_ms / 60_000;
        format!(
            "Signature expired: {signed} is now earlier than {oldest} ({clock} - {minutes} min.)"
        )
    } else if is_early && !options.is(Mutant::EarlySignatureAccepted) {
        let latest = date::basic(now.after_ms(SKEW_MS_MAX));
        format!(
            "Signature not yet current: {signed} is still later than {latest} ({clock} + 15 min.)"
        )
    } else {
        return Ok(());
    };
    Err(Failure::signature("InvalidSignatureException", complaint))
}

fn check_signature(request: &Request, claim: &Claim, options: &Options) -> Result<(), Failure> {
    // The hash is that of the body, whatever `x-amz-content-sha256` says: `UNSIGNED-PAYLOAD` is for other services.
    let body_hash = hex_hash(&request.body);
    let canonical = canonical_request(request, claim, &body_hash);
    let Claim {
        date,
        day,
        region,
        service,
        term,
        ..
    } = claim;
    let to_sign = format!(
        "AWS4-HMAC-SHA256\n{date}\n{day}/{region}/{service}/{term}\n{}",
        hex_hash(canonical.as_bytes())
    );
    let secret = format!("AWS4{}", options.credentials.secret_access_key);
    let key = [day, region, service, term]
        .into_iter()
        .fold(secret.into_bytes(), |key, part| hmac(&key, part));
    let wanted = hex::encode(hmac(&key, &to_sign));
    let is_long_enough =
        options.is(Mutant::SignatureLengthOnly) && claim.signature.len() == wanted.len();
    if is_long_enough || is_same(claim.signature.as_bytes(), wanted.as_bytes()) {
        return Ok(());
    }
    // Recorded: ellaisys/aws-cognito#24.
    let mut message = "The request signature we calculated does not match the signature you provided. Check your AWS \
                       Secret Access Key and signing method. Consult the service documentation for details."
        .to_owned();
    if options.is(Mutant::CanonicalRequestTold) {
        message +=
            &format!("\n\nThe Canonical String for this request should have been\n'{canonical}'");
    }
    Err(Failure::signature("InvalidSignatureException", message))
}

fn hmac(key: &[u8], text: &str) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes a key of any length");
    mac.update(text.as_bytes());
    mac.finalize().into_bytes().to_vec()
}

fn hex_hash(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}
