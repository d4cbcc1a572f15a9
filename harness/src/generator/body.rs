//! Bodies with one thing wrong or unusual in them, and members that the operation does not have.

use arbitrary::{Result, Unstructured};

use crate::case::{Change, MemberValue, Payload};
use crate::generator::facet::{Facet, Part};
use crate::generator::settings::Settings;

/// The body of a valid request, its ids to be filled in.
pub(crate) const VALID: &str = r#"{"UserPoolId":"${UserPoolId}","JobId":"${JobId}"}"#;

/// Bodies of their own: the way, and the text. An id may be filled in where there is a place for one.
const TEXTS: [(&str, &str); 46] = [
    ("empty", ""),
    ("blank", " \r\n\t"),
    ("null", "null"),
    ("no-object", "[]"),
    ("no-object", r#"["${UserPoolId}","${JobId}"]"#),
    (
        "no-object",
        r#"[{"UserPoolId":"${UserPoolId}","JobId":"${JobId}"}]"#,
    ),
    ("no-object", r#""${JobId}""#),
    ("no-object", "7"),
    ("no-object", "true"),
    ("no-members", "{}"),
    (
        "not-closed",
        r#"{"UserPoolId":"${UserPoolId}","JobId":"${JobId}""#,
    ),
    (
        "not-closed",
        r#"{"UserPoolId":"${UserPoolId}","JobId":"${JobId}"#,
    ),
    ("not-closed", r#"{"UserPoolId":"${UserPoolId}","JobId":"#),
    ("not-closed", "{"),
    (
        "something-behind",
        r#"{"UserPoolId":"${UserPoolId}","JobId":"${JobId}"}x"#,
    ),
    (
        "something-behind",
        r#"{"UserPoolId":"${UserPoolId}","JobId":"${JobId}"}}"#,
    ),
    (
        "something-behind",
        r#"{"UserPoolId":"${UserPoolId}","JobId":"${JobId}"}{}"#,
    ),
    (
        "something-behind",
        "{\"UserPoolId\":\"${UserPoolId}\",\"JobId\":\"${JobId}\"}\0",
    ),
    (
        "something-before",
        "\u{feff}{\"UserPoolId\":\"${UserPoolId}\",\"JobId\":\"${JobId}\"}",
    ),
    (
        "something-before",
        r#")]}'{"UserPoolId":"${UserPoolId}","JobId":"${JobId}"}"#,
    ),
    (
        "stray-comma",
        r#"{"UserPoolId":"${UserPoolId}","JobId":"${JobId}",}"#,
    ),
    (
        "stray-comma",
        r#"{,"UserPoolId":"${UserPoolId}","JobId":"${JobId}"}"#,
    ),
    (
        "no-comma",
        r#"{"UserPoolId":"${UserPoolId}" "JobId":"${JobId}"}"#,
    ),
    (
        "no-colon",
        r#"{"UserPoolId""${UserPoolId}","JobId":"${JobId}"}"#,
    ),
    (
        "no-colon",
        r#"{"UserPoolId"="${UserPoolId}","JobId"="${JobId}"}"#,
    ),
    (
        "no-quotes",
        r#"{UserPoolId:"${UserPoolId}",JobId:"${JobId}"}"#,
    ),
    (
        "no-quotes",
        r#"{"UserPoolId":${UserPoolId},"JobId":${JobId}}"#,
    ),
    (
        "single-quotes",
        "{'UserPoolId':'${UserPoolId}','JobId':'${JobId}'}",
    ),
    (
        "comment",
        r#"{"UserPoolId":"${UserPoolId}",/**/"JobId":"${JobId}"}"#,
    ),
    (
        "comment",
        "{\"UserPoolId\":\"${UserPoolId}\",\"JobId\":\"${JobId}\"}//",
    ),
    (
        "twice",
        r#"{"UserPoolId":"${UserPoolId}","JobId":"${JobId}","JobId":"${JobId}"}"#,
    ),
    (
        "twice",
        r#"{"UserPoolId":"${UserPoolId}","JobId":"${JobId}","JobId":null}"#,
    ),
    (
        "twice",
        r#"{"UserPoolId":"us-east-1_Other","UserPoolId":"${UserPoolId}","JobId":"${JobId}"}"#,
    ),
    (
        "other-order",
        r#"{"JobId":"${JobId}","UserPoolId":"${UserPoolId}"}"#,
    ),
    (
        "blanks",
        "{ \"UserPoolId\" : \"${UserPoolId}\" , \"JobId\" : \"${JobId}\" }",
    ),
    (
        "blanks",
        "\n{\n  \"UserPoolId\": \"${UserPoolId}\",\n  \"JobId\": \"${JobId}\"\n}\n",
    ),
    (
        "python",
        r#"{"UserPoolId": "${UserPoolId}", "JobId": "${JobId}"}"#,
    ),
    (
        "escaped-name",
        r#"{"UserPoolId":"${UserPoolId}","\u004aobId":"${JobId}"}"#,
    ),
    (
        "other-names",
        r#"{"userPoolId":"${UserPoolId}","jobId":"${JobId}"}"#,
    ),
    (
        "other-names",
        r#"{"UserPoolID":"${UserPoolId}","JobID":"${JobId}"}"#,
    ),
    (
        "other-names",
        r#"{"user_pool_id":"${UserPoolId}","job_id":"${JobId}"}"#,
    ),
    (
        "wrapped",
        r#"{"StopUserImportJobRequest":{"UserPoolId":"${UserPoolId}","JobId":"${JobId}"}}"#,
    ),
    (
        "type-told",
        r#"{"__type":"x#Y","UserPoolId":"${UserPoolId}","JobId":"${JobId}"}"#,
    ),
    ("form", "UserPoolId=${UserPoolId}&JobId=${JobId}"),
    (
        "xml",
        "<StopUserImportJob><JobId>${JobId}</JobId></StopUserImportJob>",
    ),
    (
        "raw-newline",
        "{\"UserPoolId\":\"${UserPoolId}\",\"JobId\":\"${JobId}\n\"}",
    ),
];

/// Names of members that are known elsewhere, to readers or to neighbouring operations.
const OTHER_NAMES: [&str; 14] = [
    "JobName",
    "CloudWatchLogsRoleArn",
    "Status",
    "Force",
    "ClientId",
    "jobId",
    "JOBID",
    "JobId ",
    "",
    "__proto__",
    "constructor",
    "$schema",
    "message",
    "é",
];

/// A body that is wrong or unusual in one way.
pub(crate) fn broken(settings: &Settings, input: &mut Unstructured<'_>) -> Result<(Change, Facet)> {
    let (payload, way) = match input.int_in_range(0..=15u8)? {
        0 => (nested(settings, input)?, "nested"),
        1 => (large(settings, input)?, "large"),
        2 => (no_utf8(input)?, "no-utf-8"),
        3 => (cut(input)?, "cut"),
        4 => (escaped(input)?, "escaped-value"),
        _ => {
            let (way, text) = *input.choose(&TEXTS)?;
            (Payload::Text(text.to_owned()), way)
        }
    };
    Ok((Change::Body(payload), Facet::new(Part::Body, way)))
}

/// A member that the operation does not have.
pub(crate) fn other_member(input: &mut Unstructured<'_>) -> Result<(Change, Facet)> {
    let name = *input.choose(&OTHER_NAMES)?;
    let json = *input.choose(&["\"x\"", "null", "7", "true", "{}", "[]", "{\"JobId\":null}"])?;
    let value = MemberValue {
        json: Some(json.to_owned()),
        ..MemberValue::default()
    };
    let change = Change::Set(name.to_owned(), value);
    Ok((change, Facet::new(Part::OtherMember, "added")))
}

/// A member of its own that is nested to some depth, in a list or in an object.
fn nested(settings: &Settings, input: &mut Unstructured<'_>) -> Result<Payload> {
    let depth = input.int_in_range(1..=settings.depth_max)?;
    let (open, middle, close) = if input.arbitrary()? {
        ("[", "", "]")
    } else {
        ("{\"a\":", "0", "}")
    };
    let (open, close) = (open.repeat(depth), close.repeat(depth));
    let before = VALID.trim_end_matches('}');
    Ok(Payload::Text(format!(
        "{before},\"Nested\":{open}{middle}{close}}}"
    )))
}

/// A valid body with much behind it or in it. Every order of magnitude is as likely as another: most limits are small, and
/// what is large is slow.
fn large(settings: &Settings, input: &mut Unstructured<'_>) -> Result<Payload> {
    let most = settings.body_size_max >> input.int_in_range(0..=settings.body_size_max.ilog2())?;
    let times = input.int_in_range(most.div_ceil(2)..=most)?;
    let before = VALID.trim_end_matches('}');
    let (prefix, unit, suffix) = if input.arbitrary()? {
        (VALID.to_owned(), " ", "")
    } else {
        (format!("{before},\"Large\":\""), "a", "\"}")
    };
    Ok(Payload::Repeated {
        prefix,
        unit: unit.to_owned(),
        times,
        suffix: suffix.to_owned(),
    })
}

/// A body in another encoding, or with bytes that are none.
fn no_utf8(input: &mut Unstructured<'_>) -> Result<Payload> {
    const BODY: &str = r#"{"UserPoolId":"us-east-1_EXAMPLE12","JobId":"import-qQ0DCt2fRh"}"#;
    let bytes = match input.int_in_range(0..=2u8)? {
        0 => BODY.encode_utf16().flat_map(u16::to_le_bytes).collect(),
        1 => {
            let mut bytes = BODY.as_bytes().to_vec();
            bytes.insert(BODY.len() - 2, *input.choose(b"\xff\xc0\xed\xf5\x80")?);
            bytes
        }
        _ => input.arbitrary::<[u8; 16]>()?.to_vec(),
    };
    Ok(Payload::Bytes(bytes))
}

/// A valid body without its end.
fn cut(input: &mut Unstructured<'_>) -> Result<Payload> {
    let size = input.int_in_range(1..=VALID.len() - 1)?;
    Ok(Payload::Text(VALID[..size].to_owned()))
}

/// An id with an escape that it need not have, or with one that is none.
fn escaped(input: &mut Unstructured<'_>) -> Result<Payload> {
    let escape = *input.choose(&[
        r"\u0069",
        r"\/",
        r"\n",
        r"\u0000",
        r"\x41",
        r"\U0041",
        r"\u00e9",
        r"\ud83d\ude00",
    ])?;
    let body = VALID.replace("${JobId}", &format!("${{JobId}}{escape}"));
    Ok(Payload::Text(body))
}
