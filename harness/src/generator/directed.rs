//! Requests that are valid but for at most one thing, which is known.
//!
//! A client that every server must bear with changes one thing; a check that is missing shows only where no other check
//! comes before it.

use arbitrary::{Result, Unstructured};

use crate::case::{Change, HeaderChange, HeaderEdit, Signature};
use crate::contract::{Operation, TARGET_PREFIX};
use crate::generator::body;
use crate::generator::facet::{Facet, Part};
use crate::generator::settings::Settings;
use crate::generator::value::Member;

/// How often each part is changed, in tickets: the members and the body are what this operation is about.
const TICKETS: [(Part, usize); 9] = [
    (Part::UserPoolId, 6),
    (Part::JobId, 6),
    (Part::Body, 5),
    (Part::OtherMember, 2),
    (Part::Header, 3),
    (Part::Target, 2),
    (Part::Method, 1),
    (Part::Path, 1),
    (Part::Signature, 2),
];

/// What is done to headers: the way, the name, what happens, the value.
const HEADERS: [(&str, &str, HeaderChange, &str); 26] = {
    use HeaderChange::{Add, Remove, Set};
    [
        ("no-content-type", "Content-Type", Remove, ""),
        (
            "content-type-1.0",
            "Content-Type",
            Set,
            "application/x-amz-json-1.0",
        ),
        ("content-type-json", "Content-Type", Set, "application/json"),
        (
            "content-type-charset",
            "Content-Type",
            Set,
            "application/x-amz-json-1.1; charset=utf-8",
        ),
        (
            "content-type-charset",
            "Content-Type",
            Set,
            "application/x-amz-json-1.1;charset=UTF-8",
        ),
        (
            "content-type-case",
            "Content-Type",
            Set,
            "Application/X-Amz-Json-1.1",
        ),
        (
            "content-type-form",
            "Content-Type",
            Set,
            "application/x-www-form-urlencoded",
        ),
        (
            "content-type-other",
            "Content-Type",
            Set,
            "application/cbor",
        ),
        ("content-type-empty", "Content-Type", Set, ""),
        ("content-type-twice", "Content-Type", Add, "text/plain"),
        ("accept", "Accept", Set, "text/html"),
        ("accept", "Accept", Set, "application/xml;q=0.9"),
        ("accept-encoding", "Accept-Encoding", Set, "gzip, br"),
        ("accept-encoding", "Accept-Encoding", Set, "identity;q=0"),
        ("content-encoding", "Content-Encoding", Set, "gzip"),
        ("content-encoding", "Content-Encoding", Set, "identity"),
        (
            "user-agent",
            "User-Agent",
            Set,
            "aws-cli/2.31.0 exec-env/CloudShell",
        ),
        ("user-agent", "User-Agent", Set, ""),
        ("unknown-header", "X-Amz-Anything", Set, "1"),
        ("unknown-header", "X-Forwarded-For", Set, "203.0.113.7"),
        ("unknown-header", "X-HTTP-Method-Override", Set, "GET"),
        ("cookie", "Cookie", Set, "session=1"),
        ("origin", "Origin", Set, "https://app.example"),
        ("range", "Range", Set, "bytes=0-1"),
        ("condition", "If-None-Match", Set, "*"),
        ("not-ascii", "X-Note", Set, "é"),
    ]
};

const METHODS: [&str; 9] = [
    "GET", "PUT", "DELETE", "PATCH", "OPTIONS", "HEAD", "post", "Post", "PROPFIND",
];

const PATHS: [&str; 10] = [
    "//",
    "/?",
    "/?Action=StopUserImportJob",
    "/StopUserImportJob",
    "/${UserPoolId}/${JobId}",
    "/index.html",
    "/..",
    "/%2e",
    "/%00",
    "/service/AWSCognitoIdentityProviderService/operation/StopUserImportJob",
];

const SIGNATURES: [Signature; 14] = [
    Signature::Unsigned,
    Signature::UnknownKey,
    Signature::WrongSecret,
    Signature::TamperedBody,
    Signature::TamperedHeader,
    Signature::TamperedSignature,
    Signature::Expired,
    Signature::Early,
    Signature::WrongRegion,
    Signature::WrongService,
    Signature::NoSignature,
    Signature::NoCredential,
    Signature::NoSignedHeaders,
    Signature::Garbage,
];

/// One change, and what it is. None where the settings leave nothing to change.
pub(crate) fn change(
    members: &[Member; 2],
    settings: &Settings,
    input: &mut Unstructured<'_>,
) -> Result<Option<(Change, Facet)>> {
    let Some(part) = part(settings, input)? else {
        return Ok(None);
    };
    of(part, members, settings, input).map(Some)
}

fn part(settings: &Settings, input: &mut Unstructured<'_>) -> Result<Option<Part>> {
    let kept = || TICKETS.iter().filter(|(part, _)| settings.parts.has(*part));
    let count: usize = kept().map(|(_, tickets)| tickets).sum();
    if count == 0 {
        return Ok(None);
    }
    let mut drawn = input.choose_index(count)?;
    let part = kept().find(|(_, tickets)| {
        let is_it = drawn < *tickets;
        drawn = drawn.saturating_sub(*tickets);
        is_it
    });
    Ok(part.map(|(part, _)| *part))
}

fn of(
    part: Part,
    members: &[Member; 2],
    settings: &Settings,
    input: &mut Unstructured<'_>,
) -> Result<(Change, Facet)> {
    match part {
        Part::UserPoolId => members[0].broken(settings.text_length_max, input),
        Part::JobId => members[1].broken(settings.text_length_max, input),
        Part::OtherMember => body::other_member(input),
        Part::Header => {
            let (way, name, change, value) = *input.choose(&HEADERS)?;
            let edit = HeaderEdit {
                name: name.to_owned(),
                change,
                value: value.to_owned(),
            };
            Ok((Change::Header(edit), Facet::new(part, way)))
        }
        Part::Target => target(input),
        Part::Method => {
            let method = *input.choose(&METHODS)?;
            let change = Change::Method(method.to_owned());
            Ok((change, Facet::new(part, "other")))
        }
        Part::Path => {
            let change = Change::Path((*input.choose(&PATHS)?).to_owned());
            Ok((change, Facet::new(part, "other")))
        }
        Part::Signature => {
            let signature = *input.choose(&SIGNATURES)?;
            Ok((
                Change::Signature(signature),
                Facet::new(part, way(signature)),
            ))
        }
        Part::Given | Part::Body | Part::Framing => body::broken(settings, input),
    }
}

fn target(input: &mut Unstructured<'_>) -> Result<(Change, Facet)> {
    let right = Operation::StopUserImportJob.target();
    let name = Operation::StopUserImportJob.name();
    let (way, target) = match input.int_in_range(0..=9u8)? {
        0 => ("missing", None),
        1 => ("empty", Some(String::new())),
        2 => ("no-prefix", Some(name.to_owned())),
        3 => (
            "other-prefix",
            Some(format!("AWSCognitoIdentityService.{name}")),
        ),
        4 => (
            "other-version",
            Some(format!("{TARGET_PREFIX}_20160418.{name}")),
        ),
        5 => ("other-case", Some(right.to_lowercase())),
        6 => (
            "other-case",
            Some(format!("{TARGET_PREFIX}.stopUserImportJob")),
        ),
        7 => ("unknown-operation", Some(format!("{right}s"))),
        8 => (
            "unknown-operation",
            Some(format!("{TARGET_PREFIX}.NoSuchOperation")),
        ),
        // It changes nothing, unlike the rest of a job's operations.
        _ => (
            "other-operation",
            Some(Operation::DescribeUserImportJob.target()),
        ),
    };
    let change = match target {
        Some(target) => Change::Target(target),
        None => Change::Header(HeaderEdit {
            name: "X-Amz-Target".to_owned(),
            change: HeaderChange::Remove,
            value: String::new(),
        }),
    };
    Ok((change, Facet::new(Part::Target, way)))
}

fn way(signature: Signature) -> &'static str {
    match signature {
        Signature::Valid => "valid",
        Signature::Unsigned => "unsigned",
        Signature::UnknownKey => "unknown-key",
        Signature::WrongSecret => "wrong-secret",
        Signature::TamperedBody => "tampered-body",
        Signature::TamperedHeader => "tampered-header",
        Signature::TamperedSignature => "tampered-signature",
        Signature::Expired => "expired",
        Signature::Early => "early",
        Signature::WrongRegion => "wrong-region",
        Signature::WrongService => "wrong-service",
        Signature::NoSignature => "no-signature",
        Signature::NoCredential => "no-credential",
        Signature::NoSignedHeaders => "no-signed-headers",
        Signature::Garbage => "garbage",
        Signature::Query => "query",
    }
}
